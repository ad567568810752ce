"""`verifier sbom`: what verifier itself is made of."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from verifier.model.component import Component

_NAME = re.compile(r"[A-Za-z0-9._-]+")


@click.command("sbom")
def command() -> int:
    """Print the packages verifier runs on, with their licences, as CycloneDX JSON.

    `verifier image sbom` does the same for the mirror image.
    """
    from verifier import __version__
    from verifier.cli._cyclonedx import cyclonedx
    from verifier.model.component import Inventory

    parts = tuple(sorted(_needed("verifier").values(), key=lambda c: c.name))
    click.echo(
        cyclonedx(Inventory(name="verifier", version=__version__, components=parts)), nl=False
    )
    return 0


def _needed(top: str) -> dict[str, Component]:
    """The installed distributions that a distribution needs, by name, itself left out."""
    found: dict[str, Component] = {}
    todo = [top]
    while todo:
        for wanted in metadata.requires(todo.pop()) or []:
            requirement, _, condition = wanted.partition(";")
            match = _NAME.match(requirement)
            if match is None or "extra ==" in condition:
                continue
            name = match[0].lower().replace("_", "-")
            if name in found:
                continue
            try:
                distribution = metadata.distribution(name)
            except metadata.PackageNotFoundError:
                continue  # asked for on other systems only
            found[name] = _component(distribution)
            todo.append(name)
    return found


def _component(distribution: metadata.Distribution) -> Component:
    from verifier.model.component import Component, Ecosystem

    said = distribution.metadata
    licence = _said(said, "License-Expression")
    if not licence:
        classes = [c for c in said.get_all("Classifier") or [] if c.startswith("License ::")]
        licence = " AND ".join(c.rpartition(" :: ")[2] for c in classes)
    licence = licence or _said(said, "License").partition("\n")[0]
    return Component(
        name=said["Name"],
        version=distribution.version,
        ecosystem=Ecosystem.PYPI,
        licence=licence,
    )


def _said(about: metadata.PackageMetadata, key: str) -> str:
    return about[key] if key in about else ""  # noqa: SIM401  (the protocol has no get)
