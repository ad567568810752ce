"""Every plug-in keeps the shape of its folder, and every documented promise about them holds."""

from __future__ import annotations

import dataclasses
import getpass
import importlib
import inspect
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest

from verifier.factors import FIELDS, WITHOUT_FACTOR
from verifier.model.environment import Environment
from verifier.presenters import presenters
from verifier.presenters.json_v1 import schema

ROOT = Path(__file__).resolve().parents[2]


def _modules(package: str) -> list[str]:
    root = importlib.import_module(f"verifier.{package}")
    return [
        f"verifier.{package}.{m.name}"
        for m in pkgutil.iter_modules(root.__path__)
        if not m.name.startswith("_")
    ]


@pytest.mark.parametrize("name", _modules("detectors"))
def test_a_detector_has_its_parts_and_its_five_headings(name: str) -> None:
    """A detector names itself and explains what, why, an example, a remedy and its sources."""
    module = importlib.import_module(name)
    assert re.fullmatch(r"[a-z0-9-]+", module.ID)
    assert module.TITLE
    assert callable(module.detect)
    text = inspect.getdoc(module) or ""
    for heading in ("What it detects", "Why it breaks", "Example", "Remedy", "Sources"):
        assert heading in text, f"{name} does not say: {heading}"


@pytest.mark.parametrize("name", _modules("factors"))
def test_a_factor_family_has_its_parts(name: str) -> None:
    """A family names itself, lists changes and documents itself."""
    module = importlib.import_module(name)
    assert module.FAMILY
    assert callable(module.changes)
    assert inspect.getdoc(module)


def test_every_field_of_an_environment_has_a_factor_or_a_reason() -> None:
    """Nothing in which two sides can differ is forgotten."""
    fields = {f.name for f in dataclasses.fields(Environment)}
    assert fields == set(FIELDS) | set(WITHOUT_FACTOR)


def test_presenters_are_found_by_name() -> None:
    """Both formats of the command line exist."""
    assert {"text", "json"} <= set(presenters())
    assert schema()["title"] == "verifier.report/v1"


def _committed_texts() -> list[tuple[str, str]]:
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    found = []
    for name in names.split("\0"):
        file = ROOT / name
        if not name or not file.is_file() or file.suffix in {".gz", ".ico", ".png", ".lockb"}:
            continue
        found.append((name, file.read_text(encoding="utf-8", errors="replace")))
    return found


def test_no_machine_of_ours_is_named() -> None:
    """No committed file holds the path of the checkout it was made in or the maker's name."""
    telling = [f"{ROOT}/", f"{Path.home()}/.cache", f"/home/{getpass.getuser()}/"]
    hits = [n for n, text in _committed_texts() if any(t in text for t in telling)]
    assert hits == []
