"""The output of a command in a container, from its first byte.

The engine's client reads the head of the answer through a buffer and what follows past it. Where
this process gets the processor late, output that came with the head is lost, and with it the place
where the next piece begins. Here all of it is read through that buffer.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, Final

_HEAD_BYTES: Final = 8
_PIECE_BYTES: Final = 1 << 16


def exec_output(api: Any, exec_id: str) -> Iterator[bytes]:
    """Start a prepared command and yield what it writes, both streams in one, until it is closed.

    api: the engine's low-level client. Silence of any length is waited for.
    """
    response = api._post_json(  # noqa: SLF001  (the client's own call, without its reader)
        api._url("/exec/{0}/start", exec_id),  # noqa: SLF001
        headers={"Connection": "Upgrade", "Upgrade": "tcp"},
        data={"Tty": False, "Detach": False},
        stream=True,
    )
    api._raise_for_status(response)  # noqa: SLF001
    reader = getattr(getattr(response.raw, "_fp", None), "fp", None)
    if not isinstance(reader, io.BufferedReader):
        # Over SSH the client has a channel of its own, which buffers nothing.
        yield from api._read_from_socket(response, stream=True, tty=False)  # noqa: SLF001
        return
    link = getattr(reader.raw, "_sock", None)
    if link is not None:
        link.settimeout(None)
    try:
        yield from _frames(reader)
    finally:
        response.close()


def _frames(reader: io.BufferedReader) -> Iterator[bytes]:
    while len(head := reader.read(_HEAD_BYTES)) == _HEAD_BYTES:
        left = int(struct.unpack(">L", head[4:])[0])
        while left:
            piece = reader.read1(min(left, _PIECE_BYTES))
            if not piece:
                return
            left -= len(piece)
            yield piece
