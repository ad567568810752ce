"""The record of all trials of one search; the only place that talks to the oracle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from verifier.isolate.oracle import Candidate, Oracle, RepeatingOracle, SearchLimits
from verifier.model.outcome import Outcome, UnresolvedReason, unresolved
from verifier.model.trial import TrialKey, World

_FATAL: Final = {
    UnresolvedReason.BUDGET: "budget",
    UnresolvedReason.CANCELLED: "cancelled",
    UnresolvedReason.ENGINE_LOST: "engine lost",
    UnresolvedReason.DISK_FULL: "disk full",
}


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
        self._limit = limits.repeat
        self._varied = False
        self.rounds = 0

    @property
    def trials(self) -> int:
        """Runs asked for so far, repetitions included."""
        return sum(len(runs) for runs in self._runs.values())

    @property
    def can_repeat(self) -> bool:
        """Whether a trial can be run more than once."""
        return self._repeating is not None and self._limit > 1

    @property
    def flaky(self) -> bool:
        """Whether outcomes of this project are known to vary between identical runs."""
        return self._varied or (self._repeating is not None and self._repeating.flaky)

    def candidates(self) -> Mapping[str, Candidate]:
        """The oracle's candidates as of now."""
        return self._oracle.candidates()

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """The oracle's suspects after a failing trial."""
        return self._oracle.suspects(key)

    def known(self, key: TrialKey) -> Outcome | None:
        """The outcome of a trial that was run, else None."""
        return self._agreed.get(key)

    def outcomes(self) -> Iterator[tuple[TrialKey, Outcome]]:
        """All trials in the order they were first run."""
        return iter(self._agreed.items())

    def run(self, keys: Iterable[TrialKey]) -> list[Outcome]:
        """The outcomes of a batch; raises `Stopped` once the rest of it is recorded."""
        wanted = list(keys)
        fresh = [key for key in dict.fromkeys(wanted) if key not in self._agreed]
        if fresh:
            self._record(fresh, self._oracle.run(fresh))
        return [self._agreed[key] for key in wanted]

    def one(self, key: TrialKey) -> Outcome:
        """The outcome of one trial."""
        return self.run([key])[0]

    def confirm(self, keys: Iterable[TrialKey]) -> list[Outcome]:
        """The outcomes after repeating each trial until two runs agree, `FLAKE` if none do."""
        wanted = list(keys)
        self.run(wanted)
        while self._repeating is not None:
            open_keys = [k for k in dict.fromkeys(wanted) if self._is_open(k)]
            if not open_keys:
                break
            self._record(open_keys, self._repeating.again(open_keys))
        return [self._agreed[key] for key in wanted]

    def trusted(self, key: TrialKey) -> Outcome:
        """The outcome of one trial, repeated first where runs vary and its failure is new.

        A failure that another trial showed too is believed at once: a flake rarely looks like it.
        """
        outcome = self.one(key)
        if self.flaky and outcome.is_fail and not self.seen_elsewhere(key):
            return self.confirm([key])[0]
        return outcome

    def seen_elsewhere(self, key: TrialKey) -> bool:
        """Whether another trial failed the same way as this one."""
        mine = self._agreed[key]
        return any(_alike(mine, other) for trial, other in self._agreed.items() if trial != key)

    def _is_open(self, key: TrialKey) -> bool:
        runs = self._runs[key]
        return len(runs) < self._limit and len(_groups(runs)[0]) < min(2, self._limit)

    def _record(self, keys: list[TrialKey], outcomes: Iterable[Outcome]) -> None:
        fatal: str | None = None
        self.rounds += 1
        for key, outcome in zip(keys, outcomes, strict=True):
            if outcome.reason in _FATAL:
                fatal = fatal or _FATAL[outcome.reason]
                continue
            runs = self._runs.setdefault(key, [])
            runs.append(outcome)
            self._varied = self._varied or len(_groups(runs)) > 1
            self._agreed[key] = _agree(runs)
        if fatal is not None:
            raise Stopped(fatal)


def _agree(runs: list[Outcome]) -> Outcome:
    """The outcome that most runs of a trial came to, `FLAKE` when no outcome leads."""
    first, *others = _groups(runs)
    if others and len(others[0]) == len(first):
        return unresolved(UnresolvedReason.FLAKE, "identical runs differed")
    return first[-1]


def _groups(runs: list[Outcome]) -> list[list[Outcome]]:
    """The runs grouped by what they came to, the largest group first."""
    groups: list[list[Outcome]] = []
    for run in runs:
        group = next((g for g in groups if _alike(g[0], run)), None)
        if group is None:
            groups.append([run])
        else:
            group.append(run)
    return sorted(groups, key=len, reverse=True)


def _alike(one: Outcome, other: Outcome) -> bool:
    """Whether two runs came to the same: failures must be the same failure."""
    if one.signature is not None and other.signature is not None:
        return one.signature.same_as(other.signature)
    return one.status is other.status
