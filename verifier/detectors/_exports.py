"""Named exports of a module: where they stand, and the module without one of them."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of


def export_of(file: str, text: str, name: str) -> Node | None:
    """The statement that declares and exports one name first, None if there is none."""
    tree = parsed(file, text)
    for node in () if tree is None else nodes(tree.root_node, "export_statement"):
        value = node.child_by_field_name("declaration")
        if value is None:
            continue
        declared = list(nodes(value, "function_declaration", "variable_declarator"))[:1]
        if any(text_of(n.child_by_field_name("name")) == name for n in declared):
            return node
    return None


def line_of_export(file: str, text: str, name: str) -> int | None:
    """The line on which a name is declared and exported."""
    node = export_of(file, text, name)
    return None if node is None else line_of(node)


def without_export(file: str, name: str) -> Callable[[str], str | None]:
    """An edit that takes an exported declaration away, with the empty lines behind it."""

    def edit(text: str) -> str | None:
        node = export_of(file, text, name)
        if node is None:
            return None
        end, source = node.end_byte, text.encode()
        while source[end : end + 1] == b"\n":
            end += 1
        return spliced(text, (node.start_byte, end, ""))

    return edit
