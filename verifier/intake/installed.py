"""What lies in a `node_modules` folder, without running a package manager."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from verifier.intake.textdata import NotParsed, parse_json, parse_yaml
from verifier.model.environment import Manager

_MAX_PACKAGES: Final = 20_000
_MAX_DEPTH: Final = 6
_MAX_TEXT: Final = 2 * 1024**2
_MAX_LOCK: Final = 64 * 1024**2
_HIDDEN_LOCK: Final = ".package-lock.json"
_STORE_NAME: Final = re.compile(r"^(?P<name>@[^+@/]+\+[^@/]+|[^@/]+)@(?P<version>[^_(/]+)")

# Each manager leaves one of these; where several lie side by side, the youngest counts.
_MARKS: Final[Mapping[str, Manager]] = {
    _HIDDEN_LOCK: Manager.NPM,
    ".modules.yaml": Manager.PNPM,
    ".yarn-state.yml": Manager.YARN,
    ".yarn-integrity": Manager.YARN,
    ".bun": Manager.BUN,
    ".vlt": Manager.VLT,
    ".vlt-lock.json": Manager.VLT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A found tree: path None if there is none; packages by path below node_modules → version."""

    path: Path | None = None
    manager: Manager | None = None
    manager_version: str | None = None
    packages: Mapping[str, str] = field(default_factory=dict)


def read_installed(folder: Path) -> Installed:
    """What is installed in a `node_modules` folder; one without packages counts as none."""
    if folder.is_symlink() or not folder.is_dir():
        return Installed()
    manager = _manager(folder)
    version = None
    match manager:
        case Manager.NPM:
            packages = _hidden_lock(folder)
        case Manager.PNPM | Manager.VLT:
            packages = _virtual_store(folder)
            version = _pnpm_version(folder) if manager is Manager.PNPM else None
        case _:
            packages = {}
    if packages and manager is not Manager.NPM:
        top_level = _scan(folder, "", 0)
    elif packages:
        # Trust the record for depth, and the folder for what is really there at the top.
        present = set(_names(folder))
        packages = {p: v for p, v in packages.items() if _first(p) in present}
        top_level = _scan(folder, "", _MAX_DEPTH, skip=frozenset(packages))
    else:
        top_level = _scan(folder, "", 0, deep=True)
    packages = {**packages, **top_level}
    if not packages:
        return Installed()
    return Installed(path=folder, manager=manager, manager_version=version, packages=packages)


def read_version(package: Path) -> str | None:
    """The version of a package folder, None if it has no readable package.json."""
    manifest = package / "package.json"
    try:
        if manifest.stat().st_size > _MAX_TEXT:
            return None
        raw = parse_json(manifest.read_text(encoding="utf-8", errors="replace"))
    except (OSError, NotParsed):
        return None
    version = raw.get("version") if isinstance(raw, dict) else None
    return version if isinstance(version, str) else None


def _manager(folder: Path) -> Manager | None:
    found = []
    for name, manager in _MARKS.items():
        try:
            found.append(((folder / name).lstat().st_mtime, name, manager))
        except OSError:
            continue
    return max(found)[2] if found else None


def _hidden_lock(folder: Path) -> dict[str, str]:
    place = folder / _HIDDEN_LOCK
    raw = _load(place)
    listed = raw.get("packages") if isinstance(raw, dict) else None
    if not isinstance(listed, dict):
        return {}
    packages = {}
    for path, entry in listed.items():
        version = entry.get("version") if isinstance(entry, dict) else None
        if path.startswith("node_modules/") and isinstance(version, str):
            packages[path.removeprefix("node_modules/")] = version
    return packages


def _load(place: Path) -> Any:
    try:
        if place.stat().st_size > _MAX_LOCK:
            return None
        text = place.read_text(encoding="utf-8", errors="replace")
        return parse_json(text, max_bytes=_MAX_LOCK)
    except (OSError, NotParsed):
        return None


def _virtual_store(folder: Path) -> dict[str, str]:
    packages = {}
    store = folder / ".pnpm"
    for name in _names_of(store):
        found = _STORE_NAME.match(name)
        if found:
            package = found["name"].replace("+", "/")
            packages[f".pnpm/{name}/node_modules/{package}"] = found["version"]
    return packages


def _pnpm_version(folder: Path) -> str | None:
    place = folder / ".modules.yaml"
    try:
        text = place.read_text(encoding="utf-8", errors="replace")[:_MAX_TEXT]
        raw = parse_yaml(text)
    except (OSError, NotParsed):
        return None
    named = raw.get("packageManager") if isinstance(raw, dict) else None
    return named.rpartition("@")[2] if isinstance(named, str) else None


def _scan(
    folder: Path,
    prefix: str,
    depth: int,
    *,
    deep: bool = False,
    skip: frozenset[str] = frozenset(),
) -> dict[str, str]:
    """Versions from the package.json files; `deep` follows nested node_modules, never a link."""
    packages: dict[str, str] = {}
    waiting = [(folder, prefix, depth)]
    while waiting and len(packages) < _MAX_PACKAGES:
        place, before, level = waiting.pop()
        for name in _names(place):
            path = f"{before}{name}"
            if path in skip:
                continue
            version = read_version(place / name)
            if version is not None:
                packages[path] = version
            nested = place / name / "node_modules"
            if deep and level < _MAX_DEPTH and not (place / name).is_symlink() and nested.is_dir():
                waiting.append((nested, f"{path}/node_modules/", level + 1))
    return packages


def _names(folder: Path) -> Iterator[str]:
    """Names of the packages directly in a node_modules folder, scoped ones as `@scope/name`."""
    for name in _names_of(folder):
        if name.startswith("@"):
            yield from (f"{name}/{inner}" for inner in _names_of(folder / name))
        elif not name.startswith("."):
            yield name


def _names_of(folder: Path) -> list[str]:
    try:
        with os.scandir(folder) as found:
            return sorted(e.name for e in found if e.is_dir())
    except OSError:
        return []


def _first(path: str) -> str:
    parts = path.split("/")
    return "/".join(parts[:2]) if path.startswith("@") else parts[0]
