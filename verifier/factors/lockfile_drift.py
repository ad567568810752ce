"""Lockfiles that do not fit their manifest, where the clean install refuses that.

Only an install can write a correct lockfile. The trial lets the install complete it; the remedy
tells a person to run the install and commit the file.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from verifier.factors._install import is_frozen, loosening
from verifier.factors._lockfiles import manifest_path, used_lockfile
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import LockKind, Project
from verifier.model.recipe import Recipe
from verifier.vercel.managers import manager_of

FAMILY: Final = "lockfile-drift"


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """At most one change, for the lockfile the platform installs from."""
    lockfile = used_lockfile(project, clean)
    if lockfile is None or not lockfile.drifted or not is_frozen(project, clean):
        return
    manager = clean.environment.manager.manager
    names = ", ".join(lockfile.drifted[:5]) + (" …" if len(lockfile.drifted) > 5 else "")
    rivals = _rivals(project, clean, local, lockfile.path)
    yield Change(
        id=f"{FAMILY}:{lockfile.path}",
        family=FAMILY,
        subject=lockfile.path,
        title=f"{lockfile.path} does not fit package.json: {names}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=loosening(project, clean),
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Run {manager.value} install and commit {lockfile.path}.",
        locations=(lockfile.path, manifest_path(lockfile)),
        # A lockfile that lies ready, here or of another manager, is the smaller repair.
        prior=0.15 if rivals else 0.5,
        stands_for=f"out of step with package.json ({names})",
        excludes=rivals,
    )


def _rivals(project: Project, clean: Recipe, local: Recipe | None, path: str) -> tuple[str, ...]:
    """Ids of changes that would bring a fitting lockfile instead."""
    mine = clean.environment.manager.manager
    others = {
        manager_of(f.kind)
        for f in project.lockfiles
        if f.path in clean.source and f.kind is not LockKind.SHRINKWRAP
    }
    if local is not None:
        others.add(local.environment.manager.manager)
    found = [f"manager:{m.value}" for m in others if m is not mine]
    disk = project.working if local is None else local.source
    theirs = disk.entries.get(path)
    if theirs is not None and theirs.digest != clean.source.entries[path].digest:
        found.append(f"file:{path}")
    return tuple(sorted(found))
