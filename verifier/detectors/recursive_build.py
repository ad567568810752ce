"""The build script calls the platform's own build.

What it detects:
    A build command that runs `vercel build` or `vercel`, which the platform is already running.

Why it breaks the deployment:
    `vercel build` starts the build script; a script that starts `vercel build` would never end, so
    the command line refuses.

Example:
    `"build": "vercel build"` in package.json.

Remedy:
    Call the framework's own build there.

Sources:
    `vercel` 64.0.2, recursive invocation, seen 2026-11-23.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._scripts import script_in
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.vercel.frameworks import preset

ID: Final = "recursive-build"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build script calls the platform's build"

_CALL: Final = re.compile(r"(?:npx\s+)?(?:vercel|vc|now)\s+build(?:\s+--\S+)*")
_NAMES: Final = ("vercel-build", "now-build", "build")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the platform's build was asked to run itself."""
    block = next(iter(blocks_of(evidence, "recursive-build")), None)
    path = rooted(evidence.project, "package.json")
    text = evidence.recipe.source.text(path) or ""
    framework = preset(evidence.project.framework)
    name = next((n for n in _NAMES if _CALL.search(script_in(text, n) or "")), None)
    if block is None or name is None:
        return ()
    place = Location(file=path, line=line_of_key(text, ("scripts", name)))
    own = None if framework is None else framework.build
    fixes: tuple[Change, ...] = ()
    if own:
        new = _CALL.sub(own, script_in(text, name) or "")
        fix = remedy(
            ID,
            PATTERN,
            name,
            summary=f"Call `{own}` in the script {name!r} of {path}",
            repair=editing(path, lambda text: with_key(text, ["scripts", name], new)),
            stands_for="calls the platform's own build",
            places=(place,),
        )
        fixes = (fix,)
    return (
        accusation(
            ID,
            PATTERN,
            name,
            summary=f"the script {name!r} calls `vercel build`, which is what runs it",
            items=(quoted(evidence, block.lines[0]), seen_in(path, "calls it", place.line)),
            weight=0.9,
            places=(place,),
            remedies=fixes,
        ),
    )
