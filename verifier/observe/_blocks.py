"""Signatures and error blocks from the errors found in a log."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from verifier.model.observation import ErrorBlock
from verifier.model.outcome import FailureSignature, Stage
from verifier.observe._candidates import Candidate
from verifier.observe._excerpt import Excerpt
from verifier.observe._rule import Weight, is_quoted_code
from verifier.observe._stages import Timeline
from verifier.observe._text import normalise

_MAX_BLOCKS: Final = 60
_MAX_LINES: Final = 24
_NEAR: Final = 40
_BEFORE: Final = re.compile(r"\.\.\.$|^\s*(?:✓|▲|> )|^Failed to compile|\(\d+/\d+\)$")
"""Lines that end what went before a block."""
_PAGES: Final = frozenset({"page-data-error", "prerender-error"})


def build_stage(times: Timeline, index: int) -> Stage:
    """The stage of a line of a build command; it never reaches beyond prerendering."""
    if not times.stages or index < 0:
        return Stage.COMPILE
    stage = times.stages[min(index, len(times.stages) - 1)]
    return Stage.COMPILE if stage is Stage.INSTALL else min(stage, Stage.PRERENDER)


def sign(
    one: Candidate,
    found: Sequence[Candidate],
    view: Excerpt,
    times: Timeline,
    *,
    stage: Stage | None = None,
) -> FailureSignature:
    """The signature of an error; stage is given where the failing command decides it."""
    subject, error_class = one.reading.subject, one.error_class
    line = normalise(one.reading.line or one.text)
    stage = stage or one.stage or build_stage(times, one.index)
    page = _page_near(one, found)
    if one.weight is Weight.WRAPPER and error_class in _PAGES:
        inner = _inner_message(one, found)
        line = f"{inner} (page {subject})" if inner else line
    elif page and stage is Stage.PRERENDER and error_class not in _PAGES:
        line = f"{line} (page {page})"
        subject = subject or (page if one.weight is Weight.CAUSE else "")
    if error_class == "script-failed":
        subject = subject or innermost_command(view)
    return FailureSignature(
        stage=stage, error_class=error_class, subject=subject[:400], line=line[:1000]
    )


def blocks_of(
    found: Sequence[Candidate],
    view: Excerpt,
    times: Timeline,
    *,
    stage: Stage | None = None,
    chosen: Candidate | None = None,
) -> tuple[ErrorBlock, ...]:
    """Error blocks in order, the chosen one first, each failure once."""
    order = [one for one in found if one is not chosen]
    blocks: list[ErrorBlock] = []
    seen: set[tuple[str, str]] = set()
    for one in order if chosen is None else [chosen, *order]:
        signature = sign(one, found, view, times, stage=stage)
        key = (signature.error_class, signature.subject or signature.line)
        if key in seen:
            continue
        seen.add(key)
        blocks.append(
            ErrorBlock(
                first_line=view.numbers[one.index],
                lines=_lines(one, view),
                signature=signature,
                location=one.reading.location,
            )
        )
        if len(blocks) >= _MAX_BLOCKS:
            break
    return tuple(blocks)


def innermost_command(view: Excerpt) -> str:
    """The last command line that a package manager announced."""
    for line in reversed(view.lines):
        match = re.match(r"^(?:> |\$ )(\S.*)$", line)
        if match and not re.match(r"^Build (?:error|failed)", match[1]):
            return match[1].strip()
    return ""


def last_words(view: Excerpt) -> str:
    """The last line that a failing command itself may have printed, normalised."""
    for line in reversed(view.lines):
        if not line.strip() or line.startswith("Error: [BUILD_UTILS_") or "_logs/" in line:
            continue
        if not re.match(r"^npm (?:error|ERR!)\s*(?:A complete log.*)?$|^Node\.js v", line):
            return normalise(line)[:400]
    return ""


def _page_near(one: Candidate, found: Sequence[Candidate]) -> str:
    pages = [c for c in found if c.error_class in _PAGES and c.reading.subject]
    if not pages:
        return ""
    return min(pages, key=lambda c: abs(c.index - one.index)).reading.subject


def _inner_message(wrapper: Candidate, found: Sequence[Candidate]) -> str:
    """What was thrown below, or just above, a line that only names the page."""
    near = [
        c for c in found if c.weight is Weight.GENERIC and abs(c.index - wrapper.index) <= _NEAR
    ]
    return normalise(near[0].text) if near else ""


def _lines(one: Candidate, view: Excerpt) -> tuple[str, ...]:
    """The lines of a block: its heading above, and what belongs to it below."""
    start = one.index
    while start > 0 and one.index - start < 3:
        above = view.lines[start - 1]
        if not above.strip() or is_quoted_code(above) or _BEFORE.search(above):
            break
        start -= 1
    end = max(one.end, one.index + 1)
    while end < len(view.lines) and end - one.index < _MAX_LINES and view.lines[end].strip():
        end += 1
    return tuple(normalise(line) for line in view.lines[start:end] if line.strip())
