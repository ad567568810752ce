"""Edits of JSON texts that keep order, indentation and comments as their author left them.

Places for additions are chosen by name, never by the order of edits, so that edits commute.
Nothing here follows nesting by recursion: the texts are anybody's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

_MAX_CHARS: Final = 4 << 20
_BLANK: Final = re.compile(r"(?:\s+|//[^\n]*|/\*[\s\S]*?\*/)*")
_STRING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_SCALAR: Final = re.compile(r"[^\s,\]}/]+")
_INNER: Final = re.compile(r'[{}\[\]]|"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*[\s\S]*?\*/')
_COMMENT: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*[\s\S]*?\*/')
_TRAILING: Final = re.compile(r'"(?:[^"\\\n]|\\.)*"|,(\s*[}\]])')

_TOP_ORDER: Final = {
    name: rank
    for rank, name in enumerate(
        (
            "name", "version", "private", "type", "packageManager", "engines", "workspaces",
            "scripts", "dependencies", "devDependencies", "optionalDependencies",
            "peerDependencies",
        )
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One member of an object: its key and where key and value lie."""

    key: str
    start: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """An object or array: offsets of its brackets, and its members (of an array: its values)."""

    open: int
    close: int
    members: tuple[Member, ...]


class _Malformed(Exception):
    pass


def set_value(text: str, path: Sequence[str], value: str) -> str | None:
    """The text with a string at a path of keys, None if the text is no such object.

    Objects on the way are made; a key that is new goes before the first that is greater.
    """
    return _guarded(lambda: _set(text, path, json.dumps(value, ensure_ascii=False)))


def add_to_list(text: str, path: Sequence[str], value: str) -> str | None:
    """The text with a string in the array at a path of keys; None if that is no array."""
    return _guarded(lambda: _add(text, path, json.dumps(value, ensure_ascii=False)))


def read_jsonc(text: str) -> Any:
    """The value of a JSON text that may hold comments and trailing commas; None if it is none."""
    if len(text) > _MAX_CHARS:
        return None
    plain = _COMMENT.sub(lambda m: m[0] if m[0].startswith('"') else " ", text)
    plain = _TRAILING.sub(lambda m: m[0] if m[0].startswith('"') else m[1], plain)
    try:
        return json.loads(plain.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line on which a key stands, from 1; None if it is not there."""

    def find() -> str | None:
        span = _top(text)
        member = None
        for depth, key in enumerate(path):
            member = _member(span, key)
            if member is None:
                return None
            if depth < len(path) - 1:
                span = _object(text, member.value_start)
        return None if member is None else str(text.count("\n", 0, member.start) + 1)

    found = _guarded(find)
    return None if found is None else int(found)


def _guarded(work: Callable[[], str | None]) -> str | None:
    try:
        return work()
    except (_Malformed, ValueError, IndexError):
        return None


def _set(text: str, path: Sequence[str], literal: str) -> str | None:
    span = _top(text)
    for depth, key in enumerate(path):
        member = _member(span, key)
        if member is None:
            literal = _nested(text, span, path[depth + 1 :], literal)
            return _insert(text, span, key, literal, is_top=depth == 0)
        if depth == len(path) - 1:
            return text[: member.value_start] + literal + text[member.value_end :]
        span = _object(text, member.value_start)
    return None


def _add(text: str, path: Sequence[str], literal: str) -> str | None:
    span = _top(text)
    for depth, key in enumerate(path):
        member = _member(span, key)
        if member is None:
            literal = _nested(text, span, path[depth + 1 :], f"[{literal}]")
            return _insert(text, span, key, literal, is_top=depth == 0)
        if depth < len(path) - 1:
            span = _object(text, member.value_start)
            continue
        if text[member.value_start] != "[":
            return None
        return _insert_item(text, _array(text, member.value_start), literal)
    return None


def _nested(text: str, span: Span, keys: Sequence[str], literal: str) -> str:
    """The literal inside objects for the keys, laid out as the object it goes into."""
    first = span.members[0].start if span.members else len(text)
    if "\n" not in text[span.open : first]:
        for key in reversed(keys):
            literal = f"{{ {json.dumps(key, ensure_ascii=False)}: {literal} }}"
        return literal
    unit = _unit(text)
    lead = _indent(text, first) if span.members else _indent(text, span.open) + unit
    for depth in range(len(keys), 0, -1):
        name = json.dumps(keys[depth - 1], ensure_ascii=False)
        outer = lead + unit * (depth - 1)
        literal = f"{{\n{outer}{unit}{name}: {literal}\n{outer}}}"
    return literal


def _insert_item(text: str, span: Span, literal: str) -> str:
    literals = [text[m.value_start : m.value_end] for m in span.members]
    if literal in literals:
        return text
    for member, existing in zip(span.members, literals, strict=True):
        if existing > literal:
            lead = _lead(text, span, member)
            return f"{text[: member.start]}{literal},{lead}{text[member.start :]}"
    return _append(text, span, literal)


def _insert(text: str, span: Span, key: str, literal: str, *, is_top: bool) -> str:
    pair = f"{json.dumps(key, ensure_ascii=False)}: {literal}"
    for member in span.members:
        if _goes_before(key, member.key, is_top=is_top):
            lead = _lead(text, span, member)
            return f"{text[: member.start]}{pair},{lead}{text[member.start :]}"
    return _append(text, span, pair)


def _append(text: str, span: Span, piece: str) -> str:
    if span.members:
        last = span.members[-1]
        lead = _lead(text, span, last)
        return f"{text[: last.value_end]},{lead}{piece}{text[last.value_end :]}"
    outer = _indent(text, span.open)
    if "\n" not in text and span.open == 0:
        return f"{text[: span.open + 1]}{piece}{text[span.close :]}"
    unit = _unit(text)
    return f"{text[: span.open + 1]}\n{outer}{unit}{piece}\n{outer}{text[span.close :]}"


def _goes_before(key: str, other: str, *, is_top: bool) -> bool:
    if not is_top:
        return other > key
    known = len(_TOP_ORDER)
    return _TOP_ORDER.get(other, -1) > _TOP_ORDER.get(key, known)


def _lead(text: str, span: Span, member: Member) -> str:
    """The white space in front of a member: a new line and its indent, or one blank."""
    before = text[span.open + 1 : member.start]
    if "\n" not in before:
        return " "
    return "\n" + _indent(text, member.start)


def _indent(text: str, at: int) -> str:
    line = text[text.rfind("\n", 0, at) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _unit(text: str) -> str:
    found = re.search(r'^([ \t]+)"', text, re.MULTILINE)
    return found[1] if found else "  "


def _top(text: str) -> Span:
    if len(text) > _MAX_CHARS:
        raise _Malformed
    return _object(text, _skip(text, 1 if text.startswith("\ufeff") else 0))


def _member(span: Span, key: str) -> Member | None:
    # Of several members of one name the last counts.
    return next((m for m in reversed(span.members) if m.key == key), None)


def _object(text: str, at: int) -> Span:
    if text[at] != "{":
        raise _Malformed
    members = []
    place = _skip(text, at + 1)
    while text[place] != "}":
        name = _STRING.match(text, place)
        if name is None:
            raise _Malformed
        colon = _skip(text, name.end())
        if text[colon] != ":":
            raise _Malformed
        value = _skip(text, colon + 1)
        end = _value_end(text, value)
        members.append(
            Member(key=str(json.loads(name[0])), start=place, value_start=value, value_end=end)
        )
        place = _next(text, end, "}")
    return Span(open=at, close=place, members=tuple(members))


def _array(text: str, at: int) -> Span:
    members = []
    place = _skip(text, at + 1)
    while text[place] != "]":
        end = _value_end(text, place)
        members.append(Member(key="", start=place, value_start=place, value_end=end))
        place = _next(text, end, "]")
    return Span(open=at, close=place, members=tuple(members))


def _next(text: str, end: int, close: str) -> int:
    place = _skip(text, end)
    if text[place] == ",":
        return _skip(text, place + 1)
    if text[place] != close:
        raise _Malformed
    return place


def _skip(text: str, at: int) -> int:
    found = _BLANK.match(text, at)
    return at if found is None else found.end()


def _value_end(text: str, at: int) -> int:
    if text[at] == '"':
        found = _STRING.match(text, at)
    elif text[at] in "{[":
        return _closing(text, at)
    else:
        found = _SCALAR.match(text, at)
    if found is None:
        raise _Malformed
    return found.end()


def _closing(text: str, at: int) -> int:
    depth = 0
    for found in _INNER.finditer(text, at):
        if found[0] in "{[":
            depth += 1
        elif found[0] in "}]":
            depth -= 1
            if depth == 0:
                return found.end()
    raise _Malformed
