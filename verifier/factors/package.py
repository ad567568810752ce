"""Packages the project uses that a clean install does not bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from verifier.factors._edits import Edit, edit_text, in_turn
from verifier.factors._install import is_frozen, loosening
from verifier.factors._json_text import set_value
from verifier.factors._packages import (
    Import,
    clean_lockfile,
    extraneous,
    hoisted,
    is_declared,
    is_package_name,
    locked_version,
    manifest_for,
    reached_imports,
    top_level,
)
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import PackageSpec
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile, Manifest, Project
from verifier.model.recipe import Recipe

FAMILY: Final = "package"
_PLACES: Final = 6
_MOST: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class _Missing:
    """A package that a clean install lacks; version None where none is known."""

    name: str
    version: str | None
    used: Import | None
    found: bool
    prior: float


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change for each package that is used or found without being declared."""
    lockfile = clean_lockfile(project, clean.environment.manager.manager)
    wanted = {m.name: m for m in _missing(project, lockfile)}
    listed = sorted(wanted.values(), key=lambda m: (-m.prior, m.name))[:_MOST]
    for missing in listed:
        if local is not None and _declared_uncommitted(project, clean, local, missing.name):
            continue  # the manifest that declares it is a change of its own
        change = _change(project, clean, local, lockfile, missing)
        if change is not None:
            yield change


def _missing(project: Project, lockfile: Lockfile | None) -> Iterator[_Missing]:
    installed, outer = top_level(project.machine.installed), project.machine.outer
    imports = reached_imports(project)
    brought = hoisted(lockfile)
    for name, version in extraneous(project, lockfile):
        prior = 0.15 if name.startswith("@types/") else 0.05
        yield _Missing(name=name, version=version, used=None, found=True, prior=prior)
    for name, used in imports.items():
        if all(is_declared(project, r) for r in used.refs) or name in brought:
            continue
        found = name in installed or name in outer
        yield _Missing(
            name=name,
            version=installed.get(name) or outer.get(name) or locked_version(project, name),
            used=used,
            found=found,
            prior=_prior(used, found=found, locked=lockfile is not None),
        )
    for name, version in outer.items():
        if name not in imports and is_package_name(name) and name not in brought:
            yield _Missing(name=name, version=version, used=None, found=True, prior=0.1)


def _prior(used: Import, *, found: bool, locked: bool) -> float:
    """Without a lockfile nobody can say what a fresh install brings along."""
    if not used.is_reached:
        return 0.08
    if found:
        return 0.6 if locked else 0.4
    return 0.4 if locked else 0.12


def _change(
    project: Project,
    clean: Recipe,
    local: Recipe | None,
    lockfile: Lockfile | None,
    missing: _Missing,
) -> Change | None:
    file = missing.used.refs[0].file if missing.used else _app_file(project)
    manifest = manifest_for(project, file)
    if manifest is None:
        return None
    places = [f"{r.file}:{r.line}" for r in (missing.used.refs if missing.used else ())]
    has_local = local is not None and missing.found
    return Change(
        id=f"{FAMILY}:{missing.name}",
        family=FAMILY,
        subject=missing.name,
        title=f"{missing.name} is used but not declared in {manifest.path}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=_declaring(project, clean, lockfile, manifest, missing),
        break_local=_removing(missing.name) if has_local else None,
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=_remedy(project, clean, manifest, missing),
        locations=(*places[:_PLACES], manifest.path),
        prior=missing.prior,
        stands_for=_stands_for(project, missing),
    )


def _app_file(project: Project) -> str:
    return f"{project.root}/package.json" if project.root else "package.json"


def _declaring(
    project: Project,
    clean: Recipe,
    lockfile: Lockfile | None,
    manifest: Manifest,
    missing: _Missing,
) -> Edit:
    """The package declared; where that would hide a stale lockfile, only installed.

    A frozen install has to be let loose for a manifest that changed. If the lockfile was stale
    before, letting it loose would repair that as well, and no trial could tell the two apart.
    """
    version = missing.version or "latest"
    declare = edit_text(
        manifest.path, lambda t: set_value(t, (_section(missing), missing.name), version)
    )
    if not is_frozen(project, clean):
        return declare
    if lockfile is not None and lockfile.drifted and missing.version is not None:
        return _adding(PackageSpec(name=missing.name, version=missing.version))
    return in_turn(declare, loosening(project, clean))


def _section(missing: _Missing) -> str:
    return "devDependencies" if missing.name.startswith("@types/") else "dependencies"


def _adding(package: PackageSpec) -> Edit:
    def add(recipe: Recipe) -> Recipe:
        tree = recipe.environment.tree
        kept = {p.name: p for p in tree.added} | {package.name: package}
        tree = replace(tree, added=tuple(kept[n] for n in sorted(kept)))
        return replace(recipe, environment=replace(recipe.environment, tree=tree))

    return add


def _removing(name: str) -> Edit:
    def remove(recipe: Recipe) -> Recipe:
        tree = recipe.environment.tree
        tree = replace(
            tree,
            added=tuple(p for p in tree.added if p.name != name),
            removed=tuple(sorted({*tree.removed, name})),
        )
        return replace(recipe, environment=replace(recipe.environment, tree=tree))

    return remove


def _declared_uncommitted(project: Project, clean: Recipe, local: Recipe, name: str) -> bool:
    quoted = f'"{name}"'
    return any(
        quoted in (local.source.text(m.path) or "")
        and quoted not in (clean.source.text(m.path) or "")
        for m in project.manifests
    )


def _remedy(project: Project, clean: Recipe, manifest: Manifest, missing: _Missing) -> str:
    wanted = f"{missing.name}@{missing.version}" if missing.version else missing.name
    text = f"Add {wanted} to {_section(missing)} in {manifest.path}"
    if missing.version is None:
        text += " (no version of it is known here; the trial took the newest that fits)"
    if is_frozen(project, clean):
        manager = clean.environment.manager.manager.value
        text += f" and commit the lockfile that {manager} install then writes"
    return f"{text}."


def _stands_for(project: Project, missing: _Missing) -> str:
    if missing.name in project.machine.outer:
        return "not declared; found in a node_modules above the project"
    if missing.found:
        return "not declared; only the local node_modules has it"
    return "imported but not declared"
