"""Rendering a page on demand instead of while building."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Final

from verifier.detectors._accuse import remedy
from verifier.detectors._edits import editing
from verifier.detectors._syntax import parsed, spliced
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Location, Pattern

_PAGE: Final = re.compile(r"(?:^|/)app/(?:.*/)?(?:page|route)\.[jt]sx?$")
_SET: Final = re.compile(r"export\s+const\s+dynamic\s*=")
_CLIENT: Final = re.compile(r"""^\s*['"]use client['"]""", re.MULTILINE)


def on_demand(
    evidence: Evidence,
    about: tuple[str, Pattern, str],
    files: Iterable[str],
    *,
    besides: str = "",
) -> tuple[Change, ...]:
    """The first page among some files rendered on demand, as a remedy.

    about: detector, pattern and subject of the finding. besides: what has to be done as well, and
    no build can show.
    """
    detector, pattern, subject = about
    for file in files:
        text = evidence.recipe.source.text(file) or ""
        if _PAGE.search(file) is None or rendered_on_demand(file, text) is None:
            continue
        return (
            remedy(
                detector,
                pattern,
                subject,
                summary=f"Render {file} on demand: export dynamic = 'force-dynamic'{besides}",
                repair=editing(file, partial(rendered_on_demand, file)),
                stands_for="asked while the page is built",
                places=(Location(file=file),),
            ),
        )
    return ()


def rendered_on_demand(file: str, text: str) -> str | None:
    """The page with `dynamic = "force-dynamic"`, None where that is set or has no effect."""
    tree = parsed(file, text)
    if tree is None or _SET.search(text) or _CLIENT.search(text):
        return None
    at = 0
    for node in tree.root_node.named_children:
        if node.type == "import_statement":
            at = node.end_byte
    quote = "'" if text.count("'") > text.count('"') else '"'
    line = f"export const dynamic = {quote}force-dynamic{quote};"
    return spliced(text, (at, at, f"\n\n{line}" if at else f"{line}\n\n"))
