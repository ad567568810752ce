"""A prompt inside a running container, on this process's own terminal or pipes."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import tty
from collections.abc import Iterator
from typing import Any, TextIO

import docker
from docker.errors import DockerException

from verifier.engine import jobs
from verifier.model.recipe import Recipe


def attach_prompt(
    client: docker.DockerClient, container_id: str, recipe: Recipe, source: TextIO, sink: TextIO
) -> None:
    """Run a shell in the container until it ends; no values of variables are in its environment."""
    interactive = source.isatty()
    handle = client.api.exec_create(
        container_id,
        ["bash", "-i"] if interactive else ["bash"],
        stdin=True,
        tty=interactive,
        workdir=jobs.app_directory(recipe.environment),
        environment={
            "PATH": jobs.search_path(recipe.environment),
            "HOME": "/vercel",
            "TERM": os.environ.get("TERM", "dumb"),
            "PS1": "clean:\\w# ",
        },
    )
    stream: Any = client.api.exec_start(handle["Id"], tty=interactive, socket=True)
    raw = getattr(stream, "_sock", stream)
    with contextlib.closing(raw), _raw_terminal(source, interactive=interactive):
        if interactive:
            size = os.get_terminal_size(source.fileno())
            with contextlib.suppress(DockerException):
                client.api.exec_resize(handle["Id"], height=size.lines, width=size.columns)
        _pump(raw, source, sink, Frames(framed=not interactive))


class Frames:
    """Takes the engine's stream apart; a frame is a head of eight bytes and its payload."""

    def __init__(self, *, framed: bool) -> None:
        self._framed = framed
        self._head = b""
        self._left = 0

    def payload(self, data: bytes) -> bytes:
        """The payload in the next bytes of the stream, wherever these are cut."""
        if not self._framed:
            return data
        out = bytearray()
        while data:
            if self._left == 0:
                missing = 8 - len(self._head)
                self._head, data = self._head + data[:missing], data[missing:]
                if len(self._head) == 8:
                    self._left = int.from_bytes(self._head[4:], "big")
                    self._head = b""
                continue
            out += data[: self._left]
            data, self._left = data[self._left :], max(0, self._left - len(data))
        return bytes(out)


def _pump(raw: Any, source: TextIO, sink: TextIO, frames: Frames) -> None:
    watched: list[Any] = [raw, source]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if raw in ready:
            data = raw.recv(65536)
            if not data:
                return
            try:
                sink.buffer.write(frames.payload(data))
                sink.flush()
            except BrokenPipeError:
                return
        if source in ready:
            data = os.read(source.fileno(), 65536)
            if data:
                raw.sendall(data)
            else:
                watched.remove(source)
                with contextlib.suppress(OSError):
                    raw.shutdown(1)


@contextlib.contextmanager
def _raw_terminal(source: TextIO, *, interactive: bool) -> Iterator[None]:
    if not interactive:
        yield
        return
    before = termios.tcgetattr(source)
    try:
        tty.setraw(source.fileno())
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)
        sys.stdout.write("\n")
