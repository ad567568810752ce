"""The build as the platform would do it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from verifier.factors._dummies import dummy_value, shape_of
from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    ManagerChoice,
    Origin,
    Settings,
    Variable,
)
from verifier.model.project import EnvEntry, Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.model.source import SourceTree
from verifier.plan.values import PlanOptions, SourceMode
from verifier.vercel.frameworks import FRAMEWORKS
from verifier.vercel.ignore import apply_vercelignore
from verifier.vercel.limits import PLANS, plan_named
from verifier.vercel.managers import COREPACK_VARIABLE, Selection, select_manager
from verifier.vercel.manifests import nearest_manifest, pinning_manifest
from verifier.vercel.node_versions import NodeChoice, NodeRefusal, newest, select_node
from verifier.vercel.variables import (
    BUILD_FLAGS,
    PULLED_NAMES,
    QUIET_FLAGS,
    RESERVED,
    SYSTEM_NAMES,
    CommitFacts,
    is_platform_name,
    prefixed_variables,
    system_variables,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanPlan:
    """The clean recipe with the choices behind it."""

    recipe: Recipe
    node: NodeChoice | NodeRefusal
    manager: Selection
    notes: tuple[str, ...]


def plan_clean(project: Project, *, today: date, options: PlanOptions) -> CleanPlan:
    """The recipe of the platform's build, whether or not the platform would start it."""
    source = clean_source(project, options.source)
    settings = _settings(project, options)
    node = _node(project, today)
    manager = _manager(project, source)
    variables, notes = _variables(project, settings, options)
    environment = Environment(
        name="clean",
        driver=Driver.PLATFORM,
        # A refused range leaves no major; the platform's own words come from the newest one.
        node_major=node.major if isinstance(node, NodeChoice) else newest(),
        manager=manager.choice,
        tree=InstalledTree(),
        variables=variables,
        settings=settings,
        limits=PLANS[plan_named(settings.plan)].machine,
        network=options.network,
    )
    if isinstance(node, NodeChoice):
        notes += node.warnings
    notes += _assumptions(project, manager.choice)
    recipe = Recipe(source=source, environment=environment)
    return CleanPlan(recipe=recipe, node=node, manager=manager, notes=notes)


def clean_source(project: Project, mode: SourceMode) -> SourceTree:
    """The files that reach the build: delivered ones, less what `.vercelignore` removes."""
    tree = project.committed if mode is SourceMode.GIT else project.upload
    where = f"{project.root}/.vercelignore" if project.root else ".vercelignore"
    tree = apply_vercelignore(tree, project.vercelignore, project.root if where in tree else "")
    # The platform writes this folder itself; a committed one would bring its own variables.
    link = f"{project.root}/.vercel/" if project.root else ".vercel/"
    return tree.without(*(p for p in tree if p.startswith((".vercel/", link))))


def _settings(project: Project, options: PlanOptions) -> Settings:
    known = project.settings
    return replace(
        known,
        framework=known.framework or project.framework,
        root_directory=known.root_directory or project.root or None,
        plan=options.plan or known.plan,
    )


def _node(project: Project, today: date) -> NodeChoice | NodeRefusal:
    manifest = nearest_manifest(project.manifests, project.root)
    engines = None if manifest is None else manifest.engines.get("node")
    return select_node(engines, project.settings.node_version, today=today)


def _manager(project: Project, source: SourceTree) -> Selection:
    lockfiles = tuple(f for f in project.lockfiles if f.path in source)
    corepack = _entry(project, COREPACK_VARIABLE)
    return select_manager(
        lockfiles,
        nearest_manifest(project.manifests, project.root),
        root=project.root,
        created_at_ms=project.settings.created_at_ms,
        corepack=corepack is not None and corepack.value == Secret("1"),
        pins=pinning_manifest(project.manifests, lockfiles, project.root),
    )


def _entry(project: Project, name: str) -> EnvEntry | None:
    return next((e for e in project.production or () if e.name == name), None)


def _variables(
    project: Project, settings: Settings, options: PlanOptions
) -> tuple[tuple[Variable, ...], tuple[str, ...]]:
    found: dict[str, Variable] = {}
    notes: list[str] = []

    def put(values: dict[str, str], origin: Origin) -> None:
        for name, value in values.items():
            found.setdefault(name, Variable(name=name, value=Secret(value), origin=origin))

    system = system_variables(project.name, _commit(project))
    put(system, Origin.SYSTEM)
    for entry in project.production or ():
        if _is_pulled(entry, found):
            continue  # a pulled file holds them empty; the build has real ones
        if entry.name in RESERVED:
            notes.append(f"{entry.name} is a reserved name; the platform does not take it")
            continue
        found[entry.name] = _production(project, entry, options)
    for variable in _configured(project):
        found.setdefault(variable.name, variable)
    put(dict(BUILD_FLAGS), Origin.PLATFORM)
    put(dict(QUIET_FLAGS), Origin.TOOLCHAIN)
    prefix = next((f.env_prefix for f in FRAMEWORKS if f.slug == settings.framework), None)
    put(prefixed_variables(system, prefix), Origin.SYSTEM)
    hidden = sorted(v.name for v in found.values() if v.value is None)
    if hidden:
        notes.append(f"values hidden on the platform, absent here: {', '.join(hidden)}")
    notes.extend(_stand_in_notes(project, found, options))
    if project.production is None:
        notes.append("nothing is known of the production variables; only committed files count")
    return tuple(found[n] for n in sorted(found)), tuple(notes)


def _configured(project: Project) -> Iterator[Variable]:
    """Variables that vercel.json sets for the build; `@name` is a secret nobody can read here.

    Source: project configuration page, legacy property `build.env`, seen 2026-08-20.
    """
    build = (project.vercel_json or {}).get("build")
    given = build.get("env") if isinstance(build, dict) else None
    for name, value in given.items() if isinstance(given, dict) else ():
        if isinstance(name, str) and isinstance(value, str) and name not in RESERVED:
            secret = None if value.startswith("@") else Secret(value)
            where = project.vercel_json_path or ""
            yield Variable(name=name, value=secret, origin=Origin.PRODUCTION, where=where)


def _is_pulled(entry: EnvEntry, found: Mapping[str, Variable]) -> bool:
    """Whether an entry is one that a pull writes and that nobody set."""
    if entry.name in PULLED_NAMES or (entry.name in SYSTEM_NAMES and entry.name in found):
        return True
    return entry.value is not None and entry.value.is_empty and is_platform_name(entry.name)


def _production(project: Project, entry: EnvEntry, options: PlanOptions) -> Variable:
    where = f"{project.production_file}:{entry.line}" if project.production_file else ""
    value = entry.value
    if value is None and options.stand_ins:
        value = Secret(dummy_value(entry.name))
        where = f"{where} (hidden value, a stand-in of its shape)".strip()
    return Variable(name=entry.name, value=value, origin=Origin.PRODUCTION, where=where)


def _stand_in_notes(
    project: Project, found: Mapping[str, Variable], options: PlanOptions
) -> Iterator[str]:
    """A word on every variable whose real value only the platform knows."""
    unknown = {e.name for e in project.production or () if e.value is None}
    for name in sorted(unknown & set(found)) if options.stand_ins else ():
        if found[name].origin is Origin.PRODUCTION:
            shape = shape_of(name).words
            yield f"the value of {name} is hidden on the platform; {shape} stands in for it here"


def _commit(project: Project) -> CommitFacts:
    git = project.git
    if git is None:
        return CommitFacts()
    return CommitFacts(sha=git.head or "", branch=git.branch or "", message=git.message)


def _assumptions(project: Project, choice: ManagerChoice) -> tuple[str, ...]:
    notes = []
    if not project.settings_known:
        notes.append("the project's settings on the platform are unknown; defaults are assumed")
    if project.settings.created_at_ms is None and choice.major == 9:
        notes.append("the project's age is unknown; an older one installs with pnpm 9")
    return tuple(notes)
