"""Edits that remedies make to a recipe: the smallest change of a text a reviewer would accept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from verifier.model.recipe import Recipe


def editing(path: str, edit: Callable[[str], str | None]) -> Callable[[Recipe], Recipe]:
    """A change of one file; `edit` gives the text as it shall be, None to leave it alone."""

    def apply(recipe: Recipe) -> Recipe:
        text = recipe.source.text(path)
        if text is None:
            return recipe
        edited = edit(text)
        if edited is None or edited == text:
            return recipe
        return replace(recipe, source=recipe.source.with_bytes(path, edited.encode()))

    return apply


def writing(path: str, text: str) -> Callable[[Recipe], Recipe]:
    """A change that writes a whole file."""

    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, source=recipe.source.with_bytes(path, text.encode()))

    return apply


def deleting(*paths: str) -> Callable[[Recipe], Recipe]:
    """A change that removes files."""

    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, source=recipe.source.without(*paths))

    return apply


def renaming(old: str, new: str) -> Callable[[Recipe], Recipe]:
    """A change that moves one file, keeping its content and mode."""

    def apply(recipe: Recipe) -> Recipe:
        entry = recipe.source.entries.get(old)
        if entry is None:
            return recipe
        return replace(recipe, source=recipe.source.with_entry(new, entry).without(old))

    return apply


def in_turn(*steps: Callable[[Recipe], Recipe]) -> Callable[[Recipe], Recipe]:
    """A change made of several, applied in order."""

    def apply(recipe: Recipe) -> Recipe:
        for step in steps:
            recipe = step(recipe)
        return recipe

    return apply


def replaced_at(text: str, line: int, old: str, new: str) -> str | None:
    """The text with the first `old` of one line replaced, None if the line does not hold it."""
    lines = text.split("\n")
    if not 0 < line <= len(lines) or old not in lines[line - 1]:
        return None
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)
