"""Trouble of the machine verifier works on: names, disk, memory, a home that cannot be written."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.cli.projects import environment, make_project
from tests.contract.conftest import MakeEngine as MakePlainEngine
from tests.contract.conftest import client, image, in_docker
from tests.contract.recipes import LIMITS, platform, script, tree, variables
from tests.faults.conftest import Count, Told, often
from tests.faults.own_engine import why_not
from verifier.engine.base import RunRequest
from verifier.engine.docker import SESSION_LABEL
from verifier.engine.image import ImageRef
from verifier.engine.retention import HOME_LABEL, SNAPSHOT_ROLE
from verifier.model.environment import InstalledTree, Manager, ManagerChoice, Network, TreeMode
from verifier.model.outcome import UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.observe import observe

__all__ = ["client", "image", "in_docker"]

pytestmark = [pytest.mark.live]

_MANIFEST = json.dumps(
    {
        "name": "tiny", "private": True, "scripts": {"build": "node build.js"},
        "dependencies": {"is-odd": "3.0.1"},
    }
)  # fmt: skip
_QUICK = {
    "npm_config_fetch_retries": "0", "npm_config_fetch_timeout": "5000",
    "pnpm_config_fetch_retries": "0", "pnpm_config_fetch_timeout": "5000",
}  # fmt: skip
_MANAGERS = {
    "npm": ManagerChoice(manager=Manager.NPM),
    "pnpm10": ManagerChoice(manager=Manager.PNPM, major=10),
    "pnpm12": ManagerChoice(manager=Manager.PNPM, major=12),
    "yarn1": ManagerChoice(manager=Manager.YARN, major=1),
    "bun": ManagerChoice(manager=Manager.BUN),
}


def _wants_a_package(manager: ManagerChoice) -> Recipe:
    return script(
        "",
        files={"package.json": _MANIFEST, "build.js": "require('is-odd')"},
        manager=manager,
        tree=InstalledTree(mode=TreeMode.FRESH),
        build_script="npm run build",
        network=Network.FULL,
        variables=variables(_QUICK),
        limits=replace(LIMITS, build_s=45),
    )


@pytest.mark.parametrize("name", often(_MANAGERS, {"npm", "bun"}))
def test_names_are_gone(
    in_docker: MakePlainEngine, monkeypatch: pytest.MonkeyPatch, count: Count, name: str
) -> None:
    """No resolver answers the run: the network's trouble, whichever manager meets it."""
    from verifier.engine.sandbox import settings as given

    def without_names(*args: Any) -> dict[str, Any]:
        return {**given(*args), "dns": ["127.0.0.1"], "dns_opt": ["timeout:1", "attempts:1"]}

    monkeypatch.setattr("verifier.engine.docker.settings", without_names)
    engine = in_docker()
    run = engine.run(RunRequest(id="r01", label="x", recipe=_wants_a_package(_MANAGERS[name])))
    outcome = observe(run).outcome
    said = "\n".join(list(run.log_lines())[-25:])
    assert outcome.is_unresolved, f"{outcome}\n{said}"
    wanted = {UnresolvedReason.REGISTRY, UnresolvedReason.NETWORK, UnresolvedReason.TIMEOUT}
    assert outcome.reason in wanted, outcome
    count("names gone (DNS)", "install", Told.NAMED)


_SLEEPS = (
    "setTimeout(()=>console.log('done'),3000);const fs=require('fs');"
    "fs.mkdirSync('public',{recursive:true});fs.writeFileSync('public/index.html','here');"
)


@pytest.mark.parametrize("stage", often(["install", "build"], {"build"}))
def test_the_machine_kills_for_memory(
    in_docker: MakePlainEngine, client: docker.DockerClient, count: Count, stage: str
) -> None:
    """A kernel short of memory kills a build that is within its limit: not the build's fault."""
    scripts = {"build": "node build.js", "preinstall": "node build.js"}
    manifest = json.dumps({"name": "tiny", "private": True, "scripts": scripts})
    engine = in_docker()
    recipe = platform(tree({"package.json": manifest, "build.js": _SLEEPS}))
    once = threading.Event()

    def listen(line: str) -> None:
        if line.startswith(f"{stage}:") and not once.is_set():
            once.set()
            threading.Thread(target=_kill_the_build, args=(client, engine.session)).start()

    run = engine.run(RunRequest(id="r01", label="x", recipe=recipe), listen)
    outcome = observe(run).outcome
    assert outcome.is_unresolved, f"{outcome}\n" + "\n".join(list(run.log_lines())[-15:])
    assert outcome.reason is UnresolvedReason.KILLED, outcome
    count("memory short outside the limit", stage, Told.NAMED)


def _kill_the_build(client: docker.DockerClient, session: str) -> None:
    """Do to the project's own process what the kernel does when the machine has no memory.

    It is waited for: on a busy machine it begins long after the command that starts it.
    """
    (container,) = client.containers.list(filters={"label": f"{SESSION_LABEL}={session}"})
    for _ in range(200):
        top = container.top()
        column = top["Titles"].index("PID")
        found = [r for r in top["Processes"] if r[-1].strip() == "node build.js"]
        for row in found:
            os.kill(int(row[column]), signal.SIGKILL)
        if found:
            return
        time.sleep(0.05)


# -- verifier's own folder -------------------------------------------------------------------

_FILL = """
import os
def fill(owner, name, folder):
    inner = getattr(owner, name)
    def filled(*a, **k):
        with open(os.path.join(folder, 'filler'), 'wb', buffering=0) as f:
            try:
                while True:
                    f.write(b'x' * 65536)
            except OSError:
                pass
            try:
                while True:
                    f.write(b'x')
            except OSError:
                pass
        return inner(*a, **k)
    setattr(owner, name, filled)
home = os.environ['VERIFIER_HOME']
"""
_ENGINE = "from verifier.engine.docker import DockerEngine as E\n"
_FULL_AT = {
    "read": "import verifier.intake as i\nfill(i, 'read_project', home)",
    "fetch": f"{_ENGINE}fill(E, '_fetch', home)",
    "snapshot": f"{_ENGINE}fill(E, '_commit', home)",
    "build": f"{_ENGINE}fill(E, '_change_tree', home)",
    "collect": f"{_ENGINE}fill(E, '_collect', home)",
}
_LOUD = (
    "for(let n=0;n<4000;n++)console.log('a line of the build '+n+' '+'x'.repeat(500));"
    "const fs=require('fs');fs.mkdirSync('public',{recursive:true});"
    "fs.writeFileSync('public/index.html','here');"
)


@pytest.fixture
def home(tmp_path: Path, client: docker.DockerClient, image: ImageRef) -> Iterator[Path]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    assert image.id
    place = tmp_path / f"home-{secrets.token_hex(3)}"
    place.mkdir()
    yield place
    for held in client.images.list(filters={"label": SNAPSHOT_ROLE}):
        if str(held.labels.get(HOME_LABEL, "")).endswith(f":{place}"):
            client.images.remove(str(held.id), force=True)


def _in_a_home(
    home: Path, mount: str, project: Path, before: str = ""
) -> tuple[int, str, list[str]]:
    """Verify with a home mounted so: exit code, what was said, and what is left in it."""
    start = f"import sys\n{before}\nfrom verifier.cli import run_command_line\n"
    code = f"{start}sys.exit(run_command_line(sys.argv[1:]))"
    inner = f'{mount}\n"$2" -c "$3" verify "$4" --format json\ncode=$?\n'
    inner += 'find "$1/work" -mindepth 1 | sed "s/^/left: /"\nexit $code\n'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", inner, "sh", home, sys.executable, code, project],
        env=environment(home), check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    left = [line for line in done.stdout.splitlines() if line.startswith("left: ")]
    return done.returncode, done.stdout + done.stderr, left


def _sessions(client: docker.DockerClient) -> set[str]:
    listed = client.api.containers(all=True, filters={"label": SESSION_LABEL})
    return {str(c["Labels"][SESSION_LABEL]) for c in listed}


@pytest.mark.parametrize("stage", often(_FULL_AT, {"snapshot"}))
def test_no_room_in_verifiers_own_folder(
    tmp_path: Path, home: Path, count: Count, stage: str
) -> None:
    """The work area or the snapshot records do not fit: said so, with what to do, and no cause."""
    project = make_project(tmp_path / "app", build=_LOUD)
    mount = 'mount -t tmpfs -o size=24m tmpfs "$1"'
    code, said, left = _in_a_home(home, mount, project, _FILL + _FULL_AT[stage])
    assert code in {0, 125}, said[-3000:]
    assert "bug in verifier" not in said
    if code == 125:
        assert "VERIFIER_HOME" in said, said[-3000:]
    assert '"status": "confirmed"' not in said
    assert left == []
    after, said, left = _in_a_home(home, mount, project)
    assert after == 0, said[-3000:]
    count("no room in the work area", stage, Told.NAMED if code else Told.TRUE)


@pytest.mark.parametrize(
    "mount",
    [
        'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1"',
        'mkdir -p "$1/snapshots" && mount -t tmpfs -o ro tmpfs "$1/snapshots"',
        'mkdir -p "$1/work" && mount -t tmpfs -o size=4k,nr_inodes=1 tmpfs "$1/work"',
    ],
    ids=["all of it read-only", "snapshots read-only", "work full"],
)
def test_a_home_that_cannot_be_written(
    tmp_path: Path, home: Path, count: Count, mount: str
) -> None:
    """Told at once, and which setting names another."""
    project = make_project(tmp_path / "app", build=_LOUD)
    code, said, left = _in_a_home(home, mount, project)
    assert code in {2, 125}, said
    assert "VERIFIER_HOME" in said
    assert left == []
    count("home cannot be written", "start", Told.NAMED)
