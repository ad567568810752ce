"""The log as people and comparators read it: normalised, without noise, of bounded length."""

from __future__ import annotations

from typing import Final

from verifier.observe._excerpt import Excerpt
from verifier.observe._noise import is_harmless, is_noise, is_warning
from verifier.observe._text import normalise

_HALF: Final = 2000
_WARNINGS: Final = 100


def shown_log(view: Excerpt) -> tuple[str, ...]:
    """The normalised lines; where more than four thousand remain, the middle is left out."""
    lines: list[str] = []
    last = -1
    for number, line in zip(view.numbers, view.lines, strict=True):
        gap = number - last - 1
        last = number
        if gap > 0:
            lines.append(f"… {gap} lines left out …")
        if is_noise(line):
            continue
        shown = normalise(line)
        if shown:
            lines.append(shown)
    if len(lines) <= 2 * _HALF:
        return tuple(lines)
    left_out = len(lines) - 2 * _HALF + 1
    return (*lines[:_HALF], f"… {left_out} lines left out …", *lines[-(_HALF - 1) :])


def shown_warnings(view: Excerpt) -> tuple[str, ...]:
    """Warnings of the run, normalised, each once, in order."""
    found: dict[str, None] = {}
    for line in view.lines:
        if len(found) >= _WARNINGS:
            break
        if is_warning(line) and not is_harmless(line):
            found.setdefault(normalise(line))
    return tuple(found)
