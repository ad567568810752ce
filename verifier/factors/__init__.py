"""Pure plug-ins that list the elementary changes between two recipes; each file is one family.

A plug-in has `FAMILY` and `changes(project, clean, local)`; names starting with `_` are shared
parts. Changes are idempotent, and commute but for those that bring a whole file another one
edits; `with_repairs` and `with_breaks` keep an order, so that a set of ids says everything about
a trial.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from importlib import import_module
from typing import Final

from verifier.model.change import Change
from verifier.model.project import Project
from verifier.model.recipe import Recipe

Family = Callable[[Project, Recipe, Recipe | None], Iterable[Change]]

WITHOUT_FACTOR: Final[Mapping[str, str]] = {
    "name": "names the side in reports and does nothing",
    "notes": "says in words what the other fields cannot hold",
    "build_script": "belongs to the local driver and goes with it",
    "settings": "both sides are built from the same settings; detectors propose others",
    "network": "both sides get the same reach, else every trial would differ by it",
    "user": "both sides run as the platform's user; the developer's is not known",
    "locale": "both sides run with the platform's locale; the developer's is not known",
    "timezone": "both sides run in the platform's time zone; the developer's is not known",
    "font_sheets": "what stands in for web fonts is the same on both sides",
    "any_pnpm": "what stands in for an exact pnpm is the same on both sides",
}
"""Fields of an environment that no factor takes, and why."""

FIELDS: Final[Mapping[str, str]] = {
    "driver": "driver",
    "node_major": "node",
    "manager": "manager",
    "tree": "tree",
    "variables": "env-var",
    "limits": "limits",
}
"""Field of an environment → the family that takes it."""


_FIRST: Final = {"file": 0, "case": 0, "manager": 1, "lockfile-drift": 2}


@cache
def all_families() -> Mapping[str, Family]:
    """The plug-ins of this folder by their family."""
    names = sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_"))
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.FAMILY: module.changes for module in modules}


def with_repairs(clean: Recipe, changes: Iterable[Change]) -> Recipe:
    """The clean side with changes made good, whatever the order they come in."""
    for change in _in_order(changes):
        if change.repair is not None:
            clean = change.repair(clean)
    return clean


def with_breaks(local: Recipe, changes: Iterable[Change]) -> Recipe:
    """The local side with changes taken to the clean value, whatever the order they come in."""
    for change in _in_order(changes):
        if change.break_local is not None:
            local = change.break_local(local)
    return local


def _in_order(changes: Iterable[Change]) -> list[Change]:
    """Whole files first, then what edits them: of these two only one order makes sense."""
    last = len(_FIRST)
    return sorted(changes, key=lambda c: (_FIRST.get(c.family, last), c.id))


def all_changes(project: Project, clean: Recipe, local: Recipe | None) -> tuple[Change, ...]:
    """Every known change between the sides, the likeliest first; local None if there is none."""
    found: dict[str, Change] = {}
    for family in all_families().values():
        for change in family(project, clean, local):
            found.setdefault(change.id, change)
    return tuple(sorted(found.values(), key=lambda c: (-c.prior, c.id)))
