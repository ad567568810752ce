"""What a search has learnt so far, kept so that an interrupted search still reports it."""

from __future__ import annotations

from dataclasses import dataclass, field

from verifier.isolate.ledger import Ledger, clean
from verifier.isolate.oracle import SearchLimits
from verifier.isolate.space import Space, Unit
from verifier.model.attribution import Cause
from verifier.model.outcome import FailureSignature, Outcome, Stage
from verifier.model.trial import TrialKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One failure peeled off: what was added, and the trials before and after it.

    blind: whether only trials, and no evidence, led to what was added.
    """

    added: tuple[Unit, ...]
    before: TrialKey
    after: TrialKey
    blind: bool = False


@dataclass(slots=True, kw_only=True)
class Progress:
    """The state of one search; `space` and `repairs` are replaced, never changed in place.

    repairs: ids repaired on the clean side so far.
    dropped: ids whose repair brought a failure itself; never tried again.
    remaining: the failure that is left, None once the repaired side passed.
    """

    ledger: Ledger
    limits: SearchLimits
    has_local: bool
    space: Space
    repairs: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()
    remaining: FailureSignature | None = None
    steps: list[Step] = field(default_factory=list)
    causes: list[Cause] = field(default_factory=list)
    possible: list[Cause] = field(default_factory=list)
    final: TrialKey | None = None

    @property
    def repaired_units(self) -> tuple[Unit, ...]:
        """The units of which something is repaired, the likeliest first."""
        return tuple(u for u in self.space.units if self.space.repairs([u]) & self.repairs)

    def learn(self, key: TrialKey) -> None:
        """Take in the evidence of a failing trial, and whatever it newly named."""
        more = self.ledger.suspects(key)
        self.space = self.space.believe(self.ledger.candidates(), more)

    def without(self, *units: Unit) -> TrialKey:
        """The clean trial with everything found repaired but these units."""
        gone = frozenset(i for unit in units for i in unit)
        return clean(self.repairs - gone)


def gets_past(outcome: Outcome, signature: FailureSignature) -> bool | None:
    """Whether a trial got past a failure; None when it says nothing about it.

    A failure at an earlier stage means that the mixture itself is invalid.
    """
    if outcome.is_pass:
        return True
    seen = outcome.signature
    if seen is None:
        return None
    if seen.same_as(signature):
        return False
    return None if _rank(seen.stage) < _rank(signature.stage) else True


def is_beyond(outcome: Outcome, signature: FailureSignature) -> bool:
    """Whether a trial certainly got past a failure: it passed or failed at a later stage."""
    if outcome.is_pass:
        return True
    seen = outcome.signature
    return seen is not None and _rank(seen.stage) > _rank(signature.stage)


def _rank(stage: Stage) -> Stage:
    """The order of stages; types are checked before or after the bundler runs, as scripts say."""
    return Stage.COMPILE if stage is Stage.TYPECHECK else stage
