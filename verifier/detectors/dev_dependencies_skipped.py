"""A production install leaves out the devDependencies that the build needs.

What it detects:
    A package or command that is declared in devDependencies and still missing from the build, while
    a custom install command runs with `NODE_ENV=production`, or an option drops them.

Why it breaks the deployment:
    The platform takes `NODE_ENV` away for its default install only. A custom install command keeps
    it, and every package manager then skips devDependencies.

Example:
    `"installCommand": "npm install"` in vercel.json, `NODE_ENV=production` among the variables:
    `vite: command not found`.

Remedy:
    Remove `NODE_ENV` from the project's variables, or the custom install command.

Sources:
    `@vercel/build-utils`, `runNpmInstall`, and installs seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted
from verifier.detectors._edits import editing
from verifier.detectors._environment import State, state_of
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._missing import missing_imports
from verifier.detectors._packages import declared_for_development, provider_of
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern, Suspect
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret

ID: Final = "dev-dependencies-skipped"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The install leaves out devDependencies"

_COMMAND: Final = "installCommand"
_DROPS: Final = re.compile(
    r"\s+(?:--(?:production(?:=true)?|prod|only[= ]prod\w*|omit[= ]dev)|-P)(?=\s|$|[;&|])"
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where something declared for development is missing from the build."""
    if not failed(evidence):
        return ()
    name, item = _missing(evidence)
    subject = _why(evidence)
    if name is None or item is None or subject is None:
        return ()
    known = tuple(
        Suspect(change_id=c.id, weight=0.85)
        for c in evidence.changes.values()
        if c.family in {"install-env", "tree"}
        and c.subject == subject
        and c.id not in evidence.key.changes
    )
    fix = _with_all(evidence) if subject == _COMMAND else _variable_removed(evidence, subject)
    path = evidence.project.vercel_json_path
    text = evidence.recipe.source.text(path) or "" if path is not None else ""
    where = None if path is None else Location(file=path, line=line_of_key(text, (_COMMAND,)))
    return (
        accusation(
            ID,
            PATTERN,
            subject,
            summary=f"{name} is a devDependency, and the install leaves those out by {subject}",
            items=(item,),
            weight=0.85,
            places=() if where is None else (where,),
            suspects=known,
            remedies=() if known or fix is None else (fix,),
        ),
    )


def _missing(evidence: Evidence) -> tuple[str | None, EvidenceItem | None]:
    """Something declared in devDependencies that the build missed, with the line that says so."""
    for block in blocks_of(evidence, "command-not-found", "missing-typescript"):
        name = provider_of(block.signature.subject) or block.signature.subject
        if declared_for_development(evidence, name):
            return name, quoted(evidence, block.lines[0])
    for missing in missing_imports(evidence):
        name = missing.package or ""
        if missing.named and declared_for_development(evidence, name):
            return name, missing.evidence[0]
    return None, None


def _why(evidence: Evidence) -> str | None:
    """What makes the install leave them out, None if nothing does."""
    environment = evidence.recipe.environment
    if state_of(evidence, "NPM_ONLY_PRODUCTION") is not State.ABSENT:
        return "NPM_ONLY_PRODUCTION"
    custom = _install_command(evidence)
    if not custom:
        return None
    if _DROPS.search(custom):
        return _COMMAND
    variable = environment.variable("NODE_ENV")
    value = None if variable is None else variable.value
    production = value is not None and value == Secret("production")
    npmrc = evidence.recipe.source.text(".npmrc") or ""
    if production or re.search(
        r"^\s*(?:omit\s*=\s*dev|production\s*=\s*true)", npmrc, re.MULTILINE
    ):
        return "NODE_ENV"
    return None


def _install_command(evidence: Evidence) -> str | None:
    config = evidence.project.vercel_json or {}
    command = config.get("installCommand")
    if isinstance(command, str):
        return command
    return evidence.recipe.environment.settings.install_command


def _variable_removed(evidence: Evidence, name: str) -> Change | None:
    if evidence.recipe.environment.variable(name) is None:
        return None
    return remedy(
        ID,
        PATTERN,
        name,
        summary=f"Remove {name} from the project's variables on the platform",
        repair=_without(name),
        stands_for="makes a custom install leave out devDependencies",
        first_stage=Stage.INSTALL,
        kind=RemedyKind.PLATFORM,
    )


def _with_all(evidence: Evidence) -> Change | None:
    """The same install command without what makes it leave packages out."""
    path, command = evidence.project.vercel_json_path, _install_command(evidence) or ""
    flags = ", ".join(dict.fromkeys(m.strip() for m in _DROPS.findall(command)))
    whole = _DROPS.sub("", command)
    in_file = path is not None and _COMMAND in (evidence.project.vercel_json or {})
    place = f"installCommand of {path}" if in_file else "Install Command in the project's settings"

    def set_up(recipe: Recipe) -> Recipe:
        if in_file and path is not None:
            return editing(path, lambda text: with_key(text, (_COMMAND,), whole))(recipe)
        settings = replace(recipe.environment.settings, install_command=whole)
        return replace(recipe, environment=replace(recipe.environment, settings=settings))

    return remedy(
        ID,
        PATTERN,
        _COMMAND,
        summary=f"Remove {flags} from the {place}: the build needs devDependencies",
        repair=set_up,
        stands_for="leaves out devDependencies",
        first_stage=Stage.INSTALL,
        kind=RemedyKind.PROJECT if in_file else RemedyKind.PLATFORM,
    )


def _without(name: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=recipe.environment.without_variable(name))

    return apply
