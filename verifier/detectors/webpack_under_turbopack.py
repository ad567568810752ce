"""The project configures webpack while Next.js builds with Turbopack.

What it detects:
    A build of Next.js 16 or later that stops because `next.config` has a `webpack` function.

Why it breaks the deployment:
    Turbopack became the default and would ignore that function; Next.js stops rather than build
    something else than was meant.

Example:
    `webpack: (config) => ...` in next.config.js after an upgrade to Next.js 16.

Remedy:
    Build with `next build --webpack`, or move the configuration to the `turbopack` key.

Sources:
    Next.js documentation, upgrade guide to version 16; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._configs import setting
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._scripts import script_in
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "webpack-under-turbopack"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "webpack is configured but Turbopack builds"

_BUILD: Final = re.compile(r"\bnext build\b(?!.*--webpack)")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the two bundlers contradict each other."""
    blocks = blocks_of(evidence, "bundler-conflict")
    if not blocks:
        return ()
    path = rooted(evidence.project, "package.json")
    text = evidence.recipe.source.text(path) or ""
    script = next(
        (n for n in ("vercel-build", "build") if _BUILD.search(script_in(text, n) or "")), None
    )
    found = setting(evidence, "next.config", "webpack")
    items = [quoted(evidence, blocks[0].lines[0])]
    if found is not None:
        items.append(seen_in(found.file, "configures webpack", found.line))
    fixes = []
    if script is not None:
        fixes.append(
            remedy(
                ID,
                PATTERN,
                "webpack",
                summary=f"Build with `next build --webpack` in the script {script!r} of {path}",
                repair=editing(path, lambda text: _with_flag(text, script)),
                stands_for="configured while Turbopack builds",
                places=(Location(file=path, line=line_of_key(text, ("scripts", script))),),
            )
        )
    return (
        accusation(
            ID,
            PATTERN,
            "webpack",
            summary="next.config configures webpack, and Next.js builds with Turbopack",
            items=items,
            weight=0.9,
            places=(Location(file=found.file, line=found.line) if found else None,),
            remedies=fixes,
        ),
    )


def _with_flag(text: str, script: str) -> str | None:
    old = script_in(text, script) or ""
    new = re.sub(r"\bnext build\b(?:\s+--turbo(?:pack)?\b)?", "next build --webpack", old, count=1)
    return None if "--webpack" in old else with_key(text, ["scripts", script], new)
