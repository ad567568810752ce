"""Install commands: which one the platform runs, and the same without a frozen lockfile.

A manifest that gains a dependency no longer fits its lockfile. A person would run the install and
commit both; a trial can only let the install write what is missing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from verifier.factors._edits import Edit
from verifier.factors._json_text import set_value
from verifier.model.environment import Manager
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree
from verifier.vercel.managers import INSTALL_ARGV, is_frozen_by_default
from verifier.vercel.manifests import manifest_in

_INSTALL: Final[Mapping[Manager, re.Pattern[str]]] = {
    Manager.NPM: re.compile(r"\bnpm\s+(?:ci|clean-install)\b"),
    Manager.PNPM: re.compile(r"\bpnpm\s+(?:install|i)\b(?!-)"),
    Manager.YARN: re.compile(r"\byarn(?:\s+install)?\b(?![\w-]|\s+[a-z])"),
    Manager.BUN: re.compile(r"\bbun\s+(?:install|i|ci)\b"),
}
_FROZEN: Final = re.compile(r"\s--(?:frozen-lockfile|immutable|ci)(?:=true)?(?=\s|$)")
_LOOSE: Final[Mapping[Manager, str]] = {
    Manager.NPM: "npm install",
    Manager.PNPM: "pnpm install --no-frozen-lockfile",
    Manager.YARN: "yarn install --no-immutable",
    Manager.BUN: "bun install",
}


def custom_command(project: Project, recipe: Recipe) -> str | None:
    """The install command that a person chose, None for the platform's default.

    `vercel.json` wins over the settings. Source: vercel CLI, `pickOverrides`, seen 2026-08-03.
    """
    path = project.vercel_json_path
    config = _read(recipe.source.text(path)) if path is not None else {}
    said = config.get("installCommand")
    return said if isinstance(said, str) else recipe.environment.settings.install_command


def build_words(project: Project, recipe: Recipe) -> str:
    """Every command that the platform's build may run, scripts of the top included.

    Below a root of Turborepo the default build command is `turbo run build`.
    Source: vercel CLI, `setMonorepoDefaultSettings`, seen 2026-08-03.
    """
    path = project.vercel_json_path
    config = _read(recipe.source.text(path)) if path is not None else {}
    said = config.get("buildCommand")
    chosen = said if isinstance(said, str) else recipe.environment.settings.build_command
    if chosen:
        words = [chosen]
    else:
        scripts = project.manifest.scripts if project.manifest is not None else {}
        names = ("vercel-build", "now-build", "build")
        name = next((n for n in names if n in scripts), None)
        words = [scripts[name]] if name is not None else []
        if project.root and name != names[0] and "turbo.json" in recipe.source:
            words.append("turbo run build")
    top = manifest_in(project.manifests, "")
    for name, script in (top.scripts if top is not None else {}).items():
        if any(f"run {name}" in w or f" {name}" in w for w in words):
            words.append(script)
    return " ; ".join(words)


def is_frozen(project: Project, clean: Recipe) -> bool:
    """Whether the clean install refuses a lockfile that does not fit."""
    manager = clean.environment.manager
    command = custom_command(project, clean)
    if command is None:
        return is_frozen_by_default(manager)
    if "--no-frozen-lockfile" in command or "--no-immutable" in command:
        return False
    if manager.manager is Manager.NPM:
        return _INSTALL[Manager.NPM].search(command) is not None
    return is_frozen_by_default(manager) or _FROZEN.search(command) is not None


def loosening(project: Project, clean: Recipe) -> Edit:
    """An edit by which the clean install may complete its lockfile."""
    manager = clean.environment.manager
    path = project.vercel_json_path
    in_file = path is not None and "installCommand" in _read(clean.source.text(path))
    # yarn 1 knows no such flag, and its default is not frozen either.
    flags = _LOOSE.get(manager.manager, "")
    if manager.manager is Manager.YARN and (manager.major or 1) < 2:
        flags = "yarn install"

    def loosen(recipe: Recipe) -> Recipe:
        command = custom_command(project, recipe)
        if command is None:
            # The default install never sees NODE_ENV, a custom one does.
            plain = " ".join(INSTALL_ARGV[manager.manager])
            command = f"env -u NODE_ENV {flags or plain}"
        else:
            command = _loosened(command, manager.manager, flags)
        if in_file and path is not None:
            text = recipe.source.text(path) or ""
            edited = set_value(text, ("installCommand",), command)
            if edited is None or edited == text:
                return recipe
            return replace(recipe, source=recipe.source.with_bytes(path, edited.encode()))
        settings = replace(recipe.environment.settings, install_command=command)
        return replace(recipe, environment=replace(recipe.environment, settings=settings))

    return loosen


def without_loosening(project: Project, clean: Recipe, source: SourceTree) -> SourceTree:
    """The source of a repair with the install command as it was, if it was only loosened.

    A trial lets the install complete the lockfile; what ships is the completed lockfile.
    """
    path = project.vercel_json_path
    if path is None or path not in source or path not in clean.source:
        return source
    before = _read(clean.source.text(path)).get("installCommand")
    after = _read(source.text(path)).get("installCommand")
    if not isinstance(before, str) or before == after:
        return source
    loose = _read(loosening(project, clean)(clean).source.text(path)).get("installCommand")
    if after != loose:
        return source
    restored = set_value(source.text(path) or "", ("installCommand",), before)
    return source if restored is None else source.with_bytes(path, restored.encode())


def _loosened(command: str, manager: Manager, flags: str) -> str:
    pattern = _INSTALL.get(manager)
    if pattern is None or not flags or flags in command:
        return _FROZEN.sub("", command)
    return pattern.sub(lambda _: flags, _FROZEN.sub("", command))


def _read(text: str | None) -> Mapping[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
