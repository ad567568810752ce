"""A tree of differences between the two sides; every presenter walks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class DifferenceKind(Enum):
    """How the two sides relate; a side that is missing is None."""

    ONLY_LOCAL = "only_local"
    ONLY_CLEAN = "only_clean"
    CHANGED = "changed"
    GROUP = "group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference, or a group of them; values are safe to show (never a secret's)."""

    comparator: str
    subject: str
    kind: DifferenceKind
    local: str | None = None
    clean: str | None = None
    matters: bool = True
    """False for differences that are expected and harmless (a hash in a file name)."""
    children: tuple[Difference, ...] = ()
    note: str = ""
