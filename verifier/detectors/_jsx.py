"""Which components a file renders, calls and exports, as far as its syntax says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from verifier.detectors._syntax import around, nodes, parsed, spliced, text_of

FUNCTIONS: Final = (
    "function_declaration",
    "function_expression",
    "arrow_function",
    "generator_function_declaration",
)


def imported_names(file: str, text: str, specifier: str) -> frozenset[str]:
    """Local names that an import of a specifier binds."""
    tree = parsed(file, text)
    if tree is None:
        return frozenset()
    names: set[str] = set()
    for node in nodes(tree.root_node, "import_statement"):
        if text_of(node.child_by_field_name("source")).strip("'\"") != specifier:
            continue
        for inner in nodes(node, "import_specifier", "namespace_import", "import_clause"):
            if inner.type == "import_specifier":
                bound = inner.child_by_field_name("alias") or inner.child_by_field_name("name")
                names.add(text_of(bound))
            else:
                names.update(text_of(c) for c in inner.named_children if c.type == "identifier")
    return frozenset(n for n in names if n) | _lazy_names(tree.root_node, specifier)


def _lazy_names(root: Node, specifier: str) -> frozenset[str]:
    """Names bound to a component that is loaded later: `dynamic(() => import("./Nav"))`."""
    names = set()
    for node in nodes(root, "variable_declarator"):
        value = node.child_by_field_name("value")
        if value is None or value.type != "call_expression" or "import(" not in text_of(value):
            continue
        for inner in nodes(value, "call_expression"):
            arguments = inner.child_by_field_name("arguments")
            if text_of(inner.child_by_field_name("function")) == "import" and arguments is not None:
                given = [text_of(c).strip("'\"`") for c in arguments.named_children]
                if given[:1] == [specifier]:
                    names.add(text_of(node.child_by_field_name("name")))
    return frozenset(names)


def rendered(file: str, text: str, names: frozenset[str]) -> tuple[Node, ...]:
    """The JSX elements that render one of some names."""
    tree = parsed(file, text)
    if tree is None:
        return ()
    found = []
    for node in nodes(tree.root_node, "jsx_self_closing_element", "jsx_element"):
        opening = node.child_by_field_name("open_tag") if node.type == "jsx_element" else node
        name = text_of(None if opening is None else opening.child_by_field_name("name"))
        if name.partition(".")[0] in names:
            found.append(node)
    return tuple(found)


def is_inside_suspense(node: Node) -> bool:
    """Whether an element stands inside a `<Suspense>` of the same file."""
    for outer in around(node):
        if outer.type == "jsx_element":
            opening = outer.child_by_field_name("open_tag")
            name = text_of(None if opening is None else opening.child_by_field_name("name"))
            if name.rpartition(".")[2] == "Suspense":
                return True
    return False


def calls(file: str, text: str, name: str) -> Iterator[Node]:
    """The calls of a function by its bare name."""
    tree = parsed(file, text)
    if tree is None:
        return
    for node in nodes(tree.root_node, "call_expression"):
        if text_of(node.child_by_field_name("function")) == name:
            yield node


def default_function(file: str, text: str) -> Node | None:
    """The function that a module exports by default, None if it exports something else."""
    tree = parsed(file, text)
    if tree is None:
        return None
    for node in nodes(tree.root_node, "export_statement"):
        if not any(c.type == "default" for c in node.children):
            continue
        value = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        if value is None:
            return None
        return value if value.type in FUNCTIONS else named_function(tree.root_node, text_of(value))
    return None


def named_function(root: Node, name: str) -> Node | None:
    """The function declared or assigned under a name at the top of a module."""
    for node in nodes(root, "function_declaration", "variable_declarator"):
        if text_of(node.child_by_field_name("name")) != name:
            continue
        if node.type == "function_declaration":
            return node
        value = node.child_by_field_name("value")
        return value if value is not None and value.type in FUNCTIONS else None
    return None


def with_import(file: str, text: str, name: str, source: str) -> str:
    """The text with a named import added below its directives, unless it is there already."""
    if name in imported_names(file, text, source):
        return text
    tree = parsed(file, text)
    quote = "'" if text.count("'") > text.count('"') else '"'
    semicolon = ";" if re.search(r";\s*$", text, re.MULTILINE) else ""
    line = f"import {{ {name} }} from {quote}{source}{quote}{semicolon}\n"
    at = 0
    for node in [] if tree is None else tree.root_node.named_children:
        if node.type == "import_statement":
            at = node.start_byte
            break
        if node.type == "expression_statement" and node.named_children[0].type == "string":
            at = node.end_byte
            continue
        if node.type != "comment":
            break
    if at and text.encode()[at - 1 : at] != b"\n":
        return spliced(text, (at, at, f"\n\n{line.rstrip()}"))
    return spliced(text, (at, at, line))
