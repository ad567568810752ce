"""Measures what the product promises about speed; prints ratios, never absolute promises.

`python -m tests.bench [--rounds N] [--only NAME]...`; each ratio's two sides alternate within one
run, so that a noisy machine disturbs both alike. The median of the rounds is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from verifier.cli._scenarios import all_scenarios
from verifier.cli._session import Session, open_session
from verifier.cli.scenario import lay_out
from verifier.engine import jobs
from verifier.engine.archive import bytes_archive, chunks, folder_archive
from verifier.engine.bootstrap import find_engine
from verifier.engine.image import host_ca_bundle
from verifier.engine.sandbox import Seal, clamped
from verifier.engine.sandbox import settings as settings_of_run
from verifier.engine.snapshots import SnapshotIndex
from verifier.model.environment import Driver, Environment, Manager, ManagerChoice, Settings
from verifier.model.scenario import Variant

_HEALTHY = ("app-next-empty", Variant.FAULTY)
_ONE_VARIABLE = "e09-url-without-scheme"
_FOUR_FAULTS = "c001-four-faults-next"
_MEASURES = ("clean", "sandbox", "again", "variable", "faults", "help")


def main() -> None:
    """Run all measurements."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=_MEASURES, action="append")
    chosen = parser.parse_args()
    rounds, only = chosen.rounds, chosen.only or _MEASURES
    with tempfile.TemporaryDirectory(prefix="verifier-bench-") as name:
        folder = Path(name)
        if {"clean", "sandbox", "again"} & {*only}:
            healthy = _lay_out(folder / "healthy", *_HEALTHY)
            if "clean" in only:
                _clean_build(folder, healthy, rounds)
            if "sandbox" in only:
                _sandbox(healthy, rounds)
            if "again" in only:
                _again(folder, healthy, rounds)
        if "variable" in only:
            _search(folder, _ONE_VARIABLE, rounds, wall=3.0, runs=4, waves=3)
        if "faults" in only:
            _search(folder, _FOUR_FAULTS, rounds, wall=4.0, runs=11, waves=4)
    if "help" in only:
        _help(rounds * 5)


def _lay_out(folder: Path, scenario: str, variant: Variant) -> Path:
    environ = dict(os.environ)
    found = next(s for s in all_scenarios() if s.id == scenario)
    with (
        tempfile.TemporaryDirectory() as work,
        open_session(None, None, Path(work), environ) as session,
    ):
        path: Path = lay_out(found, variant.value, folder, session, environ).application
        return path


def _timed(action: Callable[[], object]) -> float:
    began = time.monotonic()
    action()
    return time.monotonic() - began


def _verify(
    project: Path,
    folder: Path,
    *options: str,
    home: Path | None = None,
    report: Path = Path(os.devnull),
) -> float:
    """Seconds of one verification, cold unless a home with snapshots is given."""
    place = home or Path(tempfile.mkdtemp(dir=folder))
    command = [sys.executable, "-m", "verifier", "verify", str(project), "--output", str(report)]
    variables = {**os.environ, "VERIFIER_HOME": str(place)}
    seconds = _timed(
        lambda: subprocess.run(
            [*command, *options], env=variables, check=False, stderr=subprocess.DEVNULL
        )
    )
    if home is None:
        _forget(place)
    return seconds


def _forget(home: Path) -> None:
    """Remove a home with the snapshots that belong to it."""
    client = find_engine(dict(os.environ))
    assert client is not None
    for image in SnapshotIndex(home / "snapshots").images():
        client.images.remove(image, force=True)
    client.close()
    shutil.rmtree(home)


def _by_hand(project: Path, *, sandboxed: bool = False) -> float:
    """Seconds of the same build as a person would type it: a container, the source, the CLI.

    sandboxed: with all that verifier bounds a run with.
    """
    environ = dict(os.environ)
    with (
        tempfile.TemporaryDirectory() as work,
        open_session(None, None, Path(work), environ) as session,
    ):
        return _timed(lambda: _type_it(session, project, environ, sandboxed=sandboxed))


def _type_it(session: Session, project: Path, environ: dict[str, str], *, sandboxed: bool) -> None:
    client, image = session.client, session.image
    settings = Settings(framework="nextjs")
    environment = Environment(
        name="by hand",
        driver=Driver.PLATFORM,
        node_major=24,
        manager=ManagerChoice(manager=Manager.NPM),
        settings=settings,
    )
    facts = client.info()
    bounds = {"init": True, "mem_limit": "8g", "nano_cpus": int(2e9)}
    if sandboxed:
        limits = clamped(environment.limits, facts)
        bounds = settings_of_run(limits, environment.network, facts)
    container = client.containers.create(
        image.tag, ["sleep", "infinity"], entrypoint=[], working_dir=jobs.ROOT, **bounds
    )
    try:
        container.start()
        if sandboxed:
            seal = Seal(client=client, image=image.tag, labels={}, reach=session.engine.reach)
            seal.apply(container, environment.network)
        with tempfile.TemporaryDirectory() as name:
            tree = Path(name) / "path0"
            subprocess.run(["git", "clone", "-q", str(project), str(tree)], check=True)
            shutil.rmtree(tree / ".git")
            with folder_archive({jobs.ROOT.lstrip("/"): tree}) as stream:
                container.put_archive("/", chunks(stream))
        extra = {"PATH": jobs.search_path(environment), "HOME": "/vercel", "CI": "1", "VERCEL": "1"}
        files = {f"{jobs.ROOT[1:]}/.vercel/project.json": jobs.project_json(environment)}
        bundle = host_ca_bundle(environ)
        if bundle is not None:
            files["opt/ca.crt"] = bundle.read_bytes()
            extra |= {"NODE_EXTRA_CA_CERTS": "/opt/ca.crt", "npm_config_cafile": "/opt/ca.crt"}
        with bytes_archive(files) as stream:
            container.put_archive("/", chunks(stream))
        done = container.exec_run(
            [jobs.NODE, jobs.CLI, "build", "--prod", "--cwd", jobs.ROOT], environment=extra
        )
        assert done.exit_code == 0, done.output[-2000:]
    finally:
        container.remove(force=True, v=True)


def _clean_build(folder: Path, project: Path, rounds: int) -> None:
    """One clean build, cold, against the same steps by hand; each goes first in turn."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            ours, hand = _verify(project, folder, "--local", "none"), _by_hand(project)
        else:
            hand, ours = _by_hand(project), _verify(project, folder, "--local", "none")
        pairs.append((ours, hand))
    _ratio("clean build: verifier / by hand", pairs, 1.15)


def _sandbox(project: Path, rounds: int) -> None:
    """The same steps by hand in a bounded and in a bare container; each goes first in turn."""
    pairs = []
    for number in range(rounds):
        if number % 2:
            bounded, bare = _by_hand(project, sandboxed=True), _by_hand(project)
        else:
            bare, bounded = _by_hand(project), _by_hand(project, sandboxed=True)
        pairs.append((bounded, bare))
    _ratio("sandbox / bare container", pairs, 1.03)


def _again(folder: Path, project: Path, rounds: int) -> None:
    """A second verification of an unchanged project, and of one with an unchanged lockfile."""
    unchanged, edited = [], []
    page = next(p for p in project.rglob("page.tsx") if "node_modules" not in p.parts)
    for number in range(rounds):
        home = Path(tempfile.mkdtemp(dir=folder))
        first = _verify(project, folder, "--local", "none", home=home)
        unchanged.append((_verify(project, folder, "--local", "none", home=home), first))
        page.write_text(page.read_text() + f"\n// edited {number}\n")
        commit = [
            "git",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
            "commit",
            "-qam",
            "x",
        ]
        subprocess.run(commit, cwd=project, check=True)
        edited.append((_verify(project, folder, "--local", "none", home=home), first))
        _forget(home)
    _ratio("second verification, unchanged / first", unchanged, 0.5)
    _ratio("second verification, unchanged lockfile / first", edited, 0.5)


def _search(
    folder: Path, scenario: str, rounds: int, *, wall: float, runs: int, waves: int
) -> None:
    """A whole search with all proofs, against one cold clean build of the project once repaired.

    A build that fails stops short, and would flatter nobody but the build.
    """
    faulty = _lay_out(folder / scenario / "faulty", scenario, Variant.FAULTY)
    fixed = _lay_out(folder / scenario / "fixed", scenario, Variant.FIXED)
    place = folder / "report.json"
    pairs, reports = [], []
    for _ in range(rounds):
        cold = _verify(fixed, folder, "--local", "none", "--max-trials", "1")
        pairs.append((_verify(faulty, folder, "--format", "json", report=place), cold))
        reports.append(json.loads(place.read_text()))
    _ratio(f"{scenario}, all proofs / one cold clean build", pairs, wall)
    done = [sum(not r["cached"] for r in report["runs"]) for report in reports]
    took = [int(report["timings"]["rounds"]) for report in reports]
    found = [sum(c["status"] == "confirmed" for c in report["causes"]) for report in reports]
    print(  # noqa: T201
        f"  {done} runs (at most {runs}), {took} rounds (at most {waves}), {found} causes proved"
    )


def _help(rounds: int) -> None:
    command = [sys.executable, "-m", "verifier", "--help"]
    seconds = [
        _timed(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))
        for _ in range(rounds)
    ]
    print(f"help: {statistics.median(seconds):.3f} s (at most 0.2)")  # noqa: T201
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
    print(f"largest child process: {peak} MiB (at most 150)")  # noqa: T201


def _ratio(title: str, pairs: list[tuple[float, float]], most: float) -> None:
    ratios = [a / b for a, b in pairs]
    shown = ", ".join(f"{a:.1f}/{b:.1f}" for a, b in pairs)
    print(f"{title}: {statistics.median(ratios):.2f} (at most {most}; {shown} s)")  # noqa: T201


if __name__ == "__main__":
    main()
