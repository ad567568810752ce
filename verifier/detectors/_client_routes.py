"""Paths that a router in the browser answers, as far as the code spells them out.

Only routers that put their paths into the address itself count: a hash router or one in memory
never asks the server for anything but the document it started from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._environment import is_aside
from verifier.detectors._jsx import imported_names
from verifier.detectors._syntax import around, line_of, nodes, parsed, text_of
from verifier.model.evidence import Evidence
from verifier.model.project import ImportRef

_HISTORY: Final[Mapping[str, frozenset[str]]] = {
    "react-router-dom": frozenset({"BrowserRouter", "createBrowserRouter"}),
    "react-router": frozenset({"BrowserRouter", "createBrowserRouter"}),
    "@tanstack/react-router": frozenset({"createRouter", "Router", "createBrowserHistory"}),
    "@tanstack/solid-router": frozenset({"createRouter", "createBrowserHistory"}),
    "vue-router": frozenset({"createWebHistory"}),
    "wouter": frozenset({"Route", "Switch", "Router", "useRoute"}),
    "wouter-preact": frozenset({"Route", "Switch", "Router", "useRoute"}),
    "@solidjs/router": frozenset({"Router"}),
    "svelte-routing": frozenset({"Router"}),
    "preact-iso": frozenset({"LocationProvider", "Router"}),
    "preact-router": frozenset({"Router", "default"}),
}
"""Per package, the names whose use puts paths into the address."""
_OTHER: Final = re.compile(
    r"\b(?:HashRouter|MemoryRouter|StaticRouter|create(?:Web)?HashHistory|createHashRouter"
    r"|createMemory(?:Router|History)|useHashLocation|use-hash-location|memoryLocation)\b"
)
"""Names whose use keeps paths out of the address."""
_BESIDE: Final = frozenset(
    {
        "element", "Component", "component", "components", "lazy", "children", "loader", "redirect",
        "render", "getParentRoute", "views", "name", "loadComponent", "action",
    }
)  # fmt: skip
"""Keys that make an object with a path a route."""
_NESTED: Final = frozenset({"children", "childRoutes", "routes"})
_PLAIN: Final = re.compile(r"^[\w.~@%/-]*$")
_MARKUP: Final = re.compile(r"""<Route\b[^>]*?\bpath\s*=\s*["']([^"'{}]+)["']""")
_BASE: Final = re.compile(
    r"""(?:\bbasename\s*[=:]\s*\{?\s*|\bbasepath\s*[=:]\s*\{?\s*|createWebHistory\(\s*|<Router\s+base=)"""
    r"""(?:["'](?P<text>[^"']*)["']|(?P<code>[\w.]+))"""
)
_MOST: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRoute:
    """A path as declared, an example of it as it stands in an address, and its place."""

    declared: str
    example: str
    file: str
    line: int


def client_routes(evidence: Evidence) -> tuple[ClientRoute, ...]:
    """Paths beside the start page that a router with browser history declares.

    Empty where no such router is used, or where it is unclear which router or base is.
    """
    code, tree = evidence.project.code, evidence.recipe.source
    # A plug-in that writes the tree of routes leads to their files only when it runs.
    generated = {r.file for r in code.imports if (r.package or "").startswith("@tanstack/")}
    files = [
        f
        for f in sorted(code.reachable | generated)
        if not is_aside(f) and "/node_modules/" not in f"/{f}"
    ]
    texts = {f: t for f in files if (t := tree.text(f)) is not None}
    makers = {r.file for r in code.imports if _makes_history(r, texts)}
    if not makers or any(_OTHER.search(text) for text in texts.values()):
        return ()
    base = _base(texts[f] for f in sorted(makers))
    if base is None:
        return ()
    found: dict[str, ClientRoute] = {}
    for file, text in texts.items():
        for declared, line in _declared(file, text):
            example = _example(f"{base}/{declared}")
            if example is not None and example.strip("/") not in {"", base.strip("/")}:
                route = ClientRoute(declared=declared, example=example, file=file, line=line)
                found.setdefault(example, route)
        if len(found) > _MOST:
            break
    return tuple(found.values())[:_MOST]


def _makes_history(ref: ImportRef, texts: Mapping[str, str]) -> bool:
    wanted = _HISTORY.get(ref.package or "")
    text = texts.get(ref.file)
    if wanted is None or text is None or ref.type_only:
        return False
    if ref.file.endswith((".vue", ".svelte")):
        return any(re.search(rf"\b{name}\b", text) for name in wanted)
    names = imported_names(ref.file, text, ref.specifier)
    return bool(names & wanted) or ("default" in wanted and bool(names))


def _base(texts: Iterable[str]) -> str | None:
    """The path below which all routes lie, None where it cannot be told."""
    found: set[str] = set()
    for text in texts:
        for match in _BASE.finditer(text):
            if match["text"] is not None:
                found.add(match["text"].strip("/"))
            elif match["code"] not in {"import.meta.env.BASE_URL", "process.env.BASE_URL"}:
                return None
    if len(found) > 1:
        return None
    base = next(iter(found), "")
    return f"/{base}" if base else ""


def _example(declared: str) -> str | None:
    """An address that a declared path matches, None where it has no plain one."""
    kept = []
    for part in declared.split("/"):
        if part in {"", "."} or part.startswith("_") or (part[:1] == "(" and part[-1:] == ")"):
            continue
        if part.startswith("*") or part == "$" or part.endswith("?"):
            break
        if part.startswith((":", "$")):
            if "(" in part or "*" in part or "+" in part:
                break
            kept.append("1")
        elif _PLAIN.match(part):
            kept.append(part)
        else:
            return None
    return "/" + "/".join(kept)


def _declared(file: str, text: str) -> Iterator[tuple[str, int]]:
    if "path" not in text and "createFileRoute" not in text:
        return
    if file.endswith((".vue", ".svelte")):
        for match in _MARKUP.finditer(text):
            yield match[1], text.count("\n", 0, match.start()) + 1
        return
    tree = parsed(file, text)
    if tree is None:
        return
    for node in nodes(
        tree.root_node,
        "jsx_self_closing_element",
        "jsx_opening_element",
        "object",
        "call_expression",
    ):
        path = _path_of(node)
        if path is not None:
            yield path, line_of(node)


def _path_of(node: Node) -> str | None:
    match node.type:
        case "object":
            return _joined(_object_paths(node))
        case "call_expression":
            name = text_of(node.child_by_field_name("function"))
            arguments = node.child_by_field_name("arguments")
            first = arguments.named_children[0] if arguments and arguments.named_children else None
            return _literal(first) if name == "createFileRoute" else None
        case _:
            return _joined(_element_paths(node))


def _element_paths(node: Node) -> list[str]:
    """The paths of a route element and of those around it, the outermost first."""
    own = _attribute(node, "path")
    if own is None:
        return []
    paths = [own]
    for outer in around(node):
        if outer.type != "jsx_element":
            continue
        opening = outer.child_by_field_name("open_tag")
        if opening is None or opening == node or opening.start_byte == node.start_byte:
            continue
        path = _attribute(opening, "path")
        if path is not None:
            paths.append(path)
    return paths[::-1]


def _attribute(node: Node, name: str) -> str | None:
    if not text_of(node.child_by_field_name("name")).rpartition(".")[2].endswith("Route"):
        return None
    for child in node.named_children:
        if child.type == "jsx_attribute" and child.named_children:
            if text_of(child.named_children[0]) != name or len(child.named_children) < 2:
                continue
            value = child.named_children[1]
            if value.type == "jsx_expression" and value.named_children:
                value = value.named_children[0]
            return _literal(value)
    return None


def _object_paths(node: Node) -> list[str]:
    pairs = _pairs(node)
    own = _literal(pairs.get("path"))
    if own is None or not pairs.keys() & _BESIDE:
        return []
    paths = [own]
    key = ""
    for outer in around(node):
        if outer.type == "pair":
            key = text_of(outer.child_by_field_name("key")).strip("'\"")
        elif outer.type == "object":
            if key not in _NESTED:
                break
            above = _literal(_pairs(outer).get("path"))
            paths.extend([] if above is None else [above])
        elif outer.type not in {"array", "parenthesized_expression", "as_expression"}:
            break
    return paths[::-1]


def _pairs(node: Node) -> dict[str, Node]:
    found: dict[str, Node] = {}
    for child in node.named_children:
        value = child.child_by_field_name("value")
        if child.type == "pair" and value is not None:
            found[text_of(child.child_by_field_name("key")).strip("'\"")] = value
        elif child.type == "method_definition":
            found[text_of(child.child_by_field_name("name"))] = child
        elif child.type == "shorthand_property_identifier":
            found[text_of(child)] = child
    return found


def _literal(node: Node | None) -> str | None:
    if node is None or node.type not in {"string", "template_string"}:
        return None
    if node.type == "template_string" and any(
        c.type == "template_substitution" for c in node.named_children
    ):
        return None
    return text_of(node)[1:-1]


def _joined(paths: list[str]) -> str | None:
    """Nested paths as one; a path that begins with a slash stands for itself."""
    if not paths:
        return None
    whole = ""
    for path in paths:
        bare = path.removesuffix("*").rstrip("/")
        whole = bare if path.startswith("/") else f"{whole}/{bare}"
    return whole if not paths[-1].endswith("*") or paths[-1] != "*" else None
