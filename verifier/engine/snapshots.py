"""Which part of a recipe the install stage reads, and the images that hold its outcome.

A snapshot may stand in for an install only when nothing the install could read has changed.
Where a root lifecycle script runs, that is everything, since the script may read any file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from verifier.model.environment import Origin, TreeMode
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree

_READ_BY_NAME = frozenset(
    {
        "package.json", "package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock",
        "bun.lock", "bun.lockb", "vlt-lock.json", ".npmrc", ".yarnrc", ".yarnrc.yml",
        "pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnpmfile.mjs", "bunfig.toml", "vercel.json",
        "turbo.json", "nx.json", "lerna.json", ".nvmrc", ".node-version", "vlt.json",
    }
)  # fmt: skip
_EXECUTED = frozenset({".pnpmfile.cjs", ".pnpmfile.mjs"})
"""Code that a manager runs during an install, and which may read any file."""
_PLAIN_WORD = re.compile(r"--?[\w-]+(?:=[\w@:^~-][\w@./:^~-]*)?|@?\w[\w@/^~-]*(?:\.[\w-]+)*")
_INSTALL_WORDS = frozenset({"install", "i", "ci", "add"})
_MANAGERS = frozenset({"npm", "pnpm", "yarn", "bun", "vlt"})
_READ_BELOW = re.compile(r"(^|/)(patches|\.yarn)/")
LOCKFILES = frozenset(
    {"package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock",
     "bun.lockb", "vlt-lock.json"}
)  # fmt: skip
_LIFECYCLE = ("preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare",
              "postprepare", "pnpm:devPreinstall", "dependencies")  # fmt: skip
_INSTALL_VARIABLE = re.compile(
    r"^(npm_|yarn_|pnpm_|bun_|node_env$|node_options$|corepack|enable_experimental_corepack$|ci$)"
    r"|skip|install|download|binary|mirror|prisma|sharp|husky|puppeteer|playwright|cypress|registry"
    r"|token|auth",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallInputs:
    """What an install reads, as a digest; `whole` when it may read anything."""

    key: str
    whole: bool
    may_snapshot: bool


def install_inputs(
    recipe: Recipe, *, salt: bytes, image: str, day: str, disk: str = ""
) -> InstallInputs:
    """The inputs of a recipe's install.

    day: date that enters the key when no lockfile governs the install, because ranges then
    resolve to whatever the registry offers on that day. disk: state of a found tree.
    """
    env, tree = recipe.environment, recipe.source
    whole = _may_read_anything(tree) or not all(map(_is_plain, _install_commands(recipe)))
    secret_files = any(e.secret for e in tree.entries.values())
    read = _public_digest(tree) if whole else _read_digest(tree)
    locked = any(PurePosixPath(p).name in LOCKFILES for p in tree)
    facts = [
        image, env.driver.value, env.node_major, env.manager.manager.value, env.manager.major,
        env.tree.mode.value, disk, env.tree.found, env.tree.install_command,
        env.settings.framework, env.settings.install_command, env.settings.root_directory,
        env.settings.created_at_ms, env.network.value, env.user, env.any_pnpm, read,
        "" if locked or env.tree.mode is TreeMode.AS_FOUND else day,
        [
            (v.name, None if v.value is None else v.value.digest(salt))
            for v in env.variables
            if (whole and v.origin not in {Origin.SYSTEM, Origin.PLATFORM})
            or _INSTALL_VARIABLE.search(v.name)
        ],
    ]  # fmt: skip
    key = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]
    return InstallInputs(key=key, whole=whole, may_snapshot=not (whole and secret_files))


def _manifests(tree: SourceTree) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    for path in tree:
        if PurePosixPath(path).name != "package.json":
            continue
        try:
            value = json.loads(tree.text(path) or "{}")
        except (ValueError, RecursionError):
            value = {}
        if isinstance(value, dict):
            found.append(value)
    return found


def _install_commands(recipe: Recipe) -> Iterator[str]:
    """What somebody asked to be run in place of the manager's own install."""
    env, tree = recipe.environment, recipe.source
    asked = [env.settings.install_command, env.tree.install_command]
    root = (env.settings.root_directory or "").strip("/")
    for path in {"vercel.json", f"{root}/vercel.json".lstrip("/")}:
        with contextlib.suppress(ValueError, RecursionError, AttributeError):
            asked.append(json.loads(tree.text(path) or "{}").get("installCommand"))
    yield from (command for command in asked if isinstance(command, str) and command.strip())


def _is_plain(command: str) -> bool:
    """Whether a command installs and does nothing else that could read a file."""
    return all(_is_plain_step(part.split()) for part in command.split("&&"))


def _is_plain_step(words: list[str]) -> bool:
    tool, rest = (words[0], words[1:]) if words else ("", [])
    if tool in {"cd", "corepack"}:
        return not any(set(word) & set("|;`$<>&()") for word in rest)
    bare = [word for word in rest if not word.startswith("-")]
    known = bare[0] in _INSTALL_WORDS if bare else tool == "yarn"
    return tool in _MANAGERS and known and all(map(_PLAIN_WORD.fullmatch, rest))


def _may_read_anything(tree: SourceTree) -> bool:
    if any(PurePosixPath(path).name in _EXECUTED for path in tree):
        return True
    for manifest in _manifests(tree):
        scripts = manifest.get("scripts")
        if isinstance(scripts, dict) and any(name in scripts for name in _LIFECYCLE):
            return True
        for group in ("dependencies", "devDependencies", "optionalDependencies"):
            wanted = manifest.get(group)
            if isinstance(wanted, dict) and any(
                str(v).startswith(("file:", "link:", "portal:")) for v in wanted.values()
            ):
                return True
    return False


def _read_digest(tree: SourceTree) -> str:
    total = hashlib.sha256()
    for path, entry in tree.entries.items():
        name = PurePosixPath(path).name
        if entry.secret or (name not in _READ_BY_NAME and not _READ_BELOW.search(path)):
            continue
        body = _install_view(name, tree.text(path) or "") or entry.digest
        if body == _NOTHING:
            continue
        total.update(f"{path}\0{body}\n".encode("utf-8", errors="surrogateescape"))
    return total.hexdigest()


_READ_OF_VERCEL_JSON = ("installCommand", "builds", "framework")
_NOTHING = "nothing"
"""The view of a file that an install reads no more of than of one that is not there."""
_READ_BY_PRESENCE = frozenset({"turbo.json", "nx.json", "lerna.json"})


def _install_view(name: str, text: str) -> str:
    """The parts of a configuration file that an install reads; empty means all of it.

    Build scripts of a package.json are no such part, nor is an output directory.
    """
    if name in _READ_BY_PRESENCE:
        return "present"
    if name not in {"package.json", "vercel.json"}:
        return ""
    try:
        value = json.loads(text)
        if name == "vercel.json":
            read = {k: value[k] for k in _READ_OF_VERCEL_JSON if k in value}
            return json.dumps(read, sort_keys=True) if read else _NOTHING
        scripts = value.get("scripts", {})
        kept = {k: v for k, v in scripts.items() if k in _LIFECYCLE}
        return json.dumps({**value, "scripts": kept}, sort_keys=True)
    except (ValueError, RecursionError, AttributeError, TypeError):
        return ""


def _public_digest(tree: SourceTree) -> str:
    total = hashlib.sha256()
    for path, entry in tree.entries.items():
        if not entry.secret:
            row = f"{path}\0{entry.digest}\0{int(entry.executable)}\n"
            total.update(row.encode("utf-8", errors="surrogateescape"))
    return total.hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotRecord:
    """What verifier remembers of a snapshot image: which source it holds, which installs it did."""

    image: str
    manifest: Mapping[str, str]
    installed: tuple[Mapping[str, str], ...]
    seconds: float
    log: str
    """The log of the install, so that a run from the snapshot shows a whole log."""
    size_bytes: int = 0
    """What the image takes on the engine's disk, beyond the image it was made from."""
    measure: str = ""
    """Which files of which sizes and times it holds, and the start of the machine it was made
    under, so that a spoiled one is known; empty if unknown."""


class SnapshotIndex:
    """The records of snapshots, one JSON file each, in verifier's own cache folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def get(self, key: str) -> SnapshotRecord | None:
        """The record of a key; None if there is none or it cannot be read."""
        file = self._folder / f"{key}.json"
        try:
            value = json.loads(file.read_text(encoding="utf-8"))
            os.utime(file)
            return SnapshotRecord(
                image=str(value["image"]),
                manifest=dict(value["manifest"]),
                installed=tuple(dict(i) for i in value["installed"]),
                seconds=float(value["seconds"]),
                log=str(value["log"]),
                size_bytes=int(value.get("size_bytes", 0)),
                measure=str(value.get("measure", "")),
            )
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def put(self, key: str, record: SnapshotRecord) -> None:
        """Write the record at once or not at all."""
        body = json.dumps(
            {
                "image": record.image,
                "manifest": dict(record.manifest),
                "installed": [dict(i) for i in record.installed],
                "seconds": record.seconds,
                "log": record.log,
                "size_bytes": record.size_bytes,
                "measure": record.measure,
            }
        )
        part = self._folder / f"{key}.{os.getpid()}-{threading.get_ident()}.part"
        part.write_text(body, encoding="utf-8")
        part.chmod(0o600)
        part.replace(self._folder / f"{key}.json")

    def drop(self, key: str) -> None:
        """Forget a snapshot."""
        (self._folder / f"{key}.json").unlink(missing_ok=True)

    def beyond(self, most: int, most_bytes: int) -> list[str]:
        """The keys of the snapshots longest unused, beyond the number and bytes that may stay."""
        used: list[tuple[float, str, int]] = []
        for file in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, AttributeError, TypeError):
                size = int(json.loads(file.read_text(encoding="utf-8")).get("size_bytes", 0))
                used.append((file.stat().st_mtime, file.stem, size))
        total, gone = 0, []
        for number, (_, key, size) in enumerate(sorted(used, reverse=True)):
            total += size
            if number >= most or total > most_bytes:
                gone.append(key)
        return gone

    def images(self) -> frozenset[str]:
        """The ids of all images that records speak of."""
        found: set[str] = set()
        for file in self._folder.glob("*.json"):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                found.add(str(json.loads(file.read_text(encoding="utf-8"))["image"]))
        return frozenset(found)

    def clear(self) -> None:
        """Forget every snapshot."""
        for file in self._folder.glob("*.json"):
            file.unlink(missing_ok=True)
