"""A route of the edge runtime needs what only Node.js has.

What it detects:
    A route with `runtime = "edge"` that leads to a module which imports `node:fs` or another part
    of Node.js, in a build that stops because of it.

Why it breaks the deployment:
    The edge runtime has no file system, no processes and few of the modules of Node.js. The
    development server loads the route when it is asked for, and nobody asked.

Example:
    `export const runtime = "edge"` in `app/api/report/route.ts`, which calls `readFileSync`.

Remedy:
    Remove the export: the route runs on Node.js then.

Sources:
    Next.js documentation, edge runtime; builds with 15.5, seen 2026-11-30.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, place_of, quoted, said_in, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._exports import line_of_export, without_export
from verifier.detectors._graph import ImportGraph, chain
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.observation import ErrorBlock

ID: Final = "node-module-on-edge"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A route of the edge runtime needs Node.js"

_EDGE: Final = re.compile(
    r"""^export\s+const\s+runtime\s*(?::[^=\n]+)?=\s*["'](?:experimental-)?edge["']""", re.MULTILINE
)
_NAME: Final = "runtime"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per route of the edge that leads to a refused module."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "node-module-refused", "module-not-found"):
        for finding in _of(evidence, block):
            found.setdefault(finding.subject, finding)
    return tuple(found.values())


def _of(evidence: Evidence, block: ErrorBlock) -> Iterator[Finding]:
    wanted = block.signature.subject.removeprefix("node:")
    place = place_of(evidence, block)
    if place is None or not wanted:
        return
    tree, graph = evidence.recipe.source, ImportGraph(evidence.project.code)
    asks = [
        ref
        for ref in graph.imports_of(place.file)
        if ref.resolved is None and ref.specifier.removeprefix("node:") == wanted
    ]
    for route in tree if asks else ():
        text = tree.text(route) or "" if _may_be_route(route) else ""
        if not _EDGE.search(text):
            continue
        parents = graph.reach([route])
        if place.file not in parents:
            continue
        line = line_of_export(route, text, _NAME)
        at = Location(file=route, line=line)
        way = " → ".join(chain(parents, place.file))
        yield accusation(
            ID,
            PATTERN,
            route,
            summary=f"{route} runs on the edge and needs {asks[0].specifier} of Node.js: {way}",
            items=(
                quoted(evidence, said_in(block)),
                seen_in(route, "asks for the edge runtime", line),
                seen_in(place.file, f"imports {asks[0].specifier!r}", asks[0].line),
            ),
            weight=0.9,
            places=(at, Location(file=place.file, line=asks[0].line)),
            remedies=(
                remedy(
                    ID,
                    PATTERN,
                    route,
                    summary=f"Remove the export of runtime from {at}; Node.js runs the route then",
                    repair=editing(route, without_export(route, _NAME)),
                    stands_for="runs on the edge",
                    places=(at,),
                ),
            ),
        )


def _may_be_route(path: str) -> bool:
    return bool(re.search(r"(?:^|/)(?:app|pages)/.*\.[cm]?[jt]sx?$", path))
