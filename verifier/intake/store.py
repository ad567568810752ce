"""The content store: a private copy of file contents by digest.

The user may edit files while trials run; a snapshot must not change under them.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import secrets
import stat
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from verifier.errors import ProjectError

_CHUNK: Final = 1 << 20
_SMALL: Final = 4 << 20
_GIB: Final = 1024**3
_CRLF_LIMIT: Final = 32 * 1024**2
# One salt per process: equal contents get equal digests within a run and tell nothing outside it.
_SALT: Final = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the store knows of one content.

    oid: the name git would give it as a blob; text_oid: the same after CRLF became LF, None if
    the content holds no CRLF or is no text.
    """

    digest: str
    size_bytes: int
    oid: str
    text_oid: str | None = None


def seal(digest: str) -> str:
    """The digest of a secret content: it identifies within this process and reveals nothing."""
    return hmac.new(_SALT, digest.encode(), hashlib.sha256).hexdigest()


class Store:
    """Contents by digest, in files only this user can read."""

    def __init__(self, folder: Path, *, max_bytes: int, object_format: str = "sha1") -> None:
        self._folder = folder
        self._max_bytes = max_bytes
        self._format = object_format
        self._used = 0
        self._known: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def read(self, digest: str) -> bytes:
        """Return the content; raises `KeyError` for a digest it never saw."""
        if digest not in self._known:
            raise KeyError(digest)
        return self._place(digest).read_bytes()

    def put_file(self, path: Path) -> Stored:
        """Store a regular file; raises `OSError` if it cannot be read or is no regular file."""
        # Never through a link, and never waiting for a pipe that took the file's place.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as stream:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                msg = f"not a regular file: {str(path)!r}"
                raise OSError(msg)
            return self._put(_chunks(stream), str(path))

    def put_bytes(self, content: bytes) -> Stored:
        """Store bytes."""
        return self._put([content], "a file in the repository")

    def put_stream(self, chunks: Iterable[bytes], name: str) -> Stored:
        """Store what an iterator yields; `name` is used in errors."""
        return self._put(chunks, name)

    def alias(self, digest: str) -> str:
        """Make a content readable under its sealed digest too, and return that digest."""
        sealed = seal(digest)
        if sealed not in self._known:
            place = self._place(sealed)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            place.unlink(missing_ok=True)
            os.link(self._place(digest), place)
            self._known.add(sealed)
        return sealed

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]

    def _put(self, chunks: Iterable[bytes], name: str) -> Stored:
        waiting = iter(chunks)
        start = b""
        for chunk in waiting:
            start += chunk
            if len(start) > _SMALL:
                return self._put_large(itertools.chain((start,), waiting), name)
        return self._put_small(start, name)

    def _put_small(self, content: bytes, name: str) -> Stored:
        digest = hashlib.sha256(content).hexdigest()
        if digest not in self._known:
            self._require_room(len(content), name)
            place = self._place(digest)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            place.unlink(missing_ok=True)
            handle = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(handle, "wb") as out:
                out.write(content)
            self._keep(digest, len(content))
        return Stored(
            digest=digest,
            size_bytes=len(content),
            oid=self._hash_blob((content,), len(content)),
            text_oid=self._text_oid(content) if b"\r\n" in content else None,
        )

    def _put_large(self, chunks: Iterable[bytes], name: str) -> Stored:
        plain = hashlib.sha256()
        size = 0
        has_crlf = False
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as out:
            temporary = Path(out.name)
            try:
                for chunk in chunks:
                    size += len(chunk)
                    self._require_room(size, name)
                    plain.update(chunk)
                    has_crlf = has_crlf or b"\r\n" in chunk
                    out.write(chunk)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        digest = plain.hexdigest()
        oid = self._oid(temporary, size)
        convert = has_crlf and size <= _CRLF_LIMIT
        text_oid = self._text_oid(temporary.read_bytes()) if convert else None
        if digest in self._known:
            temporary.unlink()
        else:
            place = self._place(digest)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            temporary.replace(place)
            self._keep(digest, size)
        return Stored(digest=digest, size_bytes=size, oid=oid, text_oid=text_oid)

    def _keep(self, digest: str, size: int) -> None:
        self._known.add(digest)
        self._used += size

    def _text_oid(self, content: bytes) -> str | None:
        if b"\0" in content:
            return None
        text = content.replace(b"\r\n", b"\n")
        return self._hash_blob((text,), len(text))

    def _oid(self, path: Path, size: int) -> str:
        with path.open("rb") as stream:
            return self._hash_blob(_chunks(stream), size)

    def _hash_blob(self, chunks: Iterable[bytes], size: int) -> str:
        total = hashlib.new(self._format, usedforsecurity=False)
        total.update(b"blob %d\0" % size)
        for chunk in chunks:
            total.update(chunk)
        return total.hexdigest()

    def _require_room(self, size: int, name: str) -> None:
        if self._used + size <= self._max_bytes:
            return
        msg = (
            f"the project holds more than {self._max_bytes / _GIB:.1f} GiB of files; "
            f"copying stopped at {name!r}; a data folder or build output probably lies inside it; "
            "move it out, or point verifier at a fresh clone"
        )
        raise ProjectError(msg)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
