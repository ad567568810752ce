"""Lockfiles that a clean install refuses or takes at their word although they lack something.

Only an install can write a correct lockfile. The trials therefore let the install complete it,
or declare what it lacks; the remedy tells a person to run the install and commit the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from verifier.factors._edits import Edit, edit_text, in_turn, with_source
from verifier.factors._install import is_frozen, loosening
from verifier.factors._json_text import set_value
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile, Project
from verifier.model.recipe import Recipe
from verifier.vercel.managers import manager_of
from verifier.vercel.manifests import manifest_in

FAMILY: Final = "lockfile"
_TARGET: Final = re.compile(r"[-.](?:linux|darwin|win32|android|freebsd|wasm32)\b.*$")


def changes(project: Project, clean: Recipe, _local: Recipe | None) -> Iterable[Change]:
    """At most two changes for the lockfile the platform installs from."""
    lockfile = _used(project, clean)
    if lockfile is None:
        return
    if lockfile.drifted and is_frozen(project, clean):
        yield _drift(project, clean, lockfile)
    if lockfile.missing_platform:
        yield _platform(project, clean, lockfile)


def _used(project: Project, clean: Recipe) -> Lockfile | None:
    manager = clean.environment.manager.manager
    fitting = (
        f for f in project.lockfiles if f.path in clean.source and manager_of(f.kind) is manager
    )
    return next(fitting, None)


def _drift(project: Project, clean: Recipe, lockfile: Lockfile) -> Change:
    manager = clean.environment.manager.manager.value
    names = ", ".join(lockfile.drifted[:5]) + (" …" if len(lockfile.drifted) > 5 else "")
    return Change(
        id=f"{FAMILY}:{lockfile.path}",
        family=FAMILY,
        subject=lockfile.path,
        title=f"{lockfile.path} does not fit package.json: {names}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=loosening(project, clean),
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Run {manager} install and commit {lockfile.path}.",
        locations=(lockfile.path, _manifest_path(lockfile)),
        prior=0.5,
        stands_for=f"out of step with package.json ({names})",
    )


def _platform(project: Project, clean: Recipe, lockfile: Lockfile) -> Change:
    manager = clean.environment.manager.manager.value
    missing = {name: _version_beside(lockfile, name) for name in lockfile.missing_platform}
    names = ", ".join(sorted(missing))
    known = {name: version for name, version in missing.items() if version is not None}
    complete = len(known) == len(missing) and manifest_in(project.manifests, _folder(lockfile))
    if complete and not is_frozen(project, clean):
        repair = _declaring(_manifest_path(lockfile), known)
        remedy = (
            f"Add {names} to optionalDependencies, or delete node_modules and {lockfile.path}, "
            f"run {manager} install and commit {lockfile.path}."
        )
    else:
        repair = _dropping(lockfile.path)
        remedy = (
            f"Delete node_modules and {lockfile.path}, run {manager} install and commit "
            f"{lockfile.path}."
        )
    return Change(
        id=f"{FAMILY}:{lockfile.path}:platform",
        family=FAMILY,
        subject=min(missing),
        title=f"{lockfile.path} lacks packages for Linux: {names}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=repair,
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=remedy,
        locations=(lockfile.path,),
        prior=0.4,
        stands_for=f"written on another system, without {names}",
    )


def _version_beside(lockfile: Lockfile, name: str) -> str | None:
    """The version of the same native package for another system, None if there is none."""
    stem = _TARGET.sub("", name)
    for path, version in sorted(lockfile.packages.items()):
        other = path.rpartition("node_modules/")[2]
        if other != name and _TARGET.search(other) and _TARGET.sub("", other) == stem:
            return version
    return None


def _declaring(path: str, versions: dict[str, str]) -> Edit:
    """The missing packages declared: less moves than with a lockfile written anew."""
    return in_turn(
        *(edit_text(path, _setter(name, version)) for name, version in sorted(versions.items()))
    )


def _setter(name: str, version: str) -> Callable[[str], str | None]:
    return lambda text: set_value(text, ("optionalDependencies", name), version)


def _dropping(path: str) -> Edit:
    def drop(recipe: Recipe) -> Recipe:
        return with_source(recipe, recipe.source.without(path))

    return drop


def _folder(lockfile: Lockfile) -> str:
    return lockfile.path.rpartition("/")[0]


def _manifest_path(lockfile: Lockfile) -> str:
    folder = _folder(lockfile)
    return f"{folder}/package.json" if folder else "package.json"
