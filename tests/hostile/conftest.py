"""A stand-in for a machine near the host, and engines whose runs may be small."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import docker
import pytest

from tests.contract.conftest import client, image, in_docker
from verifier.engine.docker import ROLE_LABEL, SESSION_LABEL
from verifier.engine.health import session_name
from verifier.engine.image import ImageRef

__all__ = ["client", "image", "in_docker"]

_PORT = 8099
_SERVE = f"""
const answer = (link) => {{ link.on('error', () => 0); link.end('here'); }};
require('net').createServer(answer).listen({_PORT}, '0.0.0.0', () => console.log('listening'));
const udp = require('dgram').createSocket('udp4');
udp.on('message', (_, from) => udp.send('here', from.port, from.address));
udp.bind({_PORT});
"""


@dataclass(frozen=True)
class Neighbour:
    """A container in the private network that runs start in; it answers whoever asks."""

    address: str
    port: int


@pytest.fixture(scope="session")
def neighbour(client: docker.DockerClient, image: ImageRef) -> Iterator[Neighbour]:
    container = client.containers.run(
        image.tag,
        ["-e", _SERVE],
        entrypoint=["/node24/bin/node"],
        detach=True,
        labels={
            SESSION_LABEL: session_name(os.getpid(), secrets.token_hex(4)),
            ROLE_LABEL: "populate",
        },
    )
    try:
        for line in container.logs(stream=True, follow=True):
            assert b"listening" in line
            break
        container.reload()
        yield Neighbour(
            address=container.attrs["NetworkSettings"]["Networks"]["bridge"]["IPAddress"],
            port=_PORT,
        )
    finally:
        container.remove(force=True)
