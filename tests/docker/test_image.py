"""The mirror image in a real engine."""

from __future__ import annotations

import os
from collections.abc import Iterator

import docker
import pytest

from verifier.engine.bootstrap import find_engine, require_engine
from verifier.engine.image import ImageRef, audit_image, ensure_image, list_images
from verifier.engine.inventory import image_inventory
from verifier.model.component import Ecosystem
from verifier.vercel import image_facts
from verifier.vercel.fidelity import Answer, score

pytestmark = [pytest.mark.docker, pytest.mark.slow]


@pytest.fixture(scope="module")
def client() -> Iterator[docker.DockerClient]:
    found = find_engine(os.environ)
    if found is None:
        if os.environ.get("VERIFIER_REQUIRE_DOCKER") == "1":
            pytest.fail("no container engine answers")
        pytest.skip("no container engine answers")
    yield found
    found.close()


@pytest.fixture(scope="module")
def image(client: docker.DockerClient) -> ImageRef:
    return ensure_image(client, progress=lambda _line: None, environ=os.environ)


def _run(client: docker.DockerClient, image: ImageRef, command: str) -> str:
    output = client.containers.run(image.id, ["sh", "-c", command], remove=True)
    return bytes(output).decode()


def test_the_same_context_is_not_built_twice(client: docker.DockerClient, image: ImageRef) -> None:
    """A second call finds the image and says nothing."""
    said: list[str] = []
    again = ensure_image(client, progress=said.append, environ=os.environ)
    assert again == image
    assert said == []
    assert image in list_images(client)


def test_every_question_of_the_audit_is_answered_as_expected(
    client: docker.DockerClient, image: ImageRef
) -> None:
    """The image is what the manifest says it is."""
    results = audit_image(client, image)
    failed = {r.attribute.id: r.observed for r in results if r.answer is Answer.FAILS}
    assert failed == {}
    assert score(results).percent > 50


def test_the_image_carries_no_caches(client: docker.DockerClient, image: ImageRef) -> None:
    """Neither npm's cache nor package lists nor the build's own files are left."""
    found = _run(
        client,
        image,
        "ls -A /root/.npm /vercel/.npm /tmp /var/lib/apt/lists /var/cache/dnf 2>/dev/null"
        " | grep -v -e ':$' -e '^$' || true",
    )
    assert found == ""


@pytest.mark.parametrize("major", image_facts.LOCAL_NODE_MAJORS)
def test_local_majors_run(client: docker.DockerClient, image: ImageRef, major: int) -> None:
    """Each Node kept for local replays runs, with its npm."""
    folder = image_facts.local_node_bin(major)
    said = _run(client, image, f"PATH={folder}:$PATH; node --version && npm --version")
    assert said.startswith(f"v{major}.")


def test_the_registry_is_reached_from_inside(client: docker.DockerClient, image: ImageRef) -> None:
    """Every package manager trusts what the host trusts."""
    said = _run(
        client,
        image,
        "set -e; cd /tmp; npm view dayjs version >/dev/null; echo npm;"
        " for m in 9 10 12; do mkdir /tmp/p$m; cd /tmp/p$m; echo '{}' > package.json;"
        " /pnpm$m/node_modules/.bin/pnpm add dayjs >/dev/null; echo pnpm; done;"
        " mkdir /tmp/y; cd /tmp/y; yarn add dayjs >/dev/null 2>&1; echo yarn;"
        " mkdir /tmp/b; cd /tmp/b; bun add dayjs >/dev/null 2>&1; echo bun",
    )
    assert said.split() == ["npm", "pnpm", "pnpm", "pnpm", "yarn", "bun"]


def test_a_running_engine_is_taken_as_it_is(client: docker.DockerClient) -> None:
    """With an engine that answers nothing is installed or started."""
    said: list[str] = []
    again = require_engine(os.environ, progress=said.append, install=True)
    assert again.version()["Version"] == client.version()["Version"]
    again.close()
    assert said == []


def test_every_part_of_the_image_has_a_licence(
    client: docker.DockerClient, image: ImageRef
) -> None:
    """The bill of materials names the licence of whatever is passed on, of Debian's parts too."""
    found = image_inventory(client, image)
    assert found.files > 10_000
    without = [
        c.name for c in found.components if c.ecosystem is not Ecosystem.NPM and not c.licence
    ]
    assert without == []
    named = {c.name: c.licence for c in found.components if c.ecosystem is Ecosystem.DEBIAN}
    assert not named or "GPL" in named["bash"]
