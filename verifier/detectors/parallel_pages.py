"""Two files below `app/` resolve to the same address.

What it detects:
    Two pages, or a page and a route handler, whose folders differ only by route groups.

Why it breaks the deployment:
    A route group such as `(auth)` is no part of the address. The build refuses two files for one
    address; the development server only notices when that address is opened.

Example:
    `app/(auth)/login/page.tsx` beside `app/login/page.tsx` after a reorganisation.

Remedy:
    Delete or move one of the two.

Sources:
    Next.js documentation, route groups; builds seen 2026-11-23.

"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import deleting
from verifier.detectors._routes import RouteFile, Router, route_files
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "parallel-pages"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "Two files answer the same address"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per address that several files answer, where the build refused that."""
    blocks = blocks_of(evidence, "parallel-pages", "conflicting-routes")
    if not blocks:
        return ()
    by_route: dict[tuple[str, str], list[RouteFile]] = {}
    for found in route_files(evidence.project, evidence.recipe.source):
        if found.router is Router.APP:
            by_route.setdefault((found.route, _slot(found.file)), []).append(found)
    return tuple(
        _finding(evidence, route, files, blocks[0].lines[0])
        for (route, _), files in by_route.items()
        if len(files) > 1
    )


def _slot(file: str) -> str:
    """The parallel slots a file lies in: several slots may share an address on purpose."""
    return "/".join(part for part in file.split("/") if part.startswith("@"))


def _finding(evidence: Evidence, route: str, files: list[RouteFile], line: str) -> Finding:
    # The file outside of groups is tried first: groups are what a reorganisation adds.
    ordered = sorted(files, key=lambda f: f.file.count("("))
    offers = [_deletion(route, f, ordered, number) for number, f in enumerate(ordered[:2])]
    ids = [c.id for c in offers]
    remedies = [replace(c, excludes=tuple(i for i in ids if i != c.id)) for c in offers]
    names = " and ".join(f.file for f in ordered)
    return accusation(
        ID,
        PATTERN,
        route,
        summary=f"{names} resolve to the same address {route}",
        items=(quoted(evidence, line), *(seen_in(f.file, f"answers {route}") for f in ordered)),
        weight=0.9,
        places=[Location(file=f.file) for f in ordered],
        remedies=remedies,
    )


def _deletion(route: str, gone: RouteFile, files: list[RouteFile], number: int) -> Change:
    kept = ", ".join(f.file for f in files if f is not gone)
    return remedy(
        ID,
        PATTERN,
        route,
        summary=f"Delete or move {gone.file}; {kept} answers {route}",
        repair=deleting(gone.file),
        stands_for="answered by several files",
        places=(Location(file=gone.file),),
        tag=str(number) if number else "",
    )
