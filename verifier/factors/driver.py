"""What the platform's own build does beside the project's script; a difference, never a fault."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit
from verifier.model.change import Change
from verifier.model.environment import Driver, Origin
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe

FAMILY: Final = "driver"
_CI: Final = "CI"
_OWN: Final = frozenset({Origin.SYSTEM, Origin.PLATFORM})


def changes(_project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """The CI flag, the platform's other variables, and its packaging, each by itself."""
    own = frozenset(v.name for v in clean.environment.variables if v.origin in _OWN)
    if _CI in own:
        yield _flags("ci", "CI", frozenset({_CI}), clean, local)
    others = own - {_CI}
    if others:
        yield _flags("variables", "platform variables", others, clean, local)
    if local is not None and local.environment.driver is not clean.environment.driver:
        yield Change(
            id=f"{FAMILY}:platform",
            family=FAMILY,
            subject="vercel build",
            title="built and packaged by the platform instead of by the project's script alone",
            pattern=Pattern.PIPELINE.value,
            first_stage=Stage.INSTALL,
            break_local=_driving(clean.environment.driver),
            prior=0.08,
            stands_for="built with vercel build",
            coarse=True,
        )


def _flags(
    key: str, subject: str, names: frozenset[str], clean: Recipe, local: Recipe | None
) -> Change:
    return Change(
        id=f"{FAMILY}:{key}",
        family=FAMILY,
        subject=subject,
        title=f"{subject} as the platform sets them",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=_without(names),
        break_local=None if local is None else _with(names, clean),
        prior=0.05,
        stands_for=f"built with {subject}",
        coarse=True,
    )


def _without(names: frozenset[str]) -> Edit:
    def drop(recipe: Recipe) -> Recipe:
        kept = tuple(v for v in recipe.environment.variables if v.name not in names)
        return replace(recipe, environment=replace(recipe.environment, variables=kept))

    return drop


def _with(names: frozenset[str], clean: Recipe) -> Edit:
    given = tuple(v for v in clean.environment.variables if v.name in names)

    def put(recipe: Recipe) -> Recipe:
        environment = recipe.environment
        for variable in given:
            environment = environment.with_variable(variable)
        return replace(recipe, environment=environment)

    return put


def _driving(driver: Driver) -> Edit:
    def drive(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=replace(recipe.environment, driver=driver))

    return drive
