"""The scenarios that fail at random, verified live many times: is a cause ever named wrongly?

`python -m tests.lab.flaky [--times N] [ID...]`; needs an engine. A verification counts as wrong if
it confirms a cause that its scenario does not have; finding nothing, or saying that identical runs
differed, is right where there is no cause.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace

from verifier.cli import _scenarios
from verifier.cli._session import open_session, work_folder
from verifier.cli.scenario import lay_out, plain_options
from verifier.engine.base import silent
from verifier.model.attribution import CauseStatus
from verifier.model.report import Report
from verifier.model.scenario import Scenario, Variant

_FAMILY = "f0"
"""How the ids of scenarios begin whose builds fail at random."""


def main() -> None:
    """Verify each scenario so many times and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="verifications in all")
    parser.add_argument("ids", nargs="*")
    chosen = parser.parse_args()
    known = [s for s in _scenarios.all_scenarios() if s.id.startswith(tuple(chosen.ids) or _FAMILY)]
    reports: list[tuple[Scenario, Report, int]] = []
    for number in range(chosen.times):
        scenario = known[number % len(known)]
        report, trials = _verified(scenario)
        reports.append((scenario, report, trials))
        print(_line(scenario, report, trials), flush=True)  # noqa: T201
    wrong = sum(bool(_false(s, r)) for s, r, _ in reports)
    runs = sum(len(r.runs) for _, r, _ in reports)
    trials = sum(t for _, _, t in reports)
    print(  # noqa: T201
        f"{len(reports)} verifications, {wrong} with a wrong cause; "
        f"{runs} runs of {trials} trials: {runs / trials:.2f} each"
    )
    sys.exit(1 if wrong else 0)


def _verified(scenario: Scenario) -> tuple[Report, int]:
    environ = dict(os.environ)
    with work_folder(environ) as work:
        with open_session(None, None, work, environ) as session:
            prepared = lay_out(scenario, Variant.FAULTY.value, work / "disk", session, environ)
        project = _scenarios.read_prepared(prepared, work / "content", {})
        with open_session(project, prepared.repository, work, environ) as session:
            options = replace(plain_options(), salt=session.salt)
            done = _scenarios.run_prepared(project, scenario, session.engine, options, silent)
    return done.report, len(done.lab.records)


def _false(scenario: Scenario, report: Report) -> list[str]:
    """Subjects of confirmed causes that the scenario does not have."""
    true = {subject for cause in scenario.expect.causes for subject in cause.subjects}
    confirmed = [c.subject for c in report.causes if c.status is CauseStatus.CONFIRMED]
    return [subject for subject in confirmed if subject not in true]


def _line(scenario: Scenario, report: Report, trials: int) -> str:
    false = _false(scenario, report)
    said = f"WRONG: {', '.join(false)}" if false else report.verdict.value
    return f"{scenario.id:<36} {len(report.runs):>3} runs of {trials:>2} trials  {said}"


if __name__ == "__main__":
    main()
