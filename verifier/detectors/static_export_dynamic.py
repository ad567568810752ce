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
    Mark a handler that reads nothing of its request as `force-static`: it is written as a file.
    Otherwise remove `output: "export"`: the platform runs Next.js as a server. Or list the paths.

Sources:
    Next.js documentation, static exports; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._configs import setting, without_pair
from verifier.detectors._edits import editing
from verifier.detectors._exports import export_of
from verifier.detectors._routes import files_of_route
from verifier.detectors._syntax import line_of, spliced
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "static-export-dynamic"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A static export cannot hold a dynamic route"

_HANDLER: Final = re.compile(r"(?:^|/)route\.[cm]?[jt]s$")
_DECIDED: Final = re.compile(r"\bexport\s+const\s+(?:dynamic|revalidate)\b")
_PER_REQUEST: Final = re.compile(
    r"""["']next/headers["']|\bexport\s+(?:const|(?:async\s+)?function)\s+(?:POST|PUT|PATCH|DELETE)\b"""
)
"""What a file cannot stand in for: request data, and methods other than GET."""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where `output: "export"` stands against a route."""
    blocks = blocks_of(evidence, "static-params-missing", "export-incompatible")
    found = setting(evidence, "next.config", "output")
    if not blocks or found is None or found.value != "export":
        return ()
    route = blocks[0].signature.subject or "output"
    files = files_of_route(evidence.project, evidence.recipe.source, route)
    fix = _marked(evidence, route, files[:1]) or remedy(
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


def _marked(evidence: Evidence, route: str, files: tuple[str, ...]) -> Change | None:
    """The handler made a file, where it answers every request alike; None for anything else."""
    for file in files:
        text = evidence.recipe.source.text(file) or ""
        node = export_of(file, text, "GET")
        if not _HANDLER.search(file) or node is None or _PER_REQUEST.search(text):
            continue
        declared = node.child_by_field_name("declaration")
        taken = None if declared is None else declared.child_by_field_name("parameters")
        if taken is None or taken.named_children or _DECIDED.search(text):
            continue
        return remedy(
            ID,
            PATTERN,
            route,
            summary=f'Export `dynamic = "force-static"` from {file}, which answers each request'
            " alike",
            repair=editing(file, _forced(file)),
            stands_for="is not marked as static",
            places=(Location(file=file, line=line_of(node)),),
            tag="static",
        )
    return None


def _forced(file: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        node = export_of(file, text, "GET")
        if node is None or _DECIDED.search(text):
            return None
        quote = "'" if text.count("'") > text.count('"') else '"'
        made = f"export const dynamic = {quote}force-static{quote};\n\n"
        return spliced(text, (node.start_byte, node.start_byte, made))

    return edit


def _what(subject: str) -> str:
    if subject.startswith("/"):
        return f"{subject} needs a server or a list of its paths"
    return f"{subject} needs a server"
