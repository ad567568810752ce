"""The search stays exact, or says that it cannot tell, in worlds that are hard in one way each."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial

import pytest

from tests.lab import oddities
from tests.lab.table import CHANCE, measure
from tests.lab.worlds import HiddenWorld, Laboratory, world
from verifier.isolate import SearchLimits, isolate
from verifier.model.attribution import Attribution
from verifier.model.outcome import Stage, UnresolvedReason
from verifier.model.trial import TrialKey, World

SEEDS = range(25)
BOTH = pytest.mark.parametrize("local", [True, False])


def each(
    make: Callable[[random.Random], HiddenWorld], *, local: bool = True
) -> list[tuple[HiddenWorld, Attribution]]:
    """Some worlds of one kind, each with what the search says about it."""
    hidden = [make(random.Random(seed)) for seed in SEEDS]
    return [(h, isolate(Laboratory(h), local=local, limits=SearchLimits())) for h in hidden]


def is_exact(hidden: HiddenWorld, found: Attribution) -> bool:
    truth = {fault.factors for fault in hidden.faults}
    return found.complete and {cause.changes for cause in found.causes} == truth


@BOTH
@pytest.mark.parametrize("make", [oddities.rivals, oddities.exclusive_rivals])
def test_one_cause_per_failure(make: Callable[[random.Random], HiddenWorld], local: bool) -> None:
    """Several repairs of one failure are one cause, never two."""
    for hidden, found in each(make, local=local):
        assert found.complete
        assert len(found.causes) == len(hidden.faults)
        for fault in hidden.faults:
            same = fault.factors | fault.remedies
            assert sum(bool(cause.changes & same) for cause in found.causes) == 1


def test_rival_with_local_proof_is_preferred() -> None:
    """Of two repairs the one that the local side bears out is the cause, the other stays beside."""
    for hidden, found in each(oddities.rivals):
        assert is_exact(hidden, found)
        assert {a for cause in found.causes for a in cause.alternatives} == {"rival0", "rival1"}


@BOTH
def test_useless_rival_is_swapped(local: bool) -> None:
    """A useless repair gives way to the one it excludes."""
    for hidden, found in each(oddities.useless_rival, local=local):
        assert is_exact(hidden, found)
        assert found.refuted == ("useless",)


def test_surroundings_are_partners() -> None:
    """What nobody can repair is named as a partner, not as part of the cause."""
    for hidden, found in each(oddities.surroundings):
        around = frozenset({"tree", "driver"})
        assert found.complete
        assert {(c.changes, c.partners) for c in found.causes} == {
            (f.factors - around, f.factors & around) for f in hidden.faults
        }


def test_coupled_changes_stay_together() -> None:
    """Halves of a coupling are never told apart by trials that say nothing."""
    for hidden, found in each(oddities.coupled):
        assert found.complete
        assert len(found.causes) == 2
        for fault in hidden.faults:
            assert any(fault.factors <= cause.changes for cause in found.causes)


def test_undeclared_coupling_makes_no_false_cause() -> None:
    """A coupling that nobody declared costs runs but blames no innocent."""
    for hidden, found in each(lambda rng: oddities.coupled(rng, declared=False)):
        guilty = frozenset().union(*(f.factors for f in hidden.faults))
        assert all(cause.changes & guilty for cause in found.causes)


@BOTH
def test_harmful_repair_is_dropped(local: bool) -> None:
    """A suspect whose repair breaks something itself is taken back, and the causes are found."""
    for hidden, found in each(oddities.harmful, local=local):
        assert is_exact(hidden, found)


@BOTH
def test_harmful_remedy_gives_way(local: bool) -> None:
    """A repair that breaks something later gives way to another repair of the same failure."""
    for hidden, found in each(oddities.harmful_remedy, local=local):
        assert found.complete
        chosen = {cause.changes for cause in found.causes}
        assert chosen == {frozenset({"gentle"}), hidden.faults[1].factors}


@BOTH
def test_repair_that_lays_an_earlier_fault_open(local: bool) -> None:
    """What a repair exposes at an earlier stage is a cause of its own, found and proved too."""
    hinted: list[int] = []
    for hidden, found in each(oddities.exposing, local=local):
        exposed = {fault.factors for fault in hidden.exposed.values()}
        assert found.complete
        assert {c.changes for c in found.causes} == {f.factors for f in hidden.faults} | exposed
        if hidden.hints:
            hinted.append(found.trials)
    assert sum(hinted) / len(hinted) <= 12


@BOTH
def test_two_remedies_needed_together(local: bool) -> None:
    """Where only two remedies together get past a failure, both are found, and needed."""
    for hidden, found in each(oddities.two_parts, local=local):
        assert is_exact(hidden, found)


@BOTH
@pytest.mark.parametrize("make", [oddities.excluding, oddities.shutting_out])
def test_suspect_that_shuts_out_what_is_needed(
    make: Callable[[random.Random], HiddenWorld], local: bool
) -> None:
    """A strong suspect does not keep the repairs it excludes from being found."""
    for hidden, found in each(make, local=local):
        assert is_exact(hidden, found)


@BOTH
def test_one_failure_with_many_fixes(local: bool) -> None:
    """However many fixes a failure has, it is one cause; the suspected others are alternatives."""
    for hidden, found in each(oddities.many_fixes, local=local):
        fixes = hidden.faults[0].factors | hidden.faults[0].remedies
        hits = [cause for cause in found.causes if cause.changes <= fixes]
        assert found.complete
        assert len(found.causes) == 2
        assert len(hits) == 1
        assert set(hits[0].alternatives) <= fixes
        assert found.final is not None
        assert len(found.final.changes & fixes) == 1


def test_unrepairable_fault_is_found_on_the_local_side() -> None:
    """A fault without a known repair is proved on the local side; the search is not complete."""
    for hidden, found in each(oddities.unrepairable):
        assert not found.complete
        assert found.remaining is not None
        assert {c.changes for c in found.causes} == {f.factors for f in hidden.faults}


def test_unrepairable_fault_without_local_side() -> None:
    """Without a local side the causes before the unrepairable fault are told as partial."""
    for hidden, found in each(oddities.unrepairable, local=False):
        assert not found.complete
        assert found.remaining is not None
        assert {c.changes for c in found.causes} <= {f.factors for f in hidden.faults}
        for cause in found.causes:
            after = hidden.outcome(cause.green).signature
            assert cause.partial
            assert cause.signature is not None
            assert after is not None
            assert after.stage > cause.signature.stage


def test_unmodelled_failure_leaves_the_rest_provable() -> None:
    """When both sides fail of something unknown, only what is proved beside it is told."""
    for hidden, found in each(oddities.always_broken):
        assert not found.complete
        assert {c.changes for c in found.causes} <= {f.factors for f in hidden.faults}


def test_fine_before_coarse() -> None:
    """What takes over everything at once never hides the finer causes."""
    for hidden, found in each(oddities.coarse):
        assert is_exact(hidden, found)


@BOTH
def test_files_named_together_are_left_out_together(local: bool) -> None:
    """A check that names all it refuses costs few runs beside the proof of each."""
    for seed in SEEDS:
        hidden = oddities.refused_files(random.Random(seed), at_once=True)
        found = isolate(Laboratory(hidden, names=1.0), local=local, limits=SearchLimits())
        assert is_exact(hidden, found)
        assert found.trials <= len(hidden.faults) + 7


@BOTH
def test_files_named_one_by_one_are_found_too(local: bool) -> None:
    """A check that stops at the first costs a search for each, and is as exact."""
    worlds = each(partial(oddities.refused_files, at_once=False), local=local)
    for hidden, found in worlds:
        assert is_exact(hidden, found)


@BOTH
def test_what_a_script_checks_last_lies_behind_a_later_stage(local: bool) -> None:
    """A type check at the end of a script comes after the pages, and is no invalid mixture."""

    class Speaking(Laboratory):
        def named(self, key: TrialKey) -> frozenset[str]:
            signature = self.seen[key].signature
            told = "" if signature is None else signature.subject
            return frozenset({"file"}) if told == "file" else super().named(key)

    for seed in SEEDS:
        hidden = oddities.checked_last(random.Random(seed))
        found = isolate(Speaking(hidden, names=1.0), local=local, limits=SearchLimits())
        assert found.complete
        (fault,) = hidden.faults
        assert {c.changes for c in found.causes} == {fault.factors, frozenset({"file"})}
        assert found.trials <= 8


def test_overlapping_pairs() -> None:
    """Causes that share a factor are told truly, though maybe not all of them."""
    for hidden, found in each(oddities.overlapping):
        assert found.complete
        assert {c.changes for c in found.causes} <= {f.factors for f in hidden.faults}


@BOTH
@pytest.mark.parametrize("known", [True, False])
def test_flakes_make_no_false_cause(local: bool, known: bool) -> None:
    """With one run in twenty coming out wrong, fewer than one search in a hundred errs."""
    cell = measure(
        f"flakes {local} {known}",
        lambda rng: world(rng, n=30, sizes=(1, 1, 1), recall=0.9, decoys=2),
        worlds=300,
        local=local,
        flakes=0.05,
        known_flaky=known,
    )
    assert cell.false < 0.01
    assert cell.runs_per_trial < 1.3
    assert cell.exact > 0.9


@BOTH
@pytest.mark.parametrize("names", [0.0, 0.85])
def test_failures_that_name_nothing_cost_runs_but_make_no_false_cause(
    local: bool, names: float
) -> None:
    """What no failure names is repeated more, and errs no more often."""
    cell = measure(
        f"mute {local} {names}",
        lambda rng: world(rng, n=30, sizes=(1, 2), recall=0.7, decoys=3),
        worlds=200,
        local=local,
        flakes=0.05,
        names=names,
    )
    assert cell.false < 0.01


@BOTH
@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_chance_alone_is_no_cause(local: bool, rate: float) -> None:
    """A build without a fault that fails at random is given no cause."""
    cell = measure(
        f"chance {local} {rate}",
        lambda rng: world(rng, n=10, sizes=(), decoys=2),
        worlds=300,
        local=local,
        flakes=rate,
        fickle=CHANCE,
    )
    assert cell.false < 0.01


def test_flaky_clean_side_is_said_to_be_flaky() -> None:
    """A clean side that failed once and then passed is unresolved, neither failed nor passed."""
    told = set()
    for seed in range(60):
        hidden = world(random.Random(seed), n=5, sizes=())
        lab = Laboratory(hidden, flakes=0.5, flake_signature=CHANCE, seed=seed)
        found = isolate(lab, local=False, limits=SearchLimits())
        ran = [key for key in lab.runs if key == TrialKey(world=World.CLEAN, changes=frozenset())]
        if len(ran) > 1 and found.clean is not None and found.clean.is_unresolved:
            told.add(found.clean.reason)
    assert told == {UnresolvedReason.FLAKE}


@BOTH
def test_real_cause_beside_a_flake(local: bool) -> None:
    """A deterministic fault is found although one build in twenty fails at random of another."""
    cell = measure(
        f"beside {local}",
        lambda rng: world(rng, n=12, sizes=(1,), decoys=1, stages=(Stage.COMPILE,)),
        worlds=200,
        local=local,
        flakes=0.05,
        fickle=CHANCE,
    )
    assert cell.false < 0.01
    assert cell.exact > 0.95


def test_weak_suspects_are_cleared_in_groups() -> None:
    """Nine innocents beside one guilty suspect are refuted in far fewer runs than one each."""
    for hidden, found in each(oddities.crowd):
        assert is_exact(hidden, found)
        assert len(found.refuted) == 9
        assert found.trials <= 13
