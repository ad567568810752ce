"""Builds that fail at random, verified live many times: is a cause ever named wrongly?

`python -m tests.lab.flaky [--times N] [ID...]` takes the scenarios that fail at random by nature;
with `--rate 0.05` it takes ordinary ones and puts a step before their build script that fails that
often, whatever is repaired. Needs an engine. A verification counts as wrong if it confirms a cause
that its scenario does not have; finding nothing, or saying that identical runs differed, is right
where there is no cause, and counts as a miss where there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from verifier.cli import _scenarios
from verifier.cli._session import open_session, work_folder
from verifier.cli.scenario import lay_out, plain_options
from verifier.engine.base import silent
from verifier.intake.scenario import load_scenario
from verifier.laboratory import Laboratory
from verifier.model.report import Report
from verifier.model.scenario import Scenario, Variant

_FAMILY = "f0"
"""How the ids of scenarios begin whose builds fail at random by nature."""
ORDINARY = (
    "b03", "d003", "b08", "i004", "e01", "d004", "d001", "c003", "e07", "i001", "b19", "c001",
)  # fmt: skip
"""Scenarios of several kinds with a build script: failures that name their cause, that only
lead to it, and that say nothing of it; one fault or four; in the install, the code, the types and
the environment."""
_WORDS = "the clock of the test ran ahead of the order of events"
"""What the failing step says; it speaks of nothing that a project could have wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One verification. failed_at_random: runs that the inserted step ended."""

    scenario: Scenario
    report: Report
    trials: int
    failed_at_random: int

    @property
    def runs(self) -> int:
        """Runs, each counted once."""
        return len({run.id for run in self.report.runs})

    @property
    def false(self) -> list[str]:
        """Subjects of confirmed causes that the scenario does not have."""
        true = {subject for cause in self.scenario.expect.causes for subject in cause.subjects}
        return [c.subject for c in self.report.confirmed if c.subject not in true]

    @property
    def missed(self) -> list[str]:
        """Causes of the scenario that were not confirmed."""
        said = {cause.subject for cause in self.report.confirmed}
        return [c.subjects[0] for c in self.scenario.expect.causes if not said & set(c.subjects)]

    def __str__(self) -> str:
        said = f"WRONG: {', '.join(self.false)}" if self.false else self.report.verdict.value
        missed = f"; missed: {', '.join(self.missed)}" if self.missed else ""
        return (
            f"{self.scenario.id:<36} {self.runs:>3} runs of {self.trials:>2} trials, "
            f"{self.failed_at_random} ended at random  {said}{missed}"
        )


def main() -> None:
    """Verify each scenario so many times and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="verifications in all")
    parser.add_argument("--rate", type=float, default=0.0, help="share of builds that fail, 0..1")
    parser.add_argument("ids", nargs="*")
    chosen = parser.parse_args()
    wanted = tuple(chosen.ids) or (ORDINARY if chosen.rate else (_FAMILY,))
    everything = _scenarios.all_scenarios()
    known = [s for begin in wanted for s in everything if s.id.startswith(begin)]
    done: list[Tried] = []
    for number in range(chosen.times):
        with unsteady(known[number % len(known)], chosen.rate) as scenario:
            done.append(_verified(scenario))
        print(done[-1], flush=True)  # noqa: T201
    wrong = sum(bool(tried.false) for tried in done)
    missed = sum(len(tried.missed) for tried in done)
    causes = sum(len(tried.scenario.expect.causes) for tried in done)
    runs = sum(tried.runs for tried in done)
    trials = sum(tried.trials for tried in done)
    print(  # noqa: T201
        f"{len(done)} verifications, {wrong} with a wrong cause; {missed} of {causes} causes "
        f"missed; {sum(tried.failed_at_random for tried in done)} runs ended at random; "
        f"{runs} runs of {trials} trials: {runs / trials:.2f} each"
    )
    sys.exit(1 if wrong else 0)


@contextmanager
def unsteady(scenario: Scenario, rate: float) -> Iterator[Scenario]:
    """The scenario with a first step in its build script that fails at that rate, 0..1."""
    if not rate:
        yield scenario
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / scenario.id
        shutil.copytree(scenario.folder, copy, symlinks=True)
        manifest = copy / "project" / scenario.root / "package.json"
        text = manifest.read_text(encoding="utf-8")
        step = json.dumps(
            f"node -e \"if (Math.random() < {rate}) throw new Error('{_WORDS}')\" && "
        )[1:-1]
        # Only the script's own text changes, so that every line stays where the truth has it.
        before = '"build": "'
        assert text.count(before) == 1, f"{scenario.id} has no build script"
        manifest.write_text(text.replace(before, before + step), encoding="utf-8")
        yield load_scenario(copy)


def _verified(scenario: Scenario) -> Tried:
    environ = dict(os.environ)
    with work_folder(environ) as work:
        with open_session(None, None, work, environ) as session:
            prepared = lay_out(scenario, Variant.FAULTY.value, work / "disk", session, environ)
        project = _scenarios.read_prepared(prepared, work / "content", {})
        with open_session(project, prepared.repository, work, environ) as session:
            options = replace(plain_options(), salt=session.salt)
            done = _scenarios.run_prepared(project, scenario, session.engine, options, silent)
        return Tried(
            scenario=scenario,
            report=done.report,
            trials=len({record.run.id for record in done.lab.records.values()}),
            failed_at_random=_ended_at_random(done.lab),
        )


def _ended_at_random(lab: Laboratory) -> int:
    records = {record.run.id: record for _, record in lab.performed()}
    return sum(
        any(_WORDS in line and "throw new" not in line for line in record.observation.log)
        for record in records.values()
    )


if __name__ == "__main__":
    main()
