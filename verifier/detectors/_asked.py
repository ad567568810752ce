"""Paths of its own origin that a page asks for."""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._client import client_files
from verifier.model.evidence import Evidence
from verifier.model.finding import Location

_MAX_TEXT: Final = 200_000
_ASKS: Final = re.compile(
    r"""\b(?:fetch|new EventSource|new Request)\(\s*["'`](?P<path>/[A-Za-z][\w./-]*)"""
)


def paths_asked(evidence: Evidence) -> list[tuple[str, Location]]:
    """Paths of its own origin that the page asks for, and where."""
    tree = evidence.recipe.source
    found: dict[str, Location] = {}
    for file in sorted(client_files(evidence.project, tree)):
        text = (tree.text(file) or "")[:_MAX_TEXT]
        for match in _ASKS.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(match["path"].rstrip("/"), Location(file=file, line=line))
    return list(found.items())
