"""Plain values of a server module moved into one of their own, which clients may import."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tree_sitter import Node

from verifier.detectors._exports import export_of
from verifier.detectors._syntax import nodes, parsed, spliced, text_of
from verifier.model.recipe import Recipe

_PLAIN: Final = frozenset(
    {
        "array", "as_expression", "computed_property_name", "escape_sequence", "false", "null",
        "number", "object", "pair", "parenthesized_expression", "property_identifier", "string",
        "string_fragment", "template_string", "true", "unary_expression",
    }
)  # fmt: skip
GUARD: Final = re.compile(r"""^[ \t]*import\s*["']server-only["'][ \t]*;?[ \t]*\n""", re.MULTILINE)
"""What marks a module as one that no client may import."""
_CODE: Final = re.compile(r"\.[jt]sx?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The names that move, the module they move to, and the three edits in one."""

    names: tuple[str, ...]
    target: str
    repair: Callable[[Recipe], Recipe]


def move_of(recipe: Recipe, client: str, module: str, specifier: str) -> Move | None:
    """How the values that a client imports leave the module, None where a person must say.

    Only literals move: a function may need what the server alone has.
    """
    target = _CODE.sub(lambda m: f".values{m[0]}", module)
    if target in recipe.source or target == module or _CODE.search(specifier):
        return None
    names = _asked(client, recipe.source.text(client) or "", specifier)
    text = recipe.source.text(module) or ""
    if not names or _without(module, text, names) is None:
        return None

    def apply(recipe: Recipe) -> Recipe:
        text, asking = recipe.source.text(module) or "", recipe.source.text(client) or ""
        cut = _without(module, text, names)
        if cut is None or target in recipe.source:
            return recipe
        rest, moved = cut
        name = posixpath.basename(_CODE.sub("", target))
        source = recipe.source.with_bytes(target, moved.encode())
        source = source.with_bytes(module, _reexported(rest, names, f"./{name}").encode())
        respelt = _respelt(client, asking, specifier)
        return replace(recipe, source=source.with_bytes(client, respelt.encode()))

    return Move(names=names, target=target, repair=apply)


def _statements(file: str, text: str, specifier: str) -> list[Node]:
    tree = parsed(file, text)
    return [
        node
        for node in (() if tree is None else nodes(tree.root_node, "import_statement"))
        if text_of(node.child_by_field_name("source")).strip("'\"") == specifier
        and not re.match(r"import\s+type\b", text_of(node))
    ]


def _asked(file: str, text: str, specifier: str) -> tuple[str, ...]:
    """The names that are imported; none where the whole module or its default is."""
    names: list[str] = []
    for node in _statements(file, text, specifier):
        for clause in (c for c in node.named_children if c.type == "import_clause"):
            if any(c.type != "named_imports" for c in clause.named_children):
                return ()
            for inner in nodes(clause, "import_specifier"):
                if re.match(r"type\s", text_of(inner)):
                    return ()
                names.append(text_of(inner.child_by_field_name("name")))
    return tuple(dict.fromkeys(names))


def _without(file: str, text: str, names: tuple[str, ...]) -> tuple[str, str] | None:
    """The module without some constants, and their statements; None if one is no literal."""
    cuts, moved = [], []
    source = text.encode()
    for name in names:
        node = export_of(file, text, name)
        if node is None or not _is_plain(node):
            return None
        end = node.end_byte
        while source[end : end + 1] == b"\n":
            end += 1
        cuts.append((node.start_byte, end, ""))
        moved.append(text_of(node))
    return spliced(text, *cuts), "\n".join(moved) + "\n"


def _is_plain(statement: Node) -> bool:
    declaration = statement.child_by_field_name("declaration")
    if declaration is None or declaration.type != "lexical_declaration":
        return False
    made = list(nodes(declaration, "variable_declarator"))
    if len(made) != 1 or made[0].child_by_field_name("type") is not None:
        return False
    value = made[0].child_by_field_name("value")
    return value is not None and _holds_plain(value)


def _holds_plain(node: Node) -> bool:
    return node.type in _PLAIN and all(_holds_plain(c) for c in node.named_children)


def _reexported(text: str, names: tuple[str, ...], source: str) -> str:
    """The module that takes its constants from their new place and gives them on as before."""
    quote = "'" if text.count("'") > text.count('"') else '"'
    listed = ", ".join(names)
    lines = f"import {{ {listed} }} from {quote}{source}{quote};\n\nexport {{ {listed} }};\n"
    match = GUARD.search(text)
    at = 0 if match is None else match.end()
    return text[:at] + lines + text[at:]


def _respelt(file: str, text: str, specifier: str) -> str:
    cuts = []
    for node in _statements(file, text, specifier):
        source = node.child_by_field_name("source")
        if source is not None:
            cuts.append((source.end_byte - 1, source.end_byte - 1, ".values"))
    return spliced(text, *cuts)
