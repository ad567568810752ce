"""The parts of the search: halving, units, the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.isolate import Candidate, SearchLimits, isolate
from verifier.isolate.ledger import Ledger, Stopped, clean, local
from verifier.isolate.minimise import Answer, Group, find, split
from verifier.isolate.progress import gets_past, is_beyond
from verifier.isolate.space import Space
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


def unit(number: int) -> frozenset[str]:
    return frozenset({f"u{number:02d}"})


def space(*candidates: Candidate, **suspicion: float) -> Space:
    return Space(candidates={c.id: c for c in candidates}, suspicion=suspicion)


def seen(stage: Stage, subject: str = "x") -> FailureSignature:
    return FailureSignature(stage=stage, error_class="broken", subject=subject)


class Scripted:
    """An oracle that answers each trial from a list of outcomes, one per run."""

    flaky = False

    def __init__(self, script: Mapping[TrialKey, Sequence[Outcome]]) -> None:
        self._left = {key: list(outcomes) for key, outcomes in script.items()}

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        return [self._left[key].pop(0) for key in keys]

    def again(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        return self.run(keys)

    def named(self, key: TrialKey) -> frozenset[str]:
        return frozenset()

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        return {}

    def candidates(self) -> Mapping[str, Candidate]:
        return {}


@given(size=st.integers(1, 40), wanted=st.sets(st.integers(0, 39), min_size=1, max_size=4))
def test_find_is_minimal(*, size: int, wanted: set[int]) -> None:
    """Exactly the units that must act together are found, in few tests."""
    pool = [unit(i) for i in range(size)]
    need = {unit(i % size) for i in wanted}
    asked: set[Group] = set()

    def test(group: Group) -> Answer:
        asked.add(group)
        return Answer.YES if need <= set(group) else Answer.NO

    found = find(pool, pool, lambda _: 1.0, test)
    assert set(found) == need
    assert len(asked) <= 3 + (2 * len(need) + 1) * (size.bit_length() + 1)


def test_find_gives_up() -> None:
    """If the whole pool is not enough, nothing is found."""
    pool = [unit(i) for i in range(8)]
    assert find(pool, pool, lambda _: 1.0, lambda _: Answer.NO) == ()


def test_find_learns_nothing_from_unknown() -> None:
    """A group that says nothing is opened, and the unit inside is still found."""
    pool = [unit(i) for i in range(8)]

    def test(group: Group) -> Answer:
        if unit(2) in group and unit(3) not in group:
            return Answer.UNKNOWN
        return Answer.YES if unit(1) in group else Answer.NO

    assert find(pool, pool, lambda _: 1.0, test) == (unit(1),)


def test_find_stops_when_nothing_separates() -> None:
    """A test that is only satisfied by everything is not chased to the end."""
    pool = [unit(i) for i in range(64)]
    asked = 0

    def test(group: Group) -> Answer:
        nonlocal asked
        asked += 1
        return Answer.YES if len(group) == 64 else Answer.NO

    assert find(pool, pool, lambda _: 1.0, test) == ()
    assert asked < 70


@given(weights=st.lists(st.floats(0.01, 1.0), min_size=2, max_size=20))
def test_split_loses_nothing(weights: list[float]) -> None:
    """Both parts are non-empty and together the pool, in order."""
    pool = tuple(unit(i) for i in range(len(weights)))
    first, second = split(pool, dict(zip(pool, weights, strict=True)).__getitem__)
    assert first
    assert second
    assert first + second == pool


def test_split_isolates_the_likely() -> None:
    """One unit as likely as all others is tried alone."""
    pool = tuple(unit(i) for i in range(10))
    first, _ = split(pool, lambda u: 0.9 if u == unit(0) else 0.05)
    assert first == (unit(0),)


def test_coupled_candidates_are_one_unit() -> None:
    """Coupling joins candidates over several steps, whoever names whom."""
    found = space(
        Candidate(id="a", coupled=("b",)),
        Candidate(id="b"),
        Candidate(id="c", coupled=("b", "gone")),
        Candidate(id="d"),
    )
    assert set(found.units) == {frozenset("abc"), frozenset("d")}


def test_rivals_are_never_repaired_together() -> None:
    """Repairing one of two rivals takes the other back, in both directions."""
    found = space(Candidate(id="a", excludes=("b",)), Candidate(id="b"), Candidate(id="c"))
    held = frozenset({"b", "c"})
    assert found.repaired(held, [frozenset("a")]) == {"a", "c"}
    assert found.repaired(frozenset("ac"), [frozenset("b")]) == {"b", "c"}
    assert found.compatible(found.units) == (frozenset("a"), frozenset("c"))


def test_coarse_comes_last() -> None:
    """Layers hold the finer candidates first, rivals in different layers."""
    found = space(
        Candidate(id="tree", coarse=True, prior=0.9),
        Candidate(id="a", excludes=("b",), prior=0.5),
        Candidate(id="b"),
    )
    layers = found.layers(found.units)
    assert layers == [(frozenset({"a"}),), (frozenset({"b"}),), (frozenset({"tree"}),)]


def test_belief_ignores_unknown_ids_and_keeps_the_stronger() -> None:
    """Evidence about ids nobody knows is dropped, and weaker evidence takes nothing away."""
    start = space(Candidate(id="a"), a=0.6)
    after = start.believe(start.candidates, {"a": 0.3, "nobody": 0.9})
    assert after.suspicion == {"a": 0.6}


@pytest.mark.parametrize(
    ("outcome", "past", "beyond"),
    [
        (passed(), True, True),
        (failed(seen(Stage.COMPILE)), False, False),
        (failed(seen(Stage.COMPILE, "y")), True, False),
        (failed(seen(Stage.BOOT, "y")), True, True),
        (failed(seen(Stage.INSTALL, "y")), None, False),
        (unresolved(UnresolvedReason.REGISTRY), None, False),
    ],
)
def test_getting_past_a_failure(outcome: Outcome, past: bool | None, beyond: bool) -> None:
    """An earlier failure and an unresolved run say nothing about a failure."""
    assert gets_past(outcome, seen(Stage.COMPILE)) is past
    assert is_beyond(outcome, seen(Stage.COMPILE)) is beyond


def test_a_type_check_has_no_place_of_its_own_among_the_stages() -> None:
    """`tsc && vite build` checks types before it bundles, `next build` after it."""
    for one, other in ((Stage.COMPILE, Stage.TYPECHECK), (Stage.TYPECHECK, Stage.COMPILE)):
        assert gets_past(failed(seen(other, "y")), seen(one)) is True
        assert not is_beyond(failed(seen(other, "y")), seen(one))
    assert gets_past(failed(seen(Stage.INSTALL, "y")), seen(Stage.TYPECHECK)) is None


def test_ledger_runs_each_trial_once() -> None:
    """A trial asked for twice runs once and counts once."""
    ledger = Ledger(Scripted({clean(): [passed()]}), SearchLimits())
    assert ledger.run([clean(), clean()]) == [passed(), passed()]
    assert ledger.one(clean()).is_pass
    assert (ledger.trials, ledger.rounds) == (1, 1)


def test_ledger_stops_without_budget_and_keeps_the_rest() -> None:
    """What was run before the budget ended stays known."""
    out = unresolved(UnresolvedReason.BUDGET)
    ledger = Ledger(Scripted({clean(): [passed()], local(): [out]}), SearchLimits())
    with pytest.raises(Stopped, match="budget"):
        ledger.run([clean(), local()])
    assert ledger.known(clean()) == passed()
    assert ledger.known(local()) is None
    assert ledger.trials == 1


@pytest.mark.parametrize(
    ("runs", "agreed"),
    [
        ([passed(), passed()], passed()),
        ([passed(), failed(seen(Stage.BOOT)), passed()], passed()),
        ([failed(seen(Stage.BOOT)), passed(), passed()], passed()),
        ([failed(seen(Stage.BOOT)), failed(seen(Stage.BOOT))], failed(seen(Stage.BOOT))),
    ],
)
def test_two_runs_must_agree(runs: list[Outcome], agreed: Outcome) -> None:
    """A repeated trial ends with what two runs agree on."""
    ledger = Ledger(Scripted({clean(): runs}), SearchLimits())
    assert ledger.confirm([clean()]) == [agreed]
    assert ledger.flaky is (len(runs) > 2)


def test_different_failures_say_nothing() -> None:
    """Failures that all differ do not agree, though all are failures."""
    runs = [failed(seen(Stage.BOOT, name)) for name in "abcdef"]
    ledger = Ledger(Scripted({clean(): runs}), SearchLimits())
    assert ledger.confirm([clean()])[0].reason is UnresolvedReason.FLAKE


def test_candidate_must_be_of_use() -> None:
    """A candidate that can neither be repaired nor broken is refused."""
    with pytest.raises(ValueError, match="'a'"):
        Candidate(id="a", repairable=False, breakable=False)


def test_unprovable_repair_is_only_possible() -> None:
    """A repair whose proof nobody could run is told as possible, neither confirmed nor refuted."""
    sigma = failed(seen(Stage.COMPILE))
    lost = unresolved(UnresolvedReason.REGISTRY)
    script = {
        clean(): [sigma] * 6,
        clean("ab"): [passed()] * 6,
        clean("b"): [sigma] * 6,
        clean("a"): [lost],
    }

    class Two(Scripted):
        def candidates(self) -> Mapping[str, Candidate]:
            return {i: Candidate(id=i) for i in "ab"}

        def suspects(self, key: TrialKey) -> Mapping[str, float]:
            return {"a": 0.9, "b": 0.9}

    found = isolate(Two(script), local=False, limits=SearchLimits())
    assert [cause.changes for cause in found.causes] == [frozenset("a")]
    assert [cause.changes for cause in found.possible] == [frozenset("b")]
    assert found.refuted == ()
    assert found.complete


class Naming(Scripted):
    """Says which change the failures of some trials speak for."""

    def __init__(
        self, script: Mapping[TrialKey, Sequence[Outcome]], named: Sequence[TrialKey]
    ) -> None:
        super().__init__(script)
        self._naming = named

    def named(self, key: TrialKey) -> frozenset[str]:
        return frozenset({"a"}) if key in self._naming else frozenset()

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        return {"a": 0.9}

    def candidates(self) -> Mapping[str, Candidate]:
        return {"a": Candidate(id="a")}


@pytest.mark.parametrize("repairs", [True, False])
def test_a_local_side_that_chance_once_made_fail(repairs: bool) -> None:
    """It passes where a cause was proved against it; with nothing proved nothing is known."""
    fault, chance = failed(seen(Stage.COMPILE)), failed(seen(Stage.COMPILE, "race"))
    script = {
        clean(): [fault] * 6,
        clean(["a"]): [passed() if repairs else fault] * 6,
        local(): [chance, *[passed()] * 5],
        local(["a"]): [fault if repairs else passed()] * 6,
    }
    found = isolate(Naming(script, [clean(), local(["a"])]), local=True, limits=SearchLimits())
    assert len(found.causes) == repairs
    assert found.local is not None
    assert found.local.is_pass == repairs


@pytest.mark.parametrize("speaks", [True, False])
def test_a_local_proof_is_no_failure_of_another_kind(speaks: bool) -> None:
    """What fails locally in another way, and does not name the cause, may be chance."""
    fault, chance = failed(seen(Stage.COMPILE)), failed(seen(Stage.COMPILE, "race"))
    broken = local(["a"])
    script = {
        clean(): [fault],
        clean(["a"]): [passed()],
        local(): [passed()],
        broken: [chance, *[passed()] * 5],
    }
    oracle = Naming(script, [clean(), broken] if speaks else [clean()])
    (cause,) = isolate(oracle, local=True, limits=SearchLimits()).causes
    assert cause.changes == {"a"}
    assert cause.local_broken == (broken if speaks else None)


@pytest.mark.parametrize("stage", [Stage.INSTALL, Stage.COMPILE, Stage.PRERENDER])
def test_chance_in_the_repaired_side_does_not_cost_the_cause(stage: Stage) -> None:
    """A new failure that names nothing is repeated before a repair is given up for it."""
    fault, chance = failed(seen(Stage.COMPILE)), failed(seen(stage, "race"))
    script = {
        clean(): [fault] * 6,
        clean(["a"]): [chance, *[passed()] * 5],
        local(): [passed()] * 6,
        local(["a"]): [fault] * 6,
    }
    found = isolate(Naming(script, [clean(), local(["a"])]), local=True, limits=SearchLimits())
    assert [cause.changes for cause in found.causes] == [frozenset("a")]
    assert found.complete


class _BothSides:
    """Factors that do nothing, and a coarse remedy of a failure that both sides may show."""

    def __init__(self, *, alike: bool) -> None:
        self.alike = alike
        self.asked: list[TrialKey] = []

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """The remedy alone gets past the failure."""
        self.asked += keys
        return [self._outcome(key) for key in keys]

    def _outcome(self, key: TrialKey) -> Outcome:
        if "remedy" in key.changes:
            return passed()
        subject = "src/a.ts" if key.world is World.CLEAN or self.alike else "src/b.ts"
        return failed(
            FailureSignature(
                stage=Stage.TYPECHECK, error_class="type-error", subject=subject, line=subject
            )
        )

    def suspects(self, _key: TrialKey) -> dict[str, float]:
        """Nothing speaks for any factor."""
        return {}

    def candidates(self) -> dict[str, Candidate]:
        """Eight factors, and the remedy, which the other side has no counterpart of."""
        found = {f"f{n}": Candidate(id=f"f{n}") for n in range(8)}
        return found | {"remedy": Candidate(id="remedy", breakable=False, coarse=True)}


@pytest.mark.parametrize(("alike", "most"), [(True, 1), (False, 8)])
def test_what_the_other_side_has_does_not_explain_what_it_shows_too(
    *, alike: bool, most: int
) -> None:
    """Then one trial asks for all of it at once, and none for its parts."""
    oracle = _BothSides(alike=alike)
    found = isolate(oracle, local=True, limits=SearchLimits(repeat=1))
    assert [set(c.changes) for c in found.causes] == [{"remedy"}]
    tried = {k for k in oracle.asked if k.world is World.CLEAN and k.changes - {"remedy"}}
    assert 1 <= len(tried) <= most
    assert alike or len(tried) > 1
