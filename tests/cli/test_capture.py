"""A capture on one machine is the local side on another."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.projects import BUILD, git, left_in, make_project, state_of, verifier

_NEEDS_FILE = "require('fs').readFileSync('only-here.txt')"


def _captured(tmp_path: Path, build: str, *options: str) -> tuple[Path, Path]:
    """A project as cloned elsewhere, and the capture of its developer's machine."""
    files = {".gitignore": "only-here.txt\n.env.local\n"}
    project = make_project(tmp_path / "app", build=build, files=files)
    (project / "only-here.txt").write_text("canary-content")
    (project / ".env.local").write_text("API_TOKEN=canary-value\n")
    before, file = state_of(project), tmp_path / "capture.json"
    done = verifier("capture", project, "--output", file, *options, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert state_of(project) == before
    assert left_in(tmp_path / "home") == []
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(project), str(clone))
    return clone, file


def test_a_capture_holds_names_and_no_contents(tmp_path: Path) -> None:
    """What was on that disk is known by name only."""
    _, file = _captured(tmp_path, _NEEDS_FILE, "--built", "ok")
    text = file.read_text()
    assert "only-here.txt" in text
    assert "API_TOKEN" in text
    assert "canary" not in text
    assert json.loads(text)["machine"]["built"] is True


def test_a_capture_to_standard_output(tmp_path: Path) -> None:
    """A dash writes the capture where a pipe can take it."""
    project = make_project(tmp_path / "app")
    done = verifier("capture", project, "--output", "-", home=tmp_path / "home")
    assert json.loads(done.stdout)["schema"] == "verifier.capture/v1"


def test_a_plan_from_a_capture(tmp_path: Path) -> None:
    """The plan shows what the other disk had."""
    clone, file = _captured(tmp_path, _NEEDS_FILE)
    done = verifier("plan", clone, "--local", file, home=tmp_path / "home")
    assert done.returncode == 0, done.stderr
    assert "only-here.txt" in done.stdout
    assert "API_TOKEN" in done.stdout


@pytest.mark.parametrize("body", ["{", "[]", '{"schema": "other/v1"}'])
def test_a_file_that_is_no_capture(tmp_path: Path, body: str) -> None:
    """Something else is refused with what to do."""
    project, file = make_project(tmp_path / "app"), tmp_path / "capture.json"
    file.write_text(body)
    done = verifier("plan", project, "--local", file, home=tmp_path / "home")
    assert done.returncode == 2
    assert "capture" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.docker
@pytest.mark.parametrize(
    ("built", "build", "verdict", "code"),
    [
        ("ok", _NEEDS_FILE, "regression", 1),
        ("failed", _NEEDS_FILE, "broken_both", 1),
        ("failed", "", "clean_only_pass", 0),
        ("ok", "", "clean_pass", 0),
    ],
)
def test_a_recorded_outcome_counts(
    tmp_path: Path, built: str, build: str, verdict: str, code: int
) -> None:
    """The developer's own outcome decides the verdict, though nothing local can run here."""
    clone, file = _captured(tmp_path, f"{build};{BUILD}", "--built", built)
    done = verifier("verify", clone, "--local", file, "--format", "json", home=tmp_path / "home")
    report = json.loads(done.stdout)
    assert report["verdict"] == verdict
    assert done.returncode == code
    assert {r["world"] for r in report["runs"]} == {"clean"}
