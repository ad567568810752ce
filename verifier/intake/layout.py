"""Where things are: the repository, the application in it, and the files only this machine has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier.errors import ProjectError
from verifier.intake import config as config_file
from verifier.intake.git import find_top, is_bare
from verifier.intake.options import IntakeOptions
from verifier.intake.textdata import NotParsed, parse_json
from verifier.model.project import Problem
from verifier.vercel.frameworks import FRAMEWORKS, detect_framework

LINK_FILE: Final = ".vercel/project.json"
_MAX_TEXT: Final = 4 * 1024**2
_APPLICATION_DEPTH: Final = 3
_ANY_FRAMEWORK: Final = frozenset(f.slug for f in FRAMEWORKS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """The places of one project.

    top: folder of the repository, or the given folder where there is none. prefix: the given
    folder below it. root: the application's directory below it. link: contents of
    `.vercel/project.json`, None if there is none. config: the validated `verifier.yaml`.
    missing_root: the platform's Root Directory where the repository has no such folder.
    """

    top: Path
    has_git: bool
    prefix: str
    root: str
    link: Mapping[str, Any] | None
    config: Mapping[str, Any]
    problems: tuple[Problem, ...]
    missing_root: str | None = None

    def folders(self) -> tuple[str, ...]:
        """The application's directory, the given one and the top, each once, in this order."""
        return tuple(dict.fromkeys((self.root, self.prefix, "")))


def find_layout(path: Path, options: IntakeOptions, *, alone: bool = False) -> Layout:
    """Decide where the repository and the application are.

    alone: take the folder by itself, though it may lie inside a repository.

    Raises:
        ProjectError: the folder does not exist, is a bare repository, or the application
            directory that was asked for does not exist.

    """
    path = _existing(path)
    found = None if alone else find_top(path)
    top = found or path
    prefix = "" if path == top else path.relative_to(top).as_posix()
    problems: list[Problem] = []
    link = _read_link(top, (prefix, ""), problems)
    config = _read_config(top, (prefix, ""))
    root, missing_root = _root(top, prefix, options, config, link)
    if not config and root not in {prefix, ""}:
        config = _read_config(top, (root,))
    if link is None and root not in {prefix, ""}:
        link = _read_link(top, (root,), problems)
    return Layout(
        top=top,
        has_git=found is not None,
        prefix=prefix,
        root=root,
        link=link,
        config=config,
        problems=tuple(problems),
        missing_root=missing_root,
    )


def join(folder: str, name: str) -> str:
    """A path below a folder that may be the top."""
    return f"{folder}/{name}" if folder else name


def text_inside(top: Path, path: str) -> str | None:
    """The text of a file below `top`, None if it is absent, too large, or a link leads outside."""
    place = top / path
    try:
        real = place.resolve()
        if not real.is_relative_to(top.resolve()) or not real.is_file():
            return None
        if real.stat().st_size > _MAX_TEXT:
            return None
        return real.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def _existing(path: Path) -> Path:
    try:
        path = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        msg = f"{str(path)!r} does not exist or cannot be read; name the project's folder"
        raise ProjectError(msg) from error
    if not path.is_dir():
        msg = f"{str(path)!r} is not a folder; name the folder that holds the project"
        raise ProjectError(msg)
    if path.name == ".git" or is_bare(path):
        msg = f"{str(path)!r} is a repository without a work tree; clone it and name the clone"
        raise ProjectError(msg)
    return path


def _root(
    top: Path,
    prefix: str,
    options: IntakeOptions,
    config: Mapping[str, Any],
    link: Mapping[str, Any] | None,
) -> tuple[str, str | None]:
    """The application's folder, and the one the platform is set to if the repository lacks it."""
    settings = link.get("settings") if link else None
    linked = settings.get("rootDirectory") if isinstance(settings, dict) else None
    if options.root_directory is not None:
        asked = "the root directory asked for"
        return _required(top, prefix, options.root_directory, asked), None
    if "root_directory" in config:
        asked = f"{config_file.FILE}: root_directory"
        return _required(top, prefix, config["root_directory"], asked), None
    if isinstance(linked, str) and linked:
        found = _chosen(top, prefix, linked, f"{LINK_FILE}: rootDirectory")
        if found is not None:
            return found, None
        # A wrong setting is a fault to explain, not bad input: the build ends because of it.
        return _application(top, settings) or prefix, linked.strip("/")
    return prefix, None


def _required(top: Path, prefix: str, wanted: str, source: str) -> str:
    found = _chosen(top, prefix, wanted, source)
    if found is None:
        where = repr(str(top))
        msg = f"{source} is {wanted!r}, but there is no such folder below {where}; correct it"
        raise ProjectError(msg)
    return found


def _application(top: Path, settings: object) -> str | None:
    """The only folder that declares what the platform's preset needs; None if not exactly one."""
    slug = settings.get("framework") if isinstance(settings, dict) else None
    found = [
        folder
        for depth in range(1, _APPLICATION_DEPTH + 1)
        for path in sorted(top.glob("*/" * depth + "package.json"))
        if not any(p in {"node_modules", ".git"} for p in path.relative_to(top).parts)
        for folder in (path.parent.relative_to(top).as_posix(),)
        if _framework_in(top, folder) in ({slug} if isinstance(slug, str) else _ANY_FRAMEWORK)
    ]
    return found[0] if len(found) == 1 else None


def _framework_in(top: Path, folder: str) -> str | None:
    try:
        manifest = parse_json(text_inside(top, join(folder, "package.json")) or "")
        files = [p.name for p in (top / folder).iterdir()]
    except (NotParsed, OSError):
        return None
    if not isinstance(manifest, dict):
        return None
    lists = (manifest.get("dependencies"), manifest.get("devDependencies"))
    return detect_framework({n for m in lists if isinstance(m, dict) for n in m}, files)


def _chosen(top: Path, prefix: str, wanted: str, source: str) -> str | None:
    parts = [p for p in wanted.replace("\\", "/").split("/") if p not in {"", "."}]
    if ".." in parts:
        msg = f"{source} is {wanted!r}, which leads out of the repository; name a folder inside"
        raise ProjectError(msg)
    folder = "/".join(parts)
    # The platform counts from the repository root; a person standing in a subfolder from there.
    for candidate in dict.fromkeys((join(prefix, folder) if folder else prefix, folder)):
        place = top / candidate
        if place.is_dir() and place.resolve().is_relative_to(top):
            return candidate
    return None


def _read_config(top: Path, folders: tuple[str, ...]) -> Mapping[str, Any]:
    for folder in dict.fromkeys(folders):
        path = join(folder, config_file.FILE)
        text = text_inside(top, path)
        if text is not None:
            return config_file.read_config(text, path)
    return {}


def _read_link(
    top: Path, folders: tuple[str, ...], problems: list[Problem]
) -> Mapping[str, Any] | None:
    for folder in dict.fromkeys(folders):
        path = join(folder, LINK_FILE)
        text = text_inside(top, path)
        if text is None:
            continue
        try:
            raw = parse_json(text)
        except NotParsed as error:
            why = f"{error.why}; the settings of the platform are taken to be the defaults"
            line = error.line or None
            problems.append(
                Problem(what="project settings not read", why=why, file=path, line=line)
            )
            return None
        if isinstance(raw, dict):
            return raw
    return None
