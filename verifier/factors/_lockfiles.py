"""Which lockfile the clean install reads, and the manifest it belongs to."""

from __future__ import annotations

from verifier.model.project import Lockfile, Project
from verifier.model.recipe import Recipe
from verifier.vercel.managers import manager_of


def used_lockfile(project: Project, clean: Recipe) -> Lockfile | None:
    """The lockfile the platform installs from, None if the source has none."""
    manager = clean.environment.manager.manager
    fitting = (
        f for f in project.lockfiles if f.path in clean.source and manager_of(f.kind) is manager
    )
    return next(fitting, None)


def folder_of(lockfile: Lockfile) -> str:
    """The folder a lockfile lies in."""
    return lockfile.path.rpartition("/")[0]


def manifest_path(lockfile: Lockfile) -> str:
    """The package.json beside a lockfile."""
    folder = folder_of(lockfile)
    return f"{folder}/package.json" if folder else "package.json"
