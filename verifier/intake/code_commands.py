"""What an install and a build start by themselves: commands, scripts and configuration files."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Final

from verifier.intake.code_jsonc import as_table, parse_jsonc
from verifier.intake.code_parse import MODULES, suffix_of
from verifier.intake.resolve import Resolver
from verifier.model.project import Manifest

_CONFIGS: Final = frozenset(
    {
        "app", "astro", "babel", "contentlayer", "craco", "farm", "gatsby", "next", "nuxt",
        "postcss", "qwik", "react-router", "remix", "rolldown", "rollup", "rsbuild", "solid",
        "source", "svelte", "tailwind", "uno", "unocss", "velite", "vike", "vite", "vue", "waku",
        "webpack", "windi", "content-collections",
    }
)  # fmt: skip
"""Tools that a build loads their `<name>.config.*` for."""
_LIFECYCLE: Final = (
    "preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare",
    "prebuild", "build", "postbuild", "vercel-build", "now-build",
)  # fmt: skip
_TOKEN: Final = re.compile(r"""[^\s"'`;&|()<>=,]+""")
MAX_SCRIPTS: Final = 60
"""Scripts followed from one to the next."""


def config_files(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    """Configuration files of tools that the build, or one of its scripts, starts."""
    commands = " ".join(build_commands(resolver, manifest))
    for path in files_at(resolver, r"[\w.-]+\.config\.\w+|content-collections\.\w+|codegen\.\w+"):
        tool = path.rsplit("/", 1)[-1].split(".", 1)[0]
        started = re.search(rf"(?<![\w-]){re.escape(tool)}(?![\w-])", commands)
        if tool in _CONFIGS or started is not None:
            yield path


def script_files(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    """Local files that the scripts of an install or a build name."""
    for command in build_commands(resolver, manifest):
        for token in tokens(command):
            path = join(resolver.root, token.removeprefix("./"))
            if suffix_of(path) in MODULES and path in resolver.tree:
                yield path
            elif "/" in token and suffix_of(token) == "":
                found = resolver.lookup(path)
                if found is not None and suffix_of(found) in MODULES:
                    yield found


def build_commands(resolver: Resolver, manifest: Manifest | None) -> list[str]:
    """The commands of an install and a build, with the scripts that they call."""
    scripts: Mapping[str, str] = {} if manifest is None else manifest.scripts
    commands = []
    settings = resolver.tree.text(join(resolver.root, "vercel.json"))
    for key in ("installCommand", "buildCommand"):
        value = as_table(parse_jsonc(settings or "")).get(key)
        if isinstance(value, str):
            commands.append(value)
    names = [name for name in _LIFECYCLE if name in scripts]
    seen = set(names)
    queue = [*commands, *(scripts[name] for name in names)]
    while queue and len(commands) < MAX_SCRIPTS:
        command = queue.pop(0)
        commands.append(command)
        for token in tokens(command):
            for name in (token, f"pre{token}", f"post{token}"):
                if name in scripts and name not in seen:
                    seen.add(name)
                    queue.append(scripts[name])
    return commands


def tokens(command: str) -> list[str]:
    """The words of a command line, quotes and operators taken away."""
    return [word for word in _TOKEN.findall(command[:20000])[:200] if len(word) <= 300]


def files_at(resolver: Resolver, pattern: str) -> Iterator[str]:
    """The modules directly in the application's folder whose names match a pattern."""
    prefix = f"{resolver.root}/" if resolver.root else ""
    expression = re.compile(pattern)
    for path in resolver.tree:
        if not path.startswith(prefix) or suffix_of(path) not in MODULES:
            continue
        if expression.fullmatch(path[len(prefix) :]) is not None:
            yield path
