"""Readers of what others wrote: whatever the bytes, a value or the reader's own error."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from verifier.engine.base import silent
from verifier.engine.docker import _EventReader, _Live, _parse_collected
from verifier.engine.logfile import LogFile
from verifier.engine.snapshots import SnapshotIndex
from verifier.errors import ProjectError
from verifier.intake.capture import read_capture
from verifier.intake.code_jsonc import parse_jsonc
from verifier.intake.dotenvs import parse_dotenv
from verifier.intake.lockfiles import parse_lockfile
from verifier.intake.textdata import NotParsed, parse_json, parse_yaml
from verifier.model.project import LockKind
from verifier.model.report import Report
from verifier.model.run import Run
from verifier.model.verdict import Verdict
from verifier.observe import observe
from verifier.presenters import presenters
from verifier.presenters.text import safe

_QUICK = settings(max_examples=60, deadline=None,
                  suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_KEYS = st.sampled_from(
    ["packages", "dependencies", "version", "lockfileVersion", "importers", "specifiers", "name",
     "resolved", "node_modules/a", "", "a@1", "/a/1", "env", "machine", "salt", "schema", "output",
     "files", "path", "size_bytes", "sha256", "functions", "routes", "present", "memory", "peak",
     "text_hits", "installed", "collected", "builder_error", "code", "message", "image",
     "manifest", "log", "seconds", "event", "phase", "command", "t", "cwd"]
)  # fmt: skip
_TREE = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=15,
)
_DEEP = "[" * 10_000 + "]" * 10_000
_DEEP_MAP = '{"a":' * 10_000 + "1" + "}" * 10_000
_TEXT = st.text(max_size=200) | _TREE.map(json.dumps)
_ODD_TEXT = st.lists(
    st.sampled_from(
        ["\x1b", "\x9b", "\r", "\n", "\t", "\x00", "\u202e", "\u2066", "\u200f", "\u061c", "\ufeff",
         ":", "#", "[", "]", "|", "<", "`", "'", '"', "$", ";", "a", "v", "s", "o", "/", "\\", "::",
         "::error::", "##vso[", "##[error]", "##teamcity["]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@_QUICK
@given(_TEXT)
@example(_DEEP)
@example(_DEEP_MAP)
def test_json_and_yaml(text: str) -> None:
    """A value, or `NotParsed`."""
    for parse in (parse_json, parse_yaml):
        with contextlib.suppress(NotParsed):
            parse(text)
    parse_jsonc(text)


@_QUICK
@given(_TEXT, st.sampled_from(LockKind))
@example(_DEEP, LockKind.NPM)
@example(_DEEP_MAP, LockKind.PNPM)
def test_lockfiles(text: str, kind: LockKind) -> None:
    """Contents, or None for what cannot be read."""
    parse_lockfile(kind, text)


@_QUICK
@given(_TREE, st.sampled_from(LockKind))
def test_lockfiles_of_the_right_shape(tree: Any, kind: LockKind) -> None:
    """Wrong types anywhere in them."""
    body = {"lockfileVersion": 3, "packages": tree, "dependencies": tree, "importers": tree}
    parse_lockfile(kind, json.dumps(body))


@_QUICK
@given(st.text(max_size=300))
def test_dotenv_files(text: str) -> None:
    """Entries with a name and the line they stand in."""
    for entry in parse_dotenv(text):
        assert entry.name
        assert entry.line >= 1


@_QUICK
@given(_TREE)
def test_captures(tmp_path: Path, tree: Any) -> None:
    """A capture, or an error that names the file."""
    file = tmp_path / "capture.json"
    whole = {"schema": "verifier.capture/v1", "machine": tree, "env": tree, "ignored": tree,
             "changed": tree, "case_differences": tree, "salt": "00"}  # fmt: skip
    for value in (tree, whole):
        file.write_text(json.dumps(value))
        with contextlib.suppress(ProjectError):
            read_capture(file)


@pytest.mark.parametrize("body", [_DEEP, _DEEP_MAP, "", "\x00", "{"])
def test_records_that_are_broken(tmp_path: Path, body: str) -> None:
    """A capture is refused with a message, a snapshot's record counts as absent."""
    file = tmp_path / "k.json"
    file.write_text(body)
    with pytest.raises(ProjectError):
        read_capture(file)
    index = SnapshotIndex(tmp_path)
    assert index.get("k") is None
    assert index.images() == frozenset()


@_QUICK
@given(_TREE)
def test_what_the_collector_prints(tree: Any) -> None:
    """Fields of a run, or none; the caller takes these errors for malformed."""
    whole = {"output": {"present": True, "files": tree, "functions": tree}, "installed": tree,
             "text_hits": tree, "memory": tree, "builder_error": tree}  # fmt: skip
    for value in (tree, whole):
        with contextlib.suppress(LookupError, TypeError, ValueError, OverflowError, AttributeError):
            _parse_collected(value, oom=False)


@_QUICK
@given(st.lists(st.binary(max_size=40) | _TREE.map(lambda v: json.dumps(v).encode()), max_size=8),
       st.integers(1, 17))  # fmt: skip
def test_events_among_output(tmp_path: Path, pieces: list[bytes], size: int) -> None:
    """Whatever stands after the launcher's word, and wherever the stream is cut."""
    live = _Live()
    with LogFile(tmp_path / "log", limit_bytes=1000) as log:
        reader = _EventReader(
            nonce="n", log=log, live=live, progress=silent, install_log=b"",
            on_boundary=lambda: None, on_disk=lambda _why: None,
        )  # fmt: skip
        events = ["start", "end", "skip", "boundary", "disk", "?"]
        told = [json.dumps({"event": e, "t": "x", "phase": [], "code": "0"}) for e in events]
        stream = b"\x1en ".join([*pieces, *(t.encode() + b"\n" for t in told)])
        for at in range(0, len(stream), size):
            reader.feed(stream[at : at + size])
        reader.finish()
    assert (tmp_path / "log").stat().st_size <= 1100


def test_events_are_bounded(tmp_path: Path) -> None:
    """A project that overheard the launcher's word cannot fill this process."""
    with LogFile(tmp_path / "log", limit_bytes=1000) as log:
        reader = _EventReader(
            nonce="n", log=log, live=_Live(), progress=silent, install_log=b"",
            on_boundary=lambda: None, on_disk=lambda _why: None,
        )  # fmt: skip
        reader.feed(b'\x1en {"event":"end","phase":"install","command":"x"}\n' * 30_000)
    assert len(reader.events) <= 20_000
    assert len(reader.live.spawns) <= 20_000


@_QUICK
@given(st.binary(max_size=600) | _ODD_TEXT.map(lambda t: t.encode()), st.integers(0, 255))
def test_logs(tmp_path: Path, body: bytes, code: int) -> None:
    """An outcome for every log and exit code, a pass only for 0."""
    log = tmp_path / "log"
    log.write_bytes(body * 3)
    run = Run(id="r", label="r", recipe_digest="", driver="platform", steps=(), log_path=log,
              exit_code=code)  # fmt: skip
    outcome = observe(run).outcome
    assert not outcome.is_pass or code == 0


@_QUICK
@given(_ODD_TEXT)
@example("\x1b]0;title\x07\x1b[2J::error file=a::b ##vso[task.setvariable]x\u202egnp.exe")
def test_what_is_shown_steers_nothing(text: str) -> None:
    """No control, no turn of direction, no end of a line, no command of any service."""
    report = Report(
        verdict=Verdict.CLEAN_FAIL, deployable=False, headline=text, project={"name": text},
        environments={}, fidelity=None, patch=f"diff --git a/{text}\n+{text}\n", settings=(text,),
        remaining=text, stopped=text,
    )  # fmt: skip
    shown = presenters()["text"].render(report)
    for told in (safe(text), *shown.splitlines()):
        assert not any(c in told for c in "\x1b\x9b\r\x00\u202e\u2066\u200f\u061c\u2028\ufeff\n")
        assert "::" not in told
        assert "##vso" not in told
        assert "##[" not in told
        assert "##teamcity" not in told
    assert json.loads(presenters()["json"].render(report))["headline"] == text
    assert presenters()["json"].render(replace(report, headline="")).isascii()
