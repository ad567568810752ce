"""Scenarios: small real projects, each with one known truth written before anything was run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from verifier.model.environment import Manager
from verifier.model.finding import Location, Pattern
from verifier.model.outcome import Stage, UnresolvedReason
from verifier.model.verdict import Verdict


class Variant(Enum):
    """Which form of a scenario is laid out."""

    FAULTY = "faulty"
    FIXED = "fixed"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRename:
    """A file known to git under one name and lying on disk under another, by case only."""

    index: str
    disk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSide:
    """What is true of the developer's machine.

    present: False for a repository as cloned, with nothing local known.
    installed: `install_command` is run with `node` so that a real node_modules lies on disk.
    steps: further commands run after the install, in the application root.
    outer_packages: name → version, installed in the node_modules of the repository's parent.
    removed: committed files that the developer deleted from the disk, without committing that.
    """

    present: bool = True
    node: int = 24
    manager: Manager = Manager.NPM
    manager_version: str | None = None
    install_command: str = "npm install"
    installed: bool = True
    steps: tuple[str, ...] = ()
    outer_packages: Mapping[str, str] = field(default_factory=dict)
    case_renames: tuple[CaseRename, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpectedCause:
    """One cause that must be confirmed, and nothing else may be.

    patterns, subjects, stages: any one of them is right; the first is the best answer.
    locations: at least one of them is named by the report; empty means none is demanded.
    """

    patterns: tuple[Pattern, ...]
    subjects: tuple[str, ...]
    stages: tuple[Stage, ...]
    locations: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What verifier must say, and what it must never name as a confirmed cause.

    verdicts: any one of them is right.
    unresolved: the reason where nothing can be said about the project; None otherwise.
    """

    verdicts: frozenset[Verdict]
    exit_code: int
    causes: tuple[ExpectedCause, ...] = ()
    never: tuple[str, ...] = ()
    unresolved: UnresolvedReason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A change that makes a scenario deployable.

    patch: file in the scenario folder that `git apply` takes in the checkout.
    variables: production scope, name → value; None takes the variable away.
    settings: platform settings by their name in `project.json`; None is the default.
    """

    patch: str | None = None
    variables: Mapping[str, str | None] = field(default_factory=dict)
    settings: Mapping[str, str | None] = field(default_factory=dict)
    story: str = ""

    def __post_init__(self) -> None:
        if self.patch is None and not self.variables and not self.settings:
            msg = "a repair changes nothing"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One scenario folder, read.

    root: application directory below the repository root (`""` for the root itself).
    submodules: folders that the commit holds as submodules; their content is local.
    network_needs: hosts beside the package registry that the build asks for.
    """

    id: str
    folder: Path
    title: str
    pattern: Pattern
    story: str
    local: LocalSide
    expect: Expectation
    root: str = ""
    submodules: tuple[str, ...] = ()
    fix: Repair | None = None
    neighbour: Repair | None = None
    live: bool = False
    network_needs: tuple[str, ...] = ()
    generator: str = ""
    """The generator and version that made the project, and what was taken away from it."""

    def repair(self, variant: Variant) -> Repair | None:
        """The repair that turns the faulty project into this variant, None where there is none."""
        match variant:
            case Variant.FAULTY:
                return None
            case Variant.FIXED:
                return self.fix
            case Variant.NEIGHBOUR:
                return self.neighbour


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A scenario laid out as a real git repository on disk.

    repository: its root; the parent directory belongs to the scenario too (`outer_packages`).
    application: directory of the application, with `.vercel/` in it.
    node_modules is not made here: `scenario.local` says how, where `installed` is true.
    """

    scenario: Scenario
    variant: Variant
    repository: Path
    application: Path
