"""Edits of the platform's configuration file, which may have to be written first."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from verifier.detectors._edits import editing, writing
from verifier.detectors._json_edits import with_key
from verifier.model.recipe import Recipe


def configuring(path: str, key: str, value: Any) -> Callable[[Recipe], Recipe]:
    """A change that sets one key of `vercel.json`."""

    def apply(recipe: Recipe) -> Recipe:
        if path in recipe.source:
            return editing(path, lambda text: with_key(text, [key], value))(recipe)
        return writing(path, json.dumps({key: value}, indent=2) + "\n")(recipe)

    return apply
