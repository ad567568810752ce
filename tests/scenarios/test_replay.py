"""Every scenario from its recording: the answer is the truth that was written beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier.cli._scenarios import all_scenarios, complaints, recording_path, replay, variants
from verifier.cli.scenario import plain_options
from verifier.engine.base import silent
from verifier.engine.replay import NOT_RECORDED
from verifier.factors import with_repairs
from verifier.model.change import RemedyKind
from verifier.model.scenario import Scenario, Variant

_CASES = [(s, v) for s in all_scenarios() for v in variants(s) if recording_path(s, v).exists()]


@pytest.mark.parametrize(
    ("scenario", "variant"), _CASES, ids=[f"{s.id}-{v.value}" for s, v in _CASES]
)
def test_replayed_scenario_gives_its_known_truth(
    scenario: Scenario, variant: Variant, tmp_path: Path
) -> None:
    """A replayed scenario names exactly the causes its author wrote down."""
    done = replay(scenario, variant, tmp_path, plain_options(), silent)
    missing = [
        record.run.label
        for _, record in done.lab.performed()
        if record.run.infra_detail.startswith(NOT_RECORDED)
    ]
    assert not missing, f"record anew: verifier scenario run {scenario.id} --record"
    assert complaints(done.report, scenario, variant) == []
    # What is called a setting must be one: an edit that ships nowhere would be called done.
    settings = [
        change
        for change in done.lab.changes.values()
        if change.remedy_kind is RemedyKind.PLATFORM and change.repair is not None
    ]
    source = done.lab.clean.source.digest()
    assert [c.id for c in settings if with_repairs(done.lab.clean, [c]).source.digest() != source] == []


def test_every_scenario_is_recorded() -> None:
    """The faulty variant of each scenario has a recording, so that replays cover the corpus."""
    absent = [s.id for s in all_scenarios() if not recording_path(s, Variant.FAULTY).exists()]
    assert absent == []


def test_causes_come_in_the_order_in_which_a_deployment_meets_them(tmp_path: Path) -> None:
    """Whatever the search came upon first, a person reads from the install to the output."""
    scenario = next(s for s in all_scenarios() if s.id == "c002-four-faults-vite")
    report = replay(scenario, Variant.FAULTY, tmp_path, plain_options(), silent).report
    stages = [c.stage for c in report.confirmed]
    assert stages == ["compile", "compile", "compile", "package"]


def test_a_plan_sets_the_variable_that_its_patch_reads(tmp_path: Path) -> None:
    """An edit that needs another variable is green as shipped only with that variable."""
    scenario = next(s for s in all_scenarios() if s.id == "e16b-no-public-prefix")
    report = replay(scenario, Variant.FAULTY, tmp_path, plain_options(), silent).report
    assert report.plan_verified
    assert report.settings == ("Set VITE_TIMETABLE_ORIGIN for the Production environment.",)
