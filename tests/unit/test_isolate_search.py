"""The search finds exactly the hidden causes of random worlds, and never an innocent."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab.worlds import Fault, HiddenWorld, Laboratory, world
from verifier.isolate import Candidate, SearchLimits, isolate
from verifier.isolate.ledger import local as locally
from verifier.model.attribution import Attribution, Cause
from verifier.model.outcome import FailureSignature, Stage
from verifier.model.trial import TrialKey, World

SEEDS = st.integers(0, 10**9)
QUICK = settings(max_examples=40, deadline=None, derandomize=True)


def search(
    hidden: HiddenWorld, *, local: bool = True, names: float = 0.85
) -> tuple[Attribution, Laboratory]:
    lab = Laboratory(hidden, names=names)
    return isolate(lab, local=local, limits=SearchLimits()), lab


def causes(found: Attribution) -> set[frozenset[str]]:
    return {cause.changes for cause in found.causes}


def truth(hidden: HiddenWorld) -> set[frozenset[str]]:
    return {fault.factors for fault in hidden.faults}


def assert_proved(hidden: HiddenWorld, cause: Cause) -> None:
    """Every trial a cause names really comes to what the cause says."""
    assert hidden.outcome(cause.broken).is_fail
    assert hidden.outcome(cause.green).is_pass
    assert cause.local_broken is None or hidden.outcome(cause.local_broken).is_fail


@given(
    seed=SEEDS,
    n=st.integers(8, 60),
    sizes=st.lists(st.integers(1, 3), min_size=1, max_size=4).filter(lambda s: sum(s) <= 8),
    recall=st.sampled_from([0.0, 0.5, 0.9, 1.0]),
    decoys=st.integers(0, 5),
    colliding=st.booleans(),
)
@QUICK
def test_exact_causes(
    *, seed: int, n: int, sizes: list[int], recall: float, decoys: int, colliding: bool
) -> None:
    """With both sides, the found causes are exactly the hidden ones, whatever the evidence."""
    hidden = world(
        random.Random(seed),
        n=n,
        sizes=sizes,
        recall=recall,
        decoys=decoys,
        colliding=colliding,
    )
    found, _ = search(hidden)
    assert found.complete
    assert causes(found) == truth(hidden)
    for cause in found.causes:
        assert_proved(hidden, cause)
        assert cause.local_broken is not None


@given(seed=SEEDS, sizes=st.lists(st.integers(1, 3), min_size=1, max_size=3))
@QUICK
def test_without_local_side(*, seed: int, sizes: list[int]) -> None:
    """Without a local side, one repair per cause is found, proved by its remedy alone."""
    hidden = world(random.Random(seed), n=30, sizes=sizes, recall=0.7, decoys=2)
    found, lab = search(hidden, local=False)
    assert found.complete
    assert len(found.causes) == len(hidden.faults)
    for fault in hidden.faults:
        assert sum(cause.changes <= fault.factors for cause in found.causes) == 1
    for cause in found.causes:
        assert_proved(hidden, cause)
    assert all(key.world is World.CLEAN for key in lab.runs)


@given(seed=SEEDS, budget=st.integers(0, 30))
@QUICK
def test_budget(*, seed: int, budget: int) -> None:
    """A budget is kept, and what was proved until then holds no innocent."""
    hidden = world(random.Random(seed), n=30, sizes=(1, 1, 2), recall=0.8, decoys=2)
    lab = Laboratory(hidden, budget=budget)
    found = isolate(lab, local=True, limits=SearchLimits())
    guilty = frozenset().union(*truth(hidden))
    assert found.trials == len(lab.runs) <= budget
    assert found.stopped == "budget" or causes(found) == truth(hidden)
    assert all(cause.changes <= guilty for cause in found.causes)


@given(seed=SEEDS, lost=st.sampled_from([0.05, 0.2, 0.5]))
@QUICK
def test_unresolved_trials(*, seed: int, lost: float) -> None:
    """Trials that say nothing may hide a cause but never make one."""
    hidden = world(random.Random(seed), n=20, sizes=(1, 1, 2), recall=0.8, decoys=3)
    found = isolate(Laboratory(hidden, lost=lost, seed=seed), local=True, limits=SearchLimits())
    guilty = frozenset().union(*truth(hidden))
    assert all(cause.changes & guilty for cause in found.causes)


@given(seed=SEEDS)
@QUICK
def test_determinism(*, seed: int) -> None:
    """Two searches of one world run the same trials and say the same."""
    hidden = world(random.Random(seed), n=20, sizes=(1, 2), recall=0.5, decoys=2)
    first, lab = search(hidden)
    second, again = search(hidden)
    assert first == second
    assert lab.runs == again.runs


@given(seed=SEEDS)
@QUICK
def test_refuted_are_innocent(*, seed: int) -> None:
    """All decoys of a solved world are refuted, and nobody else."""
    hidden = world(random.Random(seed), n=30, sizes=(1, 1), recall=1.0, decoys=4)
    found, _ = search(hidden)
    guilty = frozenset().union(*truth(hidden))
    assert set(found.refuted) == set(hidden.evidence) - guilty


@pytest.mark.parametrize(
    ("sizes", "decoys", "local", "runs", "rounds"),
    [
        ((1,), 0, True, 4, 3),
        ((1,), 0, False, 2, 2),
        ((1, 1, 1, 1), 0, True, 11, 4),
        ((1, 1, 2), 0, True, 13, 5),
        ((1, 1), 2, True, 10, 4),
    ],
)
def test_cost_with_full_evidence(
    sizes: Sequence[int], decoys: int, local: bool, runs: int, rounds: int
) -> None:
    """With full evidence a search takes no more runs and rounds than promised."""
    for seed in range(20):
        hidden = world(random.Random(seed), n=100, sizes=sizes, decoys=decoys)
        found, lab = search(hidden, local=local, names=1.0)
        assert causes(found) == truth(hidden)
        assert len(lab.runs) <= runs
        assert lab.rounds <= rounds


def test_cost_with_fair_evidence() -> None:
    """Four causes among a hundred factors take at most 17 runs on average at fair evidence."""
    total = 0
    for seed in range(60):
        hidden = world(random.Random(seed), n=100, sizes=(1, 1, 1, 1), recall=0.9, decoys=2)
        found, lab = search(hidden)
        assert causes(found) == truth(hidden)
        total += len(lab.runs)
    assert total / 60 <= 17


def test_nothing_to_find() -> None:
    """A clean side that passes has no cause."""
    found, lab = search(world(random.Random(0), n=5, sizes=()))
    assert found.complete
    assert not found.causes
    assert len(lab.runs) == 2


@pytest.mark.parametrize("speaks", [True, False])
def test_named_partner_is_tried_first(speaks: bool) -> None:
    """A factor that the failure names is broken beside the cause before any other is."""
    fault = Fault(
        factors=frozenset({"a", "p"}),
        signature=FailureSignature(stage=Stage.COMPILE, error_class="broken", subject="s"),
        remedies=frozenset(),
    )
    ids = ["a", *(f"o{number:02d}" for number in range(20)), "p"]
    hidden = HiddenWorld(
        candidates={i: Candidate(id=i, first_stage=Stage.FETCH) for i in ids},
        faults=(fault,),
        evidence={"a": 0.9},
    )

    class Speaking(Laboratory):
        def named(self, key: TrialKey) -> frozenset[str]:
            return frozenset({"a", "p"} if speaks else {"a"}) if super().named(key) else frozenset()

    lab = Speaking(hidden, names=1.0)
    (cause,) = isolate(lab, local=True, limits=SearchLimits()).causes
    assert cause.local_broken == locally(["a", "p"])
    others = {key for key in lab.runs if key.world is World.LOCAL and len(key.changes) > 2}
    assert bool(others) is not speaks


@pytest.mark.parametrize("speaks", [True, False])
def test_a_local_failure_that_names_its_cause_is_believed_at_once(*, speaks: bool) -> None:
    """Only one that nothing speaks for is run again, since it may come and go."""

    class Speaking(Laboratory):
        def named(self, key: TrialKey) -> frozenset[str]:
            is_told = speaks or key.world is World.CLEAN
            return frozenset({"f0"}) if is_told else frozenset()

    base = world(random.Random(3), n=6, sizes=(1,), stages=(Stage.COMPILE,))
    seen = FailureSignature(stage=Stage.TYPECHECK, error_class="type-error", subject="file")
    hidden = replace(base, faults=(*base.faults, Fault(factors=frozenset(), signature=seen)))
    lab = Speaking(hidden)
    isolate(lab, local=True, limits=SearchLimits())
    assert (lab.runs.count(locally()) == 1) is speaks
