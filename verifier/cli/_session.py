"""One session: an engine, an image, private folders, and the promise to leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from verifier.model.project import Project
from verifier.model.report import Fidelity

if TYPE_CHECKING:
    from verifier.engine.docker import DockerEngine
    from verifier.engine.image import ImageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with; `close` is the context manager's business."""

    engine: DockerEngine
    client: Any
    image: ImageRef
    fidelity: Fidelity
    salt: bytes
    versions: Mapping[str, str]


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Verifier's own folder: `VERIFIER_HOME`, else the user's cache, else a temporary one."""
    wanted = environ.get("VERIFIER_HOME") or (
        f"{environ.get('XDG_CACHE_HOME') or Path.home() / '.cache'}/verifier"
    )
    folder = Path(wanted)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".{secrets.token_hex(4)}"
        probe.touch()
        probe.unlink()
    except OSError:
        return Path(tempfile.mkdtemp(prefix="verifier-"))
    return folder


@contextlib.contextmanager
def work_folder(environ: Mapping[str, str]) -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    base = cache_folder(environ) / "work"
    base.mkdir(exist_ok=True, mode=0o700)
    folder = Path(tempfile.mkdtemp(dir=base, prefix=f"{os.getpid()}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def salt(folder: Path) -> bytes:
    """The random number of this installation with which values of variables are hashed."""
    path = folder / "salt"
    try:
        return path.read_bytes()
    except OSError:
        value = secrets.token_bytes(32)
        with contextlib.suppress(OSError):
            path.touch(mode=0o600)
            path.write_bytes(value)
        return value


def say(line: str) -> None:
    """Progress for people, on stderr, with the time of day."""
    from verifier.presenters.text import safe

    sys.stderr.write(f"{datetime.now(tz=UTC):%H:%M:%S} {safe(line)}\n")
    sys.stderr.flush()


@contextlib.contextmanager
def open_session(
    project: Project | None,
    repository: Path | None,
    work: Path,
    environ: Mapping[str, str],
    *,
    snapshots: bool = True,
) -> Iterator[Session]:
    """An engine with its image, ready for runs of one project; leaves no container behind."""
    from verifier import __version__
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.docker import DockerEngine, DockerOptions
    from verifier.engine.image import ensure_image, host_ca_bundle

    client = require_engine(environ, progress=say, install=False)
    image = ensure_image(client, progress=say, environ=environ)
    home = cache_folder(environ)
    number = salt(home)
    session_id = f"{os.getpid()}-{secrets.token_hex(4)}"
    engine = DockerEngine(
        client,
        DockerOptions(
            image=image.tag,
            image_id=image.id,
            session=session_id,
            folder=home,
            logs=work / "logs",
            salt=number,
            day=f"{datetime.now(tz=UTC):%Y-%m-%d}",
            trees=lambda _digest: found_trees(project, repository),
            host_ca=host_ca_bundle(environ),
            snapshots=snapshots,
        ),
    )
    versions = {"verifier": __version__, "image": image.digest, **dict(image.versions)}
    with _terminated_as_interrupt():
        try:
            yield Session(
                engine=engine,
                client=client,
                image=image,
                fidelity=fidelity_of(image),
                salt=number,
                versions=versions,
            )
        finally:
            engine.close()


def found_trees(project: Project | None, repository: Path | None) -> Mapping[str, Path]:
    """Folders of the found tree on this disk, by their path in a container."""
    from verifier.engine.found import found_folders

    if project is None or repository is None:
        return {}
    places = [m.path.rpartition("/")[0] for m in project.manifests]
    return found_folders(repository, project.root, places, project.machine.outer)


def fidelity_of(image: ImageRef) -> Fidelity:
    """The mirror's fidelity, as every report states it."""
    from verifier.vercel.fidelity import (
        Answer,
        AuditResult,
        manifest,
        score,
    )

    counts = score(
        AuditResult(attribute=a, answer=Answer.NOT_ASKED) for a in manifest(stand_in=image.stand_in)
    )
    notes = (
        ("the base is Debian, not Amazon Linux: glibc and system libraries differ",)
        if image.stand_in
        else ()
    )
    return Fidelity(
        base=image.base,
        stand_in=image.stand_in,
        mirrored=counts.mirrored,
        approximated=counts.approximated,
        unknown=counts.unknown,
        score=counts.percent / 100,
        notes=notes,
    )


@contextlib.contextmanager
def _terminated_as_interrupt() -> Iterator[None]:
    """Makes SIGTERM and SIGHUP end a session as Ctrl-C does, so that it cleans up."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {n: signal.signal(n, stop) for n in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def clock() -> float:
    """Seconds on a clock that never jumps."""
    return time.monotonic()
