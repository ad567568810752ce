"""Turning a page of the Pages Router that fetches data into an async component."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from verifier.detectors._jsx import FUNCTIONS, default_function
from verifier.detectors._syntax import nodes, parsed, spliced, text_of

_PER_REQUEST: Final = "getServerSideProps"
_INFERRED: Final = re.compile(r"\bInferGet\w+PropsType\b|\bGet\w+Props\b")
_OTHER_RESULT: Final = re.compile(r"\b(?:notFound|redirect)\s*:")
CLIENT: Final = re.compile(r"""\A(?:\s|//[^\n]*\n|/\*.*?\*/)*['"]use client['"]""", re.DOTALL)


def with_data_in_component(file: str, text: str, name: str) -> str | None:
    """The module with its component awaiting the data function, which is exported no more.

    None where that is not a plain step: a context is used, the result is a redirect, or the
    component cannot be async.
    """
    tree = parsed(file, text)
    page = default_function(file, text)
    if tree is None or page is None or CLIENT.match(text):
        return None
    found = _exported(tree.root_node, name)
    body = page.child_by_field_name("body")
    if found is None or body is None or body.type != "statement_block":
        return None
    statement, function = found
    props = _only_parameter(page)
    if _only_parameter(function) is not None or props is None:
        return None
    if not page.child_by_field_name("parameters") or _OTHER_RESULT.search(text_of(function)):
        return None
    cuts = [
        *_without_export(statement, function, _segment(name, function)),
        *_awaiting(page, body, props, name),
    ]
    return spliced(text, *cuts)


def _exported(root: Node, name: str) -> tuple[Node, Node] | None:
    """The export statement of a function, and the function."""
    for node in nodes(root, "export_statement"):
        declaration = node.child_by_field_name("declaration")
        if declaration is None:
            continue
        for inner in nodes(declaration, "function_declaration", "variable_declarator"):
            if text_of(inner.child_by_field_name("name")) != name:
                continue
            value = inner.child_by_field_name("value")
            function = inner if inner.type == "function_declaration" else value
            return (node, function) if function and function.type in FUNCTIONS else None
    return None


def _only_parameter(function: Node) -> Node | None:
    """The first parameter of a function, None if it takes none."""
    parameters = function.child_by_field_name("parameters")
    named = [] if parameters is None else parameters.named_children
    return named[0] if named else None


def _segment(name: str, function: Node) -> str:
    """The configuration of the route that keeps when the data is fetched."""
    if name == _PER_REQUEST:
        return 'export const dynamic = "force-dynamic";\n\n'
    again = re.search(r"\brevalidate\s*:\s*(\d+|false)\b", text_of(function))
    return f"export const revalidate = {again[1]};\n\n" if again else ""


def _without_export(statement: Node, function: Node, before: str) -> list[tuple[int, int, str]]:
    declaration = statement.child_by_field_name("declaration") or function
    cuts = [(statement.start_byte, declaration.start_byte, before)]
    returned = function.child_by_field_name("return_type")
    if returned is not None:
        cuts.append((returned.start_byte, returned.end_byte, ""))
    holder = function.parent
    typed = holder.child_by_field_name("type") if holder is not None else None
    if typed is not None and holder is not None and holder.type == "variable_declarator":
        cuts.append((typed.start_byte, typed.end_byte, ""))
    return cuts


def _awaiting(page: Node, body: Node, props: Node, name: str) -> list[tuple[int, int, str]]:
    parameters = page.child_by_field_name("parameters")
    assert parameters is not None
    written = text_of(props)
    if _INFERRED.search(written):
        written = text_of(props.child_by_field_name("pattern")) or written.partition(":")[0]
    line = f"\n  const {written} = (await {name}()).props;"
    cuts = [
        (parameters.start_byte, parameters.end_byte, "()"),
        (body.start_byte + 1, body.start_byte + 1, line),
    ]
    if not any(c.type == "async" for c in page.children):
        cuts.append((page.start_byte, page.start_byte, "async "))
    return cuts
