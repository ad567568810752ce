"""What both sides know of each variable, and what the code does with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from verifier.factors._dotenv import Known, defined, in_files, is_dotenv
from verifier.factors._dummies import is_switch
from verifier.factors._shapes import Misshape, misshape_of
from verifier.model.environment import Environment, Origin
from verifier.model.project import EnvRead, Project
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree
from verifier.vercel.variables import is_platform_name

_OWN: Final = frozenset({Origin.SYSTEM, Origin.PLATFORM, Origin.TOOLCHAIN})
_SURROUNDINGS: Final = frozenset(
    {
        "NODE_ENV", "NODE_PATH", "NODE_DEBUG", "NODE_OPTIONS", "PATH", "HOME", "PWD", "USER",
        "SHELL", "TERM", "TMPDIR", "TEMP", "EDITOR", "INIT_CWD", "LOGNAME", "HOSTNAME", "PORT",
        "LANG", "LC_ALL", "COLORTERM", "FORCE_COLOR", "NO_COLOR", "USERPROFILE", "APPDATA",
        "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME",
        "MODE", "DEV", "PROD", "SSR", "BASE_URL", "SITE", "ASSETS_PREFIX", "LEGACY",
        "VITEST", "VITEST_POOL_ID", "JEST_WORKER_ID", "CYPRESS", "PLAYWRIGHT", "STORYBOOK",
        "GITHUB_ACTIONS", "GITLAB_CI", "NETLIFY", "CF_PAGES", "RENDER", "RAILWAY_ENVIRONMENT",
        "REPL_ID", "REPL_SLUG", "CODESPACES", "DOCKER", "WEBPACK_DEV_SERVER", "HMR",
    }
)  # fmt: skip
_BUILT_IN: Final = re.compile(r"^(npm_|NEXT_(RUNTIME|PHASE|PRIVATE_|TELEMETRY|OTEL)|__|TAURI_)")


class State(Enum):
    """How a variable stands on the clean side."""

    ABSENT = "absent"
    HIDDEN = "there, with a value hidden on the platform"
    EMPTY = "empty"
    MALFORMED = "of the wrong shape"
    SET = "set"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side has: in the process, in dotenv files of the build, in other dotenv files."""

    process: Mapping[str, Known]
    files: Mapping[str, Known]
    elsewhere: Mapping[str, Known]

    def get(self, name: str) -> Known | None:
        """What the build sees of a name."""
        return self.process.get(name) or self.files.get(name)

    def mentions(self, name: str) -> Known | None:
        """The same, or what a file holds that the build does not read by itself."""
        return self.get(name) or self.elsewhere.get(name)

    def names(self) -> frozenset[str]:
        """Every name this side mentions."""
        return frozenset({*self.process, *self.files, *self.elsewhere})


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Both sides and the reads; local None where nothing is known beyond the clean side."""

    clean: Side
    local: Side
    reads: Mapping[str, tuple[EnvRead, ...]]

    def state(self, name: str) -> State:
        """How a variable stands on the clean side."""
        known = self.clean.get(name)
        if known is None:
            return State.ABSENT
        if known.value is None:
            return State.HIDDEN
        if known.value.is_empty:
            return State.EMPTY
        return State.MALFORMED if is_malformed(name, known) else State.SET

    def is_same(self, name: str) -> bool:
        """Whether both builds see the same value."""
        mine, theirs = self.clean.get(name), self.local.get(name)
        if mine is None or theirs is None:
            return mine is theirs
        return mine.value == theirs.value

    def suspects(self) -> tuple[str, ...]:
        """Names worth a factor, sorted."""
        names = self.local.names() | frozenset(self.reads) | frozenset(self.clean.process)
        return tuple(sorted(n for n in names if _counts(n) and self._is_in_doubt(n)))

    def suspects_and_set(self) -> frozenset[str]:
        """Names the code reads that the clean side either has or should have."""
        return frozenset(n for n in self.reads if _counts(n)) & (
            frozenset(self.clean.process) | frozenset(self.suspects())
        )

    def _is_in_doubt(self, name: str) -> bool:
        match self.state(name):
            case State.SET:
                return self.local.get(name) is not None and not self.is_same(name)
            case State.ABSENT:
                if self.local.mentions(name) is not None:
                    return True
                # A switch that is nowhere set is off on purpose; turning it on may hide anything.
                return name in self.reads and not is_switch(name, self.reads[name])
            case State.HIDDEN | State.EMPTY | State.MALFORMED:
                return True


def know(project: Project, clean: Recipe, local: Recipe | None) -> Knowledge:
    """What is known of every variable; without a local side, the disk stands for it."""
    disk = project.working if local is None else local.source
    shell = {} if local is None else _process(local.environment)
    return Knowledge(
        clean=_side(_process(clean.environment), clean.source, project.root),
        local=_side(shell, disk, project.root),
        reads=_reads(project),
    )


def is_malformed(name: str, known: Known) -> bool:
    """Whether a value cannot be what its name promises; a file's references are filled in."""
    found = None if known.value is None else misshape_of(name, known.value.reveal())
    is_filled_in = found is Misshape.REFERENCE and known.line > 0
    return found is not None and not is_filled_in


def _counts(name: str) -> bool:
    return not (
        name in _SURROUNDINGS or is_platform_name(name) or _BUILT_IN.match(name) is not None
    )


def _process(environment: Environment) -> dict[str, Known]:
    return {
        v.name: Known(value=v.value, file=v.where, line=0)
        for v in environment.variables
        if v.origin not in _OWN
    }


def _side(process: Mapping[str, Known], tree: SourceTree, root: str) -> Side:
    chain = in_files(tree, root)
    elsewhere: dict[str, Known] = {}
    for folder in dict.fromkeys((root, "")):
        for path in _dotenvs(tree, folder):
            for name, known in defined(tree, path).items():
                if name not in chain:
                    elsewhere.setdefault(name, known)
    return Side(process=process, files=chain, elsewhere=elsewhere)


def _dotenvs(tree: SourceTree, folder: str) -> Iterable[str]:
    """Dotenv files of one folder but the samples, which hold no values anybody uses."""
    samples = (".example", ".sample", ".template", ".dist", ".defaults", ".test")
    return (
        p
        for p in tree
        if p.rpartition("/")[0] == folder and is_dotenv(p) and not p.endswith(samples)
    )


def _reads(project: Project) -> dict[str, tuple[EnvRead, ...]]:
    found: dict[str, list[EnvRead]] = {}
    for read in project.code.env_reads:
        if read.name is not None and _is_reached(project, read):
            found.setdefault(read.name, []).append(read)
    return {name: tuple(sorted(rows, key=_decisive)) for name, rows in found.items()}


def _is_reached(project: Project, read: EnvRead) -> bool:
    reachable = project.code.reachable
    return not reachable or read.file in reachable or read.form in {"validator", "config"}


def _decisive(read: EnvRead) -> tuple[bool, bool, str, int]:
    """The read that fails first: at module scope, without a default."""
    return read.fallback is not None, not read.module_scope, read.file, read.line
