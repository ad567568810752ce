"""Which stage each line of a log belongs to, read from the marks that tools print as they go on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from verifier.model.outcome import Stage
from verifier.observe._excerpt import Excerpt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """A line that begins a stage; closes: whatever went before it has ended well."""

    pattern: re.Pattern[str]
    stage: Stage
    closes: bool = False


def _mark(pattern: str, stage: Stage, *, closes: bool = False) -> _Mark:
    return _Mark(pattern=re.compile(pattern), stage=stage, closes=closes)


_MARKS: Final = (
    _mark(r"^Running \"install\" command|^Installing dependencies\.\.\.", Stage.INSTALL),
    _mark(r"^(?:added|removed|changed) \d+ packages?\b|^up to date\b", Stage.GENERATE, closes=True),
    _mark(r"^(?:✨  )?Done in [\d.]+ ?m?s\b", Stage.GENERATE, closes=True),
    _mark(r"^\d+ packages? installed \[", Stage.GENERATE, closes=True),
    _mark(r"^Running \"(?!install)[^\"]+\"|^Detected Next\.js version", Stage.COMPILE),
    _mark(r"^> (?:[^\s@]+@?\S* )?(?:prebuild|generate|codegen|db:generate)\b", Stage.GENERATE),
    _mark(r"^> (?:\S+@\S+ )?build\b", Stage.COMPILE),
    _mark(r"^Prisma schema loaded from", Stage.GENERATE),
    _mark(r"^✔ Generated Prisma Client", Stage.COMPILE, closes=True),
    _mark(r"^\s*Creating an optimized production build|^\s*▲ Next\.js", Stage.COMPILE),
    _mark(r"^\s*✓ Compiled (?:successfully|with warnings)", Stage.TYPECHECK, closes=True),
    _mark(r"^\s*(?:⚠ )?Compiled with warnings", Stage.TYPECHECK, closes=True),
    _mark(r"^\s*(?:✓ )?Linting and checking validity|^\s*Running TypeScript", Stage.TYPECHECK),
    _mark(r"^\s*(?:✓ )?Finished TypeScript in", Stage.PRERENDER, closes=True),
    _mark(r"^\s*(?:✓ )?Collecting page data", Stage.PRERENDER, closes=True),
    _mark(r"^\s*(?:✓ )?Generating static pages", Stage.PRERENDER),
    _mark(
        r"^\s*(?:✓ )?(?:Finalizing page optimization|Collecting build traces)",
        Stage.PACKAGE,
        closes=True,
    ),
    _mark(r"^✓ built in \d|^\s*✓ built in", Stage.COMPILE, closes=True),
    _mark(r"^\[(?:build|vite|nitro)\] .*(?:✓ Completed|built)\b", Stage.COMPILE, closes=True),
    _mark(r"^\s*prerendering static routes|^\s*▶ ", Stage.PRERENDER),
    _mark(
        r"^(?:Traced Next\.js server files|Created all serverless functions)",
        Stage.PACKAGE,
        closes=True,
    ),
)
_WARNINGS: Final = re.compile(
    r"^\s*⚠ Compiled with warnings|^\s*Compiled with warnings"
    r"|^Turbopack build encountered \d+ warning"
)
_WARNINGS_END: Final = re.compile(
    r"^\s*(?:✓ )?(?:Linting and|Collecting page data|Running TypeScript|Compiled successfully)"
    r"|^> Build (?:error|failed)|^Failed to compile|^File sizes after gzip"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The stage of every line of a view.

    closed: position of the last mark by which everything above had gone well; -1 if there is none.
    quiet: positions inside blocks of warnings.
    """

    stages: tuple[Stage, ...]
    closed: int
    quiet: frozenset[int]
    built: int
    """Position at which the build command began; -1 if no line says so."""


def timeline(view: Excerpt) -> Timeline:
    """Read the marks of a log."""
    stage = Stage.INSTALL
    stages: list[Stage] = []
    quiet: set[int] = set()
    closed = built = -1
    in_warnings = False
    for index, line in enumerate(view.lines):
        head = line[:200]
        mark = next((m for m in _MARKS if m.pattern.match(head)), None)
        if mark is not None:
            stage = mark.stage
            if mark.closes and not view.interleaved:
                closed = index
            if stage is Stage.COMPILE and not mark.closes and built < 0:
                built = index
        if _WARNINGS.match(head):
            in_warnings = True
        elif in_warnings and _WARNINGS_END.match(head):
            in_warnings = False
        if in_warnings:
            quiet.add(index)
        stages.append(stage)
    return Timeline(stages=tuple(stages), closed=closed, quiet=frozenset(quiet), built=built)
