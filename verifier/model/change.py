"""Changes: pure functions on recipes, each the smallest difference that can be told apart.

A *factor* is a difference between the local and the clean side.
A *remedy* is what a person would commit or set on the platform.
One `Change` can be both: its `repair` makes the clean side good (by the remedy where there is
one, else by the local value) and its `break_local` gives the local side the clean value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe


class RemedyKind(Enum):
    """Who carries a remedy out."""

    PROJECT = "project"
    """A commit: it shows up in `fixes.patch`."""
    PLATFORM = "platform"
    """A setting or variable on the platform."""
    NONE = "none"
    """The change only takes the local value; it proves, but nobody should ship it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One elementary change, named so that a person can read a list of them.

    family: which plug-in made it (`env-var`, `package`, `file`, `node`, ...).
    first_stage: the first stage that can notice it; earlier snapshots stay valid.
    prior: probability in 0..1 that it is a cause before any failure was seen.
    """

    id: str
    family: str
    subject: str
    title: str
    pattern: str
    """A value of `Pattern`, as text, so that this module stays below `finding`."""
    first_stage: Stage
    repair: Callable[[Recipe], Recipe] | None = field(default=None, compare=False, repr=False)
    break_local: Callable[[Recipe], Recipe] | None = field(default=None, compare=False, repr=False)
    remedy_kind: RemedyKind = RemedyKind.NONE
    remedy_summary: str = ""
    """What to do, in one imperative sentence; never a secret's value."""
    locations: tuple[str, ...] = ()
    """Places as `file:line` or `file`, the decisive one first."""
    prior: float = 0.05
    stands_for: str = ""
    """How the state is described when it is broken: `absent in the production scope`."""
    coupled: tuple[str, ...] = ()
    """Ids of changes that only make sense flipped together with this one."""
    excludes: tuple[str, ...] = ()
    """Ids of alternative repairs, never applied beside this one."""
    coarse: bool = False
    """Takes much at once (a whole installed tree); tried when nothing finer helps."""

    def __post_init__(self) -> None:
        if self.repair is None and self.break_local is None:
            msg = f"change {self.id!r} changes nothing"
            raise ValueError(msg)
