"""Detectors: plug-ins that read evidence and name suspects and remedies; they never conclude.

One file is one detector, found by listing this folder (names starting with `_` are shared parts).
A detector has `ID`, `PATTERN`, `TITLE`, `detect(evidence)` and a docstring with five fixed
headings, and may have `markers(project)`: texts worth
searching for in the client output, by the key under which hits are reported.
"""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern, Severity
from verifier.model.project import Project

HEADINGS: Final = (
    "What it detects",
    "Why it breaks the deployment",
    "Example",
    "Remedy",
    "Sources",
)
_RANK: Final = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Detector:
    """One plug-in as the registry sees it; `markers` is None where it searches for nothing."""

    id: str
    pattern: Pattern
    title: str
    text: str
    detect: Callable[[Evidence], tuple[Finding, ...]]
    markers: Callable[[Project], Mapping[str, str]] | None = None


@cache
def all_detectors() -> tuple[Detector, ...]:
    """Every detector of this folder, by id."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    found = []
    for name in names:
        module = import_module(f"{__name__}.{name}")
        found.append(
            Detector(
                id=module.ID,
                pattern=module.PATTERN,
                title=module.TITLE,
                text=inspect.cleandoc(module.__doc__ or ""),
                detect=module.detect,
                markers=getattr(module, "markers", None),
            )
        )
    return tuple(sorted(found, key=lambda d: d.id))


def detect_all(evidence: Evidence) -> tuple[tuple[Finding, ...], tuple[tuple[str, str], ...]]:
    """Findings of every detector, the gravest and likeliest first, and what had to be skipped.

    A skipped entry is a detector's id and the class of the error it raised: one that stumbles
    over an odd project must not cost the answers of all others.
    """
    findings: list[Finding] = []
    skipped: list[tuple[str, str]] = []
    for detector in all_detectors():
        try:
            findings.extend(detector.detect(evidence))
        except Exception as error:  # noqa: BLE001  (a plug-in must not end the run)
            skipped.append((detector.id, type(error).__name__))
    findings.sort(key=_order)
    return tuple(findings), tuple(skipped)


def client_markers(project: Project) -> Mapping[str, str]:
    """Texts that detectors want searched for in the client side of a build's output, by key.

    Detectors look for the same keys among the hits of an observation. A text may be a secret
    written in the project's code; its key never tells it.
    """
    wanted: dict[str, str] = {}
    for detector in all_detectors():
        if detector.markers is None:
            continue
        try:
            wanted.update(detector.markers(project))
        except Exception:  # noqa: BLE001, S112  (as above; a marker less is no answer less)
            continue
    return dict(sorted(wanted.items()))


def explain(detector_id: str) -> str | None:
    """The explanation of one detector as text, None for an unknown id."""
    return next((d.text for d in all_detectors() if d.id == detector_id), None)


def _order(finding: Finding) -> tuple[int, float, str, str]:
    weight = max((s.weight for s in finding.suspects), default=0.0)
    return (_RANK[finding.severity], -weight, finding.detector, finding.subject)
