"""Native packages for Linux that a lockfile written on another system lacks.

An install that trusts the lockfile succeeds without them, and the build then finds no binary.
The trial declares what is missing at the version the lockfile asks for, since less moves than with
a lockfile written anew; where no version is known, it drops the lockfile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from verifier.factors._edits import Edit, edit_text, in_turn, with_source
from verifier.factors._install import is_frozen
from verifier.factors._json_text import set_value
from verifier.factors._lockfiles import folder_of, manifest_path, used_lockfile
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile, Project
from verifier.model.recipe import Recipe
from verifier.vercel.manifests import manifest_in

FAMILY: Final = "native"
_TARGET: Final = re.compile(r"[-.](?:linux|darwin|win32|android|freebsd|wasm32)\b.*$")


def changes(project: Project, clean: Recipe, _local: Recipe | None) -> Iterable[Change]:
    """At most one change, for the lockfile the platform installs from."""
    lockfile = used_lockfile(project, clean)
    if lockfile is not None and lockfile.missing_platform:
        yield _change(project, clean, lockfile)


def _change(project: Project, clean: Recipe, lockfile: Lockfile) -> Change:
    manager = clean.environment.manager.manager.value
    missing = {name: _version(clean, lockfile, name) for name in lockfile.missing_platform}
    names = ", ".join(sorted(missing))
    known = {name: version for name, version in missing.items() if version is not None}
    complete = len(known) == len(missing) and manifest_in(project.manifests, folder_of(lockfile))
    if complete and not is_frozen(project, clean):
        repair = _declaring(manifest_path(lockfile), known)
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
        id=f"{FAMILY}:{min(missing)}",
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


def _version(clean: Recipe, lockfile: Lockfile, name: str) -> str | None:
    """The version that the rest of the lockfile asks for, None if it does not say."""
    text = clean.source.text(lockfile.path) or ""
    asked = re.search(rf'"{re.escape(name)}"\s*:\s*"(\d[\w.+-]*)"', text)
    if asked is not None:
        return asked[1]
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
