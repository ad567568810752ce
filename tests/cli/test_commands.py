"""The command line as a person meets it: help, typos, wrong folders, exit codes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from verifier.cli import run_command_line


def _run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verifier", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        check=False,
        timeout=60,
    )


def test_help_names_every_command_and_exit_code() -> None:
    """Help shows what can be done and what the exit codes mean."""
    done = _run("--help")
    assert done.returncode == 0
    for word in ("verify", "plan", "shell", "explain", "doctor", "125", "130"):
        assert word in done.stdout


def test_help_imports_nothing_heavy() -> None:
    """Help answers without loading the engine's client, parsers or the search."""
    code = (
        "import sys\nfrom verifier.cli import run_command_line\nrun_command_line(['--help'])\n"
        "heavy = {'docker', 'tree_sitter', 'structlog', 'yaml', 'verifier.pipeline'}\n"
        "sys.exit(sorted(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_mistyped_command_gets_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A typo is answered with a suggestion and exit code 2."""
    assert run_command_line(["verfy"]) == 2
    assert "did you mean 'verify'?" in capsys.readouterr().err


def test_a_mistyped_topic_gets_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A topic that does not exist is answered with a suggestion."""
    assert run_command_line(["explain", "missing-env-vr"]) == 2
    assert "did you mean 'missing-env-var'?" in capsys.readouterr().err


def test_a_folder_that_is_not_there_is_bad_usage() -> None:
    """A wrong path is exit code 2 and names the path."""
    done = _run("plan", "no-such-folder")
    assert done.returncode == 2
    assert "no-such-folder" in done.stderr


def test_an_empty_folder_is_a_project_error(tmp_path: Path) -> None:
    """A folder without anything to deploy is refused with a sentence that says what is missing."""
    done = _run("plan", str(tmp_path))
    assert done.returncode == 2
    assert "package.json" in done.stderr
    assert "Traceback" not in done.stderr


def test_broken_json_names_file_and_position(tmp_path: Path) -> None:
    """A package.json that cannot be parsed is named with line and column."""
    (tmp_path / "package.json").write_text('{\n  "name": "x",\n  "scripts": {,}\n}\n')
    done = _run("plan", str(tmp_path))
    assert done.returncode == 2
    assert "package.json" in done.stderr
    assert "3" in done.stderr


def test_every_topic_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    """What `explain` lists, it explains."""
    from verifier.cli._topics import topics

    for topic in topics():
        assert run_command_line(["explain", topic]) == 0
        assert capsys.readouterr().out.strip()


@pytest.mark.slow
def test_help_is_quick() -> None:
    """Help takes less than a second even on a busy machine; the bench measures it exactly."""
    began = time.monotonic()
    _run("--help")
    assert time.monotonic() - began < 5
