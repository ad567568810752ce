"""Worlds with hidden causes, which answer trials as a project with those faults would.

Everything is decided by a seed; a world never looks at how it is being searched.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from verifier.isolate import Candidate
from verifier.model.outcome import (
    FailureSignature,
    Outcome,
    Stage,
    UnresolvedReason,
    failed,
    passed,
    unresolved,
)
from verifier.model.trial import TrialKey, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A minimal set of factors that fails when all of it is broken, and what the failure is.

    remedies: ids that make it harmless on the clean side though they are none of its factors.
    """

    factors: frozenset[str]
    signature: FailureSignature
    remedies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class HiddenWorld:
    """All that is true of a world.

    evidence: what detectors suspect from the start. hints: what they say of a failure, by subject.
    invalid: pairs of ids of which only one flipped makes an invalid mixture.
    harmful: ids whose repair itself breaks the clean side, with that failure.
    exposed: id → a fault that shows only while that id is good, such as what a pinned tool refuses.
    """

    candidates: Mapping[str, Candidate]
    faults: tuple[Fault, ...]
    evidence: Mapping[str, float] = field(default_factory=dict)
    hints: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    invalid: frozenset[tuple[str, str]] = frozenset()
    harmful: Mapping[str, FailureSignature] = field(default_factory=dict)
    exposed: Mapping[str, Fault] = field(default_factory=dict)

    def outcome(self, key: TrialKey) -> Outcome:
        """What the trial truly comes to: the earliest failure masks the others."""
        if key.world is World.CLEAN:
            broken = frozenset(self.candidates) - key.changes
            repaired = key.changes
        else:
            broken, repaired = key.changes, frozenset[str]()
        for one, other in sorted(self.invalid):
            if (one in key.changes) != (other in key.changes):
                return unresolved(UnresolvedReason.OTHER, "half of a coupling")
        seen = [
            f.signature for f in self.faults if f.factors <= broken and not f.remedies & repaired
        ]
        seen += [s for name, s in sorted(self.harmful.items()) if name in repaired]
        seen += [
            fault.signature
            for name, fault in sorted(self.exposed.items())
            if name not in broken and fault.factors <= broken
        ]
        if not seen:
            return passed()
        return failed(min(seen, key=lambda s: (s.stage, s.subject)))


class Laboratory:
    """An oracle over a hidden world that counts runs, rounds, and how often a trial is repeated.

    flakes: probability that a run comes to something else than the truth.
    flake_signature: what a flaking run fails with; None lets each fail of something else, or a
    failing trial pass.
    names: share of faults whose failure itself speaks for their factors; over the recorded
    scenarios, which detectors were written with in view, it is more.
    lost: probability that a trial is unresolved, whatever it is asked.
    """

    def __init__(
        self,
        world: HiddenWorld,
        *,
        budget: int | None = None,
        flakes: float = 0.0,
        lost: float = 0.0,
        known_flaky: bool = False,
        names: float = 0.85,
        flake_signature: FailureSignature | None = None,
        seed: int = 0,
    ) -> None:
        self.world = world
        self._names = names
        self._flake_signature = flake_signature
        self.runs: list[TrialKey] = []
        self.rounds = 0
        self._budget = budget
        self._flakes = flakes
        self._lost = lost
        self._known_flaky = known_flaky
        self._random = random.Random(seed)
        self._seed = seed
        self.seen: dict[TrialKey, Outcome] = {}
        self._lost_keys: dict[TrialKey, bool] = {}

    @property
    def flaky(self) -> bool:
        return self._known_flaky

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        self.rounds += 1
        return [self._once(key) for key in keys]

    def again(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        return self.run(keys)

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        signature = self.world.outcome(key).signature
        hints = {} if signature is None else self.world.hints.get(signature.subject, {})
        return {**self.world.evidence, **hints}

    def candidates(self) -> Mapping[str, Candidate]:
        return self.world.candidates

    def named(self, key: TrialKey) -> frozenset[str]:
        seen = self.seen[key].signature
        for number, fault in enumerate(self.world.faults):
            luck = random.Random(f"{self._seed} {number}").random()
            if seen == fault.signature and luck < self._names:
                return fault.factors
        return frozenset()

    def _once(self, key: TrialKey) -> Outcome:
        outcome = self._came_to(key)
        self.seen.setdefault(key, outcome)
        return outcome

    def _came_to(self, key: TrialKey) -> Outcome:
        if self._budget is not None and len(self.runs) >= self._budget:
            return unresolved(UnresolvedReason.BUDGET)
        self.runs.append(key)
        truth = self.world.outcome(key)
        if key not in self._lost_keys:
            self._lost_keys[key] = self._random.random() < self._lost
        if self._lost_keys[key] and key.changes:
            return unresolved(UnresolvedReason.REGISTRY)
        if self._flakes and self._random.random() < self._flakes:
            return self._flake(truth)
        return truth

    def _flake(self, truth: Outcome) -> Outcome:
        if self._flake_signature is not None:
            own = self._flake_signature
            masked = truth.signature is not None and truth.signature.stage < own.stage
            return truth if masked else failed(own)
        if truth.is_fail and self._random.random() < 0.5:
            return passed()
        stage = self._random.choice(list(Stage))
        subject = f"flake{self._random.randrange(10**6)}"
        return failed(FailureSignature(stage=stage, error_class="flake", subject=subject))


def name(index: int) -> str:
    """The id of the factor with that number."""
    return f"f{index:03d}"


def world(
    rng: random.Random,
    *,
    n: int,
    sizes: Sequence[int],
    recall: float = 1.0,
    decoys: int = 0,
    colliding: bool = False,
    stages: Sequence[Stage] = tuple(Stage),
) -> HiddenWorld:
    """A world of n factors with disjoint causes of the given sizes.

    recall: share of the causes' factors that evidence suspects; decoys: innocents it suspects
    just as strongly. colliding: all failures look alike.
    """
    ids = [name(i) for i in range(n)]
    members = rng.sample(ids, sum(sizes))
    faults: list[Fault] = []
    first: dict[str, Stage] = {i: rng.choice(stages) for i in ids}
    at = 0
    for number, size in enumerate(sizes):
        factors = members[at : at + size]
        at += size
        stage = max(first[i] for i in factors)
        seen = FailureSignature(stage=stage, error_class="broken", subject=f"s{number}")
        if colliding:
            seen = FailureSignature(stage=Stage.COMPILE, error_class="broken", subject="same")
            first |= dict.fromkeys(factors, Stage.FETCH)
        faults.append(Fault(factors=frozenset(factors), signature=seen))
    guilty = [i for i in members if rng.random() < recall]
    innocent = rng.sample([i for i in ids if i not in members], min(decoys, n - len(members)))
    return HiddenWorld(
        candidates={i: Candidate(id=i, first_stage=first[i], family=i[:2]) for i in ids},
        faults=tuple(faults),
        evidence=dict.fromkeys(sorted([*guilty, *innocent]), 0.6),
    )
