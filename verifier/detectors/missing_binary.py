"""A command of an install or build script does not exist in the clean environment.

What it detects:
    A script that ends with `command not found` (exit 127): a tool that is installed globally on the
    laptop but declared nowhere, or a `prepare` script whose tool is not there.

Why it breaks the deployment:
    The platform has what is declared in package.json and what its image carries, nothing more.

Example:
    `"prepare": "husky"` without husky among the devDependencies: `sh: husky: command not found`.

Remedy:
    Declare the package that brings the command in devDependencies and commit the lockfile. A script
    that only sets up hooks of git may also go on without it.

Sources:
    Vercel documentation, Build image, seen 2026-08-11; POSIX shell, exit status 127.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in, suspects_about
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._packages import provider_of
from verifier.detectors._scripts import script_in
from verifier.factors._install import is_frozen, loosening
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Pattern, Severity
from verifier.model.outcome import Stage
from verifier.model.project import Manifest

_HOOKS: Final = frozenset(
    {"husky", "husky-run", "lefthook", "simple-git-hooks", "pre-commit", "yorkie", "lint-staged"}
)
"""Tools that only set up hooks of git, which a build machine has no use for."""
_AFTER_INSTALL: Final = frozenset({"prepare", "postinstall", "preinstall", "postprepare"})

ID: Final = "missing-binary"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A script calls a command that is not there"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per command that was not found."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "command-not-found"):
        command = block.signature.subject
        if command:
            found.setdefault(command, _finding(evidence, command, block.lines[0]))
    return tuple(found.values())


def _finding(evidence: Evidence, command: str, line: str) -> Finding:
    path = rooted(evidence.project, "package.json")
    items: list[EvidenceItem] = [quoted(evidence, line)]
    script = _script(evidence, command)
    if script is not None:
        at = line_of_key(evidence.recipe.source.text(path) or "", ("scripts", script))
        items.append(seen_in(path, f"the script {script!r} calls {command}", at))
    package = provider_of(command)
    declared = package is not None and any(m.declares(package) for m in _installed(evidence))
    if package is None:
        why = "the platform's image does not have it and no package brings it"
    elif declared:
        why = f"{package} is declared, but was not installed"
    else:
        why = f"{package} is declared in no package.json"
    known = () if package is None else suspects_about(evidence, "package", package, 0.85)
    offer = package is not None and not declared and not known
    return accusation(
        ID,
        PATTERN,
        command,
        summary=f"{command} is called but not there: {why}",
        items=items,
        weight=0.7,
        suspects=known,
        remedies=_rivals(
            *([_remedy(evidence, command, package, path)] if offer and package else []),
            *([] if script is None or declared else _tolerating(command, script, path)),
        ),
        # What is declared and still absent was left out by the install, which others explain.
        severity=Severity.INFO if declared else Severity.ERROR,
    )


def _installed(evidence: Evidence) -> tuple[Manifest, ...]:
    """The manifests that an install in the application's folder covers."""
    project = evidence.project
    if project.monorepo is not None:
        return project.manifests
    return tuple(m for m in project.manifests if m is project.manifest)


def _script(evidence: Evidence, command: str) -> str | None:
    """The script of the application that calls the command."""
    manifest = evidence.project.manifest
    pattern = re.compile(rf"(?:^|[\s;&|(]){re.escape(command)}(?=$|[\s;&|)])")
    scripts = {} if manifest is None else manifest.scripts
    return next((name for name, text in scripts.items() if pattern.search(text)), None)


def _remedy(evidence: Evidence, command: str, package: str, path: str) -> Change:
    version = evidence.project.machine.installed.get(package)
    wanted = f"^{version}" if version else "latest"
    declare = editing(path, lambda text: with_key(text, ["devDependencies", package], wanted))
    frozen = is_frozen(evidence.project, evidence.clean)
    loose = loosening(evidence.project, evidence.clean) if frozen else in_turn()
    return remedy(
        ID,
        PATTERN,
        command,
        summary=f"Declare {package} in devDependencies of {path} and commit the lockfile",
        repair=in_turn(declare, loose),
        stands_for=f"{package} is not declared",
        first_stage=Stage.INSTALL,
    )


def _tolerating(command: str, script: str, path: str) -> list[Change]:
    """The script going on without a tool for hooks, as the tools' own documentation has it."""
    if command not in _HOOKS or script not in _AFTER_INSTALL:
        return []

    def edit(text: str) -> str | None:
        old = script_in(text, script)
        if old is None or "|| true" in old:
            return None
        return with_key(text, ["scripts", script], f"{old} || true")

    return [
        remedy(
            ID,
            PATTERN,
            command,
            summary=f"Let {script!r} in {path} go on without it: append `|| true`",
            repair=editing(path, edit),
            stands_for="called, though not installed",
            first_stage=Stage.INSTALL,
            tag="tolerant",
        )
    ]


def _rivals(*changes: Change) -> tuple[Change, ...]:
    """Repairs of one thing, of which one is enough."""
    return tuple(
        replace(c, excludes=tuple(other.id for other in changes if other is not c)) for c in changes
    )
