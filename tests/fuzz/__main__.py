"""`python -m tests.fuzz log|archive [options of libFuzzer]`: whatever the bytes, no other error."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["tarfile", "verifier.engine", "verifier.observe"]):
    from verifier.engine.archive import UnsafeArchive, extract
    from verifier.engine.base import silent
    from verifier.engine.docker import _EventReader, _Live
    from verifier.engine.logfile import LogFile
    from verifier.model.run import Run
    from verifier.observe import observe
    from verifier.presenters.text import safe

_FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))


def _log(body: bytes) -> None:
    """A log with the launcher's events in it, split, kept, judged and shown."""
    with LogFile(_FOLDER / "log", limit_bytes=4096) as log:
        reader = _EventReader(
            nonce="n", log=log, live=_Live(), progress=silent, install_log=b"",
            on_boundary=lambda: None, on_disk=lambda _why: None,
        )  # fmt: skip
        step = 1 + (body[0] if body else 0)
        for at in range(0, len(body), step):
            reader.feed(body[at : at + step].replace(b"\xff", b"\x1en "))
        reader.finish()
    run = Run(id="r", label="r", recipe_digest="", driver="platform", steps=(),
              log_path=_FOLDER / "log", exit_code=1)  # fmt: skip
    outcome = observe(run).outcome
    assert not outcome.is_pass
    assert "\x1b" not in safe(outcome.detail)


def _made(data: atheris.FuzzedDataProvider) -> bytes:
    """An archive that is well formed, whatever it means."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for _ in range(data.ConsumeIntInRange(0, 6)):
            member = tarfile.TarInfo(_path(data))
            member.type = bytes([data.ConsumeIntInRange(0x30, 0x37)])
            member.linkname = _path(data)
            tar.addfile(member)
    return stream.getvalue()


def _path(data: atheris.FuzzedDataProvider) -> str:
    names = ["a", "b", "..", ".", "", "c"]
    return "/".join(data.PickValueInList(names) for _ in range(data.ConsumeIntInRange(1, 4)))


def _archive(body: bytes) -> None:
    """An archive laid out, and nothing beside it."""
    top = _FOLDER / "top"
    shutil.rmtree(top, ignore_errors=True)
    (top / "in").mkdir(parents=True)
    data = atheris.FuzzedDataProvider(body)
    archive = _made(data) if data.ConsumeBool() else data.ConsumeBytes(sys.maxsize)
    with contextlib.suppress(UnsafeArchive, OSError):
        extract(io.BytesIO(archive), top / "in", most_files=50, most_bytes=1 << 20)
    assert [p.name for p in top.iterdir()] == ["in"]
    for place in (top / "in").rglob("*"):
        if place.is_symlink():
            real = Path(os.path.normpath(place.parent / place.readlink()))
            assert real.is_relative_to(top / "in"), place


_TARGETS: Mapping[str, Callable[[bytes], None]] = {"log": _log, "archive": _archive}

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], _TARGETS[sys.argv[1]])
    atheris.Fuzz()
