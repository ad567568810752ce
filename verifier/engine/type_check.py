"""The whole of a type check that stopped at its first error.

Next.js tells one type error and ends, so that each would cost a build of its own. After such a
build the project's own compiler is asked once for all of them, in the same container: the files
that Next.js generates for the check are there then, and the settings it completes. Nothing is said
where that compiler does not report the very error that the build told, since it checks something
else then.
"""

from __future__ import annotations

import re
from typing import Final

HEADING: Final = "[verifier: the project's own tsc, asked for every error of this type check]"
MOST_READ_BYTES: Final = 64 << 10
"""How much of a log's end is read for the error that ended the build."""
_MOST_TOLD: Final = 200
_ESCAPES: Final = re.compile(r"\x1b\[[0-9;]*m")
_FIRST: Final = re.compile(
    r"^(?:\./)?(?P<place>\S[^\n]{0,300}?\.[cm]?tsx?(?::\d{1,7}:\d{1,7})?)\nType error: ",
    re.MULTILINE,
)
_TOLD: Final = re.compile(
    r"^(?P<file>\S.{0,300}?\.[cm]?tsx?)\((?P<line>\d{1,7}),(?P<column>\d{1,7})\): error TS\d+: "
)
_GENERATED: Final = ".next/types/"
_UNBUILT: Final = re.compile(
    r"(?:^|/)(?:node_modules|\.next|__tests__|__mocks__)/|(?:^|[/.])(?:spec|test)\.[^/]+$"
)
"""Files of which Next.js tells no error, and those that are no file of the project.

Source: `next/dist/lib/typescript/runTypeCheck.js` of Next.js 15.5, seen 2026-11-30.
"""


def first_error(log_end: bytes) -> str:
    """The place of the type error at which `next build` ended, empty if it ended otherwise.

    `file:line:column`; the file alone where what the build generated for it is wrong about it.
    """
    found = _FIRST.search(_ESCAPES.sub("", log_end.decode(errors="replace")))
    return "" if found is None else found["place"]


def section(output: str, place: str) -> bytes:
    """What goes below the log: every error of the compiler's output; empty if it lacks `place`."""
    told: list[str] = []
    places: set[str] = set()
    for line in output.splitlines():
        match = _TOLD.match(line)
        if match is None:
            continue
        places.add(f"{match['file']}:{match['line']}:{match['column']}")
        if _UNBUILT.search(match["file"]) is None:
            told.append(line[:1000])
    has_place = re.search(r":\d+$", place) is not None
    if place not in places and (has_place or not any(_GENERATED in p for p in places)):
        return b""
    # An empty line ends an error, or one would be read as going on with the next.
    return "\n\n".join(["", HEADING, *told[:_MOST_TOLD], ""]).encode()
