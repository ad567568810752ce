"""Edits of the platform's configuration file, which may have to be written first."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, Final

from verifier.detectors._edits import editing, writing
from verifier.detectors._json_edits import with_key
from verifier.model.recipe import Recipe

CATCH_ALL: Final = re.compile(r"^/(?:\((?:\?!(?P<not>[^()]*)\))?\.\*\)|:[A-Za-z]\w*\*)$")
"""Sources of rewrites and routes that match nearly everything, with what they leave out."""


def with_rule(key: str, place: int, name: str, value: str) -> Callable[[str], str | None]:
    """An edit that gives one rule of a list another source or destination."""

    def edit(text: str) -> str | None:
        try:
            rules = json.loads(text)[key]
            old = rules[place][name]
        except (ValueError, RecursionError, KeyError, IndexError, TypeError):
            return None
        if not isinstance(old, str):
            return None
        written = json.dumps(old)
        if text.count(written) == 1:
            return text.replace(written, json.dumps(value))
        rules[place][name] = value
        return with_key(text, [key], rules)

    return edit


def configuring(path: str, key: str, value: Any) -> Callable[[Recipe], Recipe]:
    """A change that sets one key of `vercel.json`."""

    def apply(recipe: Recipe) -> Recipe:
        if path in recipe.source:
            return editing(path, lambda text: with_key(text, [key], value))(recipe)
        return writing(path, json.dumps({key: value}, indent=2) + "\n")(recipe)

    return apply
