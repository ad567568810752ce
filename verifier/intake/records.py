"""Git's answers about one repository, gathered once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verifier.intake.git import Git, GitError, IgnoreRule, IndexRow, TreeRow

_MAX_IGNORED: Final = 20_000
_LATEST: Final = 4_102_444_800
"""The year 2100: a commit may claim any date, and later ones tell nothing."""
_ROUTES: Final = re.compile(r"(?:^|/)(?P<router>app|pages)/")
"""Folders whose files may stand for the same address, so that their age tells something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What git holds: the tree of HEAD, the index, and what it ignores on disk.

    ignored: as git prints them; a folder ignored as a whole ends in `/`.
    """

    head: str | None
    branch: str | None
    message: str
    object_format: str
    ignorecase: bool
    filemode: bool
    tree: Mapping[str, TreeRow]
    index: Mapping[str, IndexRow]
    ignored: frozenset[str]
    rules: Mapping[str, IgnoreRule]
    tracked_but_ignored: tuple[str, ...]
    added: Mapping[str, int]

    def is_ignored(self, path: str) -> bool:
        """Whether git ignores a path, itself or with a folder above it."""
        if path in self.ignored or f"{path}/" in self.ignored:
            return True
        return any(f"{parent}/" in self.ignored for parent in parents(path))


def parents(path: str) -> Iterator[str]:
    """The folders above a path, the nearest first."""
    while path := path.rpartition("/")[0]:
        yield path


def read_records(git: Git) -> Records:
    """Ask git everything once; raises `GitError` where it cannot answer."""
    object_format = git.object_format()
    head = git.head()
    ignored = git.ignored()
    tree = {r.path: r for r in git.tree(head)} if head else {}
    return Records(
        head=head,
        branch=git.branch(),
        message=git.message(head) if head else "",
        object_format=object_format,
        ignorecase=git.flag("core.ignorecase", default=False),
        filemode=git.flag("core.filemode", default=True),
        tree=tree,
        index={r.path: r for r in git.index()},
        ignored=frozenset(ignored),
        rules={r.path: r for r in git.rules(ignored[:_MAX_IGNORED])},
        tracked_but_ignored=git.tracked_but_ignored(),
        added=_added(git, head, tree),
    )


def _added(git: Git, head: str | None, tree: Mapping[str, TreeRow]) -> dict[str, int]:
    """When files in folders of routes were added; asked only where there are such folders."""
    if head is None or not any(_ROUTES.search(path) for path in tree):
        return {}
    try:
        found = git.added(head, ("**/app/**", "**/pages/**"))
    except GitError:
        return {}  # a shallow or broken history costs a remark, not the run
    return {path: when for path, when in found.items() if path in tree and 0 < when < _LATEST}
