"""Syntax trees of JavaScript and TypeScript for detectors that must know how code is built.

Nothing recurses: examined sources may be nested as deeply as their author likes.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Tree

MAX_BYTES: Final = 1_000_000
"""Larger sources are generated ones; nobody is helped by a suspect inside them."""
_PLAIN: Final = (".ts", ".mts", ".cts")


@lru_cache(maxsize=2)
def _parser(*, tsx: bool) -> Parser:
    language = (
        tree_sitter_typescript.language_tsx()
        if tsx
        else tree_sitter_typescript.language_typescript()
    )
    return Parser(Language(language))


@lru_cache(maxsize=256)
def parsed(path: str, text: str) -> Tree | None:
    """The syntax tree of a source file, None for one that is too large to be hand-written."""
    source = text.encode("utf-8", errors="replace")
    if len(source) > MAX_BYTES:
        return None
    return _parser(tsx=not path.endswith(_PLAIN)).parse(source)


def nodes(root: Node, *types: str) -> Iterator[Node]:
    """The nodes below one (and itself) of some types, in the order of the text."""
    cursor = root.walk()
    while True:
        node = cursor.node
        if node is not None and (not types or node.type in types):
            yield node
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def text_of(node: Node | None) -> str:
    """The source text of a node, empty for None."""
    if node is None or node.text is None:
        return ""
    return node.text.decode("utf-8", errors="replace")


def string_of(node: Node | None) -> str | None:
    """The value of a string literal or of a template without substitutions, else None."""
    if node is None or node.type not in {"string", "template_string"}:
        return None
    if any(c.type == "template_substitution" for c in node.named_children):
        return None
    return text_of(node)[1:-1]


def line_of(node: Node) -> int:
    """The line a node starts on, counted from 1."""
    return node.start_point.row + 1


def around(node: Node) -> Iterator[Node]:
    """The nodes around one, nearest first."""
    here = node.parent
    while here is not None:
        yield here
        here = here.parent


def spliced(text: str, *cuts: tuple[int, int, str]) -> str:
    """The text with byte ranges replaced; ranges must not overlap."""
    source = text.encode("utf-8", errors="replace")
    for start, end, new in sorted(cuts, reverse=True):
        source = source[:start] + new.encode() + source[end:]
    return source.decode("utf-8", errors="replace")
