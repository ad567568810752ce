"""What must be broken beside a proved unit before the local side fails too."""

from __future__ import annotations

from dataclasses import replace

from verifier.isolate.ledger import clean, local
from verifier.isolate.minimise import Answer, Group, find
from verifier.isolate.progress import Progress, gets_past
from verifier.isolate.space import Unit
from verifier.model.attribution import Cause
from verifier.model.trial import World


def with_partners(progress: Progress, cause: Cause, others: Group) -> Cause:
    """The cause with its proof on the local side, which passes while only it is broken.

    `others` are units that could stand in for its repair, hence the likeliest partners.
    The cause comes back unchanged if the local side does not show it whatever is broken too.
    """
    unit = cause.changes
    named = progress.ledger.named(cause.broken)
    pool = _pool(progress, cause, named)
    if others and _fails(progress, cause, (unit, *others)) is Answer.NO:
        progress.ledger.confirm([local(progress.space.breaks((unit, *others)))])
    found = find(
        pool,
        _narrow(progress, cause, pool),
        _Weights(progress, pool, (*others, *(u for u in pool if u & named))),
        lambda group: _fails(progress, cause, (unit, *group)),
        patience=1,
    )
    space = progress.space
    if not found:
        return cause
    alone = local(space.breaks([unit]))
    is_surprise = set(found) != set(others) and any(
        space.is_repairable(u) and not u & named for u in found
    )
    if is_surprise and not progress.ledger.confirm([alone], 3)[0].is_pass:
        # Whatever is broken beside a unit that fails by itself looks like its partner.
        return cause
    broken, separable = irreducible(progress, space.breaks((unit, *found)), last=unit)
    if not broken & unit:
        return _elsewhere(progress, cause, broken)
    repairable = frozenset(i for i in broken if space.candidates[i].repairable)
    return replace(
        cause,
        changes=unit | repairable,
        partners=broken - repairable - unit,
        local_broken=local(broken),
        separable=cause.separable and separable,
        alternatives=tuple(i for i in cause.alternatives if i not in repairable),
    )


def irreducible(
    progress: Progress, broken: frozenset[str], *, last: frozenset[str] = frozenset()
) -> tuple[frozenset[str], bool]:
    """The part of a failing local set of which nothing can be left out, and whether runs tell.

    What is in `last` is left out only if nothing else can be.
    """
    if len(broken) < 2:
        return broken, True
    order = sorted(broken, key=lambda i: (i in last, progress.space.p(frozenset({i})), i))
    progress.ledger.run([local(broken - {i}) for i in order])
    passing = [k for i in order if progress.ledger.one(k := local(broken - {i})).is_pass]
    if len(broken) > 2:
        progress.ledger.confirm(passing)
    outcomes = progress.ledger.run([local(broken - {i}) for i in order])
    for name, outcome in zip(order, outcomes, strict=True):
        if outcome.is_fail and progress.ledger.trusted(local(broken - {name})).is_fail:
            return irreducible(progress, broken - {name}, last=last)
    return broken, not any(outcome.is_unresolved for outcome in outcomes)


def _pool(progress: Progress, cause: Cause, named: frozenset[str]) -> Group:
    """The units that were broken too in the trial that showed the cause on the clean side.

    Those that its failure names come first. Another repair of something that was repaired there is
    none of them.
    """
    space = progress.space
    rivals = space.excluded_by(cause.broken.changes)
    pool = [
        u
        for u in space.units
        if space.breaks([u])
        and not u & cause.changes
        and not u & rivals
        and not space.repairs([u]) & cause.broken.changes
    ]
    return tuple(sorted(pool, key=lambda u: not u & named))


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
    """What is near, and what nobody can repair, weighs together as much as all the rest.

    near: units that could stand in for the repair, or that the failure names.
    """

    def __init__(self, progress: Progress, pool: Group, near: Group) -> None:
        self._space = progress.space
        self._near = {u for u in pool if u in near or not progress.space.is_repairable(u)}
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


def _elsewhere(progress: Progress, cause: Cause, broken: frozenset[str]) -> Cause:
    """The cause moved to its partners, which fail by themselves, if repairing them helps too.

    The unit then only stood in for their repair. What nobody can repair never becomes the cause
    in place of something that was proved on the clean side.
    """
    if progress.space.repairs([broken]) != broken:
        return cause
    green = clean(cause.broken.changes | broken)
    if not progress.ledger.one(green).is_pass:
        return cause
    return replace(
        cause,
        changes=broken,
        green=green,
        local_broken=local(broken),
        alternatives=(*sorted(cause.changes), *cause.alternatives),
    )
