"""Code that uses the router of the Pages Router, written for the App Router."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from verifier.detectors._jsx import imported_names, with_import
from verifier.detectors._syntax import nodes, parsed, spliced, text_of

OLD: Final = "next/router"
NEW: Final = "next/navigation"
_SAME: Final = frozenset({"push", "replace", "back", "forward", "prefetch", "refresh"})
_PATH: Final = frozenset({"pathname", "asPath"})


def with_navigation(file: str, text: str) -> str | None:
    """The module with `next/navigation` in place of `next/router`; None where that is not plain.

    The path and single parameters of the query are taken from hooks of their own. Events, locales
    and whatever else only the old router has need a person.
    """
    tree = parsed(file, text)
    if tree is None or imported_names(file, text, OLD) - {"useRouter"}:
        return None
    holders = _holders(tree.root_node)
    if holders is None:
        return None
    cuts: list[tuple[int, int, str]] = []
    hooks: set[str] = set()
    for node in nodes(tree.root_node, "member_expression"):
        if text_of(node.child_by_field_name("object")) not in holders:
            continue
        edit = _edit(node, _segments(file), hooks)
        if edit is None:
            return None
        cuts.extend(edit)
    for name, end in holders.items():
        lines = "".join(sorted(_declared(hook) for hook in hooks))
        if lines and name:
            cuts.append((end, end, lines))
    for node in nodes(tree.root_node, "import_statement"):
        source = node.child_by_field_name("source")
        if source is not None and text_of(source).strip("'\"") == OLD:
            cuts.append((source.start_byte + 1, source.end_byte - 1, NEW))
    made = spliced(text, *cuts)
    for hook in sorted(hooks):
        made = with_name(file, made, hook)
    return made


def _holders(root: Node) -> dict[str, int] | None:
    """Name → end of the statement that binds the router to it; None for other uses."""
    found: dict[str, int] = {}
    for node in nodes(root, "call_expression"):
        if text_of(node.child_by_field_name("function")) != "useRouter":
            continue
        declarator = node.parent
        name = None if declarator is None else declarator.child_by_field_name("name")
        if declarator is None or declarator.type != "variable_declarator" or name is None:
            return None
        if name.type == "object_pattern":
            parts = {text_of(c) for c in name.named_children}
            if not parts <= _SAME:
                return None
            continue
        statement = declarator.parent
        if statement is None or text_of(name) in found:
            return None
        found[text_of(name)] = statement.end_byte
    return found


def _segments(file: str) -> frozenset[str]:
    """Names of the dynamic segments in the path of a file."""
    return frozenset(re.findall(r"\[(?:\.\.\.)?([\w-]+)\]", file))


def _edit(
    node: Node, segments: frozenset[str], hooks: set[str]
) -> list[tuple[int, int, str]] | None:
    name = text_of(node.child_by_field_name("property"))
    if name in _SAME:
        return []
    if name in _PATH:
        hooks.add("usePathname")
        return [(node.start_byte, node.end_byte, "pathname")]
    outer = node.parent
    if name != "query" or outer is None or outer.type != "member_expression":
        return None
    key = text_of(outer.child_by_field_name("property"))
    if key in segments:
        hooks.add("useParams")
        return [(outer.start_byte, outer.end_byte, f"params.{key}")]
    hooks.add("useSearchParams")
    return [(outer.start_byte, outer.end_byte, f'searchParams.get("{key}")')]


def _declared(hook: str) -> str:
    name = hook.removeprefix("use")
    return f"\n  const {name[0].lower()}{name[1:]} = {hook}();"


def with_name(file: str, text: str, name: str) -> str:
    """The text with one more name imported from the new module, beside the one it has."""
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "import_statement"):
        if text_of(node.child_by_field_name("source")).strip("'\"") != NEW:
            continue
        last = [*nodes(node, "import_specifier")][-1:]
        if last:
            return spliced(text, (last[0].end_byte, last[0].end_byte, f", {name}"))
    return with_import(file, text, name, NEW)
