"""Recipes of a few files without packages, so that a run takes seconds."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    Limits,
    Manager,
    ManagerChoice,
    Network,
    Origin,
    TreeMode,
    Variable,
)
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.model.source import FileEntry, FileKind, SourceTree

SALT = b"contract"
LIMITS = Limits(memory_mib=1024, build_s=120, log_mib=1)
PACKAGE = '{"name": "tiny", "private": true, "scripts": {"build": "node build.js"}}'


class Memory:
    """A content store in memory."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self._held[digest]

    def put(self, content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        self._held[digest] = content
        return digest


def tree(
    files: Mapping[str, str],
    *,
    secret: frozenset[str] = frozenset(),
    links: frozenset[str] = frozenset(),
) -> SourceTree:
    """A snapshot of text files; of a link the text is the target."""
    store = Memory()
    entries = {
        path: FileEntry(
            digest=store.put(text.encode()),
            size_bytes=len(text.encode()),
            secret=path in secret,
            kind=FileKind.SYMLINK if path in links else FileKind.FILE,
            executable=path.endswith(".sh"),
        )
        for path, text in files.items()
    }
    return SourceTree(entries=entries, store=store)


def variables(values: Mapping[str, str]) -> tuple[Variable, ...]:
    """Variables of the production scope."""
    return tuple(
        Variable(name=n, value=Secret(v), origin=Origin.PRODUCTION)
        for n, v in sorted(values.items())
    )


def script(build: str, *, files: Mapping[str, str] | None = None, **changed: Any) -> Recipe:
    """A developer's build: one shell script, nothing installed."""
    environment = Environment(
        name="local",
        driver=Driver.SCRIPT,
        node_major=24,
        manager=ManagerChoice(manager=Manager.NPM),
        tree=InstalledTree(mode=TreeMode.AS_FOUND),
        build_script="sh build.sh",
        limits=LIMITS,
        network=Network.NONE,
    )
    return Recipe(
        source=tree({"build.sh": build, **(files or {})}),
        environment=replace(environment, **changed),
    )


def platform(source: SourceTree, **changed: Any) -> Recipe:
    """The platform's build of a project without packages."""
    environment = Environment(
        name="clean",
        driver=Driver.PLATFORM,
        node_major=24,
        manager=ManagerChoice(manager=Manager.NPM),
        limits=LIMITS,
        network=Network.NONE,
    )
    return Recipe(source=source, environment=replace(environment, **changed))
