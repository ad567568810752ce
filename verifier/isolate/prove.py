"""Which repairs are needed, and the trials that prove each of them a cause.

Everything here goes by pass and fail alone, so that a wrongly read failure cannot make a cause.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from verifier.isolate.ledger import clean, local
from verifier.isolate.minimise import Answer, Group, Test, minimal, split
from verifier.isolate.partners import irreducible, with_partners
from verifier.isolate.progress import Progress
from verifier.isolate.settle import is_borne_out, settle
from verifier.isolate.space import Unit
from verifier.model.attribution import Cause
from verifier.model.trial import TrialKey

_WEAK: Final = 0.35
"""Suspects below this are cleared in groups, which is cheaper as most of them are innocent."""
_ATTEMPTS: Final = 3
"""How often the causes are found anew after a repeated trial came out otherwise."""


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
    for _ in range(_ATTEMPTS):
        progress.causes.clear()
        needed, unneeded = _all_but_one(progress)
        claims = _claims(progress, needed, unneeded)
        for claim in claims:
            cause = _cause(progress, claim)
            if all(cause.changes != other.changes for other in progress.causes):
                progress.causes.append(cause)
        if not settle(progress):
            return
    progress.causes[:] = [c for c in progress.causes if is_borne_out(progress, c)]


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

    The first local proofs are asked for in the same batch, for the sake of time.
    """
    space, ledger = progress.space, progress.ledger
    base = progress.without(*unneeded)
    firsts = [local(space.breaks([u])) for u in needed if space.breaks([u])]
    ledger.run([base, *(firsts if progress.has_local else [])])
    green = clean(progress.repairs)
    claims = [Claim(unit=u, broken=progress.without(u), green=green) for u in needed]
    if not needed and not ledger.named(base):
        ledger.confirm([base])
    if ledger.trusted(base).is_pass:
        progress.final = base
    else:
        claims += _among_replaceable(progress, base, unneeded)
    return [_opened(progress, claim) for claim in claims]


def _among_replaceable(progress: Progress, base: TrialKey, units: Group) -> list[Claim]:
    """Claims for the fewest of the units that make `base` pass, each not needed beside the others.

    They are repairs that replace each other, or parts of one interaction. Of two that replace each
    other, the one that the local side can bear out is chosen.
    """
    if not units:
        return []
    space, ledger = progress.space, progress.ledger

    def passes(held: TrialKey) -> Test:
        def test(group: Group) -> Answer:
            outcome = ledger.trusted(clean(held.changes | space.repairs(group)))
            return Answer.YES if outcome.is_pass else Answer.NO

        return test

    ordered = tuple(sorted(units, key=lambda u: progress.has_local and not space.breaks([u])))
    chosen = minimal((), ordered, space.p, passes(base))
    left = tuple(u for u in ordered if u not in chosen)
    final = clean(base.changes | space.repairs(chosen))
    ledger.run([final, *(clean(final.changes - u) for u in chosen)])
    if not ledger.one(final).is_pass:
        progress.final = clean(progress.repairs)
        return []
    progress.final = final
    claims: list[Claim] = []
    for unit in chosen:
        broken = clean(final.changes - unit)
        if ledger.one(broken).is_fail:
            others = minimal((), left, space.p, passes(broken)) if left else ()
            claims.append(Claim(unit=unit, broken=broken, green=final, others=others))
            _foresee(progress, claims[-1])
    return claims


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
    if not _is_harmless_alone(progress, claim, key):
        return alone
    return with_partners(progress, alone, claim.others)


def _is_harmless_alone(progress: Progress, claim: Claim, key: TrialKey) -> bool:
    """Whether the local side passes with only the unit broken, though the clean side needs it.

    Where nothing on the clean side speaks for that, both trials are doubted first.
    """
    ledger = progress.ledger
    is_named = bool(claim.unit & ledger.named(claim.broken))
    outcome = ledger.one(key) if claim.others or is_named else ledger.confirm([key])[0]
    if not outcome.is_pass:
        return False
    if is_named or (claim.others and not ledger.flaky):
        return True
    return ledger.confirm([claim.broken])[0].is_fail
