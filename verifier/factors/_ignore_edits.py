"""Exceptions added to an ignore file, in an order that does not depend on who came first."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.factors._edits import Edit, edit_text, with_source
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree


def allowing(original: SourceTree, path: str, lines: Sequence[str]) -> Edit:
    """An edit that puts exceptions at the end of an ignore file, where they win.

    original: what is committed, from which earlier additions are told apart. A rule that stands
    outside the repository (the user's own ignore file) needs no edit. An ignore file may have
    taken itself away; it is put back for the edit.
    """
    before = original.text(path) if path and lines else None
    if before is None:
        return lambda recipe: recipe

    def add(text: str) -> str:
        added = text[len(before) :].split("\n") if text.startswith(before) else [""]
        known = {line for line in added if line}
        ordered = sorted({*known, *lines}, key=lambda line: (line.rstrip("/"), line))
        end = "" if before.endswith("\n") or not before else "\n"
        return f"{before}{end}" + "".join(f"{line}\n" for line in ordered)

    edit = edit_text(path, add)

    def allow(recipe: Recipe) -> Recipe:
        if path not in recipe.source:
            tree = recipe.source.with_bytes(path, before.encode("utf-8", errors="surrogateescape"))
            recipe = with_source(recipe, tree)
        return edit(recipe)

    return allow
