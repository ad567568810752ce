"""What the search concluded, and from which trials."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.model.outcome import FailureSignature, Outcome
from verifier.model.trial import TrialKey


class CauseStatus(Enum):
    """How sure a cause is; only trials make one confirmed or refuted."""

    CONFIRMED = "confirmed"
    POSSIBLE = "possible"
    REFUTED = "refuted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """A minimal set of changes that breaks the deployment by itself.

    broken: trial in which only this is left broken, and which failed.
    green: trial in which this is repaired too, and which passed.
    local_broken: trial on the local side with only this broken, which failed; None when no local
    side is known or the change has no local counterpart.
    """

    changes: frozenset[str]
    signature: FailureSignature | None
    broken: TrialKey
    green: TrialKey
    local_broken: TrialKey | None = None
    separable: bool = True
    """False for a group whose members could not be told apart."""
    partial: bool = False
    """Whether `green` only got past this failure and then failed of something nothing repaired."""
    partners: frozenset[str] = frozenset()
    """What else `local_broken` had to break before it showed, and nobody would repair."""
    alternatives: tuple[str, ...] = ()
    """Ids of other repairs of the same failure, each shown by a trial, the best first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """The outcome of a search; `complete` means the repaired clean side passed."""

    causes: tuple[Cause, ...]
    possible: tuple[Cause, ...] = ()
    """What only the wording of the failures speaks for; no trial decided it by pass and fail."""
    refuted: tuple[str, ...] = ()
    """Ids of suspects that a trial showed to be innocent."""
    complete: bool = False
    stopped: str = ""
    """Why the search ended early (`budget`, `flaky`, ...); empty when it ran to its end."""
    final: TrialKey | None = None
    """The clean trial with one repair per cause, which passed."""
    clean: Outcome | None = None
    """What all runs of the unchanged clean side came to: `FLAKE` if one passed and one failed."""
    local: Outcome | None = None
    """What all runs of the unchanged local side came to."""
    remaining: FailureSignature | None = None
    """The failure that nothing known could change, if any."""
    trials: int = 0
    rounds: int = 0
