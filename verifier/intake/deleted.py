"""Files that imports still want although a recent commit deleted them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from verifier.intake.git import Git, GitError
from verifier.intake.sources import committed_entries, may_hold_secrets
from verifier.intake.store import Store
from verifier.model.project import DeletedFiles, ImportRef
from verifier.model.source import SourceTree

_MOST: Final = 200
"""Files of the same commits that are kept; what a deleted file imports is mostly among them."""


def read_deleted(
    git: Git | None, head: str | None, unresolved: Iterable[ImportRef], store: Store
) -> DeletedFiles | None:
    """The deleted files that unresolved imports mean, and what went with them; None without any."""
    wanted = {r.wanted for r in unresolved if r.wanted is not None}
    if git is None or head is None or not wanted:
        return None
    try:
        gone = [
            d
            for d in git.deletions(head)
            if d.row.mode != "160000" and not may_hold_secrets(d.row.path)
        ]
        meant = [d for d in gone if any(_means(path, d.row.path) for path in wanted)]
        commits = {d.commit for d in meant}
        beside = [d for d in gone if d.commit in commits][:_MOST]
        found = {d.row.path: d for d in (*meant, *beside)}
        entries, _, _ = committed_entries(git, (d.row for d in found.values()), store, ())
    except GitError:
        return None
    if not entries:
        return None
    return DeletedFiles(
        tree=SourceTree(entries=entries, store=store),
        commits={path: found[path].commit for path in entries},
    )


def _means(wanted: str, path: str) -> bool:
    """Whether an import of `wanted` may mean the file, its ending and index file left out."""
    return path == wanted or path.startswith((f"{wanted}.", f"{wanted}/index."))
