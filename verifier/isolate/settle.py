"""Which trials of a cause one run does not settle, and what stays undecided in the end."""

from __future__ import annotations

from verifier.isolate.ledger import Ledger, clean, local
from verifier.isolate.progress import Progress
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey, World


def settle(progress: Progress) -> bool:
    """Repeat the trials that a doubtful cause rests on; whether the causes must be found anew."""
    ledger = progress.ledger
    if not ledger.can_repeat:
        return False
    keys = [key for cause in progress.causes for key in _doubtful(progress, cause)]
    if ledger.flaky or _all_alike(progress) or _is_surprising(progress):
        keys += [cause.green for cause in progress.causes]
        keys += [progress.final] if progress.final is not None else []
    keys = list(dict.fromkeys(keys))
    before = [ledger.one(key).status for key in keys]
    after = [outcome.status for outcome in ledger.confirm(keys)]
    return before != after or not all(is_borne_out(ledger, c) for c in progress.causes)


def _doubtful(progress: Progress, cause: Cause) -> tuple[TrialKey, ...]:
    """The trials of a cause that one run does not settle.

    In doubt is a cause that the local side does not bear out or shows another failure for, and
    without a local side one whose failure no other trial showed.
    """
    ledger = progress.ledger
    is_new = not ledger.seen_elsewhere(cause.broken)
    if cause.local_broken is not None:
        if _same_failure(ledger, cause.broken, cause.local_broken):
            return ()
        if ledger.flaky or is_new:
            return (cause.broken, cause.local_broken)
        return ()
    if progress.has_local and progress.space.breaks([cause.changes]):
        return (cause.broken, cause.green)
    keys = (cause.broken,) if is_new and (ledger.flaky or cause.broken != clean()) else ()
    return keys if cause.green.changes == progress.repairs else (*keys, cause.green)


def is_borne_out(ledger: Ledger, cause: Cause) -> bool:
    """Whether the trials of a cause still say, after all repetitions, what it needs them to."""
    shown = ledger.one(cause.broken).is_fail and ledger.one(cause.green).is_pass
    return shown and (cause.local_broken is None or ledger.one(cause.local_broken).is_fail)


def _same_failure(ledger: Ledger, one: TrialKey, other: TrialKey) -> bool:
    mine, theirs = ledger.one(one).signature, ledger.one(other).signature
    return mine is not None and theirs is not None and mine.same_as(theirs)


def _all_alike(progress: Progress) -> bool:
    """Whether several causes fail the same way, as they would had the green trial been luck."""
    if len(progress.causes) < 2:
        return False
    first, *rest = progress.causes
    return all(_same_failure(progress.ledger, first.broken, cause.broken) for cause in rest)


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
        if usable and progress.ledger.trusted(key).is_fail:
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
