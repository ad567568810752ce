"""The Node.js major, which on the platform follows from `engines` and the project's settings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit, edit_text
from verifier.factors._json_text import line_of, set_value
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.vercel.image_facts import NODE_MAJORS
from verifier.vercel.manifests import nearest_manifest
from verifier.vercel.ranges import is_range, meets_line

FAMILY: Final = "node"
_PATH: Final = ("engines", "node")


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """At most one change: the major of the other side, or any where the platform refuses."""
    refused = _refused(project)
    theirs = None if local is None else local.environment.node_major
    mine = clean.environment.node_major
    if not refused and (theirs is None or theirs == mine):
        return
    wanted = theirs if theirs in NODE_MAJORS else None
    if refused:
        wanted = wanted or NODE_MAJORS[0]
    differs = theirs is not None and theirs != mine
    yield Change(
        id=FAMILY,
        family=FAMILY,
        subject="engines.node" if refused else "node",
        title=_title(project, mine, theirs, refused=refused),
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.TOOLCHAIN,
        repair=_pinning(project, wanted) if wanted is not None else _swapping(theirs or mine, mine),
        # A laptop refuses no range, so a refused one has no counterpart there.
        break_local=_running(mine) if differs and not refused else None,
        remedy_kind=RemedyKind.PROJECT if wanted is not None else RemedyKind.NONE,
        remedy_summary=_remedy(project, wanted),
        locations=_locations(project, clean),
        prior=0.6 if refused else 0.15,
        stands_for=_stands_for(mine, theirs, refused=refused),
    )


def _refused(project: Project) -> bool:
    """Whether the platform has no major for what is asked; today's date does not matter here.

    A major that the image does not carry is either unknown to the platform or discontinued.
    """
    manifest = nearest_manifest(project.manifests, project.root)
    asked = (manifest.engines.get("node") if manifest else None) or project.settings.node_version
    if not asked:
        return False
    return not is_range(asked) or not any(meets_line(asked, m) for m in NODE_MAJORS)


def _pinning(project: Project, major: int) -> Edit:
    manifest = nearest_manifest(project.manifests, project.root)

    def pin(recipe: Recipe) -> Recipe:
        settings = replace(recipe.environment.settings, node_version=f"{major}.x")
        environment = replace(recipe.environment, node_major=major, settings=settings)
        recipe = replace(recipe, environment=environment)
        if manifest is None or manifest.path not in recipe.source:
            return recipe
        return edit_text(manifest.path, lambda t: set_value(t, _PATH, f"{major}.x"))(recipe)

    return pin


def _swapping(major: int, offered: int) -> Edit:
    """Another Node.js under the platform's build, which itself still believes in its own."""

    def swap(recipe: Recipe) -> Recipe:
        settings = recipe.environment.settings
        if not settings.node_version:
            settings = replace(settings, node_version=f"{offered}.x")
        return replace(
            recipe, environment=replace(recipe.environment, node_major=major, settings=settings)
        )

    return swap


def _running(major: int) -> Edit:
    def run(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=replace(recipe.environment, node_major=major))

    return run


def _title(project: Project, mine: int, theirs: int | None, *, refused: bool) -> str:
    if refused:
        manifest = nearest_manifest(project.manifests, project.root)
        asked = manifest.engines.get("node") if manifest else None
        return f'the platform has no Node.js for "{asked or project.settings.node_version}"'
    return f"Node.js {mine} on the platform, {theirs} locally"


def _stands_for(mine: int, theirs: int | None, *, refused: bool) -> str:
    if refused:
        return "asks for a Node.js the platform does not have"
    return f"built with Node.js {mine} instead of {theirs}"


def _remedy(project: Project, wanted: int | None) -> str:
    if wanted is None:
        return "Make the project build with a Node.js that the platform still has."
    manifest = nearest_manifest(project.manifests, project.root)
    if manifest is None:
        return f"Set Node.js {wanted}.x in the project's settings on the platform."
    return f'Set "engines": {{ "node": "{wanted}.x" }} in {manifest.path}.'


def _locations(project: Project, clean: Recipe) -> tuple[str, ...]:
    manifest = nearest_manifest(project.manifests, project.root)
    if manifest is None:
        return ()
    line = line_of(clean.source.text(manifest.path) or "", _PATH)
    return (manifest.path if line is None else f"{manifest.path}:{line}",)
