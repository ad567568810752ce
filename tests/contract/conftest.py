"""Every engine, ready to use; each closes itself and leaves nothing behind."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from tests.contract.recipes import SALT
from verifier.engine.base import Engine, Progress, RunRequest, silent
from verifier.engine.bootstrap import find_engine
from verifier.engine.docker import DockerEngine, DockerOptions
from verifier.engine.health import session_name
from verifier.engine.image import ImageRef, ensure_image, host_ca_bundle
from verifier.engine.replay import RecordingEngine, ReplayEngine
from verifier.engine.scratch import ScratchEngine
from verifier.model.run import Run

MakeEngine = Callable[..., DockerEngine]


class Replayed:
    """Records every run on the host and answers with the recording of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._recording = RecordingEngine(_host(folder), lambda: ())

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        """The run as it comes back from its recording."""
        self._recording.run(request, progress)
        place = self._folder / "recorded.json.gz"
        self._recording.save(place)
        return ReplayEngine(place, self._folder / "replayed").run(request, progress)

    def cancel(self, request_id: str) -> None:
        """Stop the run that is being recorded."""
        self._recording.cancel(request_id)

    def close(self) -> None:
        """Close what records."""
        self._recording.close()


class Nothing:
    """An engine that has nothing to run on."""

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        raise NotImplementedError(request.id, progress)

    def cancel(self, request_id: str) -> None:
        """Nothing runs."""

    def close(self) -> None:
        """Nothing is there."""


def _host(folder: Path) -> ScratchEngine:
    return ScratchEngine(
        inner=Nothing(),
        folder=folder,
        environ={"PATH": os.environ["PATH"]},
        trees=lambda _digest: {},
        digest=lambda recipe: recipe.digest(SALT),
    )


@pytest.fixture(scope="session")
def client() -> Iterator[docker.DockerClient]:
    found = find_engine(os.environ)
    assert found is not None
    yield found
    found.close()


@pytest.fixture(scope="session")
def image(client: docker.DockerClient) -> ImageRef:
    return ensure_image(client, progress=lambda _line: None, environ=os.environ)


@pytest.fixture
def in_docker(client: docker.DockerClient, image: ImageRef, tmp_path: Path) -> Iterator[MakeEngine]:
    """Makes engines on one folder, so that later ones find the snapshots of earlier ones."""
    made: list[DockerEngine] = []

    def make(*, snapshots: bool = True) -> DockerEngine:
        engine = DockerEngine(
            client,
            DockerOptions(
                image=image.tag,
                image_id=image.id,
                session=session_name(os.getpid(), secrets.token_hex(4)),
                folder=tmp_path / "home",
                logs=tmp_path / f"logs-{len(made)}",
                salt=secrets.token_bytes(16) if not made else made[0]._options.salt,
                day="2026-11-23",
                trees=lambda _digest: {},
                host_ca=host_ca_bundle(os.environ),
                snapshots=snapshots,
            ),
        )
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.close()
    for held in made[0]._index.images() if made else ():
        client.images.remove(held, force=True)


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.docker), "host", "replay"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each implementation in turn."""
    match request.param:
        case "docker":
            yield request.getfixturevalue("in_docker")()
            return
        case "host":
            made: Engine = _host(tmp_path)
        case _:
            made = Replayed(tmp_path)
    yield made
    made.close()
