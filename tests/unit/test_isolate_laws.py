"""Laws that hold for any question a trial can be asked, whatever it means."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab.worlds import Laboratory, world
from verifier.isolate import Candidate, SearchLimits, isolate
from verifier.isolate.minimise import Answer, Group, find
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

QUICK = settings(max_examples=60, deadline=None, derandomize=True)
LEAK = FailureSignature(stage=Stage.ROUTE, error_class="leak", subject="/api/me")


class Question:
    """An oracle for any monotone question: it fails while all of some set of ids is broken.

    It knows no stages, gives no evidence, and every failure looks alike. Some trials of it are
    lost, always the same ones.
    """

    def __init__(
        self, size: int, minterms: Sequence[frozenset[str]], *, lost: float = 0.0, seed: int = 0
    ) -> None:
        self.ids = frozenset(f"q{i:02d}" for i in range(size))
        self._minterms = minterms
        self._lost, self._seed = lost, seed
        self.seen: dict[TrialKey, Outcome] = {}

    def broken(self, key: TrialKey) -> frozenset[str]:
        return key.changes if key.world is World.LOCAL else self.ids - key.changes

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        for key in keys:
            self.seen[key] = self.answer(key)
        return [self.seen[key] for key in keys]

    def answer(self, key: TrialKey) -> Outcome:
        if key.changes and random.Random(f"{self._seed} {key}").random() < self._lost:
            return unresolved(UnresolvedReason.REGISTRY)
        return failed(LEAK) if self.fails(self.broken(key)) else passed()

    def fails(self, broken: frozenset[str]) -> bool:
        return any(minterm <= broken for minterm in self._minterms)

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        return {}

    def candidates(self) -> Mapping[str, Candidate]:
        return {i: Candidate(id=i) for i in sorted(self.ids)}


@st.composite
def questions(draw: st.DrawFn, lost: float = 0.0) -> Question:
    """Questions with one to three minimal sets, which may share ids."""
    size = draw(st.integers(2, 24))
    sets = st.frozensets(st.integers(0, size - 1), min_size=1, max_size=3)
    drawn = draw(st.lists(sets, min_size=1, max_size=3))
    minterms = [
        frozenset(f"q{i:02d}" for i in chosen)
        for chosen in drawn
        if not any(other < chosen for other in drawn)
    ]
    return Question(size, minterms, lost=lost, seed=draw(st.integers(0, 999)))


@given(question=questions(), local=st.booleans())
@QUICK
def test_any_predicate(*, question: Question, local: bool) -> None:
    """The end result passes, no repair in it can be spared, and each cause is proved."""
    found = isolate(question, local=local, limits=SearchLimits())
    assert found.complete
    assert found.final is not None
    assert not question.fails(question.broken(found.final))
    for name in found.final.changes:
        assert question.fails(question.broken(found.final) | {name})
    for cause in found.causes:
        assert question.seen[cause.broken].is_fail
        assert question.seen[cause.green].is_pass
        if cause.local_broken is not None:
            together = cause.local_broken.changes
            assert question.fails(together)
            assert all(not question.fails(together - {name}) for name in together)


@given(question=questions(lost=0.3), local=st.booleans())
@QUICK
def test_unresolved_is_never_a_pass(*, question: Question, local: bool) -> None:
    """Nothing is confirmed, refuted or called done by a trial that was lost."""
    found = isolate(question, local=local, limits=SearchLimits())
    seen = question.seen
    for cause in found.causes:
        assert seen[cause.broken].is_fail
        assert seen[cause.green].is_pass
        assert cause.local_broken is None or seen[cause.local_broken].is_fail
    if found.complete:
        assert found.final is not None
        assert seen[found.final].is_pass
    for name in found.refuted:
        assert any(o.is_pass and name in question.broken(key) for key, o in seen.items())


@given(seed=st.integers(0, 10**9), budget=st.integers(2, 40), local=st.booleans())
@QUICK
def test_more_budget_takes_nothing_back(*, seed: int, budget: int, local: bool) -> None:
    """What a small budget proves, a full one proves too; and a cut search says that it was cut."""
    hidden = world(random.Random(seed), n=20, sizes=(1, 1, 1), recall=0.8, decoys=2)
    short = isolate(Laboratory(hidden, budget=budget), local=local, limits=SearchLimits())
    whole = isolate(Laboratory(hidden), local=local, limits=SearchLimits())
    assert {c.changes for c in short.causes} <= {c.changes for c in whole.causes}
    assert short.stopped == ("" if short.trials == whole.trials else "budget")


@given(seed=st.integers(0, 10**9), size=st.integers(2, 60))
@QUICK
def test_halving_by_probability(*, seed: int, size: int) -> None:
    """On average a unit is found in little more tests than its probability carries bits."""
    rng = random.Random(seed)
    pool = tuple(frozenset({f"u{i:02d}"}) for i in range(size))
    raw = sorted((rng.random() ** 4 for _ in pool), reverse=True)
    weight = dict(zip(pool, (r / sum(raw) for r in raw), strict=True))
    expected = 0.0
    for wanted in pool:
        asked: set[Group] = set()

        def test(
            group: Group, wanted: frozenset[str] = wanted, asked: set[Group] = asked
        ) -> Answer:
            asked.add(group)
            return Answer.YES if wanted in group else Answer.NO

        assert find(pool, pool, weight.__getitem__, test) == (wanted,)
        expected += weight[wanted] * len(asked)
    bits = -sum(p * math.log2(p) for p in weight.values() if p)
    assert expected <= bits + 3
