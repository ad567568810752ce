"""Keeps values of variables out of everything that is told, even where a build printed them.

Names are told, values never: a value found in a text becomes `[value of NAME]`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from verifier.model.environment import Origin
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret

_MIN_CHARS = 6
"""Shorter values (`true`, `3000`) occur by chance and tell nothing."""
T = TypeVar("T")


class Redactor:
    """Replaces known values in texts and in whole values made of frozen dataclasses."""

    def __init__(self, values: Mapping[str, Secret]) -> None:
        texts: dict[str, str] = {}
        for name, secret in sorted(values.items()):
            text = secret.reveal()
            if len(text) >= _MIN_CHARS:
                texts.setdefault(text, name)
                # A log shows a value of several lines one line at a time.
                for line in text.splitlines():
                    if len(line) >= 2 * _MIN_CHARS:
                        texts.setdefault(line, name)
        self._names = texts
        longest_first = sorted(texts, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if texts else None

    def text(self, text: str) -> str:
        """The text with every known value replaced by the name of its variable."""
        if self._pattern is None:
            return text
        return self._pattern.sub(lambda m: f"[value of {self._names[m[0]]}]", text)

    def value(self, value: T) -> T:
        """The same value with every text in it redacted; enums and numbers stay."""
        redacted: T = self._any(value)
        return redacted

    def _any(self, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Enum):
            return self.text(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changed = {
                f.name: new
                for f in dataclasses.fields(value)
                if (new := self._any(old := getattr(value, f.name))) is not old
            }
            return dataclasses.replace(value, **changed) if changed else value
        if isinstance(value, tuple):
            made = tuple(self._any(v) for v in value)
            return value if all(a is b for a, b in zip(made, value, strict=True)) else made
        if isinstance(value, Mapping):
            return {k: self._any(v) for k, v in value.items()}
        return value


def known_values(project: Project, clean: Recipe) -> dict[str, Secret]:
    """Values that must not be told: of files git does not hold, and of the production scope."""
    found = {
        entry.name: entry.value
        for file in project.env_files
        if not file.committed
        for entry in file.entries
        if entry.value is not None
    }
    found |= {e.name: e.value for e in project.production or () if e.value is not None}
    found |= {
        v.name: v.value
        for v in clean.environment.variables
        if v.value is not None and v.origin is Origin.PRODUCTION
    }
    return found
