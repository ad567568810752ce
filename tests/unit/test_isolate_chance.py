"""Causes that name nothing are weighed against a build that fails at random."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import pytest

from tests.lab.table import CHANCE
from tests.lab.worlds import Laboratory, world
from verifier.isolate import Candidate, SearchLimits, isolate
from verifier.isolate.chance import outweighs_chance
from verifier.isolate.ledger import Ledger, clean, local
from verifier.model.attribution import Cause
from verifier.model.outcome import FailureSignature, Outcome, Stage, failed, passed
from verifier.model.trial import TrialKey

HERE = FailureSignature(stage=Stage.COMPILE, error_class="broken", subject="x")
OTHER = FailureSignature(stage=Stage.INSTALL, error_class="broken", subject="y")
CAUSE = Cause(
    changes=frozenset({"a"}),
    signature=HERE,
    broken=clean(),
    green=clean(["a"]),
    local_broken=local(["a"]),
)
LETTERS = {"F": failed(HERE), "P": passed(), "O": failed(OTHER)}


class Script:
    """Answers each trial with the letters written for it, one after the other."""

    def __init__(self, script: Mapping[TrialKey, str]) -> None:
        self._left = {key: list(text) for key, text in script.items()}

    @property
    def flaky(self) -> bool:
        return False

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        return [LETTERS[self._left[key].pop(0)] for key in keys]

    def again(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        return self.run(keys)

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        raise NotImplementedError(key)

    def candidates(self) -> Mapping[str, Candidate]:
        return {}

    def named(self, key: TrialKey) -> frozenset[str]:
        raise NotImplementedError(key)


@pytest.mark.parametrize(
    ("broken", "green", "both_locals", "enough"),
    [
        ("FF", "PP", ("F", "P"), False),
        ("FFF", "PPP", ("F", "P"), False),
        ("FFFF", "PPP", ("F", "P"), True),
        ("FFFFFF", "P", ("F", "P"), False),
        ("FF", "PPPPPP", ("F", "PPPP"), True),
        ("FFFFFF", "PPPFPP", ("F", "P"), True),
        ("FFFFFF", "PPFFPP", ("F", "P"), False),
        ("FFFFOO", "PPPOO", ("F", "P"), True),
    ],
)
def test_what_is_foretold_outweighs_chance_when_it_is_seen_often_enough(
    broken: str, green: str, both_locals: tuple[str, str], enough: bool
) -> None:
    """Both kinds of runs count, what was hidden by another failure does not, and slips weigh."""
    script = {
        clean(): broken,
        clean(["a"]): green,
        local(["a"]): both_locals[0],
        local(): both_locals[1],
    }
    oracle = Script(script)
    ledger = Ledger(oracle, SearchLimits())
    for key, text in script.items():
        for _ in text:
            ledger._record([key], oracle.run([key]))
    assert outweighs_chance(ledger, CAUSE, [CAUSE]) is enough


@pytest.mark.parametrize("rate", [0.35, 0.5, 0.65])
@pytest.mark.parametrize("has_local", [True, False])
def test_a_build_that_fails_at_random_is_seldom_given_a_cause(
    rate: float, *, has_local: bool
) -> None:
    """Without any fault, a false cause is told in at most two of a hundred searches."""
    false = 0
    for number in range(150):
        hidden = world(random.Random(number), n=10, sizes=(), decoys=2)
        lab = Laboratory(hidden, flakes=rate, flake_signature=CHANCE, seed=number)
        false += bool(isolate(lab, local=has_local, limits=SearchLimits()).causes)
    assert false <= 3
