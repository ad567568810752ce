"""Whether causes explain what was seen better than a build that fails at random would.

A likelihood ratio over all runs of a search that met one failure, or that could have. Against the
causes stands a build that fails so at a rate of its own, whatever is repaired; for that rate the
one is taken that suits the runs best.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from verifier.isolate.ledger import Ledger
from verifier.isolate.progress import is_beyond
from verifier.model.attribution import Cause
from verifier.model.outcome import FailureSignature, Outcome
from verifier.model.trial import TrialKey, World

_ENOUGH: Final = 300.0
"""How much likelier the causes must make the runs than chance does. Where they foretell each run,
that takes five failures and four passes, or fewer of one kind where there are many of the other.
"""
_UNLIKE: Final = 0.05
"""How often a run is thought to differ from what the causes foretell."""


def weigh(ledger: Ledger, cause: Cause, causes: list[Cause]) -> bool:
    """Repeat the trials of a cause until it outweighs chance; whether it does in the end."""
    while not outweighs_chance(ledger, cause, causes):
        before = ledger.trials
        broken = ledger.confirm([cause.broken], ledger.sightings(cause.broken) + 1)[0]
        if not broken.is_fail:
            return False
        ledger.confirm([cause.green], ledger.sightings(cause.green) + 1)
        if ledger.trials == before:
            return False
    return True


def outweighs_chance(ledger: Ledger, cause: Cause, causes: list[Cause]) -> bool:
    """Whether a cause, and those with the same failure, outweigh a build that fails at random.

    Where the search met other failures too there is more than chance, and it is not asked.
    """
    signature = cause.signature
    if signature is None:
        return True
    mine = [c for c in causes if c.signature is not None and c.signature.same_as(signature)]
    if len(mine) < len(causes):
        return True
    failures = passes = foretold = unlike = 0
    for key, outcome in _telling(ledger, signature):
        shows = outcome.signature is not None and outcome.signature.same_as(signature)
        failures += shows
        passes += not shows
        is_like = shows == any(_is_broken(key, c) for c in mine)
        foretold += is_like
        unlike += not is_like
    ours = foretold * math.log(1 - _UNLIKE) + unlike * math.log(_UNLIKE)
    return ours - _of_chance(failures, passes) >= math.log(_ENOUGH)


def _telling(ledger: Ledger, signature: FailureSignature) -> Iterator[tuple[TrialKey, Outcome]]:
    """The runs that failed in this way or got past it; what failed earlier may have hidden it."""
    for key, outcome in ledger.every_run():
        seen = outcome.signature
        is_same = seen is not None and seen.same_as(signature)
        if is_same or is_beyond(outcome, signature):
            yield key, outcome


def _of_chance(failures: int, passes: int) -> float:
    """The logarithm of the likelihood that chance gives the runs, at the rate that suits them."""
    total = failures + passes
    return sum(n * math.log(n / total) for n in (failures, passes) if n)


def _is_broken(key: TrialKey, cause: Cause) -> bool:
    """Whether a cause shows in a trial by what is known of it."""
    if key.world is World.LOCAL:
        shown = cause.local_broken
        return shown is not None and shown.changes <= key.changes
    return not (cause.changes | set(cause.alternatives)) & key.changes
