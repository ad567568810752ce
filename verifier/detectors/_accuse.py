"""Building findings and remedies with as few words as they need."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Final

from verifier.detectors._edits import editing
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import (
    EvidenceItem,
    Finding,
    Location,
    Pattern,
    Severity,
    Suspect,
)
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

STAND_IN: Final = 0.1
"""The weight of what only a trial may do: below any repair that a person would make."""
_MOST_ITEMS: Final = 8
_SCRIPT: Final = re.compile(r"<script\b[^>]*>", re.IGNORECASE)
_OPENINGS: Final = {
    ".vue": _SCRIPT,
    ".svelte": _SCRIPT,
    ".astro": re.compile(r"\A\s*---[ \t]*$", re.MULTILINE),
}


def remedy(
    detector: str,
    pattern: Pattern,
    subject: str,
    *,
    summary: str,
    repair: Callable[[Recipe], Recipe],
    stands_for: str,
    first_stage: Stage = Stage.COMPILE,
    kind: RemedyKind = RemedyKind.PROJECT,
    places: Iterable[Location] = (),
    tag: str = "",
) -> Change:
    """A change that a person would make, named after its detector and subject.

    tag tells several remedies of one finding apart.
    """
    return Change(
        id=f"{detector}:{subject}{f'#{tag}' if tag else ''}",
        family=detector,
        subject=subject,
        title=summary,
        pattern=pattern.value,
        first_stage=first_stage,
        repair=repair,
        remedy_kind=kind,
        remedy_summary=summary,
        locations=tuple(str(p) for p in places),
        prior=0.3,
        stands_for=stands_for,
    )


def left_unchecked(
    detector: str, pattern: Pattern, place: Location, *, head: str, check: str, summary: str
) -> Change:
    """A file that a check does not look at, for a trial that sees what fails behind it.

    head: what switches the check off, written above the file's code; no plan ever ships it.
    """
    return Change(
        id=f"{detector}:{place.file}",
        family=detector,
        subject=place.file,
        title=f"{place.file} passes the {check}",
        pattern=pattern.value,
        first_stage=Stage.COMPILE,
        repair=editing(place.file, lambda text: _headed(place.file, text, head)),
        remedy_summary=f"{summary}; the trial left the file unchecked",
        locations=(str(place),),
        prior=STAND_IN,
        stands_for=f"refused by the {check}",
        coarse=True,
    )


def _headed(file: str, text: str, head: str) -> str:
    """The text of a file with a line at the head of its code.

    A component of Vue or Svelte holds its code in blocks, a page of Astro between two fences.
    """
    opening = _OPENINGS.get(PurePosixPath(file).suffix)
    if opening is None:
        return f"{head}\n{text}"
    return opening.sub(lambda m: f"{m[0]}\n{head}", text)


def accusation(
    detector: str,
    pattern: Pattern,
    subject: str,
    *,
    summary: str,
    items: Iterable[EvidenceItem],
    weight: float = 0.0,
    places: Iterable[Location | None] = (),
    suspects: Iterable[Suspect] = (),
    remedies: Iterable[Change] = (),
    severity: Severity = Severity.ERROR,
    undecided: bool = False,
) -> Finding:
    """A finding whose own remedies are suspects too, the first with the full weight."""
    offered = tuple(remedies)
    known = tuple(suspects)
    own = tuple(
        Suspect(change_id=change.id, weight=weight if place == 0 else weight / 2)
        for place, change in enumerate(offered)
    )
    evidence = tuple(dict.fromkeys(items))[:_MOST_ITEMS]
    told = [p for p in places if p is not None] or [
        i.location for i in evidence if i.location is not None
    ]
    return Finding(
        detector=detector,
        pattern=pattern,
        subject=subject,
        summary=summary,
        severity=severity,
        evidence=evidence,
        locations=tuple(dict.fromkeys(told)),
        suspects=(*known, *own),
        remedies=offered,
        undecided=undecided,
    )
