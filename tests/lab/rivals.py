"""Two searches that others use, driven by the same worlds, to measure against."""

from __future__ import annotations

from collections.abc import Callable

import picire

from verifier.model.outcome import Outcome
from verifier.model.trial import TrialKey, World

Run = Callable[[TrialKey], Outcome]


def one_at_a_time(run: Run, ids: list[str]) -> set[frozenset[str]]:
    """The factors whose break makes the growing local side fail, each then taken back.

    This is the order of `reprotest --vary`: from the good side, one variation more each time.
    """
    found: set[frozenset[str]] = set()
    kept: frozenset[str] = frozenset()
    run(_local(frozenset()))
    run(TrialKey(world=World.CLEAN, changes=frozenset()))
    for name in ids:
        if run(_local(kept | {name})).is_fail:
            found.add(frozenset({name}))
        else:
            kept |= {name}
    return found


def delta_debugging(run: Run, ids: list[str]) -> set[frozenset[str]]:
    """What ddmin of `picire` finds, taken out and searched again until the rest passes."""
    found: set[frozenset[str]] = set()
    left = list(ids)

    def tester(config: list[str], config_id: object) -> picire.Outcome:
        failed = run(_local(frozenset(config))).is_fail
        return picire.Outcome.FAIL if failed else picire.Outcome.PASS

    run(_local(frozenset()))
    while left and run(_local(frozenset(left))).is_fail:
        search = picire.DD(tester)
        minimal = search(left)
        found.add(frozenset(minimal))
        left.remove(minimal[0])
    return found


def _local(broken: frozenset[str]) -> TrialKey:
    return TrialKey(world=World.LOCAL, changes=broken)
