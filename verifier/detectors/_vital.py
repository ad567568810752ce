"""Whether client code cannot do without a variable, by what it does with the value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tree_sitter import Node

from verifier.detectors._client import throws_without, used_at
from verifier.detectors._syntax import nodes, string_of, text_of
from verifier.model.project import EnvRead
from verifier.model.source import SourceTree

_THROW: Final[Mapping[str, tuple[int | str, ...]]] = {
    "@sanity/client": ("projectId",),
    "@supabase/ssr": (0, 1),
    "@supabase/supabase-js": (0, 1),
    "ably": ("key",),
    "algoliasearch": (0, 1),
    "algoliasearch/lite": (0, 1),
    "contentful": ("accessToken", "space"),
    "convex/browser": (0,),
    "convex/react": (0,),
    "meilisearch": ("host",),
    "pusher-js": (0,),
}
"""Package → the arguments, by place or name, without which its client throws as it is made; most
others, above all what counts visits or collects errors, then merely keep silent.
Source: each made in Node.js with that argument undefined, 2026-11; Sentry and Stripe do not throw,
nor do Sanity without `dataset` and Meilisearch without `apiKey`."""
_WRAPS: Final = frozenset({"non_null_expression", "as_expression", "parenthesized_expression"})


def is_vital(tree: SourceTree, read: EnvRead) -> bool:
    """Whether code is known to throw where the value is undefined."""
    if throws_without(tree, read):
        return True
    return any(_throws(root, use) for root, use in used_at(tree, read))


def _throws(root: Node, use: Node) -> bool:
    """Whether a value is, as it is, an argument of `new URL` or of a client that throws."""
    value, outer = use, use.parent
    while outer is not None and outer.type in _WRAPS:
        value, outer = outer, outer.parent
    name = None
    if outer is not None and outer.type == "pair" and outer.parent is not None:
        name = text_of(outer.child_by_field_name("key")).strip("'\"")
        value, outer = outer.parent, outer.parent.parent
    if outer is None or outer.type != "arguments" or outer.parent is None:
        return False
    place = next((n for n, child in enumerate(outer.named_children) if child == value), -1)
    call = outer.parent
    made = call.child_by_field_name("function") or call.child_by_field_name("constructor")
    callee = text_of(made).partition(".")[0]
    if callee == "URL":
        return name is None and place == 0
    needed = _THROW.get(_source_of(root, callee), ())
    return place in needed if name is None else place == 0 and name in needed


def _source_of(root: Node, name: str) -> str:
    """The module that a name is imported from, empty for none."""
    for statement in nodes(root, "import_statement"):
        clause = next((c for c in statement.named_children if c.type == "import_clause"), None)
        if clause is not None and any(text_of(n) == name for n in nodes(clause, "identifier")):
            return string_of(statement.child_by_field_name("source")) or ""
    return ""
