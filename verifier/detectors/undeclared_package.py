"""The build needs a package that no package.json of the project declares.

What it detects:
    A package that the failing build cannot find, and that is not declared where it would have to
    be: it is found only in the developer's node_modules, in a folder above the project, or comes
    in by accident as a dependency of a dependency.

Why it breaks the deployment:
    The platform installs what is declared into an empty node_modules. A laptop also has what was
    once installed and never saved, and whatever lies in parent folders.

Example:
    `Rollup failed to resolve import "dayjs"`, with dayjs in the home directory's node_modules.

Remedy:
    Add the package to dependencies, at the version found locally, and commit the lockfile.

Sources:
    Node.js documentation, loading from node_modules folders.
    npm, pnpm: how undeclared packages become reachable through hoisting.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._clues import (
    blocks_of,
    changes_about,
    changes_of,
    error_lines,
    failed,
    quoted,
    rooted,
    suspects_about,
)
from verifier.detectors._missing import Missing, missing_imports, package_of
from verifier.detectors._packages import declaring
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity, Suspect
from verifier.model.outcome import Stage
from verifier.model.project import Manifest

ID: Final = "undeclared-package"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A needed package is not declared"

_NAME: Final = re.compile(r"^(?:@[a-z0-9~-][\w.~-]*/)?[a-z0-9~-][\w.~-]*$", re.IGNORECASE)
_BUILT_IN: Final = frozenset(
    {
        "assert", "async_hooks", "buffer", "child_process", "cluster", "console", "constants",
        "crypto", "dgram", "dns", "domain", "events", "fs", "http", "http2", "https", "inspector",
        "module", "net", "os", "path", "perf_hooks", "process", "punycode", "querystring",
        "readline", "repl", "stream", "string_decoder", "sys", "timers", "tls", "tty", "url",
        "util", "v8", "vm", "wasi", "worker_threads", "zlib",
    }
)  # fmt: skip
_ASKS: Final = re.compile(
    r"(?<![\w-])(?:npm|pnpm|yarn|bun) (?:install|i|add)"
    r"(?P<names>(?: (?:-{1,2}[\w-]+|@?[a-z0-9][\w./@^~-]*))+)[`'\"]"
)
"""An install command between quotes, as a tool gives it for advice; nobody types it."""
_VIRTUAL: Final = re.compile(r"^(?:node:|virtual:|bun:|astro:|\$|~|#|\.)|^@/|^\.prisma")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per package that the failing build misses and nobody declares."""
    found: dict[str, Finding] = {}
    for missing in missing_imports(evidence):
        name = missing.package
        if name is None or not missing.named or not _is_package(name, missing.specifier):
            continue
        if _is_declared(evidence, name):
            continue
        found.setdefault(name, _finding(evidence, name, missing))
    for made in (*_missing_typescript(evidence), *_asked_for(evidence)):
        found.setdefault(made.subject, made)
    return tuple(found.values())


def _is_package(name: str, specifier: str) -> bool:
    return (
        bool(_NAME.match(name))
        and name not in _BUILT_IN
        and not _VIRTUAL.match(specifier)
        and package_of(specifier) == name
    )


def _manifests(evidence: Evidence) -> tuple[Manifest, ...]:
    """The manifests whose dependencies the application can see: its own and those above it."""
    root = evidence.project.root
    folders = [root[: len(root) - cut] for cut in range(len(root) + 1)] if root else [""]
    paths = {f"{f.rstrip('/')}/package.json" if f else "package.json" for f in folders}
    return tuple(m for m in evidence.project.manifests if m.path in paths)


def _is_declared(evidence: Evidence, name: str) -> bool:
    if any(m.declares(name) for m in _manifests(evidence)):
        return True
    # A sibling of the workspace is linked, not installed; another detector speaks of it.
    return any(m.name == name for m in evidence.project.manifests)


def _finding(evidence: Evidence, name: str, missing: Missing) -> Finding:
    version, origin = _known_version(evidence, name)
    weight = 0.9 if origin else 0.7
    suspects = suspects_about(evidence, "package", name, weight)
    remedies: tuple[Change, ...] = ()
    if not changes_about(evidence, "package", name):
        remedies = (_remedy(evidence, name, version),)
        suspects = (Suspect(change_id=remedies[0].id, weight=weight),)
    elif not suspects:
        suspects = tuple(
            Suspect(change_id=c.id, weight=0.2)
            for c in changes_of(evidence, "tree")
            if c.id not in evidence.key.changes
        )
    where = f"; {origin}" if origin else ""
    return Finding(
        detector=ID,
        pattern=PATTERN,
        subject=name,
        summary=f"{name} is imported but declared in no package.json{where}",
        severity=Severity.ERROR,
        evidence=missing.evidence,
        locations=() if missing.place is None else (missing.place,),
        suspects=suspects,
        remedies=remedies,
    )


def _known_version(evidence: Evidence, name: str) -> tuple[str | None, str]:
    """A version of the package known from somewhere, and where it was seen."""
    machine = evidence.project.machine
    if name in machine.installed:
        return machine.installed[name], "it lies in the local node_modules only"
    if name in machine.outer:
        return machine.outer[name], "it is found in a folder above the project only"
    for path, version in machine.installed.items():
        if path.endswith(f"/node_modules/{name}"):
            return version, "it is there only as a dependency of another package"
    for lockfile in evidence.project.lockfiles:
        for path, version in lockfile.packages.items():
            if path in {name, f"node_modules/{name}"} or path.endswith(f"/node_modules/{name}"):
                return version, f"{lockfile.path} holds it as a dependency of another package"
    return None, ""


def _remedy(evidence: Evidence, name: str, version: str | None) -> Change:
    wanted = f"^{version}" if version and re.match(r"^\d+\.\d+\.\d+", version) else "latest"
    path = rooted(evidence.project, "package.json")
    field = "devDependencies" if name.startswith("@types/") else "dependencies"
    manager = evidence.recipe.environment.manager.manager
    verb = "install" if manager is Manager.NPM else "add"
    spec = name if version is None else f"{name}@{wanted}"
    return Change(
        id=f"{ID}:{name}",
        family=ID,
        subject=name,
        title=f"{name} is declared",
        pattern=PATTERN.value,
        first_stage=Stage.INSTALL,
        repair=declaring(evidence, name, wanted, field=field),
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Run `{manager.value} {verb} {spec}` and commit package.json and lockfile",
        locations=(path,),
        prior=0.3,
        stands_for="not declared in package.json",
    )


def _asked_for(evidence: Evidence) -> Iterator[Finding]:
    """Packages that the failing tool itself tells to install, whatever its words beside."""
    if not failed(evidence):
        return
    held = {path.rpartition("node_modules/")[2] for path in evidence.observation.installed}
    local = evidence.local_observation
    # What a build that passes says too is advice, and no reason to fail.
    harmless = {line.strip() for line in local.log} if local and local.outcome.is_pass else set()
    for line in error_lines(evidence):
        if line.strip() in harmless:
            continue
        for match in _ASKS.finditer(line):
            words = match["names"].split()
            specs = [word for word in words if not word.startswith("-")]
            names = [re.sub(r"(?<=.)@[^/]*$", "", spec) for spec in specs]
            if (
                len(names) != 1
                or {"-g", "--global"} & {*words}
                or not _is_package(names[0], names[0])
            ):
                continue
            if _is_declared(evidence, names[0]) or names[0] in held:
                continue
            if specs[0].endswith("@latest") and _known_version(evidence, names[0])[0]:
                continue  # it is there, and has grown old
            missing = Missing(
                specifier=names[0],
                wanted=None,
                package=names[0],
                place=Location(file=rooted(evidence.project, "package.json")),
                named=True,
                evidence=(quoted(evidence, line),),
            )
            yield _finding(evidence, names[0], missing)


def _missing_typescript(evidence: Evidence) -> tuple[Finding, ...]:
    """Next.js asks for the compiler or type packages that are not declared."""
    found = []
    for block in blocks_of(evidence, "missing-typescript"):
        text = "\n".join(block.lines)
        for name in ("typescript", "@types/react", "@types/node"):
            if re.search(rf"(?<![\w/@-]){re.escape(name)}(?![\w/-])", text) is None:
                continue
            if _is_declared(evidence, name):
                continue
            missing = Missing(
                specifier=name,
                wanted=None,
                package=name,
                place=Location(file=rooted(evidence.project, "package.json")),
                named=True,
                evidence=(quoted(evidence, block.lines[0]),),
            )
            found.append(_finding(evidence, name, missing))
    return tuple(found)
