"""Writes the edits of a fix plan into the user's own tree, when and only when they asked for it.

All or nothing: a file that is neither as committed nor already as the plan wants it may hold
work of the user's, and then nothing is written at all.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verifier.errors import UsageError
from verifier.model.source import FileEntry, FileKind, SourceTree

_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Edit:
    """One path to write (`entry` is what it becomes) or to remove (`entry` is None)."""

    path: str
    entry: FileEntry | None
    body: bytes


def apply_edits(repository: Path, before: SourceTree, after: SourceTree) -> tuple[str, ...]:
    """Make the repository's files as in `after` where that differs from `before`.

    Returns the paths that are as the plan wants them afterwards. Nothing is staged or committed.

    Raises:
        UsageError: a file was changed since the commit, or lies behind a link; nothing is written.

    """
    changed = [
        path
        for path in sorted({*before.entries, *after.entries})
        if _state(before, path) != _state(after, path)
    ]
    edits = list(_edits(repository, before, after, changed))
    for number, text in enumerate(_prepare(repository, edits)):
        _put(repository, edits[number], text)
    return tuple(changed)


def _edits(
    repository: Path, before: SourceTree, after: SourceTree, changed: list[str]
) -> Iterator[_Edit]:
    odd: list[str] = []
    found: list[_Edit] = []
    for path in changed:
        if not _is_inside(repository, path):
            odd.append(path)
            continue
        here = _on_disk(repository / path)
        if here == _state(after, path):
            continue
        # A committed file that the disk lacks is what a plan may bring back.
        if here is not None and here != _state(before, path):
            odd.append(path)
            continue
        entry = after.entries.get(path)
        found.append(_Edit(path=path, entry=entry, body=after.read(path) if entry else b""))
    if odd:
        listed = ", ".join(f"'{p}'" for p in odd[:_SHOWN])
        more = f" and {len(odd) - _SHOWN} more" if len(odd) > _SHOWN else ""
        msg = (
            f"nothing was applied: {listed}{more} differ from what is committed; commit or stash "
            "your changes first, or use --fix-plan DIR and apply the patch by hand"
        )
        raise UsageError(msg)
    yield from found


def _state(tree: SourceTree, path: str) -> tuple[str, bool, bytes] | None:
    entry = tree.entries.get(path)
    if entry is None or entry.kind is FileKind.GITLINK:
        return None
    is_link = entry.kind is FileKind.SYMLINK
    return ("link" if is_link else "file", entry.executable and not is_link, tree.read(path))


def _on_disk(path: Path) -> tuple[str, bool, bytes] | None:
    if path.is_symlink():
        return ("link", False, os.fsencode(path.readlink()))
    if not path.exists():
        return None
    if not path.is_file():
        return ("other", False, b"")
    return ("file", os.access(path, os.X_OK), path.read_bytes())


def _is_inside(repository: Path, path: str) -> bool:
    """Whether a path stays in the repository and passes no link on its way."""
    parts = Path(path).parts
    if not parts or ".." in parts or parts[0] == ".git" or Path(path).is_absolute():
        return False
    folder = repository
    for part in parts[:-1]:
        folder /= part
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            return False
    return True


def _prepare(repository: Path, edits: list[_Edit]) -> list[Path | None]:
    """All new contents as files beside their targets, so that a full disk harms nothing."""
    made: list[Path | None] = []
    try:
        for edit in edits:
            if edit.entry is None:
                made.append(None)
                continue
            target = repository / edit.path
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=".verifier-")
            made.append(Path(name))
            with os.fdopen(handle, "wb") as stream:
                stream.write(edit.body)
            if edit.entry.kind is FileKind.SYMLINK:
                Path(name).unlink()
                Path(name).symlink_to(os.fsdecode(edit.body))
            else:
                Path(name).chmod(0o755 if edit.entry.executable else 0o644)
    except OSError as error:
        for path in made:
            if path is not None:
                path.unlink(missing_ok=True)
        msg = f"nothing was applied: {error.strerror or error}"
        raise UsageError(msg) from error
    return made


def _put(repository: Path, edit: _Edit, prepared: Path | None) -> None:
    target = repository / edit.path
    if prepared is not None:
        prepared.replace(target)
        return
    target.unlink(missing_ok=True)
    folder = target.parent
    while folder != repository and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
