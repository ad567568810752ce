"""A component below `app/` uses the router of the Pages Router.

What it detects:
    `next/router` imported by a file that the failing page of the App Router leads to.

Why it breaks the deployment:
    The App Router mounts no such router: the hook throws as soon as the page is prerendered.

Example:
    `import { useRouter } from "next/router"` in `app/page.tsx`: `NextRouter was not mounted`.

Remedy:
    Import from `next/navigation`.

Sources:
    Next.js documentation, useRouter; builds with 15 and 16, seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph
from verifier.detectors._old_router import NEW, OLD, with_navigation
from verifier.detectors._routes import Router, files_of_route, router_dirs
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.project import ImportRef

ID: Final = "wrong-router-import"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "The Pages Router's hook is used in the App Router"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that imports the wrong router on the failing page."""
    blocks = blocks_of(evidence, "router-not-mounted")
    if not blocks:
        return ()
    reached = ImportGraph(evidence.project.code).reach(_starts(evidence))
    refs = [
        r
        for r in evidence.project.code.imports
        if r.specifier == OLD and r.file in reached and not r.type_only
    ]
    return tuple(_finding(evidence, ref, blocks[0].lines[0]) for ref in refs)


def _starts(evidence: Evidence) -> tuple[str, ...]:
    tree = evidence.recipe.source
    lines = [line for b in evidence.observation.errors for line in b.lines]
    files: dict[str, None] = {}
    for _, route in named_routes(lines):
        files.update(dict.fromkeys(files_of_route(evidence.project, tree, route)))
    base = router_dirs(evidence.project, tree).get(Router.APP)
    if not files and base is not None:
        files.update(dict.fromkeys(path for path in tree if path.startswith(base)))
    return tuple(files)


def _finding(evidence: Evidence, ref: ImportRef, line: str) -> Finding:
    text = evidence.recipe.source.text(ref.file) or ""
    simple = with_navigation(ref.file, text) is not None
    return accusation(
        ID,
        PATTERN,
        ref.file,
        summary=f"{ref.file} imports {OLD}, which the App Router does not provide",
        items=(quoted(evidence, line), seen_in(ref.file, f"imports {OLD}", ref.line)),
        weight=0.9,
        places=(Location(file=ref.file, line=ref.line),),
        remedies=(_remedy(ref),) if simple else (),
    )


def _remedy(ref: ImportRef) -> Change:
    return remedy(
        ID,
        PATTERN,
        ref.file,
        summary=f"Import useRouter from {NEW} in {ref.file}:{ref.line}",
        repair=editing(ref.file, lambda text: with_navigation(ref.file, text)),
        stands_for=f"imports {OLD} in the App Router",
        places=(Location(file=ref.file, line=ref.line),),
    )
