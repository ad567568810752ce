"""Where a found node_modules and packages of parent directories go inside a container."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from verifier.engine.jobs import ROOT

_MAX_OUTER = 400


def found_folders(
    repository: Path, application: str, workspaces: Iterable[str], outer: Iterable[str]
) -> dict[str, Path]:
    """Folders to archive, by their absolute path in the container.

    Packages that the project takes from above its repository go to the same place above the
    checkout, with what they themselves depend on.
    """
    found: dict[str, Path] = {}
    for name in dict.fromkeys(["", application, *workspaces]):
        folder = repository / name / "node_modules"
        if folder.is_dir() and not folder.is_symlink():
            found[f"{ROOT}/{name}/node_modules".replace("//", "/")] = folder
    for name, folder in _outer_packages(repository, outer).items():
        found[f"/vercel/node_modules/{name}"] = folder
    return found


def _outer_packages(repository: Path, names: Iterable[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    todo = list(names)
    while todo and len(found) < _MAX_OUTER:
        name = todo.pop()
        if name in found or ".." in name:
            continue
        folder = next(
            (p / "node_modules" / name for p in repository.parents
             if (p / "node_modules" / name / "package.json").is_file()),
            None,
        )  # fmt: skip
        if folder is None:
            continue
        found[name] = folder
        todo.extend(_dependencies(folder / "package.json"))
    return found


def _dependencies(manifest: Path) -> list[str]:
    try:
        value = json.loads(manifest.read_text(encoding="utf-8")).get("dependencies")
    except (OSError, ValueError, RecursionError, AttributeError):
        return []
    return [str(k) for k in value] if isinstance(value, dict) else []
