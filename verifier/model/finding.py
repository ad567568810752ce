"""What detectors say: suspects with evidence, which only order the trials and never conclude."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.model.change import Change


class Pattern(Enum):
    """The seven kinds of failure that verifier pins down."""

    ENVIRONMENT = "environment-variable-collapse"
    ROUTER = "router-architecture-collision"
    DATABASE = "database-security-misconfiguration"
    SESSION = "authentication-state-persistence-failure"
    PIPELINE = "build-pipeline-structural-failure"
    CREDENTIAL = "credential-exposure"
    OUTPUT = "missing-output-specification"


class Severity(Enum):
    """How bad it is if true."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place in the project; line counts from 1, None where the whole file is meant."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class EvidenceKind(Enum):
    """Where a piece of evidence comes from."""

    TRIAL = "trial"
    LOG = "log"
    FILE = "file"
    DIFFERENCE = "difference"
    PROBE = "probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceItem:
    """One piece of evidence: a quoted log line, a place in a file, a run."""

    kind: EvidenceKind
    text: str
    location: Location | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A change that a detector believes would flip the outcome.

    weight: probability in 0..1 that it is a cause, given this evidence alone.
    """

    change_id: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one detector saw; cannot be built without evidence.

    Nothing in it is a conclusion: only trials confirm or refute.
    """

    detector: str
    pattern: Pattern
    subject: str
    summary: str
    severity: Severity
    evidence: tuple[EvidenceItem, ...]
    locations: tuple[Location, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    remedies: tuple[Change, ...] = ()
    """Changes the detector proposes by itself, to be tried beside the known factors."""
    explains: tuple[str, ...] = ()
    """Ids of changes whose reported text this finding improves, without suspecting them anew."""
    undecided: bool = False
    """Whether a trial with its suspects repaired would show if it is a fault at all."""

    def __post_init__(self) -> None:
        if not self.evidence:
            msg = f"finding of {self.detector} about {self.subject!r} has no evidence"
            raise ValueError(msg)
