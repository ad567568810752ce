"""What failed was made of something that is not the same on both sides.

What it detects:
    A build that fails in the project's own code, where the value in question comes from a file or
    a package that differs between the laptop and the platform, although the failure names neither.
    The value is followed backwards from the place that the stack points at: through names, calls
    and modules of the project, to the file that was read or the package it was taken from.

Why it breaks the deployment:
    Code that was written against one content of a file, or one version of a package, meets another
    on the platform: a field or a function that is not there.

Example:
    `TypeError: number is not a function` where `number` is `v7` of uuid, which the laptop has in
    version 11 and the lockfile in version 9.

Remedy:
    Commit the file, or write down the version that the laptop has.

Sources:
    ECMAScript, property access on undefined values; runs seen 2026-11-30.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import changes_of, quoted, seen_in
from verifier.detectors._trace import Trace, trace_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity, Suspect

ID: Final = "traced-difference"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "What failed was made of something that differs"

_ALONE: Final = 0.8
"""Weight of what alone the failure leads to; several share it."""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per differing file or package that the failing value came from."""
    trace = trace_of(evidence)
    if trace is None:
        return ()
    led = [
        (change, at)
        for change in changes_of(evidence, "version", "file")
        if change.id not in evidence.key.changes
        and (at := _leads_to(evidence, trace, change)) is not None
    ]
    return tuple(
        _finding(evidence, trace, change, at, weight=max(0.3, _ALONE / len(led)))
        for change, at in led
    )


def _leads_to(evidence: Evidence, trace: Trace, change: Change) -> Location | None:
    """Where the code that failed takes in what a change is about, None if it does not."""
    if change.family == "file":
        return trace.reached.opens(change.subject, evidence.project.root)
    return trace.place if trace.package == change.subject else None


def _named(change: Change) -> str:
    """The subject with what is known of it; a title that begins with it says both."""
    if change.title.startswith(f"{change.subject}:"):
        return change.title
    return f"{change.subject}: {change.title}"


def _finding(
    evidence: Evidence, trace: Trace, change: Change, at: Location, *, weight: float
) -> Finding:
    return accusation(
        ID,
        PATTERN,
        change.subject,
        summary=f"what failed at {trace.place} comes from {_named(change)}",
        items=(
            quoted(evidence, trace.line),
            seen_in(at.file, f"takes in {change.subject}", at.line),
        ),
        weight=weight,
        places=(trace.place, at),
        suspects=(Suspect(change_id=change.id, weight=weight),),
        severity=Severity.INFO,
    )
