"""A page is rendered outside of the provider whose context it uses.

What it detects:
    A page that fails while it is prerendered because a hook finds no context, where the provider
    of that context is rendered by no layout around the page, though elsewhere in the project.

Why it breaks the deployment:
    A production build renders every page by itself. A provider in the layout of another route
    group, or in `pages/_app`, is not around it; while one develops, only pages that are opened
    are rendered.

Example:
    `<CartProvider>` in `app/(shop)/layout.tsx`, `useCart()` on a page of `app/(offers)/`:
    `useCart must be used within a CartProvider`.

Remedy:
    Wrap the children of the page's own layout in the provider.

Sources:
    React documentation, createContext and useContext; Next.js documentation, route groups; builds
    seen 2026-11-24.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, quoted, seen_in, stage
from verifier.detectors._edits import editing
from verifier.detectors._environment import is_aside
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph
from verifier.detectors._imports import with_imports_from
from verifier.detectors._jsx import imported_names, rendered
from verifier.detectors._routes import files_of_route
from verifier.detectors._syntax import around, line_of, nodes, parsed, spliced, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.source import SourceTree

ID: Final = "provider-missing"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A page is outside of the provider it needs"

_NAMED: Final = re.compile(r"\b([A-Z]\w*Provider)\b")
_EMPTY: Final = re.compile(
    r"Cannot (?:read propert|destructure property)[^\n]* (?:of|as it is) ['\"`]?[^\n]*"
    r"(?:null|undefined)"
)
_COMPONENTS: Final = (".tsx", ".jsx", ".js")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """A hook's need: the provider component, where its context is read, where it is rendered.

    specifier: how the rendering file imports it. place: the rendering file and its line.
    """

    provider: str
    reader: Location
    names: frozenset[str]
    place: Location
    specifier: str
    is_default: bool
    tag: str


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per provider that the failing pages lack."""
    if stage(evidence) is not Stage.PRERENDER or evidence.project.framework != "nextjs":
        return ()
    lines = error_lines(evidence)
    tree = evidence.recipe.source
    graph = ImportGraph(evidence.project.code)
    found: dict[str, Finding] = {}
    for _, route in named_routes(lines):
        chain = files_of_route(evidence.project, tree, route)
        reached = [f for f in graph.reach(chain) if tree.text(f) is not None]
        for use in _uses(evidence, reached):
            said = next((t for t in lines if _speaks_of(t, use)), None)
            if said is None or use.provider in found or _is_rendered(tree, reached, use):
                continue
            found[use.provider] = _finding(evidence, chain, use, said)
    return tuple(found.values())


def _speaks_of(line: str, use: _Use) -> bool:
    words = set(re.findall(r"\w+", line))
    return bool(words & use.names) or _EMPTY.search(line) is not None


def _uses(evidence: Evidence, reached: list[str]) -> Iterator[_Use]:
    """Contexts that reached files read, and providers that the error itself names."""
    tree = evidence.recipe.source
    for file in reached:
        text = tree.text(file) or ""
        for context, hook, line in _readings(file, text):
            for provider in _providers(evidence, context):
                yield from _rendered_elsewhere(
                    evidence,
                    provider,
                    reader=Location(file=file, line=line),
                    names=frozenset({context, hook, provider} - {""}),
                )
    for said in error_lines(evidence):
        for match in _NAMED.finditer(said):
            own = Location(file=reached[0]) if reached else None
            if own is not None:
                yield from _rendered_elsewhere(
                    evidence, match[1], reader=own, names=frozenset({match[1]})
                )


def _readings(file: str, text: str) -> Iterator[tuple[str, str, int]]:
    """Each context a file reads, with the function that reads it."""
    if "useContext(" not in text and "use(" not in text:
        return
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "call_expression"):
        name = text_of(node.child_by_field_name("function")).rpartition(".")[2]
        arguments = node.child_by_field_name("arguments")
        if name not in {"useContext", "use"} or arguments is None:
            continue
        given = [c for c in arguments.named_children if c.type == "identifier"]
        if given and text_of(given[0])[:1].isupper():
            yield text_of(given[0]), _enclosing(node), line_of(node)


def _enclosing(node: Node) -> str:
    """The name of the outermost function around a node."""
    name = ""
    for outer in around(node):
        if outer.type in {"function_declaration", "variable_declarator"}:
            name = text_of(outer.child_by_field_name("name")) or name
    return name


def _providers(evidence: Evidence, context: str) -> Iterator[str]:
    """Components that render the provider of a context around their children."""
    tree = evidence.recipe.source
    for file in _components(evidence):
        text = tree.text(file) or ""
        if context not in text:
            continue
        for node in rendered(file, text, frozenset({context})):
            name = _enclosing(node)
            if name[:1].isupper():
                yield name


def _components(evidence: Evidence) -> list[str]:
    return [
        f for f in sorted(evidence.project.code.reachable)
        if f.endswith(_COMPONENTS) and not is_aside(f)
    ]  # fmt: skip


def _rendered_elsewhere(
    evidence: Evidence, provider: str, *, reader: Location, names: frozenset[str]
) -> Iterator[_Use]:
    tree = evidence.recipe.source
    for file in _components(evidence):
        text = tree.text(file) or ""
        if f"<{provider}" not in text:
            continue
        for ref in evidence.project.code.imports:
            if ref.file != file or provider not in imported_names(file, text, ref.specifier):
                continue
            for node in rendered(file, text, frozenset({provider})):
                opening = node.child_by_field_name("open_tag")
                if opening is None:
                    continue
                yield _Use(
                    provider=provider,
                    reader=reader,
                    names=names,
                    place=Location(file=file, line=line_of(node)),
                    specifier=ref.specifier,
                    is_default=_is_default(file, text, ref.specifier, provider),
                    tag=text_of(opening),
                )
                return


def _is_default(file: str, text: str, specifier: str, name: str) -> bool:
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "import_statement"):
        if text_of(node.child_by_field_name("source")).strip("'\"") != specifier:
            continue
        for clause in nodes(node, "import_clause"):
            return any(c.type == "identifier" and text_of(c) == name for c in clause.named_children)
    return False


def _is_rendered(tree: SourceTree, reached: list[str], use: _Use) -> bool:
    """Whether something around the page, or the page itself, renders the provider."""
    return any(
        rendered(f, tree.text(f) or "", frozenset({use.provider}))
        for f in reached
        if f.endswith(_COMPONENTS) and f"<{use.provider}" in (tree.text(f) or "")
    )


def _finding(evidence: Evidence, chain: tuple[str, ...], use: _Use, said: str) -> Finding:
    tree = evidence.recipe.source
    layouts = [f for f in chain if re.search(r"(?:^|/)(?:layout|_app)\.\w+$", f)]
    target = next((f for f in layouts if _children(f, tree.text(f) or "")), None)
    fixes = []
    plain = "{" not in use.tag
    if target is not None and plain and use.place.file != target:
        fixes.append(
            remedy(
                ID,
                PATTERN,
                use.provider,
                summary=f"Wrap the children of {target} in <{use.provider}>",
                repair=editing(target, _wrapping(target, use)),
                stands_for="not around the page that needs it",
                places=(Location(file=target),),
            )
        )
    page = chain[0] if chain else use.reader.file
    return accusation(
        ID,
        PATTERN,
        use.provider,
        summary=(
            f"{page} is outside of <{use.provider}>, which {use.place.file} renders; "
            f"{use.reader} needs it"
        ),
        items=(
            quoted(evidence, said),
            seen_in(use.reader.file, "reads the context", use.reader.line),
            seen_in(use.place.file, f"renders <{use.provider}>", use.place.line),
            *(seen_in(f, "is around the page, without the provider") for f in layouts[:3]),
        ),
        weight=0.85,
        places=[
            *([Location(file=target)] if target is not None else []),
            Location(file=page),
            use.reader,
        ],
        remedies=fixes,
    )


def _children(file: str, text: str) -> tuple[Node, ...]:
    """The places where a layout shows what it is around."""
    tree = parsed(file, text)
    if tree is None:
        return ()
    return tuple(
        node
        for node in nodes(tree.root_node, "jsx_expression", "jsx_self_closing_element")
        if text_of(node).replace(" ", "") in {"{children}", "{props.children}"}
        or text_of(node).startswith("<Component ")
    )


def _wrapping(target: str, use: _Use) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        places = _children(target, text)
        if len(places) != 1:
            return None
        node = places[0]
        wrapped = f"{use.tag}{text_of(node)}</{use.provider}>"
        specifier = use.specifier
        if specifier.startswith("."):
            line = with_imports_from(f'from "{specifier}"', use.place.file, target)
            specifier = line.partition('"')[2].rstrip('"')
        text = spliced(text, (node.start_byte, node.end_byte, wrapped))
        return _importing(target, text, use, specifier)

    return edit


def _importing(target: str, text: str, use: _Use, specifier: str) -> str:
    """The text with an import of the provider below the imports it has."""
    if use.provider in imported_names(target, text, specifier):
        return text
    bound = use.provider if use.is_default else f"{{ {use.provider} }}"
    quote = "'" if text.count("'") > text.count('"') else '"'
    semicolon = ";" if re.search(r";\s*$", text, re.MULTILINE) else ""
    line = f"import {bound} from {quote}{specifier}{quote}{semicolon}"
    tree = parsed(target, text)
    statements = [] if tree is None else list(nodes(tree.root_node, "import_statement"))
    if statements:
        end = statements[-1].end_byte
        return spliced(text, (end, end, f"\n{line}"))
    return f"{line}\n\n{text}"
