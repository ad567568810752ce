"""Ctrl-C and its relatives at every stage, and what is left of a process that was killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.cli.projects import left_in, make_project, started, state_of, verifier, wait_for
from verifier.engine.bootstrap import find_engine
from verifier.engine.docker import SESSION_LABEL
from verifier.engine.health import prune_leftovers

_WAITING = "setTimeout(()=>{},120000);"
_MANY_FILES = (
    "const fs=require('fs');fs.mkdirSync('public',{recursive:true});"
    "for(let n=0;n<15000;n++)fs.writeFileSync(`public/f${n}.html`,String(n));"
)
_SLOW = "import time; {module}.{name} = lambda *a, **k: (sys.stderr.write('{word}\\n'), sys.stderr.flush(), time.sleep(60))"  # noqa: E501


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    found = find_engine(os.environ)
    assert found is not None
    yield found
    found.close()


def _containers(client: docker.DockerClient, process: int) -> list[str]:
    listed = client.api.containers(all=True, filters={"label": SESSION_LABEL})
    prefix = f"{process}-"
    return [str(c["Id"]) for c in listed if str(c["Labels"][SESSION_LABEL]).startswith(prefix)]


def _said(log: Path, words: str) -> bool:
    return words in log.read_text(errors="replace")


def _collecting(client: docker.DockerClient, process: int) -> bool:
    for name in _containers(client, process):
        try:
            top = client.api.top(name)
        except docker.errors.APIError:
            continue
        if any("collect.cjs" in " ".join(row) for row in top["Processes"] or []):
            return True
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
def test_while_the_project_is_read(tmp_path: Path, number: signal.Signals) -> None:
    """A signal during the reading ends it with 130 and without a trace."""
    project, log = make_project(tmp_path / "app"), tmp_path / "log"
    before = state_of(project)
    slow = "import verifier.intake; " + _SLOW.format(
        module="verifier.intake", name="read_project", word="now reading"
    )
    with started("verify", project, home=tmp_path / "home", log=log, before=slow) as process:
        wait_for(lambda: _said(log, "now reading"), "it never read")
        process.send_signal(number)
        assert process.wait(20) == 130
    assert _said(log, "interrupted")
    assert left_in(tmp_path / "home") == []
    assert state_of(project) == before


@pytest.mark.docker
def test_while_the_image_is_made(tmp_path: Path) -> None:
    """A signal while the image is awaited ends it as well."""
    project, log = make_project(tmp_path / "app"), tmp_path / "log"
    slow = "import verifier.engine.image; " + _SLOW.format(
        module="verifier.engine.image", name="ensure_image", word="now building"
    )
    with started("verify", project, home=tmp_path / "home", log=log, before=slow) as process:
        wait_for(lambda: _said(log, "now building"), "it never came to the image")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 130
    assert left_in(tmp_path / "home") == []


@pytest.mark.docker
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["int", "term"])
@pytest.mark.parametrize("stage", ["install", "build"])
def test_while_a_container_works(
    tmp_path: Path, client: docker.DockerClient, stage: str, number: signal.Signals
) -> None:
    """A signal during install or build ends at once and leaves no container and no folder."""
    waits = {"preinstall": "node wait.js"} if stage == "install" else {}
    project = make_project(
        tmp_path / "app",
        build=_WAITING,
        manifest={"scripts": {"build": "node build.js", **waits}},
        files={"wait.js": _WAITING},
    )
    before, log = state_of(project), tmp_path / "log"
    with started("verify", project, home=tmp_path / "home", log=log) as process:
        wait_for(lambda: _said(log, f"{stage}:"), f"it never came to {stage}")
        assert _containers(client, process.pid)
        process.send_signal(number)
        assert process.wait(30) == 130
        assert _containers(client, process.pid) == []
    assert left_in(tmp_path / "home") == []
    assert state_of(project) == before


@pytest.mark.docker
def test_while_the_outcome_is_collected(tmp_path: Path, client: docker.DockerClient) -> None:
    """A signal while the output is described leaves nothing either."""
    project, log = make_project(tmp_path / "app", build=_MANY_FILES), tmp_path / "log"
    with started("verify", project, home=tmp_path / "home", log=log) as process:
        wait_for(lambda: _collecting(client, process.pid), "it never collected")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert _containers(client, process.pid) == []
    assert left_in(tmp_path / "home") == []


@pytest.mark.docker
def test_while_this_host_builds(tmp_path: Path, client: docker.DockerClient) -> None:
    """A build on this host ends with the signal, its processes and its scratch copy with it."""
    project = make_project(tmp_path / "app", build=f"const mark='{tmp_path}';{_WAITING}")
    before, log = state_of(project), tmp_path / "log"
    arguments = ("verify", project, "--local", "host")
    with started(*arguments, home=tmp_path / "home", log=log) as process:
        wait_for(lambda: _said(log, "build on this host"), "it never built here")
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert _containers(client, process.pid) == []
    assert left_in(tmp_path / "home") == []
    assert state_of(project) == before


@pytest.mark.docker
def test_a_second_signal_does_not_stop_the_clean_up(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    """Somebody who presses Ctrl-C twice still finds nothing left."""
    project, log = make_project(tmp_path / "app", build=_WAITING), tmp_path / "log"
    with started("verify", project, home=tmp_path / "home", log=log) as process:
        wait_for(lambda: _said(log, "build:"), "it never built")
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert _containers(client, process.pid) == []
    assert left_in(tmp_path / "home") == []


@pytest.mark.docker
def test_what_a_killed_process_leaves_is_pruned(
    tmp_path: Path, client: docker.DockerClient
) -> None:
    """After `kill -9` the container and the folder stay until they are pruned."""
    project, log, home = make_project(tmp_path / "app", build=_WAITING), tmp_path / "log", tmp_path
    with started("verify", project, home=home, log=log) as process:
        wait_for(lambda: _said(log, "build:"), "it never built")
        # What a living session has is never touched.
        prune_leftovers(os.environ, home, snapshots=False)
        assert _containers(client, process.pid)
        assert left_in(home)
        process.kill()
        process.wait()
    assert _containers(client, process.pid)
    done = verifier("doctor", "--prune", home=home)
    assert done.stdout.startswith("removed ")
    assert _containers(client, process.pid) == []
    assert left_in(home) == []


def test_signals_are_given_back() -> None:
    """Handlers are as before once a command has ended."""
    from verifier.cli import run_command_line

    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    assert run_command_line(["explain", "verdicts"]) == 0
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before
