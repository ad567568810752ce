"""Routes that a failing build names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

_ROUTE: Final = re.compile(
    r"(?:page data for|collect configuration for|prerendering page|boundary at page"
    r"|error on|[Pp]age)\s+[\"'`]?(?P<route>/[\w./()@\[\]-]*)"
)
_EXPORT: Final = re.compile(r"Export encountered an error on (?P<file>/\S*?): (?P<route>/[^,\s]*)")


def named_routes(lines: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each line that names a failing route, with the route as the build spells it."""
    for line in lines:
        exported = _EXPORT.search(line)
        if exported is not None:
            yield line, exported["route"]
            continue
        for match in _ROUTE.finditer(line):
            route = match["route"].rstrip(".")
            if route.count("]") > route.count("["):
                route = route.removesuffix("]")
            yield line, route
