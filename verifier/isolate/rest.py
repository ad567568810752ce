"""What can still be said when the clean side could not be made to pass, or time ran out."""

from __future__ import annotations

from dataclasses import replace

from verifier.isolate.chance import weigh
from verifier.isolate.ledger import clean, local
from verifier.isolate.minimise import Answer, Group, find
from verifier.isolate.partners import irreducible
from verifier.isolate.progress import Progress, gets_past
from verifier.isolate.space import Unit
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey


def explain_rest(progress: Progress) -> None:
    """Report what is proved although one failure remains that no repair changes.

    A repair is confirmed if breaking it alone makes the local side fail, or if with it the clean
    side fails at a later stage than without it. Then the local side is searched for what the
    remaining failure comes from, by pass and fail alone.
    """
    progress.final = None
    if not _insist(progress):
        return
    _confirm_partial(progress)
    if progress.has_local:
        _search_local(progress)
    _keep_repeatable(progress)


def _insist(progress: Progress) -> bool:
    """Whether the failure that nothing changed is there at every run; else only chance is left."""
    ledger, key = progress.ledger, clean(progress.repairs)
    if not ledger.can_repeat or ledger.named(key):
        return True
    return ledger.confirm([key], ledger.needed + 1)[0].is_fail


def salvage(progress: Progress) -> None:
    """Turn what an interrupted search already ran into causes, without any further trial."""
    proved = {cause.changes for cause in progress.causes}
    green = clean(progress.repairs)
    outcome = progress.ledger.known(green)
    if outcome is None:
        return
    if outcome.is_pass:
        progress.remaining = None
        progress.final = progress.final or green
        for unit in progress.repaired_units:
            cause = _known_proof(progress, unit, progress.without(unit), green)
            if cause is not None and not any(cause.changes <= other for other in proved):
                progress.causes.append(cause)
        return
    for step in progress.steps:
        if len(step.added) == 1 and step.added[0] not in proved:
            _add_partial(progress, step.added[0], step.before, step.after)


def _known_proof(progress: Progress, unit: Unit, broken: TrialKey, green: TrialKey) -> Cause | None:
    outcome = progress.ledger.known(broken)
    if outcome is None or not outcome.is_fail:
        return None
    key = local(progress.space.breaks([unit]))
    seen = progress.ledger.known(key) if key.changes else None
    return Cause(
        changes=unit,
        signature=outcome.signature,
        broken=broken,
        green=green,
        local_broken=key if seen is not None and seen.is_fail else None,
        separable=len(unit) == 1,
    )


def _confirm_partial(progress: Progress) -> None:
    space, ledger = progress.space, progress.ledger
    units = progress.repaired_units
    keys = [local(space.breaks([u])) for u in units if space.breaks([u])]
    ledger.run([*(progress.without(u) for u in units), *(keys if progress.has_local else [])])
    for unit in units:
        _add_partial(progress, unit, progress.without(unit), clean(progress.repairs))


def _add_partial(progress: Progress, unit: Unit, broken: TrialKey, green: TrialKey) -> None:
    """Add the unit as a cause if the trials show it to be one, as possible if only wording does."""
    ledger = progress.ledger
    cause = _known_proof(progress, unit, broken, green)
    after = ledger.known(green)
    if cause is None or cause.signature is None or after is None or after.signature is None:
        return
    later = after.signature.stage > cause.signature.stage
    past = gets_past(after, cause.signature) is True
    cause = replace(cause, partial=True)
    if cause.local_broken is not None:
        if not past:
            here, untouched = cause.local_broken, local()
            cause = replace(cause, broken=here, green=untouched, partial=False)
        progress.causes.append(cause)
    elif later:
        progress.causes.append(cause)
    elif past:
        progress.possible.append(cause)


def _keep_repeatable(progress: Progress) -> None:
    """Keep the causes whose failures come again, where trials can be repeated."""
    ledger = progress.ledger
    if not ledger.can_repeat:
        return
    for cause in tuple(progress.causes):
        keys = [key for key in dict.fromkeys((cause.broken, cause.local_broken)) if key is not None]
        if cause.changes & ledger.named(cause.broken):
            continue
        times = 1 if any(ledger.seen_elsewhere(k) for k in keys) and len(keys) > 1 else 0
        comes_again = all(o.is_fail for o in ledger.confirm(keys, ledger.needed + 1 - times))
        if not comes_again or not weigh(ledger, cause, progress.causes):
            progress.causes.remove(cause)


def _search_local(progress: Progress) -> None:
    """Find what breaks the local side among all that was never repaired, one set at a time."""
    space, ledger = progress.space, progress.ledger
    pool = tuple(
        u for u in space.units if space.breaks([u]) and not space.repairs([u]) & progress.repairs
    )

    def fails(group: Group) -> Answer:
        outcome = ledger.one(local(space.breaks(group)))
        if outcome.is_unresolved:
            return Answer.UNKNOWN
        return Answer.YES if outcome.is_fail else Answer.NO

    while pool and fails(pool) is Answer.YES:
        found = find(pool, pool, space.p, fails)
        if not found:
            return
        broken, separable = irreducible(progress, space.breaks(found))
        key = local(broken)
        progress.causes.append(
            Cause(
                changes=key.changes,
                signature=ledger.one(key).signature,
                broken=key,
                green=local(),
                local_broken=key,
                separable=separable,
            )
        )
        pool = tuple(u for u in pool if u not in found)
