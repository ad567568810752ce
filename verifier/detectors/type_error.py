"""The type check of the build failed.

What it detects:
    Type errors that stop the build, each file with its place, also those that a build which ends
    at its first would tell only later. Where a declaration package is missing, it is named.

Why it breaks the deployment:
    A production build checks types; a development server compiles without looking at them.

Example:
    `Type error: Property 'name' does not exist on type 'User'` in `app/users/page.tsx`.

Remedy:
    Correct the code at the place named. Turning the check off would hide the error. Names that
    nothing uses are taken away.
    A trial may leave the file unchecked, only to prove it and to see what fails behind it; that
    stand-in is tried when no real repair helps, and it is never part of a fix plan.

Sources:
    Next.js documentation, TypeScript; TypeScript handbook, seen 2026-11-20.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import STAND_IN, accusation, left_unchecked, remedy
from verifier.detectors._clues import (
    blocks_of,
    file_named,
    log_lines,
    passes_locally,
    place_of,
    quoted,
    suspects_about,
)
from verifier.detectors._edits import editing
from verifier.detectors._lint_edits import correcting
from verifier.detectors._lint_messages import Message
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect

ID: Final = "type-error"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The type check fails"

_CHECKED: Final = re.compile(r"(?<!\.d)\.[cm]?tsx?$|\.(?:vue|svelte|astro)$")
_TOLD: Final = re.compile(
    r"^\s*(?P<file>[^\s:][^:]*?)[(:](?P<line>\d+)[,:]\d+\)?(?::| -) error TS\d+: (?P<message>.*)$"
)
_UNUSED: Final = re.compile(
    r"^'(?P<name>[\w$]+)' is declared but (?:its value is never read|never used)"
)
_NO_TYPES: Final = re.compile(r"declaration file for module ['\"](?P<name>[^'\"]+)['\"]")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file in which the type check failed."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "type-error"):
        place = place_of(evidence, block)
        subject = place.file if place is not None else block.signature.subject or "types"
        if subject.startswith("node_modules/"):
            continue  # errors of a package's own types follow from those of the project
        line = block.signature.line or next((t for t in block.lines if "rror" in t), "")
        untyped = _NO_TYPES.search(line)
        suspects: tuple[Suspect, ...] = ()
        if untyped is not None:
            bare = untyped["name"].removeprefix("@").replace("/", "__")
            suspects = suspects_about(evidence, "package", f"@types/{bare}", 0.8)
        remedies: tuple[Change, ...] = ()
        # Where the same code passes the check, what differs is the cause, not the code.
        if not suspects and not passes_locally(evidence):
            remedies = _unused_dropped(evidence, subject) or _stand_ins(place)
        found.setdefault(
            subject,
            accusation(
                ID,
                PATTERN,
                subject,
                summary=f"the type check fails in {place or subject}: {line.strip()[:160]}",
                items=(quoted(evidence, line),),
                places=(place,),
                suspects=suspects,
                remedies=remedies,
                weight=0.9 if any(not r.coarse for r in remedies) else STAND_IN,
            ),
        )
    return tuple(found.values())


def _unused_dropped(evidence: Evidence, file: str) -> tuple[Change, ...]:
    """Names that nothing uses taken away, where the check complains of nothing else in a file."""
    text = evidence.recipe.source.text(file)
    told = dict.fromkeys(_told_of(evidence, file))
    messages = [m for m in told if m is not None]
    if text is None or not messages or None in told:
        return ()
    if any(correcting(file, [m])(text) is None for m in messages):
        return ()
    names = ", ".join(dict.fromkeys(m.text.split("'")[1] for m in messages))
    return (
        remedy(
            ID,
            PATTERN,
            file,
            summary=f"Take {names} out of {file}, which nothing uses",
            repair=editing(file, correcting(file, messages)),
            stands_for="refused by the type check",
            places=tuple(Location(file=file, line=m.line) for m in messages),
        ),
    )


def _told_of(evidence: Evidence, file: str) -> Iterator[Message | None]:
    """What the log says of a file: a message for each unused name, None for everything else."""
    for line in log_lines(evidence):
        match = _TOLD.match(line)
        if match is not None and file_named(evidence, match["file"]) == file:
            yield _unused(file, int(match["line"]), match["message"])
    for block in blocks_of(evidence, "type-error"):
        place = place_of(evidence, block)
        if place is None or place.file != file or place.line is None:
            continue
        said = next((t for t in block.lines if "rror" in t), "")
        if _TOLD.match(said) is None:
            yield _unused(file, place.line, said.partition("rror: ")[2])


def _unused(file: str, line: int, message: str) -> Message | None:
    named = _UNUSED.match(message)
    if named is None:
        return None
    text = f"'{named['name']}' is defined but never used"
    return Message(file=file, line=line, rule="no-unused-vars", text=text)


def _stand_ins(place: Location | None) -> tuple[Change, ...]:
    """The file left out of the check, for a trial that looks at what fails behind it."""
    if place is None or _CHECKED.search(place.file) is None:
        return ()
    return (
        left_unchecked(
            ID,
            PATTERN,
            place,
            head="// @ts-nocheck",
            check="type check",
            summary=f"Correct the type error at {place}",
        ),
    )
