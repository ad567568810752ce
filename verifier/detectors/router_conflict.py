"""The same route is defined in `app` and in `pages`.

What it detects:
    A route that a file below `app/` and a file below `pages/` both answer.

Why it breaks the deployment:
    A production build of Next.js refuses to choose between the two routers. The development
    server only stumbles when the route is opened.

Example:
    `app/page.tsx` beside `pages/index.tsx` left over from before a migration.

Remedy:
    Delete the file of the router that the project is leaving, as a rule the one below `pages/`.

Sources:
    Next.js documentation, conflicting app and page files; builds with 15 and 16, seen 2026-11-23.

"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, newest_first, quoted, seen_in
from verifier.detectors._edits import deleting
from verifier.detectors._routes import RouteFile, Router, route_files
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "router-conflict"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "Both routers define the same route"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per route that both routers define, where the build refused that, or will."""
    blocks = blocks_of(evidence, "conflicting-routes")
    signature = evidence.observation.outcome.signature
    is_hidden = signature is not None and signature.stage <= Stage.COMPILE
    if evidence.project.framework != "nextjs" or not (blocks or is_hidden):
        return ()
    said = quoted(evidence, blocks[0].lines[0]) if blocks else None
    by_route: dict[str, dict[Router, RouteFile]] = {}
    for found in route_files(evidence.project, evidence.recipe.source):
        by_route.setdefault(found.route, {})[found.router] = found
    return tuple(
        _finding(evidence, route, pair[Router.APP], pair[Router.PAGES], said)
        for route, pair in by_route.items()
        if len(pair) == len(Router)
    )


def _finding(
    evidence: Evidence, route: str, app: RouteFile, pages: RouteFile, said: EvidenceItem | None
) -> Finding:
    first = _deletion(route, pages, app, "")
    second = _deletion(route, app, pages, "app")
    remedies = (
        replace(first, excludes=(second.id,)),
        replace(second, excludes=(first.id,)),
    )
    return accusation(
        ID,
        PATTERN,
        route,
        summary=f"{app.file} and {pages.file} both define {route}",
        items=(
            *(() if said is None else (said,)),
            seen_in(app.file, f"defines {route} in the App Router"),
            seen_in(pages.file, f"defines {route} in the Pages Router"),
            *_ages(evidence, (app.file, pages.file)),
        ),
        weight=0.7 if said is None else 0.9,
        places=(Location(file=app.file), Location(file=pages.file)),
        remedies=remedies,
    )


def _ages(evidence: Evidence, files: tuple[str, ...]) -> Iterator[EvidenceItem]:
    """Which of the files is the newer one, where git knows."""
    ordered = newest_first(evidence.project, files)
    if ordered:
        text = f"{ordered[0]} is newer than {', '.join(ordered[1:])}"
        yield EvidenceItem(kind=EvidenceKind.FILE, text=text)


def _deletion(route: str, gone: RouteFile, kept: RouteFile, tag: str) -> Change:
    return remedy(
        ID,
        PATTERN,
        route,
        summary=f"Delete {gone.file}; {kept.file} answers {route}",
        repair=deleting(gone.file),
        stands_for="defined in both routers",
        places=(Location(file=gone.file),),
        tag=tag,
    )
