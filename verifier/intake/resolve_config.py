"""Aliases that tsconfig.json and jsconfig.json give to paths.

Files that they extend or reference are followed inside the snapshot; packages are not.
"""

from __future__ import annotations

from dataclasses import dataclass
from posixpath import dirname, join, normpath
from typing import Final

from verifier.intake.code_jsonc import as_table, parse_jsonc
from verifier.model.source import SourceTree

MAX_EXTENDS: Final = 12
"""Links of an `extends` chain that are followed."""
MAX_CONFIG_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A prefix or pattern of specifiers and the paths it stands for.

    pattern: holds at most one `*`; without it the alias also covers what follows a slash if
    `prefix` is set, as bundlers do.
    """

    pattern: str
    targets: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PathConfig:
    """Aliases of one folder's configuration, and the folder bare specifiers start from."""

    aliases: tuple[Alias, ...] = ()
    base: str | None = None
    keeps_types: bool = False
    """Imports used only as types are not erased (`verbatimModuleSyntax` and its ancestors)."""


def read_tsconfig(tree: SourceTree, path: str) -> PathConfig:
    """The aliases of a tsconfig or jsconfig, what it extends and what it references included."""
    config = _merged(tree, path)
    extra: list[Alias] = []
    for reference in config.references[:MAX_EXTENDS]:
        for candidate in (reference, join(reference, "tsconfig.json")):
            if candidate in tree and candidate != path:
                other = _merged(tree, candidate)
                extra.extend(other.aliases)
                config.base = config.base or other.base
                config.keeps_types = config.keeps_types or other.keeps_types
    return PathConfig(
        aliases=(*config.aliases, *extra), base=config.base, keeps_types=config.keeps_types
    )


class _Config:
    """What a chain of configuration files says so far."""

    def __init__(self) -> None:
        self.aliases: list[Alias] = []
        self.base: str | None = None
        self.keeps_types = False
        self.references: list[str] = []


def _merged(tree: SourceTree, path: str) -> _Config:
    merged = _Config()
    queue, seen = [path], set[str]()
    has_paths = False
    while queue and len(seen) < MAX_EXTENDS:
        here = queue.pop(0)
        if here in seen:
            continue
        seen.add(here)
        table = _table(tree, here)
        folder = dirname(here)
        options = as_table(table.get("compilerOptions"))
        base = options.get("baseUrl")
        if isinstance(base, str) and merged.base is None:
            merged.base = clean_path(join(folder, base))
        paths = as_table(options.get("paths"))
        if paths and not has_paths:
            has_paths = True
            origin = clean_path(join(folder, base)) if isinstance(base, str) else None
            anchor = origin if origin is not None else (merged.base or clean_path(folder))
            merged.aliases.extend(_paths(paths, anchor or ""))
        merged.keeps_types = merged.keeps_types or any(
            options.get(k) in (True, "preserve", "error")
            for k in ("verbatimModuleSyntax", "preserveValueImports", "importsNotUsedAsValues")
        )
        if here == path:
            references = table.get("references")
            merged.references = [
                clean_path(join(folder, str(as_table(r).get("path")))) or ""
                for r in (references if isinstance(references, list) else [])
            ]
        queue.extend(_extended(tree, folder, table.get("extends")))
    return merged


def _table(tree: SourceTree, path: str) -> dict[str, object]:
    entry = tree.entries.get(path)
    if entry is None or entry.size_bytes > MAX_CONFIG_BYTES:
        return {}
    return as_table(parse_jsonc(tree.text(path) or ""))


def _paths(paths: dict[str, object], anchor: str) -> list[Alias]:
    found = []
    for pattern, targets in paths.items():
        if not isinstance(targets, list) or pattern.count("*") > 1:
            continue
        places = (clean_path(join(anchor, t)) for t in targets if isinstance(t, str))
        known = tuple(p for p in places if p is not None)
        if known:
            found.append(Alias(pattern=pattern, targets=known))
    return found


def _extended(tree: SourceTree, folder: str, extends: object) -> list[str]:
    names = extends if isinstance(extends, list) else [extends]
    found: list[str] = []
    for name in names:
        if not isinstance(name, str):
            continue
        path = clean_path(join(folder, name)) if name.startswith(".") else None
        if path is None:
            continue
        found.extend(c for c in (path, f"{path}.json", f"{path}/tsconfig.json") if c in tree)
    return found


def clean_path(path: str) -> str | None:
    """A normal path relative to the repository root (`""`), None if it lies outside."""
    normal = normpath(path) if path else "."
    if normal == ".":
        return ""
    if normal.startswith(("../", "/")) or normal == "..":
        return None
    return normal
