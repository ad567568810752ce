"""A real engine that dies, is started again, refuses, is full, or loses an image in a run."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.contract.conftest import client, image
from tests.contract.recipes import LIMITS, script
from tests.faults.conftest import Count, Told, often
from tests.faults.own_engine import OwnEngine, why_not
from verifier.engine.base import RunRequest
from verifier.engine.docker import SESSION_LABEL, DockerEngine, DockerOptions
from verifier.engine.health import prune_leftovers, session_name
from verifier.engine.image import ImageRef
from verifier.engine.snapshots import SnapshotIndex
from verifier.model.environment import InstalledTree, Origin, TreeMode, Variable
from verifier.model.outcome import Outcome, UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.model.secret import Secret
from verifier.observe import observe

__all__ = ["client", "image"]

pytestmark = [pytest.mark.live]

_GONE = 2**22 + 1
"""The number of a process that cannot be: what its session left is found as left over."""
_INSTALL = "node install.js"
_BUILD = (
    "if(require('a')!==1||process.env.BREAK)process.exit(3);"
    "const fs=require('fs');fs.mkdirSync('public');"
    "fs.writeFileSync('public/index.html','here');setTimeout(()=>console.log('built'),900);"
)
_FILES = {
    "package.json": json.dumps(
        {"name": "tiny", "private": True, "scripts": {"build": "node build.js"}}
    ),
    "install.js": "const fs=require('fs');fs.mkdirSync('node_modules/a',{recursive:true});"
    "fs.writeFileSync('node_modules/a/index.js','module.exports = 1');"
    "fs.writeFileSync('node_modules/a/data',Buffer.alloc(20<<20,7));"
    "setTimeout(()=>console.log('installed'),900);",
    "build.js": _BUILD,
    "ballast": "b" * (4 << 20),
}
_STAGES = ("fetch", "install", "snapshot", "build", "collect")


@pytest.fixture(scope="module")
def own(client: docker.DockerClient, image: ImageRef) -> Iterator[OwnEngine]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    engine = OwnEngine(Path(tempfile.mkdtemp(prefix="own-")))
    try:
        engine.take_image(client, image.tag)
        yield engine
    finally:
        engine.close()


@pytest.fixture
def home(tmp_path: Path, own: OwnEngine) -> Iterator[Path]:
    yield tmp_path / "home"
    own.empty()
    own.start()
    with contextlib.closing(own.client()) as client:
        for held in SnapshotIndex(tmp_path / "home/snapshots").images():
            with contextlib.suppress(docker.errors.ImageNotFound):
                client.images.remove(held, force=True)


def _recipe(*, breaks: bool = False) -> Recipe:
    """A build that installs a file and needs it; what makes it break is no input of the install."""
    told = Variable(name="BREAK", value=Secret("1"), origin=Origin.PLATFORM)
    return script(
        "",
        files=_FILES,
        variables=(told,) if breaks else (),
        build_script="node build.js",
        tree=InstalledTree(mode=TreeMode.FRESH, install_command=_INSTALL),
        limits=replace(LIMITS, build_s=60),
    )


def _engine(own: OwnEngine, home: Path) -> DockerEngine:
    options = DockerOptions(
        image=own.image,
        image_id=own.image,
        session=session_name(_GONE, secrets.token_hex(4)),
        folder=home,
        logs=home / "logs",
        salt=b"salt",
        day="2026-11-25",
        trees=lambda _digest: {},
    )
    return DockerEngine(own.client(), options)


def _at(
    stage: str, engine: DockerEngine, patch: pytest.MonkeyPatch, act: Callable[[], None]
) -> Any:
    """Have `act` done once in the middle of a stage; the value is a listener for progress."""
    once = threading.Lock()

    def go(delay_s: float) -> None:
        if once.acquire(blocking=False):
            threading.Timer(delay_s, act).start() if delay_s else act()

    within = {"fetch": "_fetch", "snapshot": "_commit", "collect": "_collect"}.get(stage)
    if within is not None:
        inner = getattr(engine, within)

        def late(*args: Any, **named: Any) -> Any:
            go(0)
            return inner(*args, **named)

        patch.setattr(engine, within, late)
    return lambda line: go(0.2) if line.startswith(f"{stage}:") else None


def _run(engine: DockerEngine, recipe: Recipe, listen: Any = lambda _line: None) -> Run:
    return engine.run(RunRequest(id=f"r{secrets.token_hex(3)}", label="x", recipe=recipe), listen)


def _nothing_stays(own: OwnEngine, session: str, home: Path) -> None:
    """What a session could not remove itself is found and removed as left over."""
    own.empty()
    own.start()
    prune_leftovers({"DOCKER_HOST": own.address}, home, snapshots=False)
    with contextlib.closing(own.client()) as client:
        label = f"{SESSION_LABEL}={session}"
        assert client.api.containers(all=True, filters={"label": label}) == []
        assert client.api.networks(filters={"type": "custom"}) == []
        assert client.api.volumes()["Volumes"] in (None, [])
        known = {str(i.id) for i in client.images.list()}
        assert SnapshotIndex(home / "snapshots").images() <= known
    assert list(home.rglob("*.part")) == []


def _the_next_run_works(own: OwnEngine, home: Path) -> None:
    with contextlib.closing(_engine(own, home)) as engine:
        run = _run(engine, _recipe())
        assert observe(run).outcome.is_pass, (run.infra_detail, run.log_lines())


def _told(outcome: Outcome, *reasons: UnresolvedReason) -> Told:
    if outcome.is_pass:
        return Told.TRUE
    assert outcome.is_unresolved, outcome
    assert outcome.reason in reasons, outcome
    assert outcome.detail, outcome
    return Told.NAMED


@pytest.mark.parametrize(
    "death",
    often(
        itertools.product(_STAGES, (True, False)),
        {*((stage, True) for stage in _STAGES), ("build", False)},
    ),
)
def test_an_engine_killed_in_a_stage(
    own: OwnEngine,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
    death: tuple[str, bool],
) -> None:
    """The run is unresolved, the session ends, and once the engine is there the next run works."""
    stage, back = death
    engine = _engine(own, home)
    listen = _at(stage, engine, monkeypatch, lambda: own.kill(back=back))
    began = time.monotonic()
    run = _run(engine, _recipe(), listen)
    told = _told(observe(run).outcome, UnresolvedReason.ENGINE_LOST)
    engine.close()
    assert time.monotonic() - began < 60
    _nothing_stays(own, engine.session, home)
    _the_next_run_works(own, home)
    assert told is Told.NAMED, "the engine was killed too late"
    count(f"engine killed, {'comes back' if back else 'stays away'}", stage, told)


@pytest.mark.parametrize("stage", often(_STAGES, {"fetch", "snapshot", "build"}))
def test_a_disk_that_fills_up_in_a_stage(
    own: OwnEngine, home: Path, monkeypatch: pytest.MonkeyPatch, count: Count, stage: str
) -> None:
    """The engine's disk has no room left: told so, and what frees it."""
    engine = _engine(own, home)
    listen = _at(stage, engine, monkeypatch, lambda: own.fill(0))
    run = _run(engine, _recipe(), listen)
    told = _told(observe(run).outcome, UnresolvedReason.DISK_FULL)
    engine.close()
    _nothing_stays(own, engine.session, home)
    _the_next_run_works(own, home)
    count("engine's disk full", stage, told)


def test_an_image_that_is_gone(own: OwnEngine, home: Path, count: Count) -> None:
    """The mirror image was removed by somebody: told so, and what makes it again."""
    with contextlib.closing(own.client()) as client:
        spare = client.images.get(own.image)
        container = client.containers.create(own.image, ["true"])
        other = container.commit()
        container.remove()
        engine = _engine(own, home)
        engine._options = replace(engine._options, image=str(other.id), image_id=str(other.id))
        client.images.remove(str(other.id))
        run = _run(engine, _recipe())
        assert spare.id
    told = _told(observe(run).outcome, UnresolvedReason.ENGINE_LOST)
    assert "verifier image build" in run.infra_detail
    engine.close()
    _nothing_stays(own, engine.session, home)
    count("image pruned", "fetch", told)


def test_a_snapshot_pruned_between_two_requests(
    own: OwnEngine, home: Path, monkeypatch: pytest.MonkeyPatch, count: Count
) -> None:
    """Removed after it was looked up and before it is used: installed afresh."""
    with contextlib.closing(_engine(own, home)) as engine:
        assert observe(_run(engine, _recipe())).outcome.is_pass
    (held,) = SnapshotIndex(home / "snapshots").images()
    with contextlib.closing(_engine(own, home)) as engine:
        start = engine._start

        def late(*args: Any) -> Any:
            with contextlib.suppress(docker.errors.ImageNotFound):
                engine._client.images.remove(held, force=True)
            return start(*args)

        monkeypatch.setattr(engine, "_start", late)
        run = _run(engine, _recipe())
        assert observe(run).outcome.is_pass, run.infra_detail
        assert [s.phase for s in run.spawns] == ["install", "build"]
    _nothing_stays(own, engine.session, home)
    count("snapshot: pruned", "fetch", Told.TRUE)


def _layer(own: OwnEngine, image: str) -> Path:
    """Where the engine keeps what an image adds to the one below it."""
    with contextlib.closing(own.client()) as client:
        upper = client.images.get(image).attrs["GraphDriver"]["Data"]["UpperDir"]
    return own.disk / Path(upper).relative_to(own.folder / "data")


def _as_of_an_earlier_start(home: Path) -> None:
    """The record of the one snapshot, as if the machine had been started since."""
    (place,) = (home / "snapshots").glob("*.json")
    record = json.loads(place.read_text())
    start = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert start in record["measure"]
    record["measure"] = record["measure"].replace(start, "another-start")
    place.write_text(json.dumps(record))


@pytest.mark.parametrize(
    "how", often(["cut short", "gone", "changed", "of zeros"], {"cut short", "of zeros"})
)
def test_a_snapshot_that_lost_files(own: OwnEngine, home: Path, count: Count, how: str) -> None:
    """As after a loss of power: what the next run then misses is not called the project's fault."""
    with contextlib.closing(_engine(own, home)) as engine:
        assert observe(_run(engine, _recipe())).outcome.is_pass
    (held,) = SnapshotIndex(home / "snapshots").images()
    file = _layer(own, held) / "vercel/path0/node_modules/a/index.js"
    facts = file.stat()
    match how:
        case "gone":
            file.unlink()
        case "cut short":
            file.write_text("")
            file.with_name("package.json").write_text("{")
        case "changed":
            file.write_bytes(b"?" * facts.st_size)
        case _:
            # What a file system keeps of a file whose content it had not yet written.
            file.write_bytes(bytes(facts.st_size))
            os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
            _as_of_an_earlier_start(home)
    with contextlib.closing(_engine(own, home)) as engine:
        run = _run(engine, _recipe())
        assert observe(run).outcome.is_pass, list(run.log_lines())
        assert [s.phase for s in run.spawns] == ["install", "build"]
        assert any("made anew" in note for note in run.notes)
        # The one made instead serves the next run.
        again = _run(engine, _recipe())
        assert any(s.cached for s in again.steps)
    assert SnapshotIndex(home / "snapshots").images() != {held}
    _nothing_stays(own, engine.session, home)
    with contextlib.closing(own.client()) as client, contextlib.suppress(docker.errors.NotFound):
        client.images.remove(held, force=True)
    count(f"snapshot: files {how}", "fetch", Told.TRUE)


def test_a_failure_from_a_whole_snapshot_is_believed(own: OwnEngine, home: Path) -> None:
    """The neighbour: the snapshot is as it was, so it is the build that is at fault."""
    with contextlib.closing(_engine(own, home)) as engine:
        assert observe(_run(engine, _recipe())).outcome.is_pass
        run = _run(engine, _recipe(breaks=True))
        assert observe(run).outcome.is_fail
        assert any(s.cached for s in run.steps)
        assert run.notes == ()
    _nothing_stays(own, engine.session, home)


@pytest.mark.parametrize("which", often(["create", "start", "exec"], {"start"}))
def test_a_start_that_is_refused(own: OwnEngine, home: Path, count: Count, which: str) -> None:
    """The runtime fails to make, to start, or to enter a container."""
    with own.refusing(which):
        engine = _engine(own, home)
        run = _run(engine, _recipe())
    told = _told(observe(run).outcome, UnresolvedReason.ENGINE_LOST)
    assert told is Told.NAMED
    engine.close()
    _nothing_stays(own, engine.session, home)
    _the_next_run_works(own, home)
    count(f"container refused: {which}", "fetch", told)
