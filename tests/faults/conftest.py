"""Counts the injected faults of a test run by kind and stage, and shows them as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable
from enum import Enum
from typing import TypeVar

import pytest
from _pytest.mark import ParameterSet

T = TypeVar("T")


class Told(Enum):
    """What verifier said under a fault."""

    TRUE = "the true answer"
    NAMED = "cannot tell, and why"
    UNNAMED = "cannot tell, without a reason"


Count = Callable[[str, str, Told], None]
_PROPERTY = "fault"
_STAGES = ("start", "read", "image", "fetch", "install", "snapshot", "build", "collect", "search",
           "clean-up", "between")  # fmt: skip


@pytest.fixture
def count(request: pytest.FixtureRequest) -> Count:
    """Counts one injected fault: its kind, the stage it met, and what verifier said."""

    def add(kind: str, stage: str, told: Told) -> None:
        assert stage in _STAGES, stage
        request.node.user_properties.append((_PROPERTY, (kind, stage, told.value)))

    return add


def often(cases: Iterable[T], chosen: Container[T]) -> list[ParameterSet]:
    """Cases of a live test, of which only the chosen ones are part of every `make test`."""
    return [
        pytest.param(
            case,
            id="-".join(getattr(part, "name", str(part)) for part in _parts(case)),
            marks=[] if case in chosen else [pytest.mark.thorough],
        )
        for case in cases
    ]


def _parts(case: object) -> tuple[object, ...]:
    return case if isinstance(case, tuple) else (case,)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show how many faults there were, and what came of them."""
    cells: Counter[tuple[str, str]] = Counter()
    told: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            # What comes from a worker process has been through JSON.
            for name, value in getattr(report, "user_properties", ()):
                if name == _PROPERTY and report.when == "call":
                    cells[(value[0], value[1])] += 1
                    told[value[2]] += 1
    if not cells:
        return
    terminalreporter.section("injected faults")
    stages = [s for s in _STAGES if any(stage == s for _, stage in cells)]
    kinds = sorted({kind for kind, _ in cells})
    width = max(map(len, kinds))
    terminalreporter.line(f"{'':{width}} " + " ".join(f"{s:>8}" for s in (*stages, "all")))
    for kind in kinds:
        row = [cells[(kind, s)] for s in stages]
        shown = " ".join(f"{n or '':>8}" for n in (*row, sum(row)))
        terminalreporter.line(f"{kind:{width}} {shown}")
    total = sum(cells.values())
    parts = ", ".join(f"{told[t.value]} {t.value}" for t in Told)
    terminalreporter.line(f"{total} faults: {parts}")
    unnamed = told[Told.UNNAMED.value]
    terminalreporter.line(f"without a named reason: {unnamed / total:.1%}")
