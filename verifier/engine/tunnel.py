"""Reaches an engine on another machine over SSH, as `DOCKER_HOST=ssh://user@host` asks for.

The system's own `ssh` forwards a private local socket to the engine's socket there, so that keys,
agents, jump hosts and known hosts are those the person already uses. Nothing is installed on the
other machine and no password is ever asked for.
"""

from __future__ import annotations

import atexit
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from verifier.engine.folders import remove_folder

_log = structlog.get_logger(__name__)

_REMOTE_SOCKET: Final = "/var/run/docker.sock"
_START_S: Final = 30.0
_open: dict[str, str] = {}
"""Tunnels of this process: address asked for → local address."""


def is_ssh(address: str) -> bool:
    """Whether an engine's address is reached over SSH."""
    return address.startswith("ssh://")


def through_ssh(address: str, environ: Mapping[str, str]) -> str:
    """The address of a local socket that leads to the engine at `ssh://[user@]host[:port][/path]`.

    The tunnel is kept until this process ends, and ends with it however it ends.

    Raises:
        OSError: `ssh` is missing or cannot connect; says what it said.

    """
    if address not in _open:
        _open[address] = _start(address, environ)
    return _open[address]


def _start(address: str, environ: Mapping[str, str]) -> str:
    parts = urlsplit(address)
    program = shutil.which("ssh", path=environ.get("PATH"))
    if program is None or not parts.hostname:
        msg = f"'{address}' needs the ssh program" if parts.hostname else f"no host in '{address}'"
        raise OSError(msg)
    folder = Path(tempfile.mkdtemp(prefix="verifier-ssh-"))
    socket = folder / "engine.sock"
    said = folder / "said"
    there = parts.path if len(parts.path) > 1 else _REMOTE_SOCKET
    settings = ("BatchMode=yes", "ExitOnForwardFailure=yes", "ConnectTimeout=15",
                "ServerAliveInterval=15")  # fmt: skip
    command = [program, "-T", "-L", f"{socket}:{there}"]
    command += [word for setting in settings for word in ("-o", setting)]
    command += ["-p", str(parts.port)] if parts.port else []
    # The remote `cat` ends with its input, so that nothing stays when this process is killed.
    command += ["--", f"{parts.username}@{parts.hostname}" if parts.username else parts.hostname]
    command += ["cat"]
    with said.open("wb") as stream:
        # In a session of its own: an interrupt must leave the way open to clean up there.
        process = subprocess.Popen(
            command,
            env=dict(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stream,
            start_new_session=True,
        )
    atexit.register(_end, process, folder)
    end = time.monotonic() + _START_S
    while not socket.exists():
        if process.poll() is not None or time.monotonic() > end:
            words = said.read_text(errors="replace").strip()[-300:]
            _end(process, folder)
            _log.warning("ssh does not reach the engine", said=words)
            msg = f"ssh: {words or 'no answer'}"
            raise OSError(msg)
        time.sleep(0.05)
    return f"unix://{socket}"


def _end(process: subprocess.Popen[bytes], folder: Path) -> None:
    process.terminate()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
    remove_folder(folder)
