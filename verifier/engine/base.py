"""The narrow contract of an engine: recipe in, run out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.model.secret import Secret

Progress = Callable[[str], None]
"""Called with one short line for people; never with a secret."""


def silent(_: str) -> None:
    """A progress callback that says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run to perform.

    label: what this run is, stable between sessions (`clean`, `clean, repaired: env-var:X`).
    markers: name → text to look for in the client side of the output.
    collect: small text files to bring back, relative to the repository root.
    keep: leave the container running at the end, for a person to look into.
    cold: install afresh whatever earlier runs left.
    contained: in a container even where a developer's own side runs on the host.
    """

    id: str
    label: str
    recipe: Recipe
    markers: Mapping[str, Secret] = field(default_factory=dict, repr=False)
    collect: tuple[str, ...] = ()
    keep: bool = False
    cold: bool = False
    contained: bool = False


class Engine(Protocol):
    """Performs runs; every implementation passes the same contract tests."""

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        """Perform one run; trouble of the engine is in `Run.infra`, never an exception."""

    def cancel(self, request_id: str) -> None:
        """Stop a run that is no longer needed; its `run` returns with `infra` set."""

    def close(self) -> None:
        """Stop every run and remove what they created; a run asked for afterwards is cancelled."""
