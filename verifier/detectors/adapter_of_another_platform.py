"""SvelteKit builds for another platform than the one it is deployed to.

What it detects:
    A SvelteKit project whose configuration names the adapter of another platform, or of a server
    of one's own, and whose build leaves nothing where the platform looks for it.

Why it breaks the deployment:
    An adapter writes what one platform runs. That of Node.js writes a server into `build`, which
    the platform neither publishes nor starts.

Example:
    `import adapter from '@sveltejs/adapter-node'` in svelte.config.js.

Remedy:
    Use `@sveltejs/adapter-vercel` (`adapter-auto` chooses it while building).

Sources:
    SvelteKit documentation, adapters, seen 2026-11-30.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted, seen_in
from verifier.detectors._configs import config_file
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._packages import declaring
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "adapter-of-another-platform"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "SvelteKit's adapter is that of another platform"

_RIGHT: Final = "@sveltejs/adapter-vercel"
_ADAPTER: Final = re.compile(
    r"""(?<=['"])(?P<name>@sveltejs/adapter-(?!auto|vercel|static)[\w-]+"""
    r"""|svelte-adapter-(?!vercel)[\w-]+|svelte-kit-sst)(?=['"])"""
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where such a build left no output."""
    said = blocks_of(evidence, "output-dir-missing", "output-dir-empty")
    if not failed(evidence) or not said:
        return ()
    for stem in ("svelte.config", "vite.config"):
        file = config_file(evidence, stem)
        text = None if file is None else evidence.recipe.source.text(file)
        match = None if text is None else _ADAPTER.search(text)
        if file is None or text is None or match is None:
            continue
        place = Location(file=file, line=text.count("\n", 0, match.start()) + 1)
        edit = editing(file, lambda old: _ADAPTER.sub(_RIGHT, old))
        return (
            accusation(
                ID,
                PATTERN,
                match["name"],
                summary=f"{file} builds with {match['name']}, whose output the platform cannot run",
                items=(
                    quoted(evidence, said[0].lines[0]),
                    seen_in(file, f"names {match['name']}", place.line),
                ),
                weight=0.9,
                places=(place,),
                remedies=(
                    remedy(
                        ID,
                        PATTERN,
                        match["name"],
                        summary=f"Install {_RIGHT} and name it in {place} in its place",
                        repair=in_turn(declaring(evidence, _RIGHT), edit),
                        stands_for="named as the adapter",
                        first_stage=Stage.INSTALL,
                        places=(place,),
                    ),
                ),
            ),
        )
    return ()
