"""Code outside the Root Directory needs packages that the platform does not install there.

What it detects:
    A file above the application's folder, reached by an import, that needs a package which only the
    package.json above declares, while the two folders are no workspace.

Why it breaks the deployment:
    The platform installs in the Root Directory. Without a workspace that install leaves the folder
    above alone, and a file there is resolved from there, not from the application.

Example:
    Root Directory `web`; `../shared/due.js` imports dayjs, declared in the package.json above.

Remedy:
    Install in both folders by an install command, or make them one workspace.

Sources:
    Vercel documentation, Monorepos; Node.js documentation, loading from node_modules folders.

"""

from __future__ import annotations

from posixpath import dirname
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import rooted, seen_in, suspects_about
from verifier.detectors._missing import Missing, missing_imports
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Manifest

ID: Final = "packages-above-root"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Packages of the folder above the Root Directory are not installed"

_ABOVE: Final = {
    Manager.NPM: "npm install --prefix {up} && npm install",
    Manager.PNPM: "pnpm install --dir {up} && pnpm install",
    Manager.YARN: "yarn --cwd {up} install && yarn install",
    Manager.BUN: "bun install --cwd {up} && bun install",
}


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per package that is declared above the root and needed there."""
    project = evidence.project
    if not project.root or project.monorepo is not None:
        return ()
    found: dict[str, Finding] = {}
    for missing in missing_imports(evidence):
        name, place = missing.package, missing.place
        if name is None or place is None or not missing.named:
            continue
        if place.file.startswith(f"{project.root}/"):
            continue
        owner = _owner(evidence, name, place.file)
        if owner is not None:
            found.setdefault(name, _finding(evidence, name, owner, missing))
    return tuple(found.values())


def _owner(evidence: Evidence, name: str, file: str) -> Manifest | None:
    """The manifest outside the root that declares the package for that file."""
    folder = dirname(file)
    known = {dirname(m.path): m for m in evidence.project.manifests}
    while True:
        manifest = known.get(folder)
        if manifest is not None and manifest.declares(name):
            return manifest
        if not folder:
            return None
        folder = dirname(folder)


def _finding(evidence: Evidence, name: str, owner: Manifest, missing: Missing) -> Finding:
    root = evidence.project.root
    folder = dirname(owner.path) or "."
    return accusation(
        ID,
        PATTERN,
        name,
        summary=(
            f"{name} is declared in {owner.path}, and the platform installs in {root} only, "
            "which is no workspace of it"
        ),
        items=(*missing.evidence, seen_in(owner.path, f"declares {name}")),
        weight=0.9,
        places=(missing.place, Location(file=owner.path)),
        suspects=suspects_about(evidence, "package", name, 0.2),
        remedies=(_remedy(evidence, name, folder),),
    )


def _remedy(evidence: Evidence, name: str, folder: str) -> Change:
    root = evidence.project.root
    steps = "/".join([".."] * (root.count("/") + 1))
    up = steps if folder == "." else f"{steps}/{folder}"
    manager = evidence.recipe.environment.manager.manager
    command = _ABOVE.get(manager, _ABOVE[Manager.NPM]).format(up=up)
    path = rooted(evidence.project, "vercel.json")
    return remedy(
        ID,
        PATTERN,
        name,
        summary=f'Install in both folders: set "installCommand": "{command}" in {path}',
        repair=configuring(path, "installCommand", command),
        stands_for=f"declared in {folder}, where nothing is installed",
        first_stage=Stage.INSTALL,
        places=(Location(file=path),),
    )
