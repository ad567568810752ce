"""What must be broken beside a proved unit before the local side fails too."""

from __future__ import annotations

from dataclasses import replace

from verifier.isolate.ledger import clean, local
from verifier.isolate.minimise import Answer, Group, find
from verifier.isolate.progress import Progress, gets_past
from verifier.isolate.space import Unit
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey, World


def with_partners(progress: Progress, cause: Cause, others: Group) -> Cause:
    """The cause with its proof on the local side, which passes while only it is broken.

    `others` are units that could stand in for its repair, hence the likeliest partners.
    The cause comes back unchanged if the local side does not show it whatever is broken too.
    """
    unit = cause.changes
    pool = _pool(progress, cause)
    found = find(
        pool,
        _narrow(progress, cause, pool),
        _Weights(progress, pool, others),
        lambda group: _fails(progress, cause, (unit, *group)),
    )
    found = _without_idle(progress, cause, found)
    if not found:
        return cause
    space = progress.space
    key = local(space.breaks((unit, *found)))
    if _fails(progress, cause, found) is Answer.YES:
        return _elsewhere(progress, cause, found)
    repairable = frozenset(i for i in space.breaks(found) if space.candidates[i].repairable)
    return replace(
        cause,
        changes=unit | repairable,
        partners=space.breaks(found) - repairable,
        local_broken=key,
        alternatives=tuple(i for i in cause.alternatives if i not in repairable),
    )


def _pool(progress: Progress, cause: Cause) -> Group:
    """The units that were broken too in the trial that showed the cause on the clean side."""
    space = progress.space
    return tuple(
        u
        for u in space.units
        if space.breaks([u])
        and not u & cause.changes
        and not space.repairs([u]) & cause.broken.changes
    )


def _narrow(progress: Progress, cause: Cause, pool: Group) -> Group:
    """The pool without units whose repair was seen to leave this very failure as it was."""
    left = pool
    if cause.signature is None:
        return left
    for trial, outcome in progress.ledger.outcomes():
        if trial.world is World.CLEAN and gets_past(outcome, cause.signature) is False:
            left = tuple(
                u
                for u in left
                if not progress.space.is_repairable(u)
                or not progress.space.repairs([u]) <= trial.changes
            )
    return left


class _Weights:
    """Stand-ins and what nobody can repair weigh together as much as all the rest."""

    def __init__(self, progress: Progress, pool: Group, others: Group) -> None:
        self._space = progress.space
        self._near = {u for u in pool if u in others or not progress.space.is_repairable(u)}
        rest = sum(progress.space.p(u) for u in pool if u not in self._near)
        self._share = max(rest, 0.05) / max(len(self._near), 1)

    def __call__(self, unit: Unit) -> float:
        return self._share if unit in self._near else self._space.p(unit)


def _fails(progress: Progress, cause: Cause, group: Group) -> Answer:
    """Whether the local side fails with these broken; another failure than expected is repeated."""
    ledger, key = progress.ledger, local(progress.space.breaks(group))
    outcome = ledger.one(key)
    if cause.signature is not None and gets_past(outcome, cause.signature) is not False:
        outcome = ledger.confirm([key])[0] if outcome.is_fail else outcome
    if outcome.is_unresolved:
        return Answer.UNKNOWN
    return Answer.YES if outcome.is_fail else Answer.NO


def _without_idle(progress: Progress, cause: Cause, found: Group) -> Group:
    """The partners without those that the failure does not need."""
    if len(found) < 2:
        return found
    unit = cause.changes
    rests = {u: tuple(v for v in found if v != u) for u in found}
    progress.ledger.run([local(progress.space.breaks((unit, *rest))) for rest in rests.values()])
    for rest in rests.values():
        if _fails(progress, cause, (unit, *rest)) is Answer.YES:
            return _without_idle(progress, cause, rest)
    return found


def _elsewhere(progress: Progress, cause: Cause, found: Group) -> Cause:
    """The cause moved to the partners, which fail by themselves, if repairing them helps too.

    The unit then only stood in for their repair. What nobody can repair never becomes the cause
    in place of something that was proved on the clean side.
    """
    space = progress.space
    repaired = space.repairs(found)
    if not repaired or space.breaks(found) - repaired:
        return cause
    green = clean(cause.broken.changes | repaired)
    broken: TrialKey = local(space.breaks(found))
    if not progress.ledger.one(green).is_pass:
        return cause
    return replace(
        cause,
        changes=repaired,
        green=green,
        local_broken=broken,
        alternatives=(*sorted(cause.changes), *cause.alternatives),
    )
