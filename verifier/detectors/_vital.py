"""Whether client code cannot do without a variable, by what it does with the value."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from verifier.detectors._client import throws_without, used_at
from verifier.detectors._syntax import around, nodes, string_of, text_of
from verifier.model.project import EnvRead
from verifier.model.source import SourceTree

_THROW: Final = re.compile(
    r"^(?:@supabase/(?:supabase-js|ssr)|convex/(?:react|browser)|@sanity/client"
    r"|algoliasearch(?:/lite)?|pusher-js|ably|contentful|meilisearch)$"
)
"""Packages whose clients throw as they are made where the address or key is undefined; most others
that go to a browser, above all those that count visits or collect errors, then merely keep silent.
Source: each of them made so in Node.js, 2026-11; Sentry, PostHog and Stripe did not throw."""


def is_vital(tree: SourceTree, read: EnvRead) -> bool:
    """Whether code is known to throw where the value is undefined."""
    if throws_without(tree, read):
        return True
    return any(_throws(root, use) for root, use in used_at(tree, read))


def _throws(root: Node, use: Node) -> bool:
    """Whether a value is an argument of `new URL` or of what a throwing package exports."""
    for outer in around(use):
        if outer.type in {"call_expression", "new_expression"}:
            field = "function" if outer.type == "call_expression" else "constructor"
            made = text_of(outer.child_by_field_name(field)).partition(".")[0]
            is_url = outer.type == "new_expression" and made == "URL"
            return is_url or _THROW.match(_source_of(root, made)) is not None
        if outer.type in {"statement_block", "arrow_function", "function_expression"}:
            return False
    return False


def _source_of(root: Node, name: str) -> str:
    """The module that a name is imported from, empty for none."""
    for statement in nodes(root, "import_statement"):
        clause = next((c for c in statement.named_children if c.type == "import_clause"), None)
        if clause is not None and any(text_of(n) == name for n in nodes(clause, "identifier")):
            return string_of(statement.child_by_field_name("source")) or ""
    return ""
