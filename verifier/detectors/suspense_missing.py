"""A component that reads the search parameters is rendered without a Suspense boundary.

What it detects:
    The component that makes a page bail out of prerendering: it calls `useSearchParams`, and no
    `<Suspense>` stands around it between the failing page or its layouts and itself. The error
    names a page, often `/404`, not the component.

Why it breaks the deployment:
    A production build prerenders pages and needs a boundary to stop at; the development server
    never prerenders.

Example:
    A navigation bar in the root layout calls `useSearchParams()`: `should be wrapped in a suspense
    boundary at page "/404"`.

Remedy:
    Wrap the component in `<Suspense>` where it is rendered.

Sources:
    Next.js documentation, missing Suspense boundary; builds with Next.js 15 and 16, seen
    2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph
from verifier.detectors._jsx import (
    calls,
    default_function,
    imported_names,
    is_inside_suspense,
    rendered,
    with_import,
)
from verifier.detectors._routes import files_of_route
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.source import SourceTree

ID: Final = "suspense-missing"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A component needs a Suspense boundary around it"

_HOOK: Final = re.compile(r"\b(use[A-Z]\w*)\(\) should be wrapped|boundary with (use[A-Z]\w*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """A place to wrap: the file that renders the component under some names.

    names is None where the failing page itself is the component.
    """

    file: str
    line: int
    names: frozenset[str] | None


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per component that lacks a boundary on the failing page."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "suspense-missing"):
        line = next((t for t in block.lines if _HOOK.search(t)), block.lines[0])
        match = _HOOK.search(line)
        hook = (match[1] or match[2]) if match else "useSearchParams"
        starts = _starts(evidence, block.lines, block.signature.subject)
        graph = ImportGraph(evidence.project.code)
        reached = graph.reach(starts)
        for culprit, at in _culprits(evidence.recipe.source, reached, hook):
            sites = tuple(_sites(evidence.recipe.source, graph, culprit, reached))
            if sites:
                found.setdefault(
                    culprit,
                    _finding(
                        evidence, Location(file=culprit, line=at), sites, line=line, hook=hook
                    ),
                )
    return tuple(found.values())


def _starts(evidence: Evidence, lines: tuple[str, ...], subject: str) -> tuple[str, ...]:
    routes = [subject, *(route for _, route in named_routes(lines))]
    files: dict[str, None] = {}
    for route in routes:
        if route.startswith("/"):
            shown = files_of_route(evidence.project, evidence.recipe.source, route)
            files.update(dict.fromkeys(shown))
    return tuple(files)


def _culprits(
    tree: SourceTree, reached: dict[str, str | None], hook: str
) -> Iterator[tuple[str, int]]:
    for file in reached:
        text = tree.text(file)
        if text is not None and hook in text:
            call = next(calls(file, text, hook), None)
            if call is not None:
                yield file, line_of(call)


def _sites(
    tree: SourceTree, graph: ImportGraph, culprit: str, reached: dict[str, str | None]
) -> Iterator[_Site]:
    """Places that render the component unguarded, found by walking from it to the page."""
    seen = {culprit}
    queue = [culprit]
    while queue:
        file = queue.pop(0)
        if reached.get(file, "") is None and default_function(file, tree.text(file) or ""):
            yield _Site(file=file, line=1, names=None)
            continue
        for ref in graph.importers_of(file):
            text = tree.text(ref.file)
            if ref.file not in reached or text is None:
                continue
            names = imported_names(ref.file, text, ref.specifier)
            shown = rendered(ref.file, text, names)
            bare = [node for node in shown if not is_inside_suspense(node)]
            if bare:
                yield _Site(file=ref.file, line=line_of(bare[0]), names=names)
            elif not shown and ref.file not in seen:
                # A hook that is called, or a module that passes the component on.
                seen.add(ref.file)
                queue.append(ref.file)


def _finding(
    evidence: Evidence, culprit: Location, sites: tuple[_Site, ...], *, line: str, hook: str
) -> Finding:
    file, at = culprit.file, culprit.line
    where = ", ".join(f"{site.file}:{site.line}" for site in sites)
    fix = remedy(
        ID,
        PATTERN,
        file,
        summary=f"Wrap the component of {file} in <Suspense> in {where}",
        repair=in_turn(*(editing(site.file, _wrapping(site)) for site in sites)),
        stands_for=f"calls {hook} without a Suspense boundary around it",
        places=[Location(file=site.file, line=site.line) for site in sites],
    )
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} calls {hook} and is rendered without a Suspense boundary in {where}",
        items=(
            quoted(evidence, line),
            seen_in(file, f"calls {hook}", at),
            *(seen_in(s.file, "renders it without a boundary", s.line) for s in sites[:4]),
        ),
        weight=0.85,
        places=(culprit, *(Location(file=s.file, line=s.line) for s in sites)),
        remedies=(fix,),
    )


def _wrapping(site: _Site) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        wrapped = _around_page(site.file, text) if site.names is None else _around_uses(site, text)
        return None if wrapped is None else with_import(site.file, wrapped, "Suspense", "react")

    return edit


def _around_uses(site: _Site, text: str) -> str | None:
    shown = rendered(site.file, text, site.names or frozenset())
    bare = [node for node in shown if not is_inside_suspense(node)]
    inner = [n for n in bare if not any(_holds(n, m) for m in bare if m is not n)]
    cuts = [(n.start_byte, n.end_byte, _wrapped(text, n)) for n in inner]
    return spliced(text, *cuts) if cuts else None


def _holds(outer: Node, inner: Node) -> bool:
    return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def _wrapped(text: str, node: Node) -> str:
    line = text.split("\n")[node.start_point.row]
    indent = line[: len(line) - len(line.lstrip())]
    alone = line.strip() == text_of(node).split("\n", 1)[0].strip()
    if not alone:
        return f"<Suspense>{text_of(node)}</Suspense>"
    unit = "\t" if indent.startswith("\t") else "  "
    body = text_of(node).replace("\n", f"\n{unit}")
    return f"<Suspense>\n{indent}{unit}{body}\n{indent}</Suspense>"


def _around_page(file: str, text: str) -> str | None:
    """The page's own component becomes an inner one, rendered in a boundary by a new page."""
    page = default_function(file, text)
    statement = _default_export(file, text)
    if page is None or statement is None or not file.endswith(("x", ".js")):
        return None
    parameters = page.child_by_field_name("parameters") or page.child_by_field_name("parameter")
    takes = parameters is not None and bool(
        parameters.named_children or parameters.type != "formal_parameters"
    )
    value = statement.child_by_field_name("declaration") or statement.child_by_field_name("value")
    name = text_of(page.child_by_field_name("name"))
    if value is None:
        return None
    if value.type == "identifier":
        # `export default Page;` below the component: it gives way to the new page.
        outer = _outer(f"{text_of(value)}Page", text_of(value), file, takes=takes)
        return spliced(text, (statement.start_byte, statement.end_byte, outer))
    if value != page:
        return None
    inner = f"{name or 'Page'}Content"
    outer = _outer(name or "Page", inner, file, takes=takes)
    if page.type == "arrow_function":
        body = text.encode()[page.start_byte : page.end_byte].decode()
        made = f"const {inner} = {body};\n\n{outer}"
        return spliced(text, (statement.start_byte, statement.end_byte, made))
    named = page.child_by_field_name("name")
    head = [(statement.start_byte, page.start_byte, "")]
    if named is not None:
        head.append((named.start_byte, named.end_byte, inner))
    elif parameters is not None:
        head.append((parameters.start_byte, parameters.start_byte, inner))
    return spliced(text, *head, (statement.end_byte, statement.end_byte, f"\n\n{outer}"))


def _default_export(file: str, text: str) -> Node | None:
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "export_statement"):
        if any(c.type == "default" for c in node.children):
            return node
    return None


def _outer(name: str, inner: str, file: str, *, takes: bool) -> str:
    """A page that renders the inner component in a boundary, its properties passed on."""
    typed = f"props: Parameters<typeof {inner}>[0]" if file.endswith(".tsx") else "props"
    return (
        f"export default function {name}({typed if takes else ''}) {{\n"
        "  return (\n    <Suspense>\n"
        f"      <{inner}{' {...props}' if takes else ''} />\n"
        "    </Suspense>\n  );\n}"
    )
