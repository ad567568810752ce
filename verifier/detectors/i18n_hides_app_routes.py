"""The `i18n` block of next.config hides pages of the App Router.

What it detects:
    `i18n` in next.config, which only the Pages Router knows, and pages below a dynamic segment for
    the language in `app/` that the routing table of the output answers with 404.

Why it breaks the deployment:
    The platform takes the language off the path, or puts it in front, before it looks for a page.
    A page that expects the language as a segment of its own is not found any more. `next start`
    routes by itself and finds it.

Example:
    `i18n: { locales: ["en", "de"] }` beside `app/[locale]/about/page.tsx`: `/en/about` is 404.

Remedy:
    Remove the `i18n` block; the segment does its work.

Sources:
    Next.js documentation, internationalization in `app` and in `pages`; vercel/vercel#9827; the
    routing tables that builds write, seen 2026-11-24.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed, example
from verifier.detectors._clues import seen_in
from verifier.detectors._configs import setting, without_pair
from verifier.detectors._edits import editing
from verifier.detectors._routes import RouteFile, Router, route_files
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.vercel.routing import Kind, answer

ID: Final = "i18n-hides-app-routes"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "The i18n block of next.config hides pages of the App Router"

_LOCALES: Final = re.compile(r"\blocales\s*:\s*\[(?P<list>[^\]]*)\]")
_LANGUAGE: Final = re.compile(r"^/\[\[?[\w-]+\]?\](?=/|$)")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where pages below a language are lost."""
    of = deployed(evidence)
    found = setting(evidence, "next.config", "i18n")
    if of is None or found is None:
        return ()
    match = _LOCALES.search(found.value)
    locales = [] if match is None else re.findall(r"[\"'`]([\w-]+)[\"'`]", match["list"])
    lost: list[tuple[str, RouteFile]] = []
    for route in route_files(evidence.project, evidence.recipe.source):
        if route.router is not Router.APP or not _LANGUAGE.match(route.route):
            continue
        for locale in locales:
            address = example(_LANGUAGE.sub(f"/{locale}", route.route))
            if answer(of, address).kind is Kind.NOT_FOUND:
                lost.append((address, route))
    if not lost:
        return ()
    place = Location(file=found.file, line=found.line)
    fix = remedy(
        ID,
        PATTERN,
        "i18n",
        summary=f"Remove the i18n block from {found.file}",
        repair=editing(found.file, lambda text: without_pair(text, found.file, "i18n")),
        stands_for="configures languages that the App Router routes itself",
        places=(place,),
    )
    return (
        accusation(
            ID,
            PATTERN,
            "i18n",
            summary=f"{lost[0][0]} is answered with 404: i18n belongs to the Pages Router",
            items=(
                seen_in(found.file, "configures i18n", found.line),
                *(
                    EvidenceItem(
                        kind=EvidenceKind.PROBE,
                        text=f"the routing table answers {address} with 404 NOT_FOUND",
                        location=Location(file=route.file),
                        run_id=evidence.observation.run_id,
                    )
                    for address, route in lost[:4]
                ),
            ),
            weight=0.9,
            places=(place, *(Location(file=route.file) for _, route in lost[:3])),
            remedies=(fix,),
        ),
    )
