"""What binds a name in a module, what a call is given, what a module exports.

Questions about one syntax tree; nothing here follows anything into another place.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from tree_sitter import Node

from verifier.detectors._syntax import around, nodes, string_of, text_of

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
NAMES: Final = ("identifier", "shorthand_property_identifier")
HOLE: Final = "\0"
"""Stands for what a template puts in."""
_WRAPPERS: Final = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "await_expression"}
)

_DEEPEST: Final = 200
"""Nodes inside each other; code that people write stays far below."""
_MOST_BOUND: Final = 5000
"""Bindings of one module that are looked at."""

Seen = tuple[Node, int, int]
"""What binds a name, and from which to which byte the name means it."""


def is_too_deep(root: Node) -> bool:
    """Whether a tree nests deeper than people write; ways up through it would take too long."""
    cursor = root.walk()
    depth = 0
    while depth <= _DEEPEST:
        if cursor.goto_first_child():
            depth += 1
            continue
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return False
            depth -= 1
    return True


def pattern_of(node: Node) -> str:
    """The text of a string or template, with a hole for each substitution."""
    plain = string_of(node)
    if plain is not None:
        return plain
    return "".join(
        HOLE if part.type == "template_substitution" else text_of(part)
        for part in node.named_children
    )


def unwrapped(node: Node | None) -> Node | None:
    """The expression inside brackets, casts and awaits."""
    while node is not None and node.type in _WRAPPERS and node.named_children:
        node = node.named_children[0]
    return node


def leftmost(node: Node) -> Node | None:
    """The name that an expression of fields and wrappers begins with; None for any other."""
    here = unwrapped(node)
    while here is not None and here.type in {"member_expression", "subscript_expression"}:
        here = unwrapped(here.child_by_field_name("object"))
    return here if here is not None and here.type in NAMES else None


def module_loaded(node: Node | None) -> str | None:
    """The module that `require("x")` or `await import("x")` loads, None for anything else."""
    call = unwrapped(node)
    if call is None or call.type != "call_expression":
        return None
    if text_of(call.child_by_field_name("function")) not in {"require", "import"}:
        return None
    arguments = arguments_of(call)
    return string_of(arguments[0]) if arguments else None


def arguments_of(call: Node) -> list[Node]:
    """What a call is given."""
    given = call.child_by_field_name("arguments")
    return [] if given is None else [c for c in given.named_children if c.type != "comment"]


def call_around(function: Node) -> Node | None:
    """The call that a function is written into as an argument."""
    parent = function.parent
    if parent is None or parent.type != "arguments":
        return None
    call = parent.parent
    return call if call is not None and call.type == "call_expression" else None


def name_of(function: Node) -> str:
    """The name of a function, or of what it is assigned to; empty for none."""
    own = text_of(function.child_by_field_name("name"))
    parent = function.parent
    if own or parent is None or parent.type != "variable_declarator":
        return own
    return text_of(parent.child_by_field_name("name"))


def parameters_of(function: Node) -> list[Node]:
    """The parameters of a function; none of any other node."""
    if function.type not in FUNCTIONS:
        return []
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    listed = function.child_by_field_name("parameters")
    return [] if listed is None else [c for c in listed.named_children if c.type != "comment"]


def parameter_index(function: Node, name: str) -> int | None:
    """Which parameter of a function binds a name, None if none does."""
    for index, item in enumerate(parameters_of(function)):
        pattern = item.child_by_field_name("pattern") or item
        if binds(pattern, name):
            return index
    return None


def binds(pattern: Node | None, name: str) -> bool:
    """Whether a pattern gives a value to a name."""
    if pattern is None:
        return False
    types = ("identifier", "shorthand_property_identifier_pattern")
    return any(text_of(n) == name for n in nodes(pattern, *types))


def key_of(pattern: Node | None, name: str) -> str | None:
    """The field that a destructuring takes a name from, None for a plain name."""
    if pattern is None or pattern.type != "object_pattern":
        return None
    for item in pattern.named_children:
        value = item.child_by_field_name("value")
        if item.type == "pair_pattern" and binds(value, name):
            return text_of(item.child_by_field_name("key")).strip("\"'")
        if binds(item, name):
            return name
    return None


def used_of(name: Node) -> str | None:
    """The field that is read of a name where it stands, None for the whole."""
    parent = name.parent
    if parent is None or parent.type != "member_expression":
        return None
    if parent.child_by_field_name("object") != name:
        return None
    return text_of(parent.child_by_field_name("property"))


def field_of(value: Node, used: str | None) -> Node | None:
    """The value of one field of a written object; None where it is not told there."""
    written = unwrapped(value)
    if used is None or written is None or written.type != "object":
        return None
    for item in written.named_children:
        if item.type == "shorthand_property_identifier" and text_of(item) == used:
            return item
        key = item.child_by_field_name("key")
        if item.type == "pair" and text_of(key).strip("\"'") == used:
            return item.child_by_field_name("value")
    return None


def original_name(statement: Node, name: str) -> str:
    """The name under which a module exports what an import calls by a name."""
    for item in nodes(statement, "import_specifier", "namespace_import", "import_clause"):
        alias = item.child_by_field_name("alias")
        if item.type == "import_specifier" and text_of(alias) == name:
            return text_of(item.child_by_field_name("name"))
        if item.type == "import_clause" and any(
            c.type == "identifier" and text_of(c) == name for c in item.named_children
        ):
            return "default"
    return name


def declarations_of(root: Node) -> dict[str, list[Seen]]:
    """The bindings of a module by name, each with the bytes in which it can be seen."""
    found: dict[str, list[Seen]] = {}
    types = (
        "variable_declarator", "import_statement", "assignment_expression", "for_in_statement",
        "function_declaration", "generator_function_declaration",
    )  # fmt: skip
    for node in islice(nodes(root, *types), _MOST_BOUND):
        if node.type == "import_statement":
            pattern: Node | None = next(nodes(node, "import_clause"), None)
        elif node.type in {"assignment_expression", "for_in_statement"}:
            pattern = node.child_by_field_name("left")
            if pattern is not None and pattern.type == "member_expression":
                continue
        else:
            pattern = node.child_by_field_name("name")
        if pattern is None:
            continue
        scope = root
        if node.type != "assignment_expression":
            scope = next((n for n in around(node) if n.type == "statement_block"), root)
        for name in nodes(pattern, "identifier", "shorthand_property_identifier_pattern"):
            seen = node, scope.start_byte, scope.end_byte
            found.setdefault(text_of(name), []).append(seen)
    return found


def calls_in(root: Node) -> dict[str, list[Node]]:
    """The calls of a module by the last part of what they call."""
    found: dict[str, list[Node]] = {}
    for call in nodes(root, "call_expression"):
        called = call.child_by_field_name("function")
        name = None if called is None else called.child_by_field_name("property") or called
        if name is not None and name.type in {*NAMES, "property_identifier"}:
            found.setdefault(text_of(name), []).append(call)
    return found


def exports_of(root: Node, name: str) -> Iterator[Node]:
    """The expressions and functions that a module exports under a name."""
    for statement in root.named_children:
        if statement.type != "export_statement":
            continue
        if name == "default":
            value = statement.child_by_field_name("value")
            if value is not None:
                yield value
        declaration = statement.child_by_field_name("declaration")
        if declaration is not None and declaration.type in FUNCTIONS:
            if name in {"default", text_of(declaration.child_by_field_name("name"))}:
                yield declaration
        elif declaration is not None:
            for item in nodes(declaration, "variable_declarator"):
                value = item.child_by_field_name("value")
                if binds(item.child_by_field_name("name"), name) and value is not None:
                    yield value
        for item in nodes(statement, "export_specifier"):
            alias = item.child_by_field_name("alias") or item.child_by_field_name("name")
            own = item.child_by_field_name("name")
            if text_of(alias) == name and own is not None:
                yield own
