"""The search in order: calibrate, jump, peel, prove, and say honestly how far it came."""

from __future__ import annotations

from verifier.isolate.ledger import Ledger, Stopped, clean, local
from verifier.isolate.oracle import Oracle, SearchLimits
from verifier.isolate.peel import jump, peel
from verifier.isolate.progress import Progress
from verifier.isolate.prove import prove
from verifier.isolate.rest import explain_rest, salvage
from verifier.isolate.settle import demote_chance, undecided
from verifier.isolate.space import Space
from verifier.model.attribution import Attribution
from verifier.model.outcome import Outcome, UnresolvedReason, unresolved
from verifier.model.trial import TrialKey

_ATTEMPTS = 3
"""How often the proofs are taken up anew after a repeated trial came out otherwise."""


def isolate(oracle: Oracle, *, local: bool, limits: SearchLimits) -> Attribution:
    """The minimal causes of the clean side's failure, each with the trials that prove it.

    local: whether a local side exists; it is used only if it passes unchanged.
    """
    ledger = Ledger(oracle, limits)
    progress = Progress(
        ledger=ledger,
        limits=limits,
        has_local=local,
        space=Space(candidates=dict(oracle.candidates()), suspicion={}),
    )
    stopped = ""
    try:
        stopped = _search(progress)
    except Stopped as reason:
        stopped = str(reason)
        salvage(progress)
    demote_chance(progress)
    return _attribution(progress, stopped)


def _search(progress: Progress) -> str:
    """Run the whole search; returns why it ended early, empty if it did not."""
    stopped = _calibrate(progress)
    if stopped or progress.remaining is None:
        return stopped
    progress.learn(clean())
    jump(progress)
    for _ in range(_ATTEMPTS):
        peel(progress)
        if progress.remaining is not None:
            explain_rest(progress)
            return ""
        prove(progress)
        if progress.ledger.one(clean(progress.repairs)).is_pass:
            undecided(progress)
            return ""
    return "flaky"


def _calibrate(progress: Progress) -> str:
    """Run both sides unchanged; says why nothing can be learnt, if so."""
    ledger = progress.ledger
    keys = [clean(), local()] if progress.has_local else [clean()]
    outcomes = ledger.run(keys)
    surprising = [
        k
        for k in keys[1:]
        if outcomes[-1].is_fail and not ledger.seen_elsewhere(k) and not ledger.named(k)
    ]
    if ledger.flaky and outcomes[0].is_pass:
        surprising.append(keys[0])
    ledger.confirm(surprising)
    outcomes = ledger.run(keys)
    progress.has_local = progress.has_local and outcomes[-1].is_pass
    if outcomes[0].is_fail and not ledger.named(keys[0]):
        # What nothing speaks for is costly to search for, and may just come and go.
        outcomes = [*ledger.confirm(keys[:1]), *outcomes[1:]]
    first = outcomes[0]
    if first.is_pass:
        progress.final = clean()
    progress.remaining = first.signature
    return first.reason.value if first.reason is not None else ""


def _attribution(progress: Progress, stopped: str) -> Attribution:
    ledger, final = progress.ledger, progress.final
    complete = (
        final is not None and (outcome := ledger.known(final)) is not None and outcome.is_pass
    )
    return Attribution(
        causes=tuple(progress.causes),
        possible=tuple(progress.possible),
        refuted=_refuted(progress) if complete else (),
        complete=complete,
        stopped=stopped,
        final=final if complete else None,
        clean=_unchanged(ledger, clean()),
        local=_local(progress),
        remaining=None if complete else progress.remaining,
        trials=ledger.trials,
        rounds=ledger.rounds,
    )


def _local(progress: Progress) -> Outcome | None:
    """The local side, unresolved where its runs differed and no cause was proved all the same."""
    if progress.causes and progress.has_local:
        return progress.ledger.known(local())
    return _unchanged(progress.ledger, local())


def _unchanged(ledger: Ledger, side: TrialKey) -> Outcome | None:
    if ledger.is_unsteady(side):
        return unresolved(UnresolvedReason.FLAKE, ledger.tally(side))
    return ledger.known(side)


def _refuted(progress: Progress) -> tuple[str, ...]:
    """The suspects that stay broken in the passing trial and belong to no cause."""
    if progress.final is None:
        return ()
    involved = {
        i
        for cause in (*progress.causes, *progress.possible)
        for i in (*cause.changes, *cause.partners, *cause.alternatives)
    }
    least = progress.limits.suspect_from
    return tuple(
        name
        for name, p in sorted(progress.space.suspicion.items())
        if p >= least and name not in involved and name not in progress.final.changes
    )
