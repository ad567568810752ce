"""What was seen in a run: its outcome, the log lines that matter, and its manifests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verifier.model.environment import Manager
from verifier.model.outcome import FailureSignature, Outcome
from verifier.model.run import Output


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBlock:
    """A block of consecutive log lines about one error, without colour or control characters."""

    first_line: int
    lines: tuple[str, ...]
    signature: FailureSignature
    location: str = ""
    """The place the block names, as `file:line:column`, `file:line` or `file`; empty if none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A package that an install did not find, in words that fit a registry in trouble as well.

    wanted: the version, range or tag that was asked for; empty if the words do not name it.
    """

    manager: Manager
    package: str
    wanted: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A run as understood; `errors` has every error block, the decisive one first."""

    run_id: str
    outcome: Outcome
    errors: tuple[ErrorBlock, ...] = ()
    warnings: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    """The log with noise removed, at most some thousand lines (head and tail)."""
    output: Output = Output()
    installed: Mapping[str, str] = field(default_factory=dict)
    collected: Mapping[str, str] = field(default_factory=dict)
    text_hits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    native_needs: Mapping[str, str] = field(default_factory=dict)
    """Native modules that ask for a newer glibc than the platform has: path → version asked."""
    font_sheets: tuple[str, ...] | None = None
    """Style sheets of web fonts that could not be fetched, None where no font was refused."""
    pnpm_refused: str = ""
    """The exact pnpm that a manifest names and that the registry could not vouch for."""
    doubt: Doubt | None = None
    """Set where only the registry itself can say whether the project is at fault."""
    node_version: str = ""
    manager_version: str = ""
