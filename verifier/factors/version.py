"""Versions of declared packages that the laptop has installed and a clean install does not take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from verifier.factors._edits import Edit, edit_text, in_turn
from verifier.factors._install import is_frozen, loosening
from verifier.factors._json_text import line_of, set_value
from verifier.factors._lockfiles import used_lockfile
from verifier.factors._packages import reached_imports, top_level
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import PackageSpec, TreeMode
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile, LockKind, Manifest, Project
from verifier.model.recipe import Recipe
from verifier.vercel.manifests import nearest_manifest
from verifier.vercel.ranges import exact_version

FAMILY: Final = "version"
_MOST: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class _Moved:
    """A declared package; clean None where only the registry knows what a fresh install takes."""

    name: str
    group: str
    asked: str
    local: str
    clean: str | None


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change for each declared package whose found version is not the one installed anew."""
    manifest = nearest_manifest(project.manifests, project.root)
    if local is None or local.environment.tree.mode is not TreeMode.AS_FOUND or manifest is None:
        return
    lockfile = used_lockfile(project, clean)
    if is_frozen(project, clean) and lockfile is not None and lockfile.drifted:
        return  # a pin needs a loose install, which would hide the drift
    read = reached_imports(project)
    for moved in list(_moved(project, manifest, lockfile))[:_MOST]:
        weight = 2 if moved.name in read else 1
        yield _change(project, clean, manifest, moved, prior=0.03 * weight)


def _moved(project: Project, manifest: Manifest, lockfile: Lockfile | None) -> Iterator[_Moved]:
    found = top_level(project.machine.installed)
    groups = (
        ("dependencies", manifest.dependencies),
        ("devDependencies", manifest.dev_dependencies),
    )
    for group, declared in groups:
        for name, asked in sorted(declared.items()):
            local = found.get(name)
            if local is None or exact_version(local) is None:
                continue
            # A package may be locked in several versions where the format keeps names only.
            clean = lockfile.packages.get(name) if lockfile is not None else None
            if exact_version(asked) is not None and (clean is None or _plain(clean) != asked):
                continue  # the manifest and the lockfile disagree, which is another matter
            if lockfile is not None and (clean is None or _plain(clean) == local):
                continue
            if lockfile is not None and lockfile.kind is LockKind.YARN:
                clean = None
            yield _Moved(
                name=name,
                group=group,
                asked=asked,
                local=local,
                clean=None if clean is None else _plain(clean),
            )


def _plain(version: str) -> str:
    """The version without the peers that pnpm writes behind it."""
    return version.partition("(")[0]


def _change(
    project: Project, clean: Recipe, manifest: Manifest, moved: _Moved, *, prior: float
) -> Change:
    path = (moved.group, moved.name)
    line = line_of(clean.source.text(manifest.path) or "", path)
    pin = edit_text(manifest.path, lambda text: set_value(text, path, moved.local))
    taken = moved.clean or f"whatever {moved.asked} means on the day"
    return Change(
        id=f"{FAMILY}:{moved.name}",
        family=FAMILY,
        subject=moved.name,
        title=f"{moved.name} {moved.local} is installed locally, a clean install takes {taken}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=in_turn(pin, loosening(project, clean)) if is_frozen(project, clean) else pin,
        break_local=None if moved.clean is None else _exchanging(moved.name, moved.clean),
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Pin {moved.name} to {moved.local} in {manifest.path}.",
        locations=(manifest.path if line is None else f"{manifest.path}:{line}",),
        prior=prior,
        stands_for=f"installed as {taken} instead of {moved.local}",
    )


def _exchanging(name: str, version: str) -> Edit:
    """The found tree with one package in the version a clean install takes."""

    def exchange(recipe: Recipe) -> Recipe:
        tree = recipe.environment.tree
        added = {p.name: p for p in tree.added} | {name: PackageSpec(name=name, version=version)}
        tree = replace(
            tree,
            added=tuple(added[n] for n in sorted(added)),
            removed=tuple(sorted({*tree.removed, name})),
        )
        return replace(recipe, environment=replace(recipe.environment, tree=tree))

    return exchange
