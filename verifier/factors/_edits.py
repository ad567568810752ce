"""Edits of snapshots that factors share; each leaves a file alone that is not as expected."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace

from verifier.model.recipe import Recipe
from verifier.model.source import FileEntry, SourceTree

Edit = Callable[[Recipe], Recipe]


def with_source(recipe: Recipe, tree: SourceTree) -> Recipe:
    """The recipe with another snapshot."""
    return recipe if tree is recipe.source else replace(recipe, source=tree)


def edit_text(path: str, change: Callable[[str], str | None]) -> Edit:
    """An edit of one text file; `change` gives the text as it shall be, None to leave it."""

    def apply(recipe: Recipe) -> Recipe:
        text = recipe.source.text(path)
        edited = None if text is None else change(text)
        if edited is None or edited == text:
            return recipe
        content = edited.encode("utf-8", errors="surrogateescape")
        return with_source(recipe, recipe.source.with_bytes(path, content))

    return apply


def edited_secret(tree: SourceTree, path: str, original: FileEntry, text: str) -> SourceTree:
    """The snapshot with a secret file overwritten.

    original: the entry before any edit; its digest is salted and salts the next one, so that the
    order of edits leaves no trace and the digest tells nothing.
    """
    content = text.encode("utf-8", errors="surrogateescape")
    digest = hmac.new(original.digest.encode(), content, hashlib.sha256).hexdigest()
    entry = FileEntry(
        digest=digest,
        size_bytes=len(content),
        executable=original.executable,
        secret=original.secret,
        content=content,
    )
    return tree.with_entry(path, entry)


def moved(
    tree: SourceTree, gone: Collection[str], kept: Iterable[str], other: SourceTree
) -> SourceTree:
    """The snapshot without some paths and with entries of another one.

    All at once, because each snapshot is a copy of the whole listing.
    """
    entries = {p: e for p, e in tree.entries.items() if p not in gone}
    for path in kept:
        entry = other.entries.get(path)
        if entry is None:
            continue
        same_store = tree.store is other.store or entry.content is not None
        entries[path] = entry if same_store else replace(entry, content=other.read(path))
    return replace(tree, entries=entries)


def in_turn(*edits: Edit) -> Edit:
    """One edit made of several."""

    def apply(recipe: Recipe) -> Recipe:
        for edit in edits:
            recipe = edit(recipe)
        return recipe

    return apply
