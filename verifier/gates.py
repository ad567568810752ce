"""Checks the platform makes around a build that any local build misses.

Some come before (strict keys of `vercel.json`), some after a green build ("Deploying outputs").
They are put to the recipe and the observation of a trial, so that a repaired trial passes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from verifier.model.observation import Observation
from verifier.model.outcome import FailureSignature, Stage
from verifier.model.recipe import Recipe
from verifier.vercel.gates import Deployment, find_violations
from verifier.vercel.schema import objections

_BY_PLAN = frozenset({"too-many-functions", "invalid-max-duration", "edge-function-too-large"})
"""Rules that another plan may lift."""


def gate_violations(
    observation: Observation, recipe: Recipe, *, plan_known: bool
) -> tuple[FailureSignature, ...]:
    """What the platform refuses about a trial whose build is green; empty if nothing.

    plan_known: whether somebody said which plan it is; if not, rules of one plan fail nothing.
    """
    deployment = Deployment(
        output=observation.output,
        environment=recipe.environment,
        installed=_top_level(observation.installed),
        gzipped={},
    )
    return (
        *_refused_configuration(recipe, plan_known=plan_known),
        *(
            v.signature
            for v in find_violations(deployment)
            if v.certain and (plan_known or v.error_class not in _BY_PLAN)
        ),
    )


def _top_level(installed: Mapping[str, str]) -> dict[str, str]:
    """Package → version of what the application itself resolves, without nested copies."""
    found: dict[str, str] = {}
    for path, version in installed.items():
        place, _, name = path.rpartition("node_modules/")
        if "node_modules/" not in place:
            found[name] = version
    return found


def _refused_configuration(recipe: Recipe, *, plan_known: bool) -> Iterator[FailureSignature]:
    settings = recipe.environment.settings
    root = (settings.root_directory or "").strip("/")
    config = _json(recipe.source.text(f"{root}/vercel.json" if root else "vercel.json"))
    for objection in objections(config, plan=settings.plan if plan_known else None):
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
