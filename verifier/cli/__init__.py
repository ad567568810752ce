"""Click commands, one module each: wiring and exit codes, and the only place that builds an engine.

Command modules are imported only when they are asked for, so that `--help` answers at once.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from collections.abc import Sequence

import click

from verifier import __version__
from verifier.errors import EngineTrouble, InternalError, Interrupted, UsageError, VerifierError

_COMMANDS = {
    "verify": "Build PATH as the platform would, and prove what breaks it.",
    "plan": "Show both environments of PATH and their differences; run nothing.",
    "trial": "Run one trial of PATH again, as a report names it.",
    "shell": "Open a prompt inside the clean container at the point of failure.",
    "capture": "Write a small file that describes this machine's side of PATH.",
    "explain": "Say what a detector, factor or the sandbox does.",
    "sbom": "List what verifier is made of, with licences.",
    "scenario": "List and run the bundled scenarios.",
    "image": "Build, list and audit the mirror image.",
    "doctor": "Check engine, image, disk, memory, certificates and left-overs.",
}
EXIT_CODES = """\b
Exit codes:
  0    deployable
  1    not deployable
  2    bad usage, configuration or project
  70   a bug in verifier
  125  cannot tell (engine, network, budget, flake)
  130  interrupted
"""


class _LazyGroup(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click's signature)
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f"verifier.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and name not in _COMMANDS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, _COMMANDS, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            msg = f"there is no command '{name}'{hint}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EXIT_CODES,
)
@click.version_option(__version__, prog_name="verifier")
@click.option("--verbose", is_flag=True, help="Log what verifier itself does, on stderr.")
def cli(*, verbose: bool) -> None:
    """Find out, and prove, why a web app that builds here fails on Vercel."""
    from verifier.logs import configure_logging

    configure_logging(verbose=verbose)


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; signals that end the process are cleaned up."""
    from verifier.cli._interrupts import interruptible

    with contextlib.suppress(AttributeError, ValueError):
        # Names of files need not be text; they are shown, not refused.
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        with interruptible():
            code = _run(arguments)
            _flush()
            return code
    except KeyboardInterrupt:
        return _say("interrupted", Interrupted.exit_code)


def _run(arguments: Sequence[str]) -> int:
    try:
        code = cli.main(args=list(arguments), prog_name="verifier", standalone_mode=False)
    except (click.Abort, KeyboardInterrupt):
        return _say("interrupted; nothing of this run is left behind", Interrupted.exit_code)
    except SystemExit:
        return 0  # click's way out where the reader of a list went away
    except Exception as error:  # noqa: BLE001  (the last line of defence: a bug report, not a trace)
        return _explained(error, arguments)
    return code if isinstance(code, int) else 0


def _explained(error: Exception, arguments: Sequence[str]) -> int:
    """Say what an error means for a person, and return its exit code."""
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show()
            return UsageError.exit_code
        case VerifierError():
            return _say(f"error: {error}", error.exit_code)
        case _:
            return _unexpected(error, arguments)


def _unexpected(error: Exception, arguments: Sequence[str]) -> int:
    """The exit code of an exception nobody expected: this machine's trouble, or a bug."""
    from verifier.cli._crash import trouble_outside, write_crash_report

    trouble = trouble_outside(error)
    if trouble:
        return _say(f"error: {trouble}", EngineTrouble.exit_code)
    path = write_crash_report(error, arguments)
    where = f"a report without secrets is in {path}" if path else "no report could be written"
    return _say(f"this is a bug in verifier; {where}", InternalError.exit_code)


def _flush() -> None:
    """Write what is left; a reader that went away is no error of ours."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # Otherwise the interpreter complains on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say(text: str, code: int) -> int:
    from verifier.presenters.text import safe

    lines = "\n".join(safe(line) for line in text.split("\n"))
    with contextlib.suppress(OSError):
        sys.stderr.write(f"verifier: {lines}\n")
    return code
