"""What a run came to: pass, fail with a signature, or cannot tell.

The exit code decides between pass and fail; words of the log only say why. The platform's own
error code outranks the log, since the examined project cannot write it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from verifier.model.observation import ErrorBlock
from verifier.model.outcome import (
    FailureSignature,
    Outcome,
    Stage,
    UnresolvedReason,
    failed,
    passed,
    unresolved,
)
from verifier.model.run import Run
from verifier.observe._blocks import blocks_of, build_stage, innermost_command, last_words, sign
from verifier.observe._candidates import Candidate, decisive, find
from verifier.observe._excerpt import Excerpt
from verifier.observe._rule import Weight
from verifier.observe._rules_platform import meaning_of, spawned_command
from verifier.observe._stages import Timeline, timeline
from verifier.observe._text import normalise

BUILD_LIMIT_S: Final = 45 * 60
"""Source: build limit of the platform, documentation of limits, seen 2026-11-23."""
_KILLED: Final = frozenset({"137", "134", "SIGKILL", "SIGABRT", "-9"})
_FROM_OUTSIDE: Final = frozenset({"137", "SIGKILL", "-9"})
"""How a process ends that somebody else ended; a full heap ends itself, with another signal."""
_INSTALLS: Final = re.compile(r"\b(?:npm|pnpm|yarn|bun|vlt)\s+(?:install|ci|i)\b|^(?:yarn|bun)$")

Judged = tuple[Outcome, tuple[ErrorBlock, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """Which command failed, and how, as far as the engine and the platform's CLI know."""

    in_install: bool = False
    in_build: bool = False
    command: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """Everything known of a run that did not pass."""

    run: Run
    view: Excerpt
    times: Timeline
    failure: _Failure

    @property
    def last_stage(self) -> Stage:
        """The stage the log ended in."""
        if self.failure.in_install:
            return Stage.INSTALL
        return build_stage(self.times, len(self.times.stages) - 1)


_TASK_ENDED: Final = re.compile(
    r"command finished with error: command \(|\bexited \(\d+\)$|run failed: command"
    r"|Command failed with exit code \d+: (?:npm|pnpm|yarn|bun)\b"
)
"""What Turborepo says of a task that failed, and pnpm of itself, whatever the reason."""


def judge(run: Run, view: Excerpt) -> Judged:
    """The outcome of a run and its error blocks, the decisive one first."""
    if run.infra is not None:
        return unresolved(run.infra, run.infra_detail), ()
    if run.exit_code == 0 and not run.timed_out:
        return passed(), ()
    case = _Case(run=run, view=view, times=timeline(view), failure=_failure(run))
    if run.timed_out or run.disk_exceeded:
        return _over_limit(case)
    if run.exit_code is None and not run.oom_killed:
        return unresolved(UnresolvedReason.OTHER, "the run ended without an exit code"), ()
    if run.builder_error is not None and not case.failure.how:
        platform = _by_platform(case)
        if platform is not None:
            return platform
    return _by_log(case)


def _over_limit(case: _Case) -> Judged:
    if case.run.disk_exceeded:
        line = "the build wrote more than the disk of the platform's machine holds"
        return failed(_plain(case.last_stage, "disk-limit", line), line), ()
    if case.run.seconds < BUILD_LIMIT_S:
        return unresolved(UnresolvedReason.TIMEOUT, "stopped before the platform would have"), ()
    line = "the build took longer than the platform allows"
    return failed(_plain(case.last_stage, "timed-out", line), line), ()


def _plain(stage: Stage, error_class: str, line: str, subject: str = "") -> FailureSignature:
    return FailureSignature(stage=stage, error_class=error_class, subject=subject, line=line)


def _failure(run: Run) -> _Failure:
    """The command that failed: as spawned, else in the CLI's words, else by the steps."""
    spawn = next((s for s in reversed(run.spawns) if s.exit_code not in {0, None}), None)
    named = spawned_command(run.builder_error)
    if spawn is not None and (named is not None or run.builder_error is None):
        install = spawn.phase == "install"
        how = named[1] if named and named[1] else str(spawn.exit_code)
        return _Failure(in_install=install, in_build=not install, command=spawn.command, how=how)
    if named is not None:
        install = bool(_INSTALLS.search(named[0].strip()))
        return _Failure(in_install=install, in_build=not install, command=named[0], how=named[1])
    if run.builder_error is not None:
        return _Failure()
    step = next((s for s in run.steps if s.exit_code not in {0, None}), None)
    if step is None or run.driver == "platform":
        return _Failure(how=str(run.exit_code))
    return _Failure(
        in_install=step.name == "install", in_build=step.name == "build", how=str(step.exit_code)
    )


def _by_platform(case: _Case) -> Judged | None:
    """The failure as the platform's own code names it, None for codes without a meaning."""
    error = case.run.builder_error
    meaning = meaning_of(error) if error is not None else None
    if error is None or meaning is None:
        return None
    error_class, stage, subject = meaning
    signature = _plain(stage, error_class, normalise(error.message.split("\n", 1)[0]), subject)
    view = case.view
    position = next(
        (i for i in range(len(view.lines) - 1, -1, -1) if f"[{error.code}]" in view.lines[i]), None
    )
    block = ErrorBlock(
        first_line=max(0, view.total - 1) if position is None else view.numbers[position],
        lines=tuple(normalise(line) for line in error.message.split("\n")[:16] if line.strip()),
        signature=signature,
    )
    later = tuple(c for c in find(view, case.times) if c.index > case.times.closed)
    return failed(signature), (block, *blocks_of(later, view, case.times))


def _by_log(case: _Case) -> Judged:
    """The failure as the log explains it."""
    failure, times, view = case.failure, case.times, case.view
    found = find(view, times, times.built if failure.in_build else 0)
    if failure.in_install:
        found = tuple(c for c in found if times.built < 0 or c.index < times.built) or found
    chosen = _choose(found, case)
    stage = Stage.INSTALL if failure.in_install else None
    is_vague = chosen is None or chosen.weight is not Weight.CAUSE
    killed = failure.how in _FROM_OUTSIDE or (
        chosen is not None and chosen.error_class == "out-of-memory"
    )
    if is_vague and killed and _was_within_limits(case.run):
        detail = f"peak {case.run.peak_memory_mib} MiB, and its own limit stopped nothing"
        return unresolved(UnresolvedReason.KILLED, detail), blocks_of(found, view, times)
    if case.run.oom_killed or (failure.how in _KILLED and is_vague):
        peak = case.run.peak_memory_mib
        signature = _plain(case.last_stage, "out-of-memory", "killed for want of memory")
        detail = f"peak {peak} MiB" if peak else ""
        return failed(signature, detail), blocks_of(found, view, times, stage=stage)
    if chosen is None:
        return _silent(case)
    signature = sign(chosen, found, view, times, stage=stage)
    blocks = blocks_of(found, view, times, stage=stage, chosen=chosen)
    if chosen.reason is not None:
        return unresolved(chosen.reason, chosen.reading.detail or chosen.reading.subject), blocks
    return failed(signature, chosen.reading.detail), blocks


def _was_within_limits(run: Run) -> bool:
    """Whether the kernel counted no kill for the run's own limit of memory, and says so."""
    return run.peak_memory_mib is not None and not run.oom_killed


def _choose(found: tuple[Candidate, ...], case: _Case) -> Candidate | None:
    """The decisive error; what npm itself says last outranks what scripts print before it."""
    if case.failure.in_install:
        words = [c for c in found if re.match(r"^npm (?:error|ERR!) code ", c.text)]
        if words and words[-1].weight is Weight.CAUSE:
            return words[-1]
        # A script failed, so what looked like npm's own trouble before was the script's.
        mine = [c for c in found if not words or c.reason is not UnresolvedReason.REGISTRY]
        return decisive(mine, closed=-1)
    chosen = decisive(found, closed=case.times.closed)
    if chosen is None or chosen.reason is not UnresolvedReason.REGISTRY:
        return chosen
    # A build that only reports trouble with the registry, and then fails of something else.
    later = [
        c
        for c in found
        if c.index >= chosen.end
        and c.reason is None
        and c.weight is not Weight.WRAPPER
        and not _TASK_ENDED.search(c.text)
    ]
    return later[0] if later else chosen


def _silent(case: _Case) -> Judged:
    """A command that failed without a word any rule knows."""
    how = case.failure.how
    command = innermost_command(case.view) or case.failure.command
    last = last_words(case.view)
    match how:
        case "127":
            signature = _plain(case.last_stage, "command-not-found", last, command.split(" ")[0])
        case "126":
            signature = _plain(case.last_stage, "permission-denied", last, command.split(" ")[0])
        case _:
            signature = _plain(case.last_stage, "script-failed", last, command)
    block = ErrorBlock(first_line=max(0, case.view.total - 1), lines=(last,), signature=signature)
    return failed(signature, f"exit {how}" if how else ""), (block,)
