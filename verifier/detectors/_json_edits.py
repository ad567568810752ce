"""Edits of JSON texts that keep order, indentation and comments as their author left them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from tree_sitter import Node

from verifier.detectors._syntax import parsed, spliced, text_of

_PREFIX: Final = "("
_JSON_PATH: Final = "text.ts"
_TEXT: Final = r'"(?:[^"\\\n]|\\.)*"'
_ASIDE: Final = re.compile(rf"{_TEXT}|[^\S\n]*//[^\n]*|[^\S\n]*/\*.*?\*/", re.DOTALL)
_SPARE_COMMA: Final = re.compile(rf"{_TEXT}|,(\s*[\]}}])")


def with_key(text: str, path: Sequence[str], value: Any) -> str | None:
    """The text with the value at a path of keys set, None if it is no JSON object.

    Missing objects on the way are created.
    """
    top = _top(text)
    if top is None:
        return None
    node = top
    for depth, key in enumerate(path):
        pair = _pair(node, key)
        if pair is None:
            rest = value
            for missing in reversed(path[depth + 1 :]):
                rest = {missing: rest}
            return _inserted(text, node, key, rest)
        inner = pair.child_by_field_name("value")
        if inner is None:
            return None
        if depth == len(path) - 1:
            new = _dumped(text, value, _lead(text, pair))
            return _cut(text, inner.start_byte, inner.end_byte, new)
        if inner.type != "object":
            return None
        node = inner
    return None


def without_key(text: str, path: Sequence[str]) -> str | None:
    """The text without the pair at a path of keys; None if it is not there."""
    node = _top(text)
    if node is None:
        return None
    for key in path[:-1]:
        pair = _pair(node, key)
        inner = None if pair is None else pair.child_by_field_name("value")
        if inner is None or inner.type != "object":
            return None
        node = inner
    pair = _pair(node, path[-1])
    return None if pair is None else _removed(text, node, pair)


def without_comments(text: str) -> str:
    """The text without comments and without commas before a closing bracket, line by line."""
    made = _ASIDE.sub(lambda m: m[0] if m[0].startswith('"') else _blank(m[0]), text)
    return _SPARE_COMMA.sub(lambda m: m[0] if m[0].startswith('"') else m[1], made)


def _blank(comment: str) -> str:
    """The line breaks of a comment, so that what follows keeps its line."""
    return "\n" * comment.count("\n")


def with_item(text: str, key: str, value: Any, *, first: bool = False) -> str | None:
    """The text with an item put at the end (or start) of the list under a top-level key.

    A missing list is created; None where the text is no JSON object or the key no list.
    """
    top = _top(text)
    pair = None if top is None else _pair(top, key)
    if pair is None:
        return with_key(text, [key], [value])
    array = pair.child_by_field_name("value")
    if array is None or array.type != "array":
        return None
    items = [c for c in array.named_children if c.type != "comment"]
    flat = json.dumps(value, ensure_ascii=False)
    if not items:
        return _cut(text, array.start_byte, array.end_byte, f"[{flat}]")
    if array.start_point.row == array.end_point.row:
        at, new = (items[0].start_byte, f"{flat}, ") if first else (items[-1].end_byte, f", {flat}")
        return _cut(text, at, at, new)
    lead = _lead(text, items[0])
    one_line = all(i.start_point.row == i.end_point.row for i in items)
    shown = flat if one_line else _dumped(text, value, lead)
    if one_line and text_of(items[0]).startswith("{ "):
        shown = f"{{ {flat[1:-1]} }}"
    if first:
        return _cut(text, items[0].start_byte, items[0].start_byte, f"{shown},\n{lead}")
    return _cut(text, items[-1].end_byte, items[-1].end_byte, f",\n{lead}{shown}")


def line_of_key(text: str, path: Sequence[str]) -> int | None:
    """The line on which a key stands, counted from 1; None if it is not there."""
    node = _top(text)
    pair = None
    for key in path:
        if node is None or node.type != "object":
            return None
        pair = _pair(node, key)
        if pair is None:
            return None
        node = pair.child_by_field_name("value")
    return None if pair is None else pair.start_point.row + 1


def _top(text: str) -> Node | None:
    # An object literal in brackets is a JavaScript expression, comments and all.
    tree = parsed(_JSON_PATH, f"{_PREFIX}{text})")
    if tree is None or tree.root_node.has_error:
        return None
    node: Node | None = tree.root_node
    for _ in range(4):
        if node is None or node.type == "object":
            break
        node = next((c for c in node.named_children if c.type != "comment"), None)
    return node if node is not None and node.type == "object" else None


def _pair(node: Node, key: str) -> Node | None:
    wanted = json.dumps(key)
    for child in node.named_children:
        name = child.child_by_field_name("key") if child.type == "pair" else None
        if text_of(name) == wanted:
            return child
    return None


def _cut(text: str, start: int, end: int, new: str) -> str:
    shift = len(_PREFIX)
    return spliced(text, (start - shift, end - shift, new))


def _unit(text: str) -> str:
    for line in text.split("\n"):
        stripped = line.lstrip()
        if stripped.startswith('"') and stripped != line:
            return line[: len(line) - len(stripped)]
    return "  "


def _dumped(text: str, value: Any, outer: str) -> str:
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value:
        return flat
    lines = json.dumps(value, ensure_ascii=False, indent=_unit(text)).split("\n")
    return f"\n{outer}".join(lines)


def _inserted(text: str, node: Node, key: str, value: Any) -> str:
    pairs = [c for c in node.named_children if c.type == "pair"]
    name = json.dumps(key)
    if pairs:
        last = pairs[-1]
        one_line = node.start_point.row == node.end_point.row
        if one_line:
            flat = json.dumps(value, ensure_ascii=False)
            return _cut(text, last.end_byte, last.end_byte, f", {name}: {flat}")
        lead = _lead(text, last)
        new = f",\n{lead}{name}: {_dumped(text, value, lead)}"
        return _cut(text, last.end_byte, last.end_byte, new)
    unit = _unit(text)
    outer = _lead(text, node)
    body = f"{{\n{outer}{unit}{name}: {_dumped(text, value, outer + unit)}\n{outer}}}"
    return _cut(text, node.start_byte, node.end_byte, body)


def _lead(text: str, node: Node) -> str:
    """The white space before the first word of the line a node starts on."""
    line = text.split("\n")[node.start_point.row]
    return line[: len(line) - len(line.lstrip())]


def _removed(text: str, node: Node, pair: Node) -> str:
    pairs = [c for c in node.named_children if c.type == "pair"]
    place = pairs.index(pair)
    if len(pairs) == 1:
        return _cut(text, node.start_byte, node.end_byte, "{}")
    if place + 1 < len(pairs):
        return _cut(text, pair.start_byte, pairs[place + 1].start_byte, "")
    return _cut(text, pairs[place - 1].end_byte, pair.end_byte, "")
