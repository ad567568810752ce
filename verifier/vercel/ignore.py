"""Which files the platform drops: `.vercelignore`, and the fixed list of a CLI upload.

Patterns are those of git, but matched without regard to case, as the platform's library does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

import pathspec

from verifier.model.source import SourceTree

UPLOAD_IGNORES: Final[tuple[str, ...]] = (
    ".hg",
    ".git",
    ".gitmodules",
    ".svn",
    ".cache",
    ".next",
    ".now",
    ".vercel",
    ".npmignore",
    ".dockerignore",
    ".gitignore",
    ".*.swp",
    ".DS_Store",
    ".wafpicke-*",
    ".lock-wscript",
    ".env.local",
    ".env.*.local",
    ".venv",
    ".yarn/cache",
    ".pnp*",
    "npm-debug.log",
    "config.gypi",
    "node_modules",
    "__pycache__",
    "venv",
    "CVS",
)
"""What a CLI upload never sends.

Source: `@vercel/client`, `getVercelIgnore`, seen 2026-11-23.
"""

NEVER_REMOVED: Final = frozenset({"vercel.json", "vercel.toml", "now.json"})
"""Source: `@vercel/build-utils`, `get-ignore-filter`, seen 2026-11-23."""


def parse_ignore(text: str) -> tuple[str, ...]:
    """The patterns of an ignore file, without comments and empty lines; a leading `./` is dropped.

    Source: `@vercel/build-utils`, `get-ignore-filter`, seen 2026-11-23.
    """
    lines = (line.removeprefix("./").rstrip("\r") for line in text.split("\n"))
    return tuple(line for line in lines if line.strip() and not line.startswith("#"))


def anchor_patterns(patterns: Iterable[str], folder: str) -> tuple[str, ...]:
    """Patterns of a file that lies in `folder`, written relative to the repository root."""
    return tuple(_anchored(p, folder) for p in patterns) if folder else tuple(patterns)


def apply_vercelignore(tree: SourceTree, patterns: tuple[str, ...], root: str) -> SourceTree:
    """The snapshot without the files that `.vercelignore` removes from the checkout.

    patterns: relative to the repository root. root: the application's directory; the platform's
    configuration there and at the repository root is never removed.
    """
    kept = NEVER_REMOVED | {f"{root}/{name}" for name in NEVER_REMOVED if root}
    return _without(tree, patterns, kept) if patterns else tree


def apply_upload_ignores(tree: SourceTree) -> SourceTree:
    """The snapshot without what a CLI upload leaves out by itself."""
    extra = ("/target",) if "Cargo.toml" in tree else ()
    return _without(tree, (*UPLOAD_IGNORES, *extra), frozenset())


def _without(tree: SourceTree, patterns: tuple[str, ...], kept: frozenset[str]) -> SourceTree:
    is_ignored = matcher(patterns)
    gone = [path for path in tree if path not in kept and is_ignored(path)]
    return tree.without(*gone) if gone else tree


def _anchored(pattern: str, folder: str) -> str:
    sign = "!" if pattern.startswith("!") else ""
    rest = pattern[len(sign) :]
    if "/" in rest.rstrip("/"):
        return f"{sign}/{folder}/{rest.removeprefix('/')}"
    return f"{sign}/{folder}/**/{rest}"


def matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """A function that says whether a relative path is ignored.

    Below an ignored folder nothing can be brought back, as in git.
    """
    spec = pathspec.GitIgnoreSpec.from_lines(_valid(patterns))

    @cache
    def is_folder_ignored(folder: str) -> bool:
        parent = folder.rpartition("/")[0]
        if parent and is_folder_ignored(parent):
            return True
        return spec.match_file(f"{folder}/")

    def is_ignored(path: str) -> bool:
        lowered = path.lower()
        parent = lowered.rpartition("/")[0]
        if parent and is_folder_ignored(parent):
            return True
        return spec.match_file(lowered)

    return is_ignored


def _valid(patterns: Iterable[str]) -> list[str]:
    kept = []
    for pattern in patterns:
        try:
            pathspec.GitIgnoreSpec.from_lines([pattern.lower()])
        except ValueError:
            continue
        kept.append(pattern.lower())
    return kept
