"""The flag by which npm lets peer conflicts pass, which often only the laptop knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit, with_source
from verifier.factors._install import custom_command
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Manager, TreeMode
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe

FAMILY: Final = "install-flag"
_FLAG: Final = "legacy-peer-deps"


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change where npm decides, unless the project already asks for leniency."""
    if clean.environment.manager.manager is not Manager.NPM or _is_lenient(project, clean):
        return
    command = None if local is None else local.environment.tree.install_command
    is_used = command is not None and _FLAG in command
    path = f"{project.root}/.npmrc" if project.root else ".npmrc"
    yield Change(
        id=f"{FAMILY}:{_FLAG}",
        family=FAMILY,
        subject=_FLAG,
        title="peer conflicts are refused on the platform",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=_lenient(path),
        break_local=_plainly if is_used else None,
        # The flag only hides that the versions do not fit: it may prove, but nobody should ship it.
        remedy_kind=RemedyKind.NONE,
        locations=(path,) if path in clean.source else (),
        prior=0.4 if is_used else 0.04,
        stands_for=f"installed without {_FLAG}",
    )


def _is_lenient(project: Project, clean: Recipe) -> bool:
    paths = {".npmrc", f"{project.root}/.npmrc" if project.root else ".npmrc"}
    said = "\n".join(clean.source.text(p) or "" for p in sorted(paths))
    command = custom_command(project, clean) or ""
    return _FLAG in said or _FLAG in command or "--force" in command


def _lenient(path: str) -> Edit:
    """The flag in the project's own settings of npm, where the platform reads it too."""

    def apply(recipe: Recipe) -> Recipe:
        text = recipe.source.text(path) or ""
        if _FLAG in text:
            return recipe
        end = "" if not text or text.endswith("\n") else "\n"
        content = f"{text}{end}{_FLAG}=true\n".encode()
        return with_source(recipe, recipe.source.with_bytes(path, content))

    return apply


def _plainly(recipe: Recipe) -> Recipe:
    """The local side installed anew by the default command."""
    tree = replace(recipe.environment.tree, mode=TreeMode.FRESH, found=None, install_command=None)
    return replace(recipe, environment=replace(recipe.environment, tree=tree))
