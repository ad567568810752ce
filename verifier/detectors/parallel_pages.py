"""Two files below `app/` resolve to the same address.

What it detects:
    Two pages, or a page and a route handler, whose folders differ only by route groups; a page
    beside an optional catch-all that answers its address too.

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

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, said_in, seen_in
from verifier.detectors._edits import deleting
from verifier.detectors._imports import moving
from verifier.detectors._routes import RouteFile, Router, route_files, router_dirs
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.recipe import Recipe

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
    line = said_in(blocks[0])
    doubles = [
        _finding(evidence, route, files, line)
        for (route, _), files in by_route.items()
        if len(files) > 1
    ]
    return (*doubles, *_optional(evidence, by_route, line))


def _optional(
    evidence: Evidence, by_route: Mapping[tuple[str, str], list[RouteFile]], line: str
) -> Iterator[Finding]:
    """Pages beside a catch-all that answers their address too, because it is optional."""
    for (route, slot), files in by_route.items():
        match = re.fullmatch(r"(?P<above>.*)/\[\[(?P<name>\.\.\.[\w-]+)\]\]", route)
        beside = by_route.get((match["above"] or "/", slot)) if match else None
        if match is None or not beside:
            continue
        file, page = files[0].file, beside[0].file
        folder = file[: file.index("[[")]
        old, new = f"{folder}[[{match['name']}]]", f"{folder}[{match['name']}]"
        fix = remedy(
            ID,
            PATTERN,
            beside[0].route,
            summary=f"Rename {old} to {new}; {page} answers {beside[0].route}",
            repair=_moving(old, new),
            stands_for="answered by an optional catch-all too",
            places=(Location(file=file),),
        )
        yield accusation(
            ID,
            PATTERN,
            beside[0].route,
            summary=f"{page} and the optional catch-all {file} both answer {beside[0].route}",
            items=(
                quoted(evidence, line),
                seen_in(page, f"answers {beside[0].route}"),
                seen_in(file, f"answers {beside[0].route} as well, because it is optional"),
            ),
            weight=0.9,
            places=(Location(file=file), Location(file=page)),
            remedies=(fix,),
        )


def _moving(old: str, new: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        source = recipe.source
        for path in [p for p in source if p.startswith(f"{old}/")]:
            source = source.with_entry(new + path.removeprefix(old), source.entries[path])
            source = source.without(path)
        return replace(recipe, source=source)

    return apply


def _slot(file: str) -> str:
    """The parallel slots a file lies in: several slots may share an address on purpose."""
    return "/".join(part for part in file.split("/") if part.startswith("@"))


def _finding(evidence: Evidence, route: str, files: list[RouteFile], line: str) -> Finding:
    # The file outside of groups is tried first: groups are what a reorganisation adds.
    # Of a page and a handler in one folder the handler is what can lie elsewhere.
    ordered = sorted(files, key=lambda f: (f.kind != "route", f.file.count("(")))
    offers = [
        _elsewhere(evidence, route, f, ordered, number) for number, f in enumerate(ordered[:2])
    ]
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


def _elsewhere(
    evidence: Evidence, route: str, gone: RouteFile, files: list[RouteFile], number: int
) -> Change:
    """A handler beside a page moves below `api`, a page that is there twice goes."""
    base = router_dirs(evidence.project, evidence.recipe.source)[Router.APP]
    target = f"{base}api/{gone.file.removeprefix(base)}"
    if gone.kind != "route" or route.startswith("/api") or target in evidence.recipe.source:
        return _deletion(route, gone, files, number)
    kept = ", ".join(f.file for f in files if f is not gone)
    return remedy(
        ID,
        PATTERN,
        route,
        summary=f"Move {gone.file} to {target} and ask there; {kept} answers {route}",
        repair=moving(gone.file, target),
        stands_for="answered by a page and a handler",
        places=(Location(file=gone.file),),
        tag=str(number) if number else "",
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
