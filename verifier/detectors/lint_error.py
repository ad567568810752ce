"""The linter stops the build.

What it detects:
    Lint errors that end a build: Next.js up to version 15 lints while it builds, and a build script
    may call a linter. Warnings that the platform does not turn into errors are no finding.

Why it breaks the deployment:
    The development server never lints. Next.js 16 no longer lints in its build.

Example:
    `react/no-unescaped-entities` in `app/page.tsx`.

Remedy:
    Correct the lines named. Switching the rule or the check off would hide them.

Sources:
    Next.js documentation, ESLint; upgrade guide to version 16, seen 2026-11-20.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import blocks_of, place_of, quoted, stage
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.observation import ErrorBlock

ID: Final = "lint-error"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The linter stops the build"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file with lint errors, where linting is what failed."""
    signature = evidence.observation.outcome.signature
    if stage(evidence) is None or signature is None or signature.error_class != "lint-error":
        return ()
    by_file: dict[str, list[tuple[ErrorBlock, Location | None]]] = {}
    for block in blocks_of(evidence, "lint-error"):
        place = place_of(evidence, block)
        by_file.setdefault(place.file if place else "", []).append((block, place))
    found = []
    for file, blocks in by_file.items():
        rules = ", ".join(
            dict.fromkeys(b.signature.subject for b, _ in blocks if b.signature.subject)
        )
        found.append(
            accusation(
                ID,
                PATTERN,
                file or rules,
                summary=f"the linter refuses {file or 'the code'}: {rules}",
                items=[quoted(evidence, b.lines[0]) for b, _ in blocks[:4]],
                places=[place for _, place in blocks],
            )
        )
    return tuple(found)
