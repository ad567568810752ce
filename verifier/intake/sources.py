"""Source snapshots of one project: what git delivers, what lies on disk, what an upload sends."""

from __future__ import annotations

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from verifier.intake.disk import DiskFile
from verifier.intake.git import Git, GitError, IndexRow, TreeRow
from verifier.intake.store import Store, Stored
from verifier.model.project import Problem
from verifier.model.source import FileEntry, FileKind

_LFS_HEAD: Final = b"version https://git-lfs.github.com/spec/"
_LFS_MAX: Final = 1024
_LFS_OID: Final = re.compile(rb"^oid sha256:([0-9a-f]{64})$", re.MULTILINE)
_SECRET_NAMES: Final = (".env", ".env.*", ".envrc", ".dev.vars", ".npmrc", ".yarnrc.yml", ".netrc")
_SECRET_KEYS: Final = (
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_rsa*",
    "id_ed25519*",
    ".pypirc",
    "*service-account*.json",
    "*serviceaccount*.json",
    "*credentials*.json",
    "secrets.*",
)


def may_hold_secrets(path: str) -> bool:
    """Whether a file of that name usually holds values that must not travel."""
    name = PurePosixPath(path).name.lower()
    return any(fnmatch.fnmatchcase(name, p) for p in (*_SECRET_NAMES, *_SECRET_KEYS))


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskContent:
    """Contents of the files on disk, by path; links have no `Stored`."""

    stored: Mapping[str, Stored]
    problems: tuple[Problem, ...]


def store_disk(top: Path, files: Mapping[str, DiskFile], store: Store) -> DiskContent:
    """Copy the files into the store; one that cannot be read becomes a problem."""
    stored: dict[str, Stored] = {}
    problems: list[Problem] = []
    for path, file in files.items():
        if file.target is not None:
            continue
        try:
            stored[path] = store.put_file(top / path)
        except OSError as error:
            why = error.strerror or str(error)
            problems.append(Problem(what="file not read", why=why, file=path))
    return DiskContent(stored=stored, problems=tuple(problems))


def committed_entries(
    git: Git, rows: Iterable[TreeRow], store: Store, known: Iterable[Stored]
) -> tuple[dict[str, FileEntry], dict[str, str], tuple[Problem, ...]]:
    """Entries of a commit, git LFS pointers among them (path → sha256 of what they stand for)."""
    rows = tuple(rows)
    contents = {s.oid: s for s in known}
    missing = sorted({r.oid for r in rows if r.mode != "160000"} - contents.keys())
    problems: list[Problem] = []
    try:
        for oid, chunks in git.blobs(missing):
            contents[oid] = store.put_stream(chunks, f"object {oid}")
    except GitError as error:
        why = f"{error}; a partial or damaged clone lacks it: fetch the whole history"
        problems.append(Problem(what="committed file not read", why=why))
    entries: dict[str, FileEntry] = {}
    pointers: dict[str, str] = {}
    for row in rows:
        if row.mode == "160000":
            digest = hashlib.sha256(row.oid.encode()).hexdigest()
            # No file has this content; a patch that takes the submodule away has to name it.
            commit = f"Subproject commit {row.oid}\n".encode()
            entries[row.path] = FileEntry(
                digest=digest, size_bytes=0, kind=FileKind.GITLINK, content=commit
            )
            continue
        content = contents.get(row.oid)
        if content is None:
            continue
        entries[row.path] = FileEntry(
            digest=content.digest,
            size_bytes=content.size_bytes,
            kind=FileKind.SYMLINK if row.mode == "120000" else FileKind.FILE,
            executable=row.mode == "100755",
        )
        pointer = _lfs_oid(store, content)
        if pointer:
            pointers[row.path] = pointer
    return entries, pointers, tuple(problems)


def disk_entry(file: DiskFile, content: Stored | None, store: Store) -> FileEntry | None:
    """The entry of a file as it lies on disk, None if its content could not be read."""
    if file.target is not None:
        stored = store.put_bytes(os.fsencode(file.target))
        return FileEntry(digest=stored.digest, size_bytes=stored.size_bytes, kind=FileKind.SYMLINK)
    if content is None:
        return None
    return FileEntry(
        digest=content.digest, size_bytes=content.size_bytes, executable=file.executable
    )


def sealed(entry: FileEntry, store: Store) -> FileEntry:
    """The entry as one that holds secrets: its digest no longer reveals the content."""
    return replace(entry, digest=store.alias(entry.digest), secret=True)


def working_entry(
    file: DiskFile,
    content: Stored | None,
    store: Store,
    *,
    row: TreeRow | IndexRow | None,
    committed: FileEntry | None,
    trust_mode: bool,
) -> FileEntry | None:
    """The entry of a file on disk beside what the commit holds under the same name.

    A file that differs from the commit by line ends only is taken as committed: git converts
    them on check-out, and the platform gets the committed ones.
    """
    entry = disk_entry(file, content, store)
    if entry is None:
        return None
    if not trust_mode:
        entry = replace(entry, executable=row is not None and row.mode == "100755")
    if committed is not None and content is not None and row is not None:
        if content.text_oid == row.oid:
            entry = replace(entry, digest=committed.digest, size_bytes=committed.size_bytes)
        if entry.digest == committed.digest:
            return entry
    return sealed(entry, store) if may_hold_secrets(file.path) else entry


def _lfs_oid(store: Store, content: Stored) -> str | None:
    if content.size_bytes > _LFS_MAX:
        return None
    raw = store.read(content.digest)
    found = _LFS_OID.search(raw) if raw.startswith(_LFS_HEAD) else None
    return found[1].decode() if found else None
