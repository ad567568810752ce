"""A native package for the platform's operating system is missing from the installed tree.

What it detects:
    A build that cannot load a package such as `@rollup/rollup-linux-x64-gnu`, most often because
    the lockfile was written on another system and lacks the entries for Linux.

Why it breaks the deployment:
    Packages with native code ship one optional package per system. npm 10 keeps to a lockfile that
    lists only the writer's system and installs nothing else; npm 11 repairs it.

Example:
    `Cannot find module @rollup/rollup-linux-x64-gnu`, lockfile written on macOS.

Remedy:
    Write the lockfile anew with all optional packages, or add the missing entry, and commit it.

Sources:
    npm command line issue 4828, seen 2026-11-20; builds with npm 10 and 11, seen 2026-11-23.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, changes_of, quoted, rooted, seen_in, suspects_of
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._json_edits import with_key, without_key
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern, Suspect
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile

ID: Final = "native-binary-missing"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A native package for Linux is not installed"

_SYSTEM: Final = re.compile(r"[-.](?:linux|darwin|win32|freebsd)(?:32|64)?[-.]?.*$")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per native package that the failing build could not load."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "native-binary-missing"):
        subject = block.signature.subject
        name = _full_name(evidence, subject)
        line = next((text for text in block.lines if subject in text), block.lines[0])
        items: list[EvidenceItem] = [quoted(evidence, line)]
        lock = _lacking(evidence, name)
        if lock is not None:
            items.append(seen_in(lock.path, f"has no entry for {name}"))
        near = tuple(
            Suspect(change_id=c.id, weight=0.85 if c.subject == name else 0.5)
            for c in changes_of(evidence, "native")
            if c.id not in evidence.key.changes and _family(c.subject) == _family(name)
        )
        wider = suspects_of(evidence, 0.3, "lockfile", "node", "manager")
        why = f": {lock.path} lists it for other systems only" if lock else ""
        if any("EBADPLATFORM" in text for text in block.lines):
            found.setdefault(name, _foreign(evidence, name, items))
            continue
        found.setdefault(
            name,
            accusation(
                ID,
                PATTERN,
                name,
                summary=f"the native package {name} is not installed{why}",
                items=items,
                suspects=(*near, *(() if near else wider)),
            ),
        )
    return tuple(found.values())


def _foreign(evidence: Evidence, name: str, items: list[EvidenceItem]) -> Finding:
    """A package for another system that is declared as if every system needed it."""
    path = rooted(evidence.project, "package.json")
    manifest = evidence.project.manifest
    fields = {
        "dependencies": manifest.dependencies if manifest else {},
        "devDependencies": manifest.dev_dependencies if manifest else {},
    }
    field = next((f for f, names in fields.items() if name in names), None)
    fixes = []
    if field is not None:
        version = fields[field][name]
        fixes.append(
            remedy(
                ID,
                PATTERN,
                name,
                summary=f"Move {name} to optionalDependencies of {path}",
                repair=in_turn(
                    editing(path, lambda text: without_key(text, [field, name])),
                    editing(path, lambda t: with_key(t, ["optionalDependencies", name], version)),
                ),
                stands_for="declared for every system, though made for another one",
                first_stage=Stage.INSTALL,
                places=(Location(file=path),),
            )
        )
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} is made for another system and declared as if Linux needed it",
        items=items,
        weight=0.85,
        remedies=fixes,
    )


def _family(name: str) -> str:
    """The package without its system: `@rollup/rollup` of `@rollup/rollup-linux-x64-gnu`."""
    return _SYSTEM.sub("", name.rpartition("/")[2])


def _full_name(evidence: Evidence, subject: str) -> str:
    """The package's whole name, where the log gave only the file's."""
    for lock in evidence.project.lockfiles:
        for name in lock.missing_platform:
            if name == subject or name.endswith(f"/{subject}"):
                return name
    for change in changes_of(evidence, "native"):
        if change.subject.endswith(f"/{subject}"):
            return change.subject
    return subject or "native binary"


def _lacking(evidence: Evidence, name: str) -> Lockfile | None:
    return next((f for f in evidence.project.lockfiles if name in f.missing_platform), None)
