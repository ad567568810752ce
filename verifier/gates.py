"""Checks the platform makes around a build that any local build misses.

Some come before (strict keys of `vercel.json`), some after a green build ("Deploying outputs").
They are put to the recipe and the observation of a trial, so that a repaired trial passes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from verifier.model.observation import Observation
from verifier.model.outcome import FailureSignature, Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.vercel.schema import objections


def gate_violations(
    project: Project,  # noqa: ARG001  (further gates need it)
    observation: Observation,  # noqa: ARG001
    recipe: Recipe,
    today: date,  # noqa: ARG001
) -> tuple[FailureSignature, ...]:
    """What the platform refuses about a trial whose build is green; empty if nothing."""
    return tuple(_refused_configuration(recipe))


def _refused_configuration(recipe: Recipe) -> Iterator[FailureSignature]:
    settings = recipe.environment.settings
    root = (settings.root_directory or "").strip("/")
    config = _json(recipe.source.text(f"{root}/vercel.json" if root else "vercel.json"))
    for objection in objections(config, plan=settings.plan):
        if not objection.is_certain:
            continue
        yield FailureSignature(
            stage=Stage.FETCH,
            error_class="vercel-json-refused",
            subject=objection.key,
            line=objection.why,
        )


def _json(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
