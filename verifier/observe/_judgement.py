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
from verifier.observe._candidates import Candidate, decisive, find
from verifier.observe._excerpt import Excerpt
from verifier.observe._rule import Weight, is_quoted_code
from verifier.observe._rules_platform import meaning_of, spawned_command
from verifier.observe._stages import Timeline, timeline
from verifier.observe._text import normalise

BUILD_LIMIT_S: Final = 45 * 60
"""Source: build limit of the platform, documentation of limits, seen 2026-11-23."""
_KILLED: Final = frozenset({"137", "134", "SIGKILL", "-9"})
_INSTALLS: Final = re.compile(r"\b(?:npm|pnpm|yarn|bun|vlt)\s+(?:install|ci|i)\b|^(?:yarn|bun)$")
_MAX_BLOCKS: Final = 60
_PAGES: Final = frozenset({"page-data-error", "prerender-error"})

Judged = tuple[Outcome, tuple[ErrorBlock, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Failure:
    """Which command failed, and how, as far as the engine and the platform's CLI know."""

    in_install: bool
    in_build: bool
    command: str
    how: str


def judge(run: Run, view: Excerpt) -> Judged:
    """The outcome of a run and its error blocks, the decisive one first."""
    if run.infra is not None:
        return unresolved(run.infra, run.infra_detail), ()
    if run.exit_code == 0 and not run.timed_out:
        return passed(), ()
    times = timeline(view)
    if run.timed_out:
        return _timed_out(run, times)
    if run.exit_code is None and not run.oom_killed:
        return unresolved(UnresolvedReason.OTHER, "the run ended without an exit code"), ()
    failure = _failure(run)
    if run.builder_error is not None and not failure.how:
        platform = _by_platform(run, view, times)
        if platform is not None:
            return platform
    return _by_log(run, view, times, failure)


def _timed_out(run: Run, times: Timeline) -> Judged:
    if run.seconds < BUILD_LIMIT_S:
        return unresolved(UnresolvedReason.TIMEOUT, "stopped before the platform would have"), ()
    stage = times.stages[-1] if times.stages else Stage.COMPILE
    line = "the build took longer than the platform allows"
    signature = FailureSignature(stage=stage, error_class="timed-out", subject="", line=line)
    return failed(signature, line), ()


def _failure(run: Run) -> _Failure:
    """The command that failed: from spawned commands, else the CLI's words, else the steps."""
    spawn = next((s for s in run.spawns if s.exit_code not in {0, None}), None)
    named = spawned_command(run.builder_error)
    if spawn is not None and (named is not None or run.builder_error is None):
        how = named[1] if named and named[1] else str(spawn.exit_code)
        return _Failure(
            in_install=spawn.phase == "install",
            in_build=spawn.phase != "install",
            command=spawn.command,
            how=how,
        )
    if named is not None:
        install = bool(_INSTALLS.search(named[0].strip()))
        return _Failure(in_install=install, in_build=not install, command=named[0], how=named[1])
    if run.builder_error is None:
        step = next((s for s in run.steps if s.exit_code not in {0, None}), None)
        if step is not None:
            return _Failure(
                in_install=step.name == "install",
                in_build=step.name == "build",
                command="",
                how=str(step.exit_code),
            )
        return _Failure(in_install=False, in_build=False, command="", how=str(run.exit_code))
    return _Failure(in_install=False, in_build=False, command="", how="")


def _by_platform(run: Run, view: Excerpt, times: Timeline) -> Judged | None:
    """The failure as the platform's own code names it, None for codes without a meaning."""
    error = run.builder_error
    meaning = meaning_of(error) if error is not None else None
    if error is None or meaning is None:
        return None
    error_class, stage, subject = meaning
    message = normalise(error.message.split("\n", 1)[0])
    signature = FailureSignature(
        stage=stage, error_class=error_class, subject=subject, line=message
    )
    position = next(
        (i for i in range(len(view.lines) - 1, -1, -1) if f"[{error.code}]" in view.lines[i]), None
    )
    lines = tuple(normalise(line) for line in error.message.split("\n")[:16] if line.strip())
    first = view.numbers[position] if position is not None else max(0, view.total - 1)
    block = ErrorBlock(first_line=first, lines=lines, signature=signature)
    others = find(view, times)
    rest = _blocks([c for c in others if c.index > times.closed], view, times, None)
    return failed(signature), (block, *rest)


def _by_log(run: Run, view: Excerpt, times: Timeline, failure: _Failure) -> Judged:
    """The failure as the log explains it."""
    start = times.built if failure.in_build else 0
    found = find(view, times, start)
    if failure.in_install:
        found = tuple(c for c in found if times.built < 0 or c.index < times.built) or found
    closed = -1 if failure.in_install else times.closed
    chosen = decisive(found, closed=closed)
    if failure.in_install:
        chosen = _npm_verdict(found) or chosen
    elif chosen is not None and chosen.reason is UnresolvedReason.REGISTRY:
        chosen = _unless_outshouted(chosen, found)
    if run.oom_killed or (failure.how in _KILLED and _is_vague(chosen)):
        return _out_of_memory(run, view, times, failure, found, chosen)
    if chosen is None:
        return _silent(view, times, failure)
    signature = _signature(chosen, found, view, times, failure)
    blocks = _blocks(found, view, times, failure, chosen, signature)
    if chosen.reason is not None:
        detail = chosen.reading.detail or chosen.reading.subject
        return unresolved(chosen.reason, detail), blocks
    return failed(signature, chosen.reading.detail), blocks


def _npm_verdict(found: tuple[Candidate, ...]) -> Candidate | None:
    """Npm's last own word in an install, which nothing printed before it can fake."""
    words = [c for c in found if re.match(r"^npm (?:error|ERR!) code ", c.text)]
    if not words or words[-1].weight is not Weight.CAUSE:
        return None
    return words[-1]


def _unless_outshouted(trouble: Candidate, found: tuple[Candidate, ...]) -> Candidate:
    """Trouble with the registry that a build reports counts only if nothing follows it."""
    later = [c for c in found if c.index >= trouble.end and c.reason is None]
    return later[0] if later else trouble


def _is_vague(chosen: Candidate | None) -> bool:
    return chosen is None or chosen.weight is not Weight.CAUSE


def _out_of_memory(
    run: Run,
    view: Excerpt,
    times: Timeline,
    failure: _Failure,
    found: tuple[Candidate, ...],
    chosen: Candidate | None,
) -> Judged:
    stage = Stage.INSTALL if failure.in_install else _build_stage(times, len(times.stages) - 1)
    peak = f"peak {run.peak_memory_mib} MiB" if run.peak_memory_mib else ""
    line = "killed for want of memory"
    signature = FailureSignature(stage=stage, error_class="out-of-memory", subject="", line=line)
    return failed(signature, peak), _blocks(found, view, times, failure, chosen)


def _silent(view: Excerpt, times: Timeline, failure: _Failure) -> Judged:
    """A command that failed without a word any rule knows."""
    command = _innermost_command(view) or failure.command
    if failure.how == "127":
        error_class, subject = "command-not-found", command.split(" ", 1)[0]
    elif failure.how == "126":
        error_class, subject = "permission-denied", command.split(" ", 1)[0]
    else:
        error_class, subject = "script-failed", command
    stage = Stage.INSTALL if failure.in_install else _build_stage(times, len(times.stages) - 1)
    last = _last_words(view)
    signature = FailureSignature(stage=stage, error_class=error_class, subject=subject, line=last)
    block = ErrorBlock(first_line=max(0, view.total - 1), lines=(last,), signature=signature)
    return failed(signature, f"exit {failure.how}" if failure.how else ""), (block,)


def _innermost_command(view: Excerpt) -> str:
    """The last command line that a package manager announced."""
    for index in range(len(view.lines) - 1, 0, -1):
        match = re.match(r"^(?:> |\$ )(\S.*)$", view.lines[index])
        if match and not re.match(r"^Build (?:error|failed)", match[1]):
            return match[1].strip()
    return ""


def _last_words(view: Excerpt) -> str:
    for line in reversed(view.lines):
        if line.strip() and not line.startswith("Error: [BUILD_UTILS_") and "_logs/" not in line:
            if re.match(r"^npm (?:error|ERR!)\s*(?:A complete log.*)?$|^Node\.js v", line):
                continue
            return normalise(line)[:400]
    return ""


def _build_stage(times: Timeline, index: int) -> Stage:
    """The stage of a line of a build command; it never reaches beyond prerendering."""
    if not times.stages or index < 0:
        return Stage.COMPILE
    stage = times.stages[min(index, len(times.stages) - 1)]
    if stage is Stage.INSTALL:
        return Stage.COMPILE
    return min(stage, Stage.PRERENDER)


def _stage(chosen: Candidate, times: Timeline, failure: _Failure | None) -> Stage:
    if failure is not None and failure.in_install:
        return Stage.INSTALL
    if chosen.stage is not None:
        return chosen.stage
    if failure is None or failure.in_build or times.built >= 0:
        return _build_stage(times, chosen.index)
    return Stage.COMPILE


def _signature(
    chosen: Candidate,
    found: tuple[Candidate, ...],
    view: Excerpt,
    times: Timeline,
    failure: _Failure | None,
) -> FailureSignature:
    reading = chosen.reading
    subject = reading.subject
    error_class = chosen.error_class
    line = normalise(reading.line or chosen.text)
    stage = _stage(chosen, times, failure)
    pages = [c for c in found if c.error_class in _PAGES and c.reading.subject]
    page = min(pages, key=lambda c: abs(c.index - chosen.index)).reading.subject if pages else ""
    if chosen.weight is Weight.WRAPPER and error_class in _PAGES:
        inner = _inner_message(chosen, found)
        line = f"{inner} (page {subject})" if inner else line
    elif page and stage is Stage.PRERENDER and chosen.error_class not in _PAGES:
        line = f"{line} (page {page})"
        if error_class == "router-not-mounted":
            subject = page
    if error_class == "script-failed" and not subject:
        subject = _innermost_command(view)
    return FailureSignature(
        stage=stage, error_class=error_class, subject=subject[:400], line=line[:1000]
    )


def _inner_message(wrapper: Candidate, found: tuple[Candidate, ...]) -> str:
    near = [c for c in found if c.weight is Weight.GENERIC and abs(c.index - wrapper.index) <= 40]
    return normalise(near[0].text) if near else ""


def _blocks(
    found: tuple[Candidate, ...] | list[Candidate],
    view: Excerpt,
    times: Timeline,
    failure: _Failure | None,
    chosen: Candidate | None = None,
    signature: FailureSignature | None = None,
) -> tuple[ErrorBlock, ...]:
    """Error blocks in order, the decisive one first, each failure once."""
    everything = tuple(found)
    order = ([chosen] if chosen is not None else []) + [c for c in everything if c is not chosen]
    blocks: list[ErrorBlock] = []
    seen: set[tuple[str, str]] = set()
    for one in order:
        mine = (
            signature
            if one is chosen and signature is not None
            else _signature(one, everything, view, times, failure)
        )
        key = (mine.error_class, mine.subject or mine.line)
        if key in seen:
            continue
        seen.add(key)
        blocks.append(
            ErrorBlock(
                first_line=view.numbers[one.index],
                lines=_lines(one, view),
                signature=mine,
                location=one.reading.location,
            )
        )
        if len(blocks) >= _MAX_BLOCKS:
            break
    return tuple(blocks)


def _lines(one: Candidate, view: Excerpt) -> tuple[str, ...]:
    """The lines of a block: its heading above, and what belongs to it below."""
    start = one.index
    while start > 0 and one.index - start < 3:
        above = view.lines[start - 1]
        if not above.strip() or is_quoted_code(above):
            break
        start -= 1
    end = max(one.end, one.index + 1)
    while end < len(view.lines) and end - one.index < 24:
        below = view.lines[end]
        if not below.strip():
            break
        end += 1
    return tuple(normalise(line) for line in view.lines[start:end] if line.strip())
