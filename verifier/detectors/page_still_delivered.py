"""A page that its author deleted is in the commit all the same, and clashes with another.

What it detects:
    Two files of a router that answer one address, one of which is gone from the developer's disk:
    moved or renamed there, while the deletion was never committed. Next.js words it otherwise, and
    has detectors of its own.

Why it breaks the deployment:
    The platform builds the commit, which holds both. The laptop has one and builds.

Example:
    `The "/blog/[id]" and "/blog/[slug]" routes conflict with each other`, where the disk has only
    `src/routes/blog/[slug]`.

Remedy:
    Commit the deletion.

Sources:
    SvelteKit 2.70, its check of routes, seen 2026-11-30.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import quoted, seen_in
from verifier.detectors._page_paths import line_that_asks, unrepaired
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect

ID: Final = "page-still-delivered"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A page that was deleted on the disk only clashes with another"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per page that the commit has beyond the disk and that the failure names."""
    found: dict[str, Finding] = {}
    for block, change in unrepaired(evidence, "routes-clash"):
        made = _of(evidence, change, block.lines)
        if made is not None:
            found.setdefault(change.id, made)
    return tuple(found.values())


def _of(evidence: Evidence, change: Change, lines: tuple[str, ...]) -> Finding | None:
    for path in dict.fromkeys((change.subject, *change.locations)):
        if path in evidence.project.working or path not in evidence.recipe.source:
            continue
        line = line_that_asks(path, lines) or next((text for text in lines if path in text), None)
        if line is not None:
            return accusation(
                ID,
                PATTERN,
                change.subject,
                summary=f"{path} is in the commit, though deleted on the disk: {change.title}",
                items=(quoted(evidence, line), seen_in(path, "is gone from the disk")),
                weight=0.9,
                places=(Location(file=path),),
                suspects=(Suspect(change_id=change.id, weight=0.9),),
            )
    return None
