"""The addresses that a page answers to by its path, in the forms that generators of sites use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from verifier.detectors._clues import blocks_of, changes_of, failed
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.observation import ErrorBlock

_HOMES: Final = frozenset({"routes", "pages", "docs", "content", "app"})
"""Folders that stand before the address in the path of a page."""
_NAMED_HOMES: Final = frozenset({"docs", "blog"})
"""Folders that are part of the address themselves."""
_ENDING: Final = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?|html)$")
_OWN_NAME: Final = re.compile(r"(?:^|/)(?:\+page(?:\.server)?|\+server|index|_index|page|route)$")
_LEAST: Final = 2
"""A shorter name stands in a message by chance."""


def unrepaired(evidence: Evidence, *classes: str) -> Iterator[tuple[ErrorBlock, Change]]:
    """Blocks of a failing build, each with every change of files that the trial did not repair."""
    if not failed(evidence):
        return
    for block in blocks_of(evidence, *classes):
        for change in changes_of(evidence, "file"):
            if change.id not in evidence.key.changes:
                yield block, change


def line_that_asks(path: str, lines: Iterable[str]) -> str | None:
    """The first line that names an address of a page, None if none does or it is no page."""
    told = tuple(lines)
    for address in addresses(path):
        stands = re.compile(rf"(?<![\w./-])/?{re.escape(address)}/?(?![\w/-]|\.\w)")
        line = next((text for text in told if stands.search(text)), None)
        if line is not None:
            return line
    return None


def addresses(path: str) -> Iterator[str]:
    """What a page is asked for by: its path below the folder of pages, without the first slash."""
    stem, count = _ENDING.subn("", path)
    if not count:
        return
    stem = _OWN_NAME.sub("", stem)
    parts = [p for p in stem.split("/") if p and not (p[0] == "(" and p[-1] == ")")]
    for place, part in enumerate(parts):
        starts = [place + 1] if part in _HOMES else []
        starts += [place] if part in _NAMED_HOMES else []
        for start in starts:
            address = "/".join(parts[start:])
            if len(address) >= _LEAST:
                yield address
