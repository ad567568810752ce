"""Source snapshots: the files of one side of a comparison, as a value.

Contents stay in a content store and are read on demand, so that a large project costs little
memory; an edited file carries its bytes with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Protocol


class FileKind(Enum):
    """What an entry of a source snapshot is."""

    FILE = "file"
    SYMLINK = "symlink"
    GITLINK = "gitlink"
    """A submodule: an empty directory unless it is fetched."""


class ContentStore(Protocol):
    """Gives the bytes for a digest; the same digest always gives the same bytes."""

    def read(self, digest: str) -> bytes:
        """Return the content; raises `KeyError` for a digest it never saw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One file of a snapshot.

    digest: sha256 hex of the content (of the link's target for a symlink); for secret files it is
    salted with a random number of this process, so that it identifies without revealing.
    """

    digest: str
    size_bytes: int
    kind: FileKind = FileKind.FILE
    executable: bool = False
    secret: bool = False
    """Holds values that must never reach an image layer, a report or a patch (`.env.local`)."""
    content: bytes | None = field(default=None, repr=False, compare=False)
    """The bytes themselves for edited files; None where the content store has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceTree:
    """A snapshot of files by POSIX path relative to the repository root; never holds `.git`."""

    entries: Mapping[str, FileEntry]
    store: ContentStore = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "entries", MappingProxyType(dict(sorted(self.entries.items()))))

    def __contains__(self, path: str) -> bool:
        return path in self.entries

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __hash__(self) -> int:
        return hash(self.digest())

    def read(self, path: str) -> bytes:
        """The content of a file (a symlink's target); raises `KeyError` if it is not there."""
        entry = self.entries[path]
        return self.store.read(entry.digest) if entry.content is None else entry.content

    def text(self, path: str) -> str | None:
        """The content as text, None if the file is absent or is no plain file."""
        entry = self.entries.get(path)
        if entry is None or entry.kind is not FileKind.FILE:
            return None
        return self.read(path).decode("utf-8", errors="replace")

    def with_bytes(self, path: str, content: bytes, *, secret: bool = False) -> SourceTree:
        """The snapshot with one file added or overwritten (its mode is kept)."""
        old = self.entries.get(path)
        entry = FileEntry(
            digest=hashlib.sha256(content).hexdigest(),
            size_bytes=len(content),
            executable=old is not None and old.executable,
            secret=secret or (old is not None and old.secret),
            content=content,
        )
        return replace(self, entries={**self.entries, path: entry})

    def with_entry(self, path: str, entry: FileEntry, content: bytes | None = None) -> SourceTree:
        """The snapshot with an entry of another snapshot; pass the bytes if the store differs."""
        kept = entry if content is None else replace(entry, content=content)
        return replace(self, entries={**self.entries, path: kept})

    def without(self, *paths: str) -> SourceTree:
        """The snapshot without some files; paths that are not there are ignored."""
        gone = set(paths)
        return replace(self, entries={p: e for p, e in self.entries.items() if p not in gone})

    def digest(self) -> str:
        """A sha256 over paths, kinds, modes and contents."""
        total = hashlib.sha256()
        for path, entry in self.entries.items():
            row = f"{path}\0{entry.kind.value}\0{int(entry.executable)}\0{entry.digest}\n"
            total.update(row.encode("utf-8", errors="surrogateescape"))
        return total.hexdigest()
