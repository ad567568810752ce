"""A bill of materials as CycloneDX 1.6 JSON.

Source: CycloneDX specification 1.6 and the package URL specification, seen 2026-11-25.
"""

from __future__ import annotations

import json
from typing import Any, assert_never
from urllib.parse import quote

from verifier.model.component import Component, Ecosystem, Inventory


def cyclonedx(inventory: Inventory) -> str:
    """The inventory as JSON text; equal inventories give equal texts."""
    subject: dict[str, Any] = {
        "type": "container" if inventory.content else "application",
        "name": inventory.name,
        "version": inventory.version,
    }
    if inventory.content:
        subject["properties"] = [
            {"name": "verifier:content-sha256", "value": inventory.content},
            {"name": "verifier:files", "value": str(inventory.files)},
        ]
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": subject},
        "components": [_component(c) for c in inventory.components],
    }
    return json.dumps(document, indent=1) + "\n"


def _component(one: Component) -> dict[str, Any]:
    url = package_url(one)
    made: dict[str, Any] = {
        "type": "library",
        "bom-ref": url,
        "name": one.name,
        "version": one.version,
        "purl": url,
    }
    if one.licence:
        made["licenses"] = [{"license": {"name": one.licence}}]
    return made


def package_url(one: Component) -> str:
    """The package URL of a part."""
    match one.ecosystem:
        case Ecosystem.DEBIAN:
            name = f"debian/{quote(one.name, safe='')}"
        case Ecosystem.RPM:
            name = f"amzn/{quote(one.name, safe='')}"
        case Ecosystem.NPM:
            name = "/".join(quote(part, safe="") for part in one.name.split("/"))
        case Ecosystem.PYPI:
            name = quote(one.name.lower().replace("_", "-"), safe="")
        case _:
            assert_never(one.ecosystem)
    return f"pkg:{one.ecosystem.value}/{name}@{quote(one.version, safe='.+-~:')}"
