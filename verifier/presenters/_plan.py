"""The text of a plan: both builds side by side before anything is run; never a value."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from verifier.model.difference import Difference
from verifier.model.environment import Driver, TreeMode
from verifier.model.outcome import Outcome
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.presenters._plan_files import file_sections
from verifier.presenters._plan_variables import variable_rows
from verifier.presenters.text import safe
from verifier.vercel.frameworks import preset
from verifier.vercel.managers import INSTALL_ARGV
from verifier.vercel.manifests import nearest_manifest

_LABEL: Final = 13
_COLUMN: Final = 42
_WIDTH: Final = 100
_SHOWN_ELSEWHERE: Final = frozenset({"toolchain", "variables", "files"})

Row = tuple[str, str, str]


def render_plan(
    project: Project,
    *,
    clean: Recipe,
    local: Recipe | None,
    differences: Sequence[Difference] = (),
    notes: Sequence[str] = (),
    refusals: Sequence[Outcome] = (),
) -> str:
    """Both builds, what tells them apart, and what had to be assumed, ending in a newline."""
    sections = [
        _head(project),
        _table(_rows(project, clean, local)),
        _listed("The platform refuses this before it builds", _refused(refusals)),
        *(_listed(title, rows) for title, rows in file_sections(project, clean)),
        _listed("Variables (names only)", variable_rows(project, clean, local)),
        _listed("Other differences", _others(differences)),
        _listed("Problems", _problems(project)),
        _listed("Assumed, or not carried over", notes),
        "Nothing was run.\n",
    ]
    return "\n".join(s for s in sections if s)


def _head(project: Project) -> str:
    git = project.git
    framework = project.framework or "no framework preset"
    if project.framework and project.framework_version:
        framework += f" {project.framework_version}"
    state = "not under version control"
    if git is not None:
        state = f"commit {git.head[:12]}" if git.head else "no commit yet"
        state += f" on {git.branch}" if git.branch else ", detached" if git.head else ""
    return f"{safe(project.name)}: {safe(framework)}; {safe(state)}\n"


def _rows(project: Project, clean: Recipe, local: Recipe | None) -> Iterator[Row]:
    yield ("", "clean (as the platform builds)", "local (as found here)" if local else "")
    delivered = "git delivers" if project.git and project.git.head else "an upload sends"
    yield (
        "source",
        f"{len(clean.source)} files that {delivered}",
        f"{len(local.source)} files on disk" if local else "",
    )
    yield ("root", project.root or ". (the top of the repository)", "")
    yield ("framework", project.framework or "other (no preset)", "")
    yield ("node", *_node(project, clean, local))
    yield ("manager", *_manager(clean, local))
    yield ("lockfiles", _lockfiles(project, clean), "")
    yield ("install", _install(project, clean), _tree(local))
    yield ("build", *_build(project, clean, local))
    yield ("output", _output(project, clean), "")
    machine = clean.environment.limits
    theirs = f"{local.environment.limits.memory_mib} MiB at most" if local else ""
    yield ("memory", f"{machine.memory_mib} MiB, {machine.cpus:g} CPUs", theirs)


def _node(project: Project, clean: Recipe, local: Recipe | None) -> tuple[str, str]:
    manifest = nearest_manifest(project.manifests, project.root)
    asked = None if manifest is None else manifest.engines.get("node")
    chosen = project.settings.node_version
    if asked:
        why = f'"engines.node" is "{asked}"'
    elif chosen:
        why = f'the project setting is "{chosen}"'
    else:
        why = "the platform's default"
    mine = ""
    if local is not None:
        found = project.machine.node_version
        mine = f"{local.environment.node_major}.x" + (f" ({found} found)" if found else "")
    elif project.machine.node_version and project.machine.has_evidence:
        mine = f"{project.machine.node_version}, as recorded"
    return f"{clean.environment.node_major}.x, because {why}", mine


def _manager(clean: Recipe, local: Recipe | None) -> tuple[str, str]:
    def words(recipe: Recipe) -> str:
        chosen = recipe.environment.manager
        major = "" if chosen.major is None else f" {chosen.major}"
        return f"{chosen.manager.value}{major}" + (f", because {chosen.why}" if chosen.why else "")

    return words(clean), words(local) if local else ""


def _lockfiles(project: Project, clean: Recipe) -> str:
    if not project.lockfiles:
        return "none: the install takes what the ranges allow today"
    manager = clean.environment.manager.manager.value
    parts = []
    for lockfile in project.lockfiles:
        kind = lockfile.kind.name.partition("_")[0].lower().replace("shrinkwrap", "npm")
        counts = lockfile.path in clean.source and kind == manager
        state = "counts" if counts else "ignored"
        if not lockfile.committed:
            state = "not committed"
        behind = f", behind package.json: {', '.join(lockfile.drifted[:4])}"
        parts.append(f"{lockfile.path} ({state}{behind if lockfile.drifted else ''})")
    return "; ".join(parts)


def _install(project: Project, clean: Recipe) -> str:
    told = (project.vercel_json or {}).get("installCommand")
    if isinstance(told, str):
        return f"{told or 'nothing'}, because vercel.json says so"
    setting = clean.environment.settings.install_command
    if setting is not None:
        return f"{setting or 'nothing'}, a project setting"
    return " ".join(INSTALL_ARGV[clean.environment.manager.manager])


def _tree(local: Recipe | None) -> str:
    if local is None:
        return ""
    tree = local.environment.tree
    match tree.mode:
        case TreeMode.AS_FOUND:
            return "node_modules as found on disk"
        case TreeMode.FRESH:
            command = tree.install_command
            return command or " ".join(INSTALL_ARGV[local.environment.manager.manager])


def _build(project: Project, clean: Recipe, local: Recipe | None) -> tuple[str, str]:
    mine = ""
    if local is not None:
        mine = local.environment.build_script or local.environment.driver.value
    told = (project.vercel_json or {}).get("buildCommand")
    setting = clean.environment.settings.build_command
    manifest = project.manifest
    scripts = manifest.scripts if manifest is not None else {}
    known = preset(project.framework)
    if isinstance(told, str):
        words = f"{told or 'nothing'}, because vercel.json says so"
    elif setting is not None:
        words = f"{setting or 'nothing'}, a project setting"
    elif "vercel-build" in scripts:
        words = f'"vercel-build" script: {scripts["vercel-build"]}'
    elif "build" in scripts:
        words = f'"build" script: {scripts["build"]}'
    elif known is not None and known.build:
        words = f"{known.build}, the preset's"
    else:
        words = "nothing to build"
    if clean.environment.driver is Driver.PLATFORM:
        words += " (inside vercel build --prod)"
    return words, mine


def _output(project: Project, clean: Recipe) -> str:
    told = (project.vercel_json or {}).get("outputDirectory")
    if isinstance(told, str):
        return f"{told}, because vercel.json says so"
    setting = clean.environment.settings.output_directory
    if setting is not None:
        return f"{setting}, a project setting"
    known = preset(project.framework)
    if known is None:
        return "public, or the whole folder"
    return known.output or "as the framework's builder decides"


def _refused(refusals: Sequence[Outcome]) -> Iterator[str]:
    for refusal in refusals:
        if refusal.signature is not None:
            s = refusal.signature
            yield f"{s.stage.word}: {s.line}" + (f" ({s.subject})" if s.subject else "")


def _others(differences: Sequence[Difference]) -> Iterator[str]:
    for group in differences:
        if group.subject in _SHOWN_ELSEWHERE:
            continue
        for one in group.children or (group,):
            sides = " | ".join(
                f"{name} {value}"
                for name, value in (("local", one.local), ("clean", one.clean))
                if value is not None
            )
            note = f"   {one.note}" if one.note else ""
            yield f"{one.subject}: {sides}{note}"


def _problems(project: Project) -> Iterator[str]:
    for problem in project.problems:
        if problem.fatal:
            continue  # told as what the platform refuses
        place = problem.file or ""
        place += f":{problem.line}" if problem.file and problem.line else ""
        yield f"{problem.what}{f' ({place})' if place else ''}: {problem.why}"


def _table(rows: Iterable[Row]) -> str:
    lines = []
    for label, clean, local in rows:
        left = _wrapped(clean)
        right = _wrapped(local)
        for n in range(max(len(left), len(right), 1)):
            one = left[n] if n < len(left) else ""
            other = right[n] if n < len(right) else ""
            name = label if n == 0 else ""
            lines.append(f"{name:<{_LABEL}}{one:<{_COLUMN}}  {other}".rstrip())
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(safe(text), _COLUMN, break_on_hyphens=False)


def _listed(title: str, rows: Iterable[str]) -> str:
    lines = []
    for row in rows:
        lines += textwrap.wrap(
            safe(row),
            _WIDTH,
            initial_indent="   ",
            subsequent_indent="      ",
            break_on_hyphens=False,
            break_long_words=False,
        )
    return f"{title}\n" + "\n".join(lines) + "\n" if lines else ""
