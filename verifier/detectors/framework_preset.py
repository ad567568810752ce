"""The platform builds the project with the wrong framework preset or from the wrong folder.

What it detects:
    A project whose package.json shows a framework while the platform's preset says "Other" or
    another one, and a build that finds no framework where it looks.

Why it breaks the deployment:
    The preset decides which builder runs and which directory is published. With "Other" a Next.js
    build is thrown away and only `public` is served: every page answers 404.

Example:
    A Next.js project imported with the preset "Other": build green, whole site 404.

Remedy:
    Set `framework` in vercel.json (or the preset in the settings), or the root directory.

Sources:
    `@vercel/frameworks` 3.34, seen 2026-11-23.

"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, TypeGuard

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, log_lines, quoted, rooted, seen_in
from verifier.detectors._json_edits import line_of_key
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.vercel.frameworks import detect_framework

ID: Final = "framework-preset"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "The framework preset or root directory is wrong"

_MOST: Final = 40
_CLASSES: Final = (
    "next-not-detected",
    "output-dir-missing",
    "output-dir-empty",
    "routes-manifest-missing",
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the preset or the root does not fit what the project is."""
    if not evidence.project.settings_known:
        return ()
    return _wrong_root(evidence) or _wrong_preset(evidence)


def _wrong_root(evidence: Evidence) -> tuple[Finding, ...]:
    """The root directory is absent, or the framework is declared in one other folder only."""
    if not failed(evidence):
        return ()
    return _absent_root(evidence) or _other_root(evidence)


def _absent_root(evidence: Evidence) -> tuple[Finding, ...]:
    project = evidence.project
    root = (evidence.recipe.environment.settings.root_directory or "").strip("/")
    if root in {"", project.root} or any(p.startswith(f"{root}/") for p in evidence.recipe.source):
        return ()
    manifest = project.manifest
    # The folder that the intake fell back to is the application only if it shows so.
    missing = f"Root Directory {root!r} is not in the repository"
    names = () if manifest is None else (*manifest.dependencies, *manifest.dev_dependencies)
    if manifest is None or detect_framework(names, ()) is None:
        return (_misplaced(evidence, missing, (), ()),)
    return (
        _misplaced(
            evidence,
            f"{missing}; the application is in {_named(project.root)}",
            (seen_in(manifest.path, "declares the framework"),),
            (_rooting_to(project.root, root),),
        ),
    )


def _other_root(evidence: Evidence) -> tuple[Finding, ...]:
    """A build that leaves nothing, while one other folder alone holds an application."""
    blocks = blocks_of(evidence, *_CLASSES)
    root = evidence.project.root
    if not blocks or _fitting(evidence, root) is not None:
        return ()
    next_only = blocks[0].signature.error_class == "next-not-detected"
    found = {
        path: slug
        for path in _manifest_paths(evidence)
        if (slug := _fitting(evidence, path.rpartition("/")[0])) is not None
        and (slug == "nextjs" or not next_only)
    }
    if len(found) != 1:
        return ()
    ((where, slug),) = found.items()
    folder = where.rpartition("/")[0]
    return (
        _misplaced(
            evidence,
            f"the platform builds {_named(root)}; the application is in {folder!r}",
            (
                quoted(evidence, blocks[0].lines[0]),
                seen_in(where, f"declares what makes it {slug!r}"),
            ),
            (_rooting_to(folder, root),),
        ),
    )


def _manifest_paths(evidence: Evidence) -> tuple[str, ...]:
    """The package.json files of other folders than the application's, not of installed packages."""
    own = rooted(evidence.project, "package.json")
    paths = (p for p in evidence.recipe.source if p.endswith("/package.json") and p != own)
    return tuple(p for p in paths if "node_modules/" not in p)[:_MOST]


def _fitting(evidence: Evidence, folder: str) -> str | None:
    """The framework that a folder shows, None if it shows none."""
    prefix = f"{folder}/" if folder else ""
    try:
        raw = json.loads(evidence.recipe.source.text(f"{prefix}package.json") or "{}")
    except ValueError:
        return None
    groups = [raw.get(k) for k in ("dependencies", "devDependencies")] if _is_table(raw) else []
    names = [name for group in groups if _is_table(group) for name in group]
    files = [p.removeprefix(prefix) for p in evidence.recipe.source if p.startswith(prefix)]
    return detect_framework(names, files)


def _is_table(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _misplaced(
    evidence: Evidence,
    summary: str,
    items: tuple[EvidenceItem, ...],
    remedies: tuple[Change, ...],
) -> Finding:
    shown = items or tuple(quoted(evidence, line) for line in log_lines(evidence)[:1])
    return accusation(
        ID, PATTERN, "rootDirectory", summary=summary, items=shown, weight=0.8, remedies=remedies
    )


def _rooting_to(folder: str, wrong: str) -> Change:
    return remedy(
        ID,
        PATTERN,
        "rootDirectory",
        summary=f"Set Root Directory to {_named(folder)} in the project's settings",
        repair=_rooting(folder),
        stands_for=f"points at {_named(wrong)}, the application is in {_named(folder)}",
        kind=RemedyKind.PLATFORM,
        first_stage=Stage.TOOLCHAIN,
    )


def _named(folder: str) -> str:
    return repr(folder) if folder else "the top of the repository"


def _rooting(folder: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        settings = replace(recipe.environment.settings, root_directory=folder or None)
        return replace(recipe, environment=replace(recipe.environment, settings=settings))

    return apply


def _wrong_preset(evidence: Evidence) -> tuple[Finding, ...]:
    manifest = evidence.project.manifest
    if manifest is None:
        return ()
    names = (*manifest.dependencies, *manifest.dev_dependencies)
    prefix = f"{evidence.project.root}/" if evidence.project.root else ""
    files = [p.removeprefix(prefix) for p in evidence.recipe.source if p.startswith(prefix)]
    fitting = detect_framework(names, files)
    chosen = _preset(evidence)
    if fitting is None or fitting == chosen:
        return ()
    # A preset that was chosen on purpose is believed unless its build shows the opposite.
    item = _symptom(evidence)
    if item is None or (chosen is not None and not failed(evidence)):
        return ()
    path = rooted(evidence.project, "vercel.json")
    line = line_of_key(evidence.recipe.source.text(path) or "", ("framework",))
    fix = remedy(
        ID,
        PATTERN,
        "framework",
        summary=f'Set "framework": "{fitting}" in {path}',
        repair=configuring(path, "framework", fitting),
        stands_for=f"the preset is {chosen or 'Other'!r}, the project is {fitting!r}",
        first_stage=Stage.INSTALL,
        places=(Location(file=path, line=line),),
    )
    return (
        accusation(
            ID,
            PATTERN,
            "framework",
            summary=f"the platform's preset is {chosen or 'Other'!r}, the project is {fitting!r}",
            items=(item, seen_in(manifest.path, f"declares what makes it {fitting!r}")),
            weight=0.85,
            remedies=(fix,),
        ),
    )


def _preset(evidence: Evidence) -> str | None:
    config = evidence.project.vercel_json or {}
    if "framework" in config:
        value = config["framework"]
        return value if isinstance(value, str) else None
    return evidence.recipe.environment.settings.framework


def _symptom(evidence: Evidence) -> EvidenceItem | None:
    """What shows that the preset does harm: missing output, or output without any page."""
    if failed(evidence):
        blocks = blocks_of(evidence, *_CLASSES)
        return quoted(evidence, blocks[0].lines[0]) if blocks else None
    output = evidence.observation.output
    if not output.present or output.functions:
        return None
    if any(f.path.endswith(".html") for f in output.files):
        return None
    return seen_in(output.directory or ".vercel/output", "holds neither a page nor a function")
