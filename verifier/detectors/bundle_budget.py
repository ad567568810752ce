"""A build that is larger than its configuration allows.

What it detects:
    Sizes of the production configuration of Angular that the built files exceed.

Why it breaks the deployment:
    `ng serve` looks at no budget, and neither does a development build; `ng build`, which the
    platform runs, fails where `maximumError` is exceeded.

Example:
    `bundle initial exceeded maximum budget. Budget 100.00 kB was not met by 48.32 kB with a total
    of 148.32 kB.`

Remedy:
    Load less at the start, or raise the budget in angular.json. What was proved is that without the
    bound the build is green; the limit of the warning stays, so that it keeps being told.

Sources:
    `@angular/build` 22.2, its calculator of budgets; Angular documentation, budgets, seen
    2026-11-30.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "bundle-budget"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build is larger than its budget"

_FILES: Final = ("angular.json", "project.json", "workspace.json")
_TYPES: Final = {"bundle initial": "initial", "total scripts": "allScript", "total": "all"}
_STYLE: Final = re.compile(r"\.(?:css|scss|sass|less)$")
_OBJECT: Final = re.compile(r"\{[^{}]*\}")
_BOUND: Final = re.compile(
    r'(?P<before>,\s*)?(?P<pair>"(?:maximumError|error)"\s*:\s*(?:"[^"\n]*"|\d+))(?P<after>\s*,\s*)?'
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding for the configuration whose budgets are exceeded."""
    blocks = blocks_of(evidence, "budget-exceeded")
    exceeded = tuple(dict.fromkeys(b.signature.subject for b in blocks))
    for name in _FILES if exceeded else ():
        file = rooted(evidence.project, name)
        text = evidence.recipe.source.text(file)
        places = [] if text is None else _bounds(file, text, exceeded)
        if places:
            return (_finding(evidence, places, exceeded, blocks[0].lines[0]),)
    return ()


def _finding(
    evidence: Evidence, places: list[Location], exceeded: tuple[str, ...], line: str
) -> Finding:
    file = places[0].file
    told = " and ".join(str(p) for p in places)
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"what is built is larger than {told} allows: {', '.join(exceeded)}",
        items=(quoted(evidence, line), *(seen_in(file, "bounds the size", p.line) for p in places)),
        weight=0.9,
        places=places,
        remedies=(
            remedy(
                ID,
                PATTERN,
                file,
                summary=f"Load less at the start, or raise or take away the bound at {told}",
                repair=editing(file, _unbounded(exceeded)),
                stands_for="smaller than what is built",
                places=places,
            ),
        ),
    )


def _bounds(file: str, text: str, exceeded: tuple[str, ...]) -> list[Location]:
    """The lines that bound what was exceeded."""
    return [
        Location(file=file, line=text.count("\n", 0, budget.start() + bound.start("pair")) + 1)
        for budget in _OBJECT.finditer(text)
        if _bears(budget[0], exceeded) and (bound := _BOUND.search(budget[0])) is not None
    ]


def _unbounded(exceeded: tuple[str, ...]) -> Callable[[str], str]:
    """The text with the budgets that were exceeded as mere warnings."""

    def without(match: re.Match[str]) -> str:
        comma = match["before"] and match["after"]
        return match["before"] if comma else ""

    def edit(text: str) -> str:
        return _OBJECT.sub(
            lambda b: _BOUND.sub(without, b[0]) if _bears(b[0], exceeded) else b[0], text
        )

    return edit


def _bears(budget: str, exceeded: tuple[str, ...]) -> bool:
    """Whether a budget is one of those that the labels of the log mean."""
    kind = re.search(r'"type"\s*:\s*"(\w+)"', budget)
    name = re.search(r'"name"\s*:\s*"([^"\n]*)"', budget)
    if kind is None:
        return False
    return any(
        kind[1] == _TYPES[label]
        if label in _TYPES
        else (kind[1] == "bundle" and name is not None and name[1] == label)
        or kind[1] in _kinds_of_file(label)
        for label in exceeded
    )


def _kinds_of_file(label: str) -> tuple[str, ...]:
    """The budgets that bound single files."""
    if "." not in label:
        return ()
    return ("any", "anyComponentStyle") if _STYLE.search(label) else ("any", "anyScript")
