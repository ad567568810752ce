"""`verifier trial`: one trial again, as a report names it."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import click

from verifier.cli._options import PATH, project_options


@click.command("trial")
@PATH
@project_options
@click.option("--on-local", "on_local", is_flag=True, help="Start from the local side.")
@click.option("--change", "changes", multiple=True, help="Change to apply; may be repeated.")
def command(path: Path, *, on_local: bool, changes: tuple[str, ...], **options: Any) -> int:
    """Run one trial of PATH again and print its log.

    On the clean side a change repairs; on the local side it breaks.
    """
    from datetime import UTC, datetime

    from verifier.cli._options import read_and_plan
    from verifier.cli._session import clock, open_session, say, work_folder
    from verifier.cli.verify import repository_of
    from verifier.errors import UsageError
    from verifier.laboratory import CLEAN, describe
    from verifier.model.trial import TrialKey, World
    from verifier.pipeline import VerifyOptions, make_laboratory

    environ = dict(os.environ)
    key = TrialKey(world=World.LOCAL if on_local else World.CLEAN, changes=frozenset(changes))
    with work_folder(environ) as work:
        project, plan = read_and_plan(path, work, environ, options)
        with open_session(project, repository_of(path, project.root), work, environ) as session:
            lab = make_laboratory(
                project,
                plan,
                session.engine,
                VerifyOptions(clock=clock, salt=session.salt, today=datetime.now(tz=UTC).date()),
                say,
            )
            if any(c not in lab.changes for c in changes):
                say("some changes are proposed by what the clean run shows: running it first")
                lab.run([CLEAN])
                lab.detect(CLEAN)
            unknown = [c for c in changes if c not in lab.changes]
            if unknown:
                msg = f"no such change: {', '.join(unknown)}; a report lists the ones there are"
                raise UsageError(msg)
            outcome = lab.run([key])[0]
            log = lab.records[key].run.log_path
            if log is not None and log.exists():
                with log.open("rb") as stream:
                    shutil.copyfileobj(stream, sys.stdout.buffer)
    say(describe(outcome))
    return 0 if outcome.is_pass else 1 if outcome.is_fail else 125
