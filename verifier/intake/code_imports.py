"""What a module asks for: imports, re-exports, requires, dynamic imports, globs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from tree_sitter import Node

from verifier.intake.code_syntax import (
    Syntax,
    is_field,
    line_of,
    string_of,
    text_of,
    unwrapped,
)


class ImportForm(Enum):
    """How a module is asked for."""

    STATIC = "static"
    REQUIRE = "require"
    DYNAMIC = "dynamic"
    URL = "url"
    """`new URL("./x", import.meta.url)`: an asset or a worker, tolerated when missing."""
    GLOB = "glob"
    """A pattern over paths; leads to any number of files, also to none."""
    STYLE = "style"
    SCRIPT = "script"
    """A script element of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawImport:
    """One import as written.

    type_only: marked `type` as a whole; inline_types: each of its names is marked so.
    guarded: its failure is caught or it is hidden from the bundler, so it may lead nowhere.
    names: the local names it binds; side_effect: it binds none and is never erased.
    """

    line: int
    specifier: str
    form: ImportForm
    type_only: bool = False
    inline_types: bool = False
    guarded: bool = False
    names: tuple[str, ...] = ()
    re_export: bool = False


_QUERY: Final = """
(import_statement) @import
(export_statement source: (string)) @export
(call_expression function: (import)) @dynamic
((call_expression function: (identifier) @_r) @require (#eq? @_r "require"))
((new_expression constructor: (identifier) @_u) @url (#eq? @_u "URL"))
((call_expression function: (member_expression object: (meta_property))) @glob)
((call_expression function: (member_expression object: (identifier) @_q)) @context
 (#eq? @_q "require"))
"""
_HIDDEN: Final = re.compile(rb"@vite-ignore|webpackIgnore:\s*true|turbopackIgnore:\s*true")
MAX_IMPORTS: Final = 5000
"""Imports read from one file; generated index files have hundreds."""


def read_imports(syntax: Syntax) -> tuple[RawImport, ...]:
    """The imports of one module, in order of appearance."""
    found: list[tuple[int, RawImport]] = []
    captures = syntax.captures(_QUERY)
    readers = {
        "import": _import_statement,
        "export": _export_statement,
        "dynamic": _dynamic,
        "require": _require,
        "url": _url,
        "glob": _glob,
        "context": _context,
    }
    for name, reader in readers.items():
        for node in captures.get(name, ())[:MAX_IMPORTS]:
            found.extend((node.start_byte, raw) for raw in reader(syntax, node))
    found.sort(key=lambda pair: pair[0])
    return tuple(raw for _, raw in found)


def _import_statement(_syntax: Syntax, node: Node) -> list[RawImport]:
    clause = next((c for c in node.named_children if c.type.startswith("import_")), None)
    source = node.child_by_field_name("source")
    if clause is not None and clause.type == "import_require_clause":
        source = clause.child_by_field_name("source")
    specifier = string_of(source)
    if specifier is None:
        return []
    names, inline_types = _bound_names(clause)
    return [
        RawImport(
            line=line_of(node),
            specifier=specifier,
            form=ImportForm.STATIC,
            type_only=_has_keyword(node, "type") or _has_keyword(node, "typeof"),
            inline_types=inline_types,
            names=names,
        )
    ]


def _bound_names(clause: Node | None) -> tuple[tuple[str, ...], bool]:
    """The local names of an import clause, and whether each is marked as a type."""
    if clause is None:
        return (), False
    names: list[str] = []
    values = 0
    for part in clause.named_children:
        if part.type == "identifier":
            names.append(text_of(part))
            values += 1
        elif part.type == "namespace_import":
            names.extend(text_of(c) for c in part.named_children)
            values += 1
        elif part.type == "named_imports":
            for item in part.named_children:
                if item.type == "import_specifier":
                    alias = item.child_by_field_name("alias") or item.child_by_field_name("name")
                    names.append(text_of(alias))
                    values += not _has_keyword(item, "type")
    return tuple(names), bool(names) and values == 0


def _has_keyword(node: Node, word: str) -> bool:
    return any(c.type == word and not c.is_named for c in node.children)


def _export_statement(_syntax: Syntax, node: Node) -> list[RawImport]:
    specifier = string_of(node.child_by_field_name("source"))
    if specifier is None:
        return []
    clause = next((c for c in node.named_children if c.type == "export_clause"), None)
    items = [] if clause is None else [c for c in clause.named_children if c.type != "comment"]
    return [
        RawImport(
            line=line_of(node),
            specifier=specifier,
            form=ImportForm.STATIC,
            type_only=_has_keyword(node, "type"),
            inline_types=bool(items) and all(_has_keyword(c, "type") for c in items),
            re_export=True,
        )
    ]


def _arguments(node: Node) -> list[Node]:
    arguments = node.child_by_field_name("arguments")
    if arguments is None:
        return []
    return [c for c in arguments.named_children if c.type != "comment"]


def _dynamic(_syntax: Syntax, node: Node) -> list[RawImport]:
    arguments = _arguments(node)
    if not arguments:
        return []
    head = node.child_by_field_name("arguments")
    hidden = head is not None and any(
        c.type == "comment" and _HIDDEN.search(c.text or b"") for c in head.children
    )
    return _literal_or_pattern(node, arguments[0], ImportForm.DYNAMIC, guarded=hidden)


def _require(syntax: Syntax, node: Node) -> list[RawImport]:
    arguments = _arguments(node)
    if not arguments:
        return []
    guarded = _is_caught(syntax, node)
    return _literal_or_pattern(node, arguments[0], ImportForm.REQUIRE, guarded=guarded)


def _is_caught(syntax: Syntax, node: Node) -> bool:
    child = node
    for outer in syntax.ancestors(node):
        if outer.type == "try_statement" and is_field(outer, "body", child):
            return True
        child = outer
    return False


def _literal_or_pattern(
    node: Node, argument: Node, form: ImportForm, *, guarded: bool
) -> list[RawImport]:
    inner = unwrapped(argument)
    specifier = string_of(inner)
    if specifier is not None:
        return [RawImport(line=line_of(node), specifier=specifier, form=form, guarded=guarded)]
    if inner is None or inner.type != "template_string" or guarded:
        return []
    pattern = "".join(
        "*" if c.type == "template_substitution" else text_of(c) for c in inner.named_children
    )
    if not pattern.startswith((".", "@/", "~/", "/")) or pattern.startswith("*"):
        return []
    return [RawImport(line=line_of(node), specifier=pattern, form=ImportForm.GLOB)]


def _url(_syntax: Syntax, node: Node) -> list[RawImport]:
    arguments = _arguments(node)
    if len(arguments) != 2 or text_of(arguments[1]) != "import.meta.url":
        return []
    specifier = string_of(arguments[0])
    if specifier is None:
        return []
    return [RawImport(line=line_of(node), specifier=specifier, form=ImportForm.URL, guarded=True)]


def _glob(_syntax: Syntax, node: Node) -> list[RawImport]:
    function = node.child_by_field_name("function")
    called = text_of(function.child_by_field_name("property")) if function is not None else ""
    arguments = _arguments(node)
    if called not in {"glob", "globEager"} or not arguments:
        return []
    first = arguments[0]
    items = first.named_children if first.type == "array" else [first]
    patterns = [string_of(item) for item in items]
    return [
        RawImport(line=line_of(node), specifier=pattern, form=ImportForm.GLOB)
        for pattern in patterns
        if pattern and not pattern.startswith("!")
    ]


def _context(_syntax: Syntax, node: Node) -> list[RawImport]:
    function = node.child_by_field_name("function")
    called = text_of(function.child_by_field_name("property")) if function is not None else ""
    arguments = _arguments(node)
    folder = string_of(arguments[0]) if arguments else None
    if folder is None:
        return []
    if called == "context":
        pattern = folder.rstrip("/") + "/**/*"
        return [RawImport(line=line_of(node), specifier=pattern, form=ImportForm.GLOB)]
    if called == "resolve":
        return _literal_or_pattern(node, arguments[0], ImportForm.REQUIRE, guarded=True)
    return []


def used_as_values(syntax: Syntax, names: frozenset[str]) -> frozenset[str]:
    """Those of some imported names that the module uses as values, not only as types."""
    captures = syntax.captures("[(identifier) (shorthand_property_identifier)] @name")
    used: set[str] = set()
    for node in captures.get("name", ()):
        name = text_of(node)
        if name not in names or name in used:
            continue
        if not any(a.type == "import_statement" for a in syntax.ancestors(node)):
            used.add(name)
    return frozenset(used)
