"""The type check of the build failed.

What it detects:
    Type errors that stop the build, each file with its place, also those that a build which ends
    at its first would tell only later. Where a declaration package is missing, it is named.

Why it breaks the deployment:
    A production build checks types; a development server compiles without looking at them.

Example:
    `Type error: Property 'name' does not exist on type 'User'` in `app/users/page.tsx`.

Remedy:
    Correct the code at the place named. Turning the check off would hide the error.
    A trial may leave the file unchecked, only to prove it and to see what fails behind it; that
    stand-in is tried when no real repair helps, and it is never part of a fix plan.

Sources:
    Next.js documentation, TypeScript; TypeScript handbook, seen 2026-11-20.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import STAND_IN, accusation, left_unchecked
from verifier.detectors._clues import blocks_of, passes_locally, place_of, quoted, suspects_about
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect

ID: Final = "type-error"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The type check fails"

_CHECKED: Final = re.compile(r"(?<!\.d)\.[cm]?tsx?$|\.(?:vue|svelte|astro)$")
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
                # The same code passes the check there: what differs is the cause, not the code.
                remedies=() if suspects or passes_locally(evidence) else _stand_ins(place),
                weight=STAND_IN,
            ),
        )
    return tuple(found.values())


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
