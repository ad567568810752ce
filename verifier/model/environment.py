"""Where a run happens: everything that can differ between a laptop and the platform."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from verifier.model.secret import Secret


class Manager(Enum):
    """Package managers the platform can choose."""

    NPM = "npm"
    PNPM = "pnpm"
    YARN = "yarn"
    BUN = "bun"
    VLT = "vlt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerChoice:
    """A package manager, its major version, and why it was chosen.

    major: None means the one that comes with Node (npm) or the image (yarn, bun).
    """

    manager: Manager
    major: int | None = None
    why: str = ""


class Driver(Enum):
    """Who drives the build."""

    PLATFORM = "platform"
    """`vercel build --prod`: install, build, and package as the platform does."""
    SCRIPT = "script"
    """The project's own build script, as a developer types it."""


class TreeMode(Enum):
    """Where the installed packages come from."""

    FRESH = "fresh"
    """Installed from what is declared, into an empty node_modules."""
    AS_FOUND = "as_found"
    """The node_modules found on the developer's disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageSpec:
    """A package at an exact version."""

    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledTree:
    """How node_modules comes about.

    found: names the archive of a found tree in the run's content area, by digest.
    removed: taken away from it; added: then installed on top without being declared. A name in
    both is a package exchanged for another version.
    """

    mode: TreeMode = TreeMode.FRESH
    found: str | None = None
    added: tuple[PackageSpec, ...] = ()
    removed: tuple[str, ...] = ()
    install_command: str | None = None
    """A local install command that differs from the default (`npm install --legacy-peer-deps`)."""


class Origin(Enum):
    """Where a variable comes from."""

    PRODUCTION = "production scope"
    SYSTEM = "system variable of the platform"
    PLATFORM = "set by the platform's build"
    TOOLCHAIN = "set by the image"
    LOCAL = "developer's shell or file"
    REMEDY = "proposed remedy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One environment variable of the process that builds.

    value None: declared on the platform, value unknown here (`[SENSITIVE]`).
    """

    name: str
    value: Secret | None
    origin: Origin
    where: str = ""
    """File and line it was read from, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one run; `engine` clamps them to what the host has and records it."""

    memory_mib: int = 8192
    cpus: float = 2.0
    pids: int = 4096
    disk_mib: int = 23 * 1024
    files: int = 3_000_000
    build_s: int = 45 * 60
    log_mib: int = 64


class Network(Enum):
    """What a run may reach."""

    FULL = "full"
    """Public addresses, and near the host only its resolver, proxy and package registry."""
    REGISTRY_ONLY = "registry-only"
    """The host's package registry, npm's and Yarn's; names of other hosts are not resolved."""
    NONE = "none"
    UNBOUNDED = "unbounded"
    """Whatever the engine's network reaches, private addresses too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Project settings of the platform; None is the platform's default.

    created_at_ms: creation time of the project in epoch milliseconds, which selects pnpm's major.
    """

    framework: str | None = None
    node_version: str | None = None
    root_directory: str | None = None
    install_command: str | None = None
    build_command: str | None = None
    output_directory: str | None = None
    dev_command: str | None = None
    created_at_ms: int | None = None
    plan: str = "hobby"


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """One side's surroundings as a value; each field that can differ has a factor."""

    name: str
    driver: Driver
    node_major: int
    manager: ManagerChoice
    tree: InstalledTree = InstalledTree()
    variables: tuple[Variable, ...] = ()
    settings: Settings = Settings()
    build_script: str | None = None
    """For the script driver: the command line a developer runs, such as `npm run build`."""
    limits: Limits = Limits()
    network: Network = Network.FULL
    user: str = "root"
    locale: str = "en_US.UTF-8"
    timezone: str = ":UTC"
    font_sheets: tuple[str, ...] | None = None
    """Style sheets of web fonts that a stand-in answers for; None where the build asks itself."""
    any_pnpm: bool = False
    """Whether pnpm stays the one it is, where it would fetch the exact version of a manifest."""
    notes: tuple[str, ...] = field(default=(), compare=False)
    """What could not be carried over from the developer's machine."""

    def variable(self, name: str) -> Variable | None:
        """The variable of that name, None if it is absent."""
        return next((v for v in self.variables if v.name == name), None)

    def with_variable(self, variable: Variable) -> Environment:
        """The environment with one variable set or replaced."""
        kept = tuple(v for v in self.variables if v.name != variable.name)
        return replace(self, variables=tuple(sorted((*kept, variable), key=lambda v: v.name)))

    def without_variable(self, name: str) -> Environment:
        """The environment without one variable."""
        return replace(self, variables=tuple(v for v in self.variables if v.name != name))
