"""Astro renders a page on demand, and no adapter says for which platform.

What it detects:
    A build of Astro that stops because pages are rendered on demand (`output: 'server'`, or
    `prerender = false` in a page) while the configuration names no adapter.

Why it breaks the deployment:
    The development server renders every page by itself. A build must turn such pages into
    functions of a platform, which is an adapter's work.

Example:
    `src/pages/cart.astro` has `export const prerender = false`, `astro.config.mjs` no `adapter`.

Remedy:
    Install `@astrojs/vercel` and name it as `adapter` (`npx astro add vercel` does both).

Sources:
    Astro documentation, on-demand rendering, seen 2026-11-30.
    Astro documentation, error reference, NoAdapterInstalled, seen 2026-11-30.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted, rooted, seen_in
from verifier.detectors._configs import config_file, setting
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._packages import declaring
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "adapter-missing"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Pages rendered on demand without an adapter"

_ADAPTER: Final = "@astrojs/vercel"
_ON_DEMAND: Final = re.compile(r"^\s*export\s+const\s+prerender\s*=\s*false\b", re.MULTILINE)
_PAGE: Final = re.compile(r"src/(?:pages/.*|actions/index)\.(?:astro|[jt]s)$")
_OPENING: Final = re.compile(r"\bdefineConfig\(\s*\{|\bexport\s+default\s*\{")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the build says so, or will once what fails before is repaired."""
    signature = evidence.observation.outcome.signature
    if not failed(evidence) or signature is None:
        return ()
    config = config_file(evidence, "astro.config")
    if config is None or setting(evidence, "astro.config", "adapter") is not None:
        return ()
    said = blocks_of(evidence, "adapter-missing")
    places = list(on_demand(evidence))
    if not said and (not places or signature.stage > Stage.COMPILE):
        return ()
    items: list[EvidenceItem] = [quoted(evidence, said[0].lines[0])] if said else []
    items += [seen_in(p.file, "is rendered on demand", p.line) for p in places[:4]]
    return (
        accusation(
            ID,
            PATTERN,
            "adapter",
            summary=f"pages are rendered on demand, and {config} names no adapter",
            items=items,
            weight=0.9 if said else 0.7,
            places=(Location(file=config), *places[:4]),
            remedies=(
                remedy(
                    ID,
                    PATTERN,
                    "adapter",
                    summary=f"Install {_ADAPTER} and name it as the adapter in {config}",
                    repair=in_turn(declaring(evidence, _ADAPTER), editing(config, _named)),
                    stands_for="not named in the configuration",
                    first_stage=Stage.INSTALL,
                    places=(Location(file=config),),
                ),
            ),
        ),
    )


def on_demand(evidence: Evidence) -> Iterator[Location]:
    """Where the project asks for rendering on demand."""
    output = setting(evidence, "astro.config", "output")
    if output is not None and output.value == "server":
        yield Location(file=output.file, line=output.line)
    prefix = rooted(evidence.project, "")
    for file in evidence.recipe.source:
        if not file.startswith(prefix) or not _PAGE.match(file[len(prefix) :]):
            continue
        text = evidence.recipe.source.text(file) or ""
        match = _ON_DEMAND.search(text)
        if match is not None:
            yield Location(file=file, line=text.count("\n", 0, match.end()) + 1)


def _named(text: str) -> str | None:
    """The configuration with the adapter, None if its shape is not known."""
    opening = _OPENING.search(text)
    if opening is None:
        return None
    body = f"{text[: opening.end()]}\n  adapter: vercel(),{text[opening.end() :]}"
    return f"import vercel from '{_ADAPTER}';\n{body}"
