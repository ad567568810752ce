"""The verdict: a total function of the two outcomes and of whether the outputs are equal."""

from __future__ import annotations

from enum import Enum
from typing import assert_never

from verifier.model.outcome import Outcome, Status


class Verdict(Enum):
    """What the comparison of the two sides says."""

    EQUIVALENT = "equivalent"
    DRIFT = "drift"
    REGRESSION = "regression"
    BROKEN_BOTH = "broken_both"
    CLEAN_ONLY_PASS = "clean_only_pass"  # noqa: S105  (a word, not a password)
    CLEAN_PASS = "clean_pass"  # noqa: S105  (a word, not a password)
    CLEAN_FAIL = "clean_fail"
    INCONCLUSIVE = "inconclusive"


def judge(local: Outcome | None, clean: Outcome, *, outputs_equal: bool) -> Verdict:
    """Return the verdict; local None means nothing is known of a local side."""
    if clean.status is Status.UNRESOLVED:
        return Verdict.INCONCLUSIVE
    if local is None:
        return Verdict.CLEAN_PASS if clean.is_pass else Verdict.CLEAN_FAIL
    match local.status:
        case Status.UNRESOLVED:
            return Verdict.INCONCLUSIVE
        case Status.PASS:
            if clean.is_fail:
                return Verdict.REGRESSION
            return Verdict.EQUIVALENT if outputs_equal else Verdict.DRIFT
        case Status.FAIL:
            return Verdict.BROKEN_BOTH if clean.is_fail else Verdict.CLEAN_ONLY_PASS
        case _:
            assert_never(local.status)
