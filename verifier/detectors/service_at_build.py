"""The build calls a service that is not there.

What it detects:
    A build that asks a database or another service on its own machine, or at a host that does not
    answer, while it prerenders pages or loads their modules.

Why it breaks the deployment:
    The laptop runs the service beside the project; the build machine does not. What the service
    would answer can only be known with it.

Example:
    A page queries PostgreSQL at build time through a DATABASE_URL that names localhost.

Remedy:
    Give the variable an address that the platform can reach, or render the page on demand.

Sources:
    Next.js documentation, static rendering; Prisma documentation, error P1001, seen 2026-11-20.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import quoted, seen_in, suspects_about
from verifier.detectors._connections import (
    Refusal,
    is_loopback_value,
    own_address,
    own_routes,
    refusals,
)
from verifier.detectors._dynamic import on_demand
from verifier.detectors._environment import lacks
from verifier.detectors._graph import ImportGraph
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Pattern, Suspect

ID: Final = "service-at-build"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "The build needs a service that is not there"

_CONNECTS: Final = re.compile(r"(?:URL|URI|HOST|DSN|ENDPOINT|ORIGIN|SERVER|CONNECTION)S?$|_URL_")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per service that the failing build could not reach."""
    found = []
    for refusal in refusals(evidence):
        own = own_routes(evidence)
        if refusal.is_loopback and own and own_address(evidence, refusal, own) is not None:
            continue  # the application asks itself, which another detector explains
        found.append(_finding(evidence, refusal))
    return tuple(found)


def _finding(evidence: Evidence, refusal: Refusal) -> Finding:
    names = _variables(evidence, refusal)
    suspects: list[Suspect] = []
    items: list[EvidenceItem] = [quoted(evidence, refusal.line)]
    for name, why, place in names:
        suspects.extend(suspects_about(evidence, "env-var", name, 0.45))
        items.append(seen_in(place[0], f"reads {name}, which {why}", place[1]))
    address = f"{refusal.host}:{refusal.port}" if refusal.port else refusal.host
    besides = "".join(f"; give {n} an address that the platform can reach" for n, _, _ in names)
    through = f" through {', '.join(n for n, _, _ in names)}" if names else ""
    return accusation(
        ID,
        PATTERN,
        names[0][0] if len(names) == 1 else address,
        summary=(
            f"the build asks {address}{through}, which does not answer there; "
            "whether the rest works can only be known with the service"
        ),
        items=items,
        weight=0.4,
        suspects=suspects,
        remedies=on_demand(evidence, (ID, PATTERN, address), refusal.files, besides=besides),
    )


def _variables(
    evidence: Evidence, refusal: Refusal
) -> tuple[tuple[str, str, tuple[str, int]], ...]:
    """Variables on the way that name an address: absent ones, or with the machine itself in it."""
    reached = ImportGraph(evidence.project.code).reach(refusal.files)
    found: dict[str, tuple[str, str, tuple[str, int]]] = {}
    for read in evidence.project.code.env_reads:
        name = read.name
        if name is None or not _CONNECTS.search(name) or (reached and read.file not in reached):
            continue
        variable = evidence.recipe.environment.variable(name)
        if variable is not None and variable.value is not None:
            if is_loopback_value(variable.value):
                found.setdefault(name, (name, "names the machine itself", (read.file, read.line)))
        elif lacks(evidence, name):
            found.setdefault(name, (name, "is not set", (read.file, read.line)))
    return tuple(found.values())
