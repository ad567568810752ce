"""A module stands on the wrong side of the boundary between server and client.

What it detects:
    A file of the App Router that uses hooks or event handlers without `"use client"`, a client
    module that exports what only a server module may (`metadata`), or one that imports what only
    a server module may (`server-only`, `next/headers`).

Why it breaks the deployment:
    The bundler refuses the import or export when it compiles, and an event handler in a server
    component ends the prerendering of its page. The development server complains when the page is
    opened, and nobody opened it.

Example:
    `useState` in `app/about/page.tsx` without a directive: `This API is only available in Client
    Components`.

Remedy:
    Put `"use client"` above the file, take it away where nothing needs it, or move the metadata to
    a layout beside the page.

Sources:
    React documentation, `"use client"`; Next.js documentation, server and client components;
    builds seen 2026-11-24.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import STAND_IN, accusation, remedy
from verifier.detectors._clues import (
    blocks_of,
    error_lines,
    first_match,
    passes_locally,
    place_of,
    quoted,
    said_in,
    seen_in,
    stage,
)
from verifier.detectors._edits import editing, writing
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph
from verifier.detectors._jsx import default_function
from verifier.detectors._routes import files_of_route
from verifier.detectors._server_values import GUARD, move_of
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.observation import ErrorBlock
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

ID: Final = "client-boundary"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A module is on the wrong side of server and client"

_DIRECTIVE: Final = re.compile(
    r"""\A(?P<head>(?:\s|//[^\n]*\n|/\*.*?\*/)*)(?P<line>['"]use client['"][ \t]*;?[ \t]*\n*)""",
    re.DOTALL,
)
_TO_CLIENT: Final = re.compile(
    r"only (?:available|works) in (?:a )?Client Components?", re.IGNORECASE
)
_HANDLERS: Final = re.compile(r"Event handlers cannot be passed to Client Component props")
_CLIENT_ONLY: Final = re.compile(
    r"\buse[A-Z]\w*\s*(?:<[^>()]*>)?\(|\bon[A-Z]\w*=\{|\bcreateContext\b|\b(?:window|document"
    r"|localStorage|sessionStorage|navigator)\b|\bextends\s+(?:React\.)?(?:Pure)?Component\b"
)
_SERVER_ONLY: Final = re.compile(
    r"""\bexport\s+(?:const|async\s+function|function)\s+(?:metadata|generateMetadata|viewport"""
    r"""|generateStaticParams)\b|["'](?:server-only|next/headers|(?:node:)?fs(?:/promises)?)["']"""
)
_METADATA: Final = frozenset({"metadata", "viewport"})


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per module that stands on the wrong side."""
    if evidence.project.framework != "nextjs":
        return ()
    found: dict[str, Finding] = {}
    for finding in (*_imports(evidence), *_exports(evidence), *_handlers(evidence)):
        found.setdefault(finding.subject, finding)
    return tuple(found.values())


def _imports(evidence: Evidence) -> Iterator[Finding]:
    """Hooks in server modules, and server modules in client ones."""
    for block in blocks_of(evidence, "invalid-import", "node-module-refused"):
        place = place_of(evidence, block)
        if place is None:
            continue
        said = said_in(block)
        if first_match(block.lines, _TO_CLIENT) is not None:
            yield _without_directive(evidence, place, block.signature.subject, said)
        else:
            yield from _in_client(evidence, place, block)


def _without_directive(evidence: Evidence, place: Location, what: str, said: str) -> Finding:
    text = evidence.recipe.source.text(place.file) or ""
    return accusation(
        ID,
        PATTERN,
        place.file,
        summary=f'{place.file} uses {what or "client features"} and is not marked "use client"',
        items=(quoted(evidence, said), seen_in(place.file, f"uses {what}", place.line)),
        weight=0.85,
        places=(place,),
        remedies=tuple(_marking(place.file, text)),
    )


def _marking(file: str, text: str) -> Iterator[Change]:
    """The directive, unless the module holds what only a server module may."""
    page = default_function(file, text)
    if _DIRECTIVE.match(text) or _SERVER_ONLY.search(text):
        return
    if page is not None and any(c.type == "async" for c in page.children):
        return
    yield remedy(
        ID,
        PATTERN,
        file,
        summary=f'Put "use client" at the top of {file}',
        repair=editing(file, _marked),
        stands_for='not marked "use client"',
        places=(Location(file=file, line=1),),
    )


def _marked(text: str) -> str | None:
    if _DIRECTIVE.match(text):
        return None
    quote = "'" if text.count("'") > text.count('"') else '"'
    semicolon = ";" if re.search(r";\s*$", text, re.MULTILINE) else ""
    return f"{quote}use client{quote}{semicolon}\n\n{text}"


def _in_client(evidence: Evidence, place: Location, block: ErrorBlock) -> Iterator[Finding]:
    """The client module that leads to a server one, nearest to it."""
    tree, graph = evidence.recipe.source, ImportGraph(evidence.project.code)
    what = block.signature.subject or "a server module"
    seen, queue = {place.file}, [place.file]
    while queue:
        file = queue.pop(0)
        text = tree.text(file) or ""
        if _DIRECTIVE.match(text):
            fixes = (
                tuple(_unmarking(file, text))
                or tuple(_moving(evidence, graph, file, place))
                or tuple(_unguarded(evidence, file, place))
            )
            yield accusation(
                ID,
                PATTERN,
                file,
                summary=f'{file} is marked "use client" and leads to {what} in {place.file}',
                items=(
                    quoted(evidence, said_in(block)),
                    seen_in(place.file, f"needs the server: {what}", place.line),
                    seen_in(file, "is a client module", 1),
                ),
                weight=STAND_IN if any(f.coarse for f in fixes) else 0.8,
                places=(Location(file=file, line=1), place),
                remedies=fixes,
            )
            continue
        for ref in graph.importers_of(file):
            if ref.file not in seen:
                seen.add(ref.file)
                queue.append(ref.file)


def _unmarking(file: str, text: str) -> Iterator[Change]:
    """The directive goes where the module uses nothing that needs it."""
    match = _DIRECTIVE.match(text)
    if match is None or _CLIENT_ONLY.search(text[match.end() :]):
        return
    yield remedy(
        ID,
        PATTERN,
        file,
        summary=f'Remove "use client" from {file}, which uses nothing that needs it',
        repair=editing(file, _unmarked),
        stands_for='marked "use client" without need',
        places=(Location(file=file, line=1),),
    )


def _unmarked(text: str) -> str | None:
    match = _DIRECTIVE.match(text)
    return None if match is None else text[: match.start("line")] + text[match.end("line") :]


def _moving(
    evidence: Evidence, graph: ImportGraph, client: str, place: Location
) -> Iterator[Change]:
    """The plain values that a client takes from a marked module moved out of it."""
    tree = evidence.recipe.source
    refs = [r for r in graph.imports_of(client) if r.resolved == place.file]
    others = {
        r.file for r in graph.importers_of(place.file) if _DIRECTIVE.match(tree.text(r.file) or "")
    }
    if len(refs) != 1 or others != {client} or not GUARD.search(tree.text(place.file) or ""):
        return
    move = move_of(evidence.recipe, client, place.file, refs[0].specifier)
    if move is None:
        return
    yield remedy(
        ID,
        PATTERN,
        client,
        summary=f"Move {', '.join(move.names)} from {place.file} to {move.target}, which {client}"
        " may import",
        repair=move.repair,
        stands_for="leads to a module of the server",
        places=(Location(file=client, line=1), place),
        tag="values",
    )


def _unguarded(evidence: Evidence, client: str, place: Location) -> Iterator[Change]:
    """The mark of a server module taken away, so that a trial sees what fails behind it.

    What the client needs of the module belongs into one of its own, which a person must write.
    """
    text = evidence.recipe.source.text(place.file) or ""
    if passes_locally(evidence) or not GUARD.search(text):
        return
    yield Change(
        id=f"{ID}:{client}",
        family=ID,
        subject=client,
        title=f"{client} needs no module of the server",
        pattern=PATTERN.value,
        first_stage=Stage.COMPILE,
        repair=editing(place.file, lambda text: GUARD.sub("", text, count=1)),
        remedy_summary=(
            f"Move what {client} uses of {place.file} into a module without `server-only`;"
            " the trial took the mark away"
        ),
        locations=(str(Location(file=client, line=1)), str(place)),
        prior=STAND_IN,
        stands_for="leads to a module of the server",
        coarse=True,
    )


def _exports(evidence: Evidence) -> Iterator[Finding]:
    """Exports that only a server module may have, in a client one."""
    for block in blocks_of(evidence, "unsupported-export"):
        place, name = place_of(evidence, block), block.signature.subject
        text = "" if place is None else evidence.recipe.source.text(place.file) or ""
        if place is None or not _DIRECTIVE.match(text) or not name:
            continue
        fixes = list(_unmarking(place.file, text))
        if not fixes and name in _METADATA:
            fixes.extend(_to_layout(evidence, place.file, text, name))
        yield accusation(
            ID,
            PATTERN,
            place.file,
            summary=f'{place.file} is marked "use client" and exports {name}',
            items=(
                quoted(evidence, said_in(block)),
                seen_in(place.file, f"exports {name}", place.line),
            ),
            weight=0.9,
            places=(place,),
            remedies=fixes,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """An export cut out of a module, and the imports it needs."""

    rest: str
    export: str
    imports: str


def _to_layout(evidence: Evidence, file: str, text: str, name: str) -> Iterator[Change]:
    """The metadata moves to a layout beside the page, where there is none yet."""
    folder, _, page = file.rpartition("/")
    stem, _, ending = page.partition(".")
    beside = [p for p in evidence.recipe.source if p.startswith(f"{folder}/layout.")]
    if stem != "page" or beside or _cut_export(file, text, name) is None:
        return
    layout = f"{folder}/layout.{ending}"
    typed = ending.startswith("ts")
    shape = "{ children: React.ReactNode }"

    def apply(recipe: Recipe) -> Recipe:
        moved = _cut_export(file, recipe.source.text(file) or "", name)
        if moved is None:
            return recipe
        props = f"{{ children }}: {shape}" if typed else "{ children }"
        body = f"export default function Layout({props}) {{\n  return children;\n}}\n"
        text = f"{moved.imports}{moved.export}\n\n{body}"
        made = editing(file, lambda _old: moved.rest)(recipe)
        return writing(layout, text)(made)

    yield remedy(
        ID,
        PATTERN,
        file,
        summary=f"Move {name} from {file} to {layout}",
        repair=apply,
        stands_for=f"exports {name} from a client module",
        places=(Location(file=file),),
    )


def _cut_export(file: str, text: str, name: str) -> _Moved | None:
    tree = parsed(file, text)
    if tree is None:
        return None
    for node in nodes(tree.root_node, "export_statement"):
        declaration = node.child_by_field_name("declaration")
        if declaration is None or declaration.type != "lexical_declaration":
            continue
        made = next(nodes(declaration, "variable_declarator"), None)
        if made is None or text_of(made.child_by_field_name("name")) != name:
            continue
        used = {text_of(n) for n in nodes(declaration, "identifier", "type_identifier")} - {name}
        imports, cuts = _needed_imports(tree.root_node, used)
        if used - {n for n, _ in imports}:
            return None
        end = node.end_byte
        source = text.encode()
        while source[end : end + 1] == b"\n":
            end += 1
        rest = spliced(text, (node.start_byte, end, ""), *cuts)
        lines = "".join(dict.fromkeys(f"{line}\n" for _, line in imports))
        return _Moved(rest=rest, export=text_of(node), imports=lines and f"{lines}\n")
    return None


def _needed_imports(
    root: Node, used: set[str]
) -> tuple[list[tuple[str, str]], list[tuple[int, int, str]]]:
    """Name and statement of each import that holds only names in use, and its removal."""
    found: list[tuple[str, str]] = []
    cuts: list[tuple[int, int, str]] = []
    for node in nodes(root, "import_statement"):
        names = {
            text_of(n.child_by_field_name("alias") or n.child_by_field_name("name"))
            for n in nodes(node, "import_specifier")
        }
        if names and names <= used:
            found.extend((n, text_of(node)) for n in sorted(names))
            cuts.append((node.start_byte, node.end_byte + 1, ""))
    return found, cuts


def _handlers(evidence: Evidence) -> Iterator[Finding]:
    """Server components that give functions to elements of the browser."""
    lines = error_lines(evidence)
    said = first_match(lines, _HANDLERS)
    if stage(evidence) is not Stage.PRERENDER or said is None:
        return
    tree, graph = evidence.recipe.source, ImportGraph(evidence.project.code)
    for _, route in named_routes(lines):
        starts = files_of_route(evidence.project, tree, route)
        for file in _server_side(evidence, graph, starts):
            text = tree.text(file) or ""
            line = _handler_line(file, text)
            if line is None:
                continue
            yield accusation(
                ID,
                PATTERN,
                file,
                summary=f'{file} has an event handler and is not marked "use client"',
                items=(quoted(evidence, said[0]), seen_in(file, "passes an event handler", line)),
                weight=0.85,
                places=(Location(file=file, line=line),),
                remedies=tuple(_marking(file, text)),
            )


def _server_side(evidence: Evidence, graph: ImportGraph, starts: tuple[str, ...]) -> list[str]:
    """Modules that run on the server for a page: the reach that ends at client modules."""
    tree = evidence.recipe.source
    seen: dict[str, None] = {}
    queue = list(starts)
    while queue:
        file = queue.pop(0)
        if file in seen or _DIRECTIVE.match(tree.text(file) or ""):
            continue
        seen[file] = None
        queue.extend(r.resolved for r in graph.imports_of(file) if r.resolved is not None)
    return list(seen)


def _handler_line(file: str, text: str) -> int | None:
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "jsx_attribute"):
        name = text_of(node.named_children[0]) if node.named_children else ""
        value = node.named_children[1] if len(node.named_children) > 1 else None
        if re.fullmatch(r"on[A-Z]\w*", name) and value is not None:
            return line_of(node)
    return None
