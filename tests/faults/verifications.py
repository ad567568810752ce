"""Whole verifications of tiny projects whose truth is known, on any engine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from tests.cli.projects import git, make_project
from verifier.engine.base import Engine
from verifier.intake import IntakeOptions, read_project
from verifier.model.report import Report
from verifier.pipeline import VerifyOptions, verify
from verifier.plan import PlanOptions, make_plan

_TODAY = date(2026, 11, 25)
VARIABLE = "API_URL"
"""What the broken project needs and only the developer's disk has."""

_PAGE = (
    "const fs=require('fs');fs.mkdirSync('public',{recursive:true});"
    "fs.writeFileSync('public/index.html','<p>hello</p>');"
)
_WANTS = f"if (!process.env.{VARIABLE}) throw new Error('{VARIABLE} is not set');"


def broken(folder: Path) -> Path:
    """A project whose build needs a variable that only the developer's disk has."""
    project = make_project(
        folder, build=f"{_WANTS}{_PAGE}", files={".gitignore": ".env.local\nnode_modules\n"}
    )
    (project / ".env.local").write_text(f"{VARIABLE}=https://api.example\n")
    return _with_packages(project, {"a": "module.exports = 1\n"})


def healthy(folder: Path) -> Path:
    """A project that builds everywhere."""
    project = make_project(folder, build=_PAGE, files={".gitignore": "node_modules\n"})
    return _with_packages(project, {"a": "module.exports = 1\n"})


def with_package(
    folder: Path, name: str, code: str, *, wants: bool = False, yarn: bool = False
) -> Path:
    """A project that needs one package, which the developer's disk has; healthy but for that.

    wants: it needs the variable, too. yarn: Yarn 1 installs it, without a version written down.
    """
    project = make_project(
        folder,
        build=f"{_WANTS if wants else ''}console.log(require('{name}'));{_PAGE}",
        # Asking again and again, as npm does, would take minutes.
        files={
            ".gitignore": ".env.local\nnode_modules\n",
            ".npmrc": "fetch-retries=0\n",
            **({"yarn.lock": "# yarn lockfile v1\n\n\n"} if yarn else {}),
        },
        manifest={"dependencies": {name: "1.0.0"}},
    )
    if wants:
        (project / ".env.local").write_text(f"{VARIABLE}=https://api.example\n")
    return _with_packages(project, {name: code})


def _with_packages(project: Path, packages: dict[str, str]) -> Path:
    for name, code in packages.items():
        place = project / "node_modules" / name
        place.mkdir(parents=True)
        (place / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0"}))
        (place / "index.js").write_text(code)
    git(project, "status")
    return project


def report_of(
    project: Path, engine: Engine, work: Path, *, clock: Callable[[], float] = time.monotonic
) -> Report:
    """What verifier says of the project on this engine."""
    work.mkdir()
    found = read_project(project, options=IntakeOptions(), environ={}, workdir=work)
    plan = make_plan(found, today=_TODAY, options=PlanOptions(stand_ins=True))
    options = VerifyOptions(clock=clock, salt=b"salt", today=_TODAY, slots=1, max_trials=20)
    return verify(found, plan, engine, options, lambda _line: None).report
