"""A page that the build itself asks for lies on the disk and does not reach the platform.

What it detects:
    A crawler, a link checker or a table of contents of the build that finds nothing at an address,
    although a file on the developer's disk answers to it by its path: never added to git, ignored,
    or taken away by `.vercelignore`.

Why it breaks the deployment:
    No import leads to a page, so no bundler misses it. The generator of the site visits every
    link, and gives up at one that leads nowhere.

Example:
    `Error: 404 /pricing (linked from /)` where `src/routes/pricing/+page.svelte` is untracked.

Remedy:
    Commit the page, and amend the rule that hides it.

Sources:
    SvelteKit 2.70 and 3.2, Nitro 2.13, React Router 8.4 and Docusaurus 3.10, their messages and the
    folders that they take pages from, seen 2026-11-30.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import quoted, seen_in
from verifier.detectors._page_paths import line_that_asks, unrepaired
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect

ID: Final = "page-not-delivered"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A page that the build visits does not reach the platform"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per hidden page that the failing build asked for."""
    found: dict[str, Finding] = {}
    for block, change in unrepaired(evidence, "broken-links", "page-not-found"):
        named = _named(evidence, change, (*block.lines, block.signature.line))
        if named is not None:
            found.setdefault(change.id, _finding(evidence, change, *named))
    return tuple(found.values())


def _named(evidence: Evidence, change: Change, lines: tuple[str, ...]) -> tuple[str, str] | None:
    """The page among the files of a change that the lines ask for, and the line that does."""
    for path in (change.subject, *change.locations):
        if path in evidence.recipe.source or path not in evidence.project.working:
            continue
        line = line_that_asks(path, lines)
        if line is not None:
            return path, line
    return None


def _finding(evidence: Evidence, change: Change, path: str, line: str) -> Finding:
    return accusation(
        ID,
        PATTERN,
        change.subject,
        summary=f"the build asks for a page that {path} would be, and {change.title}",
        items=(quoted(evidence, line), seen_in(path, "answers to this address on the disk")),
        weight=0.9,
        places=(Location(file=path),),
        suspects=(Suspect(change_id=change.id, weight=0.9),),
    )
