"""The time of day jumps while verifier works, as it does when a host's clock is corrected.

The jump is that of verifier's own process. What jumps inside a container is told by
`test_a_containers_clock_that_jumps`, since all containers share the clock of their machine.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

import docker
import pytest

from tests.cli.projects import left_in, started, state_of, verifier, wait_for
from tests.contract.conftest import client, image
from tests.faults.conftest import Count, Told, often
from tests.faults.test_processes import _containers, home
from tests.faults.verifications import VARIABLE, broken
from verifier.engine.snapshots import SnapshotIndex

__all__ = ["client", "home", "image"]

pytestmark = [pytest.mark.live]

_DAY_S = 24 * 3600
_LONG_S = 400.0
"""More than any step of these runs takes, and less than any jump."""
_WALL = """
import atexit, datetime, time
def ahead():
    with open({place!r}) as stream:
        return int(stream.read())
inner, inner_ns, Real = time.time, time.time_ns, datetime.datetime
time.time = lambda: inner() + ahead()
time.time_ns = lambda: inner_ns() + ahead() * 10**9
def at(read):
    return lambda when=None: read(time.time() if when is None else when)
time.gmtime, time.localtime = at(time.gmtime), at(time.localtime)
class Meta(type):
    def __instancecheck__(cls, value):
        return isinstance(value, Real)
class Moment(Real, metaclass=Meta):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)
datetime.datetime = Moment
def say():
    moments = time.time(), datetime.datetime.now(datetime.timezone.utc).timestamp()
    sys.stderr.write("the clock says %d %d\\n" % moments)
atexit.register(say)
"""
"""Moves the time of day of a process by what a file says; the clock that counts on is left alone.

A library between the process and the system would move it for programs it starts as well, but the
one there is (libfaketime 0.9.10) makes each wait of a process whose clock jumps an error.
"""
_AT = {"install": "install:", "build": "build:", "search": "r03 "}
"""What verifier says when it comes to a stage."""


@dataclass
class Clock:
    """The time of day of a process, that of this machine until it jumps."""

    place: Path

    def jump(self, days: int) -> None:
        """Put it so many days after the machine's, or before."""
        new = self.place.with_suffix(".new")
        new.write_text(str(days * _DAY_S))
        new.rename(self.place)

    def code(self) -> str:
        """Python that a process runs first."""
        return _WALL.format(place=str(self.place))


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    made = Clock(tmp_path / "clock")
    made.jump(0)
    return made


@pytest.mark.parametrize(
    "days",
    [pytest.param(12, id="forward"), pytest.param(-12, id="back", marks=pytest.mark.thorough)],
)
@pytest.mark.parametrize("stage", often(_AT, {"build"}))
def test_a_jump_in_a_verification(
    tmp_path: Path,
    home: Path,
    client: docker.DockerClient,
    clock: Clock,
    count: Count,
    *,
    stage: str,
    days: int,
) -> None:
    """The same verdict in its own time, nothing left over, and the next one uses its snapshot."""
    project, log = broken(tmp_path / "app"), tmp_path / "log"
    before = state_of(project)
    words = ("verify", project, "--format", "json", "--jobs", "1", "--output")
    first = tmp_path / "report.json"
    with started(*words, first, home=home, log=log, before=clock.code()) as process:
        wait_for(lambda: _AT[stage] in log.read_text(errors="replace"), f"it never came to {stage}")
        clock.jump(days)
        assert process.wait(300) == 1, log.read_text(errors="replace")[-2000:]
    said = log.read_text(errors="replace")
    for moment in said.rpartition("the clock says ")[2].split():
        moved = float(moment) - time.time()
        assert abs(moved - days * _DAY_S) < _LONG_S, "the clock of verifier did not jump"
    _is_right(json.loads(first.read_text()))
    wait_for(lambda: not _containers(client, process.pid), "a container is left", 30)
    assert left_in(home) == []
    assert state_of(project) == before
    held = SnapshotIndex(home / "snapshots").images()
    assert held
    after = verifier(*words, tmp_path / "after.json", home=home)
    assert after.returncode == 1, after.stderr[-2000:]
    report = json.loads((tmp_path / "after.json").read_text())
    _is_right(report)
    assert SnapshotIndex(home / "snapshots").images() == held
    assert _installed_s(report) == 0.0
    count("clock of the process jumps", stage, Told.TRUE)


def _is_right(report: dict[str, object]) -> None:
    """The one cause, in runs none of which took less than no time or more than it can have."""
    causes, runs = report["causes"], report["runs"]
    assert isinstance(causes, list)
    assert isinstance(runs, list)
    assert [c["subject"] for c in causes] == [VARIABLE]
    assert len(runs) > 2
    for run in runs:
        for took in (run["seconds"], *(s["seconds"] for s in run["steps"])):
            assert 0 <= took < _LONG_S, run


def _installed_s(report: dict[str, object]) -> float:
    runs = report["runs"]
    assert isinstance(runs, list)
    steps = (s for run in runs if run["world"] == "clean" for s in run["steps"])
    return float(sum(s["seconds"] for s in steps if s["name"] == "install"))
