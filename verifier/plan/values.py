"""What a plan is made from besides the project, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from verifier.model.difference import Difference
from verifier.model.environment import Network
from verifier.model.outcome import Outcome
from verifier.model.recipe import Recipe


class SourceMode(Enum):
    """How the source reaches the platform."""

    GIT = "git"
    """What is committed."""
    UPLOAD = "upload"
    """What the platform's command line sends from the disk."""


class LocalMode(Enum):
    """Whether there is a local side to compare with."""

    AUTO = "auto"
    """If something shows that the project ran on this machine."""
    REPLAY = "replay"
    """Always: what lies on disk is built in a container as a developer would."""
    RECORDED = "recorded"
    """As a capture from another machine says: compared and counted, but never run here."""
    NONE = "none"
    """Never: the repository is looked at as cloned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOptions:
    """What a person may say about the two builds; None leaves it to the facts.

    node_local: Node major of the local side. plan: name of the platform's plan.
    stand_ins: variables that exist on the platform with a value that cannot be read get one of
    their likely shape, so that they are present as they would be; without it they stay absent.
    """

    source: SourceMode = SourceMode.GIT
    local: LocalMode = LocalMode.AUTO
    node_local: int | None = None
    plan: str | None = None
    network: Network = Network.FULL
    stand_ins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Both builds, and what is known before any of them runs.

    refusals: what the platform refuses before it builds anything, the first one first.
    notes: what could not be carried over, and what had to be assumed.
    recorded: how the developer's own build ended on another machine, None if nobody said.
    options: what the plan was made with, for another plan of the same project once repaired.
    """

    clean: Recipe
    local: Recipe | None
    refusals: tuple[Outcome, ...] = ()
    differences: tuple[Difference, ...] = ()
    notes: tuple[str, ...] = ()
    recorded: Outcome | None = None
    options: PlanOptions = PlanOptions()

    @property
    def refusal(self) -> Outcome | None:
        """The refusal the platform would report, None if it starts to build."""
        return self.refusals[0] if self.refusals else None
