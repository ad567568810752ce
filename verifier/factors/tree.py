"""How node_modules came about: as found on disk, or installed anew, and with which flags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit
from verifier.factors._install import custom_command
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import TreeMode
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe

FAMILY: Final = "tree"
_NODE_ENV: Final = "NODE_ENV"
_ONLY_PRODUCTION: Final = "NPM_ONLY_PRODUCTION"


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """The found tree as one, and what makes a clean install bring something else."""
    if local is not None and local.environment.tree.mode is TreeMode.AS_FOUND:
        yield _fresh()
    yield from _production_install(project, clean)


def _fresh() -> Change:
    return Change(
        id=f"{FAMILY}:fresh",
        family=FAMILY,
        subject="node_modules",
        title="installed anew instead of the node_modules found on disk",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        break_local=_installing_anew,
        prior=0.1,
        stands_for="installed anew from what is declared",
        coarse=True,
    )


def _installing_anew(recipe: Recipe) -> Recipe:
    tree = replace(recipe.environment.tree, mode=TreeMode.FRESH, found=None)
    return replace(recipe, environment=replace(recipe.environment, tree=tree))


def _production_install(project: Project, clean: Recipe) -> Iterator[Change]:
    """Variables that keep development dependencies away from the install.

    The default install never sees `NODE_ENV`; a custom one does.
    Source: `runNpmInstall` and `runCustomInstallCommand` in `@vercel/build-utils` 14.21.1,
    seen 2026-11-23.
    """
    environment = clean.environment
    for name in (_NODE_ENV, _ONLY_PRODUCTION):
        variable = environment.variable(name)
        if variable is None or variable.value is None or variable.value.is_empty:
            continue
        if name == _NODE_ENV and not custom_command(project, clean):
            continue
        yield Change(
            id=f"{FAMILY}:{name}",
            family=FAMILY,
            subject=name,
            title=f"{name} is set for Production and reaches the install command",
            pattern=Pattern.PIPELINE.value,
            first_stage=Stage.INSTALL,
            repair=_unset(name),
            remedy_kind=RemedyKind.PLATFORM,
            remedy_summary=(
                f"Take {name} out of the Production environment, or the install command out of "
                "the settings."
            ),
            locations=() if project.vercel_json_path is None else (project.vercel_json_path,),
            prior=0.4,
            stands_for="set while packages are installed",
        )


def _unset(name: str) -> Edit:
    def unset(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=recipe.environment.without_variable(name))

    return unset
