"""The examined project as facts: everything in it that decides a deployment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from verifier.model.environment import Manager, Settings
from verifier.model.secret import Secret
from verifier.model.source import SourceTree


@dataclass(frozen=True, slots=True, kw_only=True)
class IgnoredPath:
    """A path on disk that git ignores, and the rule that says so.

    is_directory: the rule hides a whole directory; `path` then ends in `/` in git's own output
    but is stored here without it.
    """

    path: str
    pattern: str
    rule_file: str
    rule_line: int
    is_directory: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDifference:
    """A file whose name in the git index differs from the name on disk by case only."""

    index_path: str
    disk_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GitState:
    """What git knows of the project; head None in a repository without commits."""

    head: str | None
    branch: str | None
    message: str = ""
    modified: tuple[str, ...] = ()
    """Tracked files whose content on disk (or in the index) differs from HEAD."""
    deleted: tuple[str, ...] = ()
    """In HEAD but not on disk."""
    staged: tuple[str, ...] = ()
    """In the index with other content than in HEAD, or not in HEAD at all."""
    untracked: tuple[str, ...] = ()
    ignored: tuple[IgnoredPath, ...] = ()
    """Ignored files on disk but those below directories of packages and build output."""
    tracked_but_ignored: tuple[str, ...] = ()
    case_differences: tuple[CaseDifference, ...] = ()
    submodules: tuple[str, ...] = ()
    lfs_pointers: tuple[str, ...] = ()
    ignorecase: bool = False
    added: Mapping[str, int] = field(default_factory=dict, repr=False)
    """Files in folders of routes → when git saw them first, in seconds of the Unix epoch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One package.json. path is relative to the repository root."""

    path: str
    name: str = ""
    scripts: Mapping[str, str] = field(default_factory=dict)
    dependencies: Mapping[str, str] = field(default_factory=dict)
    dev_dependencies: Mapping[str, str] = field(default_factory=dict)
    optional_dependencies: Mapping[str, str] = field(default_factory=dict)
    peer_dependencies: Mapping[str, str] = field(default_factory=dict)
    engines: Mapping[str, str] = field(default_factory=dict)
    package_manager: str | None = None
    workspaces: tuple[str, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def declares(self, name: str) -> bool:
        """Whether a package of that name is declared in any way that installs it."""
        return (
            name in self.dependencies
            or name in self.dev_dependencies
            or name in self.optional_dependencies
        )


class LockKind(Enum):
    """Lockfile formats."""

    NPM = "package-lock.json"
    SHRINKWRAP = "npm-shrinkwrap.json"
    PNPM = "pnpm-lock.yaml"
    YARN = "yarn.lock"
    BUN = "bun.lock"
    BUN_BINARY = "bun.lockb"
    VLT = "vlt-lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lockfile:
    """One lockfile. packages: path below node_modules (npm) or name (others) → version.

    committed: it is in the clean source; a file that exists on disk only is not.
    drifted: names whose declared range the lockfile does not hold (missing, or another range).
    foreign_hosts: number of entries resolved from another host than the default registry.
    missing_platform: optional native packages for linux-x64-gnu that siblings in the lockfile
    imply but that it lacks (`@rollup/rollup-linux-x64-gnu`).
    """

    path: str
    kind: LockKind
    version: str
    committed: bool
    packages: Mapping[str, str] = field(default_factory=dict, repr=False)
    drifted: tuple[str, ...] = ()
    missing_platform: tuple[str, ...] = ()
    foreign_hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvEntry:
    """One assignment in a dotenv file; value None for `[SENSITIVE]` (present, unknown)."""

    name: str
    value: Secret | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvFile:
    """One dotenv file; committed means git delivers it to the platform."""

    path: str
    committed: bool
    entries: tuple[EnvEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvRead:
    """A place where code reads a variable.

    name None: the name is computed (`process.env[key]`).
    form: `process.env`, `import.meta.env`, `destructured`, `validator` (a schema key), `config`.
    fallback: the literal used when it is absent (`|| "http://localhost:8000"`), if any.
    module_scope: evaluated when the module is loaded, not inside a function.
    client: the file is part of a client bundle as far as directives and framework rules say.
    """

    name: str | None
    file: str
    line: int
    form: str
    fallback: str | None = None
    module_scope: bool = False
    client: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRef:
    """One import, re-export, require or dynamic import with a literal specifier.

    resolved: path of the file it leads to in this source tree, None for packages and for what
    cannot be resolved. package: bare package name, None for relative and aliased specifiers.
    type_only: erased by the compiler.
    """

    file: str
    line: int
    specifier: str
    resolved: str | None = None
    package: str | None = None
    type_only: bool = False
    wanted: str | None = None
    """For an import that leads nowhere: the path it was looked for at, extension left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFacts:
    """What the source code says when read, without running it, per source tree.

    reachable: files that entry points (pages, routes, config, index.html, scripts) lead to.
    unresolved: imports that lead nowhere in this tree (case-sensitively) though they are relative
    or aliased.
    """

    env_reads: tuple[EnvRead, ...] = ()
    imports: tuple[ImportRef, ...] = ()
    reachable: frozenset[str] = frozenset()
    unresolved: tuple[ImportRef, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Files that could not be parsed, or were left out because a limit was met."""
    entries: frozenset[str] = frozenset()
    """The files a build starts from; all of them are reachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalMachine:
    """The developer's side as found, or as a capture from another machine says.

    installed: path below node_modules → version of every package found there.
    outer: packages the project resolves from a parent directory's node_modules → version.
    tree_path: where the found node_modules is (a path on this machine), None if there is none.
    native_platform: `linux-x64-gnu`, `darwin-arm64`, … of the installed native packages.
    """

    node_version: str | None = None
    manager: Manager | None = None
    manager_version: str | None = None
    platform: str = ""
    installed: Mapping[str, str] = field(default_factory=dict, repr=False)
    outer: Mapping[str, str] = field(default_factory=dict)
    tree_path: str | None = field(default=None, compare=False)
    native_platform: str = ""
    npmrc: Mapping[str, str] = field(default_factory=dict)
    """User-level settings that change an install (`legacy-peer-deps`), never credentials."""
    case_insensitive: bool = False
    has_evidence: bool = False
    """Whether anything shows that the project ever ran here; False for a fresh clone."""
    built: bool | None = None
    """How the developer's own build ended, as a capture says; None if nobody said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that could not be looked at, or that is wrong with a configuration file."""

    what: str
    why: str
    file: str | None = None
    line: int | None = None
    fatal: bool = False
    """The platform itself refuses this (an unknown key in vercel.json)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedFiles:
    """Files as they were before a commit deleted them, and the commit of each."""

    tree: SourceTree
    commits: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project; all paths are POSIX and relative to the repository root.

    committed: what git delivers (HEAD), before `.vercelignore`.
    working: what lies on disk, without `.git`, `node_modules`, build output and caches.
    upload: what a CLI upload would send.
    root: application directory (`""` for the repository root).
    production: variables of the production scope; None if no file says anything about them.
    other_scopes: `preview`, `development` → names known to be set there.
    """

    name: str
    root: str
    framework: str | None
    framework_version: str | None
    settings: Settings
    settings_known: bool
    git: GitState | None
    manifests: tuple[Manifest, ...]
    lockfiles: tuple[Lockfile, ...]
    env_files: tuple[EnvFile, ...]
    production: tuple[EnvEntry, ...] | None
    production_file: str | None
    other_scopes: Mapping[str, frozenset[str]]
    committed: SourceTree
    working: SourceTree
    upload: SourceTree
    vercelignore: tuple[str, ...]
    vercel_json: Mapping[str, Any] | None
    vercel_json_path: str | None
    code: CodeFacts
    """Facts of the clean source."""
    local_code: CodeFacts
    """Facts of the working tree; the same object where both trees are equal."""
    machine: LocalMachine
    monorepo: str | None = None
    """`npm`, `pnpm`, `yarn`, `turbo`, `nx` for a workspace root, else None."""
    problems: tuple[Problem, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    """The project's `verifier.yaml`, validated."""
    deleted: DeletedFiles | None = None
    """Files that imports of the clean source want and a recent commit deleted."""

    @property
    def manifest(self) -> Manifest | None:
        """The package.json of the application, None if it has none."""
        path = f"{self.root}/package.json" if self.root else "package.json"
        return next((m for m in self.manifests if m.path == path), None)
