"""Repairing the clean side until it passes: all suspects at once, then one failure at a time."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.isolate.ledger import Stopped, clean, local
from verifier.isolate.minimise import Answer, Group, find
from verifier.isolate.progress import Progress, Step, gets_past, is_beyond
from verifier.isolate.space import Unit
from verifier.model.outcome import FailureSignature
from verifier.model.trial import TrialKey, World

_FOUND = 0.9
"""How likely a unit is a cause once repairing it alone changed the failure."""


def jump(progress: Progress) -> None:
    """Repair every suspect at once; a mixture that says nothing is put together piece by piece."""
    group = _suspects(progress, progress.space.units)
    signature = progress.remaining
    if not group or signature is None:
        return
    kept = _with_exposed(progress, signature, group) or _mixable(progress, signature, (), group)
    _advance(progress, kept, progress.space.repaired(progress.repairs, kept))


def peel(progress: Progress) -> None:
    """Repair until the clean side passes or nothing known changes the failure.

    Leaves `remaining` None in the first case, else the failure that nothing changed.
    """
    for _ in range(progress.limits.max_peels):
        signature = _failure(progress)
        if signature is None:
            return
        progress.learn(clean(progress.repairs))
        fresh = _fresh(progress, signature)
        group = fresh or _changer(progress, signature)
        if group:
            repairs = progress.space.repaired(progress.repairs, group)
            _advance(progress, group, repairs, blind=not fresh)
            if len(group) == 1 or all(progress.space.is_coarse(u) for u in group):
                _believe(progress, group)
        elif _still_fails(progress, signature) and not _drop_harmful(progress, signature):
            return


def _failure(progress: Progress) -> FailureSignature | None:
    """The failure of the present repairs, None if they pass; raises `Stopped` if nobody can say."""
    outcome = progress.ledger.trusted(clean(progress.repairs))
    if outcome.reason is not None:
        raise Stopped(outcome.reason.value)
    progress.remaining = outcome.signature
    return outcome.signature


def _still_fails(progress: Progress, signature: FailureSignature) -> bool:
    """Whether the present repairs, by what is known by now, still leave this failure."""
    outcome = progress.ledger.one(clean(progress.repairs))
    return gets_past(outcome, signature) is False


def _suspects(progress: Progress, units: Sequence[Unit]) -> Group:
    """The units to repair at once: suspected enough, repairable, fine, and no rivals."""
    space, limits = progress.space, progress.limits
    strong = [
        u
        for u in units
        if space.suspected(u) >= limits.suspect_from
        and space.is_repairable(u)
        and not space.is_coarse(u)
        and not u & progress.dropped
        and not space.repairs([u]) <= progress.repairs
    ]
    return space.compatible(strong)[: limits.max_suspects]


def _fresh(progress: Progress, signature: FailureSignature) -> Group:
    """Suspects that only this failure named, if repairing them at once gets past it."""
    group = tuple(
        u for u in _suspects(progress, progress.space.units) if not _tried(progress, u, signature)
    )
    if not group:
        return ()
    answer = _Probe(progress, signature)(group)
    if answer is Answer.UNKNOWN:
        return _with_exposed(progress, signature, group)
    return group if answer is Answer.YES else ()


def _tried(progress: Progress, unit: Unit, signature: FailureSignature) -> bool:
    """Whether this failure was seen although the unit was repaired."""
    own = progress.space.repairs([unit])
    return any(
        trial.world is World.CLEAN
        and own <= trial.changes
        and gets_past(outcome, signature) is False
        for trial, outcome in progress.ledger.outcomes()
    )


class _Probe:
    """Answers whether repairing a group as well gets past a failure."""

    def __init__(self, progress: Progress, signature: FailureSignature) -> None:
        self._progress = progress
        self._signature = signature
        self._trusted: list[TrialKey] = []
        self._is_moot = False

    def __call__(self, group: Group) -> Answer:
        if self._is_moot:
            return Answer.UNKNOWN
        progress = self._progress
        key = clean(progress.space.repaired(progress.repairs, group))
        answer = {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}[
            gets_past(progress.ledger.trusted(key), self._signature)
        ]
        if answer is Answer.YES:
            self._trusted.append(key)
        return answer

    def recheck(self) -> bool:
        """Repeat the failing trial and those that got past it; whether one came out otherwise.

        If the failure itself was a flake, every further question about it is moot.
        """
        ledger = self._progress.ledger
        if not ledger.can_repeat:
            return False
        keys = [clean(self._progress.repairs), *self._trusted]
        before = [gets_past(ledger.one(key), self._signature) for key in keys]
        after = [gets_past(outcome, self._signature) for outcome in ledger.confirm(keys)]
        self._is_moot = after[0] is not False
        return before != after


def _changer(progress: Progress, signature: FailureSignature) -> Group:
    """A small group whose repair gets past the failure, empty if nothing known does."""
    space = progress.space
    left = [
        u
        for u in space.units
        if not u & progress.dropped and not space.repairs([u]) <= progress.repairs
    ]
    for layer in space.layers(left):
        probe = _Probe(progress, signature)
        likely = narrow(progress, signature, layer)
        found = _named_together(progress, likely, probe) or find(
            layer, likely, space.p, probe, recheck=probe.recheck
        )
        if found or not _still_fails(progress, signature):
            return found
    return ()


def _named_together(progress: Progress, likely: Group, probe: _Probe) -> Group:
    """The coarse units that evidence names, if there are several and together they are enough.

    A check that refuses many files names them all, and each would take a search of its own.
    """
    space = progress.space
    named = tuple(u for u in likely if space.is_coarse(u) and space.suspected(u) > 0)
    return named if len(named) > 1 and probe(named) is Answer.YES else ()


def narrow(progress: Progress, signature: FailureSignature, pool: Sequence[Unit]) -> Group:
    """The units of the pool that earlier trials leave able to get past the failure.

    Out go those that act too late, those that were repaired when the failure showed, and, where
    the other side fails alike as it is, those that it differs by. If a trial is known to have got
    past it, something repaired there must have helped.
    """
    space = progress.space
    left = tuple(u for u in pool if space.first_stage(u) <= signature.stage)
    trials = [(t, o) for t, o in progress.ledger.outcomes() if t.world is World.CLEAN]
    for trial, outcome in trials:
        if gets_past(outcome, signature) is False:
            left = tuple(u for u in left if not space.repairs([u]) <= trial.changes)
    if _fails_alike(progress, signature):
        left = tuple(u for u in left if not space.is_breakable(u))
    for trial, outcome in trials:
        if is_beyond(outcome, signature):
            inside = tuple(u for u in left if space.repairs([u]) & trial.changes)
            left = inside or left
    return left


def _fails_alike(progress: Progress, signature: FailureSignature) -> bool:
    """Whether the other side, unchanged, shows this very failure."""
    outcome = progress.ledger.known(local())
    seen = None if outcome is None else outcome.signature
    return seen is not None and seen.same_as(signature)


def _with_exposed(progress: Progress, signature: FailureSignature, group: Group) -> Group:
    """The group with what an earlier failure, which its repair laid open, speaks for; else empty.

    A pinned version of a tool can stop an install that the wrong one let through.
    """
    key = clean(progress.space.repaired(progress.repairs, group))
    outcome = progress.ledger.trusted(key)
    if outcome.signature is None or gets_past(outcome, signature) is not None:
        return ()
    progress.learn(key)
    more = tuple(u for u in _suspects(progress, progress.space.units) if u not in group)
    more = more or _stand_ins(progress, key)
    whole = progress.space.compatible((*group, *more))
    answer = _Probe(progress, signature)(whole) if more else Answer.UNKNOWN
    return whole if answer is Answer.YES else ()


def _mixable(progress: Progress, signature: FailureSignature, held: Group, group: Group) -> Group:
    """As much of the group as can be repaired beside the held ones without spoiling the trial."""
    key = clean(progress.space.repaired(progress.repairs, held + group))
    if gets_past(progress.ledger.trusted(key), signature) is not None:
        return held + group
    if len(group) == 1:
        return held
    middle = (len(group) + 1) // 2
    held = _mixable(progress, signature, held, group[:middle])
    return _mixable(progress, signature, held, group[middle:])


def _drop_harmful(progress: Progress, signature: FailureSignature) -> bool:
    """Take back a repair that itself brought the failure; whether there was one.

    The same trials later serve as proofs for the repairs that did help.
    """
    units = progress.repaired_units
    outcomes = progress.ledger.run([progress.without(u) for u in units])
    for passes_only in (True, False):
        for unit, outcome in reversed(list(zip(units, outcomes, strict=True))):
            if outcome.is_pass or (not passes_only and is_beyond(outcome, signature)):
                progress.dropped |= unit
                progress.repairs = progress.without(unit).changes
                return True
    return False


def _advance(
    progress: Progress, added: Group, repairs: frozenset[str], *, blind: bool = False
) -> None:
    if repairs != progress.repairs:
        before, after = clean(progress.repairs), clean(repairs)
        progress.steps.append(Step(added=added, before=before, after=after, blind=blind))
        progress.repairs = repairs


def _believe(progress: Progress, group: Group) -> None:
    found = dict.fromkeys((name for unit in group for name in unit), _FOUND)
    progress.space = progress.space.believe(progress.space.candidates, found)


def _stand_ins(progress: Progress, key: TrialKey) -> Group:
    """The coarse units that a failure names: a check that a script runs last refuses a file."""
    space, named = progress.space, progress.ledger.named(key)
    return tuple(
        u
        for u in space.units
        if u & named
        and space.is_coarse(u)
        and space.is_repairable(u)
        and not u & progress.dropped
        and not space.repairs([u]) <= key.changes
    )
