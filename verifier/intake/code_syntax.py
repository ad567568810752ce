"""Syntax trees of JavaScript and TypeScript, and the questions asked of their nodes.

Nothing here recurses: the examined source may be nested as deeply as its author likes.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Query, QueryCursor

MAX_DEPTH: Final = 1000
"""Depth of nodes that are looked at; code that people or compilers write stays far below."""
MAX_RUBBLE: Final = 3000
"""Parts of one error up to which its text is still looked at."""

FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    }
)
_WRAPPERS: Final = frozenset(
    {
        "parenthesized_expression",
        "as_expression",
        "satisfies_expression",
        "non_null_expression",
        "type_assertion",
        "await_expression",
    }
)


@cache
def _language(*, tsx: bool) -> Language:
    if tsx:
        return Language(tree_sitter_typescript.language_tsx())
    return Language(tree_sitter_typescript.language_typescript())


@cache
def _query(source: str, *, tsx: bool) -> Query:
    return Query(_language(tsx=tsx), source)


class Syntax:
    """A parsed source text; `tsx` is the dialect in which `<T>x` is markup."""

    def __init__(self, source: bytes, *, tsx: bool) -> None:
        self.source = source
        self.tsx = tsx
        self._tree = Parser(_language(tsx=tsx)).parse(source)
        self._is_rubble = _is_rubble(self._tree.root_node)

    @property
    def root(self) -> Node:
        """The node of the whole program."""
        return self._tree.root_node

    @property
    def has_error(self) -> bool:
        """Whether some part of the text is no program."""
        return self.root.has_error

    @property
    def is_broken(self) -> bool:
        """Whether nothing sensible could be made of the text."""
        return self.root.type == "ERROR" or self._is_rubble

    def captures(self, query: str) -> dict[str, list[Node]]:
        """The nodes that a query captures, by capture name; none in a text beyond repair."""
        if self._is_rubble:
            return {}
        cursor = QueryCursor(_query(query, tsx=self.tsx))
        cursor.set_max_start_depth(MAX_DEPTH)
        return cursor.captures(self.root)

    def named_values(self) -> dict[str, Node]:
        """The expressions that the module gives names to, wherever they are declared."""
        query = "(variable_declarator name: (identifier) value: (_)) @declarator"
        found: dict[str, Node] = {}
        for declarator in self.captures(query).get("declarator", ()):
            value = declarator.child_by_field_name("value")
            if value is not None:
                found.setdefault(text_of(declarator.child_by_field_name("name")), value)
        return found

    def ancestors(self, node: Node) -> tuple[Node, ...]:
        """The nodes around one, nearest first, without the node itself."""
        path: list[Node] = []
        here: Node | None = self.root
        while here is not None and here != node and len(path) < MAX_DEPTH:
            path.append(here)
            here = here.child_with_descendant(node)
        path.reverse()
        return tuple(path)


def _is_rubble(root: Node) -> bool:
    """Whether an error swallowed so much that a query over it would take quadratic time."""
    stack = [root] if root.has_error else []
    for _ in range(MAX_DEPTH):
        if not stack:
            return False
        node = stack.pop()
        if node.type == "ERROR" and node.child_count > MAX_RUBBLE:
            return True
        stack.extend(child for child in node.children if child.has_error)
    return bool(stack)


def text_of(node: Node | None) -> str:
    """The source text of a node, empty for None."""
    if node is None or node.text is None:
        return ""
    return node.text.decode("utf-8", errors="replace")


def string_of(node: Node | None) -> str | None:
    """The value of a string literal or of a template without substitutions, else None."""
    if node is None:
        return None
    if node.type == "string" or (
        node.type == "template_string"
        and all(c.type in {"string_fragment", "escape_sequence"} for c in node.named_children)
    ):
        return text_of(node)[1:-1]
    return None


def is_wrapper(node: Node) -> bool:
    """Whether a node only brackets, awaits or types the expression inside it."""
    return node.type in _WRAPPERS


def unwrapped(node: Node | None) -> Node | None:
    """The expression inside brackets, casts and assertions."""
    for _ in range(MAX_DEPTH):
        if node is None or not is_wrapper(node) or not node.named_children:
            return node
        inner = [c for c in node.named_children if c.type != "comment"]
        if not inner:
            return node
        node = inner[-1] if node.type == "type_assertion" else inner[0]
    return node


def is_field(parent: Node, field: str, child: Node) -> bool:
    """Whether a node is the named field of its parent."""
    return parent.child_by_field_name(field) == child


def line_of(node: Node) -> int:
    """The line a node starts on, counted from 1."""
    return node.start_point.row + 1


def runs_at_load(node: Node, ancestors: tuple[Node, ...], *, is_config: bool = False) -> bool:
    """Whether a node is evaluated when its module is loaded: no function stands around it.

    is_config: the function that the module exports is called by whoever loads it.
    """
    child = node
    for position, outer in enumerate(ancestors):
        if outer.type in FUNCTIONS:
            around = ancestors[position + 1 :]
            exported = is_config and _is_exported(around)
            if not exported and not _is_called_at_once(outer, around):
                return False
        if outer.type == "public_field_definition" and not _is_static_or_name(outer, child):
            return False
        child = outer
    return True


def _is_static_or_name(declaration: Node, child: Node) -> bool:
    """Whether a part of a class's field is evaluated with the class, not with each object."""
    return not is_field(declaration, "value", child) or any(
        c.type == "static" for c in declaration.children
    )


def _is_exported(around: tuple[Node, ...]) -> bool:
    """Whether an expression is the module's export, wrapped in calls at most."""
    for outer in around:
        if outer.type == "export_statement":
            return True
        if outer.type == "assignment_expression":
            return text_of(outer.child_by_field_name("left")) == "module.exports"
        if outer.type not in {"arguments", "call_expression"} and not is_wrapper(outer):
            return False
    return False


def _is_called_at_once(function: Node, around: tuple[Node, ...]) -> bool:
    child = function
    for outer in around:
        if outer.type == "parenthesized_expression":
            child = outer
            continue
        return outer.type == "call_expression" and is_field(outer, "function", child)
    return False
