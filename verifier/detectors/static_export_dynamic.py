"""A static export cannot hold a feature that the project uses.

What it detects:
    A build with `output: "export"` that stops at a dynamic route without `generateStaticParams`,
    or at a route that needs a server.

Why it breaks the deployment:
    A static export writes every page at build time. The development server renders dynamic routes
    on demand, so it never complains.

Example:
    `output: "export"` and `app/p/[id]/page.tsx` without `generateStaticParams`.

Remedy:
    Remove `output: "export"`: the platform runs Next.js as a server. Or list the paths.

Sources:
    Next.js documentation, static exports; builds seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._configs import setting, without_pair
from verifier.detectors._edits import editing
from verifier.detectors._routes import files_of_route
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "static-export-dynamic"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A static export cannot hold a dynamic route"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where `output: "export"` stands against a route."""
    blocks = blocks_of(evidence, "static-params-missing", "export-incompatible")
    found = setting(evidence, "next.config", "output")
    if not blocks or found is None or found.value != "export":
        return ()
    route = blocks[0].signature.subject or "output"
    files = files_of_route(evidence.project, evidence.recipe.source, route)
    fix = remedy(
        ID,
        PATTERN,
        route,
        summary=f'Remove `output: "export"` from {found.file}',
        repair=editing(found.file, lambda text: without_pair(text, found.file, "output")),
        stands_for="cannot be exported as a file",
        places=(Location(file=found.file, line=found.line),),
    )
    return (
        accusation(
            ID,
            PATTERN,
            route,
            summary=f"{_what(route)}; output is 'export'",
            items=(
                quoted(evidence, blocks[0].lines[0]),
                seen_in(found.file, "asks for a static export", found.line),
            ),
            weight=0.8,
            places=(
                Location(file=found.file, line=found.line),
                *(Location(file=f) for f in files[:1]),
            ),
            remedies=(fix,),
        ),
    )


def _what(subject: str) -> str:
    if subject.startswith("/"):
        return f"{subject} needs a server or a list of its paths"
    return f"{subject} needs a server"
