"""A route sets what `cacheComponents` decides.

What it detects:
    `dynamic`, `revalidate`, `runtime` and their like exported by a page, a layout or a handler,
    in a build that refuses them because `cacheComponents` is on.

Why it breaks the deployment:
    With `cacheComponents`, which new projects have on, what is cached is said in the code by
    `"use cache"`, and the old exports stop the compiler. Most guides still name them.

Example:
    `export const dynamic = "force-dynamic"` in `app/api/orders/route.ts`.

Remedy:
    Remove the export. What is not marked as cached is rendered at each request then.

Sources:
    Next.js documentation, cacheComponents and route segment config; message of the compiler of
    16.4.6, seen 2026-11-30.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, place_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._exports import line_of_export, without_export
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "segment-config-taken-over"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A route sets what cacheComponents decides"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per export that the build refused."""
    found: dict[tuple[str, str], Finding] = {}
    for block in blocks_of(evidence, "segment-config-taken-over"):
        place, name = place_of(evidence, block), block.signature.subject
        if place is None:
            continue
        text = evidence.recipe.source.text(place.file) or ""
        line = line_of_export(place.file, text, name)
        if line is None:
            continue
        said = next((t for t in block.lines if name in t and "not compatible" in t), "")
        found[(place.file, name)] = _finding(
            evidence, Location(file=place.file, line=line), name, said or block.lines[0]
        )
    return tuple(found.values())


def _finding(evidence: Evidence, place: Location, name: str, said: str) -> Finding:
    fix = remedy(
        ID,
        PATTERN,
        place.file,
        summary=f"Remove the export of {name} from {place}; cacheComponents decides it",
        repair=editing(place.file, without_export(place.file, name)),
        stands_for=f"exports {name}, which cacheComponents decides",
        places=(place,),
        tag=name,
    )
    return accusation(
        ID,
        PATTERN,
        place.file,
        summary=f"{place.file} exports {name}, which cacheComponents does not allow",
        items=(quoted(evidence, said), seen_in(place.file, f"exports {name}", place.line)),
        weight=0.9,
        places=(place,),
        remedies=(fix,),
    )
