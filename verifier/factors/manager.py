"""The package manager and its major, which on the platform follow from lockfiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit, edit_text, in_turn, moved, with_source
from verifier.factors._json_text import set_value
from verifier.factors._lockfiles import used_lockfile
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import InstalledTree, Manager, ManagerChoice, TreeMode
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile, LockKind, Project
from verifier.model.recipe import Recipe
from verifier.vercel.managers import manager_of, pin_fits
from verifier.vercel.manifests import nearest_manifest

FAMILY: Final = "manager"
_LATEST_PNPM: Final = {9: "9.15.9", 10: "10.34.9", 8: "8.15.9"}
"""Last releases of older lines, for a pin where the local version is not known to the digit."""


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """The manager or major of the other side, or the lockfile that stands in its way."""
    beside = _beside(project, clean)
    theirs = None if local is None else local.environment.manager
    mine = clean.environment.manager
    if theirs is not None and theirs.manager is not mine.manager:
        yield _other_manager(project, clean, local, theirs)
        return
    if theirs is not None and theirs.major != mine.major and theirs.major is not None:
        yield _other_major(project, clean, theirs)
    for lockfile in beside:
        yield _other_lockfile(project, clean, lockfile, beside)


def _lockfiles(project: Project, clean: Recipe) -> tuple[Lockfile, ...]:
    return tuple(
        f for f in project.lockfiles if f.path in clean.source and f.kind is not LockKind.SHRINKWRAP
    )


def _beside(project: Project, clean: Recipe) -> tuple[Lockfile, ...]:
    """Lockfiles of other managers in the source that is built."""
    mine = clean.environment.manager.manager
    return tuple(f for f in _lockfiles(project, clean) if manager_of(f.kind) is not mine)


def _other_manager(
    project: Project, clean: Recipe, local: Recipe | None, theirs: ManagerChoice
) -> Change:
    mine = clean.environment.manager
    stale = tuple(f for f in _lockfiles(project, clean) if manager_of(f.kind) is not theirs.manager)
    repair = _handing_over(project, theirs, stale)
    what = ", ".join(f.path for f in stale)
    found = theirs.manager.value
    return Change(
        id=f"{FAMILY}:{found}",
        family=FAMILY,
        subject=stale[0].path if stale else found,
        title=f"the platform installs with {mine.manager.value}, the developer with {found}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=repair,
        break_local=None if local is None else _installing_with(mine),
        remedy_kind=RemedyKind.PROJECT if repair is not None else RemedyKind.NONE,
        remedy_summary=_remedy(what, found),
        locations=tuple(f.path for f in stale),
        prior=0.25 if stale else 0.1,
        stands_for=f"installed with {mine.manager.value} because {mine.why}",
        excludes=tuple(f"file:{f.path}" for f in stale),
    )


def _handing_over(
    project: Project, theirs: ManagerChoice, stale: tuple[Lockfile, ...]
) -> Edit | None:
    """The clean side with the developer's manager: stale lockfiles gone, the used one there."""
    kept = next((f for f in project.lockfiles if manager_of(f.kind) is theirs.manager), None)
    if kept is None and theirs.manager is not Manager.NPM:
        return None  # without its lockfile the platform would not choose it
    disk = project.working
    names = tuple(f.path for f in stale)

    def hand_over(recipe: Recipe) -> Recipe:
        tree = recipe.source.without(*names)
        if kept is not None and kept.path not in tree and kept.path in disk:
            tree = moved(tree, (), (kept.path,), disk)
        recipe = with_source(recipe, tree)
        return replace(recipe, environment=replace(recipe.environment, manager=theirs))

    return hand_over if names or kept is not None else None


def _remedy(stale: str, used: str) -> str:
    if not stale:
        return f"Commit the lockfile of {used}, so that the platform installs with it."
    return f"Delete {stale} and commit the lockfile of {used}, so that only that one is there."


def _other_major(project: Project, clean: Recipe, theirs: ManagerChoice) -> Change:
    mine = clean.environment.manager
    name = theirs.manager.value
    pin = _pin(project, clean, theirs)
    manifest = nearest_manifest(project.manifests, project.root)
    repair = _as_if(theirs)
    if pin is not None and manifest is not None:
        write = edit_text(manifest.path, lambda t: set_value(t, ("packageManager",), pin))
        repair = in_turn(write, _as_if(theirs))
    return Change(
        id=f"{FAMILY}:{name}@{theirs.major}",
        family=FAMILY,
        subject=name,
        title=f"{name} {mine.major} on the platform, {name} {theirs.major} locally",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=repair if pin is not None else None,
        break_local=_installing_with(mine),
        remedy_kind=RemedyKind.PROJECT if pin is not None else RemedyKind.NONE,
        remedy_summary=f'Set "packageManager": "{pin}" in package.json.' if pin else "",
        locations=() if manifest is None else (manifest.path,),
        prior=0.15,
        stands_for=f"installed with {name} {mine.major} because {mine.why}",
    )


def _pin(project: Project, clean: Recipe, theirs: ManagerChoice) -> str | None:
    """The `packageManager` by which the platform would take the local major, None if it would not.

    Source: `resolveCompatiblePnpmPin` in `@vercel/build-utils` 14.21.1, seen 2026-11-23.
    """
    if theirs.manager is not Manager.PNPM or theirs.major is None:
        return None
    version = project.machine.manager_version or ""
    if not version.startswith(f"{theirs.major}."):
        version = _LATEST_PNPM.get(theirs.major, f"{theirs.major}.0.0")
    pin = f"pnpm@{version}"
    lockfile = next((f for f in _lockfiles(project, clean) if f.kind is LockKind.PNPM), None)
    return pin if lockfile is not None and pin_fits(pin, lockfile) else None


def _as_if(choice: ManagerChoice) -> Edit:
    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=replace(recipe.environment, manager=choice))

    return apply


def _installing_with(choice: ManagerChoice) -> Edit:
    """The local side installed anew by another manager; a found tree was made by its own."""

    def install(recipe: Recipe) -> Recipe:
        tree = recipe.environment.tree
        if tree.mode is TreeMode.AS_FOUND:
            tree = InstalledTree(added=tree.added, removed=tree.removed)
        tree = replace(tree, install_command=None)
        environment = replace(recipe.environment, manager=choice, tree=tree)
        return replace(recipe, environment=environment)

    return install


def _other_lockfile(
    project: Project, clean: Recipe, lockfile: Lockfile, beside: tuple[Lockfile, ...]
) -> Change:
    """Nobody knows which manager is used: each other lockfile might be the one that is kept."""
    mine = clean.environment.manager
    used = manager_of(lockfile.kind)
    others = tuple(f for f in beside if f is not lockfile)
    won = used_lockfile(project, clean)
    winner = mine.manager.value
    mine_path = won.path if won is not None else winner
    return Change(
        id=f"{FAMILY}:{used.value}",
        family=FAMILY,
        subject=mine_path,
        title=f"{mine_path} wins over {lockfile.path}",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=_keeping(lockfile),
        break_local=None,
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Delete the lockfiles of other managers than {used.value}.",
        locations=(mine_path, lockfile.path, *(f.path for f in others)),
        prior=0.12,
        stands_for=f"installed with {winner} because {mine.why}",
        excludes=tuple(f"{FAMILY}:{manager_of(f.kind).value}" for f in others),
    )


def _keeping(lockfile: Lockfile) -> Edit:
    """The clean side with one lockfile only."""
    folder = lockfile.path.rpartition("/")[0]
    names = [f"{folder}/{k.value}" if folder else k.value for k in LockKind]

    def keep(recipe: Recipe) -> Recipe:
        tree = recipe.source.without(*(n for n in names if n != lockfile.path))
        choice = ManagerChoice(
            manager=manager_of(lockfile.kind), why=f"{lockfile.path} is the only lockfile"
        )
        return replace(
            with_source(recipe, tree), environment=replace(recipe.environment, manager=choice)
        )

    return keep
