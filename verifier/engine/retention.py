"""Which snapshot images stay: bounded in number and bytes, and none without the folder it serves.

A snapshot belongs to one cache folder, which its label names. Once that folder is gone, as the
folder of a test or a trial installation is, nothing can ever use the image again.
"""

from __future__ import annotations

import contextlib
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.images import Image

from verifier.engine.snapshots import SnapshotIndex

HOME_LABEL: Final = "verifier.home"
"""On a snapshot image: the machine and the cache folder it belongs to."""

SNAPSHOT_ROLE: Final = "verifier.role=snapshot"
_MAX_SNAPSHOTS: Final = 24
_MAX_BYTES: Final = 10 << 30
_UNRECORDED_S: Final = 900.0
"""A snapshot is written down seconds after it is taken; one still unrecorded was given up."""


def home_label(home: Path) -> str:
    """The label value of snapshots that belong to a cache folder of this machine."""
    return f"{socket.gethostname()}:{home.resolve()}"


def keep_bounded(client: docker.DockerClient, index: SnapshotIndex, home: Path) -> None:
    """Remove the snapshots longest unused beyond the bounds, and those nothing can use."""
    for key in index.beyond(_MAX_SNAPSHOTS, _MAX_BYTES):
        record = index.get(key)
        if record is None or _removed(client, record.image):
            index.drop(key)
    for name in unusable(client, index, home):
        _removed(client, name)


def unusable(client: docker.DockerClient, index: SnapshotIndex, home: Path) -> list[str]:
    """Ids of snapshot images that no cache folder of this machine has a record of."""
    known, own = index.images(), home_label(home)
    found: list[str] = []
    with contextlib.suppress(DockerException, requests.RequestException):
        for image in client.images.list(filters={"label": SNAPSHOT_ROLE}):
            label = str(image.labels.get(HOME_LABEL, ""))
            machine, _, folder = label.partition(":")
            if machine != socket.gethostname() or not folder:
                continue
            given_up = label == own and image.id not in known and age_s(image) > _UNRECORDED_S
            if given_up or not Path(folder).exists():
                found.append(str(image.id))
    return found


def age_s(image: Image) -> float:
    """Seconds since an image was made; none if the engine's time cannot be read."""
    try:
        # The engine writes nanoseconds, which the parser refuses.
        moment = datetime.fromisoformat(str(image.attrs.get("Created", ""))[:19])
    except ValueError:
        return 0.0
    return (datetime.now(tz=UTC) - moment.replace(tzinfo=UTC)).total_seconds()


def _removed(client: docker.DockerClient, image: str) -> bool:
    """Whether the image is gone now; one that a container uses stays until the next time."""
    try:
        client.images.remove(image)
    except ImageNotFound:
        return True
    except (APIError, requests.RequestException):
        return False
    return True
