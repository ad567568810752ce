"""What an image is made of, asked of a container of it that has no network."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import docker
from docker.errors import DockerException

from verifier.engine.image import ROLE, ImageRef
from verifier.errors import ImageUnavailable
from verifier.model.component import Component, Ecosystem, Inventory

_NODE = "/node24/bin/node"


def image_inventory(client: docker.DockerClient, image: ImageRef) -> Inventory:
    """The packages of an image, their licences, and a checksum of all its files.

    Raises:
        ImageUnavailable: the image is gone, or its container does not answer.

    """
    script = resources.files("verifier.engine").joinpath("inventory.cjs").read_text()
    try:
        container = client.containers.run(
            image.id,
            ["sleep", "600"],
            detach=True,
            init=True,
            network_mode="none",
            cap_drop=["ALL"],
            cap_add=["DAC_READ_SEARCH"],
            security_opt=["no-new-privileges"],
            labels={ROLE: "audit"},
        )
        try:
            answer = container.exec_run([_NODE, "-e", script], stderr=False)
            found = json.loads(answer.output if isinstance(answer.output, bytes) else b"")
        finally:
            container.remove(force=True)
    except (DockerException, ValueError) as trouble:
        msg = f'the image "{image.tag}" cannot be listed: {trouble}'
        raise ImageUnavailable(msg) from trouble
    return Inventory(
        name=image.tag.partition(":")[0],
        version=image.tag.partition(":")[2],
        components=tuple(sorted({*_components(found)}, key=_place)),
        content=str(found["content"]),
        files=int(found["files"]),
    )


def _components(found: dict[str, Any]) -> list[Component]:
    return [
        Component(
            name=str(one["name"]),
            version=str(one["version"]),
            ecosystem=ecosystem,
            licence=str(one.get("licence") or ""),
        )
        for ecosystem in (Ecosystem.NPM, Ecosystem.DEBIAN, Ecosystem.RPM)
        for one in found[ecosystem.value]
    ]


def _place(one: Component) -> tuple[str, str, str]:
    return (one.ecosystem.value, one.name, one.version)
