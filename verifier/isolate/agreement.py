"""What several runs of one trial come to together, and how many of them are needed.

A sequential test: one run decides until something speaks against it. The more often identical
runs were seen to differ, the more runs must agree. A failure that a further run of the same trial
did not show comes and goes, and from then on proves nothing wherever it is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from verifier.model.outcome import FailureSignature, Outcome, UnresolvedReason, unresolved

_LEAD: Final = 2
"""By how many runs an outcome must lead once runs of a trial differ."""
_FIRM: Final = 4
"""A failure is firm when it is seen so many times as often as its trials passed."""
_ERROR: Final = 0.02
"""How often a failure may be believed that chance alone brought about."""
_PRIOR_RUNS: Final = 10
"""As many runs the prior belief about the flake rate weighs."""


def groups(runs: Iterable[Outcome]) -> list[list[Outcome]]:
    """The runs grouped by what they came to, the largest group first."""
    found: list[list[Outcome]] = []
    for run in runs:
        group = next((g for g in found if alike(g[0], run)), None)
        if group is None:
            found.append([run])
        else:
            group.append(run)
    return sorted(found, key=len, reverse=True)


def alike(one: Outcome, other: Outcome) -> bool:
    """Whether two runs came to the same: failures must be the same failure."""
    if one.signature is not None and other.signature is not None:
        return one.signature.same_as(other.signature)
    return one.status is other.status


def telling(runs: Sequence[Outcome], fickle: Sequence[FailureSignature]) -> list[Outcome]:
    """The runs that say something of the project.

    Those do not that have no outcome, or failed in a way that comes and goes.
    """
    return [run for run in runs if not run.is_unresolved and not is_fickle(run, fickle)]


def is_fickle(run: Outcome, fickle: Iterable[FailureSignature]) -> bool:
    """Whether a run failed in a way that comes and goes."""
    return run.signature is not None and any(run.signature.same_as(s) for s in fickle)


def agree(runs: Sequence[Outcome], fickle: Sequence[FailureSignature]) -> Outcome:
    """What the runs of one trial come to; `FLAKE` where they differ and none leads by two runs.

    Failures that come and go are no rivals of another failure, but a pass must outweigh them.
    """
    if all(run.is_unresolved for run in runs):
        return runs[-1]
    left = telling(runs, fickle)
    leading, lead = _lead(left)
    rivals = left if leading and leading[0].is_fail else runs
    differ = any(not run.is_unresolved and not alike(run, leading[0]) for run in rivals if leading)
    if not leading or (differ and lead < _LEAD):
        return unresolved(UnresolvedReason.FLAKE, "identical runs differed")
    return leading[-1]


def is_settled(runs: Sequence[Outcome], fickle: Sequence[FailureSignature], times: int) -> bool:
    """Whether one outcome came so many times more often than any other."""
    return _lead(telling(runs, fickle))[1] >= times


def _lead(runs: Sequence[Outcome]) -> tuple[list[Outcome], int]:
    found = groups(runs)
    if not found:
        return [], 0
    second = len(found[1]) if len(found) > 1 else 0
    return found[0], len(found[0]) - second


def differing(runs: Sequence[Outcome]) -> int:
    """How many runs of one trial came to something else than most of them did."""
    seen = [run for run in runs if not run.is_unresolved]
    return len(seen) - len(groups(seen)[0]) if seen else 0


def find_fickle(trials: Iterable[Sequence[Outcome]]) -> list[FailureSignature]:
    """The failures that come and go: runs of the very trials that showed them passed too often."""
    shown: list[tuple[FailureSignature, int, int]] = []
    for runs in trials:
        passes = sum(run.is_pass for run in runs)
        for group in groups(run for run in runs if run.is_fail):
            signature = group[0].signature
            if signature is not None:
                shown.append((signature, len(group), passes))
    found: list[FailureSignature] = []
    for signature, _, passes in shown:
        if passes == 0 or any(signature.same_as(other) for other in found):
            continue
        same = [entry for entry in shown if entry[0].same_as(signature)]
        if sum(f for _, f, _ in same) < _FIRM * sum(p for _, _, p in same):
            found.append(signature)
    return found


def rate(differing: int, repeats: int, prior: float) -> float:
    """The estimated share of runs that go wrong, 0..1, from repeats and how many differed."""
    return (prior * _PRIOR_RUNS + differing) / (_PRIOR_RUNS + repeats)


def runs_needed(flake_rate: float) -> int:
    """How many runs must agree before chance is ruled out, at least 2."""
    needed = 1
    chance = flake_rate
    while chance > _ERROR:
        needed, chance = needed + 1, chance * flake_rate
        if needed >= _PRIOR_RUNS:
            break
    return max(needed, 2)
