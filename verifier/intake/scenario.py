"""Lays a scenario out as the real git repository that a developer would have on disk.

Only files: what takes an engine (a real node_modules) stays data on `Scenario.local`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from verifier.errors import ProjectError
from verifier.intake.scenario_yaml import load_scenario
from verifier.model.scenario import Prepared, Repair, Scenario, Variant

__all__ = ["load_scenario", "prepare_scenario"]

_STORED_IGNORE_FILE = "gitignore"
"""A scenario's `.gitignore` is stored under this name, so that it rules there and not here."""
_ELSEWHERE = "5" * 40
"""The commit of another repository that a submodule stands at; nobody here has it."""
_GIT_SURROUNDINGS = {
    "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
    "LC_ALL": "C",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "Developer",
    "GIT_AUTHOR_EMAIL": "developer@example.com",
    "GIT_AUTHOR_DATE": "2026-03-02T09:00:00+00:00",
    "GIT_COMMITTER_NAME": "Developer",
    "GIT_COMMITTER_EMAIL": "developer@example.com",
    "GIT_COMMITTER_DATE": "2026-03-02T09:00:00+00:00",
}


def prepare_scenario(
    scenario: Scenario, destination: Path, *, variant: Variant = Variant.FAULTY
) -> Prepared:
    """Return the scenario laid out below an empty or absent destination.

    The repository becomes `destination/project`; the same scenario gives the same commit ids.
    Raises `ProjectError` if the destination is in use, the variant has no repair, or a patch does
    not apply.
    """
    repair = scenario.repair(variant)
    if repair is None and variant is not Variant.FAULTY:
        raise ProjectError(f"scenario {scenario.id!r} has no variant {variant.value!r}")
    if destination.exists() and any(destination.iterdir()):
        raise ProjectError(f"{destination}: is not empty; name an empty folder")
    repository = destination / "project"
    repository.mkdir(parents=True)
    _lay(scenario.folder / "project", repository)
    _commit(repository, "Initial version", first=True, submodules=scenario.submodules)
    if repair is not None and repair.patch is not None:
        _git(repository, "apply", "--index", str((scenario.folder / repair.patch).resolve()))
        _commit(repository, "Repair the deployment", first=False)
    application = repository / scenario.root
    _lay(scenario.folder / "platform", application)
    if repair is not None:
        _set_on_platform(application / ".vercel", repair)
    if scenario.local.present:
        _lay(scenario.folder / "local", repository)
        _rename_on_disk(scenario, repository)
        for path in scenario.local.removed:
            (repository / path).unlink(missing_ok=True)
    return Prepared(
        scenario=scenario, variant=variant, repository=repository, application=application
    )


def _lay(source: Path, target: Path) -> None:
    """Copy a folder's files over a target; an absent folder has none."""
    for file in sorted(p for p in source.rglob("*") if p.is_file() or p.is_symlink()):
        relative = file.relative_to(source)
        if relative.name == _STORED_IGNORE_FILE:
            relative = relative.with_name(".gitignore")
        place = target / relative
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file, place, follow_symlinks=False)


def _commit(
    repository: Path, message: str, *, first: bool, submodules: tuple[str, ...] = ()
) -> None:
    if first:
        _git(repository, "init", "--quiet", "--initial-branch=main", "--template=")
        # Everything in project/ counts as committed, also what its own ignore rules match.
        _git(repository, "add", "--all", "--force")
        for path in submodules:
            entry = f"160000,{_ELSEWHERE},{path}"
            _git(repository, "update-index", "--add", "--cacheinfo", entry)
    _git(repository, "commit", "--quiet", "--no-verify", "--message", message)


def _rename_on_disk(scenario: Scenario, repository: Path) -> None:
    """Rename by case on disk while git, as on a case-insensitive disk, takes no notice."""
    waiting = [r for r in scenario.local.case_renames if (repository / r.index).exists()]
    if waiting:
        _git(repository, "config", "core.ignorecase", "true")
    for rename in waiting:
        (repository / rename.index).rename(repository / rename.disk)


def _set_on_platform(folder: Path, repair: Repair) -> None:
    """Change the production scope and settings as a person would in the dashboard."""
    if repair.variables:
        file = folder / ".env.production.local"
        old = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        kept = [line for line in old if line.partition("=")[0] not in repair.variables]
        added = [f'{name}="{v}"' for name, v in repair.variables.items() if v is not None]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join([*kept, *added]) + "\n", encoding="utf-8")
    if repair.settings:
        file = folder / "project.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["settings"].update(repair.settings)
        file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _git(repository: Path, *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603  (fixed program; arguments are ours)
        ["git", "-c", "core.autocrlf=false", "-c", "core.excludesFile=/dev/null", *arguments],  # noqa: S607  (git from PATH)
        cwd=repository,
        env=_GIT_SURROUNDINGS,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        what = f"git {arguments[0]}"
        raise ProjectError(f"{what} failed in {repository}: {done.stderr.strip()}")
