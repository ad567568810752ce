"""Moving a module without breaking what it imports."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from verifier.model.recipe import Recipe

_RELATIVE: Final = re.compile(
    r"""(?P<head>\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(?P<quote>["'])(?P<path>\.\.?/[^"'\n]*|\.\.?)(?P=quote)"""
)


def moving(old: str, new: str) -> Callable[[Recipe], Recipe]:
    """A change that moves one module; its relative imports lead to the same files afterwards.

    Imports of the module by others are left alone: the files this is for are found by their
    place, not imported.
    """

    def apply(recipe: Recipe) -> Recipe:
        entry = recipe.source.entries.get(old)
        if entry is None or new in recipe.source:
            return recipe
        source = recipe.source.with_entry(new, entry).without(old)
        text = source.text(new)
        moved = None if text is None else with_imports_from(text, old, new)
        if moved is not None and moved != text:
            source = source.with_bytes(new, moved.encode())
        return replace(recipe, source=source)

    return apply


def with_imports_from(text: str, old: str, new: str) -> str:
    """A module's text as it must read at another place of the tree."""
    before, after = posixpath.dirname(old), posixpath.dirname(new)

    def renamed(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(before, match["path"]))
        path = posixpath.relpath(f"/{target}", f"/{after}")
        path = path if path.startswith(".") else f"./{path}"
        return f"{match['head']}{match['quote']}{path}{match['quote']}"

    return _RELATIVE.sub(renamed, text)
