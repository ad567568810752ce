"""`verifier verify`: the main job."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from verifier.cli._options import PATH, project_options, writable_file, writable_folder

if TYPE_CHECKING:
    from verifier.model.project import Project
    from verifier.pipeline import Verification
    from verifier.redact import Redactor


@click.command("verify")
@PATH
@project_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How the report is written.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    callback=writable_file,
    help="Write the report to this file instead of standard output.",
)
@click.option("--max-trials", type=click.IntRange(1), default=60, show_default=True)
@click.option("--max-minutes", type=click.FloatRange(0.1), default=60.0, show_default=True)
@click.option(
    "--jobs",
    type=click.IntRange(1, 16),
    help="Trials run at once [default: by the engine's cores and memory, at most 4].",
)
@click.option("--no-snapshots", is_flag=True, help="Install afresh for every run.")
@click.option(
    "--keep-logs",
    type=click.Path(file_okay=False, path_type=Path),
    callback=writable_folder,
    help="Copy logs here.",
)
@click.option(
    "--fix-plan",
    type=click.Path(file_okay=False, path_type=Path),
    callback=writable_folder,
    help="Write fixes.patch, platform.md and a page for a client into this folder.",
)
@click.option(
    "--apply",
    "apply_",
    is_flag=True,
    help="Make the edits of a fix plan that went green in PATH; nothing is staged or committed.",
)
def command(path: Path, **options: Any) -> int:
    """Build PATH as the platform would, compare it with the local build, and prove the causes.

    The report goes to standard output, progress to standard error. Nothing in PATH is changed
    unless --apply is given.
    """
    from dataclasses import replace
    from datetime import UTC, datetime

    from verifier.cli._options import command_line, read_and_plan
    from verifier.cli._session import (
        ask_host,
        clock,
        local_engine,
        open_session,
        say,
        work_folder,
    )

    environ = dict(os.environ)
    with work_folder(environ) as work:
        say(f"reading {path}")
        network = ask_host(environ)
        project, plan = read_and_plan(path, work, environ, options)

        from verifier.pipeline import VerifyOptions, verify

        repository = repository_of(path, project)
        with (
            open_session(
                project,
                repository,
                work,
                environ,
                snapshots=not options["no_snapshots"],
                network=network,
            ) as session,
            local_engine(session, work, environ, on_host=options["local_side"] == "host") as engine,
        ):
            done = verify(
                project,
                plan,
                engine,
                VerifyOptions(
                    clock=clock,
                    salt=session.salt,
                    today=datetime.now(tz=UTC).date(),
                    slots=options["jobs"] or session.engine.capacity(),
                    foresee=True,
                    max_trials=options["max_trials"],
                    max_minutes=options["max_minutes"],
                    replay_command=command_line("trial", path, options),
                    fidelity=session.fidelity,
                    versions=session.versions,
                ),
                say,
            )
            report = replace(done.report, sandbox=session.engine.granted(plan.clean.environment))
        write_report(report, options["format_"], options["output"])
        if options["fix_plan"] is not None:
            _write_fix_plan(report, options["fix_plan"])
        if options["keep_logs"] is not None:
            _copy_logs(work / "logs", options["keep_logs"], done.redactor)
        if options["apply_"]:
            _apply(done, repository)
    return report.exit_code


def repository_of(path: Path, project: Project) -> Path:
    """The folder that all paths of the project are relative to."""
    from verifier.intake.git import find_top

    folder = path.resolve()
    return folder if project.git is None else find_top(folder) or folder


def write_report(report: Any, format_: str, output: Path | None) -> None:
    """Write a report to a file or to standard output."""
    from verifier.cli._session import say
    from verifier.presenters import presenters

    colour = output is None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = presenters()[format_].render(report, colour=colour)
    if output is not None:
        try:
            output.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            # The work is done, so the answer goes where it can go.
            say(f"'{output}' cannot be written ({error.strerror}); the report follows")
        else:
            return
    # A reader that went away does not change the answer, which is the exit code too.
    with contextlib.suppress(BrokenPipeError):
        sys.stdout.write(text)
        sys.stdout.flush()


def _write_fix_plan(report: Any, folder: Path) -> None:
    from verifier.cli._session import say
    from verifier.presenters._fix_plan import fix_plan_files

    files = fix_plan_files(report)
    if not files:
        say("no cause was proved, so there is no fix plan to write")
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text.encode("utf-8", errors="surrogateescape"))
    say(f"the fix plan is in '{folder}'")


def _apply(done: Verification, repository: Path) -> None:
    import shlex

    from verifier.cli._apply import apply_edits
    from verifier.cli._session import say

    source = done.fix_plan.source
    if source is None or not done.fix_plan.patch:
        say("the fix plan edits no file, so nothing was applied")
        return
    if not done.report.plan_verified:
        say("nothing was applied: the fix plan was not seen to go green; --fix-plan DIR writes it")
        return
    paths = apply_edits(repository, done.lab.project.committed, source)
    names = " ".join(shlex.quote(p) for p in paths)
    say(f"applied to {len(paths)} files in '{repository}'; look at them with 'git diff', then:")
    say(f"git add --all --force -- {names} && git commit")


def _copy_logs(source: Path, target: Path, redactor: Redactor) -> None:
    """Copy the logs without the values that builds printed; for this user's eyes only."""
    from verifier.cli._session import say

    try:
        target.mkdir(parents=True, exist_ok=True)
        for log in sorted(source.glob("*.log")):
            text = log.read_bytes().decode("utf-8", errors="surrogateescape")
            copy = target / log.name
            copy.unlink(missing_ok=True)
            copy.touch(mode=0o600)
            copy.write_bytes(redactor.text(text).encode("utf-8", errors="surrogateescape"))
    except OSError as error:
        say(f"the logs cannot be copied to '{target}': {error}")
