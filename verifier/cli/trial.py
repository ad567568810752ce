"""`verifier trial`: one trial again, as a report names it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.cli._options import PATH, project_options

if TYPE_CHECKING:
    from verifier.laboratory import Laboratory
    from verifier.redact import Redactor


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
    from verifier.cli._session import clock, local_engine, open_session, say, work_folder
    from verifier.cli.verify import repository_of
    from verifier.errors import UsageError
    from verifier.laboratory import describe
    from verifier.model.trial import TrialKey, World
    from verifier.pipeline import VerifyOptions, make_laboratory
    from verifier.redact import Redactor, known_values

    environ = dict(os.environ)
    key = TrialKey(world=World.LOCAL if on_local else World.CLEAN, changes=frozenset(changes))
    with work_folder(environ) as work:
        project, plan = read_and_plan(path, work, environ, options)
        redactor = Redactor(known_values(project, plan.clean))
        if on_local and plan.local is None:
            msg = "there is no local side to run: nothing shows that the project was built here"
            raise UsageError(msg)
        with (
            open_session(project, repository_of(path, project), work, environ) as session,
            local_engine(session, work, environ, on_host=options["local_side"] == "host") as engine,
        ):
            lab = make_laboratory(
                project,
                plan,
                engine,
                VerifyOptions(clock=clock, salt=session.salt, today=datetime.now(tz=UTC).date()),
                lambda line: say(redactor.text(line)),
            )
            _learn(lab, changes)
            outcome = lab.run([key])[0]
            _print_log(lab.records[key].run.log_path if key in lab.records else None, redactor)
    say(redactor.text(describe(outcome)))
    return 0 if outcome.is_pass else 1 if outcome.is_fail else 125


def _learn(lab: Laboratory, changes: Sequence[str]) -> None:
    """Make all changes known: some are proposed by what a run shows, after others are repaired."""
    from verifier.cli._session import say
    from verifier.errors import UsageError
    from verifier.laboratory import CLEAN, LOCAL
    from verifier.model.trial import TrialKey, World

    tried: set[frozenset[str]] = set()
    while unknown := [c for c in changes if c not in lab.changes]:
        known = frozenset(changes) - frozenset(unknown)
        if known in tried:
            msg = f"no such change: {', '.join(unknown)}; a report lists the ones there are"
            raise UsageError(msg)
        if not tried:
            say("some changes are proposed by what the runs show: running those first")
            lab.run([CLEAN] if lab.local is None else [CLEAN, LOCAL])
            lab.detect(CLEAN)
        tried.add(known)
        step = TrialKey(world=World.CLEAN, changes=known)
        lab.run([step])
        lab.detect(step)


def _print_log(log: Path | None, redactor: Redactor) -> None:
    """Print a log without the values of variables; on a terminal it may not steer it."""
    from verifier.presenters.text import safe

    if log is None or not log.exists():
        return
    text = redactor.text(log.read_bytes().decode("utf-8", errors="surrogateescape"))
    with contextlib.suppress(BrokenPipeError):
        if sys.stdout.isatty():
            for line in text.splitlines():
                click.echo(safe(line))
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", errors="surrogateescape"))
        sys.stdout.buffer.flush()
