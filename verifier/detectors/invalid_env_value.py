"""A variable is set, but its value cannot be what was meant.

What it detects:
    A value in the production scope or in a committed dotenv file that is no URL where one is
    promised, is wrapped in quotes, has white space around it, is still encrypted, is a whole line
    with its name, the word for no value or an unfilled reference, or names the machine itself as a
    host.

Why it breaks the deployment:
    A value typed into a dashboard is taken literally: quotes and line ends stay, `VERCEL_URL` has
    no scheme, an address copied from the laptop points at the build machine or, where it stands in
    the client output of a green build, at the visitor's own.

Example:
    `NEXT_PUBLIC_SITE_URL=myapp.vercel.app` and `new URL(process.env.NEXT_PUBLIC_SITE_URL)`:
    `TypeError: Invalid URL`, reported for `/_not-found`.

Remedy:
    Correct the value in the project's Production environment variables and deploy again.

Sources:
    Vercel documentation, System environment variables, seen 2026-07-15; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._client import hits
from verifier.detectors._clues import (
    blocks_of,
    changes_about,
    error_lines,
    failed,
    first_match,
    quoted,
    seen_in,
    suspects_about,
)
from verifier.detectors._edits import editing, replaced_at
from verifier.detectors._environment import reads_of, with_value
from verifier.detectors._values import Fault, fault_of
from verifier.factors._dotenv import in_files
from verifier.factors._dummies import dummy_value, shape_of
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern, Severity
from verifier.model.project import EnvRead, Project
from verifier.model.secret import Secret

ID: Final = "invalid-env-value"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A variable's value has the wrong shape"

_SOUGHT: Final = 8
"""Shorter values occur in a bundle by chance."""
_TELLING: Final = 0.5
"""From here on the failure itself speaks of the value."""
_INPUT: Final = re.compile(r"input: ['\"](?P<value>[^'\"]*)['\"]")
_BARE_SYSTEM_URL: Final = re.compile(
    r"new URL\(\s*(?P<read>process\.env\.(?P<name>\w*VERCEL_(?:URL|BRANCH_URL"
    r"|PROJECT_PRODUCTION_URL))!?)\s*[,)]"
)
_OWN: Final = frozenset({Origin.SYSTEM, Origin.PLATFORM, Origin.TOOLCHAIN})


def markers(project: Project) -> Mapping[str, str]:
    """Values of the wrong shape, which client output must not hold, by a key without them."""
    delivered = [e for f in project.env_files if f.committed for e in f.entries]
    entries = [*delivered, *(project.production or ())]
    return {
        _key(e.name): e.value.reveal()
        for e in entries
        if e.value is not None
        and len(e.value.reveal()) >= _SOUGHT
        and fault_of(e.name, e.value) not in {None, Fault.NO_SCHEME}
    }


def _key(name: str) -> str:
    return f"odd:{name}"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per variable whose value has the wrong shape, as far as it can matter."""
    found = []
    # In a green build the output says whether a repair helped, so the values are the unrepaired.
    given = evidence if failed(evidence) else replace(evidence, recipe=evidence.clean)
    for name, value in _values(given).items():
        fault = fault_of(name, value)
        if fault is None or not reads_of(evidence, name):
            continue
        weight, items = _weight(evidence, name, value, fault)
        if fault is Fault.NO_SCHEME and weight < _TELLING:
            continue  # a bare host is what some code wants
        found.append(_finding(evidence, name, fault, weight, items))
    return (*found, *_system_urls(evidence))


def _values(evidence: Evidence) -> dict[str, Secret]:
    """Readable values of the project's own variables: set ones, then those of dotenv files."""
    own = [v for v in evidence.recipe.environment.variables if v.origin not in _OWN]
    values = {v.name: v.value for v in own if v.value is not None and not v.value.is_empty}
    set_names = {v.name for v in evidence.recipe.environment.variables}
    files = in_files(evidence.recipe.source, evidence.project.root)
    delivered = {
        name: known.value
        for name, known in files.items()
        if name not in set_names and known.value is not None and not known.value.is_empty
    }
    # A file's own references are filled in when it is read.
    return values | {n: v for n, v in delivered.items() if "$" not in v.reveal()}


def _finding(
    evidence: Evidence, name: str, fault: Fault, weight: float, items: list[EvidenceItem]
) -> Finding:
    reads = reads_of(evidence, name)
    places = [Location(file=r.file, line=r.line) for r in reads[:4]]
    told = (*items, seen_in(reads[0].file, f"reads {name}", reads[0].line))
    known = suspects_about(evidence, "env-var", name, weight)
    offered = weight >= _TELLING and not changes_about(evidence, "env-var", name)
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} is set, but {fault.value}",
        items=told,
        weight=weight,
        places=places,
        suspects=known,
        remedies=(_another(name, reads, places),) if offered else (),
        severity=Severity.ERROR if weight >= _TELLING else Severity.WARNING,
    )


def _another(name: str, reads: tuple[EnvRead, ...], places: list[Location]) -> Change:
    """Another value where both sides have the wrong one, so that no difference speaks of it."""
    return remedy(
        ID,
        PATTERN,
        name,
        summary=(
            f"Correct {name} in the Production environment "
            f"(it has to be {shape_of(name, reads).words} that is right there; tried here with a "
            "stand-in) and deploy again"
        ),
        repair=with_value(name, Secret(dummy_value(name))),
        stands_for="set to a value that cannot be what was meant",
        kind=RemedyKind.PLATFORM,
        places=places,
    )


def _weight(
    evidence: Evidence, name: str, value: Secret, fault: Fault
) -> tuple[float, list[EvidenceItem]]:
    """How likely the value explains the failure, and the lines that say so."""
    if not failed(evidence):
        files = () if fault is Fault.NO_SCHEME else hits(evidence, _key(name))
        return 0.8 if files else 0.1, [seen_in(f, f"holds the value of {name}") for f in files[:2]]
    lines = error_lines(evidence)
    said = first_match(lines, _INPUT)
    if said is not None and Secret(said[1]["value"]) == value:
        line = said[0].replace(said[1]["value"], "…")
        return 0.95, [quoted(evidence, line)]
    named = next((t for t in lines if re.search(rf"\b{re.escape(name)}\b", t)), None)
    if named is not None:
        return 0.8, [quoted(evidence, named)]
    blocks = blocks_of(evidence, "invalid-url", "env-validation", "sdk-without-key")
    if blocks and fault is not Fault.LOOPBACK:
        return 0.6, [quoted(evidence, blocks[0].lines[0])]
    refused = blocks_of(evidence, "connection-refused")
    if refused and fault is Fault.LOOPBACK:
        return 0.5, [quoted(evidence, refused[0].lines[0])]
    return 0.15, []


def _system_urls(evidence: Evidence) -> Iterator[Finding]:
    """Code that takes the platform's own host name for a URL."""
    blocks = blocks_of(evidence, "invalid-url")
    if not blocks:
        return
    for read in evidence.project.code.env_reads:
        if read.name is None or "VERCEL_" not in read.name:
            continue
        text = (evidence.recipe.source.text(read.file) or "").split("\n")
        match = _BARE_SYSTEM_URL.search(text[read.line - 1]) if read.line <= len(text) else None
        if match is None:
            continue
        place = Location(file=read.file, line=read.line)
        old, new = match["read"], f"`https://${{{match['read'].rstrip('!')}}}`"
        line = read.line
        fix = remedy(
            ID,
            PATTERN,
            read.name,
            summary=f"Put https:// in front of {read.name} in {place}",
            repair=editing(read.file, partial(_replaced, line, old, new)),
            stands_for="used as a URL, though it has no scheme",
            places=(place,),
        )
        yield accusation(
            ID,
            PATTERN,
            read.name,
            summary=f"{place} takes {read.name} for a URL; the platform sets it without a scheme",
            items=(quoted(evidence, blocks[0].lines[0]), seen_in(read.file, "reads it", line)),
            weight=0.8,
            places=(place,),
            remedies=(fix,),
        )


def _replaced(line: int, old: str, new: str, text: str) -> str | None:
    return replaced_at(text, line, old, new)
