"""Options that several commands share, and how they become inputs of intake and plan."""

from __future__ import annotations

import functools
import os
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from verifier.model.project import Project
    from verifier.plan import LocalMode, Plan

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
            metavar="auto|replay|host|none|FILE",
            default="auto",
            show_default=True,
            help="The local side: replayed in a container if anything shows that PATH was built "
            "here, replayed in any case, built on this host in a scratch copy, left out, or as a "
            "file written by `verifier capture` says.",
        ),
        click.option(
            "--local-node",
            type=click.IntRange(1, 99),
            metavar="MAJOR",
            help="Node major used locally.",
        ),
        click.option(
            "--network",
            type=click.Choice(["full", "registry-only", "none", "unbounded"]),
            default="full",
            show_default=True,
            help="What the builds may reach: public addresses, the package registry alone, "
            "nothing, or private addresses too. `verifier explain sandbox` says more.",
        ),
    ]
    return functools.reduce(lambda f, d: d(f), reversed(decorators), function)


def command_line(name: str, path: Path, options: Mapping[str, Any]) -> str:
    """A command of verifier on the same project, said in the same way."""
    words = ["verifier", name, str(path)]
    for option, default in _DEFAULTS.items():
        value = options[option]
        if value is not None and value != default:
            words += [f"--{_SPELLED.get(option, option.replace('_', '-'))}", str(value)]
    return shlex.join(words)


_DEFAULTS: Final[Mapping[str, str | None]] = {
    "root_directory": None,
    "framework": None,
    "env_file": None,
    "source": "git",
    "local_side": "auto",
    "local_node": None,
    "network": "full",
}
_SPELLED: Final = {"local_side": "local"}
_NO_FILE: Final = frozenset({"auto", "replay", "host", "none"})


def read_and_plan(
    path: Path, work: Path, environ: Mapping[str, str], options: Mapping[str, Any]
) -> tuple[Project, Plan]:
    """The project and both recipes, as the shared options say."""
    from datetime import UTC, datetime

    from verifier.engine.host import host_node
    from verifier.intake import IntakeOptions, read_project
    from verifier.model.environment import Network
    from verifier.plan import PlanOptions, SourceMode, make_plan

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
            local=_mode(local),
            node_local=options["local_node"],
            network=Network(options["network"]),
            stand_ins=True,
        ),
    )
    return project, plan


def _mode(local: str) -> LocalMode:
    from verifier.plan import LocalMode

    match local:
        case "auto" | "none":
            return LocalMode(local)
        case "replay" | "host":
            return LocalMode.REPLAY
        case _:
            return LocalMode.RECORDED


def _capture_file(local: str) -> Path | None:
    if local in _NO_FILE:
        return None
    file = Path(local)
    if not file.is_file():
        msg = f"'{local}' is none of auto, replay, host and none, and no file has that name"
        raise click.BadParameter(msg, param_hint="--local")
    return file


def writable_file(_ctx: click.Context, option: click.Parameter, value: Path | None) -> Path | None:
    """The file, if it can be written: asked before the long work starts."""
    if value is None:
        return None
    folder = value.parent
    if not folder.is_dir():
        msg = f"there is no folder '{folder}' to write '{value.name}' in"
        raise click.BadParameter(msg, param=option)
    if not os.access(value if value.exists() else folder, os.W_OK):
        msg = f"'{value}' cannot be written"
        raise click.BadParameter(msg, param=option)
    return value


def writable_folder(
    _ctx: click.Context, option: click.Parameter, value: Path | None
) -> Path | None:
    """The folder, if it is there or can be made: asked before the long work starts."""
    if value is None:
        return None
    there = next(p for p in (value, *value.absolute().parents) if p.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        msg = f"'{value}' cannot be made, because '{there}' is no folder that can be written"
        raise click.BadParameter(msg, param=option)
    return value
