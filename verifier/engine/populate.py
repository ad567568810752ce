"""Makes a real node_modules on disk by running an install in a container.

Used for scenarios, whose developer's disk has an installed tree that git does not hold.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path

import docker
from docker.errors import DockerException, NotFound
from docker.models.containers import Container

from verifier.engine import jobs
from verifier.engine.archive import (
    UnsafeArchive,
    bytes_archive,
    chunks,
    extract,
    folder_archive,
)
from verifier.engine.docker import ROLE_LABEL, SESSION_LABEL
from verifier.engine.sandbox import Reach, Seal, SealFailure, clamped, settings
from verifier.errors import EngineTrouble
from verifier.model.environment import Limits, Network


def populate(
    client: docker.DockerClient,
    *,
    image: str,
    folder: Path,
    commands: Sequence[str],
    node_major: int,
    session: str,
    reach: Reach,
    manager_path: str = "",
    host_ca: Path | None = None,
    bring_back: Sequence[str] = ("node_modules",),
) -> None:
    """Run commands in a copy of `folder` with a developer's Node; bring some folders back.

    Raises:
        EngineTrouble: a command failed or the engine did.

    """
    facts = client.info() or {}
    limits = clamped(Limits(), facts)
    container = client.containers.create(
        image,
        ["sleep", "infinity"],
        entrypoint=[],
        labels={SESSION_LABEL: session, ROLE_LABEL: "populate"},
        working_dir=jobs.ROOT,
        **settings(limits, Network.FULL, facts),
    )
    try:
        container.start()
        labels = {SESSION_LABEL: session, ROLE_LABEL: "filter"}
        seal = Seal(client=client, image=image, labels=labels, reach=reach)
        try:
            seal.apply(container, Network.FULL)
        except SealFailure as error:
            msg = f"the network of a container could not be bounded: {error}"
            raise EngineTrouble(msg) from error
        with folder_archive({jobs.ROOT.lstrip("/"): folder}) as stream:
            container.put_archive("/", chunks(stream))
        path = f"{jobs.TOOLS}/local-node/{node_major}/bin:/node{node_major}/bin"
        path = f"{manager_path}:{path}" if manager_path else path
        variables = {
            "PATH": f"{path}:/yarn1/node_modules/.bin:/usr/local/bin:/usr/bin:/bin:/bun1",
            "HOME": "/vercel",
        }
        if host_ca is not None:
            with bytes_archive({"opt/verifier/ca.crt": host_ca.read_bytes()}, mode=0o644) as stream:
                container.put_archive("/", chunks(stream))
            bundle = f"{jobs.TOOLS}/ca.crt"
            variables |= {"NODE_EXTRA_CA_CERTS": bundle, "npm_config_cafile": bundle}
        for line in commands:
            done = container.exec_run(["sh", "-c", line], environment=variables)
            if done.exit_code != 0:
                output = done.output if isinstance(done.output, bytes) else b""
                tail = output[-600:].decode("utf-8", errors="replace")
                msg = f"'{line}' failed while a developer's disk was prepared: {tail}"
                raise EngineTrouble(msg)
        for name in bring_back:
            _fetch(container, f"{jobs.ROOT}/{name}", folder / name)
    finally:
        with contextlib.suppress(DockerException):
            container.remove(force=True, v=True)


def _fetch(container: Container, source: str, target: Path) -> None:
    try:
        pieces, _ = container.get_archive(source)
    except NotFound:
        return
    with tempfile.TemporaryFile() as stream:
        for piece in pieces:
            stream.write(piece)
        stream.seek(0)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            extract(stream, target.parent)
        except UnsafeArchive as error:
            msg = f"what came back of '{source}' cannot be laid out: {error}"
            raise EngineTrouble(msg) from error
