"""Finding the few units that decide, by halving a pool according to probability.

Pure over a test that answers for a group of units. Nothing here knows about builds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from verifier.isolate.space import Unit

Group = tuple[Unit, ...]
_MAX_UNKNOWN: Final = 3
"""How often on one path a group whose outcome says nothing is split before giving up."""
_PATIENCE: Final = 3
"""After so many NO from the start it pays to ask whether anything at all helps."""
_MOST_TOGETHER: Final = 6
"""More units than this acting together are not looked for; such a find would explain nothing."""


class Answer(Enum):
    """What a trial says about a group."""

    YES = "the group is enough"
    NO = "the group is not enough"
    UNKNOWN = "the mixture says nothing"


Test = Callable[[Group], Answer]
Weight = Callable[[Unit], float]


class _Endless(Exception):
    """More tests were asked than a handful of deciding units can take."""


def _no_doubt() -> bool:
    return False


def find(
    pool: Sequence[Unit],
    likely: Sequence[Unit],
    weight: Weight,
    test: Test,
    *,
    recheck: Callable[[], bool] = _no_doubt,
    patience: int = _PATIENCE,
) -> Group:
    """A minimal group of the pool that makes the test answer YES, empty if none was found.

    It first assumes that one unit of the likely ones is enough, which takes about log₂ of their
    number; if the answers contradict that, it asks about the whole pool and then looks for units
    that act together. `recheck` repeats the trials the answers rest on and says whether one of
    them came out otherwise. After `patience` NO from the start it asks about the whole pool, since
    then most likely nothing helps.
    """
    everything = tuple(pool)
    if not everything:
        return ()
    path = _Path(everything=everything, patience=patience)
    single = _descend(tuple(likely), weight, test, path) if likely else None
    if single is None and likely and recheck():
        single = _descend(tuple(likely), weight, test, path)
    if single is not None:
        return (single,)
    if test(everything) is not Answer.YES:
        return ()
    if recheck() and test(everything) is not Answer.YES:
        return ()
    try:
        several = minimal((), everything, weight, _bounded(test, len(everything)))
    except _Endless:
        return ()
    return several if test(several) is Answer.YES else ()


def _bounded(test: Test, size: int) -> Test:
    """The test, refusing once more was asked than some units acting together can explain."""
    left = _MOST_TOGETHER * (size.bit_length() + 1)

    def bounded(group: Group) -> Answer:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Endless
        return test(group)

    return bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class _Path:
    """How a descent went so far: groups without an answer, and NO in a row; None after a YES."""

    everything: Group
    patience: int
    unknown: int = 0
    refusals: int | None = 0

    def after_no(self) -> _Path:
        return replace(self, refusals=None if self.refusals is None else self.refusals + 1)

    def after_unknown(self) -> _Path:
        return replace(self, unknown=self.unknown + 1)


def _descend(pool: Group, weight: Weight, test: Test, path: _Path) -> Unit | None:
    """One unit that is enough by itself, None if the answers show no such unit."""
    if len(pool) == 1:
        return pool[0] if test(pool) is Answer.YES else None
    if path.refusals == path.patience and test(path.everything) is Answer.NO:
        return None
    first, second = split(pool, weight)
    match test(first):
        case Answer.YES:
            return _descend(first, weight, test, replace(path, refusals=None))
        case Answer.NO:
            return _descend(second, weight, test, path.after_no())
        case Answer.UNKNOWN:
            if path.unknown >= _MAX_UNKNOWN:
                return None
            deeper = path.after_unknown()
            found = _descend(second, weight, test, deeper)
            return found or _descend(first, weight, test, deeper)


def minimal(held: Group, pool: Group, weight: Weight, test: Test) -> Group:
    """A minimal part of the pool that is enough beside the held ones, in O(k log n) tests.

    Expects `held + pool` to be enough and `held` not to be. A group without an answer counts as
    not enough, so that nothing is ever concluded from it.
    """
    if len(pool) == 1:
        return pool
    first, second = split(pool, weight)
    if test(held + first) is Answer.YES:
        return minimal(held, first, weight, test)
    right = minimal(held + first, second, weight, test)
    if test(held + right) is Answer.YES:
        return right
    return minimal(held + right, first, weight, test) + right


def split(pool: Group, weight: Weight) -> tuple[Group, Group]:
    """The pool cut where about half of the probability lies on each side; both are non-empty."""
    total = sum(weight(unit) for unit in pool)
    before, best, at = 0.0, float("inf"), 1
    for index, unit in enumerate(pool[:-1], start=1):
        before += weight(unit)
        distance = abs(total - 2 * before)
        if distance < best - 1e-9:
            best, at = distance, index
    return pool[:at], pool[at:]
