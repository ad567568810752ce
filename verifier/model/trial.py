"""Trials: which changes were applied to which side, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from verifier.model.outcome import Outcome

FIX_PLAN: Final = "fix-plan"
"""Id and family of the one change that stands for everything a person will commit and set."""


class World(Enum):
    """Which side a trial starts from."""

    CLEAN = "clean"
    """Changes are repairs: those named are made good, everything else stays broken."""
    LOCAL = "local"
    """Changes are breaks: those named get the clean value, everything else stays local."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialKey:
    """A world and the ids of the changes applied in it."""

    world: World
    changes: frozenset[str]

    def __str__(self) -> str:
        names = ", ".join(sorted(self.changes))
        verb = "repaired" if self.world is World.CLEAN else "broken"
        return f"{self.world.value}, {verb}: {names}" if names else self.world.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial: evidence that anyone can replay."""

    key: TrialKey
    outcome: Outcome
    run_id: str
    seconds: float
    cached: bool = False
