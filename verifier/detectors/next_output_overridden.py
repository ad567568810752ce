"""A Next.js build cannot be packaged because its output directory is overridden.

What it detects:
    A Next.js build that ended well and whose manifests the platform does not find, where the
    output directory is set in vercel.json or in the project's settings, or `distDir` moved it.
    A build that failed before that, where the two directories are known and differ.

Why it breaks the deployment:
    The platform's Next.js builder reads `.next` (or `distDir`). An output directory meant for a
    static site points it elsewhere.

Example:
    `"outputDirectory": "dist"` in vercel.json: `routes-manifest.json couldn't be found`.

Remedy:
    Remove the override, or make it name the same directory as `distDir`.

Sources:
    `@vercel/next`, `NEXT_NO_ROUTES_MANIFEST`, seen 2026-11-23.

"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted, rooted, seen_in
from verifier.detectors._configs import setting
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, without_key
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

ID: Final = "next-output-overridden"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "The output directory of a Next.js project is overridden"

_CLASSES: Final = ("routes-manifest-missing", "output-dir-missing", "output-dir-empty")
_KEY: Final = "outputDirectory"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where an override explains the missing manifests, or will."""
    signature = evidence.observation.outcome.signature
    if not failed(evidence) or signature is None or evidence.project.framework != "nextjs":
        return ()
    blocks = blocks_of(evidence, *_CLASSES)
    is_seen = signature.error_class in _CLASSES or bool(blocks)
    if not is_seen and signature.stage >= Stage.PACKAGE:
        return ()
    path = rooted(evidence.project, "vercel.json")
    line = line_of_key(evidence.recipe.source.text(path) or "", (_KEY,))
    moved = setting(evidence, "next.config", "distDir")
    directory = moved.value if moved is not None and moved.is_literal else None
    override = _override(evidence, in_file=line is not None)
    if override is None and directory is None:
        return ()
    writes = directory or ".next"
    items: list[EvidenceItem] = []
    if is_seen:
        items.append(quoted(evidence, blocks[0].lines[0] if blocks else signature.line))
    elif (moved is not None and directory is None) or _same(override or ".next", writes):
        return ()
    if line is not None:
        items.append(seen_in(path, f"{_KEY} is {override!r}", line))
    if moved is not None:
        items.append(seen_in(moved.file, f"distDir is {moved.value!r}", moved.line))
    return (
        accusation(
            ID,
            PATTERN,
            _KEY,
            summary=(
                f"Next.js writes to {writes!r}, the platform looks in {override or '.next'!r}"
            ),
            items=items,
            weight=0.9 if is_seen else 0.7,
            places=(Location(file=path, line=line) if line else None,),
            remedies=(_remedy(path, directory, in_file=line is not None),),
        ),
    )


def _same(one: str, other: str) -> bool:
    return posixpath.normpath(one) == posixpath.normpath(other)


def _override(evidence: Evidence, *, in_file: bool) -> str | None:
    if in_file:
        value = (evidence.project.vercel_json or {}).get(_KEY)
        return value if isinstance(value, str) else None
    return evidence.recipe.environment.settings.output_directory


def _remedy(path: str, directory: str | None, *, in_file: bool) -> Change:
    if directory is not None:
        summary = f'Set "{_KEY}": "{directory}" in {path}, the directory that distDir names'
        repair, kind = configuring(path, _KEY, directory), RemedyKind.PROJECT
    elif in_file:
        summary = f'Remove "{_KEY}" from {path}'
        repair, kind = editing(path, lambda t: without_key(t, [_KEY])), RemedyKind.PROJECT
    else:
        summary = "Turn off the override of Output Directory in the project's settings"
        repair, kind = _without_setting(), RemedyKind.PLATFORM
    return remedy(
        ID,
        PATTERN,
        _KEY,
        summary=summary,
        repair=repair,
        stands_for="overridden with a directory that Next.js does not write",
        kind=kind,
    )


def _without_setting() -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        settings = replace(recipe.environment.settings, output_directory=None)
        return replace(recipe, environment=replace(recipe.environment, settings=settings))

    return apply
