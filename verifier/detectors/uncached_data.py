"""A page waits for data of the request where Next.js prerenders everything.

What it detects:
    With `cacheComponents`, a route whose prerender ends because it reads request data (`params`,
    `cookies()`, an uncached fetch) outside of any Suspense boundary.

Why it breaks the deployment:
    `cacheComponents`, which new projects have on, prerenders a shell of every route. What only a
    request can answer has to stand behind a boundary; the development server waits for it instead.

Example:
    `await params` in `app/products/[slug]/page.tsx` without `generateStaticParams`: `Route
    "/products/[slug]": Next.js encountered uncached or runtime data during prerendering`.

Remedy:
    Add a `loading` file beside the page, which is a boundary around it; or move the reading into a
    component inside `<Suspense>`, or cache the data with `"use cache"`.

Sources:
    Next.js documentation, cacheComponents and the message "blocking-route", seen 2026-11-20.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, failed, quoted
from verifier.detectors._edits import writing
from verifier.detectors._routes import files_of_route
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "uncached-data"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A page waits for request data outside of Suspense"

_SAID: Final = re.compile(
    r'Route "(?P<route>/[^"]*)": (?:Next\.js encountered (?:uncached|runtime|dynamic)'
    r"|Uncached data was accessed outside of <Suspense>)"
)
_PAGE: Final = re.compile(r"(?P<folder>.*/|)page\.(?P<kind>[jt])sx?$")
_LOADING: Final = "export default function Loading() {\n  return null;\n}\n"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per route whose shell cannot be prerendered."""
    if not failed(evidence):
        return ()
    found: dict[str, Finding] = {}
    for line in error_lines(evidence):
        match = _SAID.search(line)
        if match is None:
            continue
        for file in files_of_route(evidence.project, evidence.recipe.source, match["route"]):
            page = _PAGE.fullmatch(file)
            if page is not None and file not in found:
                found[file] = _finding(evidence, file, page, line)
    return tuple(found.values())


def _finding(evidence: Evidence, file: str, page: re.Match[str], line: str) -> Finding:
    fix = _boundary(evidence, file, page)
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} waits for data of the request outside of any Suspense boundary",
        items=(quoted(evidence, line),),
        weight=0.0 if fix is None else 0.8,
        places=(Location(file=file),),
        remedies=() if fix is None else (fix,),
    )


def _boundary(evidence: Evidence, file: str, page: re.Match[str]) -> Change | None:
    """A loading file beside the page; None where there is one already."""
    folder, kind = page["folder"], page["kind"]
    names = [f"{folder}loading.{ending}" for ending in ("tsx", "jsx", "ts", "js")]
    if any(name in evidence.recipe.source for name in names):
        return None
    made = f"{folder}loading.{kind}sx"
    return remedy(
        ID,
        PATTERN,
        file,
        summary=f"Add {made}, a boundary around {file} that is shown until its data is there",
        repair=writing(made, _LOADING),
        stands_for="waits for request data outside of Suspense",
        first_stage=Stage.COMPILE,
        places=(Location(file=file),),
    )
