"""Which packages the code imports, who declares them, and what a clean install would bring."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verifier.model.environment import Manager
from verifier.model.project import ImportRef, Lockfile, LockKind, Manifest, Project
from verifier.vercel.managers import manager_of
from verifier.vercel.manifests import manifest_in, upward

_NAME: Final = re.compile(r"^(?:@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$", re.IGNORECASE)
BUILT_IN: Final = frozenset(
    {
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants",
        "crypto", "dgram", "diagnostics_channel", "dns", "domain", "events", "fs", "http", "http2",
        "https", "inspector", "module", "net", "os", "path", "perf_hooks", "process", "punycode",
        "querystring", "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls",
        "trace_events", "tty", "url", "util", "v8", "vm", "wasi", "worker_threads", "zlib", "bun",
    }
)  # fmt: skip
"""Modules of Node.js (and Bun) that no package has to bring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Where a package is imported, the decisive place first."""

    name: str
    refs: tuple[ImportRef, ...]

    @property
    def is_reached(self) -> bool:
        """Whether some import is more than a type."""
        return any(not r.type_only for r in self.refs)


def reached_imports(project: Project) -> Mapping[str, Import]:
    """Packages that reachable code of either tree imports, by name."""
    found: dict[str, dict[tuple[str, int], ImportRef]] = {}
    for facts in dict.fromkeys((id(project.code), id(project.local_code))):
        code = project.code if facts == id(project.code) else project.local_code
        for ref in code.imports:
            name = ref.package
            if name is None or ref.resolved is not None or not is_package_name(name):
                continue
            if not code.reachable or ref.file in code.reachable:
                found.setdefault(name, {}).setdefault((ref.file, ref.line), ref)
    return {
        name: Import(name=name, refs=tuple(sorted(refs.values(), key=_decisive)))
        for name, refs in sorted(found.items())
    }


def is_package_name(name: str) -> bool:
    """Whether a registry could have a package of that name."""
    return (
        _NAME.match(name) is not None
        and len(name) <= 214
        and name not in BUILT_IN
        and not name.startswith(("node:", "bun:"))
    )


def is_declared(project: Project, ref: ImportRef) -> bool:
    """Whether a manifest from the importing file upward declares the package, or is it."""
    name = ref.package or ""
    if any(m.name == name for m in project.manifests):
        return True
    for folder in upward(ref.file.rpartition("/")[0]):
        manifest = manifest_in(project.manifests, folder)
        if manifest is not None and (manifest.declares(name) or manifest.name == name):
            return True
    return False


def manifest_for(project: Project, file: str) -> Manifest | None:
    """The manifest of the workspace a file belongs to; it must be one of the clean source."""
    found = (manifest_in(project.manifests, f) for f in upward(file.rpartition("/")[0]))
    return next((m for m in found if m is not None and m.path in project.committed), None)


def hoisted(lockfile: Lockfile | None) -> Mapping[str, str]:
    """Packages that an install from a lockfile lets any file import, name → version.

    pnpm keeps what nobody declares out of reach, so its lockfile promises nothing here.
    """
    if lockfile is None or lockfile.kind is LockKind.PNPM:
        return {}
    return {name: v for name, v in lockfile.packages.items() if "node_modules/" not in name}


def locked_version(project: Project, name: str) -> str | None:
    """The version any committed lockfile holds of a package."""
    for lockfile in project.lockfiles:
        version = lockfile.packages.get(name) if lockfile.committed else None
        if version and version[0].isdigit():
            return version.split("(")[0]
    return None


def top_level(installed: Mapping[str, str]) -> dict[str, str]:
    """Packages of a found tree that lie in a node_modules of the project itself."""
    found: dict[str, str] = {}
    for path, version in installed.items():
        holder, _, name = path.rpartition("node_modules/")
        if ".pnpm/" in holder:
            continue  # pnpm's own store, which no import of the project reaches
        if not holder or holder.rstrip("/") not in installed:
            found.setdefault(name, version)
    return {n: v for n, v in found.items() if is_package_name(n)}


def undeclared_local(project: Project) -> dict[str, str]:
    """Packages the developer's code imports that only the found tree brings, name → version."""
    machine = project.machine
    brought = {name for f in project.lockfiles for name in f.packages}
    return {
        name: version
        for name, version in top_level(machine.installed).items()
        if name not in brought and name in reached_imports(project) and not _declared(project, name)
    }


def extraneous(project: Project, lockfile: Lockfile | None) -> Iterator[tuple[str, str]]:
    """Yield packages of the found tree that neither lockfile nor manifest knows, with versions."""
    if lockfile is None:
        return
    known = {path.rpartition("node_modules/")[2] for path in lockfile.packages}
    own = {m.name for m in project.manifests}
    for name, version in sorted(top_level(project.machine.installed).items()):
        if name not in known and name not in own and not _declared(project, name):
            yield name, version


def clean_lockfile(project: Project, manager: Manager) -> Lockfile | None:
    """The committed lockfile that a manager installs from."""
    fitting = (f for f in project.lockfiles if f.committed and manager_of(f.kind) is manager)
    return next(fitting, None)


def _declared(project: Project, name: str) -> bool:
    return any(m.declares(name) for m in project.manifests)


def _decisive(ref: ImportRef) -> tuple[bool, str, int]:
    return ref.type_only, ref.file, ref.line
