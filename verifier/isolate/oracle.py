"""What the search asks of its surroundings: candidates, trials, and evidence of a trial.

The search never knows what a change does or how a build runs; it sees ids, stages and outcomes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from verifier.model.outcome import Outcome, Stage
from verifier.model.trial import TrialKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A change as the search sees it.

    prior: probability in 0..1 that it is a cause before any failure was seen.
    first_stage: the first stage that can notice it.
    repairable: has a repair on the clean side. breakable: has a local counterpart.
    coupled: ids that only make sense flipped together with this one.
    excludes: ids of alternative repairs, which are never applied beside this one.
    coarse: takes much at once (the whole found tree); tried when nothing finer helps.
    """

    id: str
    prior: float = 0.05
    first_stage: Stage = Stage.FETCH
    repairable: bool = True
    breakable: bool = True
    family: str = ""
    coupled: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    coarse: bool = False

    def __post_init__(self) -> None:
        if not (self.repairable or self.breakable):
            msg = f"candidate {self.id!r} can neither be repaired nor broken"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchLimits:
    """Bounds of one search; trials and minutes are the oracle's to bound.

    suspect_from: suspects at or above this probability are repaired at once.
    max_suspects: at most so many of them.
    repeat: the most runs of one trial when its outcome is in doubt; 1 never repeats.
    flake_prior: how often a run of a project is thought to go wrong before two runs differed.
    max_peels: failures peeled off before the search gives up.
    """

    suspect_from: float = 0.2
    max_suspects: int = 12
    repeat: int = 6
    flake_prior: float = 0.05
    max_peels: int = 40


class Oracle(Protocol):
    """Runs trials and reads their evidence."""

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """The outcomes of independent trials, in order; `BUDGET` where the budget is gone."""

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """After a failing trial: change id → probability; may name changes never seen before."""

    def candidates(self) -> Mapping[str, Candidate]:
        """All changes known now; may grow after `suspects`."""


@runtime_checkable
class RepeatingOracle(Oracle, Protocol):
    """An oracle that can also run a trial once more, which is how flakes are told from facts."""

    @property
    def flaky(self) -> bool:
        """Whether identical runs of this project are known to have differed."""

    def again(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """The outcomes of one further run of each trial, never taken from a cache."""

    def named(self, key: TrialKey) -> frozenset[str]:
        """Ids that the failure of this very trial speaks for, such as a module its log misses.

        A flake rarely speaks of what happens to be left broken, so such a failure needs no repeat.
        """
