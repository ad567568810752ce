"""A bounded view of a log of any size: its beginning, its end, and what looks like trouble between.

The log is read as bytes in bounded pieces, so that neither a gigabyte of lines nor one line of a
gigabyte costs memory.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verifier.observe._text import MAX_LINE, clean

HEAD: Final = 3000
TAIL: Final = 9000
MIDDLE: Final = 4000
_CONTEXT: Final = 12
_PIECE: Final = MAX_LINE * 4
_TROUBLE: Final = re.compile(
    r"error|fail|cannot|can't|not found|missing|invalid|refused|denied|undefined"
    r"|ERR_|\u2a2f|✘|✖|❌",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """Cleaned lines, each with its number in the log (from 0), in order.

    interleaved: several tasks wrote at once, so that a line says nothing about those above it.
    """

    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    total: int
    interleaved: bool = False

    def after(self, index: int, count: int) -> tuple[str, ...]:
        """Up to `count` lines that follow a position."""
        return self.lines[index + 1 : index + 1 + count]

    def before(self, index: int, count: int) -> tuple[str, ...]:
        """Up to `count` lines that precede a position, the nearest last."""
        return self.lines[max(0, index - count) : index]


def read_lines(path: Path | None) -> Iterator[str]:
    """Yield the lines of a log, each cut to a bounded length; nothing if there is no log."""
    if path is None or not path.is_file():
        return
    with path.open("rb") as stream:
        cut = False
        while piece := stream.readline(_PIECE):
            if not cut:
                yield piece.decode("utf-8", errors="replace").rstrip("\n")
            cut = not piece.endswith(b"\n")


def excerpt(lines: Iterable[str]) -> Excerpt:
    """The view of a log: head, tail, and lines of the middle that look like trouble."""
    head: list[tuple[int, str]] = []
    middle: list[tuple[int, str]] = []
    tail: deque[tuple[int, str]] = deque()
    total = 0
    wanted = 0
    for number, raw in enumerate(lines):
        total = number + 1
        row = (number, clean(raw))
        if len(head) < HEAD:
            head.append(row)
            continue
        tail.append(row)
        if len(tail) <= TAIL:
            continue
        old = tail.popleft()
        if len(middle) >= MIDDLE:
            continue
        if _TROUBLE.search(old[1][:400]):
            wanted = _CONTEXT
        if wanted > 0:
            middle.append(old)
            wanted -= 1
    rows = (*head, *middle, *tail)
    return Excerpt(lines=tuple(r[1] for r in rows), numbers=tuple(r[0] for r in rows), total=total)
