"""Nitro writes a server for another platform than the one that the project is deployed to.

What it detects:
    A configuration of Nuxt, SolidStart, TanStack Start or Nitro itself that names the preset of
    another platform or of a server of one's own, and whose build leaves nothing where the platform
    looks for it.

Why it breaks the deployment:
    Nitro chooses the preset of the platform it builds on, unless one is named. That of a server in
    Node.js writes into `.output`, which the platform neither publishes nor starts.

Example:
    `nitro: { preset: 'node-server' }` in nuxt.config.ts, left from a deployment in a container.

Remedy:
    Name the platform's preset, `vercel`, or none.

Sources:
    Nitro 2.13 and 3.0, presets and their detection, seen 2026-11-30.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted, seen_in
from verifier.detectors._configs import Setting, config_file, settings_in
from verifier.detectors._edits import editing
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "preset-of-another-platform"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "Nitro's preset is that of another platform"

_RIGHT: Final = "vercel"
_STEMS: Final = ("nuxt.config", "nitro.config", "vite.config", "app.config")
_NITRO: Final = re.compile(
    r"\bnitro|defineNuxtConfig|@solidjs/start|tanstack/\S*start", re.IGNORECASE
)
_OTHERS: Final = re.compile(
    r"^(?:node|bun|deno|aws|azure|cloudflare|netlify|firebase|heroku|render|koyeb|stormkit|edgio"
    r"|digital-ocean|flight-control|genezio|iis|platform-sh|cleavr|zeabur|zerops|alwaysdata|winterjs"
    r"|service-worker|standard|srvx)(?:[-_][\w-]+)?$"
)
"""What writes a server for somebody else; presets for static sites are left out."""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where such a build left no output."""
    said = blocks_of(evidence, "output-dir-missing", "output-dir-empty")
    if not failed(evidence) or not said:
        return ()
    return tuple(_finding(evidence, one, said[0].lines[0]) for one in _presets(evidence))


def _presets(evidence: Evidence) -> Iterator[Setting]:
    for stem in _STEMS:
        file = config_file(evidence, stem)
        text = None if file is None else evidence.recipe.source.text(file)
        if file is None or text is None or not _NITRO.search(text):
            continue
        for one in settings_in(evidence, file, "preset"):
            if one.is_literal and _OTHERS.match(one.value):
                yield one


def _finding(evidence: Evidence, one: Setting, line: str) -> Finding:
    place = Location(file=one.file, line=one.line)
    return accusation(
        ID,
        PATTERN,
        one.file,
        summary=f"{place} has Nitro build for {one.value}, whose output the platform cannot run",
        items=(quoted(evidence, line), seen_in(one.file, f"names {one.value}", one.line)),
        weight=0.9,
        places=(place,),
        remedies=(
            remedy(
                ID,
                PATTERN,
                one.file,
                summary=f"Name Nitro's preset {_RIGHT} at {place} in place of {one.value}",
                repair=editing(one.file, lambda text: _renamed(text, one)),
                stands_for=f"named {one.value}",
                first_stage=Stage.COMPILE,
                places=(place,),
            ),
        ),
    )


def _renamed(text: str, one: Setting) -> str:
    """The text with the platform's preset, wherever other edits moved the pair."""
    written = rf"""((['"]?)preset\2\s*:\s*['"`]){re.escape(one.value)}(?=['"`])"""
    return re.sub(written, rf"\g<1>{_RIGHT}", text)
