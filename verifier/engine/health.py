"""What a verification needs of this machine: examined, mended, and cleared of left-overs."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import docker
import requests
from docker.errors import DockerException

from verifier.engine.bootstrap import find_engine, host_facts, install_engine, why_not
from verifier.engine.docker import ROLE_LABEL, SESSION_LABEL
from verifier.engine.image import ensure_image, host_ca_bundle, list_images

_FREE_DISK_MIB = 6 * 1024
_MEMORY_MIB = 4 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing examined; mend is the command or action that puts it right."""

    name: str
    ok: bool
    state: str
    mend: str = ""


def examine(environ: Mapping[str, str], home: Path) -> tuple[Item, ...]:
    """Look at everything; changes nothing."""
    client = find_engine(environ)
    if client is None:
        reason = why_not(host_facts(environ)) or "none answers"
        items = [
            Item(name="engine", ok=False, state=reason, mend="verifier doctor --fix"),
        ]
    else:
        items = list(_engine_items(client))
    free = shutil.disk_usage(home).free >> 20
    items.append(
        Item(
            name="disk",
            ok=free >= _FREE_DISK_MIB,
            state=f"{free} MiB free for verifier's own folder",
            mend=f"free at least {_FREE_DISK_MIB} MiB, or set VERIFIER_HOME to another disk",
        )
    )
    bundle = host_ca_bundle(environ)
    items.append(
        Item(
            name="certificates",
            ok=True,
            state="the host's own bundle is passed on" if bundle else "the usual ones",
        )
    )
    return tuple(items)


def _engine_items(client: docker.DockerClient) -> list[Item]:
    facts = client.info() or {}
    memory = int(facts.get("MemTotal", 0)) >> 20
    images = list_images(client)
    left = leftovers(client)
    return [
        Item(name="engine", ok=True, state=f"answers, version {facts.get('ServerVersion', '?')}"),
        Item(
            name="memory",
            ok=memory >= _MEMORY_MIB,
            state=f"{memory} MiB for the engine (the platform's smallest machine has 8192)",
            mend="give the engine more memory; limits are lowered meanwhile and reports say so",
        ),
        Item(
            name="image",
            ok=bool(images),
            state=", ".join(i.tag for i in images) or "not built yet",
            mend="verifier image build",
        ),
        Item(
            name="left-overs",
            ok=not left,
            state=f"{len(left)} containers of sessions that are gone" if left else "none",
            mend="verifier doctor --prune",
        ),
    ]


def mend(environ: Mapping[str, str], home: Path, progress: Callable[[str], None]) -> None:
    """Set up the engine and the image where they are missing."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    client = find_engine(environ) or install_engine(progress, environ=environ)
    ensure_image(client, progress=progress, environ=environ)


def leftovers(client: docker.DockerClient) -> list[str]:
    """Ids of containers whose session is no longer alive on this machine."""
    found: list[str] = []
    for container in client.containers.list(all=True, filters={"label": SESSION_LABEL}):
        session = str(container.labels.get(SESSION_LABEL, ""))
        if not _is_alive(session):
            found.append(str(container.id))
    return found


def _is_alive(session: str) -> bool:
    pid = session.partition("-")[0]
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def prune_leftovers(environ: Mapping[str, str], home: Path, *, snapshots: bool) -> str:
    """Remove what dead sessions left behind; returns one line that says what went."""
    client = find_engine(environ)
    if client is None:
        return "no engine answers, so nothing could be removed"
    containers = leftovers(client)
    for name in containers:
        with contextlib.suppress(DockerException, requests.RequestException):
            client.containers.get(name).remove(force=True, v=True)
    images = 0
    if snapshots:
        for image in client.images.list(filters={"label": f"{ROLE_LABEL}=snapshot"}):
            with contextlib.suppress(DockerException, requests.RequestException):
                client.images.remove(str(image.id), force=True)
                images += 1
        shutil.rmtree(home / "snapshots", ignore_errors=True)
    work = _stale_work(home)
    return f"removed {len(containers)} containers, {images} snapshots, {work} work folders"


def _stale_work(home: Path) -> int:
    count = 0
    for folder in (home / "work").glob("*"):
        if not _is_alive(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            count += 1
    return count
