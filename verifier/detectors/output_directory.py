"""The build writes its output to another directory than the platform looks in.

What it detects:
    A build that ran to its end and left no output where the platform expects it, although a
    directory with output was written.

Why it breaks the deployment:
    The platform publishes the output directory of the framework's preset (`dist` for Vite,
    `public` for "Other") unless told otherwise; a bundler may be configured to write elsewhere.

Example:
    `build.outDir: "build"` in vite.config.ts: `No Output Directory named "dist" found`.

Remedy:
    Set `outputDirectory` in vercel.json (or in the project's settings) to the directory written;
    where nothing tells it, take an override back, so that the preset's own directory counts.

Sources:
    `@vercel/static-build`, `STATIC_BUILD_NO_OUT_DIR`, seen 2026-11-23.

"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, log_lines, quoted, rooted, seen_in
from verifier.detectors._configs import config_file, setting, settings_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, without_key
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

ID: Final = "output-directory"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "The output is not where the platform looks for it"

_CLASSES: Final = ("output-dir-missing", "output-dir-empty", "output-dir-not-a-directory")
_WRITTEN: Final = re.compile(
    r"^\s*(?:\S*\s)?(?P<dir>(?:\.{0,2}/)?[\w@.-]+(?:/[\w@.-]+)*?)/index\.html"
    r"\s+(?:<size>|[\d.,]+ ?k?i?B)"
)
_FLAG: Final = re.compile(r"--(?:outDir|out-dir|output-path|dist-dir|dest)[= ]\s*(?P<dir>[\w./-]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """A directory the build writes, relative to the application, and how it is known."""

    directory: str
    item: EvidenceItem
    weight: float


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where output was written elsewhere than expected."""
    signature = evidence.observation.outcome.signature
    if not failed(evidence) or signature is None or evidence.project.framework == "nextjs":
        return ()
    blocks = blocks_of(evidence, *_CLASSES)
    if signature.error_class not in _CLASSES and not blocks:
        return ()
    expected = (blocks[0].signature if blocks else signature).subject
    said = blocks[0].lines[0] if blocks else signature.line
    path = rooted(evidence.project, "vercel.json")
    found = next((w for w in _written(evidence) if w.directory != expected), None)
    line = line_of_key(evidence.recipe.source.text(path) or "", ("outputDirectory",))
    if found is None:
        fix = _override_taken_back(evidence, path, expected)
        return (
            accusation(
                ID,
                PATTERN,
                "outputDirectory",
                summary=f"the platform expects output in {expected!r}, and the build left none",
                items=(quoted(evidence, said),),
                weight=0.0 if fix is None else 0.7,
                places=(Location(file=path, line=line),) if line else (),
                remedies=() if fix is None else (fix,),
            ),
        )
    return (
        accusation(
            ID,
            PATTERN,
            "outputDirectory",
            summary=(f"the build writes to {found.directory!r}, the platform expects {expected!r}"),
            items=(quoted(evidence, said), found.item),
            weight=found.weight,
            places=(found.item.location, Location(file=path, line=line) if line else None),
            remedies=(_remedy(path, found.directory, expected),),
        ),
    )


def _override_taken_back(evidence: Evidence, path: str, expected: str) -> Change | None:
    """What leaves the choice of the directory to the preset again; None if nobody overrode it."""
    settings = evidence.recipe.environment.settings
    text = evidence.recipe.source.text(path) or ""
    line = line_of_key(text, ("outputDirectory",))
    if line is not None:
        return remedy(
            ID,
            PATTERN,
            "outputDirectory",
            summary=f'Remove "outputDirectory" from {path}, so that the preset\'s own counts',
            repair=editing(path, lambda old: without_key(old, ("outputDirectory",))),
            stands_for=f"overridden with {expected!r}",
            first_stage=Stage.COMPILE,
            places=(Location(file=path, line=line),),
        )
    if settings.output_directory is None:
        return None
    return remedy(
        ID,
        PATTERN,
        "outputDirectory",
        summary="Clear the override of Output Directory in the project's settings",
        repair=_without_setting,
        stands_for=f"overridden with {expected!r}",
        first_stage=Stage.COMPILE,
        kind=RemedyKind.PLATFORM,
    )


def _without_setting(recipe: Recipe) -> Recipe:
    settings = replace(recipe.environment.settings, output_directory=None)
    return replace(recipe, environment=replace(recipe.environment, settings=settings))


def _written(evidence: Evidence) -> Iterator[_Written]:
    """Directories that the build says or is configured to write, the surest first."""
    yield from _from_log(evidence)
    for stem, key in (
        ("vite.config", "outDir"),
        ("astro.config", "outDir"),
        ("svelte.config", "pages"),
        ("react-router.config", "buildDirectory"),
        ("vocs.config", "outDir"),
        ("rsbuild.config", "root"),
    ):
        found = setting(evidence, stem, key)
        if found is not None and re.fullmatch(r"[\w./@-]+", found.value):
            directory = _joined(_vite_root(evidence) if stem == "vite.config" else "", found.value)
            item = seen_in(found.file, f"{key} is {found.value!r}", found.line)
            if directory is not None:
                yield _Written(directory=directory, item=item, weight=0.85)
    yield from _from_script(evidence)
    for directory in evidence.observation.output.written:
        item = seen_in(directory, "the build wrote index.html here")
        yield _Written(directory=directory, item=item, weight=0.85)


def _from_log(evidence: Evidence) -> Iterator[_Written]:
    for line in log_lines(evidence):
        match = _WRITTEN.match(line)
        directory = None if match is None else _joined(_vite_root(evidence), match["dir"])
        if directory is not None:
            yield _Written(directory=directory, item=quoted(evidence, line), weight=0.9)


def _from_script(evidence: Evidence) -> Iterator[_Written]:
    manifest = evidence.project.manifest
    for name, text in (manifest.scripts if manifest else {}).items():
        match = _FLAG.search(text) if "build" in name else None
        directory = None if match is None else _joined("", match["dir"])
        if manifest is not None and directory is not None:
            item = seen_in(manifest.path, f"the script {name!r} writes to {directory!r}")
            yield _Written(directory=directory, item=item, weight=0.8)


def _vite_root(evidence: Evidence) -> str:
    file = config_file(evidence, "vite.config")
    if file is None:
        return ""
    for found in settings_in(evidence, file, "root"):
        literal = re.search(r"""['"]([\w./-]+)['"]\s*\)?$""", found.value)
        if re.fullmatch(r"[\w./-]+", found.value):
            return found.value
        return literal[1] if literal else ""
    return ""


def _joined(root: str, directory: str) -> str | None:
    """A directory relative to the application, None if it lies outside of it."""
    path = posixpath.normpath(posixpath.join(root, directory.rstrip("/") or "."))
    return None if path.startswith(("..", "/")) or path == "." else path


def _remedy(path: str, directory: str, expected: str) -> Change:
    return remedy(
        ID,
        PATTERN,
        "outputDirectory",
        summary=f'Set "outputDirectory": "{directory}" in {path}',
        repair=configuring(path, "outputDirectory", directory),
        stands_for=f"expected in {expected!r}, written to {directory!r}",
        first_stage=Stage.COMPILE,
        places=(Location(file=path),),
    )
