"""Semver ranges, as far as the platform's choices need them.

The platform asks the JavaScript library whether two ranges intersect; only the question "does it
meet one line of versions" is needed here, and that is a question about intervals.
"""

from __future__ import annotations

import re
from typing import Final

import nodesemver

_MAX_CHARS: Final = 256
_EXACT: Final = re.compile(r"^[v=\s]*(\d+)\.(\d+)\.(\d+)(?:[-+][0-9A-Za-z.+-]*)?$")

Triple = tuple[int, int, int]
_END: Final[Triple] = (10**12, 0, 0)


def is_range(text: str) -> bool:
    """Whether the text is a semver range; `lts/*` and words are none."""
    return _sets(text) is not None


def meets_line(text: str, major: int, minor: int | None = None) -> bool:
    """Whether a range admits some version of a major (or of one minor line of it)."""
    if minor is None:
        start, end = (major, 0, 0), (major + 1, 0, 0)
    else:
        start, end = (major, minor, 0), (major, minor + 1, 0)
    return any(max(low, start) < min(high, end) for low, high in _intervals(text))


def exact_version(text: str) -> Triple | None:
    """The three numbers of an exact version, None for anything else."""
    found = _EXACT.match(text.strip()) if len(text) <= _MAX_CHARS else None
    return None if found is None else (int(found[1]), int(found[2]), int(found[3]))


def satisfies(version: str, text: str) -> bool:
    """Whether a version lies in a range; False where either cannot be read."""
    if exact_version(version) is None or not is_range(text):
        return False
    try:
        return bool(nodesemver.satisfies(version.strip(), text, False))
    except (ValueError, RecursionError):
        return False


def _sets(text: str) -> list[list[tuple[str, Triple | None]]] | None:
    if len(text) > _MAX_CHARS:
        return None
    try:
        parsed = nodesemver.make_range(text, False).set
    except (ValueError, AttributeError, TypeError, RecursionError):
        return None
    found: list[list[tuple[str, Triple | None]]] = []
    for group in parsed:
        row: list[tuple[str, Triple | None]] = []
        for comparator in group:
            numbers = exact_version(str(comparator.semver))
            row.append((comparator.operator or "", numbers))
        found.append(row)
    return found


def _intervals(text: str) -> list[tuple[Triple, Triple]]:
    """Half-open intervals of versions; pre-releases count as the version they precede."""
    found = []
    for group in _sets(text) or []:
        low: Triple = (0, 0, 0)
        high: Triple = _END
        for operator, numbers in group:
            if numbers is None:
                continue
            after = (numbers[0], numbers[1], numbers[2] + 1)
            match operator:
                case ">=":
                    low = max(low, numbers)
                case ">":
                    low = max(low, after)
                case "<":
                    high = min(high, numbers)
                case "<=":
                    high = min(high, after)
                case _:
                    low, high = max(low, numbers), min(high, after)
        if low < high:
            found.append((low, high))
    return found
