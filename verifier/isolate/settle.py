"""Which trials of a cause one run does not settle, and what stays undecided in the end."""

from __future__ import annotations

from collections.abc import Mapping

from verifier.isolate.chance import outweighs_chance, weigh
from verifier.isolate.ledger import Ledger, clean, local
from verifier.isolate.progress import Progress
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey, World


def settle(progress: Progress) -> bool:
    """Repeat the trials that a doubtful cause rests on; whether the causes must be found anew.

    What was seen to fail comes first: if it passes after all, there is nothing left to prove.
    """
    ledger = progress.ledger
    if not ledger.can_repeat:
        return False
    wanted = _doubtful(progress)
    failing = {k for cause in progress.causes for k in (cause.broken, cause.local_broken)}
    for part in (True, False):
        if _changes(ledger, {k: n for k, n in wanted.items() if (k in failing) is part}):
            return True
    for cause in progress.causes:
        if not _is_named(progress, cause):
            weigh(ledger, cause, progress.causes)
    return not all(is_borne_out(progress, c) for c in progress.causes)


def _changes(ledger: Ledger, wanted: Mapping[TrialKey, int]) -> bool:
    """Whether one of the trials comes to something else before so many of its runs agree."""
    before = {key: ledger.one(key).status for key in wanted}
    for times in range(2, max(wanted.values(), default=1) + 1):
        ledger.confirm([key for key in wanted if wanted[key] >= times], times)
        if any(ledger.one(key).status is not before[key] for key in wanted):
            return True
    return False


def _doubtful(progress: Progress) -> dict[TrialKey, int]:
    """The trials that their causes do not rest on firmly enough, and how many runs must agree."""
    ledger = progress.ledger
    wanted: dict[TrialKey, int] = {}

    def want(key: TrialKey, times: int) -> None:
        wanted[key] = max(times, wanted.get(key, 0))

    for cause in progress.causes:
        missing = _needed(progress, cause) - _sightings(progress, cause)
        if missing > 0:
            want(cause.broken, ledger.sightings(cause.broken) + missing)
        one_sided = _is_one_sided(progress, cause) and not _is_named(progress, cause)
        if one_sided:
            want(cause.broken, 2)
        if cause.local_broken is not None and _is_odd(progress, cause):
            want(cause.local_broken, 2)
        if one_sided or (missing > 0 and not _is_corroborated(progress, cause.green)):
            want(cause.green, 2 if len(progress.causes) > 1 else 3)
    if _share_a_failure(progress) or _is_surprising(progress):
        for key in [cause.green for cause in progress.causes]:
            want(key, 2)
        if progress.final is not None:
            want(progress.final, 2)
    return wanted


def _needed(progress: Progress, cause: Cause) -> int:
    """How often the failure of a cause must be seen.

    Once if it names what was left broken. Else as often as chance demands, and more often where
    runs were seen to differ, nobody suspected the cause, no local trial bears it out, or the search
    met no other failure: so does a build that fails at random look.
    """
    if _is_named(progress, cause):
        return 1
    doubts = (
        progress.ledger.varied,
        _is_blind(progress, cause),
        _is_blind(progress, cause) and cause.local_broken is None,
        _is_one_sided(progress, cause),
        2 * _is_only_failure(progress, cause),
    )
    return progress.ledger.needed + sum(doubts)


def _is_odd(progress: Progress, cause: Cause) -> bool:
    """Whether the local proof of a cause failed in a way that does not speak for it."""
    key = cause.local_broken
    if key is None or _alike(progress.ledger, key, cause):
        return False
    return not cause.changes & progress.ledger.named(key)


def _is_blind(progress: Progress, cause: Cause) -> bool:
    """Whether only trials led to the cause."""
    return progress.space.suspected(cause.changes) < progress.limits.suspect_from or any(
        step.blind and any(cause.changes & unit for unit in step.added) for step in progress.steps
    )


def _is_only_failure(progress: Progress, cause: Cause) -> bool:
    return all(_alike(progress.ledger, other.broken, cause) for other in progress.causes)


def _is_named(progress: Progress, cause: Cause) -> bool:
    return bool(cause.changes & progress.ledger.named(cause.broken))


def _sightings(progress: Progress, cause: Cause) -> int:
    """How many runs showed the failure of a cause with the cause broken.

    Only its own trials count where the failure is also seen with the cause repaired, and so is no
    work of it, or where the search went by nothing else: what it chose by is no further witness.
    """
    ledger = progress.ledger
    seen = [key for key, _ in ledger.outcomes() if _alike(ledger, key, cause)]
    if _is_only_failure(progress, cause) or not all(_is_broken(key, cause) for key in seen):
        seen = [key for key in seen if key in {cause.broken, cause.local_broken}]
    return sum(ledger.sightings(key) for key in seen)


def _is_broken(key: TrialKey, cause: Cause) -> bool:
    if key.world is World.LOCAL:
        return cause.changes <= key.changes
    return not cause.changes & key.changes


def _alike(ledger: Ledger, key: TrialKey, cause: Cause) -> bool:
    mine, theirs = ledger.one(cause.broken).signature, ledger.one(key).signature
    return mine is not None and theirs is not None and mine.same_as(theirs)


def _is_one_sided(progress: Progress, cause: Cause) -> bool:
    """Whether a local side could show the cause, and does not."""
    return (
        cause.local_broken is None
        and progress.has_local
        and bool(progress.space.breaks([cause.changes]))
    )


def _is_corroborated(progress: Progress, green: TrialKey) -> bool:
    """Whether another trial of its side passed too that had no more repaired."""
    return progress.ledger.sightings(green) > 1 or any(
        outcome.is_pass and trial.world is green.world and trial.changes < green.changes
        for trial, outcome in progress.ledger.outcomes()
    )


def is_borne_out(progress: Progress, cause: Cause) -> bool:
    """Whether the trials of a cause still say, after all repetitions, what it needs them to.

    A failure that is the only one, names nothing and even once stayed away is taken for chance.
    """
    ledger = progress.ledger
    shown = ledger.one(cause.broken).is_fail and ledger.one(cause.green).is_pass
    if cause.local_broken is not None:
        shown = shown and ledger.one(cause.local_broken).is_fail
    if not shown or _is_named(progress, cause):
        return shown
    if ledger.can_repeat and not outweighs_chance(ledger, cause, progress.causes):
        return False
    return not _is_only_failure(progress, cause) or not ledger.wavered(cause.broken)


def _share_a_failure(progress: Progress) -> bool:
    """Whether two causes fail the same way, as they would had the green trial been luck.

    Failures that name what was left broken are not the same, however alike they read.
    """
    causes = [cause for cause in progress.causes if not _is_named(progress, cause)]
    return any(
        _alike(progress.ledger, other.broken, cause)
        for at, cause in enumerate(causes)
        for other in causes[:at]
    )


def _is_surprising(progress: Progress) -> bool:
    """Whether the repaired side's pass needs a second run to be believed.

    So it does if it failed although even more was repaired, or if neither evidence nor a local
    side speaks for what was repaired.
    """
    if not progress.has_local and any(step.blind for step in progress.steps):
        return True
    return any(
        outcome.is_fail
        for trial, outcome in progress.ledger.outcomes()
        if trial.world is World.CLEAN and progress.repairs < trial.changes
    )


def undecided(progress: Progress) -> None:
    """Add as possible what stays repaired although no trial could tell whether it must."""
    if progress.final is None:
        return
    told = frozenset(i for cause in progress.causes for i in cause.changes)
    for unit in progress.repaired_units:
        mine = unit & progress.final.changes
        if not mine or mine & told:
            continue
        key = local(progress.space.breaks([unit]))
        usable = progress.has_local and len(key.changes) == 1 and key.changes == mine
        if usable and _fails_firmly(progress, key):
            progress.causes.append(
                Cause(
                    changes=mine,
                    signature=progress.ledger.one(key).signature,
                    broken=key,
                    green=local(),
                    local_broken=key,
                )
            )
        else:
            progress.possible.append(
                Cause(
                    changes=mine,
                    signature=None,
                    broken=progress.without(unit),
                    green=progress.final,
                    separable=len(mine) == 1,
                )
            )


def _fails_firmly(progress: Progress, key: TrialKey) -> bool:
    """Whether a trial that nothing else bears out fails at every run of it."""
    ledger = progress.ledger
    if not ledger.one(key).is_fail:
        return False
    if not ledger.can_repeat or ledger.named(key) & key.changes:
        return True
    return ledger.confirm([key], ledger.needed + 1)[0].is_fail and not ledger.wavered(key)


def demote_chance(progress: Progress) -> None:
    """Call what was found only possible where the clean side, unchanged, passed in some run.

    It then has no fault that is always there; only a failure that names its cause stands.
    """
    ledger = progress.ledger
    if not ledger.is_unsteady(clean()):
        return
    for cause in tuple(progress.causes):
        if not _is_named(progress, cause):
            progress.causes.remove(cause)
            progress.possible.append(cause)
