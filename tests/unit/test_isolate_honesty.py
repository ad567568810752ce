"""Whatever the world, a reported cause holds: the trials it names come to what it says."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.lab import oddities
from tests.lab.worlds import HiddenWorld, Laboratory
from verifier.isolate import SearchLimits, isolate
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey, World


@given(
    seed=st.integers(0, 10**9),
    local=st.booleans(),
    lost=st.sampled_from([0.0, 0.0, 0.05, 0.3]),
    budget=st.sampled_from([None, None, 10, 30]),
)
@settings(max_examples=250, deadline=None, derandomize=True)
def test_every_claim_holds(*, seed: int, local: bool, lost: float, budget: int | None) -> None:
    """Among all oddities at once, no cause is told that its own trials do not show."""
    hidden = oddities.anything(random.Random(seed))
    lab = Laboratory(hidden, lost=lost, budget=budget, seed=seed)
    found = isolate(lab, local=local, limits=SearchLimits())
    assert found.trials == len(lab.runs)
    assert found.final is None or hidden.outcome(found.final).is_pass
    assert len({cause.changes for cause in found.causes}) == len(found.causes)
    for cause in found.causes:
        assert_counterfactual(hidden, cause)
        assert_minimal(hidden, cause)


def assert_counterfactual(hidden: HiddenWorld, cause: Cause) -> None:
    """With it broken the run fails, with it good it passes or gets to a later stage."""
    broken, green = hidden.outcome(cause.broken), hidden.outcome(cause.green)
    assert broken.is_fail
    if cause.partial:
        assert broken.signature is not None
        assert green.signature is not None
        assert green.signature.stage > broken.signature.stage or cause.local_broken is not None
    else:
        assert green.is_pass
    if cause.local_broken is not None:
        assert hidden.outcome(cause.local_broken).is_fail
    rivals = {
        i
        for i, candidate in hidden.candidates.items()
        for own in cause.changes
        if own in candidate.excludes or i in hidden.candidates[own].excludes
    }
    differ = cause.broken.changes ^ cause.green.changes
    assert differ <= cause.changes | set(cause.alternatives) | rivals


def assert_minimal(hidden: HiddenWorld, cause: Cause) -> None:
    """Nothing of the cause can be left out and still fail on the local side."""
    if cause.local_broken is None or not cause.separable:
        return
    for name in cause.local_broken.changes & cause.changes:
        less = cause.local_broken.changes - {name}
        assert not hidden.outcome(TrialKey(world=World.LOCAL, changes=less)).is_fail
