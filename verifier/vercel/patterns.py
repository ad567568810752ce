"""Regular expressions of routes, matched with a bound on the steps taken.

Routes come out of an examined build and may be written to never end, so they are never given to
an engine that backtracks without a limit. What this module cannot read or finish is refused with
`UndecidableError`; it never guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

_MAX_PATTERN: Final = 4_000
_MAX_SUBJECT: Final = 300
_MAX_STEPS: Final = 50_000
_MAX_REPEAT: Final = 1_000
_MAX_DEPTH: Final = 40
_CLASSES: Final = {
    "d": "0123456789",
    "w": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_",
    "s": " \t\n\r\f\v",
}
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}


class UndecidableError(Exception):
    """A pattern that this module does not read, or a match that takes too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The groups of a match by number (as text) and by name; absent ones are empty."""

    groups: dict[str, str]


@dataclass(slots=True)
class _State:
    text: str
    fold: bool
    ends: dict[int, tuple[int, int]] = field(default_factory=dict)
    steps: int = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps > _MAX_STEPS:
            msg = "the pattern takes too long"
            raise UndecidableError(msg)


@dataclass(frozen=True, slots=True)
class _Whole:
    """What follows a whole match: nothing, but where it ended is kept as group 0."""

    state: _State
    start: int

    def __call__(self, at: int) -> bool:
        self.state.ends[0] = (self.start, at)
        return True


_Next = Callable[[int], bool]
_Node = Callable[[_State, int, _Next], bool]
"""Tries to match at a place and calls what follows; tells whether all of it matched."""


def match(pattern: str, text: str, *, ignore_case: bool = True) -> Match | None:
    """The first match of a pattern anywhere in a text, None if there is none.

    Raises `UndecidableError` for a pattern outside of what routes are written in.
    """
    if len(text) > _MAX_SUBJECT:
        msg = "the path is too long"
        raise UndecidableError(msg)
    node, names = _compiled(pattern)
    state = _State(text.lower() if ignore_case else text, ignore_case)
    try:
        for start in range(len(text) + 1):
            state.ends.clear()
            if node(state, start, _Whole(state, start)):
                groups = {str(n): text[a:b] for n, (a, b) in state.ends.items()}
                groups |= {name: groups.get(str(n), "") for name, n in names.items()}
                return Match(groups=groups)
    except RecursionError:
        msg = "the pattern is nested too deeply"
        raise UndecidableError(msg) from None
    return None


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[_Node, dict[str, int]]:
    if len(pattern) > _MAX_PATTERN:
        msg = "the pattern is too long"
        raise UndecidableError(msg)
    reader = _Reader(pattern)
    node = reader.alternatives(0)
    if reader.at < len(pattern):
        msg = f"an unexpected {pattern[reader.at]!r} in a pattern"
        raise UndecidableError(msg)
    return node, reader.names


class _Reader:
    """A recursive-descent reader of the syntax that routes use; depth is bounded."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.groups = 0
        self.names: dict[str, int] = {}

    def alternatives(self, depth: int) -> _Node:
        """`a|b|c` up to a closing bracket or the end."""
        if depth > _MAX_DEPTH:
            msg = "the pattern is nested too deeply"
            raise UndecidableError(msg)
        options = [self._sequence(depth)]
        while self._take("|"):
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else _either(tuple(options))

    def _sequence(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._quantified(depth))
        return _chain(tuple(parts))

    def _quantified(self, depth: int) -> _Node:
        first_group = self.groups
        atom = self._atom(depth)
        bounds = self._bounds()
        if bounds is None:
            return _one(atom) if isinstance(atom, _Class) else atom
        low, high = bounds
        lazy = self._take("?")
        if self._take("+"):
            msg = "possessive quantifiers are not read"
            raise UndecidableError(msg)
        if isinstance(atom, _Class):
            return _many(atom, low, high, lazy=lazy)
        return _repeat(atom, low, high, lazy=lazy, groups=range(first_group + 1, self.groups + 1))

    def _bounds(self) -> tuple[int, int] | None:
        for sign, bounds in (("*", (0, _MAX_REPEAT)), ("+", (1, _MAX_REPEAT)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        if self.at < len(self.pattern) and self.pattern[self.at] == "{":
            end = self.pattern.find("}", self.at)
            low, comma, high = self.pattern[self.at + 1 : max(end, 0)].partition(",")
            if end > 0 and low.isdigit() and (not high or high.isdigit()):
                self.at = end + 1
                most = int(high) if high else _MAX_REPEAT if comma else int(low)
                return min(int(low), _MAX_REPEAT), min(most, _MAX_REPEAT)
        return None

    def _atom(self, depth: int) -> _Node | _Class:
        sign = self.pattern[self.at]
        self.at += 1
        match sign:
            case "(":
                return self._group(depth)
            case "[":
                return self._bracket()
            case ".":
                return _Class("\n", negated=True)
            case "^" | "$":
                return _edge(at_end=sign == "$")
            case "\\":
                return self._escape()
            case "*" | "+" | "?":
                msg = "a quantifier with nothing before it"
                raise UndecidableError(msg)
            case _:
                return _Class(sign)

    def _escape(self) -> _Class:
        sign = self._next()
        if sign.lower() in _CLASSES:
            return _Class(_CLASSES[sign.lower()], negated=sign.isupper())
        if sign.isalnum() and sign not in _ESCAPES:
            msg = f"the escape \\{sign} is not read"
            raise UndecidableError(msg)
        return _Class(_ESCAPES.get(sign, sign))

    def _group(self, depth: int) -> _Node:
        look: bool | None = None
        number = 0
        if self._take("?:"):
            pass
        elif self._take("?="):
            look = True
        elif self._take("?!"):
            look = False
        else:
            self.groups += 1
            number = self.groups
            if self._take("?<") or self._take("?P<"):
                end = self.pattern.find(">", self.at)
                name = self.pattern[self.at : max(end, self.at)]
                if not name.isidentifier() or name in self.names:
                    msg = "a group without a plain name of its own"
                    raise UndecidableError(msg)
                self.names[name] = number
                self.at = end + 1
            elif self._take("?"):
                msg = "a kind of group that is not read"
                raise UndecidableError(msg)
        inner = self.alternatives(depth + 1)
        if not self._take(")"):
            msg = "a group is not closed"
            raise UndecidableError(msg)
        if look is not None:
            return _look(inner, wanted=look)
        return _captured(inner, number) if number else inner

    def _bracket(self) -> _Class:
        negated = self._take("^")
        chars: set[str] = set()
        first = True
        while first or not self._take("]"):
            first = False
            low = self._member(chars)
            if low is None:
                continue
            if self.pattern[self.at : self.at + 1] == "-" and self.pattern[
                self.at + 1 : self.at + 2
            ] not in {"]", ""}:
                self.at += 1
                high = self._member(chars) or low
                if not 0 <= ord(high) - ord(low) <= 0x250:
                    msg = "a range of characters that is not read"
                    raise UndecidableError(msg)
                chars.update(chr(c) for c in range(ord(low), ord(high) + 1))
            else:
                chars.add(low)
        return _Class("".join(chars), negated=negated)

    def _member(self, chars: set[str]) -> str | None:
        """One character of a bracket; None where it was a class, which is added at once."""
        sign = self._next()
        if sign != "\\":
            return sign
        found = self._escape()
        if len(found.chars) == 1 and not found.negated:
            return found.chars
        if found.negated:
            msg = "a negated class inside brackets is not read"
            raise UndecidableError(msg)
        chars.update(found.chars)
        return None

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            msg = "the pattern ends too early"
            raise UndecidableError(msg)
        self.at += 1
        return self.pattern[self.at - 1]

    def _take(self, text: str) -> bool:
        if not self.pattern.startswith(text, self.at):
            return False
        self.at += len(text)
        return True


@dataclass(frozen=True, slots=True)
class _Class:
    """A set of single characters."""

    chars: str
    negated: bool = False

    def holds(self, state: _State, at: int) -> bool:
        if at >= len(state.text):
            return False
        sign = state.text[at]
        known = sign in self.chars or (state.fold and sign.upper() in self.chars)
        return known != self.negated


def _one(kind: _Class) -> _Node:
    def run(state: _State, at: int, then: _Next) -> bool:
        state.step()
        return kind.holds(state, at) and then(at + 1)

    return run


def _many(kind: _Class, low: int, high: int, *, lazy: bool) -> _Node:
    """A repeated character, without a frame for each of them."""

    def run(state: _State, at: int, then: _Next) -> bool:
        most = 0
        while most < high and kind.holds(state, at + most):
            most += 1
        counts = range(low, most + 1) if lazy else range(most, low - 1, -1)
        for count in counts:
            state.step()
            if then(at + count):
                return True
        return False

    return run


def _repeat(inner: _Node, low: int, high: int, *, lazy: bool, groups: range) -> _Node:
    def run(state: _State, at: int, then: _Next, count: int = 0) -> bool:
        state.step()

        def again(end: int) -> bool:
            # An empty turn repeated would never end.
            return (end > at or count < low) and run(state, end, then, count + 1)

        def once_more() -> bool:
            if count >= high:
                return False
            kept = {g: state.ends.pop(g) for g in groups if g in state.ends}
            if inner(state, at, again):
                return True
            state.ends.update(kept)
            return False

        if count < low:
            return once_more()
        return then(at) or once_more() if lazy else once_more() or then(at)

    return run


def _chain(parts: tuple[_Node, ...]) -> _Node:
    def run(state: _State, at: int, then: _Next, place: int = 0) -> bool:
        if place == len(parts):
            return then(at)
        return parts[place](state, at, lambda end: run(state, end, then, place + 1))

    return parts[0] if len(parts) == 1 else run


def _either(options: tuple[_Node, ...]) -> _Node:
    def run(state: _State, at: int, then: _Next) -> bool:
        state.step()
        return any(option(state, at, then) for option in options)

    return run


def _captured(inner: _Node, number: int) -> _Node:
    def run(state: _State, at: int, then: _Next) -> bool:
        before = state.ends.get(number)

        def close(end: int) -> bool:
            outer = state.ends.get(number)
            state.ends[number] = (at, end)
            if then(end):
                return True
            _restore(state, number, outer)
            return False

        if inner(state, at, close):
            return True
        _restore(state, number, before)
        return False

    return run


def _restore(state: _State, number: int, before: tuple[int, int] | None) -> None:
    if before is None:
        state.ends.pop(number, None)
    else:
        state.ends[number] = before


def _edge(*, at_end: bool) -> _Node:
    def run(state: _State, at: int, then: _Next) -> bool:
        return at == (len(state.text) if at_end else 0) and then(at)

    return run


def _look(inner: _Node, *, wanted: bool) -> _Node:
    def run(state: _State, at: int, then: _Next) -> bool:
        state.step()
        return inner(state, at, lambda _end: True) == wanted and then(at)

    return run
