"""The linter stops the build.

What it detects:
    Lint errors that end a build: Next.js up to version 15 lints while it builds, and a build script
    may call a linter. So do warnings where a tool takes them for errors because `CI` is set, and
    where a script allows none.

Why it breaks the deployment:
    The development server never lints. Next.js 16 no longer lints in its build.

Example:
    `react/no-unescaped-entities` in `app/page.tsx`.

Remedy:
    Correct the lines named. Switching the rule or the check off would hide them, and the preset for
    Create React App takes `CI` back for the install only, so that its builds fail alike.
    Where no correction is beyond dispute, a trial may leave the file unchecked, only to prove it
    and to see what fails behind it; that stand-in is never part of a fix plan.

Sources:
    Next.js documentation, ESLint; upgrade guide to version 16, seen 2026-11-20.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import STAND_IN, accusation, left_unchecked, remedy
from verifier.detectors._clues import passes_locally, quoted
from verifier.detectors._edits import editing
from verifier.detectors._lint_edits import correcting
from verifier.detectors._lint_messages import Message, are_warnings, refused
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "lint-error"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The linter stops the build"

_SCRIPT: Final = re.compile(r"\.[cm]?[jt]sx?$")
_SHOWN: Final = 4


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that the linter refuses, where linting is what failed."""
    signature = evidence.observation.outcome.signature
    if signature is None or signature.error_class != "lint-error":
        return ()
    as_errors = are_warnings(evidence)
    by_file: dict[str, list[Message]] = {}
    for message in refused(evidence):
        by_file.setdefault(message.file, []).append(message)
    return tuple(
        _finding(evidence, file, messages, as_errors=as_errors)
        for file, messages in by_file.items()
    )


def _finding(evidence: Evidence, file: str, messages: list[Message], *, as_errors: bool) -> Finding:
    rules = ", ".join(dict.fromkeys(m.rule for m in messages if m.rule)) or "it cannot be read"
    why = "the linter's warnings, errors here, refuse" if as_errors else "the linter refuses"
    places = [Location(file=m.file, line=m.line or None) for m in messages if m.file]
    fix = _remedy(evidence, file, messages)
    if fix is None and places and not passes_locally(evidence):
        fix = _stand_in(file, places[0], rules)
    return accusation(
        ID,
        PATTERN,
        file or rules,
        summary=f"{why} {file or 'the code'}: {rules}",
        items=[quoted(evidence, m.text) for m in messages[:_SHOWN]],
        weight=STAND_IN if fix is not None and fix.coarse else 0.9,
        places=places,
        remedies=() if fix is None else (fix,),
    )


def _stand_in(file: str, place: Location, rules: str) -> Change | None:
    """The file left out of the check, for a trial that looks at what fails behind it."""
    if _SCRIPT.search(file) is None:
        return None
    return left_unchecked(
        ID,
        PATTERN,
        place,
        head="/* eslint-disable */",
        check="linter",
        summary=f"Correct {file} as {rules} asks",
    )


def _remedy(evidence: Evidence, file: str, messages: list[Message]) -> Change | None:
    """The messages followed, None where one of them leaves its author a choice."""
    edit = correcting(file, messages)
    text = evidence.recipe.source.text(file)
    if text is None or any(correcting(file, [m])(text) is None for m in messages):
        return None
    places = tuple(Location(file=file, line=m.line) for m in messages)
    rules = ", ".join(dict.fromkeys(m.rule for m in messages))
    return remedy(
        ID,
        PATTERN,
        file,
        summary=f"Correct {file} as {rules} asks",
        repair=editing(file, edit),
        stands_for=f"refused by {rules}",
        first_stage=Stage.COMPILE,
        places=places,
    )
