"""The report: everything a person or a program is told, built from its own types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from verifier.model.attribution import CauseStatus
from verifier.model.change import RemedyKind
from verifier.model.difference import Difference
from verifier.model.finding import EvidenceItem, Location, Severity
from verifier.model.outcome import Outcome
from verifier.model.verdict import Verdict

SCHEMA: Final = "verifier.report/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """What to do about a cause.

    kind: `project` (a commit), `platform` (a setting) or `none` (a person's to write).
    patch: a unified diff for `git apply`, None for settings.
    verified: a trial with exactly this applied passed.
    """

    summary: str
    kind: str
    patch: str | None = None
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedCause:
    """One diagnosis: a finding with what the trials say about it."""

    id: str
    detector: str
    pattern: str
    subject: str
    status: CauseStatus
    severity: Severity
    summary: str
    locations: tuple[Location, ...] = ()
    stage: str = ""
    evidence: tuple[EvidenceItem, ...] = ()
    remedy: Remedy | None = None
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRun:
    """One trial as the report lists it; `replay` is the command that runs it again."""

    id: str
    world: str
    changes: tuple[str, ...]
    outcome: Outcome
    seconds: float
    cached: bool
    replay: str
    steps: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something that was not looked at, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fidelity:
    """How closely the mirror follows the platform."""

    base: str
    stand_in: bool
    mirrored: int
    approximated: int
    unknown: int
    score: float
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The answer of one verification.

    deployable: None when it cannot be told.
    environments: side → facts for people and programs; names of variables, never values.
    """

    verdict: Verdict
    deployable: bool | None
    headline: str
    project: Mapping[str, str]
    environments: Mapping[str, Mapping[str, str]]
    fidelity: Fidelity | None
    causes: tuple[ReportedCause, ...] = ()
    differences: tuple[Difference, ...] = ()
    runs: tuple[ReportedRun, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    patch: str = ""
    """All project remedies of confirmed causes as one diff."""
    settings: tuple[str, ...] = ()
    """What to set on the platform, one sentence each."""
    plan_verified: bool = False
    remaining: str = ""
    """What is still wrong after everything known was repaired."""
    stopped: str = ""
    sandbox: Mapping[str, str] = field(default_factory=dict)
    """What the containers of the project were given; empty if nothing ran in one."""

    @property
    def confirmed(self) -> tuple[ReportedCause, ...]:
        """The causes that trials proved."""
        return tuple(c for c in self.causes if c.status is CauseStatus.CONFIRMED)

    @property
    def by_hand(self) -> tuple[str, ...]:
        """What only a person can write: told, never shipped, and stood in for in trials."""
        remedies = (c.remedy for c in self.confirmed)
        kind = RemedyKind.NONE.value
        return tuple(dict.fromkeys(r.summary for r in remedies if r is not None and r.kind == kind))

    @property
    def exit_code(self) -> int:
        """0 deployable, 1 not deployable, 125 cannot tell."""
        if self.deployable is None:
            return 125
        return 0 if self.deployable else 1
