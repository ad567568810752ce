"""The build as a developer does it on the machine at hand, to be replayed in a container."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from verifier.factors._dummies import dummy_value
from verifier.factors._packages import undeclared_local
from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    Manager,
    ManagerChoice,
    Origin,
    PackageSpec,
    TreeMode,
    Variable,
)
from verifier.model.project import LocalMachine, Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.plan.values import LocalMode, PlanOptions
from verifier.vercel.frameworks import preset
from verifier.vercel.image_facts import LOCAL_NODE_MAJORS
from verifier.vercel.managers import INSTALL_ARGV, select_manager
from verifier.vercel.manifests import nearest_manifest
from verifier.vercel.variables import QUIET_FLAGS

_MAJOR: Final = re.compile(r"^v?(\d+)")
_TRUE: Final = frozenset({"", "true", "1", "yes"})
_MEMORY_MIB: Final = 16 * 1024
"""A laptop has more memory than a build machine; the engine clamps this to what there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPlan:
    """The local recipe and what could not be carried into it."""

    recipe: Recipe
    notes: tuple[str, ...]


def plan_local(project: Project, clean: Recipe, *, options: PlanOptions) -> LocalPlan | None:
    """The recipe of the developer's build, None where nothing local is known or wanted."""
    match options.local:
        case LocalMode.NONE:
            return None
        case LocalMode.AUTO:
            if not project.machine.has_evidence:
                return None
        case LocalMode.REPLAY | LocalMode.RECORDED:
            pass
    machine = project.machine
    said: Mapping[str, Any] = project.config.get("local") or {}
    node, node_notes = _node(machine, said, clean, options)
    manager = _manager(project, said, clean)
    tree, tree_notes = _tree(project, manager, said)
    notes = (*node_notes, *tree_notes, *_shell_notes(said))
    environment = Environment(
        name="local",
        driver=Driver.SCRIPT,
        node_major=node,
        manager=manager,
        tree=tree,
        variables=_variables(clean, said),
        # A developer builds where the application is, whatever the platform is set to.
        settings=replace(clean.environment.settings, root_directory=project.root or None),
        build_script=build_script(project, manager.manager, said),
        limits=replace(clean.environment.limits, memory_mib=_MEMORY_MIB),
        network=clean.environment.network,
        notes=notes,
    )
    return LocalPlan(recipe=Recipe(source=project.working, environment=environment), notes=notes)


def build_script(project: Project, manager: Manager, said: Mapping[str, Any]) -> str:
    """What a developer types to build; `true` where there is nothing to build."""
    told = said.get("build_command")
    if isinstance(told, str) and told:
        return told
    manifest = project.manifest
    if manifest is not None and "build" in manifest.scripts:
        return f"{manager.value} run build"
    command = project.settings.build_command
    if command is None:
        framework = preset(project.settings.framework or project.framework)
        command = None if framework is None else framework.build
    if not command:
        return "true"
    # Typed by hand, the commands of installed packages are reached through the package manager.
    return f'PATH="$PWD/node_modules/.bin:$PATH"; {command}'


def _node(
    machine: LocalMachine, said: Mapping[str, Any], clean: Recipe, options: PlanOptions
) -> tuple[int, tuple[str, ...]]:
    asked = options.node_local or _major(said.get("node")) or _major(machine.node_version)
    if asked is None:
        major = clean.environment.node_major
        return major, (f"the local Node.js is unknown; {major} is assumed, as on the platform",)
    if asked in LOCAL_NODE_MAJORS:
        return asked, ()
    nearest = min(LOCAL_NODE_MAJORS, key=lambda m: (abs(m - asked), -m))
    return nearest, (f"Node.js {asked} cannot be replayed here; {nearest} stands in for it",)


def _manager(project: Project, said: Mapping[str, Any], clean: Recipe) -> ManagerChoice:
    machine = project.machine
    told = said.get("manager")
    if isinstance(told, str):
        chosen = Manager(told)
    elif machine.manager is not None:
        chosen = machine.manager
    else:
        selection = select_manager(
            (f for f in project.lockfiles if f.path in project.working),
            nearest_manifest(project.manifests, project.root),
            root=project.root,
            created_at_ms=project.settings.created_at_ms,
        )
        return replace(selection.choice, why=f"assumed: {selection.choice.why}")
    platform = clean.environment.manager
    major = _major(machine.manager_version)
    if chosen is not platform.manager:
        return ManagerChoice(manager=chosen, major=major, why="found on this machine")
    # An unknown version is taken as the platform's, so that it is no difference.
    known = platform.major if major is None or platform.major is None else major
    return ManagerChoice(manager=chosen, major=known, why="found on this machine")


def _tree(
    project: Project, manager: ManagerChoice, said: Mapping[str, Any]
) -> tuple[InstalledTree, tuple[str, ...]]:
    machine = project.machine
    outer = _specs(machine.outer)
    notes = []
    if outer:
        names = ", ".join(p.name for p in outer)
        notes.append(f"resolved from a folder above the project: {names}")
    command = _install_command(machine, manager.manager, said)
    if machine.tree_path is not None and machine.installed:
        if _runs_here(machine.native_platform):
            tree = InstalledTree(
                mode=TreeMode.AS_FOUND,
                found=_tree_digest(machine),
                added=outer,
                install_command=command,
            )
            return tree, tuple(notes)
        notes.append(
            f"node_modules was installed for {machine.native_platform}; "
            "the local side installs anew and adds what was found undeclared"
        )
    extra = _specs({**undeclared_local(project), **machine.outer})
    return InstalledTree(added=extra, install_command=command), tuple(notes)


def _install_command(
    machine: LocalMachine, manager: Manager, said: Mapping[str, Any]
) -> str | None:
    told = said.get("install_command")
    if isinstance(told, str) and told:
        return told
    flags = [
        f"--{name}"
        for name in ("legacy-peer-deps", "force")
        if machine.npmrc.get(name, "false").strip().lower() in _TRUE
    ]
    if manager is Manager.NPM and flags:
        return " ".join([*INSTALL_ARGV[manager], *flags])
    return None


def _runs_here(native_platform: str) -> bool:
    return not native_platform or (
        native_platform.startswith("linux") and not native_platform.endswith("musl")
    )


def _tree_digest(machine: LocalMachine) -> str:
    rows = "\n".join(f"{k}@{v}" for k, v in sorted(machine.installed.items()))
    return hashlib.sha256(f"{machine.native_platform}\n{rows}".encode()).hexdigest()


def _specs(packages: Mapping[str, str]) -> tuple[PackageSpec, ...]:
    return tuple(PackageSpec(name=n, version=v) for n, v in sorted(packages.items()) if v)


def _major(text: object) -> int | None:
    found = _MAJOR.match(text.strip()) if isinstance(text, str) else None
    return None if found is None else int(found[1])


def _variables(clean: Recipe, said: Mapping[str, Any]) -> tuple[Variable, ...]:
    """The developer's process: what is said to be set in the shell, at Production's value if known.

    The value itself is not known; a stand-in keeps the name present, as it is on that machine.
    """
    found = {
        n: Variable(name=n, value=Secret(v), origin=Origin.TOOLCHAIN)
        for n, v in QUIET_FLAGS.items()
    }
    names: Iterable[str] = said.get("env") or ()
    for name in names:
        given = clean.environment.variable(name)
        value = given.value if given is not None else None
        found[name] = Variable(
            name=name,
            value=value or Secret(dummy_value(name)),
            origin=Origin.LOCAL,
            where="the developer's shell",
        )
    return tuple(found[n] for n in sorted(found))


def _shell_notes(said: Mapping[str, Any]) -> tuple[str, ...]:
    names: Iterable[str] = said.get("env") or ()
    listed = ", ".join(sorted(names))
    if not listed:
        return ()
    return (f"set in the developer's shell, of unknown value, a stand-in is used: {listed}",)
