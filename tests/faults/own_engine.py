"""A real container engine of the test's own, to be killed, filled up and started again.

It lives in name spaces of its own: what it mounts, its processes and its network are gone with it,
and it cannot touch those of the machine's engine (one without a bridge removes the usual bridge of
the network it is started in). Its disk is a file of a fixed size.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import docker
from docker.errors import DockerException

from verifier.engine.stream import exec_output

_DISK_MIB = 2048
_START_S = 40.0
_LEFT_OUT = (
    "usr/share", "usr/include", "usr/lib/gcc", "usr/lib/python3*", "usr/lib/llvm*", "node22",
    "bun*", "pnpm*", "opt", "var", "proc", "sys", "dev", "*.a", "libLLVM*", "libclang*",
    "*lto-dump*", "usr/lib/*/dri", "usr/lib/file", "libz3*", "libicudata*", "lib*san.so*", "*perl*",
)  # fmt: skip
_RUNTIME = """#!/bin/sh
if [ -e "{folder}/refuse" ]; then
  for word; do
    if [ "$word" = "$(cat "{folder}/refuse")" ]; then echo "refused by the test" >&2; exit 1; fi
  done
fi
exec {real} "$@"
"""
_TRUNK = """
set -e
export PATH="$1/bin:$PATH"
mount --make-rprivate /
mount -o loop "$1/disk" "$1/data"
mount -t tmpfs tmpfs "$1/exec"
mkdir -p /run/containerd
mount -t tmpfs tmpfs /run/containerd
ip link set lo up 2>/dev/null || true
while :; do
  if [ ! -e "$1/away" ]; then
    dockerd --data-root "$1/data/engine" --exec-root "$1/exec" --host "unix://$1/engine.sock" \
      --pidfile "$1/exec/pid" --bridge none --iptables=false --ip6tables=false \
      --cgroup-parent "/$2" --storage-driver overlay2 >> "$1/log" 2>&1 < /dev/null || true
  fi
  sleep 0.1
done
"""
"""It starts the engine again whenever it ends, until the file `away` is there."""


def why_not() -> str:
    """Why this machine cannot have one; empty if it can."""
    if os.geteuid() != 0:
        return "an engine of one's own needs root"
    for name in ("dockerd", "runc", "unshare", "mkfs.ext4"):
        if shutil.which(name) is None:
            return f"there is no {name} here"
    if not Path("/dev/loop-control").exists():
        return "there are no loop devices here"
    tried = subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc", "mount", "-t", "tmpfs",
         "tmpfs", "/mnt"],
        check=False, capture_output=True,
    )  # fmt: skip
    return "" if tried.returncode == 0 else "name spaces of one's own are not allowed here"


class OwnEngine:
    """An engine in `folder`; `image` is a small one in it with what a developer's build needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = f"unix://{folder}/engine.sock"
        self.image = ""
        self._cgroup = f"verifier-{folder.name}"
        for name in ("data", "exec", "bin"):
            (folder / name).mkdir()
        runtime = folder / "bin/runc"
        runtime.write_text(_RUNTIME.format(folder=folder, real=shutil.which("runc")))
        runtime.chmod(0o755)
        with (folder / "disk").open("wb") as disk:
            disk.truncate(_DISK_MIB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-m", "0", str(folder / "disk")], check=True)
        with (folder / "log").open("ab") as log:
            self._trunk = subprocess.Popen(
                ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                 "sh", "-c", _TRUNK, "sh", str(folder), self._cgroup],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        self.await_answer()

    @property
    def disk(self) -> Path:
        """The engine's disk, seen from this side of its name spaces."""
        return Path(f"/proc/{self._children(self._trunk.pid)[0]}/root{self.folder}/data")

    def client(self, timeout_s: int = 60) -> docker.DockerClient:
        """A client of it."""
        return docker.DockerClient(base_url=self.address, version="1.41", timeout=timeout_s)

    def answers(self) -> bool:
        """Whether it does, at once."""
        try:
            client = self.client(2)
        except DockerException:
            return False
        with contextlib.closing(client):
            try:
                return bool(client.ping())
            except (DockerException, OSError):
                return False

    def await_answer(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + _START_S
        while time.monotonic() < end:
            if self.answers():
                return
            assert self._trunk.poll() is None, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.1)
        raise AssertionError((self.folder / "log").read_text()[-2000:])

    def kill(self, *, back: bool) -> None:
        """Kill the daemon as if it had crashed; `back`: it is started again."""
        away = self.folder / "away"
        away.unlink(missing_ok=True) if back else away.touch()
        for daemon in self._daemons():
            with contextlib.suppress(ProcessLookupError):
                os.kill(daemon, signal.SIGKILL)

    def start(self) -> None:
        """Let it come back, and wait until it answers."""
        (self.folder / "away").unlink(missing_ok=True)
        self.await_answer()

    def fill(self, left_mib: int) -> None:
        """Leave so little room on its disk."""
        facts = os.statvfs(self.disk)
        size = facts.f_bavail * facts.f_frsize - (left_mib << 20)
        with (self.disk / "filler").open("wb") as filler, contextlib.suppress(OSError):
            # The engine writes meanwhile, so what was free may be free no longer.
            os.posix_fallocate(filler.fileno(), 0, max(1, size))
            while not left_mib:
                filler.write(bytes(4096))
                filler.flush()

    def empty(self) -> None:
        """Give the room back."""
        (self.disk / "filler").unlink(missing_ok=True)

    @contextlib.contextmanager
    def refusing(self, command: str) -> Iterator[None]:
        """Have the runtime refuse one of its commands meanwhile: create, start or exec."""
        order = self.folder / "refuse"
        order.write_text(command)
        try:
            yield
        finally:
            order.unlink()

    def close(self) -> None:
        """End it with everything it started; nothing of it stays on this machine."""
        self._trunk.kill()
        self._trunk.wait()
        end = time.monotonic() + _START_S
        while self._remove_cgroups() and time.monotonic() < end:
            time.sleep(0.1)
        shutil.rmtree(self.folder)

    def _remove_cgroups(self) -> bool:
        """Remove its groups of processes; whether some are still there, being left."""
        roots = [*Path("/sys/fs/cgroup").glob(self._cgroup)]
        roots += Path("/sys/fs/cgroup").glob(f"*/{self._cgroup}")
        for root in roots:
            for place, _, _ in os.walk(root, topdown=False):
                with contextlib.suppress(OSError):
                    Path(place).rmdir()
        return any(root.exists() for root in roots)

    def _daemons(self) -> Iterator[int]:
        for inner in self._children(self._trunk.pid):
            for child in self._children(inner):
                with contextlib.suppress(OSError):
                    if Path(f"/proc/{child}/comm").read_text().strip() == "dockerd":
                        yield child

    def _children(self, process: int) -> list[int]:
        found = Path(f"/proc/{process}/task/{process}/children").read_text()
        return [int(word) for word in found.split()]

    def take_image(self, other: docker.DockerClient, mirror: str) -> None:
        """Copy from an image of another engine what a developer's build of plain Node needs."""
        container = other.containers.create(mirror, ["sleep", "600"], entrypoint=[])
        packed = self.folder / "image.tar"
        try:
            container.start()
            excludes = [f"--exclude={name}" for name in _LEFT_OUT]
            command = ["tar", "-C", "/", *excludes, "-cf", "-", "."]
            handle = other.api.exec_create(container.id, command, stderr=False)
            with packed.open("wb") as stream:
                for piece in exec_output(other.api, handle["Id"]):
                    stream.write(piece)
        finally:
            container.remove(force=True)
        with contextlib.closing(self.client()) as client:
            client.api.import_image_from_file(str(packed), repository="small", tag="1")
            self.image = str(client.images.get("small:1").id)
        packed.unlink()
