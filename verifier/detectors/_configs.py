"""Literal settings in JavaScript configuration files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.detectors._clues import rooted
from verifier.detectors._syntax import line_of, nodes, parsed, text_of
from verifier.model.evidence import Evidence

_ENDINGS: Final = ("ts", "mts", "cts", "js", "mjs", "cjs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The value of a key in a configuration file; start and end bound its whole pair.

    is_literal: whether the value is a plain string, so that it is known without running anything.
    """

    file: str
    line: int
    value: str
    start: int
    end: int
    is_literal: bool


def config_file(evidence: Evidence, stem: str) -> str | None:
    """The configuration file of that stem in the application's folder, None if there is none."""
    for ending in _ENDINGS:
        path = rooted(evidence.project, f"{stem}.{ending}")
        if path in evidence.recipe.source:
            return path
    return None


def settings_in(evidence: Evidence, file: str, key: str) -> Iterator[Setting]:
    """Every place in a file that gives a key a value, with the value's source text.

    A string literal is given without its quotes.
    """
    text = evidence.recipe.source.text(file)
    tree = None if text is None else parsed(file, text)
    if tree is None:
        return
    for node in nodes(tree.root_node, "pair", "method_definition", "shorthand_property_identifier"):
        name = node.child_by_field_name("key") or node.child_by_field_name("name")
        written = text_of(node if name is None else name).strip("'\"")
        if written != key:
            continue
        value = text_of(node.child_by_field_name("value"))
        literal = re.fullmatch(r"""(['"`])(.*)\1""", value, re.DOTALL)
        yield Setting(
            file=file,
            line=line_of(node),
            value=literal[2] if literal else value,
            start=node.start_byte,
            end=node.end_byte,
            is_literal=literal is not None and "${" not in literal[2],
        )


def setting(evidence: Evidence, stem: str, key: str) -> Setting | None:
    """The first such place in the configuration file of a stem."""
    file = config_file(evidence, stem)
    return None if file is None else next(settings_in(evidence, file, key), None)


def without_pair(text: str, file: str, key: str) -> str | None:
    """The text without the first pair of a key, None if it holds none."""
    tree = parsed(file, text)
    if tree is None:
        return None
    source = text.encode("utf-8", errors="replace")
    for node in nodes(tree.root_node, "pair", "method_definition"):
        name = node.child_by_field_name("key") or node.child_by_field_name("name")
        if text_of(name).strip("'\"") != key:
            continue
        start, end = node.start_byte, node.end_byte
        tail = re.match(rb"\s*,[ \t]*", source[end:])
        if tail:
            end += tail.end()
        head = re.search(rb"\n[ \t]*$", source[:start])
        if head and source[end : end + 1] in {b"\n", b""}:
            start = head.start()
        return (source[:start] + source[end:]).decode("utf-8", errors="replace")
    return None
