"""Pure plug-ins that render a report; each file is one format."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Protocol

from verifier.model.report import Report


class Presenter(Protocol):
    """A module that renders a report."""

    NAME: str

    def render(self, report: Report, *, colour: bool = False) -> str:
        """The report in this format."""


def presenters() -> dict[str, Presenter]:
    """Presenters by the name of their format, found by listing this folder."""
    found: dict[str, Presenter] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            loaded = importlib.import_module(f"{__name__}.{module.name}")
            found[str(loaded.NAME)] = loaded
    return found
