"""Which files are absent because the build itself writes them.

A file counts as written only if something that an install or a build starts names it: a schema
whose generator a script runs, a plug-in's option, a command's argument, a literal in a script.
A generator that nothing starts explains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join
from typing import Final

from verifier.intake.code_commands import (
    build_commands,
    config_files,
    script_files,
    tokens,
)
from verifier.intake.resolve import Resolver
from verifier.intake.resolve_config import clean_path
from verifier.model.project import Manifest

_SCHEMA_OUTPUT: Final = re.compile(r'^\s*output\s*=\s*"([^"\n]{1,300})"', re.MULTILINE)
_LITERAL: Final = re.compile(r"""["'`]([^"'`\n*${}]{2,300})["'`]""")
_EXTENSION: Final = re.compile(r"\.(?:d\.)?[a-z]{1,5}$")
MAX_SCRIPT_BYTES: Final = 1 << 18
_DEFAULTS: Final = (
    ("@tanstack/router-plugin", "", ("src/routeTree.gen", "app/routeTree.gen")),
    ("@tanstack/router-vite-plugin", "", ("src/routeTree.gen",)),
    ("@tanstack/react-start", "", ("src/routeTree.gen", "app/routeTree.gen")),
    ("@tanstack/solid-start", "", ("src/routeTree.gen", "app/routeTree.gen")),
    ("@tanstack/router-cli", "tsr", ("src/routeTree.gen",)),
    ("@pandacss/dev", "panda", ("styled-system",)),
    ("convex", "convex", ("convex/_generated",)),
    ("@inlang/paraglide-js", "paraglide-js", ("src/paraglide", "src/lib/paraglide", "paraglide")),
)
"""Package, the command that must run (none for a plug-in), and what it writes by default.
Source: the documentation of each tool (2026-11).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a build writes, as far as reading tells.

    paths: files or folders, none of which the snapshot holds. names: names of files that
    build scripts mention.
    """

    paths: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()

    def covers(self, wanted: str) -> bool:
        """Whether a path that an import looks for is written by the build."""
        if basename(wanted) in self.names or _stem(basename(wanted)) in self.names:
            return True
        path = wanted
        while path:
            if path in self.paths or _stem(path) in self.paths:
                return True
            path = dirname(path)
        return False


def written_by_build(resolver: Resolver, manifest: Manifest | None) -> Written:
    """What the commands, plug-ins and scripts of a build write."""
    commands = build_commands(resolver, manifest)
    words = {word for command in commands for word in tokens(command)}
    paths = {*resolver.bundler.outputs, *_schema_outputs(resolver, words)}
    for package, command, outputs in _DEFAULTS:
        declared = manifest is not None and manifest.declares(package)
        if declared and (not command or command in words):
            paths.update(join(resolver.root, output) for output in outputs)
    for word in words:
        paths.update(_path(resolver.root, word))
    for file in config_files(resolver, manifest):
        if file in resolver.bundler.files:
            continue
        for literal in _literals(resolver, file):
            paths.update(_path(resolver.root, literal))
    names: set[str] = set()
    for file in script_files(resolver, manifest):
        for literal in _literals(resolver, file):
            paths.update(_path(resolver.root, literal))
            names.add(_stem(basename(literal)) if "." in basename(literal) else "")
    tree = resolver.tree
    return Written(
        paths=frozenset(
            _stem(p) for p in paths if p and p not in tree and not resolver.is_folder(p)
        ),
        names=frozenset(names - {""}),
    )


def _schema_outputs(resolver: Resolver, words: set[str]) -> Iterator[str]:
    """Folders that a Prisma schema names, if a command runs its generator."""
    if "prisma" not in words:
        return
    for path in resolver.tree:
        if path.endswith(".prisma"):
            text = (resolver.tree.text(path) or "")[:MAX_SCRIPT_BYTES]
            for match in _SCHEMA_OUTPUT.finditer(text):
                target = clean_path(join(dirname(path), match.group(1)))
                if target:
                    yield target


def _literals(resolver: Resolver, file: str) -> list[str]:
    text = (resolver.tree.text(file) or "")[:MAX_SCRIPT_BYTES]
    return [match.group(1) for match in _LITERAL.finditer(text)]


def _path(root: str, word: str) -> list[str]:
    """The path that a word names relative to the application, if it looks like one."""
    if "/" not in word and not _EXTENSION.search(word):
        return []
    path = clean_path(join(root, word.lstrip("/")))
    return [path] if path else []


def _stem(path: str) -> str:
    """A path without the extension of a module or a declaration."""
    return _EXTENSION.sub("", path)
