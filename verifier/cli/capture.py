"""`verifier capture`: this machine's side of a project, in a file for another machine."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

import click

from verifier.cli._options import PATH, writable_file

_DEFAULT = "verifier-capture.json"


@click.command("capture")
@PATH
@click.option(
    "--built",
    type=click.Choice(["ok", "failed"]),
    help="How your own build of this state ended on this machine.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
    default=_DEFAULT,
    show_default=True,
    callback=writable_file,
    help="File to write; - is standard output.",
)
@click.option("--root-directory", metavar="DIR", help="The platform's Root Directory.")
def command(path: Path, *, built: str | None, output: Path, root_directory: str | None) -> int:
    """Write a small file that describes this machine's side of PATH; needs no container engine.

    It holds names, versions and short hashes, no contents and no values of variables. On another
    machine `verifier verify PATH --local FILE` uses it as the local side.
    """
    from verifier.cli._session import say, work_folder
    from verifier.engine.host import host_node
    from verifier.errors import UsageError
    from verifier.intake import IntakeOptions, read_project
    from verifier.intake.capture import SCHEMA, write_capture

    environ = dict(os.environ)
    if output == Path(_DEFAULT) and output.exists() and SCHEMA.encode() not in output.read_bytes():
        msg = f"'{output}' is there and is no capture; name another file with --output"
        raise UsageError(msg)
    with work_folder(environ) as work:
        project = read_project(
            path,
            options=IntakeOptions(root_directory=root_directory, host_node=host_node(environ)),
            environ=environ,
            workdir=work,
        )
        body = write_capture(
            project,
            built=None if built is None else built == "ok",
            salt=secrets.token_bytes(16),
        )
    if str(output) == "-":
        click.echo(body, nl=False)
        return 0
    output.write_bytes(body)
    say(f"wrote {output} ({len(body)} bytes); send it, and use it with `verifier verify --local`")
    return 0
