"""Engines reached another way, and another engine: the same runs, snapshots and clean-up.

TCP needs nothing that is not there. SSH needs a server program and Podman itself; the README's
commands install neither, so where they are missing these are skipped and say why.
"""

from __future__ import annotations

import getpass
import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import docker
import pytest

from tests.cli.projects import verifier
from tests.contract.conftest import client, image
from tests.contract.recipes import PACKAGE, SALT, platform, script, tree, variables
from verifier.engine.base import RunRequest
from verifier.engine.bootstrap import find_engine
from verifier.engine.docker import SESSION_LABEL, DockerEngine, DockerOptions
from verifier.engine.health import session_name
from verifier.engine.image import ImageRef, ensure_image, list_images
from verifier.model.outcome import UnresolvedReason

__all__ = ["client", "image"]

pytestmark = [pytest.mark.docker]

_BUILD = "const fs = require('fs'); fs.mkdirSync('public'); fs.writeFileSync('public/a.html', 'x')"


def _engine_socket(client: docker.DockerClient) -> Path:
    """The socket of the engine under test; another kind of address is no use for a forward."""
    address = str(os.environ.get("DOCKER_HOST") or "unix:///var/run/docker.sock")
    path = Path(address.removeprefix("unix://"))
    if not path.is_socket():
        pytest.skip(f"the engine at {address} has no socket on this machine to forward to")
    return path


def _forward(target: Path, stop: threading.Event) -> int:
    """Forward a port of the loopback interface to a socket until told to stop."""
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)

    def serve() -> None:
        with server:
            while not stop.is_set():
                with suppress(TimeoutError):
                    near, _ = server.accept()
                    threading.Thread(target=_join, args=(near, target), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    return int(server.getsockname()[1])


def _join(near: socket.socket, target: Path) -> None:
    """Carry bytes both ways until both sides have ended."""
    with near, socket.socket(socket.AF_UNIX) as far:
        far.connect(str(target))
        back = threading.Thread(target=_pump, args=(far, near), daemon=True)
        back.start()
        _pump(near, far)
        back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(1 << 16):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


@pytest.fixture
def over_tcp(client: docker.DockerClient) -> Iterator[Mapping[str, str]]:
    stop = threading.Event()
    port = _forward(_engine_socket(client), stop)
    yield {**os.environ, "DOCKER_HOST": f"tcp://127.0.0.1:{port}"}
    stop.set()


@pytest.fixture
def over_ssh(client: docker.DockerClient, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A server of our own on the loopback interface, with a key that exists for one test only."""
    server = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    ssh, keygen = shutil.which("ssh"), shutil.which("ssh-keygen")
    if server is None or ssh is None or keygen is None:
        pytest.skip("no ssh server program here (Debian: openssh-server)")
    if os.geteuid() == 0 and not Path("/run/sshd").is_dir():
        pytest.skip("an ssh server of root's needs the folder /run/sshd")
    target = _engine_socket(client)
    for name in ("host", "user"):
        command = [keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / name)]
        subprocess.run(command, check=True)
    shutil.copy(tmp_path / "user.pub", tmp_path / "authorized")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "Port": port, "ListenAddress": "127.0.0.1", "HostKey": tmp_path / "host",
        "AuthorizedKeysFile": tmp_path / "authorized", "StrictModes": "no", "UsePAM": "no",
        "PidFile": "none", "PermitRootLogin": "prohibit-password", "PasswordAuthentication": "no",
    }  # fmt: skip
    (tmp_path / "sshd").write_text("".join(f"{k} {v}\n" for k, v in settings.items()))
    known = (tmp_path / "host.pub").read_text()
    (tmp_path / "known").write_text(f"[127.0.0.1]:{port} {known}")
    options = f"-o IdentityFile={tmp_path}/user -o UserKnownHostsFile={tmp_path}/known"
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/ssh").write_text(f'#!/bin/sh\nexec {ssh} -F none {options} "$@"\n')
    (tmp_path / "bin/ssh").chmod(0o755)
    with (tmp_path / "sshd.log").open("wb") as log:
        daemon = subprocess.Popen(
            [server, "-D", "-e", "-f", str(tmp_path / "sshd")], stdout=log, stderr=log
        )
    try:
        _await_port(port)
        yield {
            **os.environ,
            "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
            "DOCKER_HOST": f"ssh://{getpass.getuser()}@127.0.0.1:{port}{target}",
        }
    finally:
        daemon.terminate()
        daemon.wait()


def _await_port(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError(port)


@pytest.fixture
def podman(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """Podman's service on a socket of its own, with a mirror image built in it before."""
    program = shutil.which("podman")
    if program is None:
        pytest.skip("podman is not installed here")
    address = f"unix://{tmp_path}/podman.sock"
    service = subprocess.Popen(
        [program, "system", "service", "--time=0", address],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        environ = {**os.environ, "DOCKER_HOST": address}
        end = time.monotonic() + 60
        while (found := find_engine(environ)) is None and time.monotonic() < end:
            time.sleep(0.2)
        assert found is not None
        with closing(found):
            held = list_images(found)
        if not held:
            pytest.skip("podman has no mirror image: `verifier image build` with DOCKER_HOST")
        started = subprocess.run(
            [program, "run", "--rm", "--init", held[0].tag, "true"],
            capture_output=True,
            text=True,
            check=False,
        )
        if started.returncode != 0:
            pytest.skip(f"podman starts no container on this machine: {started.stderr[-300:]}")
        yield environ
    finally:
        service.terminate()
        service.wait()


@pytest.fixture(params=["over_tcp", "over_ssh", "podman"])
def reached(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The variables under which each engine is found."""
    found: Mapping[str, str] = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def engine(reached: Mapping[str, str], tmp_path: Path) -> Iterator[DockerEngine]:
    """An engine on the client that verifier itself finds."""
    found = find_engine(reached)
    assert found is not None
    held: ImageRef = ensure_image(found, progress=lambda _line: None, environ=reached)
    made = DockerEngine(
        found,
        DockerOptions(
            image=held.tag,
            image_id=held.id,
            session=session_name(os.getpid(), secrets.token_hex(4)),
            folder=tmp_path / "home",
            logs=tmp_path / "logs",
            salt=SALT,
            day="2026-11-23",
            trees=lambda _digest: {},
        ),
    )
    yield made
    made.close()
    wanted = f"{SESSION_LABEL}={made.session}"
    assert found.api.containers(all=True, filters={"label": wanted}) == []
    for snapshot in made._index.images():
        found.images.remove(snapshot, force=True)
    found.close()


def test_builds_snapshots_and_cancelling(engine: DockerEngine) -> None:
    """The platform's build passes, again from a snapshot; a failure is data; a run can be ended."""
    recipe = platform(tree({"package.json": PACKAGE, "build.js": _BUILD}))
    first = engine.run(RunRequest(id="r01", label="r01", recipe=recipe))
    assert (first.infra, first.exit_code) == (None, 0), (first.infra_detail, [*first.log_lines()])
    assert "static/a.html" in {f.path for f in first.output.files}
    again = engine.run(RunRequest(id="r02", label="r02", recipe=recipe))
    assert any(s.cached for s in again.steps)
    assert again.output == first.output
    failing = script("test $WORD = right\nexit 3\n", variables=variables({"WORD": "right"}))
    assert engine.run(RunRequest(id="r03", label="r03", recipe=failing)).exit_code == 3
    ending = threading.Timer(4, engine.cancel, args=("r04",))
    ending.start()
    stopped = engine.run(RunRequest(id="r04", label="r04", recipe=script("sleep 100\n")))
    ending.join()
    assert stopped.infra is UnresolvedReason.CANCELLED
    assert stopped.seconds < 60


def test_a_verification(reached: Mapping[str, str], tmp_path: Path) -> None:
    """The whole command works with the engine's address in the environment, and says the cause."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "package.json").write_text(PACKAGE)
    (folder / "build.js").write_text(
        "if (!process.env.API_URL) throw new Error('API_URL is not set');"
    )
    changed = {k: v for k, v in reached.items() if os.environ.get(k) != v}
    done = verifier("verify", folder, "--local", "none", home=tmp_path / "home", **changed)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "API_URL" in done.stdout
    assert not list((tmp_path / "home/work").glob("*"))
