"""What a rule is: a pattern of one log line, and a reading of the lines around it.

Rules are data. Each family of tools has one module with a tuple `RULES`; the first rule whose
pattern matches a line and whose reading is not None speaks for that line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from verifier.model.outcome import Stage, UnresolvedReason
from verifier.observe._excerpt import Excerpt
from verifier.observe._text import relative

_FILE: Final = (
    r"(?P<file>(?:file://)?[\w@~.+/()\[\]$-]*[\w)\]$-]"
    r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?|s?css|sass|less|json|html|prisma|graphql|ya?ml))"
    r"(?:(?::| ?\()(?P<line>\d{1,7})(?:[:,](?P<column>\d{1,7}))?\)?)?"
)
READ: Final = 700
"""How much of a line rules look at; messages are short, and patterns may cost its square."""
_SEARCHED: Final = 240
_PLACE_LINE: Final = re.compile(r"^\s*(?:\d+:\d+\s+)?(?:,-\[|╭─\[|-->\s*)?" + _FILE + r"[\]:]?\s*$")
_PLACE_ANY: Final = re.compile(r"(?<![\w@/.-])" + _FILE + r"(?![\w/])")
_FRAME: Final = re.compile(r"^\s*(?:>\s*)?\d*\s*[|│┆·:](?:\s|$)|^\s*[~^]+\s*$|^\s*[╭╰,`]-{2,}")
_STACK: Final = re.compile(
    r"^\s+at (?:async |new )?\S|^(?:> |\$ )(?!Build |Couldn't |`)\S|^\s*throw\b"
)


_PRODUCT: Final = re.compile(r"^(?:[A-Z]\w*|node|next)\.js$")
"""Names of products that look like names of files."""


class Weight(IntEnum):
    """How well a line explains a failure."""

    GENERIC = 0
    """Something went wrong, no more."""
    WRAPPER = 1
    """Names where it went wrong, seldom why."""
    CAUSE = 2
    """Names what is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """A position in a log, and the means to look about from there."""

    view: Excerpt
    index: int

    @property
    def line(self) -> str:
        """The line itself."""
        return self.view.lines[self.index]

    def after(self, count: int) -> tuple[str, ...]:
        """The lines that follow."""
        return self.view.after(self.index, count)

    def before(self, count: int) -> tuple[str, ...]:
        """The lines that precede, nearest last."""
        return self.view.before(self.index, count)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a rule reads at a position; None fields fall back to what the rule itself says."""

    subject: str = ""
    error_class: str | None = None
    location: str = ""
    detail: str = ""
    line: str = ""
    stage: Stage | None = None
    reason: UnresolvedReason | None = None
    weight: Weight | None = None
    length: int = 0
    """How many lines belong to the block at least."""


Reader = Callable[[re.Match[str], Around], Reading | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A pattern of a cleaned log line and what it means.

    subject: constant subject; else the group `subject` of the pattern.
    stage: None means the stage in which the line was printed.
    reason: set for trouble that says nothing about the project.
    """

    pattern: re.Pattern[str]
    error_class: str
    subject: str = ""
    weight: Weight = Weight.CAUSE
    stage: Stage | None = None
    reason: UnresolvedReason | None = None
    read: Reader | None = None

    def apply(self, around: Around) -> Reading | None:
        """What the rule reads here, None if it has nothing to say."""
        match = self.pattern.search(around.line[:READ])
        if match is None:
            return None
        if self.read is not None:
            return self.read(match, around)
        groups = match.groupdict()
        return Reading(
            subject=self.subject or (groups.get("subject") or "").strip(),
            location=place_near(around),
        )


def rule(pattern: str, error_class: str, **rest: object) -> Rule:
    """A rule from a pattern's text; names of fields as in `Rule`."""
    flags = re.IGNORECASE if pattern.startswith("(?i)") else re.NOFLAG
    text = pattern.removeprefix("(?i)")
    return Rule(pattern=re.compile(text, flags), error_class=error_class, **rest)  # type: ignore[arg-type]  # checked by Rule's own fields at import


def is_quoted_code(line: str) -> bool:
    """Whether the line quotes source code, a stack or a command, and is no message itself."""
    return bool(_FRAME.match(line) or _STACK.match(line))


def place_in(text: str) -> str:
    """The first place of the project that a text names, as `file:line:column`; empty if none."""
    for match in _PLACE_ANY.finditer(text[:_SEARCHED]):
        place = _place(match)
        if place:
            return place
    return ""


def place_near(around: Around, back: int = 3, ahead: int = 6) -> str:
    """The place that heads the block of a line, else the first one named in it."""
    for line in reversed(around.before(back)):
        if match := _PLACE_LINE.match(line[:400]):
            place = _place(match)
            if ":" not in place:
                place = _more_exact(place, around, ahead) or place
            if place:
                return place
    for line in (around.line, *around.after(ahead)):
        if not line.strip():
            continue
        place = place_in(line)
        if place:
            return place
    return ""


def file_of(location: str) -> str:
    """The file of a place, without line and column."""
    return re.sub(r"(?::\d+){1,2}$", "", location)


def _more_exact(file: str, around: Around, ahead: int) -> str:
    for line in around.after(ahead):
        match = _PLACE_LINE.match(line[:400])
        if match and _place(match).startswith(f"{file}:"):
            return _place(match)
    return ""


def _place(match: re.Match[str]) -> str:
    file = relative(match["file"])
    if file.startswith(("/", "node_modules/", "node:", "http")) or "/node_modules/" in file:
        return ""
    if (
        ".next/" in file
        or file.startswith("[next]")
        or (not match["line"] and _PRODUCT.match(file))
    ):
        return ""
    if file.startswith("(") and file.count("(") > file.count(")"):
        file = file.removeprefix("(")
    line, column = match["line"], match["column"]
    return ":".join(part for part in (file, line, column) if part)
