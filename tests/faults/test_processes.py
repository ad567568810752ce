"""Verifier itself is killed or interrupted at every stage, and many of it work at once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.cli.projects import environment, git, left_in, make_project, started, state_of, verifier
from tests.cli.projects import wait_for as wait_until
from tests.contract.conftest import client, image
from tests.faults.conftest import Count, Told, often
from tests.faults.verifications import VARIABLE, broken
from verifier.engine.docker import SESSION_LABEL
from verifier.engine.image import ImageRef
from verifier.engine.retention import HOME_LABEL, SNAPSHOT_ROLE, home_label

__all__ = ["client", "image"]

pytestmark = [pytest.mark.live]

_PAUSE = """
import time
def pause(owner, name, word, after=False):
    inner = getattr(owner, name)
    def paused(*a, **k):
        done = inner(*a, **k) if after else None
        sys.stderr.write(f"now {word}\\n")
        sys.stderr.flush()
        time.sleep(3)
        return done if after else inner(*a, **k)
    setattr(owner, name, paused)
"""
_ENGINE = "from verifier.engine.docker import DockerEngine as E\n"
_AT = {
    "read": "import verifier.intake as i\npause(i, 'read_project', 'read')",
    "fetch": f"{_ENGINE}pause(E, '_fetch', 'fetch', True)",
    "install": "",
    "snapshot": f"{_ENGINE}pause(E, '_commit', 'snapshot')",
    "record": "from verifier.engine.snapshots import SnapshotIndex as I\npause(I, 'put', 'record')",
    "build": "",
    "collect": f"{_ENGINE}pause(E, '_collect', 'collect')",
}
"""What stops the process in a stage; installs and builds of the project wait by themselves."""
_WAIT = "setTimeout(()=>{},20000)"
_PAGE = (
    "const fs=require('fs');fs.mkdirSync('public',{recursive:true});"
    "fs.writeFileSync('public/index.html','here');"
)


def _waiting_in(stage: str) -> str:
    return f"if(require('fs').readFileSync('wait','utf8').trim()==='{stage}'){_WAIT};"


def _project(folder: Path, stage: str) -> Path:
    """A project that waits in a stage as long as a file of the test's says so."""
    scripts = {"build": "node build.js", "preinstall": "node pre.js"}
    return make_project(
        folder,
        build=_waiting_in("build") + _PAGE,
        manifest={"scripts": scripts},
        files={"pre.js": _waiting_in("install"), "wait": f"{stage}\n"},
    )


def _containers(client: docker.DockerClient, process: int) -> list[str]:
    listed = client.api.containers(all=True, filters={"label": SESSION_LABEL})
    prefix = f"{process}-"
    return [str(c["Id"]) for c in listed if str(c["Labels"][SESSION_LABEL]).startswith(prefix)]


def _snapshots(client: docker.DockerClient, home: Path) -> list[str]:
    found = client.images.list(filters={"label": SNAPSHOT_ROLE})
    return [str(i.id) for i in found if i.labels.get(HOME_LABEL) == home_label(home)]


@pytest.fixture
def home(tmp_path: Path, client: docker.DockerClient, image: ImageRef) -> Iterator[Path]:
    assert image.id
    place = tmp_path / "home"
    yield place
    for name in _snapshots(client, place):
        client.images.remove(name, force=True)


def _come_to(stage: str, log: Path) -> None:
    word = f"{stage}:" if stage in {"install", "build"} else f"now {stage}"
    wait_until(lambda: word in log.read_text(errors="replace"), f"it never came to {stage}")


def _stage(name: str) -> str:
    return "snapshot" if name == "record" else name


@pytest.mark.parametrize("stage", often(_AT, {"record"}))
def test_a_kill_in_a_stage(
    tmp_path: Path, home: Path, client: docker.DockerClient, count: Count, stage: str
) -> None:
    """What `kill -9` leaves is found and removed by `doctor --prune`, and the next run works."""
    project, log = _project(tmp_path / "app", stage), tmp_path / "log"
    before = state_of(project)
    words = ("verify", project, "--local", "none")
    with started(*words, home=home, log=log, before=_PAUSE + _AT[stage]) as process:
        _come_to(stage, log)
        held = _containers(client, process.pid)
        assert bool(held) == (stage != "read")
        process.kill()
        process.wait()
    done = verifier("doctor", "--prune", home=home)
    assert done.stdout.startswith("removed "), done.stdout + done.stderr
    assert _containers(client, process.pid) == []
    assert _snapshots(client, home) == []
    assert left_in(home) == []
    assert [p for p in home.rglob("*") if p.suffix == ".part"] == []
    assert state_of(project) == before
    (project / "wait").write_text("never\n")
    git(project, "commit", "-qam", "waits no more")
    after = verifier(*words, "--format", "json", home=home)
    assert after.returncode == 0, after.stdout[-2000:] + after.stderr[-2000:]
    assert left_in(home) == []
    count("verifier killed (SIGKILL)", _stage(stage), Told.TRUE)


@pytest.mark.parametrize("stage", often(_AT, {"snapshot"}))
def test_an_interrupt_in_a_stage(
    tmp_path: Path, home: Path, client: docker.DockerClient, count: Count, stage: str
) -> None:
    """Ctrl-C ends it with 130, and nothing stays that a later run would trip over."""
    project, log = _project(tmp_path / "app", stage), tmp_path / "log"
    before = state_of(project)
    words = ("verify", project, "--local", "none")
    with started(*words, home=home, log=log, before=_PAUSE + _AT[stage]) as process:
        _come_to(stage, log)
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert _containers(client, process.pid) == []
    assert left_in(home) == []
    assert state_of(project) == before
    count("verifier interrupted (Ctrl-C)", _stage(stage), Told.TRUE)


def _begin(project: Path, home: Path, report: Path) -> subprocess.Popen[bytes]:
    words = ["verify", str(project), "--format", "json", "--output", str(report), "--jobs", "1"]
    return subprocess.Popen(
        [sys.executable, "-m", "verifier", *words],
        env=environment(home),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


def _at_once(
    projects: list[Path], home: Path, folder: Path, client: docker.DockerClient
) -> list[dict[str, Any]]:
    """The reports of verifications that run at once on one home and one engine."""
    places = [folder / f"report-{n}.json" for n in range(len(projects))]
    working = [_begin(p, home, r) for p, r in zip(projects, places, strict=True)]
    for process in working:
        _, said = process.communicate(timeout=600)
        assert process.returncode in {0, 1}, said.decode()[-2000:]
        assert _containers(client, process.pid) == []
    assert left_in(home) == []
    return [json.loads(place.read_text()) for place in places]


def test_two_verifications_of_one_project(
    tmp_path: Path, home: Path, client: docker.DockerClient, count: Count
) -> None:
    """Both find the one cause, though they share the project, the home and the snapshots."""
    project = broken(tmp_path / "app")
    before = state_of(project)
    for report in _at_once([project, project], home, tmp_path, client):
        assert [c["subject"] for c in report["causes"]] == [VARIABLE]
        count("two of one project at once", "search", Told.TRUE)
    assert state_of(project) == before


@pytest.mark.thorough
def test_ten_verifications_at_once(
    tmp_path: Path, home: Path, client: docker.DockerClient, count: Count
) -> None:
    """Each finds its own cause, and no other's."""
    projects = []
    for number in range(10):
        project = broken(tmp_path / f"app-{number}")
        own = f"{VARIABLE}_{number}"
        for name in ("build.js", ".env.local"):
            place = project / name
            place.write_text(place.read_text().replace(VARIABLE, own))
        git(project, "commit", "-qam", "a variable of its own")
        projects.append(project)
    for number, report in enumerate(_at_once(projects, home, tmp_path, client)):
        found = [c["subject"] for c in report["causes"]]
        assert found == [f"{VARIABLE}_{number}"]
        count("ten projects at once", "search", Told.TRUE)
