"""One session: an engine, an image, private folders, and the promise to leave nothing behind."""

from __future__ import annotations

import contextlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from verifier.cli._interrupts import shielded, stopped_by
from verifier.errors import UsageError
from verifier.model.project import Project
from verifier.model.report import Fidelity

if TYPE_CHECKING:
    from verifier.engine.base import Engine
    from verifier.engine.docker import DockerEngine
    from verifier.engine.image import HostNetwork, ImageRef


_SALT_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a command works with; `close` is the context manager's business."""

    engine: DockerEngine
    client: Any
    image: ImageRef
    fidelity: Fidelity
    salt: bytes
    versions: Mapping[str, str]
    trees: Callable[[str], Mapping[str, Path]]


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Verifier's own folder: `VERIFIER_HOME`, else in the user's cache, else among the temporary.

    Raises:
        UsageError: `VERIFIER_HOME` names a folder that cannot be used, or none can be.

    """
    chosen = environ.get("VERIFIER_HOME")
    if chosen:
        if _is_usable(Path(chosen)):
            return Path(chosen)
        msg = f"VERIFIER_HOME is {chosen!r}, but that folder cannot be written; name another"
        raise UsageError(msg)
    cache = environ.get("XDG_CACHE_HOME") or (
        f"{environ['HOME']}/.cache" if environ.get("HOME") else ""
    )
    if cache and _is_usable(Path(cache) / "verifier"):
        return Path(cache) / "verifier"
    spare = Path(tempfile.gettempdir()) / f"verifier-{os.getuid()}"
    if _is_usable(spare) and spare.lstat().st_uid == os.getuid() and not spare.is_symlink():
        spare.chmod(0o700)
        return spare
    msg = "no folder can be written for verifier's own files; set VERIFIER_HOME to one"
    raise UsageError(msg)


def _is_usable(folder: Path) -> bool:
    """Whether the folder is there, or can be made, and files can be made in it."""
    try:
        (folder / "work").mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / "snapshots").mkdir(exist_ok=True, mode=0o700)
        for place in (folder, folder / "work", folder / "snapshots"):
            with tempfile.TemporaryFile(dir=place):
                pass
    except OSError:
        return False
    return True


@contextlib.contextmanager
def work_folder(environ: Mapping[str, str]) -> Iterator[Path]:
    """A private folder that is gone afterwards."""
    from verifier.engine.folders import remove_folder

    base = cache_folder(environ) / "work"
    folder = Path(tempfile.mkdtemp(dir=base, prefix=f"{os.getpid()}-"))
    try:
        yield folder
    finally:
        with shielded():
            remove_folder(folder)


def salt(folder: Path) -> bytes:
    """The random number of this installation with which values of variables are hashed."""
    path = folder / "salt"
    with contextlib.suppress(OSError):
        value = path.read_bytes()
        if len(value) == _SALT_BYTES:
            return value
    value = secrets.token_bytes(_SALT_BYTES)
    with contextlib.suppress(OSError):
        # Whole or not at all: two sessions may start at once.
        handle, part = tempfile.mkstemp(dir=folder, prefix=".salt-")
        with os.fdopen(handle, "wb") as stream:
            stream.write(value)
        Path(part).replace(path)
    return value


def say(line: str) -> None:
    """Progress for people, on stderr, with the time of day."""
    from verifier.presenters.text import safe

    sys.stderr.write(f"{datetime.now(tz=UTC):%H:%M:%S} {safe(line)}\n")
    sys.stderr.flush()


def ask_host(environ: Mapping[str, str]) -> Future[HostNetwork]:
    """Begin to ask what containers need to reach what this host reaches; npm is slow to answer."""
    from verifier.engine.image import host_network
    from verifier.engine.meanwhile import meanwhile

    return meanwhile(lambda: host_network(environ, progress=say))


@contextlib.contextmanager
def open_session(
    project: Project | None,
    repository: Path | None,
    work: Path,
    environ: Mapping[str, str],
    *,
    snapshots: bool = True,
    network: Future[HostNetwork] | None = None,
) -> Iterator[Session]:
    """An engine with its image, ready for runs of one project; leaves no container behind.

    network: the answer of `ask_host` where that was asked before.
    """
    from verifier import __version__
    from verifier.engine.bootstrap import require_engine
    from verifier.engine.docker import DockerEngine, DockerOptions
    from verifier.engine.health import session_name
    from verifier.engine.image import ensure_image, host_ca_bundle
    from verifier.engine.sandbox import reach_of, usable_proxies

    asked = network or ask_host(environ)
    client = require_engine(environ, progress=say, install=False)
    host = asked.result()
    image = ensure_image(client, progress=say, environ=environ, network=host)
    proxies = usable_proxies(host.proxies)
    home = cache_folder(environ)
    number = salt(home)
    session_id = session_name(os.getpid(), secrets.token_hex(4))

    def trees(_digest: str) -> Mapping[str, Path]:
        return found_trees(project, repository)

    engine = DockerEngine(
        client,
        DockerOptions(
            image=image.tag,
            image_id=image.id,
            session=session_id,
            folder=home,
            logs=work / "logs",
            salt=number,
            day=f"{datetime.now(tz=UTC):%Y-%m-%d}",
            trees=trees,
            host_ca=host_ca_bundle(environ),
            proxies=proxies,
            reach=reach_of(
                registry=host.npm_registry,
                proxies=[v for n, v in proxies.items() if n.upper() != "NO_PROXY"],
                engine=environ.get("DOCKER_HOST"),
            ),
            snapshots=snapshots,
        ),
    )
    versions = {"verifier": __version__, "image": image.digest, **dict(image.versions)}
    with stopped_by(engine.close):
        try:
            yield Session(
                engine=engine,
                client=client,
                image=image,
                fidelity=fidelity_of(image),
                salt=number,
                versions=versions,
                trees=trees,
            )
        finally:
            with shielded():
                engine.close()
                client.close()


@contextlib.contextmanager
def local_engine(
    session: Session, work: Path, environ: Mapping[str, str], *, on_host: bool
) -> Iterator[Engine]:
    """The engine for both sides: the local one is built on this host if the person said so."""
    if not on_host:
        yield session.engine
        return
    from verifier.engine.scratch import ScratchEngine

    say("the local side is built on this host, with this user's rights, in a scratch copy")
    engine = ScratchEngine(
        inner=session.engine,
        folder=work,
        environ=environ,
        trees=session.trees,
        digest=lambda recipe: recipe.digest(session.salt),
    )
    with stopped_by(engine.close):
        try:
            yield engine
        finally:
            with shielded():
                engine.close()


def found_trees(project: Project | None, repository: Path | None) -> Mapping[str, Path]:
    """Folders of the found tree on this disk, by their path in a container."""
    from verifier.engine.found import found_folders

    if project is None or repository is None:
        return {}
    places = [m.path.rpartition("/")[0] for m in project.manifests]
    return found_folders(repository, project.root, places, project.machine.outer)


def fidelity_of(image: ImageRef) -> Fidelity:
    """The mirror's fidelity, as every report states it."""
    from verifier.vercel.fidelity import (
        Answer,
        AuditResult,
        manifest,
        score,
    )

    counts = score(
        AuditResult(attribute=a, answer=Answer.NOT_ASKED) for a in manifest(stand_in=image.stand_in)
    )
    notes = (
        ("the base is Debian, not Amazon Linux: glibc and system libraries differ",)
        if image.stand_in
        else ()
    )
    return Fidelity(
        base=image.base,
        stand_in=image.stand_in,
        mirrored=counts.mirrored,
        approximated=counts.approximated,
        unknown=counts.unknown,
        score=counts.percent / 100,
        notes=notes,
    )


def clock() -> float:
    """Seconds on a clock that never jumps."""
    return time.monotonic()
