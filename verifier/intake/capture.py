"""A capture: what one machine shows of a project, in a file that another machine can read.

It holds names, versions and short salted hashes, never contents or values.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from verifier.errors import ProjectError
from verifier.intake.textdata import NotParsed, parse_object
from verifier.model.environment import Manager
from verifier.model.project import (
    CaseDifference,
    EnvEntry,
    EnvFile,
    GitState,
    IgnoredPath,
    LocalMachine,
    Problem,
    Project,
)

SCHEMA: Final = "verifier.capture/v1"
_MAX_BYTES: Final = 32 * 1024**2
# Long enough to tell two values apart, too short to test guesses against.
_DIGEST_CHARS: Final = 8
_LISTED: Final = ("modified", "deleted", "staged", "untracked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """A capture as read.

    env: path of each dotenv file that is not committed → name → short hash of the value, under
    `salt`; empty where the value was not known. changed: kind of change → paths.
    """

    head: str | None
    machine: LocalMachine
    ignored: tuple[IgnoredPath, ...]
    case_differences: tuple[CaseDifference, ...]
    changed: Mapping[str, tuple[str, ...]]
    env: Mapping[str, Mapping[str, str]]
    salt: str


def write_capture(project: Project, *, built: bool | None, salt: bytes) -> bytes:
    """The capture of a project as read on this machine, as JSON.

    built: how the developer's own build ended, None if nobody said. salt: random bytes.
    """
    git = project.git or GitState(head=None, branch=None)
    machine = asdict(replace(project.machine, tree_path=None, built=built))
    machine["manager"] = project.machine.manager.value if project.machine.manager else None
    captured = {
        "schema": SCHEMA,
        "name": project.name,
        "root": project.root,
        "head": git.head,
        "machine": machine,
        "changed": {kind: list(getattr(git, kind)) for kind in _LISTED},
        "ignored": [asdict(i) for i in git.ignored],
        "case_differences": [asdict(c) for c in git.case_differences],
        "env": {
            f.path: {e.name: _short(e, salt) for e in f.entries}
            for f in project.env_files
            if not f.committed
        },
        "salt": salt.hex(),
    }
    text = json.dumps(captured, indent=1, sort_keys=True, ensure_ascii=True)
    return f"{text}\n".encode()


def read_capture(path: Path) -> Capture:
    """The capture in a file.

    Raises:
        ProjectError: the file cannot be read or is no capture of this version.

    """
    try:
        with path.open("rb") as stream:
            raw = parse_object(stream.read(_MAX_BYTES).decode("utf-8", errors="replace"))
    except (OSError, NotParsed) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        msg = f"the capture {str(path)!r} cannot be read: {why}; write it again"
        raise ProjectError(msg) from error
    try:
        return _capture(raw)
    except (NotParsed, TypeError, ValueError) as error:
        msg = f"{str(path)!r} is no capture: {error}; write one with `verifier capture`"
        raise ProjectError(msg) from error


def apply_capture(project: Project, capture: Capture) -> Project:
    """The project with the developer's machine as captured instead of this one.

    Contents are not in a capture: files that exist on that machine only are known by name.
    """
    problems = []
    if project.git is not None and capture.head != project.git.head:
        why = "the capture was taken at another commit, so it may not describe this state"
        problems.append(Problem(what="capture of another commit", why=why))
    changed = sorted({p for paths in capture.changed.values() for p in paths})
    unseen = [p for p in changed if p not in project.working]
    if unseen:
        shown = ", ".join(unseen[:5]) + (", …" if len(unseen) > 5 else "")
        why = (
            f"the developer's disk holds files that are not here, so they cannot be tried: {shown}"
        )
        problems.append(Problem(what="captured files without content", why=why))
    known = {f.path for f in project.env_files}
    env_files = [
        EnvFile(
            path=path,
            committed=False,
            entries=tuple(EnvEntry(name=n, value=None, line=0) for n in sorted(names)),
        )
        for path, names in capture.env.items()
        if path not in known
    ]
    local = project.config.get("local", {})
    machine = replace(
        capture.machine,
        node_version=local.get("node", capture.machine.node_version),
        manager=Manager(local["manager"]) if "manager" in local else capture.machine.manager,
    )
    return replace(
        project,
        machine=machine,
        git=_merged(project.git, capture),
        env_files=(*project.env_files, *env_files),
        problems=(*project.problems, *problems),
    )


def _merged(git: GitState | None, capture: Capture) -> GitState | None:
    if git is None:
        return None
    ignored = {i.path: i for i in (*capture.ignored, *git.ignored)}
    cases = {c.index_path: c for c in (*capture.case_differences, *git.case_differences)}
    return replace(
        git,
        ignored=tuple(ignored[p] for p in sorted(ignored)),
        case_differences=tuple(cases[p] for p in sorted(cases)),
    )


def _short(entry: EnvEntry, salt: bytes) -> str:
    return "" if entry.value is None else entry.value.digest(salt)[:_DIGEST_CHARS]


def _capture(raw: Mapping[str, Any]) -> Capture:
    if raw.get("schema") != SCHEMA:
        raise NotParsed(f"its schema is {raw.get('schema')!r}, and {SCHEMA!r} is understood")
    head = raw.get("head")
    return Capture(
        head=head if isinstance(head, str) else None,
        machine=_machine(_table(raw, "machine")),
        ignored=tuple(_ignored(i) for i in _rows(raw, "ignored")),
        case_differences=tuple(
            CaseDifference(index_path=_text(c, "index_path"), disk_path=_text(c, "disk_path"))
            for c in _rows(raw, "case_differences")
        ),
        changed={k: _names(v, k) for k, v in _table(raw, "changed").items()},
        env={path: _texts(names, path) for path, names in _table(raw, "env").items()},
        salt=_text(raw, "salt"),
    )


def _machine(raw: Mapping[str, Any]) -> LocalMachine:
    known = {f.name for f in fields(LocalMachine)}
    values: dict[str, Any] = {}
    for key, value in raw.items():
        match key:
            case "tree_path":
                continue
            case "manager":
                values[key] = Manager(value) if value is not None else None
            case "installed" | "outer" | "npmrc":
                values[key] = _texts(value, key)
            case "case_insensitive" | "has_evidence" | "built":
                if value is not None and not isinstance(value, bool):
                    raise NotParsed(f'"{key}" is not true or false')
                values[key] = value
            case _ if key in known:
                if value is not None and not isinstance(value, str):
                    raise NotParsed(f'"{key}" is not text')
                values[key] = value
            case _:
                continue
    return LocalMachine(**{**values, "has_evidence": True})


def _ignored(raw: Mapping[str, Any]) -> IgnoredPath:
    line = raw.get("rule_line")
    return IgnoredPath(
        path=_text(raw, "path"),
        pattern=_text(raw, "pattern"),
        rule_file=_text(raw, "rule_file"),
        rule_line=line if isinstance(line, int) else 0,
        is_directory=raw.get("is_directory") is True,
    )


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = raw.get(key, {})
    if not isinstance(value, dict):
        raise NotParsed(f'"{key}" is not an object')
    return value


def _rows(raw: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = raw.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, dict) for v in value):
        raise NotParsed(f'"{key}" is not a list of objects')
    return value


def _names(value: object, key: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise NotParsed(f'"{key}" is not a list of names')
    return tuple(value)


def _texts(value: object, key: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
        raise NotParsed(f'"{key}" is not an object of texts')
    return value


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if not isinstance(value, str):
        raise NotParsed(f'"{key}" is not text')
    return value
