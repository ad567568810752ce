"""Small projects in memory, for tests that read code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from verifier.intake.code import read_code
from verifier.model.project import CodeFacts, Manifest
from verifier.model.source import FileEntry, FileKind, SourceTree

NEXT = {"package.json": '{"dependencies": {"next": "16.0.0", "react": "19.0.0"}}'}
VITE = {
    "package.json": '{"dependencies": {"react": "19.0.0"}, "devDependencies": {"vite": "7.0.0"}}',
    "index.html": '<script type="module" src="/src/main.tsx"></script>',
}


class MemoryStore:
    """Holds contents by digest."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.contents[digest]


def tree_of(files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> SourceTree:
    """A snapshot of the given files and symbolic links."""
    store = MemoryStore()
    entries: dict[str, FileEntry] = {}
    kinds = [(files, FileKind.FILE), (links or {}, FileKind.SYMLINK)]
    for group, kind in kinds:
        for path, given in group.items():
            content = given.encode() if isinstance(given, str) else given
            digest = hashlib.sha256(content).hexdigest()
            store.contents[digest] = content
            entries[path] = FileEntry(digest=digest, size_bytes=len(content), kind=kind)
    return SourceTree(entries=entries, store=store)


def manifests_of(tree: SourceTree) -> tuple[Manifest, ...]:
    """The package.json files of a snapshot."""
    found = []
    for path in tree:
        if path.rsplit("/", 1)[-1] == "package.json":
            raw = json.loads(tree.text(path) or "")
            found.append(
                Manifest(
                    path=path,
                    name=raw.get("name", ""),
                    scripts=raw.get("scripts", {}),
                    dependencies=raw.get("dependencies", {}),
                    dev_dependencies=raw.get("devDependencies", {}),
                    raw=raw,
                )
            )
    return tuple(found)


def facts_of(
    files: Mapping[str, str | bytes],
    *,
    root: str = "",
    framework: str | None = None,
    links: Mapping[str, str] | None = None,
) -> CodeFacts:
    """What reading a project in memory says."""
    tree = tree_of(files, links)
    return read_code(tree, root=root, framework=framework, manifests=manifests_of(tree))


def lost(facts: CodeFacts) -> list[str]:
    """The specifiers that lead nowhere though a build reaches them."""
    return [ref.specifier for ref in facts.unresolved if ref.file in facts.reachable]
