"""What visitors get was built without a variable that it needs.

What it detects:
    Client code that uses a public variable which was absent at build time, without testing it
    first, or shows it on a page that showed it locally. It is proved where the client output
    holds the name instead of the value or the word "undefined" in its place, or where the local
    output holds a value that the clean one lacks, or where a trial that sets the variable has its
    value in the output. What nobody is known to have is no fault unless the client throws without
    it. The same for pages that the server renders while it builds.

Why it breaks the deployment:
    Public variables are written into the bundle when it is built; setting one afterwards changes
    nothing until the next build. The build is green and the page throws in the browser.

Example:
    `createClient(import.meta.env.VITE_SUPABASE_URL, ...)` built without the variable: blank page.

Remedy:
    Set the variable for Production under the prefix that the bundler exposes, and build again.

Sources:
    Vite documentation, env variables and modes; Next.js documentation, bundling environment
    variables; builds seen 2026-11-23.

"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._client import (
    PUBLIC_PREFIXES,
    blanks,
    client_reads,
    exposed_prefixes,
    hits,
    is_demanded,
    is_shown,
    scripts_among,
    value_hits,
)
from verifier.detectors._clues import failed, seen_in, suspects_about
from verifier.detectors._environment import (
    doubt_about_absence,
    is_aside,
    lacks,
    lacks_unrepaired,
    near_name,
    severity_of_absence,
)
from verifier.detectors._vital import is_vital
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.project import EnvRead, Project

ID: Final = "inlined-undefined-env"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "What visitors get was built without a variable it needs"
_BESIDE: Final = 3
"""Lines between two reads of one call or one block of constants."""
_MOST: Final = 60
"""Texts that are searched for."""


def markers(project: Project) -> Mapping[str, str]:
    """Names of public variables that client code reads: a name in the output lacks its value."""
    prefixes = exposed_prefixes(project)
    names = {r.name for r in project.code.env_reads if r.client and r.name}
    texts = {n for n in names if prefixes and n.startswith(prefixes)}
    for read in project.code.env_reads:
        is_built = read.file in project.code.reachable and not is_aside(read.file)
        if is_built and read.name and not read.fallback and len(texts) < len(names) + _MOST:
            texts.update(blanks(project.committed, read))
    return {f"text:{text}": text for text in texts}


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per public variable that client code needs and that was absent at build."""
    if failed(evidence):
        return ()
    prefixes = exposed_prefixes(evidence.project)
    found: dict[str, Finding] = {}
    for read in client_reads(evidence):
        name = read.name or ""
        if read.fallback or not name.startswith(prefixes) or name in found:
            continue
        if lacks(evidence, name) and _is_needed(evidence, read, name):
            found[name] = _finding(evidence, read, name)
    for read in evidence.project.code.env_reads:
        name = read.name or ""
        if name and name not in found and not read.fallback and _is_rendered(evidence, read):
            found[name] = _finding(evidence, read, name)
    return tuple(found.values())


def _is_rendered(evidence: Evidence, read: EnvRead) -> bool:
    """Whether the output shows that a page was rendered without a variable it needs."""
    name, tree = read.name or "", evidence.clean.source
    if read.file not in evidence.project.code.reachable or is_aside(read.file):
        return False
    if not lacks_unrepaired(evidence, name) or value_hits(evidence, name):
        return False
    if any(hits(evidence, text) for text in blanks(tree, read)):
        return True
    return bool(value_hits(evidence, name, local=True)) and is_demanded(tree, read)


def _is_needed(evidence: Evidence, read: EnvRead, name: str) -> bool:
    """Whether client code cannot do without; what is only shown counts where it was there once."""
    tree = evidence.recipe.source
    if is_demanded(tree, read):
        return True
    return bool(value_hits(evidence, name, local=True)) and is_shown(tree, read)


def _finding(evidence: Evidence, read: EnvRead, name: str) -> Finding:
    items: list[EvidenceItem] = [seen_in(read.file, f"needs {name}", read.line)]
    files = scripts_among(hits(evidence, name))
    items += [seen_in(file, f"holds the name {name} instead of its value") for file in files[:2]]
    blank: tuple[str, ...] = ()
    for text in blanks(evidence.clean.source, read):
        items += [seen_in(file, f"holds {text!r}") for file in hits(evidence, text)[:2]]
        blank = (*blank, *hits(evidence, text))
    files = (*files, *blank)
    local = value_hits(evidence, name, local=True)
    items += [seen_in(file, f"the local output holds the value of {name}") for file in local[:1]]
    twin = _twin(evidence, name)
    other = f"; {twin} is set, which this bundler does not expose" if twin else ""
    near = None if twin else near_name(evidence, name)
    other = f"; {near}, which no code reads, is set there" if near else other
    seen = () if local else evidence.values_seen.get(name, ())
    items += [seen_in(file, f"holds the value of {name} where it is set") for file in seen[:1]]
    beside = None if files or local or seen else _beside(evidence, name)
    items += [] if beside is None else [beside]
    is_told = bool(blank or local) or _is_missed(evidence, read, name)
    is_proved = is_told and bool(files or local or seen or beside)
    suspects = suspects_about(evidence, "env-var", name, 0.9 if is_proved else 0.3)
    built = "the client code was built" if read.client else f"{read.file} was rendered at build"
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} was absent when {built}, which needs it{other}"
        f"{doubt_about_absence(evidence)}",
        items=items,
        places=(Location(file=read.file, line=read.line),),
        suspects=suspects,
        severity=severity_of_absence(evidence, is_proved=is_proved),
        undecided=is_told and not is_proved and _could_be_shown(evidence),
    )


def _is_missed(evidence: Evidence, read: EnvRead, name: str) -> bool:
    """Whether anybody is known to have the variable, or code that throws without it.

    Where nobody is, code that gets along without it may be meant so: what counts visits or
    collects errors keeps silent where it has no key.
    """
    change = evidence.changes.get(f"env-var:{name}")
    is_held = change is not None and change.break_local is not None
    elsewhere = any(name in names for names in evidence.project.other_scopes.values())
    alike = _twin(evidence, name) or near_name(evidence, name)
    return is_held or elsewhere or bool(alike) or is_vital(evidence.clean.source, read)


def _beside(evidence: Evidence, name: str) -> EvidenceItem | None:
    """A script that holds the value of another variable, which is only read beside this one.

    A bundler that folds an absent value away leaves no name, and the neighbour's value shows that
    visitors get the code.
    """
    reads = client_reads(evidence)
    own = [
        (r.file, r.line)
        for r in reads
        if r.name == name and not r.fallback and is_demanded(evidence.recipe.source, r)
    ]
    for other in dict.fromkeys(r.name for r in reads if r.name and r.name != name):
        places = [(r.file, r.line) for r in reads if r.name == other]
        if not all(
            any(f == file and abs(line - at) <= _BESIDE for f, at in own) for file, line in places
        ):
            continue
        for script in scripts_among(value_hits(evidence, other))[:1]:
            return seen_in(script, f"holds the value of {other}, which is read beside {name}")
    return None


def _could_be_shown(evidence: Evidence) -> bool:
    """Whether a trial with the variable would say more than a local build did."""
    local = evidence.local_observation
    return evidence.project.production is not None and (local is None or not local.outcome.is_pass)


def _twin(evidence: Evidence, name: str) -> str | None:
    """A variable of the same name under another framework's prefix, or without one."""
    bare = next((name.removeprefix(p) for p in PUBLIC_PREFIXES if name.startswith(p)), name)
    for prefix in (*PUBLIC_PREFIXES, ""):
        other = f"{prefix}{bare}"
        if other != name and evidence.recipe.environment.variable(other) is not None:
            return other
    return None
