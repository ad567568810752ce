"""Which repairs are needed, and the trials that prove each of them a cause.

Everything here goes by pass and fail alone, so that a wrongly read failure cannot make a cause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from verifier.isolate.ledger import Ledger, clean, local
from verifier.isolate.minimise import Answer, Group, minimal, split
from verifier.isolate.partners import irreducible, with_partners
from verifier.isolate.progress import Progress
from verifier.isolate.space import Unit
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey, World

_WEAK: Final = 0.35
"""Suspects below this are cleared in groups, which is cheaper as most of them are innocent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A unit that is needed: without its repair `broken` fails, with it `green` passes.

    others: units that were not needed beside it, but could stand in for it or act with it.
    """

    unit: Unit
    broken: TrialKey
    green: TrialKey
    others: Group = ()
    separable: bool = True


def prove(progress: Progress) -> None:
    """Find the needed repairs and prove each; expects the repaired side to pass."""
    for _ in range(progress.limits.repeat):
        progress.causes.clear()
        needed, unneeded = _all_but_one(progress)
        claims = _claims(progress, needed, unneeded)
        for claim in claims:
            cause = _cause(progress, claim)
            if all(cause.changes != other.changes for other in progress.causes):
                progress.causes.append(cause)
        if not _settle(progress):
            return
    progress.causes[:] = [c for c in progress.causes if _is_borne_out(progress.ledger, c)]


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


def _all_but_one(progress: Progress) -> tuple[Group, Group]:
    """The units without which the repaired side fails, and those it passes without.

    A trial that says nothing leaves its unit out of both: it stays repaired, unproved.
    """
    units, ledger = progress.repaired_units, progress.ledger
    weak = tuple(u for u in units if progress.space.p(u) < _WEAK)
    strong = tuple(u for u in units if u not in weak)
    if len(weak) < 2:
        weak, strong = (), units
    ledger.run([progress.without(*group) for group in (weak, *((u,) for u in strong)) if group])
    singles = {u: ledger.one(progress.without(u)) for u in strong}
    needed = tuple(u for u, outcome in singles.items() if outcome.is_fail)
    unneeded = tuple(u for u, outcome in singles.items() if outcome.is_pass)
    needed_weak, unneeded_weak = _sift(progress, weak) if weak else ((), ())
    return needed + needed_weak, unneeded + unneeded_weak


def _sift(progress: Progress, group: Group, *, surely: bool = False) -> tuple[Group, Group]:
    """The needed and the unneeded of a group that is mostly unneeded, by halving it.

    surely: whether the group as a whole is already known to be needed.
    """
    if not surely or len(group) == 1:
        outcome = progress.ledger.one(progress.without(*group))
        if outcome.is_pass:
            return (), group
        if len(group) == 1:
            return (group if outcome.is_fail else ()), ()
    first, second = split(group, progress.space.p)
    needed, unneeded = _sift(progress, first)
    more, less = _sift(progress, second, surely=unneeded == first)
    return needed + more, unneeded + less


def _claims(progress: Progress, needed: Group, unneeded: Group) -> list[Claim]:
    """A claim for each needed unit, and for a minimal choice among units that replace each other.

    The first local proofs are asked for in the same batch, for the sake of time. Of two repairs
    that replace each other, the one that the local side can bear out is chosen.
    """
    space, ledger = progress.space, progress.ledger
    base = progress.without(*unneeded)
    firsts = [local(space.breaks([u])) for u in needed if space.breaks([u])]
    ledger.run([base, *(firsts if progress.has_local else [])])
    green = clean(progress.repairs)
    claims = [Claim(unit=u, broken=progress.without(u), green=green) for u in needed]
    if ledger.trusted(base).is_pass:
        progress.final = base
        return [_opened(progress, claim) for claim in claims]

    def passes(group: Group) -> Answer:
        outcome = ledger.trusted(clean(base.changes | space.repairs(group)))
        return Answer.YES if outcome.is_pass else Answer.NO

    unneeded = tuple(sorted(unneeded, key=lambda u: progress.has_local and not space.breaks([u])))
    chosen = minimal((), unneeded, space.p, passes) if unneeded else ()
    left = tuple(u for u in unneeded if u not in chosen)
    final = clean(base.changes | space.repairs(chosen))
    ledger.run([final, *(clean(final.changes - u) for u in chosen)])
    progress.final = final if ledger.one(final).is_pass else green
    for unit in chosen:
        broken = clean(final.changes - unit)
        if not (ledger.one(broken).is_fail and ledger.one(final).is_pass):
            continue

        def stands_in(group: Group, broken: TrialKey = broken) -> Answer:
            outcome = ledger.trusted(clean(broken.changes | space.repairs(group)))
            return Answer.YES if outcome.is_pass else Answer.NO

        others = minimal((), left, space.p, stands_in) if left else ()
        claims.append(Claim(unit=unit, broken=broken, green=final, others=others))
        _foresee(progress, claims[-1])
    return [_opened(progress, claim) for claim in claims]


def _foresee(progress: Progress, claim: Claim) -> None:
    """Run at once what an interaction will ask for: each part alone, and both together."""
    breaks = progress.space.breaks
    if (
        progress.has_local
        and claim.others
        and all(breaks([u]) for u in (claim.unit, *claim.others))
    ):
        parts = [(claim.unit,), claim.others, (claim.unit, *claim.others)]
        progress.ledger.run([local(breaks(part)) for part in parts])


def _opened(progress: Progress, claim: Claim) -> Claim:
    """The claim narrowed to the members of a coupled unit that are needed, where runs tell."""
    members = tuple(frozenset({i}) for i in sorted(claim.unit & claim.green.changes))
    if len(members) < 2:
        return claim

    def passes(group: Group) -> Answer:
        held = claim.green.changes - claim.unit
        outcome = progress.ledger.one(clean(held | progress.space.repairs(group)))
        return Answer.YES if outcome.is_pass else Answer.NO

    kept = minimal((), members, progress.space.p, passes)
    green = clean((claim.green.changes - claim.unit) | progress.space.repairs(kept))
    if len(kept) == len(members) or not progress.ledger.one(green).is_pass:
        return replace(claim, separable=False)
    others = tuple(m for m in members if m not in kept)
    if progress.final is not None:
        final = clean(progress.final.changes - progress.space.repairs(others))
        progress.final = final if progress.ledger.one(final).is_pass else progress.final
    return replace(
        claim,
        unit=frozenset().union(*kept),
        green=green,
        others=others + claim.others,
        separable=len(kept) == 1,
    )


def _cause(progress: Progress, claim: Claim) -> Cause:
    space, ledger = progress.space, progress.ledger
    alone = Cause(
        changes=claim.unit & claim.green.changes,
        signature=ledger.one(claim.broken).signature,
        broken=claim.broken,
        green=claim.green,
        separable=claim.separable,
        alternatives=tuple(sorted(i for u in claim.others for i in u)),
    )
    key = local(space.breaks([claim.unit]))
    if not progress.has_local or not key.changes:
        return alone
    outcome = ledger.one(key)
    if outcome.is_fail and len(alone.changes) > 1:
        return replace(alone, local_broken=key)
    if outcome.is_fail:
        broken, separable = irreducible(progress, key.changes, last=alone.changes)
        if not alone.changes <= broken:
            return alone
        return replace(
            alone,
            partners=broken - alone.changes,
            local_broken=local(broken),
            separable=alone.separable and separable,
        )
    if outcome.is_unresolved or (ledger.flaky and not ledger.confirm([claim.broken])[0].is_fail):
        return alone
    return with_partners(progress, alone, claim.others)


def _settle(progress: Progress) -> bool:
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
    return before != after or not all(_is_borne_out(ledger, c) for c in progress.causes)


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


def _is_borne_out(ledger: Ledger, cause: Cause) -> bool:
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
    """Whether the repaired side failed although even more was repaired."""
    return any(
        outcome.is_fail
        for trial, outcome in progress.ledger.outcomes()
        if trial.world is World.CLEAN and progress.repairs < trial.changes
    )
