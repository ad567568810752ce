"""At every request of a run or a verification the engine fails in every way: nobody is blamed."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import docker
import pytest

from tests.contract.recipes import PACKAGE, platform, tree, variables
from tests.faults.conftest import Count, Told
from tests.faults.fake_engine import FakeEngine, Fault, Kind
from tests.faults.verifications import VARIABLE, broken, report_of
from verifier.engine.base import RunRequest
from verifier.engine.docker import ROLE_LABEL, SESSION_LABEL, DockerEngine, DockerOptions
from verifier.engine.health import leftovers, prune_leftovers, session_name
from verifier.engine.snapshots import SnapshotIndex
from verifier.model.environment import Network
from verifier.model.outcome import Outcome, UnresolvedReason
from verifier.model.recipe import Recipe
from verifier.model.report import Report
from verifier.model.verdict import Verdict
from verifier.observe import observe

MakeEngine = Callable[[], DockerEngine]
_SALT = b"salt"
_KINDS = tuple(Kind)


@pytest.fixture
def fake() -> Iterator[FakeEngine]:
    folder = Path(tempfile.mkdtemp(prefix="fake-"))  # a socket's path must be short
    engine = FakeEngine(folder)
    yield engine
    engine.close()
    shutil.rmtree(folder)


@pytest.fixture
def make(fake: FakeEngine, tmp_path: Path) -> Iterator[MakeEngine]:
    count = itertools.count()
    made: list[docker.DockerClient] = []

    def engine() -> DockerEngine:
        number = next(count)
        address = f"unix://{fake.address}"
        made.append(docker.DockerClient(base_url=address, version="1.41", timeout=5))
        options = DockerOptions(
            image="mirror", image_id="sha256:mirror", session=f"{os.getpid()}-{number}@here",
            folder=tmp_path / "home", logs=tmp_path / f"logs-{number}", salt=_SALT,
            day="2026-11-25", trees=lambda _digest: {},
        )  # fmt: skip
        return DockerEngine(made[-1], options)

    yield engine
    for client in made:
        client.close()


def _recipe(*, good: bool) -> Recipe:
    given = variables({"API_URL": "https://api.example"} if good else {})
    files = tree({"package.json": PACKAGE, "build.js": ""})
    return platform(files, variables=given, network=Network.FULL)


def _request(*, good: bool) -> RunRequest:
    return RunRequest(id="r01", label="clean", recipe=_recipe(good=good))


def _requests_of_a_run(fake: FakeEngine, make: MakeEngine) -> int:
    fake.arm(None)
    engine = make()
    assert observe(engine.run(_request(good=True))).outcome.is_pass
    engine.close()
    return len(fake.requests)


def _stages_of(requests: list[str]) -> list[str]:
    """The stage of a run in which each of its requests is made."""
    stage, found = "fetch", []
    for line in requests:
        stage = _next_stage(stage, line)
        found.append(stage)
    return found


def _next_stage(stage: str, line: str) -> str:
    ends = line.startswith(("DELETE /containers", "GET /containers/json"))
    match stage:
        case "fetch" if line.startswith("POST /exec"):
            return "install"
        case "install" if line.startswith("POST /commit"):
            return "snapshot"
        case "snapshot" if line.startswith("GET /exec"):
            return "build"
        case "build" if line.startswith("GET /containers"):
            return "collect"
        case "collect" if ends:
            return "clean-up"
        case _:
            return stage


def _told(outcome: Outcome) -> Told:
    """What an outcome says, in the words of the count."""
    if not outcome.is_unresolved:
        return Told.TRUE
    named = outcome.reason is not UnresolvedReason.OTHER and outcome.detail
    return Told.NAMED if named else Told.UNNAMED


def _is_whole(fake: FakeEngine, home: Path) -> bool:
    """Whether every snapshot that is remembered is there."""
    return SnapshotIndex(home / "snapshots").images() <= set(fake.images.values())


def test_a_run_blames_nobody_for_the_engine(
    fake: FakeEngine, make: MakeEngine, tmp_path: Path, count: Count
) -> None:
    """Some 250 faults: the outcome is the true one, or unresolved with a reason."""
    number_of_requests = _requests_of_a_run(fake, make)
    assert number_of_requests >= 25
    unresolved = injected = 0
    places = itertools.product(_KINDS, range(number_of_requests))
    for number, (kind, nth) in enumerate(places):
        good = number % 3 > 0
        shutil.rmtree(tmp_path / "home", ignore_errors=True)
        fake.arm(Fault(line=".", kind=kind, nth=nth))
        engine = make()
        run = engine.run(_request(good=good))
        outcome = observe(run).outcome
        where = f"{kind.name} at {nth}: {fake.requests[nth : nth + 1]}: {outcome}"
        if fake.met > nth:
            injected += 1
            count(f"engine: {kind.value}", _stages_of(fake.requests)[nth], _told(outcome))
        if run.infra is None:
            assert outcome.is_pass if good else outcome.is_fail, where
        else:
            unresolved += 1
            assert outcome.is_unresolved, where
            assert outcome.reason is not UnresolvedReason.OTHER, where
            assert run.infra_detail, where
        fake.arm(None)
        engine.close()
        assert fake.containers == {}, where
        assert _is_whole(fake, tmp_path / "home"), where
    assert injected > 200
    assert unresolved > 100


def test_the_next_run_works_after_any_fault(
    fake: FakeEngine, make: MakeEngine, tmp_path: Path
) -> None:
    """What a broken run leaves in verifier's own folder does not spoil the one after it."""
    count = _requests_of_a_run(fake, make)
    kinds = itertools.cycle((Kind.DROPPED, Kind.RESTARTED, Kind.FULL))
    for kind, nth in zip(kinds, range(count), strict=False):
        fake.arm(Fault(line=".", kind=kind, nth=nth))
        broken = make()
        broken.run(_request(good=True))
        fake.arm(None)
        broken.close()
        for wanted in (True, False):
            engine = make()
            outcome = observe(engine.run(_request(good=wanted))).outcome
            assert outcome.is_pass if wanted else outcome.is_fail, f"{kind.name} at {nth}"
            engine.close()
        shutil.rmtree(tmp_path / "home", ignore_errors=True)


@pytest.mark.parametrize("body", ["", "{", "[1]", '{"image": "mirror"}', "\x00" * 100])
def test_a_spoiled_record_of_a_snapshot_counts_as_none(
    fake: FakeEngine, make: MakeEngine, tmp_path: Path, count: Count, body: str
) -> None:
    """The run installs afresh, and the record is written anew."""
    first = make()
    first.run(_request(good=True))
    first.close()
    (record,) = (tmp_path / "home/snapshots").glob("*.json")
    record.write_text(body)
    again = make()
    assert observe(again.run(_request(good=True))).outcome.is_pass
    again.close()
    assert _is_whole(fake, tmp_path / "home")
    assert record.read_text() != body
    count("snapshot: its record is spoiled", "fetch", Told.TRUE)


def test_a_snapshot_pruned_under_us_is_made_again(
    fake: FakeEngine, make: MakeEngine, count: Count
) -> None:
    """An image that somebody removed between two runs is no trouble."""
    first = make()
    first.run(_request(good=True))
    first.close()
    for name in [n for n in fake.images if n.startswith("sha256:0")]:
        del fake.images[name]
    again = make()
    run = again.run(_request(good=True))
    assert observe(run).outcome.is_pass
    assert next(s.phase for s in run.spawns) == "install"
    again.close()
    count("snapshot: pruned", "fetch", Told.TRUE)


def test_what_a_kill_left_behind_is_found_and_removed(
    fake: FakeEngine, make: MakeEngine, tmp_path: Path
) -> None:
    """Every kind of container of a process that is gone, and its work folder; nothing of others."""
    gone, alive = session_name(2**22 + 1, "dead"), session_name(os.getpid(), "alive")
    client = docker.DockerClient(base_url=f"unix://{fake.address}", version="1.41")
    for session, role in ((gone, "run"), (gone, "filter"), (gone, "populate"), (alive, "run")):
        client.containers.create("mirror", labels={SESSION_LABEL: session, ROLE_LABEL: role})
    client.close()
    for name in (f"{2**22 + 1}-x", f"{os.getpid()}-y"):
        (tmp_path / "home/work" / name).mkdir(parents=True)
    environ = {"DOCKER_HOST": f"unix://{fake.address}"}
    said = prune_leftovers(environ, tmp_path / "home", snapshots=False)
    assert "3 containers" in said
    assert [held.labels[SESSION_LABEL] for held in fake.containers.values()] == [alive]
    assert [p.name for p in (tmp_path / "home/work").iterdir()] == [f"{os.getpid()}-y"]


def test_a_clock_that_jumps_removes_nothing_of_the_living(
    fake: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session of this machine is asked for by its process, whatever the time is said to be."""
    client = docker.DockerClient(base_url=f"unix://{fake.address}", version="1.41")
    session = session_name(os.getpid(), "alive")
    client.containers.create("mirror", labels={SESSION_LABEL: session, ROLE_LABEL: "run"})
    for age_s in (-1e9, 0.0, 1e9):
        monkeypatch.setattr("verifier.engine.health._age_s", lambda _created, age=age_s: age)
        assert leftovers(client) == []
    client.close()


def test_a_full_disk_is_called_one(fake: FakeEngine, make: MakeEngine) -> None:
    """The engine's word for it becomes the reason."""
    fake.arm(Fault(line="PUT /containers", kind=Kind.FULL))
    run = make().run(_request(good=True))
    assert run.infra is UnresolvedReason.DISK_FULL


# -- whole verifications ---------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Its build needs a variable that only the developer's disk has."""
    return broken(tmp_path / "app")


def test_a_verification_never_names_a_wrong_cause(
    fake: FakeEngine, make: MakeEngine, project: Path, tmp_path: Path, count: Count
) -> None:
    """With a fault at any of its requests: the same answer, or an honest `cannot tell`."""
    engine = make()
    truth = report_of(project, engine, tmp_path / "work")
    engine.close()
    number_of_requests = len(fake.requests)
    assert truth.verdict is Verdict.REGRESSION
    assert [c.subject for c in truth.confirmed] == [VARIABLE]
    step = max(1, number_of_requests // 20)
    told = {"same": 0, "cannot tell": 0}
    for number, nth in enumerate(range(0, number_of_requests, step)):
        kind = _KINDS[number % len(_KINDS)]
        shutil.rmtree(tmp_path / "home", ignore_errors=True)
        fake.arm(Fault(line=".", kind=kind, nth=nth))
        engine = make()
        report = report_of(project, engine, tmp_path / f"work-{number}")
        fake.arm(None)
        engine.close()
        where = f"{kind.name} at {nth}: {report.headline}"
        assert report.deployable is not True, where
        assert {c.subject for c in report.confirmed} <= {VARIABLE}, where
        same = report.verdict is truth.verdict
        told["same" if same else "cannot tell"] += 1
        if report.deployable is None:
            assert re.search(r"engine|disk|cannot|observed", report.headline), where
        assert fake.containers == {}, where
        count(f"engine: {kind.value}", "search", Told.TRUE if same else Told.NAMED)
    assert told["same"] > 0
    assert told["cannot tell"] > 0


@pytest.mark.parametrize("jump_s", [1e7, -1e7], ids=["forward", "back"])
def test_a_clock_that_jumps_in_a_verification(
    make: MakeEngine,
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: Count,
    *,
    jump_s: float,
) -> None:
    """Whenever the clock jumps: the same answer, or the budget is said to be used up."""
    for nth in range(0, 12, 3):
        asked = itertools.count()

        def clock(nth: int = nth, asked: Iterator[int] = asked) -> float:
            return time.monotonic() + (jump_s if next(asked) >= nth else 0.0)

        # What was made when is asked of the engine, whose clock is another one.
        monkeypatch.setattr("verifier.engine.retention.age_s", lambda _image: jump_s)
        shutil.rmtree(tmp_path / "home", ignore_errors=True)
        with contextlib.closing(make()) as engine:
            report = report_of(project, engine, tmp_path / f"work-{nth}", clock=clock)
        where = f"{nth}: {report.headline}"
        assert report.deployable is not True, where
        assert {c.subject for c in report.confirmed} <= {VARIABLE}, where
        assert report.confirmed or "budget" in where or "no cause could be proved" in where, where
        told = Told.TRUE if report.confirmed else Told.NAMED
        count("clock jumps", "search", told)


@pytest.mark.parametrize("jump_s", [1e7, -1e7], ids=["forward", "back"])
def test_a_containers_clock_that_jumps(
    fake: FakeEngine,
    make: MakeEngine,
    project: Path,
    tmp_path: Path,
    count: Count,
    *,
    jump_s: float,
) -> None:
    """What happened in a run counts, not when it says it happened."""
    fake.jump_s = jump_s
    with contextlib.closing(make()) as engine:
        report = report_of(project, engine, tmp_path / "work")
    assert [c.subject for c in report.confirmed] == [VARIABLE], report.headline
    assert all(took >= 0 for run in report.runs for _, took in run.steps)
    assert all(run.seconds < 60 for run in report.runs)
    count("clock jumps", "build", Told.TRUE)


def test_two_verifications_at_once_share_nothing_but_snapshots(
    fake: FakeEngine, make: MakeEngine, project: Path, tmp_path: Path
) -> None:
    """Each gets its own answer, and closing one ends none of the other's."""
    import threading

    reports: list[Report] = []
    engines = [make(), make()]

    def go(number: int) -> None:
        with contextlib.closing(engines[number]):
            reports.append(report_of(project, engines[number], tmp_path / f"work-{number}"))

    threads = [threading.Thread(target=go, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [[c.subject for c in r.confirmed] for r in reports] == [[VARIABLE], [VARIABLE]]
    assert fake.containers == {}
