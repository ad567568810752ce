"""Pure plug-ins that compare two observations; each file is one comparator.

A plug-in is a module with `compare(local, clean)`, which returns what differs as a tree. Two laws
hold for each: compared with itself an observation differs in nothing, and with the sides swapped
every difference stays, its sides swapped.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

from verifier.comparators.output import outputs_equal
from verifier.model.difference import Difference
from verifier.model.observation import Observation

__all__ = ["compare_all", "names", "outputs_equal"]


def names() -> tuple[str, ...]:
    """The names of all comparators, in the order in which they report."""
    return tuple(module.__name__.rsplit(".", 1)[-1] for module in _plug_ins())


def compare_all(local: Observation | None, clean: Observation) -> tuple[Difference, ...]:
    """Every difference between the two sides; empty where no local side is known."""
    if local is None:
        return ()
    return tuple(found for plug_in in _plug_ins() for found in plug_in.compare(local, clean))


def _plug_ins() -> Iterator[ModuleType]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda m: m.name):
        if not module.name.startswith("_"):
            yield importlib.import_module(f"{__name__}.{module.name}")
