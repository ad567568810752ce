"""The developer's side as far as this machine shows it: installed packages, Node, settings."""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from verifier.intake.installed import Installed, read_installed, read_version
from verifier.intake.layout import Layout, join, text_inside
from verifier.intake.options import IntakeOptions
from verifier.intake.textdata import NotParsed, parse_object
from verifier.model.environment import Manager
from verifier.model.project import EnvFile, GitState, LocalMachine
from verifier.model.source import SourceTree

_NATIVE: Final = re.compile(
    r"(?:^|[-/.])(?P<os>linux|darwin|win32|freebsd|android)-(?P<cpu>x64|arm64|arm|ia32|universal)"
    r"(?:-(?P<abi>gnu|musl|msvc|gnueabihf|musleabihf|eabi))?$"
)
_VERSION: Final = re.compile(r"^v?(\d+(?:\.\d+){0,2})$")
_NPMRC_FLAGS: Final = frozenset(
    {"legacy-peer-deps", "strict-peer-deps", "force", "ignore-scripts", "omit", "include"}
    | {"production", "only", "engine-strict", "node-linker", "shamefully-hoist", "hoist"}
    | {"auto-install-peers", "strict-peer-dependencies", "install-strategy", "prefer-offline"}
    | {"public-hoist-pattern", "package-lock", "save-exact"}
)
# Left by tools or about verifier itself; no sign that the project was ever built here.
_NO_SIGN: Final = re.compile(
    r"(?:^|/)(?:verifier\.yaml|\.gitignore|\.DS_Store|Thumbs\.db|[^/]*\.md|\.idea/.*|\.vscode/.*)$"
)


def read_machine(
    layout: Layout,
    *,
    options: IntakeOptions,
    environ: Mapping[str, str],
    imported: frozenset[str],
    resolved: frozenset[str],
    git: GitState | None,
    env_files: tuple[EnvFile, ...],
    working: SourceTree,
    scope: str,
) -> LocalMachine:
    """The machine as found, or as one that never saw the project if that is asked for.

    imported: names of the packages that the project's code imports. resolved: files on this disk
    that it imports. scope: the folder in which
    changed files are signs of work on the application; the whole repository if empty.
    """
    local = layout.config.get("local", {})
    configured = Manager(local["manager"]) if "manager" in local else None
    if options.ignore_local:
        return LocalMachine(node_version=local.get("node"), manager=configured)
    installed = _installed(layout)
    node = local.get("node") or _hinted_node(layout, working) or _bare(options.host_node)
    return LocalMachine(
        node_version=node,
        manager=configured or installed.manager,
        manager_version=installed.manager_version,
        platform=f"{sys.platform}-{platform.machine()}",
        installed=installed.packages,
        outer=outer_packages(layout.top, imported, installed.packages),
        tree_path=str(installed.path) if installed.path else None,
        native_platform=native_platform(installed.packages),
        npmrc=_npmrc(environ),
        case_insensitive=_is_case_insensitive(layout.top),
        has_evidence=_is_own_tree(layout, installed, working)
        or _shows_work(git, env_files, scope)
        or _holds_hidden_code(git, resolved),
    )


def native_platform(installed: Mapping[str, str]) -> str:
    """The platform most installed native packages are for, as `linux-x64-gnu`; empty if none."""
    votes: dict[str, int] = {}
    for path in installed:
        found = _NATIVE.search(path.rpartition("node_modules/")[2])
        if found and found["cpu"] != "universal":
            name = f"{found['os']}-{found['cpu']}" + (f"-{found['abi']}" if found["abi"] else "")
            votes[name] = votes.get(name, 0) + 1
    families: dict[str, int] = {}
    for name, count in votes.items():
        family = "-".join(name.split("-")[:2])
        families[family] = families.get(family, 0) + count
    if not families:
        return ""
    best = max(sorted(families), key=lambda f: families[f])
    members = [n for n in votes if n.startswith(best)]
    # Packages for both C libraries are often installed side by side; the names with one say more.
    ranked = sorted(members, key=lambda n: (n == best, n.endswith("musl"), -votes[n], n))
    return ranked[0]


def outer_packages(
    top: Path, imported: frozenset[str], installed: Mapping[str, str]
) -> dict[str, str]:
    """Imported packages that only a `node_modules` above the repository provides → version."""
    outer: dict[str, str] = {}
    folders = [d / "node_modules" for d in top.parents]
    folders = [d for d in folders if d.is_dir()]
    for name in sorted(imported):
        if name in installed or not _is_package_name(name):
            continue
        for folder in folders:
            version = read_version(folder / name)
            if version is not None:
                outer[name] = version
                break
    return outer


def _installed(layout: Layout) -> Installed:
    found = [read_installed(layout.top / join(f, "node_modules")) for f in layout.folders()]
    present = [i for i in found if i.path is not None]
    if not present:
        return Installed()
    nearest, *others = present
    packages = dict(nearest.packages)
    for other in others:
        for name, version in other.packages.items():
            packages.setdefault(name, version)
    managers = [i for i in present if i.manager is not None]
    chosen = managers[0] if managers else nearest
    return Installed(
        path=nearest.path,
        manager=chosen.manager,
        manager_version=chosen.manager_version,
        packages=packages,
    )


def _hinted_node(layout: Layout, working: SourceTree) -> str | None:
    """The version a tool for switching Node is told to use here."""
    for folder in layout.folders():
        for name in (".nvmrc", ".node-version"):
            version = _bare((working.text(join(folder, name)) or "").strip())
            if version is not None:
                return version
        volta = _volta(working.text(join(folder, "package.json")))
        if volta is not None:
            return volta
        tools = text_inside(layout.top, join(folder, ".tool-versions")) or ""
        found = re.search(r"(?m)^node(?:js)?[ \t]+v?(\d+(?:\.\d+){0,2})", tools)
        if found:
            return found[1]
    return None


def _volta(manifest: str | None) -> str | None:
    try:
        raw = parse_object(manifest or "{}")
    except NotParsed:
        return None
    pinned = raw.get("volta")
    version = pinned.get("node") if isinstance(pinned, dict) else None
    return _bare(version) if isinstance(version, str) else None


def _bare(version: str | None) -> str | None:
    found = _VERSION.match(version or "")
    return found[1] if found else None


def _npmrc(environ: Mapping[str, str]) -> dict[str, str]:
    """User-level settings that change an install; addresses and tokens show as `custom` or not."""
    settings: dict[str, str] = {}
    home = environ.get("HOME")
    if home:
        try:
            text = (Path(home) / ".npmrc").read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        for line in text.splitlines()[:1000]:
            key, equals, value = line.partition("=")
            _keep(settings, key.strip(), value.strip().strip("\"'") if equals else "true")
    for key, value in environ.items():
        if key.lower().startswith("npm_config_"):
            _keep(settings, key[len("npm_config_") :].lower().replace("_", "-"), value)
    return dict(sorted(settings.items()))


def _keep(settings: dict[str, str], key: str, value: str) -> None:
    if key in _NPMRC_FLAGS:
        settings[key] = value
    elif key == "registry" or (key.startswith("@") and key.endswith(":registry")):
        settings[key] = "custom"


def _is_own_tree(layout: Layout, installed: Installed, working: SourceTree) -> bool:
    """Whether packages were installed here, and not brought along by a clone."""
    if installed.path is None:
        return False
    prefix = installed.path.relative_to(layout.top).as_posix() + "/"
    return not any(path.startswith(prefix) for path in working)


def _shows_work(git: GitState | None, env_files: tuple[EnvFile, ...], scope: str) -> bool:
    if any(not f.committed for f in env_files):
        return True
    if git is None:
        return False
    changed = (*git.modified, *git.deleted, *git.staged, *git.untracked)
    prefix = f"{scope}/" if scope else ""
    return any(p.startswith(prefix) and not _NO_SIGN.search(p) for p in changed)


def _holds_hidden_code(git: GitState | None, resolved: frozenset[str]) -> bool:
    """Whether the code here imports a file that git ignores, which no clone brings along."""
    if git is None:
        return False
    folders = tuple(f"{rule.path}/" for rule in git.ignored if rule.is_directory)
    files = {rule.path for rule in git.ignored}
    return any(path in files or path.startswith(folders) for path in resolved)


def _is_case_insensitive(top: Path) -> bool:
    """Whether the disk takes names that differ by case for the same."""
    for name in ("package.json", ".git", "index.html"):
        place = top / name
        if place.exists():
            twin = top / name.upper()
            return twin.exists() and twin.samefile(place)
    return False


def _is_package_name(name: str) -> bool:
    return bool(re.fullmatch(r"(?:@[\w.~-]+/)?[\w.~-]+", name)) and not name.startswith(".")
