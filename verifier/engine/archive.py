"""Sources and found trees as tar streams, so that a remote engine works the same as a local one."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import IO

from verifier.model.source import FileEntry, FileKind, SourceTree

EPOCH_S = 1_700_000_000
"""Modification time of every archived file, so that equal snapshots give equal archives."""


def source_archive(tree: SourceTree, paths: Iterable[str], prefix: str = "") -> IO[bytes]:
    """A tar of some files of a snapshot, rewound; the caller closes it."""
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for path in paths:
            _add_entry(tar, tree, path, prefix)
    stream.seek(0)
    return stream


def _add_entry(tar: tarfile.TarFile, tree: SourceTree, path: str, prefix: str) -> None:
    entry = tree.entries[path]
    member = tarfile.TarInfo(prefix + path)
    member.mtime = EPOCH_S
    match entry.kind:
        case FileKind.GITLINK:
            member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member)
        case FileKind.SYMLINK:
            member.type, member.mode = tarfile.SYMTYPE, 0o777
            member.linkname = os.fsdecode(tree.read(path))
            tar.addfile(member)
        case FileKind.FILE:
            body = tree.read(path)
            member.mode = 0o755 if entry.executable else 0o644
            member.size = len(body)
            tar.addfile(member, io.BytesIO(body))


def bytes_archive(files: Mapping[str, bytes], *, mode: int = 0o600) -> IO[bytes]:
    """A tar of files given as bytes, rewound; the caller closes it."""
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    with tarfile.open(fileobj=stream, mode="w|") as tar:
        _add_bytes(tar, files, mode=mode)
    stream.seek(0)
    return stream


def start_archive(
    tools: Mapping[str, bytes],
    tree: SourceTree,
    paths: Iterable[str],
    *,
    prefix: str,
    private: Mapping[str, bytes],
) -> IO[bytes]:
    """A tar of all that a run starts from, by path below `/`, rewound; the caller closes it.

    tools: may be read and started by everybody. private: may be read by the owner only.
    """
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add_bytes(tar, tools, mode=0o755)
        for path in paths:
            _add_entry(tar, tree, path, prefix)
        _add_bytes(tar, private, mode=0o600)
    stream.seek(0)
    return stream


def _add_bytes(tar: tarfile.TarFile, files: Mapping[str, bytes], *, mode: int) -> None:
    for path, body in files.items():
        member = tarfile.TarInfo(path)
        member.mode, member.size, member.mtime = mode, len(body), EPOCH_S
        tar.addfile(member, io.BytesIO(body))


def folder_archive(folders: Mapping[str, Path]) -> IO[bytes]:
    """A tar of folders on disk by their name in the archive; links are kept, never followed."""
    stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  (the caller closes it)
    with tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for name, folder in folders.items():
            tar.add(folder, arcname=name, filter=_as_root)
    stream.seek(0)
    return stream


def _as_root(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        return None
    member.uid = member.gid = 0
    member.uname = member.gname = "root"
    return member


def chunks(stream: IO[bytes], size: int = 1 << 20) -> Iterator[bytes]:
    """The stream in pieces, so that memory stays small however large it is."""
    while piece := stream.read(size):
        yield piece


_MOST_FILES = 1_000_000
_MOST_BYTES = 16 << 30


class UnsafeArchive(Exception):
    """An archive that would write elsewhere, or more than a bound, or what is no file."""


def extract(
    stream: IO[bytes], folder: Path, *, most_files: int = _MOST_FILES, most_bytes: int = _MOST_BYTES
) -> None:
    """Lay out below `folder` what came from a container.

    Members outside of it, links that lead out of it, members below a link, devices and pipes are
    refused, not repaired. The standard library's own filter comes on top; it alone is not enough.

    Raises:
        UnsafeArchive: says which member, and why; what was laid out before it stays.

    """
    count = size = 0
    plain: set[PurePosixPath] = set()
    try:
        with tarfile.open(fileobj=stream, mode="r:") as tar:
            for member in tar:
                count += 1
                size += max(0, member.size)
                if count > most_files or size > most_bytes:
                    msg = f"holds more than {most_files} files or {most_bytes >> 20} MiB"
                    raise UnsafeArchive(msg)
                _check_place(member, folder, plain)
                tar.extract(member, folder, filter="data")
    except tarfile.TarError as error:
        raise UnsafeArchive(str(error)) from error
    except (ValueError, KeyError, OverflowError, EOFError, RecursionError) as error:
        # The reader of the standard library meets some broken members with these.
        msg = f"is broken: {error}"
        raise UnsafeArchive(msg) from error


def _check_place(member: tarfile.TarInfo, folder: Path, plain: set[PurePosixPath]) -> None:
    """Refuse a member that is not below `folder`, or whose target may not be.

    plain: folders known to be no links, which are added to.
    """
    name = PurePosixPath(member.name.lstrip("/"))
    if ".." in name.parts or "\0" in member.name:
        msg = f"{member.name!r} lies outside"
        raise UnsafeArchive(msg)
    for parent in name.parents:
        if parent not in plain:
            if (folder / parent).is_symlink():
                msg = f"{member.name!r} lies below a link"
                raise UnsafeArchive(msg)
            plain.add(parent)
    if member.issym() or member.islnk():
        plain.discard(name)
        target = PurePosixPath(member.linkname)
        up = next((n for n, part in enumerate(target.parts) if part != ".."), len(target.parts))
        # Further up only at the beginning: behind a name it could be the parent of a link's target.
        depth = len(name.parts) - 1 if member.issym() else 0
        if target.is_absolute() or up > depth or ".." in target.parts[up:]:
            msg = f"{member.name!r} leads to {member.linkname!r}"
            raise UnsafeArchive(msg)


def manifest_of(tree: SourceTree) -> dict[str, str]:
    """A JSON-ready description of the non-secret files of a snapshot: path → identity."""
    return {path: _identity(entry) for path, entry in tree.entries.items() if not entry.secret}


def changed_paths(tree: SourceTree, before: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Paths to write and paths to remove to turn the manifest `before` into the snapshot."""
    now = manifest_of(tree)
    write = [path for path, identity in now.items() if before.get(path) != identity]
    remove = [path for path in before if path not in now]
    return write, remove


def _identity(entry: FileEntry) -> str:
    return f"{entry.kind.value}:{int(entry.executable)}:{entry.digest}"


def fingerprint(folders: Mapping[str, Path]) -> str:
    """A digest over names, sizes and times of all files below some folders; links not followed."""
    total = hashlib.sha256()
    for name, folder in sorted(folders.items()):
        for place, below, files in os.walk(folder):
            below.sort()
            for file in sorted(files):
                try:
                    facts = os.lstat(os.path.join(place, file))  # noqa: PTH118  (speed: many files)
                except OSError:
                    continue
                row = f"{name}\0{place}\0{file}\0{facts.st_size}\0{facts.st_mtime_ns}\n"
                total.update(row.encode("utf-8", errors="surrogateescape"))
    return total.hexdigest()
