"""What the output of a green platform build answers, for detectors of silent failures."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from verifier.detectors._clues import failed, rooted
from verifier.model.evidence import Evidence
from verifier.vercel.routing import Answer, Kind, Site, answer, site

_PLATFORM_DIRECTORY: Final = ".vercel/output"
_DYNAMIC: Final = re.compile(r"\[\[?(?:\.\.\.)?[^\]/]+\]?\]")


def deployed(evidence: Evidence) -> Site | None:
    """The site a green platform build would serve; None for other builds.

    A build as a developer runs it has no routing table, so nothing can be said about it.
    """
    output = evidence.observation.output
    if failed(evidence) or not output.present or output.directory != _PLATFORM_DIRECTORY:
        return None
    return site(output)


def start_document(of: Site) -> str | None:
    """The file that answers the start page, None where something else does."""
    found = answer(of, "/")
    return found.target if found.kind is Kind.FILE and found.target.endswith(".html") else None


def example(path: str) -> str:
    """An address that a path with dynamic segments, as file names spell them, matches."""
    return re.sub(r"/+", "/", _DYNAMIC.sub("1", path))


def is_error_page_the_start(evidence: Evidence) -> bool:
    """Whether the page for missing addresses is a copy of the start page.

    The status is 404 then, but visitors see the application.
    """
    digests = {f.path: f.sha256 for f in evidence.observation.output.files}
    start, missing = digests.get("static/index.html"), digests.get("static/404.html")
    return start is not None and start == missing


def vercel_config(evidence: Evidence) -> Mapping[str, Any]:
    """`vercel.json` of the trial's source; empty where there is none or it cannot be read."""
    text = evidence.recipe.source.text(rooted(evidence.project, "vercel.json"))
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def shown(found: Answer) -> str:
    """An answer in a few words."""
    if found.kind in {Kind.FILE, Kind.FUNCTION}:
        return found.target
    return f"{found.status} {found.kind.value}"
