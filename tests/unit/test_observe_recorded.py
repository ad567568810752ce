"""Real logs of real failures lead to the signatures that were written down beforehand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.observe_runs import LOGS, recorded, recorded_run
from verifier.observe import observe

_CASES = sorted(path.stem for path in LOGS.glob("*.json"))


@pytest.mark.parametrize("name", _CASES)
def test_a_recorded_run_means_what_was_expected(name: str, tmp_path: Path) -> None:
    """Status, stage, class and subject of a recorded run are those written in the record."""
    case = recorded(name)
    outcome = observe(recorded_run(case, tmp_path)).outcome
    seen = {"status": outcome.status.value, "detail": outcome.detail}
    if outcome.signature is not None:
        seen["stage"] = outcome.signature.stage.word
        seen["class"] = outcome.signature.error_class
        seen["subject"] = outcome.signature.subject
    if outcome.reason is not None:
        seen["reason"] = outcome.reason.name
    wanted = {key: value for key, value in case["expected"].items() if value != "*"}
    if "detail" in wanted and wanted["detail"] in seen["detail"]:
        wanted["detail"] = seen["detail"]
    assert {key: seen.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("name", _CASES)
def test_the_decisive_block_carries_the_signature(name: str, tmp_path: Path) -> None:
    """The first error block of a failed run is the one the outcome's signature came from."""
    seen = observe(recorded_run(recorded(name), tmp_path))
    if seen.outcome.signature is None or seen.outcome.signature.error_class == "out-of-memory":
        return
    assert seen.errors
    assert seen.errors[0].signature.same_as(seen.outcome.signature)
    assert all(not line.startswith("\x1b") for line in seen.errors[0].lines)
