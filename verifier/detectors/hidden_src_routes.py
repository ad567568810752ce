"""A folder of routes in the root makes the pages below `src/` invisible.

What it detects:
    Pages below `src/app` or `src/pages` that are missing from the output of a green build, because
    a folder of the same name stands in the root of the application.

Why it breaks the deployment:
    Next.js takes `app` (and `pages`) from the root where that exists, however little is in it, and
    looks into `src/` only otherwise. The build is green and every page is 404.

Example:
    `src/app/page.tsx` beside `app/api/chat/route.ts` that an assistant put in the root.

Remedy:
    Move the files of the root folder below `src/`, or delete the folder if nothing is in it.

Sources:
    Next.js documentation, `src` folder: "src/app will be ignored if app is present in the root";
    builds with 15 and 16, seen 2026-11-24.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed
from verifier.detectors._clues import seen_in
from verifier.detectors._edits import deleting, in_turn
from verifier.detectors._imports import moving
from verifier.detectors._routes import RouteFile, Router, route_files_below
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.vercel.routing import Site

ID: Final = "hidden-src-routes"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A folder in the root hides the pages below src"

_CODE: Final = (".tsx", ".ts", ".jsx", ".js", ".mjs", ".cjs", ".mdx", ".css")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per router whose pages below `src/` the output lacks."""
    of = deployed(evidence)
    if of is None or evidence.project.framework != "nextjs" or not of.is_whole:
        return ()
    return tuple(f for router in Router if (f := _finding(evidence, of, router)) is not None)


def _finding(evidence: Evidence, of: Site, router: Router) -> Finding | None:
    root = f"{evidence.project.root}/" if evidence.project.root else ""
    shown, hidden = f"{root}{router.value}/", f"{root}src/{router.value}/"
    tree = evidence.recipe.source
    over = [path for path in tree if path.startswith(shown)]
    lost = [
        route
        for route in route_files_below(tree, router, hidden)
        if route.kind != "api" and not _is_built(of, route)
    ]
    if not over or not lost or _is_library(evidence, hidden):
        return None
    subject = shown.rstrip("/")
    real = [path for path in over if path.endswith(_CODE)]
    if not real:
        summary, repair = f"Delete the empty folder {subject}", deleting(*over)
    elif any(f"{hidden}{p.removeprefix(shown)}" in tree for p in real):
        return None
    else:
        summary = f"Move {', '.join(real[:3])}{' and others' if real[3:] else ''} below {hidden}"
        moves = [moving(p, f"{hidden}{p.removeprefix(shown)}") for p in real]
        repair = in_turn(*moves, deleting(*(p for p in over if p not in real)))
    fix = remedy(
        ID,
        PATTERN,
        subject,
        summary=summary,
        repair=repair,
        stands_for=f"stands in front of {hidden}",
        places=[Location(file=p) for p in over[:3]],
    )
    return accusation(
        ID,
        PATTERN,
        subject,
        summary=(
            f"{subject} in the root hides {hidden.rstrip('/')}: {len(lost)} of its routes are not "
            f"in the output, {lost[0].route} among them"
        ),
        items=(
            seen_in(over[0], f"makes {subject} the folder of routes"),
            *(
                EvidenceItem(
                    kind=EvidenceKind.PROBE,
                    text=f"the output has nothing for {route.route}",
                    location=Location(file=route.file),
                    run_id=evidence.observation.run_id,
                )
                for route in lost[:4]
            ),
        ),
        weight=0.9,
        places=[Location(file=over[0]), *(Location(file=r.file) for r in lost[:4])],
        remedies=(fix,),
    )


def _is_library(evidence: Evidence, folder: str) -> bool:
    """Whether other code imports from a folder: what is imported is no route.

    Some architectures keep components of pages in `src/pages` and a placeholder in the root, so
    that Next.js leaves that folder alone.
    """
    return any(
        ref.resolved is not None
        and ref.resolved.startswith(folder)
        and not ref.file.startswith(folder)
        for ref in evidence.project.code.imports
    )


def _is_built(of: Site, route: RouteFile) -> bool:
    """Whether the output has the route, below whatever base path."""
    name = route.route.strip("/") or "index"
    addresses = (*of.functions, *of.files)
    return any(
        a in {name, f"{name}.html"} or a.endswith((f"/{name}", f"/{name}.html")) for a in addresses
    )
