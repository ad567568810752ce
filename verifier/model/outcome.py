"""What one run came to: pass, fail with a signature, or cannot tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum
from types import MappingProxyType


class Stage(IntEnum):
    """The stages of a deployment in the order in which they can fail."""

    FETCH = 1
    TOOLCHAIN = 2
    INSTALL = 3
    GENERATE = 4
    COMPILE = 5
    TYPECHECK = 6
    PRERENDER = 7
    PACKAGE = 8
    GATE = 9
    BOOT = 10
    ROUTE = 11
    SESSION = 12
    DATA = 13

    @property
    def word(self) -> str:
        """The stage's name as reports show it."""
        return self.name.lower()


_LONGEST = 120
_WORDLESS = frozenset({"unclassified", "script-failed"})
"""Classes that say nothing of what went wrong; only their lines can tell two failures apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureSignature:
    """Identifies a failure: where, of what class, about what.

    Two failures with the same stage, class and subject are the same failure.
    """

    stage: Stage
    error_class: str
    """A stable kebab-case word, such as `module-not-found`; `unclassified` if no rule knew it."""
    subject: str
    """The bare thing it is about (`dayjs`, `DATABASE_URL`, `/about`); empty if unknown."""
    line: str = ""
    """The decisive log line, normalised (no colour, times, hashes, absolute prefixes)."""

    @property
    def is_wordless(self) -> bool:
        """Whether only the line says what went wrong."""
        return self.error_class in _WORDLESS

    @property
    def about(self) -> str:
        """What the failure is about, for people: the subject, else what the line says, cut."""
        if self.subject or not self.is_wordless:
            return self.subject
        return self.line if len(self.line) <= _LONGEST else f"{self.line[:_LONGEST].rstrip()}…"

    def same_as(self, other: FailureSignature) -> bool:
        """Whether both are the same failure: class and subject, else lines alike by 0.8."""
        if self.error_class == other.error_class and not self.is_wordless:
            if self.subject == other.subject:
                return True
            if self.subject and other.subject:
                return False
        mine, theirs = _words(self.line), _words(other.line)
        if not mine or not theirs:
            return self.stage is other.stage and self.error_class == other.error_class
        return len(mine & theirs) / len(mine | theirs) >= 0.8


def _words(line: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w@./-]+", line.lower()))


class UnresolvedReason(Enum):
    """Why a run says nothing about the project."""

    ENGINE_LOST = "the container engine went away or refused"
    DISK_FULL = "no space left for the engine"
    REGISTRY = "the package registry did not answer or answered wrongly"
    NETWORK = "the build needs a host that cannot be reached from here"
    TIMEOUT = "verifier's own time limit was reached"
    BUDGET = "the budget was used up before this run"
    FLAKE = "the same run gave different outcomes"
    CANCELLED = "the run was cancelled"
    NOT_REPLAYABLE = "this side cannot be replayed here"
    RECORDED = "the outcome was recorded elsewhere and cannot be run again here"
    KILLED = "something outside killed the build, which was within its limits"
    OTHER = "verifier could not observe the run"

    @property
    def advice(self) -> str:
        """What a person can do about it; empty where nothing can be done."""
        return _ADVICE.get(self, "")


_AGAIN = "then run the same command again"
_ADVICE: Mapping[UnresolvedReason, str] = MappingProxyType(
    {
        UnresolvedReason.ENGINE_LOST: f"see `verifier doctor`, {_AGAIN}",
        UnresolvedReason.DISK_FULL: "make room (`verifier doctor --prune` frees what is unused, "
        f"VERIFIER_HOME and TMPDIR name another disk), {_AGAIN}",
        UnresolvedReason.REGISTRY: "run the same command again once the registry answers",
        UnresolvedReason.NETWORK: "run the same command again where that host can be reached",
        UnresolvedReason.TIMEOUT: "run it again on a machine with less to do",
        UnresolvedReason.BUDGET: "allow more with --max-trials or --max-minutes",
        UnresolvedReason.KILLED: f"give this machine more free memory, {_AGAIN}",
    }
)


class Status(Enum):
    """The three things a run can come to."""

    PASS = "pass"  # noqa: S105  (a word, not a password)
    FAIL = "fail"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run came to; build it with `passed`, `failed` or `unresolved`."""

    status: Status
    signature: FailureSignature | None = None
    reason: UnresolvedReason | None = None
    detail: str = ""

    def __post_init__(self) -> None:
        if (self.status is Status.FAIL) != (self.signature is not None):
            msg = "a failure, and only a failure, has a signature"
            raise ValueError(msg)
        if (self.status is Status.UNRESOLVED) != (self.reason is not None):
            msg = "an unresolved outcome, and only that, has a reason"
            raise ValueError(msg)

    @property
    def is_pass(self) -> bool:
        """Whether the run passed."""
        return self.status is Status.PASS

    @property
    def is_fail(self) -> bool:
        """Whether the project failed."""
        return self.status is Status.FAIL

    @property
    def is_unresolved(self) -> bool:
        """Whether the run says nothing."""
        return self.status is Status.UNRESOLVED


def passed() -> Outcome:
    """The outcome of a run in which every stage went through."""
    return Outcome(status=Status.PASS)


def failed(signature: FailureSignature, detail: str = "") -> Outcome:
    """The outcome of a run that the project itself broke."""
    return Outcome(status=Status.FAIL, signature=signature, detail=detail)


def unresolved(reason: UnresolvedReason, detail: str = "") -> Outcome:
    """The outcome of a run that says nothing about the project."""
    return Outcome(status=Status.UNRESOLVED, reason=reason, detail=detail)
