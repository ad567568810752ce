"""What lies on disk below a folder: files, links, and what was passed over."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from verifier.errors import ProjectError
from verifier.model.project import Problem

_MAX_FILES: Final = 300_000

# Written by tools, never by hand, whatever git says; and too large to copy.
NEVER_SOURCE: Final = frozenset(
    {".git", ".hg", ".svn", "CVS", "node_modules", "bower_components", "__pycache__", ".venv"}
    | {"venv", ".next", ".turbo", ".nuxt", ".output", ".svelte-kit", ".astro", ".angular"}
    | {".cache", ".parcel-cache", ".vite", ".docusaurus", ".expo", ".gradle", ".nx", ".vercel"}
    | {".netlify", ".wrangler", ".serverless", ".sst", ".pnpm-store", ".nyc_output", "Pods"}
    | {".pytest_cache", ".mypy_cache", ".ruff_cache", ".tox", ".terraform", ".idea", ".vscode-test"}
)
# Names that tools write to and people write in: build output only where git ignores them.
MAYBE_OUTPUT: Final = frozenset({"dist", "build", "out", "coverage", "target", "storybook-static"})
# Beside one of these, such a folder is what a tool of another language wrote.
OTHER_BUILDERS: Final = (
    "build.gradle",
    "build.gradle.kts",
    "Cargo.toml",
    "pom.xml",
    "CMakeLists.txt",
    "pyproject.toml",
    "setup.py",
    "pubspec.yaml",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskFile:
    """A regular file, or a symbolic link if `target` is set."""

    path: str
    executable: bool = False
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """Everything found, by path relative to the top; folders passed over; what was unreadable."""

    files: dict[str, DiskFile]
    skipped: tuple[str, ...]
    problems: tuple[Problem, ...]


def walk(top: Path, *, start: str, skip: Callable[[str, str], bool]) -> Disk:
    """List files below `top/start`; `skip` gets a folder's path and name. Never follows a link."""
    files: dict[str, DiskFile] = {}
    skipped: list[str] = []
    problems: list[Problem] = []
    waiting = [start]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(top / folder) as found:
                entries = sorted(found, key=lambda e: e.name)
        except OSError as error:
            problems.append(Problem(what="folder not read", why=_why(error), file=folder or "."))
            continue
        for entry in entries:
            path = f"{folder}/{entry.name}" if folder else entry.name
            if entry.name == ".git":
                continue
            if entry.is_dir(follow_symlinks=False):
                (skipped if skip(path, entry.name) else waiting).append(path)
                continue
            item = look(top, path, problems)
            if item is not None:
                files[path] = item
            if len(files) > _MAX_FILES:
                msg = (
                    f"more than {_MAX_FILES} files below {str(top)!r}; "
                    "this is probably not one project: point verifier at the project's own folder"
                )
                raise ProjectError(msg)
    return Disk(files=files, skipped=tuple(skipped), problems=tuple(problems))


def look(top: Path, path: str, problems: list[Problem]) -> DiskFile | None:
    """The file or link at a path; None, with a problem noted, for anything else."""
    place = top / path
    try:
        mode = place.lstat().st_mode
        if stat.S_ISLNK(mode):
            return DiskFile(path=path, target=str(place.readlink()))
    except OSError as error:
        problems.append(Problem(what="file not read", why=_why(error), file=path))
        return None
    if stat.S_ISREG(mode):
        return DiskFile(path=path, executable=bool(mode & stat.S_IXUSR))
    if not stat.S_ISDIR(mode):
        why = "it is a socket, pipe or device, which no deployment can carry"
        problems.append(Problem(what="entry skipped", why=why, file=path))
    return None


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__
