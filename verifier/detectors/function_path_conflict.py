"""Two files below `api/` claim the same path.

What it detects:
    Files of functions that differ by their ending only, or by the name of a dynamic segment, where
    the platform refused them.

Why it breaks the deployment:
    The path of a function is its file's without the ending. The platform refuses two files for
    one path before it builds; a development server takes either.

Example:
    `api/contact.ts` beside `api/contact.js`, which a compiler left there.

Remedy:
    Delete one of the two: what was compiled from the other, as a rule.

Sources:
    `@vercel/fs-detectors`, `conflicting_file_path`, seen 2026-11-24.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    error_lines,
    file_named,
    first_match,
    log_lines,
    quoted,
    seen_in,
)
from verifier.detectors._edits import deleting
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "function-path-conflict"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "Two functions claim the same path"

_SAID: Final = re.compile(
    r"conflicting paths or names.*?The path \"(?P<one>[^\"]+)\" has conflicts? with"
    r" \"(?P<two>[^\"]+)\""
)
_COMPILED: Final = (".js", ".mjs", ".cjs")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding about the two files that the platform named."""
    said = first_match((*error_lines(evidence), *log_lines(evidence)), _SAID)
    if said is None:
        return ()
    line, match = said
    files = [file_named(evidence, match[name]) for name in ("one", "two")]
    known = sorted((f for f in files if f is not None), key=lambda f: (not _is_compiled(f), f))
    if len(known) < 2:
        return ()
    offers = [_deletion(known, place) for place in range(2)]
    ids = [c.id for c in offers]
    return (
        accusation(
            ID,
            PATTERN,
            known[0],
            summary=f"{known[0]} and {known[1]} claim the same path",
            items=(quoted(evidence, line), *(seen_in(f, "is a function") for f in known)),
            weight=0.9,
            places=[Location(file=f) for f in known],
            remedies=[replace(c, excludes=tuple(i for i in ids if i != c.id)) for c in offers],
        ),
    )


def _is_compiled(file: str) -> bool:
    return file.endswith(_COMPILED)


def _deletion(files: list[str], place: int) -> Change:
    gone, kept = files[place], files[1 - place]
    return remedy(
        ID,
        PATTERN,
        files[0],
        summary=f"Delete or move {gone}; {kept} has the path",
        repair=deleting(gone),
        stands_for="claims the path of another function",
        first_stage=Stage.TOOLCHAIN,
        places=(Location(file=gone),),
        tag=str(place) if place else "",
    )
