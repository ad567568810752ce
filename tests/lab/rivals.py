"""Two searches that others use, driven by the same worlds, to measure against."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import picire

from verifier.model.outcome import Outcome
from verifier.model.trial import TrialKey, World

Run = Callable[[TrialKey], Outcome]
Side = Callable[[frozenset[str]], TrialKey]
"""The trial in which exactly these are broken, on the side that a search starts from."""
Rival = Callable[[Run, list[str], Side], set[frozenset[str]]]


def on_local(broken: frozenset[str]) -> TrialKey:
    """The local side with these broken: where a search starts from what works."""
    return TrialKey(world=World.LOCAL, changes=broken)


def on_clean(ids: Iterable[str]) -> Side:
    """The clean side with all else repaired, where nothing local is known or can be broken."""
    everything = frozenset(ids)
    return lambda broken: TrialKey(world=World.CLEAN, changes=everything - broken)


def one_at_a_time(run: Run, ids: list[str], side: Side = on_local) -> set[frozenset[str]]:
    """The factors whose break makes the growing good side fail, each then taken back.

    This is the order of `reprotest --vary`: from the good side, one variation more each time.
    """
    found: set[frozenset[str]] = set()
    kept: frozenset[str] = frozenset()
    run(side(frozenset()))
    run(TrialKey(world=World.CLEAN, changes=frozenset()))
    for name in ids:
        if run(side(kept | {name})).is_fail:
            found.add(frozenset({name}))
        else:
            kept |= {name}
    return found


def delta_debugging(run: Run, ids: list[str], side: Side = on_local) -> set[frozenset[str]]:
    """What ddmin of `picire` finds, taken out and searched again until the rest passes."""
    found: set[frozenset[str]] = set()
    left = list(ids)

    def tester(config: list[str], config_id: object) -> picire.Outcome:
        failed = run(side(frozenset(config))).is_fail
        return picire.Outcome.FAIL if failed else picire.Outcome.PASS

    run(side(frozenset()))
    while left and run(side(frozenset(left))).is_fail:
        search = picire.DD(tester)
        minimal = search(left)
        found.add(frozenset(minimal))
        left.remove(minimal[0])
    return found
