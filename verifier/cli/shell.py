"""`verifier shell`: a prompt inside the clean container, at the point of failure."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from verifier.cli._options import PATH, project_options


@click.command("shell")
@PATH
@project_options
def command(path: Path, **options: Any) -> int:
    """Build PATH in the clean container, then open a prompt where the build ended.

    The container is removed when the prompt is left.
    """
    from verifier.cli._options import read_and_plan
    from verifier.cli._session import open_session, say, work_folder
    from verifier.cli.verify import repository_of
    from verifier.engine.base import RunRequest
    from verifier.engine.terminal import attach_prompt
    from verifier.laboratory import describe
    from verifier.observe import observe
    from verifier.redact import Redactor, known_values

    environ = dict(os.environ)
    with work_folder(environ) as work:
        project, plan = read_and_plan(path, work, environ, options)
        with open_session(project, repository_of(path, project), work, environ) as session:
            request = RunRequest(id="shell", label="clean", recipe=plan.clean, keep=True)
            redactor = Redactor(known_values(project, plan.clean))
            run = session.engine.run(request, lambda line: say(redactor.text(line)))
            say(redactor.text(f"the clean build {describe(observe(run).outcome)}"))
            container = session.engine.kept_container("shell")
            if container is None:
                say("the container is gone")
                return 125
            say("leave with `exit` or Ctrl-D; the container is removed then")
            attach_prompt(session.client, container, plan.clean, sys.stdin, sys.stdout)
    return 0
