"""A page asks the project's own API while it is built.

What it detects:
    A page that fetches an address of its own application at build time, when no server runs yet.

Why it breaks the deployment:
    On the laptop the development server answers in another terminal; on the platform the build
    machine has no server on that port.

Example:
    `fetch("http://localhost:3000/api/items")` in `app/page.tsx`: `ECONNREFUSED 127.0.0.1:3000`.

Remedy:
    Call the function behind the route directly; rendering the page on demand lets the build pass,
    but a literal address of the own machine leads nowhere at a request either.

Sources:
    Next.js documentation, fetching data; builds seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import quoted, seen_in, suspects_about
from verifier.detectors._connections import Refusal, own_address, own_routes, refusals
from verifier.detectors._dynamic import on_demand
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern, Suspect

ID: Final = "self-fetch-at-build"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A page fetches its own API while it is built"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per own address that the failing build asked."""
    own = own_routes(evidence)
    found = []
    for refusal in refusals(evidence):
        if refusal.is_loopback and own:
            made = _finding(evidence, refusal, own)
            if made is not None:
                found.append(made)
    return tuple(found)


def _finding(evidence: Evidence, refusal: Refusal, own: frozenset[str]) -> Finding | None:
    asked = own_address(evidence, refusal, own)
    if asked is None:
        return None
    place, path, name = asked
    suspects: tuple[Suspect, ...] = ()
    # Rendered on demand, the page would ask its own machine at every request.
    besides = (
        f", and call what answers {path} itself at {place}: nothing listens there once deployed"
    )
    if name is not None:
        besides = ""
        suspects = suspects_about(evidence, "env-var", name, 0.4)
    return accusation(
        ID,
        PATTERN,
        path,
        summary=f"{place} asks the application's own {path} while it is built; no server runs then",
        items=(quoted(evidence, refusal.line), seen_in(place.file, f"asks {path}", place.line)),
        weight=0.7,
        places=(place,),
        suspects=suspects,
        remedies=on_demand(evidence, (ID, PATTERN, path), refusal.files, besides=besides),
    )
