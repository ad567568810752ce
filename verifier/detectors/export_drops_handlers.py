"""A static export leaves out route handlers that the project has.

What it detects:
    `output: "export"` in next.config, a green build, and a route handler or API route of the
    project that the output does not hold.

Why it breaks the deployment:
    A static export writes files and no functions. Handlers for `POST` and other methods that
    write are dropped without a word; the development server answers them all the same.

Example:
    `output: "export"` and `app/api/contact/route.ts` with `POST`: the form gets 404.

Remedy:
    Remove `output: "export"`: the platform runs Next.js as a server.

Sources:
    Next.js documentation, static exports, unsupported features; builds seen 2026-11-24.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed, example
from verifier.detectors._clues import seen_in
from verifier.detectors._configs import setting, without_pair
from verifier.detectors._edits import editing
from verifier.detectors._routes import RouteFile, route_files
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.vercel.routing import Kind, answer

ID: Final = "export-drops-handlers"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A static export leaves out route handlers"

_METHOD: Final = re.compile(
    r"^export\s+(?:async\s+)?(?:function|const)\s+(?P<name>GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)\b"
    r"|^export\s*\{[^}]*\b(?P<list>POST|PUT|PATCH|DELETE)\b",
    re.MULTILINE,
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where handlers are missing from the export."""
    of = deployed(evidence)
    found = setting(evidence, "next.config", "output")
    if of is None or found is None or found.value != "export" or of.functions:
        return ()
    lost = [
        (route, method, line)
        for route in route_files(evidence.project, evidence.recipe.source)
        if route.kind in {"route", "api"}
        for method, line in [_method(evidence, route)]
        if method and answer(of, example(route.route), method=method).kind is Kind.NOT_FOUND
    ]
    if not lost:
        return ()
    route, method, line = lost[0]
    fix = remedy(
        ID,
        PATTERN,
        route.route,
        summary=f'Remove `output: "export"` from {found.file}',
        repair=editing(found.file, lambda text: without_pair(text, found.file, "output")),
        stands_for="left out of the static export",
        places=(Location(file=found.file, line=found.line),),
    )
    return (
        accusation(
            ID,
            PATTERN,
            route.route,
            summary=f"{route.file} answers {method} {route.route}, and the static export drops it",
            items=(
                seen_in(found.file, "asks for a static export", found.line),
                EvidenceItem(
                    kind=EvidenceKind.PROBE,
                    text=f"the output has no function and answers {method} {route.route} with 404",
                    run_id=evidence.observation.run_id,
                ),
                *(seen_in(r.file, f"answers {m} {r.route}", at) for r, m, at in lost[:4]),
            ),
            weight=0.9,
            places=(
                Location(file=route.file, line=line),
                Location(file=found.file, line=found.line),
            ),
            remedies=(fix,),
        ),
    )


def _method(evidence: Evidence, route: RouteFile) -> tuple[str, int]:
    """The first method of a handler that a file cannot stand for, and its line."""
    text = evidence.recipe.source.text(route.file) or ""
    found = None
    for match in _METHOD.finditer(text):
        name = match["name"] or match["list"]
        if found is None or name not in {"GET", "HEAD", "OPTIONS"}:
            found = (name, text.count("\n", 0, match.start()) + 1)
        if found[0] not in {"GET", "HEAD", "OPTIONS"}:
            break
    if found is not None:
        return found
    return ("POST", 1) if route.kind == "api" else ("", 1)
