"""Corrections of what linters refuse, where there is one that nobody would argue about.

Only rules whose correction keeps what the code does are here; the rest is for its author.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from tree_sitter import Node

from verifier.detectors._lint_messages import Message
from verifier.detectors._syntax import around, nodes, parsed, spliced, text_of

_ENTITIES: Final = {"'": "&apos;", '"': "&quot;", ">": "&gt;", "}": "&#125;"}
_UNUSED: Final = re.compile(
    r"'(?P<name>[\w$]+)' is (?:defined|assigned a value|declared|imported) but never used"
)
_CONST: Final = re.compile(r"['`](?P<name>[\w$]+)['`] is never reassigned")
_PURE: Final = frozenset(
    {
        "number", "string", "template_string", "true", "false", "null", "undefined", "identifier",
        "member_expression", "binary_expression", "unary_expression", "arrow_function",
        "function_expression", "array", "object", "ternary_expression", "regex",
        "parenthesized_expression", "subscript_expression", "as_expression", "non_null_expression",
    }
)  # fmt: skip
"""Expressions that do nothing when nobody uses their value, if nothing inside them does."""
_ACTS: Final = (
    "call_expression",
    "new_expression",
    "await_expression",
    "assignment_expression",
    "update_expression",
    "yield_expression",
    "augmented_assignment_expression",
)
_FUNCTIONS: Final = ("arrow_function", "function_expression")


def correcting(file: str, messages: Iterable[Message]) -> Callable[[str], str | None]:
    """An edit of one file that follows every message it can; None where it can follow none."""
    told = tuple(messages)

    def edit(text: str) -> str | None:
        tree = parsed(file, text)
        if tree is None:
            return None
        cuts = [cut for message in told for cut in _cuts(tree.root_node, text, message)]
        return spliced(text, *dict.fromkeys(cuts)) if cuts else None

    return edit


def _cuts(root: Node, text: str, message: Message) -> list[tuple[int, int, str]]:
    match message.rule.rpartition("/")[2]:
        case "no-unescaped-entities":
            return _escaped(root, message.line)
        case "prefer-const":
            return _constant(root, message)
        case "no-unused-vars":
            return _unused(root, text.encode("utf-8", errors="replace"), message)
        case "no-debugger":
            return _stopping(root, text.encode("utf-8", errors="replace"), message)
        case _:
            return []


def _stopping(root: Node, source: bytes, message: Message) -> list[tuple[int, int, str]]:
    """Statements that do something for a debugger only."""
    return [
        _with_line(node, source)
        for node in nodes(root, "debugger_statement")
        if node.start_point.row + 1 == message.line
    ]


def _escaped(root: Node, line: int) -> list[tuple[int, int, str]]:
    found = []
    for node in nodes(root, "jsx_text"):
        row = node.start_point.row + 1
        for place, char in enumerate(node.text or b""):
            symbol = chr(char)
            if symbol == "\n":
                row += 1
            elif row == line and symbol in _ENTITIES:
                start = node.start_byte + place
                found.append((start, start + 1, _ENTITIES[symbol]))
    return found


def _constant(root: Node, message: Message) -> list[tuple[int, int, str]]:
    named = _CONST.search(message.text)
    for node in nodes(root, "lexical_declaration") if named else ():
        declared = [n for n in node.named_children if n.type == "variable_declarator"]
        kind = node.children[0]
        if kind.type == "let" and len(declared) == 1 and named is not None:
            name = declared[0].child_by_field_name("name")
            at = declared[0].start_point.row + 1
            if at == message.line and text_of(name) == named["name"]:
                return [(kind.start_byte, kind.end_byte, "const")]
    return []


def _unused(root: Node, source: bytes, message: Message) -> list[tuple[int, int, str]]:
    named = _UNUSED.search(message.text)
    if named is None:
        return []
    for node in nodes(root, "identifier"):
        if node.start_point.row + 1 != message.line or text_of(node) != named["name"]:
            continue
        return _declaration(node, source) or _import(node, source)
    return []


def _declaration(name: Node, source: bytes) -> list[tuple[int, int, str]]:
    """The whole statement of a variable that nothing uses and whose value costs nothing to lose."""
    declarator = name.parent
    if declarator is None or declarator.type != "variable_declarator":
        return []
    value = declarator.child_by_field_name("value")
    statement = declarator.parent
    if statement is None or declarator.child_by_field_name("name") != name:
        return []
    alone = sum(n.type == "variable_declarator" for n in statement.named_children) == 1
    if not alone or (value is not None and not _is_idle(value)):
        return []
    return [_with_line(statement, source)]


def _is_idle(value: Node) -> bool:
    if value.type in _FUNCTIONS:
        return True
    return value.type in _PURE and not any(True for _ in nodes(value, *_ACTS))


def _import(name: Node, source: bytes) -> list[tuple[int, int, str]]:
    """One name of an import, or the whole import where it has no other."""
    specifier = next((n for n in (name, *around(name)) if n.type == "import_specifier"), None)
    statement = next((n for n in around(name) if n.type == "import_statement"), None)
    if statement is None:
        return []
    names = list(nodes(statement, "import_specifier", "namespace_import"))
    clause = next((n for n in statement.named_children if n.type == "import_clause"), None)
    default = [n for n in clause.named_children if n.type == "identifier"] if clause else []
    if len(names) + len(default) == 1:
        return [_with_line(statement, source)]
    if specifier is None:
        return []
    start, end = specifier.start_byte, specifier.end_byte
    after = re.match(rb"\s*,\s*", source[end:])
    if after is not None:
        return [(start, end + after.end(), "")]
    before = re.search(rb",\s*$", source[:start])
    return [(start - (len(before[0]) if before else 0), end, "")]


def _with_line(node: Node, source: bytes) -> tuple[int, int, str]:
    """A statement's range, with its indentation and line end where it has its lines alone."""
    start = source.rfind(b"\n", 0, node.start_byte) + 1
    end = source.find(b"\n", node.end_byte)
    end = len(source) if end < 0 else end + 1
    alone = not source[start : node.start_byte].strip() and not source[node.end_byte : end].strip(
        b" \t\r\n;"
    )
    return (start, end, "") if alone else (node.start_byte, node.end_byte, "")
