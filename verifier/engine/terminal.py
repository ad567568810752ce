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
    with _raw_terminal(source, interactive=interactive):
        _pump(raw, source, sink, framed=not interactive)


def _pump(raw: Any, source: TextIO, sink: TextIO, *, framed: bool) -> None:
    watched: list[Any] = [raw, source]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if raw in ready:
            data = raw.recv(65536)
            if not data:
                return
            sink.buffer.write(_unframed(data) if framed else data)
            sink.flush()
        if source in ready:
            data = os.read(source.fileno(), 65536)
            if data:
                raw.sendall(data)
            else:
                watched.remove(source)
                with contextlib.suppress(OSError):
                    raw.shutdown(1)


def _unframed(data: bytes) -> bytes:
    """The payload of the engine's stream frames (8-byte heads); whole frames are assumed."""
    out = bytearray()
    while len(data) >= 8 and data[0] in (0, 1, 2):
        size = int.from_bytes(data[4:8], "big")
        out += data[8 : 8 + size]
        data = data[8 + size :]
    return bytes(out + data)


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
