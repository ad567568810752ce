"""What detectors look at: everything known when one trial has been observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.model.change import Change
from verifier.model.difference import Difference
from verifier.model.observation import Observation
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.trial import TrialKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence of one trial.

    observation: of the trial in question (at first the clean run; later of trials in which some
    causes are already repaired, so that the next one shows).
    recipe: the recipe of that trial, its source with the repairs applied.
    clean, local: the recipes of both sides; local None where nothing local is known.
    changes: known factors by id, which findings may name as suspects.
    values_seen: variable → files of the client output that held its value in a trial that had it.
    """

    project: Project
    key: TrialKey
    observation: Observation
    recipe: Recipe
    clean: Recipe
    local: Recipe | None
    local_observation: Observation | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    values_seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
