"""A representative dozen of scenarios in real containers."""

from __future__ import annotations

import pytest

from verifier.cli._scenarios import all_scenarios, complaints
from verifier.cli.scenario import run_live
from verifier.model.scenario import Scenario, Variant

_LIVE = [s for s in all_scenarios() if s.live]


@pytest.mark.live
@pytest.mark.parametrize("scenario", _LIVE, ids=[s.id for s in _LIVE])
def test_live_scenario_gives_its_known_truth(scenario: Scenario) -> None:
    """A scenario run with real tools names exactly the causes its author wrote down."""
    done = run_live(scenario, Variant.FAULTY.value, record=False)
    assert complaints(done.report, scenario, Variant.FAULTY) == []
