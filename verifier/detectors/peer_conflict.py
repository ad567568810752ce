"""npm refuses to install because two packages want different versions of a third.

What it detects:
    `ERESOLVE`: a peer dependency that the versions asked for cannot satisfy.

Why it breaks the deployment:
    npm stops at such a conflict. A laptop gets past it with an old node_modules, with
    `--legacy-peer-deps`, or with another manager; the platform runs a plain `npm install`.

Example:
    react-day-picker 8 wants date-fns 2 or 3 while package.json asks for date-fns 4.

Remedy:
    Move one of the two to a version that fits the other, or remove the strict one if nothing in
    the project mentions it. A committed `legacy-peer-deps` would hide
    the conflict rather than solve it.

Sources:
    npm documentation, peer dependencies; installs with npm 10 and 11, seen 2026-11-23.

"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    blocks_of,
    changes_about,
    log_lines,
    quoted,
    rooted,
    seen_in,
    suspects_of,
)
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key, without_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern
from verifier.model.outcome import Stage
from verifier.vercel.ranges import satisfies

ID: Final = "peer-conflict"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Peer dependencies contradict each other"

_PACKAGE: Final = r"(?:@[\w.~-]+/)?[\w.~-]+"
_FOUND: Final = re.compile(
    rf"(?:Found|While resolving): (?P<name>{_PACKAGE})@(?P<version>[\w.+-]+)"
)
_PEER: Final = re.compile(
    rf"peer (?:optional )?(?P<name>{_PACKAGE})@\"(?P<range>[^\"]+)\" from"
    rf" (?P<by>{_PACKAGE})@(?P<version>[\w.+-]+)"
)
_MENTIONS: Final = re.compile(
    r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx|html?|s?css|ya?ml|toml|json)$"
)
_NO_MENTION: Final = re.compile(r"(?:^|/)(?:package(?:-lock)?\.json|[\w-]+-lock\.ya?ml)$")
_READ_BYTES: Final = 300_000
_FOUNDATION: Final = frozenset(
    {"react", "react-dom", "next", "vue", "svelte", "@angular/core", "typescript", "vite", "astro"}
)
"""Moving one of these back a major is no small repair; nobody is told to do so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conflict:
    name: str
    found: str | None
    wanted: str
    by: str
    line: str


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding about the two packages that contradict each other."""
    if not blocks_of(evidence, "peer-conflict"):
        return ()
    conflict = _conflict(evidence)
    if conflict is None:
        block = blocks_of(evidence, "peer-conflict")[0]
        return (
            accusation(
                ID,
                PATTERN,
                block.signature.subject or "peer dependencies",
                summary="the versions asked for contradict each other's peer dependencies",
                items=(quoted(evidence, block.lines[0]),),
                suspects=suspects_of(evidence, 0.6, "install-flag", "manager", "lockfile"),
            ),
        )
    path = rooted(evidence.project, "package.json")
    line = line_of_key(evidence.recipe.source.text(path) or "", _field(evidence, conflict.name))
    remedies = _remedies(evidence, conflict, path)
    found = f" but {conflict.found} is asked for" if conflict.found else ""
    return (
        accusation(
            ID,
            PATTERN,
            conflict.name,
            summary=f"{conflict.by} wants {conflict.name} {conflict.wanted}{found}",
            items=(
                quoted(evidence, conflict.line),
                seen_in(path, f"asks for {conflict.name}", line),
            ),
            weight=0.6,
            # The flag hides the conflict: where a version repairs it, the flag is not needed.
            suspects=suspects_of(
                evidence, 0.1 if remedies else 0.6, "install-flag", "manager", "lockfile"
            ),
            remedies=remedies,
        ),
    )


def _conflict(evidence: Evidence) -> _Conflict | None:
    lines = [text for b in blocks_of(evidence, "peer-conflict") for text in b.lines]
    versions: dict[str, str] = {}
    peers: list[_Conflict] = []
    for text in (*lines, *log_lines(evidence)):
        if match := _FOUND.search(text):
            versions.setdefault(match["name"], match["version"])
        if match := _PEER.search(text):
            peers.append(
                _Conflict(
                    name=match["name"],
                    found=None,
                    wanted=match["range"],
                    by=f"{match['by']}@{match['version']}",
                    line=text,
                )
            )
    # The peer that the version found does not meet is the one at fault, not those listed beside.
    for peer in peers:
        version = versions.get(peer.name)
        if version is not None and not satisfies(version, peer.wanted):
            return _Conflict(
                name=peer.name, found=version, wanted=peer.wanted, by=peer.by, line=peer.line
            )
    return peers[0] if peers else None


def _field(evidence: Evidence, name: str) -> tuple[str, str]:
    manifest = evidence.project.manifest
    if manifest is not None and name in manifest.dev_dependencies:
        return ("devDependencies", name)
    return ("dependencies", name)


def _remedies(evidence: Evidence, conflict: _Conflict, path: str) -> tuple[Change, ...]:
    if conflict.found is None or changes_about(evidence, "install-flag", conflict.name):
        return ()
    found = (
        # What nothing uses needs no version at all, so that is the surest repair.
        *_unused(evidence, conflict, path),
        *_newer(evidence, conflict, path),
        *_older(evidence, conflict, path),
    )
    ids = tuple(c.id for c in found)
    return tuple(replace(c, excludes=tuple(i for i in ids if i != c.id)) for c in found)


def _newer(evidence: Evidence, conflict: _Conflict, path: str) -> tuple[Change, ...]:
    """A later version of the package that is too strict: the newest one mostly accepts more."""
    name, _, version = conflict.by.rpartition("@")
    manifest = evidence.project.manifest
    if manifest is None or not manifest.declares(name) or name in _FOUNDATION:
        return ()
    field = _field(evidence, name)
    return (
        remedy(
            ID,
            PATTERN,
            name,
            summary=f"Move {name} to a version after {version} that accepts "
            f"{conflict.name} {conflict.found}, and read what changed in it",
            repair=editing(path, lambda text: with_key(text, field, f">{version}")),
            stands_for=f"does not accept {conflict.name} {conflict.found}",
            first_stage=Stage.INSTALL,
        ),
    )


def _older(evidence: Evidence, conflict: _Conflict, path: str) -> tuple[Change, ...]:
    """The version of the other package that the strict one accepts."""
    manifest = evidence.project.manifest
    if manifest is None or not manifest.declares(conflict.name) or conflict.name in _FOUNDATION:
        return ()
    choice = conflict.wanted.split("||")[-1].strip()
    if not re.match(r"^[\^~]?\d", choice):
        return ()
    field = _field(evidence, conflict.name)
    return (
        remedy(
            ID,
            PATTERN,
            conflict.name,
            summary=f"Ask for {conflict.name} {choice}, which {conflict.by} accepts",
            repair=editing(path, lambda text: with_key(text, field, choice)),
            stands_for=f"asked for in a version that {conflict.by} does not accept",
            first_stage=Stage.INSTALL,
        ),
    )


def _unused(evidence: Evidence, conflict: _Conflict, path: str) -> tuple[Change, ...]:
    """The strict package taken out, where nothing in the project mentions it."""
    name = conflict.by.rpartition("@")[0]
    manifest = evidence.project.manifest
    if manifest is None or not manifest.declares(name) or name in _FOUNDATION:
        return ()
    scripts = " ".join(manifest.scripts.values())
    if name in scripts or any(_mentions(evidence, file, name) for file in evidence.recipe.source):
        return ()
    field = _field(evidence, name)
    return (
        remedy(
            ID,
            PATTERN,
            name,
            summary=f"Remove {name} from {path}: nothing in the project mentions it, and it does "
            f"not accept {conflict.name} {conflict.found}",
            repair=editing(path, lambda text: without_key(text, field)),
            stands_for=f"does not accept {conflict.name} {conflict.found}, and is not used",
            first_stage=Stage.INSTALL,
            tag="unused",
        ),
    )


def _mentions(evidence: Evidence, file: str, name: str) -> bool:
    if _MENTIONS.search(file) is None or _NO_MENTION.search(file) is not None:
        return False
    if evidence.recipe.source.entries[file].size_bytes > _READ_BYTES:
        return True
    return name in (evidence.recipe.source.text(file) or "")
