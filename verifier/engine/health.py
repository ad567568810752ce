"""What a verification needs of this machine: examined, mended, and cleared of left-overs."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import docker
import requests
from docker.errors import DockerException

from verifier.engine.bootstrap import find_engine, host_facts, install_engine, why_not
from verifier.engine.docker import ROLE_LABEL, SESSION_LABEL
from verifier.engine.folders import remove_folder
from verifier.engine.image import ensure_image, host_ca_bundle, list_images
from verifier.engine.retention import HOME_LABEL, SNAPSHOT_ROLE, age_s, home_label, unusable
from verifier.engine.snapshots import SnapshotIndex

_FREE_DISK_MIB = 6 * 1024
_MEMORY_MIB = 4 * 1024
_LONGEST_S = 24 * 3600
"""No session lasts longer."""
_LONGEST_AUDIT_S = 900


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
        reason = why_not(host_facts(environ))
        items = [
            Item(
                name="engine",
                ok=False,
                state=reason or "none answers",
                mend="as said above" if reason else "verifier doctor --fix",
            )
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


def engine_trouble(error: Exception) -> str:
    """What an error of the engine's client means for a person; empty for any other error."""
    if not isinstance(error, (DockerException, requests.RequestException)):
        return ""
    said = str(getattr(error, "explanation", "") or error)[:300]
    return f"the container engine failed: {said}; `verifier doctor` says what is missing"


def session_name(process: int, token: str) -> str:
    """The name of a session: what is labelled with it can be told from what is left over."""
    return f"{process}-{token}@{socket.gethostname()}"


def leftovers(client: docker.DockerClient) -> list[str]:
    """Ids of containers whose session is no longer alive."""
    found: list[str] = []
    listed = client.containers.list(all=True, filters={"label": ROLE_LABEL}, ignore_removed=True)
    for container in listed:
        # A container somebody starts by hand has the image's own role.
        if container.labels.get(ROLE_LABEL) not in {"run", "filter", "populate", "audit"}:
            continue
        session = str(container.labels.get(SESSION_LABEL, ""))
        if not _is_alive(session, _age_s(str(container.attrs.get("Created", "")))):
            found.append(str(container.id))
    return found


def _is_alive(session: str, age_s: float) -> bool:
    """Whether a session may still be at work.

    Processes of another machine that shares the engine cannot be asked; there, as for containers
    without a session, age decides.
    """
    name, _, host = session.partition("@")
    number = name.partition("-")[0]
    if not number.isdigit() or (host and host != socket.gethostname()):
        return age_s < (_LONGEST_S if host else _LONGEST_AUDIT_S)
    try:
        os.kill(int(number), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _age_s(created: str) -> float:
    """Seconds since a time as the engine writes it; none if it cannot be read."""
    try:
        # The engine writes nanoseconds, which the parser refuses.
        moment = datetime.fromisoformat(created[:19]).replace(tzinfo=UTC)
    except ValueError:
        return 0.0
    return (datetime.now(tz=UTC) - moment).total_seconds()


def prune_leftovers(environ: Mapping[str, str], home: Path, *, snapshots: bool) -> str:
    """Remove what dead sessions left behind; returns one line that says what went.

    snapshots: those of this user go too, and old ones of others; without it only those go whose
        cache folder is gone.
    """
    work = _stale_work(home)
    client = find_engine(environ)
    if client is None:
        return f"removed {work} work folders; no engine answers, so no containers"
    try:
        containers = leftovers(client)
        for name in containers:
            with contextlib.suppress(DockerException, requests.RequestException):
                client.containers.get(name).remove(force=True, v=True)
        images = _remove_snapshots(client, home, all_of_this_user=snapshots)
    finally:
        client.close()
    return f"removed {len(containers)} containers, {images} snapshots, {work} work folders"


def _remove_snapshots(client: docker.DockerClient, home: Path, *, all_of_this_user: bool) -> int:
    """Remove snapshots that nothing can use, and on request those of this user and old ones."""
    index = SnapshotIndex(home / "snapshots")
    gone = set(unusable(client, index, home))
    if all_of_this_user:
        own, label = index.images(), home_label(home)
        gone |= {
            str(image.id)
            for image in client.images.list(filters={"label": SNAPSHOT_ROLE})
            # One of this folder without a record was taken by a session that was killed over it.
            if image.id in own or image.labels.get(HOME_LABEL) == label or age_s(image) > _LONGEST_S
        }
        index.clear()
    count = 0
    for name in gone:
        with contextlib.suppress(DockerException, requests.RequestException):
            client.images.remove(name, force=True)
            count += 1
    return count


def _stale_work(home: Path) -> int:
    count = 0
    for folder in (home / "work").glob("*"):
        if not _is_alive(folder.name, 0.0):
            remove_folder(folder)
            count += 1
    return count
