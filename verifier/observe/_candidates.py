"""Every error a log speaks of, and which of them is the decisive one.

A project prints what it likes, so a line counts only inside the part of the log in which the run
failed, and a line that names a cause counts more than one that names a place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from verifier.model.outcome import Stage, UnresolvedReason
from verifier.observe import (
    _rules_code,
    _rules_env,
    _rules_modules,
    _rules_next,
    _rules_npm,
    _rules_optional,
    _rules_platform,
    _rules_pnpm,
    _rules_runtime,
    _rules_sites,
)
from verifier.observe._excerpt import Excerpt
from verifier.observe._noise import is_harmless, is_warning
from verifier.observe._rule import (
    READ,
    Around,
    Reading,
    Rule,
    Weight,
    is_quoted_code,
    place_near,
    rule,
)
from verifier.observe._stages import Timeline

_GENERIC: Final[tuple[Rule, ...]] = (
    rule(
        r"^(?:\s*(?:\u2a2f|✘|✖|❌|✗) )?(?:\[cause\]: )?"
        r"(?:Uncaught )?\[?(?:[A-Z]\w*)?(?:Error|Exception)"
        r"(?: \[[\w.-]+\])?\]?: \S",
        "unclassified",
        weight=Weight.GENERIC,
        read=lambda _m, a: Reading(location=place_near(a, ahead=8), length=8),
    ),
    rule(
        r"^\s*(?:\u2a2f|✘|✖|❌) \S|^\s+x [A-Z]"
        r"|^(?:error|fatal|ERROR)(?:\[\w+\])?:? \S|^\[(?:ERROR|error)\] |^\s*ERROR\s+\S",
        "unclassified",
        weight=Weight.GENERIC,
        read=lambda _m, a: Reading(location=place_near(a), length=4),
    ),
)
RULES: Final[tuple[Rule, ...]] = (
    *_rules_platform.RULES,
    *_rules_npm.RULES,
    *_rules_pnpm.RULES,
    *_rules_next.RULES,
    *_rules_modules.RULES,
    *_rules_optional.RULES,
    *_rules_code.RULES,
    *_rules_env.RULES,
    *_rules_runtime.RULES,
    *_rules_sites.RULES,
    *_GENERIC,
)
_WORTH: Final = re.compile(
    r"error|fail|cannot|can't|can\u2019t|not (?:found|set|defined|supported|configured|provided"
    r"|allowed)|missing"
    r"|invalid|refused|denied|undefined|unable|ERR|\u2a2f|✘|✖|❌|✗|required|requires|must|could not"
    r"|couldn't"
    r"|conflict|killed|SIG|memory|not mounted|suspense|unset|E[A-Z]{4,}|not exported|is not"
    r"|TypeScript"
    r"|\d+:\d+|turbopack|already|export|No |You |Syntax|Unknown|Unclosed|git-lfs|credentials|needs"
    r"|should be|too many|both match|doesn't have|do(?:es)? not exist|did not"
    r"|Only absolute|read-only|frozen|YN00\d\d"
    r"|need to install|trying to use|problem loading|^\s+x [A-Z]|^\s+[x\u00d7] [\w@/-]+\("
    r"|^(?-i:\[[A-Z][a-z]+[A-Z]\w*\] )",
    re.IGNORECASE,
)
_MAX: Final = 400
_LONG: Final = 1500
"""Longer lines quote minified code rather than say something."""
_READ_LINES: Final = 1500


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One error as a rule read it. index, end: positions in the view, end exclusive."""

    index: int
    end: int
    error_class: str
    reading: Reading
    weight: Weight
    stage: Stage | None
    reason: UnresolvedReason | None
    text: str


def find(view: Excerpt, times: Timeline, start: int = 0) -> tuple[Candidate, ...]:
    """Every error the log speaks of from a position on, in order; at most some hundred."""
    found: list[Candidate] = []
    inside = 0
    for index in _worth_reading(view, times, max(0, start)):
        candidate = _read(Around(view=view, index=index)) if index >= inside else None
        if candidate is not None:
            found.append(candidate)
            inside = candidate.end if _is_of_a_piece(candidate) else inside
            if len(found) >= _MAX:
                del found[_MAX // 2]
    return tuple(found)


def _is_of_a_piece(candidate: Candidate) -> bool:
    """Whether the lines of an error are parts of it, whatever they say by themselves.

    A validator lists what it misses; npm says its code again in the words of the system.
    """
    return candidate.error_class == "env-validation" or (
        candidate.reason is UnresolvedReason.REGISTRY and candidate.text.startswith("npm ")
    )


def _worth_reading(view: Excerpt, times: Timeline, start: int) -> list[int]:
    """Positions that may speak of an error; of very many the first and the last."""
    positions = [
        index
        for index in range(start, len(view.lines))
        if index not in times.quiet and _is_worth_reading(view.lines[index])
    ]
    if len(positions) <= 2 * _READ_LINES:
        return positions
    return positions[:_READ_LINES] + positions[-_READ_LINES:]


def _is_worth_reading(line: str) -> bool:
    if len(line) > _LONG and not re.match(r"^\W{0,12}\w*Error\b", line):
        return False
    return (
        bool(line)
        and bool(_WORTH.search(line[:READ]))
        and not is_quoted_code(line)
        and not is_harmless(line)
        and not is_warning(line)
    )


def _read(around: Around) -> Candidate | None:
    for one in RULES:
        reading = one.apply(around)
        if reading is None:
            continue
        index = around.index
        return Candidate(
            index=index,
            end=min(len(around.view.lines), index + max(1, reading.length)),
            error_class=reading.error_class or one.error_class,
            reading=reading,
            weight=one.weight if reading.weight is None else reading.weight,
            stage=reading.stage or one.stage,
            reason=_reason(one, reading),
            text=around.line.strip(),
        )
    return None


def _reason(one: Rule, reading: Reading) -> UnresolvedReason | None:
    if reading.error_class not in {None, "network", "registry", "disk-full"}:
        return None
    return reading.reason or one.reason


_NEAR: Final = 60


def decisive(found: Sequence[Candidate], *, closed: int) -> Candidate | None:
    """The error that explains the failure, None if no line says anything.

    After the last mark of success: the first that names a cause; trouble with the network counts
    where nothing of the project's own does, and stands close to what failed.
    """
    later = [c for c in found if c.index > closed]
    for group in (later, list(found)):
        own = [c for c in group if c.reason is None]
        foreign = [c for c in group if c.reason is not None]
        causes = [c for c in own if c.weight is Weight.CAUSE]
        if causes:
            return causes[0]
        wrappers = [c for c in own if c.weight is Weight.WRAPPER]
        rest = [c for c in own if c.weight is Weight.GENERIC]
        if foreign and _explains(foreign[-1], wrappers or rest):
            return foreign[-1]
        if wrappers or rest:
            return (wrappers or rest)[0]
        if foreign:
            return foreign[-1]
    return None


def _explains(trouble: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether nothing else went wrong far from the trouble."""
    return not others or any(abs(trouble.index - other.index) <= _NEAR for other in others)
