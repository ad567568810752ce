"""The difference between two source snapshots as a patch that `git apply` takes."""

from __future__ import annotations

import base64
import difflib
import hashlib
import zlib
from collections.abc import Iterator

from verifier.model.source import FileEntry, FileKind, SourceTree

_LINE_BYTES = 52
"""Bytes that one line of a binary patch holds, by git's format."""


def patch_between(before: SourceTree, after: SourceTree) -> tuple[str, tuple[str, ...]]:
    """Return the patch and the paths it cannot carry: secret content, submodules to be added."""
    parts: list[str] = []
    left_out: list[str] = []
    for path in sorted(set(before.entries) | set(after.entries)):
        old, new = before.entries.get(path), after.entries.get(path)
        if old is not None and new is not None and _same(old, new):
            continue
        if _is_hidden(old) or (new is not None and _is_fixed(new)):
            left_out.append(path)
            continue
        old_body = before.read(path) if old is not None else None
        new_body = after.read(path) if new is not None else None
        parts.extend(_file_patch(path, old, new, old_body, new_body))
    return "".join(parts), tuple(left_out)


def shipped_tree(before: SourceTree, after: SourceTree) -> tuple[str, SourceTree, tuple[str, ...]]:
    """The patch between two snapshots, what it makes of the first one, and what it leaves out."""
    patch, left_out = patch_between(before, after)
    made = after
    for path in left_out:
        old = before.entries.get(path)
        body = None if old is None or old.kind is FileKind.GITLINK else before.read(path)
        made = made.without(path) if old is None else made.with_entry(path, old, body)
    return patch, made, left_out


def carried_over(before: SourceTree, after: SourceTree, onto: SourceTree) -> SourceTree:
    """The snapshot `onto` with the edits that lead from `before` to `after`.

    The clean side lacks files that the platform removes (`.vercelignore`), so a patch for the
    repository has to be made against what is committed.
    """
    made = onto
    for path in set(before.entries) | set(after.entries):
        old, new = before.entries.get(path), after.entries.get(path)
        if new is None:
            made = made.without(path)
        elif old is None or not _same(old, new):
            made = made.with_entry(path, new, after.read(path))
    return made


def _same(old: FileEntry, new: FileEntry) -> bool:
    return (old.digest, old.kind, old.executable) == (new.digest, new.kind, new.executable)


def _is_hidden(entry: FileEntry | None) -> bool:
    """Whether a patch cannot take this away: what it held must not be told, or is not known."""
    if entry is None:
        return False
    return entry.secret or (entry.kind is FileKind.GITLINK and entry.content is None)


def _is_fixed(entry: FileEntry) -> bool:
    """Whether a patch cannot bring this."""
    return entry.secret or entry.kind is FileKind.GITLINK


def _is_binary(body: bytes | None) -> bool:
    return body is not None and b"\0" in body[:8000]


def _mode(entry: FileEntry) -> str:
    if entry.kind is FileKind.SYMLINK:
        return "120000"
    if entry.kind is FileKind.GITLINK:
        return "160000"
    return "100755" if entry.executable else "100644"


def _file_patch(
    path: str,
    old: FileEntry | None,
    new: FileEntry | None,
    old_body: bytes | None,
    new_body: bytes | None,
) -> Iterator[str]:
    shown_a, shown_b = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    yield f"diff --git {shown_a} {shown_b}\n"
    if old is None and new is not None:
        yield f"new file mode {_mode(new)}\n"
    elif new is None and old is not None:
        yield f"deleted file mode {_mode(old)}\n"
    elif old is not None and new is not None and _mode(old) != _mode(new):
        yield f"old mode {_mode(old)}\nnew mode {_mode(new)}\n"
    if _is_binary(old_body) or _is_binary(new_body):
        yield from _binary_patch(old_body, new_body)
        return
    before = _lines(old_body)
    after = _lines(new_body)
    if before == after:
        return
    yield f"--- {shown_a if old is not None else '/dev/null'}\n"
    yield f"+++ {shown_b if new is not None else '/dev/null'}\n"
    for line in list(difflib.unified_diff(before, after, n=3))[2:]:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _binary_patch(old: bytes | None, new: bytes | None) -> Iterator[str]:
    """Both contents whole, in the form that `git diff --binary` writes and `git apply` checks."""
    yield f"index {_blob_id(old)}..{_blob_id(new)}\nGIT binary patch\n"
    for body in (new or b"", old or b""):
        yield f"literal {len(body)}\n"
        packed = zlib.compress(body, 9)
        for at in range(0, len(packed), _LINE_BYTES):
            piece = packed[at : at + _LINE_BYTES]
            size = len(piece)
            mark = chr(ord("A") + size - 1) if size <= 26 else chr(ord("a") + size - 27)
            yield f"{mark}{base64.b85encode(piece, pad=True).decode()}\n"
        yield "\n"


def _blob_id(body: bytes | None) -> str:
    if body is None:
        return "0" * 40
    header = f"blob {len(body)}\0".encode()
    return hashlib.sha1(header + body, usedforsecurity=False).hexdigest()


def _lines(body: bytes | None) -> list[str]:
    if not body:
        return []
    text = body.decode("utf-8", errors="surrogateescape")
    return [part + "\n" for part in text.split("\n")[:-1]] + (
        [last] if (last := text.split("\n")[-1]) else []
    )


def _quoted(path: str) -> str:
    if all(c.isprintable() and c not in '"\\' and ord(c) < 128 for c in path):
        return path
    escaped = "".join(
        chr(b) if 32 <= b < 127 and chr(b) not in '"\\' else f"\\{b:03o}"
        for b in path.encode("utf-8", errors="surrogateescape")
    )
    return f'"{escaped}"'
