"""The platform installs with an older pnpm than the project is written for.

What it detects:
    An install that pnpm itself refuses for a file or range of a newer major, while nothing in
    package.json says which pnpm to take.

Why it breaks the deployment:
    A lockfile of version 9.0 means pnpm 9 for projects created before 27 February 2025, pnpm 10
    after. Settings in pnpm-workspace.yaml without `packages`, overrides there, or `engines.pnpm`
    are of pnpm 10 and later, and pnpm 9 refuses them.

Example:
    `packages field missing or empty`, with pnpm 9 and a pnpm-workspace.yaml that only holds
    settings.

Remedy:
    Name the version in `packageManager`.

Sources:
    `@vercel/build-utils` 14.21.1, seen 2026-11-23; pnpm documentation, settings.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, changes_of, quoted, rooted, seen_in, suspects_of
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import with_key
from verifier.model.change import Change
from verifier.model.environment import Manager, ManagerChoice
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import LockKind
from verifier.model.recipe import Recipe
from verifier.vercel.managers import pin_fits

ID: Final = "pnpm-major"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The platform takes an older pnpm than the project needs"

_WORKSPACE: Final = "pnpm-workspace.yaml"
_NEWER: Final = {10: "pnpm@10.34.9", 11: "pnpm@11.28.11"}
"""A release of each major, for a pin where no version is known to the digit."""
_SETTINGS: Final = re.compile(
    r"^(?P<key>overrides|onlyBuiltDependencies|ignoredBuiltDependencies|allowBuilds"
    r"|minimumReleaseAge|catalogMode|nodeLinker|patchedDependencies|packageExtensions):",
    re.MULTILINE,
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where pnpm refused what a newer major takes."""
    mine = evidence.recipe.environment.manager
    blocks = [
        b
        for b in blocks_of(evidence, "lockfile-config-mismatch", "unsupported-engine")
        if b.signature.subject == "pnpm"
    ]
    if mine.manager is not Manager.PNPM or not blocks:
        return ()
    clue = _clue(evidence)
    if clue is None:
        return ()
    known = suspects_of(evidence, 0.9, "manager")
    fixes = () if changes_of(evidence, "manager") else _remedies(evidence, mine)
    why = f"pnpm {mine.major or ''} was taken because {mine.why}".replace("  ", " ")
    return (
        accusation(
            ID,
            PATTERN,
            "pnpm",
            summary=f"{why}, and the project is written for a newer one",
            items=(quoted(evidence, blocks[0].lines[0]), clue),
            weight=0.85,
            suspects=known,
            remedies=fixes,
        ),
    )


def _clue(evidence: Evidence) -> EvidenceItem | None:
    """What shows that the project is written for a newer pnpm."""
    text = evidence.recipe.source.text(_WORKSPACE)
    if text is not None:
        setting = _SETTINGS.search(text)
        if not re.search(r"^packages:", text, re.MULTILINE):
            return seen_in(_WORKSPACE, "holds settings and names no packages", 1)
        if setting is not None:
            line = text.count("\n", 0, setting.start()) + 1
            return seen_in(_WORKSPACE, f"{setting['key']} is a setting of pnpm 10 and later", line)
    manifest = evidence.project.manifest
    wanted = manifest.engines.get("pnpm") if manifest else None
    if wanted:
        return seen_in(rooted(evidence.project, "package.json"), f"engines.pnpm is {wanted!r}")
    return None


def _remedies(evidence: Evidence, mine: ManagerChoice) -> tuple[Change, ...]:
    lock = next((f for f in evidence.project.lockfiles if f.kind is LockKind.PNPM), None)
    path = next((m.path for m in evidence.project.manifests if m.path == "package.json"), None)
    if lock is None or path is None:
        return ()
    manifest = evidence.project.manifest
    wanted = (manifest.engines.get("pnpm") if manifest else None) or ""
    text = evidence.recipe.source.text(_WORKSPACE) or ""
    newest = 11 if re.search(r"\b11\b", wanted) or "allowBuilds:" in text else 10
    pin = _NEWER[newest]
    if (mine.major is not None and mine.major >= newest) or not pin_fits(pin, lock):
        return ()
    write = editing(path, lambda t: with_key(t, ["packageManager"], pin))

    def repair(recipe: Recipe) -> Recipe:
        made = write(recipe)
        choice = ManagerChoice(manager=Manager.PNPM, major=newest, why=f"packageManager is {pin}")
        return replace(made, environment=replace(made.environment, manager=choice))

    return (
        remedy(
            ID,
            PATTERN,
            "pnpm",
            summary=f'Set "packageManager": "{pin}" in {path}',
            repair=repair,
            stands_for=f"installed with pnpm {mine.major}",
            first_stage=Stage.INSTALL,
            places=(Location(file=path),),
        ),
    )
