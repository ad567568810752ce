"""A committed dotenv file sets what the platform sets itself.

What it detects:
    A dotenv file, delivered with the source, that has a system variable of the platform such as
    `VERCEL_URL=""`, in a build that fails and reads that variable.

Why it breaks the deployment:
    A pull writes the platform's own variables as well, and leaves those empty that only a
    deployment has. Frameworks let what is set win over a file; a configuration that lets the file
    win, or a script that reads the file itself, gets the empty value in place of the real one.

Example:
    `.env.production` with `VERCEL_PROJECT_PRODUCTION_URL=""`, and
    `config({ path: ".env.production", override: true })` in vite.config.ts: `Invalid URL`.

Remedy:
    Delete the platform's variables from the committed file.

Sources:
    Vercel documentation, System environment variables and `vercel env pull`, seen 2026-07-15; runs
    seen 2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, failed, log_lines, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._environment import reads_of
from verifier.detectors._trace import trace_of
from verifier.factors._dotenv import without_assignment
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.project import EnvEntry
from verifier.vercel.variables import SYSTEM_NAMES

ID: Final = "pulled-system-variable"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A committed file hides a variable of the platform"

_FILES: Final = (".env", ".env.production")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per system variable in a delivered dotenv file that the build reads."""
    if not failed(evidence):
        return ()
    return tuple(
        _finding(evidence, path, entry)
        for path, entry in _pulled(evidence)
        if reads_of(evidence, entry.name)
    )


def _pulled(evidence: Evidence) -> Iterator[tuple[str, EnvEntry]]:
    paths = {rooted(evidence.project, name) for name in _FILES}
    for file in evidence.project.env_files:
        if file.committed and file.path in paths and file.path in evidence.recipe.source:
            # A repair of this trial may have taken the line away.
            text = evidence.recipe.source.text(file.path) or ""
            yield from (
                (file.path, e)
                for e in file.entries
                if e.name in SYSTEM_NAMES
                and re.search(rf"^\s*(?:export\s+)?{e.name}\b", text, re.MULTILINE)
            )


def _finding(evidence: Evidence, path: str, entry: EnvEntry) -> Finding:
    name = entry.name
    place = Location(file=path, line=entry.line)
    is_empty = entry.value is not None and entry.value.is_empty
    line = next((t for t in error_lines(evidence) if re.search(rf"\b{name}\b", t)), None)
    trace = trace_of(evidence)
    if line is None and trace is not None and trace.reached.reads(name) is not None:
        line = trace.line
    reads = reads_of(evidence, name)
    items = [] if line is None else [quoted(evidence, line)]
    items += [seen_in(path, f"sets {name}{' to nothing' if is_empty else ''}", entry.line)]
    items += [seen_in(r.file, f"reads {name}", r.line) for r in reads[:3]]
    told = any(f"{r.file.rpartition('/')[2]}:" in t for t in log_lines(evidence) for r in reads)
    weight = 0.8 if line is not None else 0.6 if is_empty and told else 0.4 if is_empty else 0.15
    fix = remedy(
        ID,
        PATTERN,
        name,
        summary=f"Delete {name} from {path}; the platform sets it in every build",
        repair=editing(path, partial(_without, name)),
        stands_for="set by a committed file in the platform's place",
        places=(place,),
    )
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{place} sets {name}, which the platform sets itself, and may hide its value",
        items=items,
        weight=weight,
        places=(place, *(Location(file=r.file, line=r.line) for r in reads[:3])),
        remedies=(fix,),
    )


def _without(name: str, text: str) -> str | None:
    return without_assignment(text, name)
