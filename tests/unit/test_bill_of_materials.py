"""Bills of materials say what is there; the lock covers everything that is asked for."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from click.testing import CliRunner
from packaging.requirements import Requirement
from packaging.version import Version

from verifier.cli import cli
from verifier.cli._cyclonedx import cyclonedx, package_url
from verifier.model.component import Component, Ecosystem, Inventory

_TOP = Path(__file__).resolve().parents[2]
_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def _locked() -> dict[str, Version]:
    text = (_TOP / ".ci/requirements.lock").read_text(encoding="utf-8")
    rows = [m for line in text.splitlines() if (m := _LOCKED.match(line))]
    return {m[1].lower(): Version(m[2]) for m in rows}


def test_the_lock_covers_what_the_project_asks_for() -> None:
    """Every requirement has one locked version that satisfies it; else: make lock."""
    project = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked = _locked()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    for requirement in map(Requirement, wanted):
        version = locked.get(requirement.name.lower())
        assert version is not None, requirement.name
        assert requirement.specifier.contains(version), requirement


def test_every_locked_package_has_checksums_and_no_address() -> None:
    """A package without a checksum would be taken from anybody; addresses differ by machine."""
    text = (_TOP / ".ci/requirements.lock").read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.partition("\n")[2])
    assert all("--hash=sha256:" in b for b in blocks)
    assert "://" not in text


def test_verifier_lists_its_own_parts_with_licences() -> None:
    """The command prints CycloneDX with every runtime dependency, none without a licence."""
    outcome = CliRunner().invoke(cli, ["sbom"])
    assert outcome.exit_code == 0
    document = json.loads(outcome.output)
    assert document["bomFormat"] == "CycloneDX"
    parts = {c["name"].lower(): c for c in document["components"]}
    project = tomllib.loads((_TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert {Requirement(r).name.lower() for r in project["dependencies"]} <= set(parts)
    assert [name for name, part in parts.items() if "licenses" not in part] == []


def test_a_bill_names_each_part_by_its_package_url() -> None:
    """Scoped npm names, Debian epochs and licences are written as the specifications ask."""
    parts = (
        Component(name="@vercel/next", version="23.0.1", ecosystem=Ecosystem.NPM, licence="MIT"),
        Component(name="libc6", version="1:2.36-9+deb12u7", ecosystem=Ecosystem.DEBIAN),
    )
    assert [package_url(p) for p in parts] == [
        "pkg:npm/%40vercel/next@23.0.1",
        "pkg:deb/debian/libc6@1:2.36-9+deb12u7",
    ]
    text = cyclonedx(Inventory(name="x", version="1", components=parts, content="ab", files=2))
    document = json.loads(text)
    assert document["metadata"]["component"]["type"] == "container"
    assert document["components"][0]["licenses"] == [{"license": {"name": "MIT"}}]
    assert "licenses" not in document["components"][1]
