"""Which Node.js the platform builds with, or the words with which it refuses.

Only a major can be chosen. `.nvmrc` and `.node-version` are not read.

Source: `getNodeVersion` and `getSupportedNodeVersion` in `@vercel/build-utils` 14.21.1,
seen 2026-11-23.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from verifier.vercel.ranges import exact_version, is_range, meets_line

LINK: Final = "https://vercel.link/node-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMajor:
    """One major the platform knows; discontinued: the first day on which it refuses to build."""

    major: int
    minor: int | None = None
    discontinued: date | None = None

    @property
    def range(self) -> str:
        """The range by which the platform names it."""
        return f"{self.major}.x" if self.minor is None else f"{self.major}.{self.minor}.x"


NODE_MAJORS: Final = (
    NodeMajor(major=24),
    NodeMajor(major=22),
    NodeMajor(major=20, discontinued=date(2026, 10, 1)),
    NodeMajor(major=18, discontinued=date(2025, 9, 1)),
    NodeMajor(major=16, discontinued=date(2025, 2, 3)),
    NodeMajor(major=14, discontinued=date(2023, 8, 15)),
    NodeMajor(major=12, discontinued=date(2022, 10, 3)),
    NodeMajor(major=10, discontinued=date(2021, 4, 20)),
    NodeMajor(major=8, minor=10, discontinued=date(2020, 1, 6)),
)
"""Newest first. Source: `NODE_VERSIONS` in `@vercel/build-utils` 14.21.1, seen 2026-11-23."""

INSTALLED: Final = frozenset({24, 22, 20})
"""Majors whose folder `/nodeNN` lies in the build image; the others are not even considered.

Source: outcomes of the real builder, seen 2026-11-23: it calls `20.x` discontinued and `18.x`
invalid.
"""


class RefusalCode(Enum):
    """Codes of the platform's own error."""

    DISCONTINUED = "BUILD_UTILS_NODE_VERSION_DISCONTINUED"
    INVALID = "BUILD_UTILS_NODE_VERSION_INVALID"

    @property
    def error_class(self) -> str:
        """The class of the failure, as observations name it."""
        match self:
            case RefusalCode.DISCONTINUED:
                return "node-version-discontinued"
            case RefusalCode.INVALID:
                return "node-version-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeChoice:
    """The major that is used, why, and what the platform warns about."""

    major: int
    why: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRefusal:
    """The platform stops before it installs anything.

    asked: the range it could not serve. from_engines: it comes from package.json, not from the
    project's settings.
    """

    code: RefusalCode
    message: str
    asked: str
    from_engines: bool


def newest() -> int:
    """The newest major of the image, used where nothing is asked for."""
    return next(m.major for m in NODE_MAJORS if m.major in INSTALLED)


def offered(today: date) -> tuple[int, ...]:
    """Majors the platform builds with on a day, newest first."""
    return tuple(m.major for m in NODE_MAJORS if m.major in INSTALLED and not _is_gone(m, today))


def select_node(
    engines: str | None, setting: str | None, *, today: date
) -> NodeChoice | NodeRefusal:
    """The major for `engines.node` and the project setting; either may be absent or empty."""
    asked = engines or setting
    if not asked:
        return NodeChoice(major=newest(), why="newest major of the platform")
    from_engines = bool(engines)
    chosen = _first_meeting(asked)
    if chosen is None:
        text = f'Found invalid or discontinued Node.js Version: "{asked}". {_hint(from_engines)}'
        return _refused(RefusalCode.INVALID, text, asked, from_engines)
    if _is_gone(chosen, today):
        text = (
            f'Node.js Version "{chosen.range}" is discontinued and must be upgraded. '
            f"{_hint(from_engines)}"
        )
        return _refused(RefusalCode.DISCONTINUED, text, asked, from_engines)
    origin = "engines.node in package.json" if from_engines else "the project's settings"
    return NodeChoice(
        major=chosen.major,
        why=f'{origin} asks for "{asked}"',
        warnings=_warnings(engines, setting, chosen),
    )


def _first_meeting(asked: str) -> NodeMajor | None:
    if not is_range(asked):
        return None
    known = (m for m in NODE_MAJORS if m.major in INSTALLED)
    return next((m for m in known if meets_line(asked, m.major, m.minor)), None)


def _is_gone(version: NodeMajor, today: date) -> bool:
    return version.discontinued is not None and version.discontinued <= today


def _hint(from_engines: bool) -> str:
    major = newest()
    if from_engines:
        return (
            f'Please set "engines": {{ "node": "{major}.x" }} in your `package.json` file '
            f"to use Node.js {major}."
        )
    return (
        f"Please set Node.js Version to {major}.x in your Project Settings to use Node.js {major}."
    )


def _refused(code: RefusalCode, message: str, asked: str, from_engines: bool) -> NodeRefusal:
    return NodeRefusal(code=code, message=message, asked=asked, from_engines=from_engines)


def _warnings(engines: str | None, setting: str | None, chosen: NodeMajor) -> tuple[str, ...]:
    found = []
    if chosen.discontinued is not None:
        day = chosen.discontinued.isoformat()
        found.append(f"Node.js {chosen.range} is deprecated; deployments fail from {day} on")
    if engines and setting and is_range(setting) and not meets_line(setting, chosen.major):
        found.append(f'engines.node overrides the project setting "{setting}"')
    if engines and exact_version(engines) is not None:
        found.append(f'only the major of "{engines}" is honoured')
    elif engines and meets_line(engines, newest() + 1):
        found.append(f'"{engines}" moves to the next major as soon as the platform has one')
    return tuple(found)
