"""What the engine brings back from one run: plain data that can be saved and replayed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from verifier.model.outcome import UnresolvedReason


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """One step of a run: name (`fetch`, `install`, `build`, `collect`), exit code, seconds."""

    name: str
    exit_code: int | None
    seconds: float
    cached: bool = False
    """Whether a snapshot stood in for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpawnEvent:
    """A command that the platform's builder started, seen from inside its own process."""

    phase: str
    """`install`, `build` or `other`."""
    command: str
    exit_code: int | None
    seconds: float
    log_line: int | None = None
    """Number of the log line (from 0) at which it began, if known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFile:
    """One file of the build output (path below `.vercel/output`, or below the output directory)."""

    path: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFunction:
    """One function of the build output."""

    path: str
    runtime: str
    size_bytes: int
    files: int
    max_duration_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """What a build left behind; present is False when it left nothing."""

    present: bool = False
    directory: str = ""
    files: tuple[OutputFile, ...] = ()
    functions: tuple[OutputFunction, ...] = ()
    routes: tuple[str, ...] = ()
    """Routes of `config.json` in order, one JSON text each; for local builds, route paths."""
    route_count: int = 0
    overrides: tuple[tuple[str, str], ...] = ()
    """Static files served at another address than their own path: path, address."""
    truncated: bool = False
    written: tuple[str, ...] = ()
    """Of a failed build: directories of the application that it put a page into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuilderError:
    """The error the platform's CLI wrote into `builds.json`."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of a recipe: untrusted data about what the examined project did.

    infra is set when the engine, not the project, is why the run ended; nothing else in the run
    then counts. `collected` holds small text files that observers read, by path relative to the
    application directory (lockfile after install, `.vercel/output/config.json`, …).
    """

    id: str
    label: str
    recipe_digest: str
    driver: str
    steps: tuple[StepRecord, ...]
    log_path: Path | None
    spawns: tuple[SpawnEvent, ...] = ()
    exit_code: int | None = None
    builder_error: BuilderError | None = None
    output: Output = Output()
    installed: Mapping[str, str] = field(default_factory=dict)
    """Really installed packages: path below node_modules → version."""
    collected: Mapping[str, str] = field(default_factory=dict)
    text_hits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each searched marker: output files of the client side that hold it."""
    native_needs: Mapping[str, str] = field(default_factory=dict)
    """Native modules that ask for a newer glibc than the platform has: path → version asked."""
    node_version: str = ""
    manager_version: str = ""
    oom_killed: bool = False
    timed_out: bool = False
    disk_exceeded: bool = False
    """Whether the run was stopped because it wrote more than its limit of disk."""
    peak_memory_mib: int | None = None
    infra: UnresolvedReason | None = None
    infra_detail: str = ""
    seconds: float = 0.0
    cached: bool = False
    notes: tuple[str, ...] = ()

    def log_lines(self) -> Iterator[str]:
        """Yield the log line by line, so that its size never matters; nothing without a log."""
        if self.log_path is None or not self.log_path.exists():
            return
        with self.log_path.open(encoding="utf-8", errors="replace") as stream:
            for line in stream:
                yield line.rstrip("\n")
