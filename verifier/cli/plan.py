"""`verifier plan`: both environments and their differences, nothing run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from verifier.cli._options import PATH, project_options


@click.command("plan")
@PATH
@project_options
def command(path: Path, **options: Any) -> int:
    """Show both environments of PATH and their differences; run nothing."""
    from verifier.cli._options import read_and_plan
    from verifier.cli._session import work_folder
    from verifier.presenters._plan import render_plan

    environ = dict(os.environ)
    with work_folder(environ) as work:
        project, plan = read_and_plan(path, work, environ, options)
        text = render_plan(
            project,
            clean=plan.clean,
            local=plan.local,
            differences=plan.differences,
            notes=plan.notes,
            refusals=plan.refusals,
        )
    click.echo(text, nl=False)
    return 0
