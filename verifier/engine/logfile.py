"""A run's log on disk: streamed, bounded, with head and tail kept when it is too long."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_MOST_TAIL_BYTES: Final = 8 << 20


class LogFile:
    """Writes at most `limit_bytes`; beyond that only the last part is kept, with a note between.

    lines, size: number of complete lines and of bytes written so far.
    """

    def __init__(self, path: Path, *, limit_bytes: int) -> None:
        self.path = path
        self.lines = 0
        self.size = 0
        # The head goes to disk at once, the tail is held in memory until the end.
        self._tail_bytes = min(limit_bytes // 2, _MOST_TAIL_BYTES)
        self._head_bytes = limit_bytes - self._tail_bytes
        self._written = 0
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._dropped = 0

    def __enter__(self) -> Self:
        self.path.touch(mode=0o600)
        self._stream = self.path.open("wb")
        return self

    def write(self, data: bytes) -> None:
        """Append some output."""
        if not data:
            return
        self.lines += data.count(b"\n")
        self.size += len(data)
        room = self._head_bytes - self._written
        if room > 0:
            self._stream.write(data[:room])
            self._written += min(room, len(data))
            data = data[room:]
        if data:
            self._keep(data)

    def _keep(self, data: bytes) -> None:
        self._tail.append(data)
        self._tail_size += len(data)
        while self._tail_size > self._tail_bytes and len(self._tail) > 1:
            gone = self._tail.popleft()
            self._tail_size -= len(gone)
            self._dropped += len(gone)

    def slice(self, span: tuple[int, int], most: int) -> bytes:
        """What was written between two sizes, at most `most` bytes of it."""
        self._stream.flush()
        with self.path.open("rb") as stream:
            stream.seek(span[0])
            return stream.read(min(most, span[1] - span[0]))

    def end(self, most: int) -> bytes:
        """The last bytes written, at most so many."""
        if self._tail:
            return b"".join(self._tail)[-most:]
        return self.slice((max(0, self.size - most), self.size), most)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._dropped:
            self._stream.write(f"\n[verifier: {self._dropped} bytes left out]\n".encode())
        for piece in self._tail:
            self._stream.write(piece)
        self._stream.close()
