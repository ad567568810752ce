"""Options that several commands share, and how they become inputs of intake and plan."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from verifier.model.project import Project
    from verifier.plan import Plan

F = TypeVar("F", bound=Callable[..., Any])

PATH = click.argument(
    "path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
)


def project_options(function: F) -> F:
    """Options that say what the platform knows and the folder does not."""
    decorators = [
        click.option("--root-directory", metavar="DIR", help="The platform's Root Directory."),
        click.option("--framework", metavar="SLUG", help="Framework preset, such as nextjs."),
        click.option(
            "--env-file",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="File of production variables (KEY=value), beside .vercel/.env.production.local.",
        ),
        click.option(
            "--source",
            type=click.Choice(["git", "upload"]),
            default="git",
            show_default=True,
            help="What is deployed: what git delivers, or what a CLI upload sends.",
        ),
        click.option(
            "--local",
            "local_side",
            metavar="replay|host|none|FILE",
            default="replay",
            show_default=True,
            help="The local side: replayed in a container, built on this host in a scratch copy, "
            "left out, or a file written by `verifier capture`.",
        ),
        click.option("--local-node", type=int, metavar="MAJOR", help="Node major used locally."),
        click.option(
            "--network",
            type=click.Choice(["full", "none"]),
            default="full",
            show_default=True,
            help="What the builds may reach.",
        ),
    ]
    return functools.reduce(lambda f, d: d(f), reversed(decorators), function)


def read_and_plan(
    path: Path, work: Path, environ: Mapping[str, str], options: Mapping[str, Any]
) -> tuple[Project, Plan]:
    """The project and both recipes, as the shared options say."""
    from datetime import UTC, datetime

    from verifier.engine.host import host_node
    from verifier.intake import IntakeOptions, read_project
    from verifier.model.environment import Network
    from verifier.plan import LocalMode, PlanOptions, SourceMode, make_plan

    local = str(options["local_side"])
    capture = _capture_file(local)
    project = read_project(
        path,
        options=IntakeOptions(
            root_directory=options["root_directory"],
            framework=options["framework"],
            env_file=options["env_file"],
            capture=capture,
            ignore_local=local == "none",
            host_node=host_node(environ),
        ),
        environ=environ,
        workdir=work,
    )
    plan = make_plan(
        project,
        today=datetime.now(tz=UTC).date(),
        options=PlanOptions(
            source=SourceMode(options["source"]),
            local=LocalMode.NONE if local == "none" else LocalMode.REPLAY,
            node_local=options["local_node"],
            network=Network(options["network"]),
        ),
    )
    return project, plan


def _capture_file(local: str) -> Path | None:
    if local in {"replay", "host", "none"}:
        return None
    file = Path(local)
    if not file.is_file():
        msg = f"'{local}' is none of replay, host and none, and no file of that name is there"
        raise click.BadParameter(msg, param_hint="--local")
    return file
