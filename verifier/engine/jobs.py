"""What is put into a container to run a recipe: its job file, its search path, its settings."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from verifier.engine.archive import EPOCH_S
from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    Manager,
    PackageSpec,
    TreeMode,
)
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree

ROOT = "/vercel/path0"
"""Where the platform checks a repository out. Source: build logs, seen 2026-09."""
TOOLS = "/opt/verifier"
NODE = "/node24/bin/node"
CLI = "/opt/vercel-cli/node_modules/vercel/dist/vc.js"
GO = f"{TOOLS}/go"
_DOWNLOADS = ("/vercel/.npm/_cacache", "/vercel/.cache/yarn")
"""Packed copies of what an install unpacked: up to half of a snapshot, and of no use to a build.

Stores that node_modules is linked to (pnpm, bun) cost nothing and are no such copies.
"""
_PNPM_FIRST = (12, 6)
_CREATED_AT_MS = 1_790_000_000_000
"""Creation time assumed for a project of unknown age: a recent one (2026-09-21)."""
_INSTALL = {
    Manager.NPM: "npm install --no-audit",
    Manager.PNPM: "pnpm install",
    Manager.YARN: "yarn install",
    Manager.BUN: "bun install",
    Manager.VLT: "vlt install",
}


def app_directory(environment: Environment) -> str:
    """The absolute path of the application inside the container."""
    root = (environment.settings.root_directory or "").strip("/")
    return f"{ROOT}/{root}" if root else ROOT


def search_path(environment: Environment) -> str:
    """PATH as the build sees it before the platform's builder adds to it.

    Source: order seen in a build's environment dump, 2026-09, but for the chosen Node, which the
    platform's wrapper puts where no other can shadow it.
    """
    major = environment.node_major
    parts = []
    if environment.driver is Driver.SCRIPT:
        parts.append(f"{TOOLS}/local-node/{major}/bin")
    parts.append(f"/node{major}/bin")
    if environment.driver is Driver.PLATFORM:
        # A major the platform no longer offers, asked for by a trial only.
        parts.append(f"{TOOLS}/local-node/{major}/bin")
    chosen = environment.manager
    if (
        environment.driver is Driver.SCRIPT
        and chosen.manager is Manager.PNPM
        and chosen.major is not None
    ):
        parts.append(f"/pnpm{chosen.major}/node_modules/.bin")
    parts += [f"/pnpm{n}/node_modules/.bin" for n in _PNPM_FIRST]
    parts += ["/yarn1/node_modules/.bin", "/usr/local/sbin", "/usr/local/bin", "/usr/sbin"]
    parts += ["/usr/bin", "/sbin", "/bin", "/bun1"]
    return ":".join(parts)


def process_environment(recipe: Recipe, extra: Mapping[str, str]) -> dict[str, str]:
    """The variables of the build process, values revealed: only ever written into a job file."""
    env = recipe.environment
    variables = {
        "HOME": "/vercel",
        "PATH": search_path(env),
        "LANG": env.locale,
        "TZ": env.timezone,
        **extra,
    }
    for variable in env.variables:
        if variable.value is not None:
            variables[variable.name] = variable.value.reveal()
    if env.any_pnpm:
        # The name changed with pnpm 11; each major leaves the other's alone.
        variables["npm_config_manage_package_manager_versions"] = "false"
        variables["pnpm_config_pm_on_fail"] = "ignore"
    if env.font_sheets is not None:
        variables["NEXT_FONT_GOOGLE_MOCKED_RESPONSES"] = f"{TOOLS}/web-fonts.cjs"
        variables["VERIFIER_FONT_SHEETS"] = json.dumps(env.font_sheets)
    return variables


def project_json(environment: Environment) -> bytes:
    """`.vercel/project.json` as `vercel pull` leaves it; the CLI reads its settings from there."""
    s = environment.settings
    settings = {
        "createdAt": s.created_at_ms or _CREATED_AT_MS,
        "framework": s.framework,
        "devCommand": s.dev_command,
        "installCommand": s.install_command,
        "buildCommand": s.build_command,
        "outputDirectory": s.output_directory,
        "rootDirectory": s.root_directory,
        "directoryListing": False,
        "nodeVersion": s.node_version or f"{environment.node_major}.x",
    }
    names = {"projectId": "prj_verifier", "orgId": "team_verifier", "projectName": "project"}
    return json.dumps({**names, "settings": settings}).encode()


def install_command(environment: Environment) -> str:
    """The install command of a developer's side."""
    return environment.tree.install_command or _INSTALL[environment.manager.manager]


def packages_to_add(tree: InstalledTree, brought: Container[str]) -> tuple[PackageSpec, ...]:
    """Packages to install into a tree: what it does not bring, and what is exchanged in it.

    brought: the places that the archives of a found tree fill.
    """
    return tuple(
        package
        for package in tree.added
        if package.name in tree.removed or f"/vercel/node_modules/{package.name}" not in brought
    )


def job_file(
    recipe: Recipe,
    *,
    nonce: str,
    extra: Mapping[str, str],
    installed: Sequence[Mapping[str, str]],
    wait: bool,
    message: str,
    trim: bool = False,
) -> bytes:
    """The job for `launch.cjs`; holds secrets, so it goes straight into the container.

    trim: whether downloads are removed after the install, because a snapshot will be taken.
    """
    env = recipe.environment
    variables = process_environment(recipe, extra)
    job: dict[str, Any] = {
        "nonce": nonce,
        "driver": env.driver.value,
        "root": ROOT,
        "app": app_directory(env),
        "disk": env.limits.disk_mib << 20,
        "files": env.limits.files,
        "env": variables,
        "node": NODE,
        "cli": CLI,
        "args": ["build", "--prod", "--cwd", ROOT],
        "git": {"branch": "main", "message": message},
        "hook": {
            "nonce": nonce,
            "go": GO,
            "wait": wait,
            "trim": list(_DOWNLOADS) if trim else [],
            "installed": list(installed),
            "installCommand": _custom_install(recipe),
        },
    }
    if env.driver is Driver.SCRIPT:
        job["build"] = env.build_script or "npm run build"
        job["install"] = None if env.tree.mode is TreeMode.AS_FOUND else install_command(env)
    return json.dumps(job).encode()


def _custom_install(recipe: Recipe) -> str | None:
    """The install command that `vercel.json` or the settings name, None for the default."""
    root = (recipe.environment.settings.root_directory or "").strip("/")
    text = recipe.source.text(f"{root}/vercel.json" if root else "vercel.json")
    if text is not None:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and isinstance(value.get("installCommand"), str):
            return str(value["installCommand"])
    return recipe.environment.settings.install_command


def collect_file(
    recipe: Recipe,
    *,
    markers: Mapping[str, str],
    collect: Sequence[str],
    outputs: Sequence[str],
    types: bool,
) -> bytes:
    """The job for `collect.cjs`; types: whether the project's compiler is asked for all errors."""
    env = recipe.environment
    return json.dumps(
        {
            "driver": env.driver.value,
            "root": ROOT,
            "app": app_directory(env),
            "markers": dict(markers),
            "collect": list(collect),
            "outputs": [env.settings.output_directory or "", *outputs],
            "workspaces": _workspaces(recipe.source),
            "path": _manager_path(env),
            "manager": env.manager.manager.value,
            "sources_until": EPOCH_S + 86_400,
            "types": types,
        }
    ).encode()


def _manager_path(environment: Environment) -> str:
    """PATH with the manager that the builder selects in front, as its own commands have it."""
    chosen, path = environment.manager, search_path(environment)
    if chosen.manager is Manager.PNPM and chosen.major is not None:
        return f"/pnpm{chosen.major}/node_modules/.bin:{path}"
    return path


def _workspaces(tree: SourceTree) -> list[str]:
    found = [p.rpartition("/")[0] for p in tree if p.endswith("/package.json")]
    return [f for f in found if "node_modules" not in f][:200]


@cache
def tools_digest() -> str:
    """Identifies the scripts that a snapshot carries; another version needs another snapshot."""
    total = hashlib.sha256()
    for name, body in sorted(tool_files().items()):
        total.update(name.encode() + b"\0" + body)
    return total.hexdigest()[:16]


def tool_files() -> dict[str, bytes]:
    """The scripts that run inside the container, by file name."""
    folder = resources.files("verifier.engine").joinpath("incontainer")
    return {f.name: f.read_bytes() for f in folder.iterdir() if f.name.endswith(".cjs")}
