"""Astro's pages on demand were built for another platform than the one they are deployed to.

What it detects:
    A green build of an Astro project that names the adapter of another platform, or of a server of
    one's own, and whose output holds no function although pages are rendered on demand.

Why it breaks the deployment:
    The platform publishes the output directory as files. An adapter for Node.js writes a server
    into it and the pages into a folder below, so the build is green, nothing runs the server, and
    every address is answered with 404.

Example:
    `adapter: node({ mode: 'standalone' })` in astro.config.mjs, left from a deployment in a
    container.

Remedy:
    Use `@astrojs/vercel` in its place.

Sources:
    Astro documentation, on-demand rendering and adapters, seen 2026-11-30.
    `@vercel/static-build` copies the output directory, seen 2026-11-25.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed
from verifier.detectors._clues import seen_in
from verifier.detectors._configs import config_file
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._packages import declaring
from verifier.detectors.adapter_missing import on_demand
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "astro-adapter-elsewhere"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "Astro's adapter is that of another platform"

_RIGHT: Final = "@astrojs/vercel"
_IMPORT: Final = re.compile(
    r"""import\s+(?P<name>\w+)\s+from\s+(['"])(?P<package>@astrojs/(?:node|netlify|cloudflare|deno)"""
    r"""|@deno/astro-adapter|astro-sst|@nurodev/astro-bun)(?:/[\w/]+)?\2"""
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where such an adapter left the platform nothing to run."""
    if deployed(evidence) is None or evidence.observation.output.functions:
        return ()
    file = config_file(evidence, "astro.config")
    text = None if file is None else evidence.recipe.source.text(file)
    match = None if text is None else _IMPORT.search(text)
    if file is None or text is None or match is None or _rewritten(text) is None:
        return ()
    pages = [*on_demand(evidence)]
    if not pages:
        return ()
    place = Location(file=file, line=text.count("\n", 0, match.start()) + 1)
    name = match["package"]
    return (
        accusation(
            ID,
            PATTERN,
            name,
            summary=f"{file} builds with {name}, whose server nothing on the platform starts",
            items=(
                seen_in(file, f"takes {name} as the adapter", place.line),
                *(seen_in(p.file, "is rendered on demand", p.line) for p in pages[:4]),
            ),
            weight=0.9,
            places=(place, *pages[:4]),
            remedies=(
                remedy(
                    ID,
                    PATTERN,
                    name,
                    summary=f"Install {_RIGHT} and name it in {file} in place of {name}",
                    repair=in_turn(declaring(evidence, _RIGHT), editing(file, _rewritten)),
                    stands_for="named as the adapter",
                    first_stage=Stage.INSTALL,
                    places=(place,),
                ),
            ),
        ),
    )


def _rewritten(text: str) -> str | None:
    """The configuration with the platform's adapter and its own defaults, None if it has another.

    The options of one adapter mean nothing to another.
    """
    match = _IMPORT.search(text)
    call = None if match is None else re.search(rf"\badapter\s*:\s*{match['name']}\(", text)
    if match is None or call is None:
        return None
    end = _closing(text, call.end())
    if end is None:
        return None
    edited = f"{text[: call.start()]}adapter: vercel(){text[end:]}"
    return _IMPORT.sub(f"import vercel from '{_RIGHT}'", edited, count=1)


def _closing(text: str, start: int) -> int | None:
    """The end of a call whose bracket was opened before `start`."""
    depth = 1
    for index in range(start, len(text)):
        depth += (text[index] in "([{") - (text[index] in ")]}")
        if depth == 0:
            return index + 1
    return None
