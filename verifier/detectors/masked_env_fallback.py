"""A fallback address hides that a variable is missing.

What it detects:
    Client code that falls back to an address on the visitor's own machine because its variable is
    absent at build time; proved where that address stands in the client output. Also code of the
    server whose fallback stands in a page that was rendered while building.

Why it breaks the deployment:
    Public variables are written into the bundle when it is built. The fallback keeps the build
    green, and the deployed page asks `localhost` in the visitor's browser.

Example:
    `process.env.NEXT_PUBLIC_API_URL || "http://localhost:8000"` in a client component.

Remedy:
    Set the variable for Production and build again.

Sources:
    Next.js documentation, bundling environment variables; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._client import client_reads, exposed_prefixes, hits
from verifier.detectors._clues import failed, seen_in, suspects_about
from verifier.detectors._connections import LOOPBACK
from verifier.detectors._environment import (
    doubt_about_absence,
    is_aside,
    lacks,
    lacks_unrepaired,
    severity_of_absence,
)
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.project import EnvRead, Project

ID: Final = "masked-env-fallback"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A fallback to localhost hides a missing variable"


def markers(project: Project) -> Mapping[str, str]:
    """The fallback addresses, which the client output must not hold."""
    found = (_address(read) for read in project.code.env_reads if _is_built(project, read))
    return {f"text:{address}": address for address in found if address}


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per absent variable whose fallback is the visitor's own machine."""
    if failed(evidence):
        return ()
    prefixes = exposed_prefixes(evidence.project)
    found: dict[str, Finding] = {}
    for read in client_reads(evidence):
        address, name = _address(read), read.name or ""
        if not address or not name.startswith(prefixes) or not lacks(evidence, name):
            continue
        if name not in found:
            found[name] = _finding(evidence, read, name, address)
    for read in evidence.project.code.env_reads:
        address, name = _address(read), read.name or ""
        if not address or name in found or not lacks_unrepaired(evidence, name):
            continue
        if _is_built(evidence.project, read) and hits(evidence, address):
            found[name] = _finding(evidence, read, name, address)
    return tuple(found.values())


def _is_built(project: Project, read: EnvRead) -> bool:
    """Whether a build evaluates the read, so that what it falls back to may get into a page."""
    return read.client or (read.file in project.code.reachable and not is_aside(read.file))


def _address(read: EnvRead) -> str:
    text = (read.fallback or "").strip("\"'`")
    is_url = re.match(r"(?:https?|wss?)://", text) is not None
    return text if is_url and LOOPBACK.search(text) else ""


def _finding(evidence: Evidence, read: EnvRead, name: str, address: str) -> Finding:
    files = hits(evidence, address)
    items = [seen_in(read.file, f"falls back to {address}", read.line)]
    items += [seen_in(file, f"holds {address}") for file in files[:2]]
    who = "client code asks" if read.client else "pages are rendered with"
    proved = ", and the client output holds that address" if files else ""
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} is absent at build, so {who} {address}{proved}"
        f"{doubt_about_absence(evidence)}",
        items=items,
        places=(Location(file=read.file, line=read.line),),
        suspects=suspects_about(evidence, "env-var", name, 0.9 if files else 0.3),
        severity=severity_of_absence(evidence, is_proved=bool(files)),
    )
