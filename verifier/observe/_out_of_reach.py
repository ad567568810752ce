"""What a build wanted from outside, could not get, and something else can stand in for.

Sources: `next/font` of Next.js 14.2, 15.5 and 16.4: a font that cannot be fetched stops a
production build, and Turbopack tells the address of the style sheet. pnpm 10.34 and 11.28: where
`packageManager` names an exact version, it is fetched, and run only if the registry signed it; a
mirror of the registry that leaves signatures out stops the install. Seen 2026-11-25.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

FONT_REFUSED: Final = re.compile(r"Failed to fetch `?(?P<font>[^`]+?)`? from Google Fonts")
_SHEET: Final = re.compile(r"https://fonts\.googleapis\.com/css2\?[\w:;=&,.+@%-]+")
_MOST: Final = 50
PNPM_REFUSED: Final = re.compile(
    r"Refusing to run pnpm@(?P<version>[\w.+-]+): its npm registry signature could not be verified"
)


def refused_font_sheets(lines: Iterable[str]) -> tuple[str, ...] | None:
    """Addresses of style sheets that a log names, None where no font was refused."""
    is_refused = False
    sheets: dict[str, None] = {}
    for line in lines:
        is_refused = is_refused or FONT_REFUSED.search(line) is not None
        sheets.update(dict.fromkeys(_SHEET.findall(line)))
    return tuple(sorted(sheets)[:_MOST]) if is_refused else None


def refused_pnpm(lines: Iterable[str]) -> str:
    """The version of pnpm that was fetched and not run, empty where none was."""
    return next((m["version"] for line in lines if (m := PNPM_REFUSED.search(line))), "")
