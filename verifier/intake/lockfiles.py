"""Lockfiles → facts: what is pinned, and where a lockfile disagrees with what is declared.

Nothing is installed or asked of a registry; a lockfile that cannot be read is still listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from posixpath import dirname, join
from typing import Any, Final
from urllib.parse import unquote, urlsplit

import nodesemver

from verifier.intake.code_jsonc import parse_jsonc
from verifier.intake.lockfiles_bun import parse_bun, parse_vlt
from verifier.intake.lockfiles_contents import (
    Contents,
    Unreadable,
    merged_ranges,
    missing_platform,
    table,
)
from verifier.intake.lockfiles_npm import GROUPS, parse_npm
from verifier.intake.lockfiles_pnpm import parse_pnpm
from verifier.intake.lockfiles_yarn import parse_yarn
from verifier.model.project import Lockfile, LockKind, Manifest
from verifier.model.source import SourceTree

UNREADABLE: Final = "unreadable"
"""Version of a lockfile that is broken: cut off, badly merged, or of an unknown format."""
MAX_BYTES: Final = 64 << 20

_PARSERS: Final[Mapping[LockKind, Callable[[str], Contents]]] = {
    LockKind.NPM: parse_npm,
    LockKind.SHRINKWRAP: parse_npm,
    LockKind.PNPM: parse_pnpm,
    LockKind.YARN: parse_yarn,
    LockKind.BUN: parse_bun,
    LockKind.VLT: parse_vlt,
}
_CONFLICT: Final = re.compile(r"^(?:<{7} |>{7} )", re.MULTILINE)
_SOURCE_ARCHIVE: Final = re.compile(r"/tar\.gz/|/archive/|/tarball/")
_PUBLIC: Final = frozenset(f"registry.{site}" for site in ("npmjs.org", "yarnpkg.com"))


def read_lockfiles(
    committed: SourceTree, working: SourceTree, *, root: str, manifests: tuple[Manifest, ...]
) -> tuple[Lockfile, ...]:
    """The lockfiles of an application's folder and of the folders above it, nearest first.

    A lockfile that git delivers is read as git delivers it, another one as it lies on disk.
    """
    found: list[Lockfile] = []
    folder = root
    while True:
        for kind in LockKind:
            path = join(folder, kind.value)
            for tree, is_committed in ((committed, True), (working, False)):
                if path in tree:
                    found.append(_read(tree, path, kind, manifests, committed=is_committed))
                    break
        if not folder:
            return tuple(found)
        folder = dirname(folder)


def _read(
    tree: SourceTree,
    path: str,
    kind: LockKind,
    manifests: tuple[Manifest, ...],
    *,
    committed: bool,
) -> Lockfile:
    if kind is LockKind.BUN_BINARY:
        return Lockfile(path=path, kind=kind, version="binary", committed=committed)
    too_large = tree.entries[path].size_bytes > MAX_BYTES
    source = None if too_large else tree.text(path)
    contents = None if source is None else parse_lockfile(kind, source)
    if contents is None:
        return Lockfile(path=path, kind=kind, version=UNREADABLE, committed=committed)
    declared = {
        dirname(m.path): m
        for m in manifests
        if not dirname(path) or m.path.startswith(f"{dirname(path)}/")
    }
    return Lockfile(
        path=path,
        kind=kind,
        version=contents.version,
        committed=committed,
        packages=contents.packages,
        drifted=_drifted(tree, dirname(path), contents, declared),
        missing_platform=missing_platform(contents),
        foreign_hosts=foreign_hosts(contents.urls),
    )


def parse_lockfile(kind: LockKind, source: str) -> Contents | None:
    """The contents of a lockfile; None if it is broken or of a format that holds no text."""
    parser = _PARSERS.get(kind)
    if parser is None or _CONFLICT.search(source):
        return None
    try:
        return parser(source)
    except Unreadable:
        return None


def _drifted(
    tree: SourceTree, folder: str, contents: Contents, manifests: Mapping[str, Manifest]
) -> tuple[str, ...]:
    names: set[str] = set()
    for place, manifest in manifests.items():
        raw = _raw_manifest(tree, manifest)
        declared = merged_ranges(raw.get(group) for group in GROUPS)
        inner = place[len(folder) :].lstrip("/")
        names |= drift(
            contents, inner, declared, peers=frozenset(table(raw.get("peerDependencies")))
        )
    return tuple(sorted(names))


def _raw_manifest(tree: SourceTree, manifest: Manifest) -> Mapping[str, Any]:
    """The package.json as the tree of the lockfile holds it."""
    return table(parse_jsonc(tree.text(manifest.path) or "")) or table(manifest.raw)


def drift(
    contents: Contents, folder: str, declared: Mapping[str, str], *, peers: frozenset[str]
) -> frozenset[str]:
    """The names in one package.json that the lockfile does not hold with the same range.

    folder: where that package.json lies, relative to the lockfile.
    """
    if contents.importers is not None:
        recorded = contents.importers.get(folder)
        if recorded is None:
            # A package.json that the lockfile does not know need not be part of its workspace.
            return frozenset() if folder or contents.importers else frozenset(declared)
        differing = {n for n, r in declared.items() if not _is_same(r, recorded.get(n))}
        if contents.is_exact:
            differing |= set(recorded) - set(declared) - peers
        return frozenset(
            n for n in differing - contents.lenient if not _is_local(declared.get(n, ""))
        )
    if folder:
        return frozenset()
    if contents.ranges is not None:
        return frozenset(
            n for n, r in declared.items() if f"{n}@{r}" not in contents.ranges and not _is_local(r)
        )
    locked = contents.locked or {}
    return frozenset(n for n, r in declared.items() if not _satisfies(locked.get(n), r))


def _is_same(declared: str, recorded: str | None) -> bool:
    if recorded is None:
        return False
    plain = declared.strip().removeprefix("npm:")
    return plain == recorded.strip().removeprefix("npm:")


def _is_local(declared: str) -> bool:
    """Whether a range names a folder or a workspace, which managers record in their own ways."""
    return declared.startswith(("link:", "file:", "workspace:", "portal:", "patch:", ".", "/"))


def _satisfies(version: str | None, declared: str) -> bool:
    """Whether a locked version is inside a range; ranges that are no versions pass."""
    if version is None:
        return False
    try:
        return bool(nodesemver.satisfies(version, declared, loose=True))
    except ValueError:
        return True


def foreign_hosts(urls: tuple[str, ...]) -> tuple[str, ...]:
    """Hosts that packages were resolved from and that the default registry does not cover.

    Archives of source repositories are no registry and do not count.
    """
    hosts: Counter[str] = Counter()
    for url in urls:
        if not url.startswith(("http://", "https://")) or _SOURCE_ARCHIVE.search(url):
            continue
        try:
            host = urlsplit(unquote(url[:2000])).hostname
        except ValueError:
            continue
        if host is not None and host not in _PUBLIC:
            hosts[host] += 1
    return tuple(sorted(hosts, key=lambda h: (-hosts[h], h)))
