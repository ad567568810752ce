"""What a plan says of files: what only the disk has, and what the delivered source lacks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from verifier.model.project import IgnoredPath, Project
from verifier.model.recipe import Recipe

_MOST: Final = 12


def file_sections(project: Project, clean: Recipe) -> Iterator[tuple[str, list[str]]]:
    """Titles with their rows; groups without rows are left out."""
    groups: list[tuple[str, Iterable[str]]] = [
        ("Left out of the upload by .vercelignore", _left_out(project, clean))
    ]
    git = project.git
    if git is not None:
        staged = set(git.staged)
        groups += [
            ("On disk, ignored by git, so not delivered", _ignored(git.ignored)),
            ("On disk, not committed", [p for p in git.untracked if p not in staged]),
            ("Staged, not committed", git.staged),
            ("Changed on disk since the commit", [p for p in git.modified if p not in staged]),
            ("Committed, deleted on disk", git.deleted),
            (
                "Another letter case in git than on disk",
                [f"{c.index_path} in git, {c.disk_path} on disk" for c in git.case_differences],
            ),
            ("Committed although an ignore rule matches", git.tracked_but_ignored),
            ("Submodules (the platform fetches public ones only)", git.submodules),
            ("Git LFS pointers (content only if LFS is on in the project)", git.lfs_pointers),
        ]
    for title, found in groups:
        rows = list(found)
        if rows:
            yield title, _cut(rows)


def _left_out(project: Project, clean: Recipe) -> list[str]:
    if not project.vercelignore:
        return []
    kept = clean.source
    return [p for p in project.committed if p not in kept and not p.startswith(".vercel/")]


def _ignored(paths: Sequence[IgnoredPath]) -> list[str]:
    return [
        f'{i.path}{"/" if i.is_directory else ""}   {i.rule_file}:{i.rule_line} "{i.pattern}"'
        for i in paths
    ]


def _cut(rows: list[str]) -> list[str]:
    left = len(rows) - _MOST
    return [*rows[:_MOST], f"… and {left} more"] if left > 0 else rows
