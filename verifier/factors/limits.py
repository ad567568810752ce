"""The memory of the platform's build machine, which is less than a laptop's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from verifier.factors._edits import Edit
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Limits
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe

FAMILY: Final = "limits"
_LARGER_MIB: Final = 16 * 1024


def changes(_project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change: more memory, as the next larger build machine has it."""
    mine = clean.environment.limits
    theirs = None if local is None else local.environment.limits
    larger = replace(mine, memory_mib=max(_LARGER_MIB, theirs.memory_mib if theirs else 0))
    yield Change(
        id=f"{FAMILY}:memory",
        family=FAMILY,
        subject="memory",
        title=f"the build machine has {mine.memory_mib} MiB of memory",
        pattern=Pattern.PIPELINE.value,
        first_stage=Stage.INSTALL,
        repair=_bounding(larger),
        break_local=None if theirs is None or theirs == mine else _bounding(mine),
        remedy_kind=RemedyKind.PLATFORM,
        remedy_summary="Choose a larger build machine, or make the build use less memory.",
        prior=0.02,
        stands_for=f"limited to {mine.memory_mib} MiB of memory",
    )


def _bounding(limits: Limits) -> Edit:
    def bound(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=replace(recipe.environment, limits=limits))

    return bound
