"""A page for missing addresses below `pages/` is never shown.

What it detects:
    `pages/404` in a project that has a folder `app` without a `not-found` file.

Why it breaks the deployment:
    It breaks nothing: where the App Router is in use, its own page for missing addresses is shown
    for all of them, and the custom one is not. A folder `app` changes that without a word.

Example:
    `pages/404.tsx` stays behind after the first page moved to `app/`.

Remedy:
    Move the page to `app/not-found`.

Sources:
    Next.js documentation, not-found; builds with 15 and 16, seen 2026-11-24.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._answers import deployed
from verifier.detectors._clues import seen_in
from verifier.detectors._routes import Router, named_files, route_files, router_dirs
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity

ID: Final = "pages-not-found-unused"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "The 404 page of the Pages Router is not shown"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One remark where the page below `pages/` cannot be reached."""
    if deployed(evidence) is None or evidence.project.framework != "nextjs":
        return ()
    tree = evidence.recipe.source
    dirs = router_dirs(evidence.project, tree)
    if len(dirs) < len(Router):
        return ()
    page = next(named_files(tree, dirs[Router.PAGES], ("404",)), None)
    own = next(named_files(tree, dirs[Router.APP], ("not-found", "global-not-found")), None)
    in_app = [f for f in route_files(evidence.project, tree) if f.router is Router.APP]
    if page is None or own is not None or not in_app:
        return ()
    return (
        accusation(
            ID,
            PATTERN,
            page,
            summary=f"{page} is never shown: with {dirs[Router.APP]} the App Router answers 404",
            items=(
                seen_in(page, "is the page for missing addresses of the Pages Router"),
                seen_in(in_app[0].file, "makes the App Router answer missing addresses"),
            ),
            places=(Location(file=page),),
            severity=Severity.WARNING,
        ),
    )
