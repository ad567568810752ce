"""The accuracy table: what it claims of a few scenarios holds, and it can fail."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.lab import corpus, unsteady
from tests.lab.corpus import Healthy, Row
from verifier.cli._scenarios import all_scenarios, replay
from verifier.cli.scenario import plain_options
from verifier.engine.base import silent
from verifier.fix_plan import PLAN_KEY
from verifier.isolate import SearchLimits, isolate
from verifier.model.scenario import Scenario, Variant
from verifier.pipeline import Verification

_SOME = ("b08", "e05", "i003", "c002", "t04")


@pytest.fixture(scope="module")
def replayed() -> Iterator[dict[str, tuple[Scenario, Verification]]]:
    """Some replayed scenarios by the beginning of their id."""
    found: dict[str, tuple[Scenario, Verification]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for scenario in all_scenarios():
            short = scenario.id.partition("-")[0]
            if short in _SOME:
                work = Path(folder) / short
                done = replay(scenario, Variant.FAULTY, work, plain_options(), silent)
                found[short] = scenario, done
        yield found


@pytest.fixture(scope="module")
def rows(replayed: dict[str, tuple[Scenario, Verification]]) -> dict[str, Row]:
    """Their rows in the table."""
    return {short: corpus.row(*pair) for short, pair in replayed.items()}


def test_rows_are_exact(rows: dict[str, Row]) -> None:
    """Each recorded search names exactly the true causes, the first one first."""
    assert set(rows) == set(_SOME)
    for row in rows.values():
        assert row.exact
        assert row.first_right
        assert row.false == 0
        assert row.verified == row.causes
        assert row.blind.exact


def test_known_world_answers_as_recorded(
    replayed: dict[str, tuple[Scenario, Verification]],
) -> None:
    """In the known world every recorded trial passes or fails as it was recorded."""
    for _, done in replayed.values():
        hidden, _ = corpus.known_world(done)
        for key, record in done.lab.records.items():
            if key != PLAN_KEY:
                assert hidden.outcome(key).status is record.trial.outcome.status, str(key)


def test_known_world_gives_the_same_causes(
    replayed: dict[str, tuple[Scenario, Verification]],
) -> None:
    """With the recorded evidence, the search in the known world proves what it proved for real."""
    for _, done in replayed.values():
        hidden, local = corpus.known_world(done)
        lab = corpus.KnownWorld(hidden, corpus.recorded_evidence(done))
        again = isolate(lab, local=local, limits=SearchLimits())
        assert {c.changes for c in again.causes} == {
            c.changes for a in done.searches for c in a.causes
        }


def test_rivals_know_the_same_world(rows: dict[str, Row]) -> None:
    """Others find the causes too, where no two act together, and proving them costs them more."""
    for row in rows.values():
        for effort in (row.single, row.ddmin):
            assert effort.exact
            assert effort.runs <= effort.proved <= effort.runs + row.causes + 2


def test_table_can_fail(rows: dict[str, Row]) -> None:
    """A wrong truth, a false cause and too many runs are each said."""
    good = list(rows.values())
    assert "a false cause" not in corpus.total(good, []).misses()
    wrong = [replace(row, exact=False, false=1, verified=0, runs=99) for row in good]
    said = corpus.total(wrong, [Healthy(name="x", false=1)]).misses()
    assert len(said) == 5


def test_wrong_truth_is_noticed(replayed: dict[str, tuple[Scenario, Verification]]) -> None:
    """A row is not exact where the scenario says that something else is the cause."""
    scenario, done = replayed["b08"]
    (cause,) = scenario.expect.causes
    other = replace(cause, subjects=("left-pad",))
    changed = replace(scenario, expect=replace(scenario.expect, causes=(other,)))
    row = corpus.row(changed, done)
    assert not row.exact
    assert not row.first_right
    assert row.false == 1


def test_builds_that_fail_at_random_give_no_false_cause(
    replayed: dict[str, tuple[Scenario, Verification]],
) -> None:
    """At 5 % nothing false is said and little is missed; at 0 % all is found, each trial run once.

    Where a build fails nearly always nothing can be told any more, so the figures do move.
    """
    worlds = [known for pair in replayed.values() if (known := unsteady.known(*pair)) is not None]
    assert len(worlds) == len(_SOME) - 1
    tallies = {
        rate: sum(
            (unsteady.verified(w, rate=rate, seed=s) for w in worlds for s in range(20)),
            unsteady.Tally(),
        )
        for rate in (0.0, 0.05, 0.9)
    }
    steady, rare, often = tallies.values()
    assert steady.missed == steady.false == rare.false == 0
    assert steady.runs <= 1.05 * steady.trials
    assert rare.runs > rare.trials
    assert rare.runs <= 1.3 * rare.trials
    assert rare.missed <= 0.02 * rare.causes
    assert often.missed > 0.5 * often.causes
