"""A package of the same workspace is used before it was built.

What it detects:
    An import of a sibling package whose `main`, `module` or `exports` point at a file that is
    neither committed nor made by the build of the application.

Why it breaks the deployment:
    The platform installs the workspace and builds the application. Output of a sibling's own build
    lies on the laptop from an earlier day, and git ignores it.

Example:
    `Failed to resolve entry for package "@acme/ui"`: its `main` is `dist/index.js`, and nothing
    runs its build.

Remedy:
    Build the sibling first: `dependsOn: ["^build"]` in turbo.json, or its build in front of the
    application's.

Sources:
    Turborepo documentation, configuring tasks; npm, pnpm and yarn documentation, workspaces,
    seen 2026-11.

"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from posixpath import dirname, normpath
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, changes_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._scripts import script_in
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect
from verifier.model.project import Manifest

ID: Final = "workspace-package-not-built"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A sibling package is not built first"

_TURBO: Final = "turbo.json"
_CODE: Final = re.compile(r"\.[cm]?[jt]sx?$|\.d\.ts$|\.css$")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per sibling package that the failing build misses the output of."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "module-not-found", "file-not-found", "type-error"):
        text = "\n".join(block.lines)
        for sibling in _siblings(evidence):
            if sibling.name in found or not _is_named(sibling, text):
                continue
            entry = _absent_entry(evidence, sibling)
            if entry is not None:
                line = next((t for t in block.lines if sibling.name in t), block.lines[0])
                found[sibling.name] = _finding(evidence, sibling, entry, line)
    return tuple(found.values())


def _siblings(evidence: Evidence) -> Iterator[Manifest]:
    """Packages of the workspace that have a build of their own."""
    project = evidence.project
    for manifest in project.manifests:
        folder = dirname(manifest.path)
        if folder and folder != project.root and manifest.name and "build" in manifest.scripts:
            yield manifest


def _is_named(sibling: Manifest, text: str) -> bool:
    folder = dirname(sibling.path)
    return bool(
        re.search(rf"(?<![\w/@.-]){re.escape(sibling.name)}(?![\w.-])", text)
        or re.search(rf"(?:^|[\s\"'(/]){re.escape(folder)}/", text)
        or f"node_modules/{sibling.name}/" in text
    )


def _absent_entry(evidence: Evidence, sibling: Manifest) -> str | None:
    """A file that the package points at and that the source does not have."""
    folder = dirname(sibling.path)
    pointed = [sibling.raw.get(k) for k in ("main", "module", "types", "style")]
    pointed += list(_targets(sibling.raw.get("exports"), 0))
    paths = [normpath(f"{folder}/{p}") for p in pointed if isinstance(p, str) and _CODE.search(p)]
    return next((p for p in paths if "*" not in p and p not in evidence.recipe.source), None)


def _targets(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and depth < 6:
        for inner in value.values():
            yield from _targets(inner, depth + 1)


def _finding(evidence: Evidence, sibling: Manifest, entry: str, line: str) -> Finding:
    fix = _remedy(evidence, sibling)
    delivering = tuple(
        Suspect(change_id=c.id, weight=0.2)
        for c in changes_of(evidence, "file")
        if entry == c.subject or entry.startswith(f"{c.subject}/")
    )
    return accusation(
        ID,
        PATTERN,
        sibling.name,
        summary=f"{sibling.name} points at {entry}, which nothing builds before the application",
        items=(quoted(evidence, line), seen_in(sibling.path, f"points at {entry}")),
        weight=0.85,
        places=(Location(file=sibling.path), Location(file=entry)),
        suspects=delivering,
        remedies=(_beside(fix, evidence, entry),),
    )


def _beside(fix: Change, evidence: Evidence, entry: str) -> Change:
    rivals = [
        c
        for c in changes_of(evidence, "file")
        if entry == c.subject or entry.startswith(f"{c.subject}/")
    ]
    breaking = [c.break_local for c in rivals if c.break_local is not None]
    return replace(
        fix,
        excludes=tuple(c.id for c in rivals),
        break_local=breaking[0] if len(breaking) == 1 else None,
    )


def _remedy(evidence: Evidence, sibling: Manifest) -> Change:
    turbo = evidence.recipe.source.text(_TURBO)
    key = _task_key(turbo) if turbo is not None and _runs_turbo(evidence) else None
    if key is not None:
        places = (Location(file=_TURBO, line=line_of_key(turbo or "", (key, "build"))),)
        return remedy(
            ID,
            PATTERN,
            sibling.name,
            summary=f'Add "dependsOn": ["^build"] to the task build in {_TURBO}',
            repair=editing(_TURBO, _depending(key)),
            stands_for="not built before what uses it",
            places=places,
        )
    call = _call(evidence, sibling)
    config = evidence.project.vercel_json or {}
    own = config.get("buildCommand")
    if isinstance(own, str) and own:
        path = evidence.project.vercel_json_path or rooted(evidence.project, "vercel.json")
        fix = configuring(path, "buildCommand", f"{call} && {own}")
    else:
        path = rooted(evidence.project, "package.json")
        fix = editing(path, _before_build(call))
    return remedy(
        ID,
        PATTERN,
        sibling.name,
        summary=f"Build it first: run `{call}` in front of the build in {path}",
        repair=fix,
        stands_for="not built before what uses it",
        places=(Location(file=path),),
    )


def _runs_turbo(evidence: Evidence) -> bool:
    """Whether the build goes through turbo, as it does by default below its configuration."""
    manifest = evidence.project.manifest
    config = evidence.project.vercel_json or {}
    command = config.get("buildCommand") or evidence.recipe.environment.settings.build_command
    if isinstance(command, str) and command:
        return "turbo" in command
    script = manifest.scripts.get("build", "") if manifest else ""
    return "turbo" in script or bool(evidence.project.root)


def _task_key(text: str) -> str | None:
    try:
        config = json.loads(text)
    except ValueError:
        return None
    keys = [k for k in ("tasks", "pipeline") if isinstance(config.get(k), dict)]
    return next((k for k in keys if isinstance(config[k].get("build"), dict)), None)


def _depending(key: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        old = json.loads(text)[key]["build"].get("dependsOn") or []
        if "^build" in old:
            return None
        return with_key(text, [key, "build", "dependsOn"], ["^build", *old])

    return edit


def _before_build(call: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        old = script_in(text, "build")
        if old is None or call in old:
            return None
        return with_key(text, ["scripts", "build"], f"{call} && {old}")

    return edit


def _call(evidence: Evidence, sibling: Manifest) -> str:
    """The command that builds the sibling from the application's folder."""
    root = evidence.project.root
    up = "/".join([".."] * (root.count("/") + 1)) if root else "."
    match evidence.recipe.environment.manager.manager:
        case Manager.PNPM:
            return f"pnpm --filter {sibling.name} build"
        case Manager.YARN:
            return f"yarn workspace {sibling.name} build"
        case Manager.BUN:
            return f"bun run --filter {sibling.name} build"
        case _:
            return f"npm run build --prefix {up} --workspace {sibling.name}"
