"""What all tests share: engines are required in CI, and never skipped silently there."""

from __future__ import annotations

import contextlib
import gc
import json
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

# How long an example takes says something of the machine's load, not of the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session", autouse=True)
def _snapshots_go_with_their_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the snapshot images that verifier made for cache folders of tests."""
    yield
    # Connections of streams that the engine's client left open: collected while the filter below
    # holds, and not when pytest has ended, where they would fail the whole run.
    gc.collect()
    records = list(tmp_path_factory.getbasetemp().rglob("snapshots/*.json"))
    if not records:
        return
    from docker.errors import DockerException

    from verifier.engine.bootstrap import find_engine

    client = find_engine(dict(os.environ))
    if client is None:
        return
    for record in records:
        with contextlib.suppress(DockerException, OSError, ValueError, LookupError, TypeError):
            client.images.remove(json.loads(record.read_text())["image"], force=True)
    client.close()


def pytest_configure(config: pytest.Config) -> None:
    """Let the engine's client leave the connections of its streams to the garbage collector."""
    config.addinivalue_line("filterwarnings", "ignore:unclosed <socket:ResourceWarning")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip tests that need an engine where there is none, unless it is required."""
    needing = [i for i in items if i.get_closest_marker("docker") or i.get_closest_marker("live")]
    if not needing or _engine_answers():
        return
    if os.environ.get("VERIFIER_REQUIRE_DOCKER") == "1":
        pytest.exit("an engine is required (VERIFIER_REQUIRE_DOCKER=1) and none answers", 1)
    skip = pytest.mark.skip(reason="no container engine answers; run `verifier doctor --fix`")
    for item in needing:
        item.add_marker(skip)


def _engine_answers() -> bool:
    from verifier.engine.bootstrap import find_engine

    client = find_engine(dict(os.environ))
    if client is None:
        return False
    client.close()
    return True
