"""The record of all trials of one search; the only place that talks to the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from verifier.isolate.agreement import (
    agree,
    alike,
    differing,
    find_fickle,
    is_fickle,
    is_settled,
    rate,
    runs_needed,
)
from verifier.isolate.oracle import Candidate, Oracle, RepeatingOracle, SearchLimits
from verifier.model.outcome import FailureSignature, Outcome, Status, UnresolvedReason
from verifier.model.trial import TrialKey, World

_FATAL: Final = {
    UnresolvedReason.BUDGET: "budget",
    UnresolvedReason.CANCELLED: "cancelled",
    UnresolvedReason.ENGINE_LOST: "engine lost",
    UnresolvedReason.DISK_FULL: "disk full",
}
_PATIENCE: Final = 2
"""After so many runs without an outcome a trial is not repeated any more."""


class Stopped(Exception):
    """No further trial can be run; `str` says why in a word or two."""


def clean(repaired: Iterable[str] = ()) -> TrialKey:
    """The clean side with these repaired."""
    return TrialKey(world=World.CLEAN, changes=frozenset(repaired))


def local(broken: Iterable[str] = ()) -> TrialKey:
    """The local side with these broken."""
    return TrialKey(world=World.LOCAL, changes=frozenset(broken))


class Ledger:
    """Every outcome by trial, and how many runs and rounds they took."""

    def __init__(self, oracle: Oracle, limits: SearchLimits) -> None:
        self._oracle = oracle
        self._repeating = oracle if isinstance(oracle, RepeatingOracle) else None
        self._runs: dict[TrialKey, list[Outcome]] = {}
        self._agreed: dict[TrialKey, Outcome] = {}
        self._fickle: list[FailureSignature] = []
        self._limits = limits
        self.rounds = 0

    @property
    def trials(self) -> int:
        """Runs asked for so far, repetitions included."""
        return sum(len(runs) for runs in self._runs.values())

    @property
    def can_repeat(self) -> bool:
        """Whether a trial can be run more than once."""
        return self._repeating is not None and self._limits.repeat > 1

    @property
    def varied(self) -> bool:
        """Whether two runs of one trial of this search differed."""
        return any(self.wavered(key) for key in self._runs)

    @property
    def flaky(self) -> bool:
        """Whether outcomes of this project are known to vary between identical runs."""
        return self.varied or (self._repeating is not None and self._repeating.flaky)

    @property
    def needed(self) -> int:
        """How many sightings of a failure must agree, by how often runs differed so far."""
        repeats = sum(len(runs) - 1 for runs in self._runs.values())
        wrong = sum(differing(runs) for runs in self._runs.values())
        return runs_needed(rate(wrong, repeats, self._limits.flake_prior))

    def candidates(self) -> Mapping[str, Candidate]:
        """The oracle's candidates as of now."""
        return self._oracle.candidates()

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """The oracle's suspects after a failing trial."""
        return self._oracle.suspects(key)

    def named(self, key: TrialKey) -> frozenset[str]:
        """The ids that the failure of a trial itself speaks for; none once it comes and goes."""
        if self._repeating is None or is_fickle(self._agreed[key], self._fickle):
            return frozenset()
        return self._repeating.named(key)

    def known(self, key: TrialKey) -> Outcome | None:
        """The outcome of a trial that was run, else None."""
        return self._agreed.get(key)

    def outcomes(self) -> Iterator[tuple[TrialKey, Outcome]]:
        """All trials in the order they were first run."""
        return iter(self._agreed.items())

    def every_run(self) -> Iterator[tuple[TrialKey, Outcome]]:
        """All runs of all trials, repetitions included."""
        for key, runs in self._runs.items():
            for run in runs:
                yield key, run

    def wavered(self, key: TrialKey) -> bool:
        """Whether the runs of a trial differed."""
        return differing(self._runs[key]) > 0

    def is_unsteady(self, key: TrialKey) -> bool:
        """Whether a trial passed in one run and failed in another."""
        statuses = {run.status for run in self._runs.get(key, ())}
        return {Status.PASS, Status.FAIL} <= statuses

    def tally(self, key: TrialKey) -> str:
        """How often a trial was run and how often it failed, in words."""
        runs = self._runs.get(key, [])
        return f"{sum(run.is_fail for run in runs)} of {len(runs)} identical runs failed"

    def sightings(self, key: TrialKey) -> int:
        """How many runs of a trial came to what they agreed on."""
        return sum(alike(run, self._agreed[key]) for run in self._runs[key])

    def run(self, keys: Iterable[TrialKey]) -> list[Outcome]:
        """The outcomes of a batch; raises `Stopped` once the rest of it is recorded.

        A run that failed in a way known to come and go says nothing, and is repeated at once.
        """
        wanted = list(keys)
        fresh = [key for key in dict.fromkeys(wanted) if key not in self._agreed]
        if fresh:
            self._record(fresh, self._oracle.run(fresh))
            self.confirm(k for k in fresh if is_fickle(self._runs[k][0], self._fickle))
        return [self._agreed[key] for key in wanted]

    def one(self, key: TrialKey) -> Outcome:
        """The outcome of one trial."""
        return self.run([key])[0]

    def confirm(self, keys: Iterable[TrialKey], times: int = 2) -> list[Outcome]:
        """The outcomes after repeating each trial until so many runs agree, `FLAKE` if none do."""
        wanted = list(keys)
        self.run(wanted)
        while self._repeating is not None:
            open_keys = [k for k in dict.fromkeys(wanted) if self._is_open(k, times)]
            if not open_keys:
                break
            self._record(open_keys, self._repeating.again(open_keys))
        return [self._agreed[key] for key in wanted]

    def trusted(self, key: TrialKey) -> Outcome:
        """The outcome of one trial, repeated first if its failure is new and names nothing.

        A failure that another trial showed too, or that names its cause, is believed at once. What
        a repair seems to bring may as well be chance, and would cost the cause it belongs to.
        """
        outcome = self.one(key)
        if outcome.is_fail and not self.seen_elsewhere(key) and not self.named(key):
            return self.confirm([key])[0]
        return outcome

    def seen_elsewhere(self, key: TrialKey) -> bool:
        """Whether another trial failed the same way as this one."""
        mine = self._agreed[key]
        return any(alike(mine, other) for trial, other in self._agreed.items() if trial != key)

    def _is_open(self, key: TrialKey, times: int) -> bool:
        runs = self._runs[key]
        lost = sum(run.is_unresolved for run in runs)
        return (
            len(runs) < self._limits.repeat
            and lost < _PATIENCE
            and not is_settled(runs, self._fickle, times)
        )

    def _record(self, keys: list[TrialKey], outcomes: Iterable[Outcome]) -> None:
        fatal: str | None = None
        self.rounds += 1
        for key, outcome in zip(keys, outcomes, strict=True):
            if outcome.reason in _FATAL:
                fatal = fatal or _FATAL[outcome.reason]
                continue
            runs = self._runs.setdefault(key, [])
            runs.append(outcome)
            self._agreed[key] = outcome
        # What is learnt of one trial's failure may take the worth of another's.
        self._fickle = find_fickle(self._runs.values())
        self._agreed = {key: agree(self._runs[key], self._fickle) for key in self._agreed}
        if fatal is not None:
            raise Stopped(fatal)
