"""The configuration of a route segment is not written as a plain value.

What it detects:
    `revalidate`, `dynamic` and their like in pages, layouts and handlers whose value is computed,
    imported or none of those allowed, in a build that stops because of it. The message names no
    file, and it hides all but one of them.

Why it breaks the deployment:
    The compiler reads these exports without running the code. It cannot read `60 * 60`, and it
    stops rather than ignore what was meant; the development server only warns.

Example:
    `export const revalidate = 60 * 60`: `Invalid segment configuration export detected`.

Remedy:
    Write the value itself.

Sources:
    Next.js documentation, route segment config; builds with 16.4.6, seen 2026-11-25.

"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._jsx import imported_names
from verifier.detectors._routes import Router, router_dirs
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "segment-config"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "The configuration of a route is no plain value"

_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "dynamic": ("auto", "force-dynamic", "error", "force-static"),
    "fetchCache": (
        "auto", "default-cache", "only-cache", "force-cache", "force-no-store", "default-no-store",
        "only-no-store",
    ),
    "runtime": ("nodejs", "edge"),
}  # fmt: skip
_NAMES: Final = frozenset(_WORDS) | {
    "revalidate", "dynamicParams", "preferredRegion", "maxDuration",
}  # fmt: skip
_FILE: Final = re.compile(r"(?:^|/)(?:page|layout|route|default|template)\.[cm]?[jt]sx?$")
_PLAIN: Final = frozenset({"string", "number", "true", "false", "null", "undefined", "array"})
_AROUND: Final = frozenset({"as_expression", "satisfies_expression", "parenthesized_expression"})
_MOST: Final = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Odd:
    """An export whose value cannot be read, and the value it should be written as, if known."""

    name: str
    line: int
    written: str
    value: str | None


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per export that cannot be read, where the build refused one."""
    blocks = blocks_of(evidence, "invalid-segment-config")
    base = router_dirs(evidence.project, evidence.recipe.source).get(Router.APP)
    if not blocks or base is None:
        return ()
    tree = evidence.recipe.source
    return tuple(
        _finding(evidence, file, odd, blocks[0].lines[0])
        for file in tree
        if file.startswith(base) and _FILE.search(file)
        for odd in _odd_exports(evidence, file, tree.text(file) or "")
    )


def _finding(evidence: Evidence, file: str, odd: _Odd, line: str) -> Finding:
    place = Location(file=file, line=odd.line)
    fixes: tuple[Change, ...] = ()
    if odd.value is not None:
        fixes = (
            remedy(
                ID,
                PATTERN,
                file,
                summary=f"Write {odd.name} as {odd.value} in {place}",
                repair=editing(file, _writing(file, odd.name, odd.value)),
                stands_for=f"gives {odd.name} a value that the compiler cannot read",
                places=(place,),
                tag=odd.name,
            ),
        )
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} gives {odd.name} the value {odd.written}, which cannot be read",
        items=(quoted(evidence, line), seen_in(file, f"{odd.name} = {odd.written}", odd.line)),
        weight=0.85,
        places=(place,),
        remedies=fixes,
    )


def _odd_exports(evidence: Evidence, file: str, text: str) -> Iterator[_Odd]:
    for name, value in _exports(file, text):
        inner = _inside(value)
        if inner.type in _PLAIN:
            word = text_of(inner).strip("'\"")
            allowed = _WORDS.get(name, ())
            if inner.type != "string" or not allowed or word in allowed:
                continue
            near = difflib.get_close_matches(word, allowed, n=1)
            right = f'"{near[0]}"' if near else None
        else:
            right = _evaluated(evidence, file, text, inner)
        yield _Odd(name=name, line=line_of(value), written=text_of(value), value=right)


def _exports(file: str, text: str) -> Iterator[tuple[str, Node]]:
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "export_statement"):
        for part in node.named_children:
            if part.type not in {"lexical_declaration", "variable_declaration"}:
                continue
            for made in nodes(part, "variable_declarator"):
                name, value = made.child_by_field_name("name"), made.child_by_field_name("value")
                if text_of(name) in _NAMES and value is not None:
                    yield text_of(name), value


def _inside(node: Node) -> Node:
    while node.type in _AROUND and node.named_children:
        node = node.named_children[0]
    return node


def _evaluated(evidence: Evidence, file: str, text: str, node: Node) -> str | None:
    """The value as a literal, where it is arithmetic or a constant that is one."""
    if node.type == "identifier":
        return _constant(evidence, file, text, text_of(node))
    written = text_of(node)
    return _product(written)


def _product(written: str) -> str | None:
    """A product or sum of whole numbers, worked out."""
    plain = written.replace("_", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,9}(?:[*+]\d{1,9}){0,8}", plain):
        return None
    total = 0
    for term in plain.split("+"):
        product = 1
        for factor in term.split("*"):
            product *= int(factor)
        total += product
    return str(total) if total < _MOST else None


def _constant(evidence: Evidence, file: str, text: str, name: str) -> str | None:
    """The literal that a name of this module, or of one it imports, stands for."""
    places = [(file, text)]
    for ref in evidence.project.code.imports:
        if ref.file != file or ref.resolved is None:
            continue
        if name in imported_names(file, text, ref.specifier):
            places.append((ref.resolved, evidence.recipe.source.text(ref.resolved) or ""))
    for path, body in places:
        tree = parsed(path, body)
        for made in [] if tree is None else nodes(tree.root_node, "variable_declarator"):
            value = made.child_by_field_name("value")
            if text_of(made.child_by_field_name("name")) != name or value is None:
                continue
            inner = _inside(value)
            if inner.type in {"string", "number", "true", "false"}:
                return text_of(inner)
            return _product(text_of(inner))
    return None


def _writing(file: str, name: str, literal: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        for found, value in _exports(file, text):
            if found == name:
                return spliced(text, (value.start_byte, value.end_byte, literal))
        return None

    return edit
