"""A prompt in the container, and one trial again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.projects import left_in, make_project, verifier

pytestmark = [pytest.mark.docker]


def test_a_prompt_from_a_pipe(tmp_path: Path) -> None:
    """Commands from a pipe are answered from the point of failure, and nothing stays."""
    build = "require('fs').writeFileSync('half-done','x');process.exit(4)"
    project, home = make_project(tmp_path / "app", build=build), tmp_path / "home"
    done = verifier("shell", project, home=home, stdin="pwd; ls\nseq 1 40000 | tail -1\n")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.split()
    assert "/vercel/path0" in lines
    assert "half-done" in lines
    assert lines[-1] == "40000"
    assert "fails at" in done.stderr
    assert left_in(home) == []


def test_values_are_not_in_the_prompt(tmp_path: Path) -> None:
    """The shell does not have the project's variables."""
    (tmp_path / "production").write_text("API_TOKEN=canary-in-shell\n")
    project = make_project(tmp_path / "app")
    done = verifier(
        "shell", project, "--env-file", tmp_path / "production", home=tmp_path / "home",
        stdin="env; cat /proc/1/environ\n",
    )  # fmt: skip
    assert "HOME=" in done.stdout
    assert "canary-in-shell" not in done.stdout + done.stderr


@pytest.mark.parametrize(("code", "ending"), [(0, "passes"), (3, "fails at")])
def test_one_trial_prints_its_log(tmp_path: Path, code: int, ending: str) -> None:
    """The log goes to standard output, the outcome to standard error and the exit code."""
    build = (
        "const fs=require('fs');fs.mkdirSync('public');fs.writeFileSync('public/a','');"
        f"console.log('said by the build');process.exit({code})"
    )
    project, home = make_project(tmp_path / "app", build=build), tmp_path / "home"
    done = verifier("trial", project, home=home)
    assert done.returncode == (1 if code else 0), done.stderr
    assert "said by the build" in done.stdout
    assert ending in done.stderr
    assert left_in(home) == []


def test_a_change_nobody_knows(tmp_path: Path) -> None:
    """A change that no report names is bad usage, said after the runs that could propose it."""
    project = make_project(tmp_path / "app")
    done = verifier("trial", project, "--change", "env-var:NOBODY", home=tmp_path / "home")
    assert done.returncode == 2
    assert "env-var:NOBODY" in done.stderr


def test_a_local_side_nobody_knows(tmp_path: Path) -> None:
    """A fresh clone has no local side to run a trial on."""
    project = make_project(tmp_path / "app")
    done = verifier("trial", project, "--on-local", home=tmp_path / "home")
    assert done.returncode == 2
    assert "no local side" in done.stderr
