"""Web fonts that a Next.js build wanted and could not fetch.

Sources: `next/font` of Next.js 14.2, 15.5 and 16.4, seen 2026-11-25: a font that cannot be fetched
stops a production build, and Turbopack tells the address of the style sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_REFUSED: Final = re.compile(r"Failed to (?:fetch|download) `?[^`]+?`? from Google Fonts")
_SHEET: Final = re.compile(r"https://fonts\.googleapis\.com/css2\?[\w:;=&,.+@%-]+")
_MOST: Final = 50


def refused_font_sheets(lines: Iterable[str]) -> tuple[str, ...] | None:
    """Addresses of style sheets that a log names, None where no font was refused."""
    is_refused = False
    sheets: dict[str, None] = {}
    for line in lines:
        is_refused = is_refused or _REFUSED.search(line) is not None
        sheets.update(dict.fromkeys(_SHEET.findall(line)))
    return tuple(sorted(sheets)[:_MOST]) if is_refused else None
