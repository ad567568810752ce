"""What a lockfile says, in one shape for all formats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

LINUX_X64: Final = re.compile(r"(.*?)linux-(?:x64|64|amd64)(?:-(?:gnu|glibc))?")
"""Names of packages that hold a binary for Linux on x86-64 with glibc."""
_LINUX_ARM: Final = re.compile(r"(.*?)linux-arm64((?:-gnu|-glibc)?)")


class Unreadable(Exception):
    """The text is no lockfile of the expected format."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """A lockfile as read.

    importers: folder relative to the lockfile (`""` for its own) → name → recorded range.
    ranges: every `name@range` the lockfile answers, for formats without importers.
    locked: version of every direct dependency, where ranges are not recorded at all.
    urls: addresses that archives were resolved from. optional: names of optional packages that
    some entry asks for. names: names of all packages that have an entry.
    is_exact: a recorded name that is not declared any more is a drift, too.
    lenient: names whose recorded range the format derives in another way (overrides).
    """

    version: str
    packages: Mapping[str, str] = field(default_factory=dict)
    importers: Mapping[str, Mapping[str, str]] | None = None
    ranges: frozenset[str] | None = None
    locked: Mapping[str, str] | None = None
    urls: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    is_exact: bool = False
    lenient: frozenset[str] = frozenset()


def missing_platform(contents: Contents) -> tuple[str, ...]:
    """The binaries for Linux on x86-64 that the lockfile asks for, or implies, but lacks."""
    asked = {name for name in contents.optional if LINUX_X64.fullmatch(name)}
    families = {m.group(1) for m in map(LINUX_X64.fullmatch, contents.names | asked) if m}
    for name in contents.names:
        match = _LINUX_ARM.fullmatch(name)
        if match is not None and match.group(1) not in families:
            asked.add(f"{match.group(1)}linux-x64{match.group(2)}")
    return tuple(sorted(asked - contents.names))


def table(value: object) -> Mapping[str, Any]:
    """A mapping with text keys; empty for anything else."""
    if not isinstance(value, Mapping):
        return {}
    return (
        value if all(isinstance(k, str) for k in value) else {str(k): v for k, v in value.items()}
    )


def text(value: object) -> str:
    """A text or number as text; empty for anything else."""
    return str(value) if isinstance(value, str | int | float) else ""


def merged_ranges(groups: Iterable[object]) -> dict[str, str]:
    """Names and ranges of several groups of dependencies, later groups winning."""
    return {str(n): text(r) for group in groups for n, r in table(group).items()}
