"""Task runners put the task's name before each line; without it a line says what its tool said.

Only names that the runner itself announced are taken away, so that no message loses its head.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.observe._excerpt import Excerpt

_ANNOUNCED: Final = (
    re.compile(r"^(?P<task>[@\w./-]+(?:[:#][\w.:/-]+)?): cache (?:miss|hit|bypass)\b"),
    re.compile(r"^(?P<task>[@\w./-]+ [\w:.-]+)\$ \S"),
)
_MAX_TASKS: Final = 500


def without_task_names(view: Excerpt) -> Excerpt:
    """The view with the names of announced tasks taken from the heads of their lines."""
    tasks = _tasks(view.lines)
    if not tasks:
        return view
    head = re.compile(
        "^(?:" + "|".join(re.escape(task) for task in sorted(tasks, key=len, reverse=True)) + r")"
        r"(?:: ?|(?=\$ ))"
    )
    lines = tuple(head.sub("", line, count=1) for line in view.lines)
    return replace(view, lines=lines, interleaved=len(tasks) > 1)


def _tasks(lines: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for line in lines:
        for pattern in _ANNOUNCED:
            match = pattern.match(line[:300])
            if match and len(found) < _MAX_TASKS:
                found.add(match["task"])
    return frozenset(found)
