"""Budgets of Angular that a build exceeds."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import bundle_budget

_SAID = (
    "✘ [ERROR] bundle initial exceeded maximum budget. Budget 100.00 kB was not met by 48.32 kB"
    " with a total of 148.32 kB."
)


def app(*log: str, size: str | int = "100kB", file: str = "angular.json") -> Case:
    """An application with two budgets."""
    budgets = [
        {"type": "initial", "maximumWarning": "100kB", "maximumError": size},
        {"type": "anyComponentStyle", "maximumError": "8kB", "baseline": "1kB"},
    ]
    return Case(
        files={"package.json": "{}", file: json.dumps({"budgets": budgets}, indent=2)},
        log=log,
        framework="angular",
    )


def budgets_after(case: Case) -> list[dict[str, object]]:
    """The budgets of the repaired configuration."""
    evidence = case.evidence()
    (finding,) = bundle_budget.detect(evidence)
    text = repaired(finding, evidence).source.text("angular.json") or ""
    made: list[dict[str, object]] = json.loads(text)["budgets"]
    return made


@pytest.mark.parametrize("size", ["100kB", 100000])
def test_the_bound_goes_and_the_warning_stays(size: str | int) -> None:
    """The other budget is as it was."""
    first, second = budgets_after(app(_SAID, size=size))
    assert first == {"type": "initial", "maximumWarning": "100kB"}
    assert second == {"type": "anyComponentStyle", "maximumError": "8kB", "baseline": "1kB"}


def test_the_place_is_the_line_of_the_bound() -> None:
    """Not that of the pair before it."""
    (finding,) = bundle_budget.detect(app(_SAID).evidence())
    assert str(finding.locations[0]) == "angular.json:6"


def test_two_budgets_are_one_cause() -> None:
    """One edit of one file, and commas between what is left."""
    first, second = budgets_after(app(_SAID, _SAID.replace("bundle initial", "src/app/app.css")))
    assert first == {"type": "initial", "maximumWarning": "100kB"}
    assert second == {"type": "anyComponentStyle", "baseline": "1kB"}


@pytest.mark.parametrize(
    "line",
    [
        _SAID.replace("✘ [ERROR]", "▲ [WARNING]"),
        _SAID.replace("bundle initial", "total"),
        "✘ [ERROR] TS2322: Type 'string' is not assignable to type 'number'.",
    ],
)
def test_other_messages_say_nothing(line: str) -> None:
    """A warning breaks nothing, and a budget that is not there cannot be raised."""
    assert bundle_budget.detect(app(line).evidence()) == ()
