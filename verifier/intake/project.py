"""The parts of intake in order, put together to a `Project`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from verifier.errors import ProjectError
from verifier.intake.capture import apply_capture, read_capture
from verifier.intake.code import read_code
from verifier.intake.deleted import read_deleted
from verifier.intake.layout import Layout, find_layout, join
from verifier.intake.lockfiles import read_lockfiles
from verifier.intake.machine import read_machine
from verifier.intake.manifests import parse_manifest, read_manifests
from verifier.intake.options import IntakeOptions
from verifier.intake.records import Records
from verifier.intake.settings import detect, effective_framework, read_settings
from verifier.intake.snapshot import Snapshots, open_repository, take_snapshots
from verifier.intake.store import Store
from verifier.intake.textdata import NotParsed, parse_object
from verifier.intake.variables import read_env_files, read_scopes
from verifier.intake.vercel_files import read_vercel_json, read_vercelignore
from verifier.model.project import Lockfile, Manifest, Problem, Project
from verifier.model.source import SourceTree
from verifier.vercel.frameworks import SLUGS
from verifier.vercel.ignore import apply_upload_ignores, apply_vercelignore
from verifier.vercel.schema import nearest

_FRAMEWORK_PACKAGES = {
    "nextjs": ("next",),
    "blitzjs": ("blitz", "next"),
    "astro": ("astro",),
    "sveltekit-1": ("@sveltejs/kit",),
    "nuxtjs": ("nuxt", "nuxt3"),
    "remix": ("@remix-run/dev",),
    "react-router": ("@react-router/dev",),
    "create-react-app": ("react-scripts",),
    "vue": ("@vue/cli-service",),
    "docusaurus-2": ("@docusaurus/core",),
    "angular": ("@angular/cli",),
    "tanstack-start": ("@tanstack/react-start", "@tanstack/solid-start"),
    "solidstart-1": ("@solidjs/start",),
}


def assemble(
    path: Path, *, options: IntakeOptions, environ: Mapping[str, str], workdir: Path
) -> Project:
    """See `verifier.intake.read_project`."""
    _require_known(options.framework)
    layout = find_layout(path, options)
    git, records, git_problems = open_repository(layout, environ)
    if git is None and layout.prefix:
        layout = find_layout(path, options, alone=True)
    store = _store(options, workdir, records)
    snapshots = take_snapshots(
        layout,
        git=git,
        records=records,
        store=store,
        ignore_local=options.ignore_local,
    )
    committed, working = snapshots.committed, snapshots.working
    root = layout.root
    manifests, monorepo, manifest_problems = read_manifests(committed, root)
    own = _own(manifests, root)
    _require_deployable(snapshots, root)
    platform = read_settings(layout, options, detect(committed, root, own))
    vercel_json, vercel_json_path, json_problems = read_vercel_json(
        committed, working, root, plan=layout.config.get("plan")
    )
    framework = effective_framework(platform.settings, vercel_json)
    patterns, ignore_problems = read_vercelignore(committed, root)
    scopes = read_scopes(layout, options.env_file)
    lockfiles = read_lockfiles(committed, working, root=root, manifests=manifests)
    clean = apply_vercelignore(committed, patterns, root)
    code = read_code(clean, root=root, framework=framework, manifests=manifests)
    local_code = (
        code
        if working.entries == clean.entries
        else read_code(working, root=root, framework=framework, manifests=manifests)
    )
    env_files = read_env_files(committed, working, root)
    machine = read_machine(
        layout,
        options=options,
        environ=environ,
        imported=frozenset(r.package for r in local_code.imports if r.package is not None),
        resolved=frozenset(r.resolved for r in local_code.imports if r.resolved is not None),
        git=snapshots.git,
        env_files=env_files,
        working=working,
        # In a monorepo the application is built from its siblings too.
        scope="" if monorepo else root,
    )
    project = Project(
        name=own.name if own is not None and own.name else _folder_name(layout),
        root=root,
        framework=framework,
        framework_version=_framework_version(framework, own, lockfiles),
        settings=platform.settings,
        settings_known=platform.known,
        git=snapshots.git,
        manifests=manifests,
        lockfiles=lockfiles,
        env_files=env_files,
        production=scopes.production,
        production_file=scopes.production_file,
        other_scopes=scopes.others,
        committed=committed,
        working=working,
        upload=_upload(working, root),
        vercelignore=patterns,
        vercel_json=vercel_json,
        vercel_json_path=vercel_json_path,
        code=code,
        local_code=local_code,
        machine=machine,
        monorepo=monorepo,
        problems=_unique(
            *layout.problems,
            *git_problems,
            *snapshots.problems,
            *manifest_problems,
            *json_problems,
            *ignore_problems,
            *_unseen_manifest(snapshots, root),
            *_other_applications(
                layout, options, platform.settings.framework, manifests, committed
            ),
        ),
        config=layout.config,
        deleted=read_deleted(git, records.head if records else None, code.unresolved, store),
    )
    if options.capture is None or options.ignore_local:
        return project
    return apply_capture(project, read_capture(options.capture))


def read_again(project: Project, tree: SourceTree) -> Project:
    """See `verifier.intake.with_committed`."""
    root = project.root
    manifests, monorepo, _ = read_manifests(tree, root)
    vercel_json, path, _ = read_vercel_json(tree, tree, root, plan=project.config.get("plan"))
    patterns, _ = read_vercelignore(tree, root)
    return replace(
        project,
        committed=tree,
        manifests=manifests,
        monorepo=monorepo,
        lockfiles=read_lockfiles(tree, tree, root=root, manifests=manifests),
        vercel_json=vercel_json,
        vercel_json_path=path,
        vercelignore=patterns,
        framework=effective_framework(project.settings, vercel_json),
        env_files=read_env_files(tree, project.working, root),
    )


def _store(options: IntakeOptions, workdir: Path, records: Records | None) -> Store:
    return Store(
        workdir / "store",
        max_bytes=options.max_bytes,
        object_format=records.object_format if records else "sha1",
    )


def _upload(working: SourceTree, root: str) -> SourceTree:
    patterns, _ = read_vercelignore(working, root)
    return apply_vercelignore(apply_upload_ignores(working), patterns, root)


def _own(manifests: tuple[Manifest, ...], root: str) -> Manifest | None:
    return next((m for m in manifests if m.path == join(root, "package.json")), None)


def _folder_name(layout: Layout) -> str:
    linked = layout.link.get("projectName") if layout.link else None
    if isinstance(linked, str) and linked:
        return linked
    return layout.root.rpartition("/")[2] or layout.top.name or "project"


def _require_known(framework: str | None) -> None:
    if framework is not None and framework not in SLUGS:
        near = nearest(framework, SLUGS)
        hint = f"did you mean {near!r}?" if near else f"known are {', '.join(sorted(SLUGS))}"
        msg = f"{framework!r} is no framework preset; {hint}"
        raise ProjectError(msg)


def _require_deployable(snapshots: Snapshots, root: str) -> None:
    prefix = f"{root}/" if root else ""
    for tree in (snapshots.committed, snapshots.working):
        below = [p.removeprefix(prefix) for p in tree if p.startswith(prefix)]
        names = {p.partition("/")[0] for p in below}
        if names & {"package.json", "index.html", "vercel.json", "api", "public"}:
            return
        if names & {"requirements.txt", "pyproject.toml", "Pipfile", "go.mod", "Gemfile"}:
            return
    candidates = sorted(
        {
            p.rpartition("/")[0]
            for tree in (snapshots.committed, snapshots.working)
            for p in tree
            if p.endswith("/package.json") and "node_modules/" not in p and p.startswith(prefix)
        },
        key=lambda p: (p.count("/"), p),
    )
    here = f"folder {root!r}" if root else "the top of the repository"
    msg = f"there is nothing to deploy in {here}: no package.json, no index.html and no api folder"
    if candidates:
        listed = ", ".join(candidates[:5])
        msg += f"; package.json files lie in: {listed}; name one with --root-directory"
    else:
        msg += "; name the folder that holds the application"
    raise ProjectError(msg)


def _unseen_manifest(snapshots: Snapshots, root: str) -> list[Problem]:
    path = join(root, "package.json")
    if path in snapshots.committed or path not in snapshots.working:
        return []
    why = "it is on disk but not committed: the platform installs and builds nothing"
    return [Problem(what="package.json is not committed", why=why, file=path)]


def _other_applications(
    layout: Layout,
    options: IntakeOptions,
    framework: str | None,
    manifests: tuple[Manifest, ...],
    committed: SourceTree,
) -> list[Problem]:
    """A word on applications below, where the folder has no framework and none was chosen."""
    chosen = options.root_directory or options.framework or "root_directory" in layout.config
    if framework is not None or chosen or layout.link is not None:
        return []
    known = {m.path: m for m in manifests}
    found = []
    for path in committed:
        if not path.endswith("/package.json") or "node_modules/" in path or path.count("/") > 3:
            continue
        manifest = known.get(path) or _peek(committed, path)
        folder = path.rpartition("/")[0]
        if manifest is not None and folder.startswith(f"{layout.root}/" if layout.root else ""):
            slug = detect(committed, folder, manifest)
            if slug is not None:
                found.append(f"{folder} ({slug})")
    if not found:
        return []
    why = (
        "nothing here names a framework, as the platform would see it without a root directory; "
        f"applications lie in: {', '.join(sorted(found)[:5])}; choose one with --root-directory"
    )
    return [Problem(what="application may lie elsewhere", why=why)]


def _peek(tree: SourceTree, path: str) -> Manifest | None:
    try:
        return parse_manifest(path, parse_object(tree.text(path) or ""))
    except NotParsed:
        return None


def _framework_version(
    framework: str | None, own: Manifest | None, lockfiles: tuple[Lockfile, ...]
) -> str | None:
    """The locked version of the framework's package, else the declared range."""
    if framework is None:
        return None
    for package in _FRAMEWORK_PACKAGES.get(framework, (framework,)):
        for lockfile in lockfiles:
            locked = lockfile.packages.get(package) if lockfile.committed else None
            if locked:
                return locked
        if own is not None:
            declared = own.dependencies.get(package) or own.dev_dependencies.get(package)
            if declared:
                return declared
    return None


def _unique(*problems: Problem) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))
