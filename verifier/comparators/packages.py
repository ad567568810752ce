"""Which packages were really installed, and at which versions.

Where a package lies in the tree is the manager's affair: only the versions of each name count.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from verifier.comparators._sides import between, group
from verifier.model.difference import Difference
from verifier.model.observation import Observation

_PLATFORM: Final = re.compile(
    r"(?:^|[-/@])(?:linux|darwin|win32|freebsd|android|openbsd|netbsd|sunos|aix|wasm32|musl)(?:-|$)"
    r"|-(?:x64|arm64|ia32|arm)(?:-(?:gnu|musl|msvc))?$|^fsevents$"
)


def compare(local: Observation | None, clean: Observation) -> tuple[Difference, ...]:
    """Packages whose versions differ, or which one side lacks."""
    if local is None or not local.installed or not clean.installed:
        return ()
    mine, theirs = _versions(local.installed), _versions(clean.installed)
    children = [
        found
        for name in sorted(mine.keys() | theirs.keys())
        if (
            found := between(
                "packages",
                name,
                mine.get(name),
                theirs.get(name),
                matters=not _PLATFORM.search(name),
            )
        )
    ]
    return group("packages", "installed packages", children)


def _versions(installed: Mapping[str, str]) -> dict[str, str]:
    """Name → its versions, sorted and joined; wherever in the tree they lie."""
    found: dict[str, set[str]] = {}
    for path, version in installed.items():
        name = path.replace("\\", "/").rsplit("node_modules/", 1)[-1].strip("/")
        if name:
            found.setdefault(name, set()).add(version)
    return {name: ", ".join(sorted(versions, key=_order)) for name, versions in found.items()}


def _order(version: str) -> tuple[tuple[int, int | str], ...]:
    parts = re.split(r"(\d+)", version[:100])
    return tuple((0, int(part)) if part.isdecimal() else (1, part) for part in parts)
