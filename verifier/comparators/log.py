"""What one side's log says and the other's does not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from verifier.comparators._sides import between, group
from verifier.model.difference import Difference
from verifier.model.observation import Observation

_LIMIT: Final = 200
_LINE: Final = 500
_SPEAKS: Final = re.compile(
    r"error|fail|cannot|can't|not found|missing|invalid|refused|denied|required|unsupported|ERR_",
    re.IGNORECASE,
)
_WARNS: Final = re.compile(r"\bwarn|deprecat|\u26a0", re.IGNORECASE)
_DRIVER: Final = re.compile(
    r"^(?:Vercel CLI|Detected |Running \"|Installing dependencies|Build Completed|Skipping \""
    r"|Traced Next|Created all|Collected static|Retrieving |Learn More:|> "
    r"|Using (?:npm|pnpm|yarn|bun)"
    r"|\u2026 \d+ lines left out)"
)


def compare(local: Observation | None, clean: Observation) -> tuple[Difference, ...]:
    """Lines of either log that the other lacks, those that speak of trouble first."""
    if local is None or not local.log or not clean.log:
        return ()
    children = [
        found
        for line in _ranked(_surplus(clean.log, local.log))
        if (found := between("log", _cut(line), None, _cut(line), matters=_matters(line)))
    ]
    children += [
        found
        for line in _ranked(_surplus(local.log, clean.log))
        if (found := between("log", _cut(line), _cut(line), None, matters=_matters(line)))
    ]
    return group("log", "log", children, limit=2 * _LIMIT)


def _surplus(mine: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Lines of one log beyond those the other has as well, in their order.

    Counting lines keeps this linear and needs no order: tools that work in parallel print the
    same lines in another order each time.
    """
    left = Counter(theirs)
    surplus: list[str] = []
    for line in mine:
        if left[line] > 0:
            left[line] -= 1
        else:
            surplus.append(line)
    return surplus


def _ranked(lines: Sequence[str]) -> list[str]:
    """The lines that matter first, else in order; at most some hundred."""
    return sorted(lines, key=_rank)[:_LIMIT]


def _rank(line: str) -> int:
    if _DRIVER.match(line):
        return 3
    if _WARNS.search(line):
        return 1
    return 0 if _SPEAKS.search(line) else 2


def _matters(line: str) -> bool:
    return _rank(line) == 0


def _cut(line: str) -> str:
    return line if len(line) <= _LINE else line[: _LINE - 1] + "…"
