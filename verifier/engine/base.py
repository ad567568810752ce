"""The narrow contract of an engine: recipe in, run out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.model.secret import Secret

Progress = Callable[[str], None]
"""Called with one short line for people; never with a secret."""


def silent(_: str) -> None:
    """A progress callback that says nothing."""


def no_markers() -> Mapping[str, Secret]:
    """Nothing to look for in the output."""
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """One run to perform.

    label: what this run is, stable between sessions (`clean`, `clean, repaired: env-var:X`).
    markers: gives name → text to look for in the client side of the output; asked by an engine
        that looks, in a thread of its own while the build runs.
    collect: small text files to bring back, relative to the repository root.
    keep: leave the container running at the end, for a person to look into.
    cold: install afresh whatever earlier runs left.
    contained: in a container even where a developer's own side runs on the host.
    """

    id: str
    label: str
    recipe: Recipe
    markers: Callable[[], Mapping[str, Secret]] = field(default=no_markers, repr=False)
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
