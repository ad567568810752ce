"""Finds a container engine, or sets one up on a bare Debian or Ubuntu machine.

An engine that answers is used as it is and never reconfigured. A daemon that runs but does not
answer is left alone too: the message then says what to look at. Nothing is installed anywhere but
on Debian and Ubuntu as root, where `apt-get` is the ordinary way.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

import docker
import structlog
from docker.errors import DockerException
from requests.exceptions import RequestException
from tenacity import RetryError

from verifier.engine.retries import ENGINE_START, PACKAGE_DOWNLOAD
from verifier.engine.tunnel import is_ssh, through_ssh
from verifier.errors import EngineUnavailable

_log = structlog.get_logger(__name__)

DAEMON_LOG: Final = Path("/var/log/verifier-dockerd.log")
"""Where a daemon started by verifier writes."""

PACKAGES: Final = ("docker.io", "iptables", "ca-certificates")
"""What `apt-get` installs for an engine."""

_DEFAULT_SOCKET: Final = Path("/var/run/docker.sock")
_DAEMON_PID: Final = Path("/var/run/docker.pid")
_PING_TIMEOUT_S: Final = 5
_ANSWER_TIMEOUT_S: Final = 600
"""Longest silence of the engine inside one request: a commit of a large tree says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """What decides whether an engine can be set up on this machine.

    distribution: `ID` and `ID_LIKE` of the operating system, lower-case words; empty elsewhere.
    chosen_host: the engine's address the person chose, None when none was.
    """

    system: str
    distribution: frozenset[str]
    is_root: bool
    has_apt: bool
    has_daemon: bool
    has_client: bool
    daemon_runs: bool
    socket_exists: bool
    socket_allowed: bool
    chosen_host: str | None = None


def find_engine(environ: Mapping[str, str]) -> docker.DockerClient | None:
    """A client of the first engine that answers, None when none does.

    `DOCKER_HOST` is the only address tried when it is set. Otherwise the current Docker context,
    the usual socket, and the sockets of desktop products and Podman are tried in this order.
    """
    chosen = environ.get("DOCKER_HOST")
    if chosen:
        if chosen.startswith("unix://") and not Path(chosen.removeprefix("unix://")).exists():
            return None
        connect = (
            partial(_at, environ, chosen) if is_ssh(chosen) else partial(_from_environ, environ)
        )
        return _answering(connect)
    for address in _addresses(environ):
        client = _answering(partial(_at, environ, address))
        if client is not None:
            _log.debug("engine found", address=address)
            return client
    return None


def install_engine(
    progress: Callable[[str], None], *, environ: Mapping[str, str]
) -> docker.DockerClient:
    """A client of an engine set up on this machine; installs and starts only what is missing.

    Raises:
        EngineUnavailable: this machine is not one verifier sets an engine up on, or the daemon
            does not come up.

    """
    facts = host_facts(environ)
    refusal = why_not(facts)
    if refusal is not None:
        raise EngineUnavailable(refusal)
    if not facts.has_daemon:
        install_packages(PACKAGES, progress=progress, environ=environ)
    client = find_engine(environ)
    if client is None:
        progress("starting the container engine")
        _start_daemon(environ)
        client = _await_engine(environ)
    progress(f"container engine {client.version()['Version']} answers")
    return client


def require_engine(
    environ: Mapping[str, str], *, progress: Callable[[str], None], install: bool
) -> docker.DockerClient:
    """A client of a running engine, set up on the way when `install` allows it.

    Raises:
        EngineUnavailable: none answers, and none was or could be set up; says what to do.

    """
    client = find_engine(environ)
    if client is not None:
        return client
    if install:
        return install_engine(progress, environ=environ)
    refusal = why_not(host_facts(environ))
    raise EngineUnavailable(
        refusal or "no container engine answers; run `verifier doctor --fix` to set one up"
    )


def why_not(facts: HostFacts) -> str | None:  # noqa: PLR0911 - one message per situation
    """Why no engine can be set up here and what the person can do, None when one can."""
    if facts.chosen_host is not None:
        return (
            f'no container engine answers at "{facts.chosen_host}", the address DOCKER_HOST names; '
            "start that engine, or unset DOCKER_HOST to use the one of this machine"
        )
    if facts.system == "Darwin":
        return (
            "no container engine answers; on macOS start Docker Desktop, OrbStack, Colima or "
            "`podman machine start`, then run the same command again"
        )
    if facts.system == "Windows":
        return (
            "no container engine answers; start Docker Desktop with its Linux engine, or run "
            "verifier inside WSL 2"
        )
    if facts.socket_exists and not facts.socket_allowed:
        return (
            f'this user may not open "{_DEFAULT_SOCKET}"; add the user to the group "docker" '
            "(`sudo usermod -aG docker $USER`, then log in again), or run verifier as root"
        )
    if facts.daemon_runs:
        return (
            "a Docker daemon runs but does not answer; look at its log (`journalctl -u docker`, or "
            f'"{DAEMON_LOG}" when verifier started it) and restart it yourself: verifier leaves a '
            "running daemon alone"
        )
    on_debian = bool(facts.distribution & {"debian", "ubuntu"}) and facts.has_apt
    if facts.has_daemon:
        if facts.is_root and on_debian:
            return None
        return (
            "Docker is installed but its daemon does not run; start it with "
            "`sudo systemctl start docker` (without systemd: `sudo dockerd`)"
        )
    if not on_debian:
        return (
            "no container engine is installed; install Docker or Podman with the package manager "
            "of this system and start it: verifier sets one up by itself on Debian and Ubuntu only"
        )
    if not facts.is_root:
        client = " (only the `docker` command is installed)" if facts.has_client else ""
        return (
            f"no container engine runs{client}; run `sudo apt-get install docker.io` and add your "
            'user to the group "docker", or run `verifier doctor --fix` as root'
        )
    return None


def host_facts(environ: Mapping[str, str]) -> HostFacts:
    """What this machine offers, read without changing anything."""
    path = environ.get("PATH")
    return HostFacts(
        system=platform.system(),
        distribution=_distribution(),
        is_root=hasattr(os, "geteuid") and os.geteuid() == 0,
        has_apt=shutil.which("apt-get", path=path) is not None,
        has_daemon=shutil.which("dockerd", path=path) is not None,
        has_client=shutil.which("docker", path=path) is not None,
        daemon_runs=_daemon_runs(),
        socket_exists=_DEFAULT_SOCKET.exists(),
        socket_allowed=os.access(_DEFAULT_SOCKET, os.R_OK | os.W_OK),
        chosen_host=environ.get("DOCKER_HOST") or None,
    )


def install_packages(
    names: tuple[str, ...], *, progress: Callable[[str], None], environ: Mapping[str, str]
) -> None:
    """Installs Debian packages with `apt-get`, without what they merely recommend.

    Raises:
        EngineUnavailable: `apt-get` fails, also when tried again.

    """
    progress(f"installing {', '.join(names)} with apt-get")
    settings = {**environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = (
        ["apt-get", "update", "-qq"],
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names],
    )
    for command in commands:
        try:
            PACKAGE_DOWNLOAD.call(_run, command, settings)
        except subprocess.CalledProcessError as trouble:
            raise EngineUnavailable(
                f"`{' '.join(command)}` failed: {_tail(str(trouble.output))}; make that command "
                "work by hand, then run the same again"
            ) from trouble


def _run(command: list[str], settings: Mapping[str, str]) -> None:
    subprocess.run(
        command,
        env=dict(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )


def _start_daemon(environ: Mapping[str, str]) -> None:
    """Starts the daemon so that it outlives verifier, through systemd where that runs."""
    try:
        if Path("/run/systemd/system").is_dir():
            _run(["systemctl", "start", "docker"], environ)
            return
        with DAEMON_LOG.open("ab") as log:
            subprocess.run(
                ["setsid", "--fork", "dockerd"],
                env=dict(environ),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=True,
            )
    except (OSError, subprocess.CalledProcessError) as trouble:
        raise EngineUnavailable(
            f"the Docker daemon cannot be started: {trouble}; start `dockerd` by hand to see why"
        ) from trouble


def _await_engine(environ: Mapping[str, str]) -> docker.DockerClient:
    try:
        client = ENGINE_START.call(find_engine, environ)
    except RetryError as trouble:
        said = (
            _tail(DAEMON_LOG.read_text(errors="replace"), lines=2)
            if DAEMON_LOG.exists()
            else "nothing"
        )
        raise EngineUnavailable(
            f"the Docker daemon was started but does not answer; it said: {said} (all of it in "
            f'"{DAEMON_LOG}"); a container without extra rights cannot run one, a virtual machine '
            "or a real host can"
        ) from trouble
    if client is None:
        raise EngineUnavailable("the Docker daemon was started but does not answer")
    return client


def _answering(connect: Callable[[int], docker.DockerClient]) -> docker.DockerClient | None:
    """A patient client of the engine `connect` reaches, None when it does not answer."""
    try:
        hasty = connect(_PING_TIMEOUT_S)
        try:
            hasty.ping()
        finally:
            hasty.close()
        return connect(_ANSWER_TIMEOUT_S)
    except (DockerException, RequestException, OSError, ValueError):
        return None


def _from_environ(environ: Mapping[str, str], timeout_s: int) -> docker.DockerClient:
    return docker.DockerClient.from_env(environment=dict(environ), timeout=timeout_s)


def _at(environ: Mapping[str, str], address: str, timeout_s: int) -> docker.DockerClient:
    if is_ssh(address):
        address = through_ssh(address, environ)
    return docker.DockerClient(base_url=address, timeout=timeout_s)


def _addresses(environ: Mapping[str, str]) -> Iterator[str]:
    """Where an engine may listen, most likely first."""
    home = Path(environ.get("HOME") or "/nonexistent")
    context = _current_context(home, environ)
    if context is not None:
        yield context
    sockets = [
        _DEFAULT_SOCKET,
        home / ".docker/run/docker.sock",
        home / ".orbstack/run/docker.sock",
        home / ".colima/default/docker.sock",
        home / ".rd/docker.sock",
        Path("/run/podman/podman.sock"),
        home / ".local/share/containers/podman/machine/podman.sock",
    ]
    runtime = environ.get("XDG_RUNTIME_DIR")
    if runtime:
        sockets += [Path(runtime) / "docker.sock", Path(runtime) / "podman/podman.sock"]
    yield from (f"unix://{socket}" for socket in sockets if socket.exists())


def _current_context(home: Path, environ: Mapping[str, str]) -> str | None:
    """Address of the Docker context in use, None for the default one or an unreadable file."""
    folder = Path(environ.get("DOCKER_CONFIG") or home / ".docker")
    try:
        name = environ.get("DOCKER_CONTEXT") or json.loads(
            (folder / "config.json").read_text(encoding="utf-8")
        ).get("currentContext")
        if not name or name == "default":
            return None
        meta = folder / "contexts/meta" / sha256(name.encode()).hexdigest() / "meta.json"
        address = json.loads(meta.read_text(encoding="utf-8"))["Endpoints"]["docker"]["Host"]
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return None
    return str(address)


def _distribution() -> frozenset[str]:
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return frozenset()
    return frozenset(f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".lower().split())


def _daemon_runs() -> bool:
    try:
        number = int(_DAEMON_PID.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return False
    return Path(f"/proc/{number}").exists()


def _tail(text: str, lines: int = 5) -> str:
    """The last lines of a log, on one line."""
    return " | ".join(text.strip().splitlines()[-lines:]) or "nothing"
