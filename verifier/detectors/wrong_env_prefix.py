"""Client code reads a variable under a prefix that its bundler does not expose.

What it detects:
    Reads such as `process.env.REACT_APP_API` in a Vite project, whose bundler exposes other
    prefixes and whose configuration adds none; and reads under a name without any public prefix
    that client code cannot do without, where the value is in no script of the output.

Why it breaks the deployment:
    Each bundler writes only variables with its own prefix into client code. Under another prefix
    the value is never there, or `process` itself is missing in the browser; the build stays green.

Example:
    `process.env.NEXT_PUBLIC_API_URL` in a component of a Vite project.

Remedy:
    Read the variable under the bundler's prefix and in its form, and set it under that name.

Sources:
    Vite documentation, env variables and modes; Next.js documentation, bundling environment
    variables; Create React App documentation, seen 2026-11-20.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._client import (
    PUBLIC_PREFIXES,
    client_reads,
    exposed_prefixes,
    hits,
    is_client_itself,
    is_demanded,
    is_searchable,
    is_secret_name,
    is_shown,
    scripts_among,
    value_hits,
)
from verifier.detectors._clues import failed, seen_in
from verifier.detectors._edits import editing, in_turn, replaced_at
from verifier.detectors._environment import is_provided, readable_value
from verifier.factors._dummies import dummy_value
from verifier.model.change import Change
from verifier.model.environment import Origin, Variable
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.project import EnvRead, Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret

ID: Final = "wrong-env-prefix"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A variable has another bundler's prefix"

_CONFIG: Final = re.compile(r"(?:^|/)(?:vite|next|astro|nuxt|craco|vue)\.config\.[cm]?[jt]s$")
_ADDS: Final = re.compile(
    r"envPrefix|EnvironmentPlugin|environment\(|['\"]?process\.env['\"]?\s*[:\]]"
)

_CLIENT_ONLY: Final = frozenset({"nextjs", "vite", "create-react-app", "vue"})
"""Frameworks of which a file is known to be client code; elsewhere the server may run it too."""


def markers(project: Project) -> Mapping[str, str]:
    """Names that client code reads under a foreign prefix: a name in the output has no value."""
    foreign, own = _foreign(project), exposed_prefixes(project)
    names = {r.name for r in project.code.env_reads if r.client and r.name}
    kept = {n for n in names if n.startswith(foreign) or (own and not n.startswith(own))}
    return {f"text:{n}": n for n in kept if not is_provided(n)}


def _foreign(project: Project) -> tuple[str, ...]:
    own = exposed_prefixes(project)
    return tuple(p for p in PUBLIC_PREFIXES if own and p not in own)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per variable that client code reads under a foreign prefix."""
    own = exposed_prefixes(evidence.project)
    foreign = _foreign(evidence.project)
    if failed(evidence) or not own:
        return ()
    found: dict[str, list[EnvRead]] = {}
    for read in client_reads(evidence):
        name = read.name or ""
        if name.startswith(foreign) and not name.startswith(own) and not read.fallback:
            found.setdefault(name, []).append(read)
    for read in client_reads(evidence):
        name = read.name or ""
        if name not in found and not name.startswith((*own, *foreign)) and _is_bare(evidence, read):
            found.setdefault(name, []).append(read)
    return tuple(
        _finding(evidence, name, reads)
        for name, reads in found.items()
        if not _is_added(evidence, name)
    )


def _is_bare(evidence: Evidence, read: EnvRead) -> bool:
    """Whether a client module itself needs a variable without prefix and did not get its value.

    The output alone decides, so that a repair is judged by what it brings about.
    """
    name, tree = read.name or "", evidence.clean.source
    if evidence.project.framework not in _CLIENT_ONLY or read.fallback or read.form == "config":
        return False
    if is_provided(name) or is_secret_name(name):
        return False
    value = readable_value(evidence, name)
    was_sought = value is not None and is_searchable(value.reveal())
    if scripts_among(value_hits(evidence, name)):
        return False
    # Some bundlers leave the name standing; others write "undefined", and the value is nowhere.
    if not (scripts_among(hits(evidence, name)) or was_sought):
        return False
    is_its_own = is_client_itself(evidence.project, tree, read.file)
    return is_its_own and (is_demanded(tree, read) or is_shown(tree, read))


def _is_added(evidence: Evidence, name: str) -> bool:
    """Whether a configuration puts the variable into the bundle after all."""
    tree = evidence.recipe.source
    texts = [tree.text(path) or "" for path in tree if _CONFIG.search(path)]
    return any(name in text or _ADDS.search(text) for text in texts)


def _finding(evidence: Evidence, name: str, reads: list[EnvRead]) -> Finding:
    files = hits(evidence, name)
    is_proved = bool(files) or any(_is_bare(evidence, r) for r in reads)
    items = [seen_in(r.file, f"reads {name}", r.line) for r in reads[:3]]
    items += [seen_in(file, f"holds the name {name} instead of a value") for file in files[:2]]
    own = exposed_prefixes(evidence.project)
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} never reaches client code: the bundler exposes {' and '.join(own)} only",
        items=items,
        weight=0.8 if is_proved else 0.3,
        places=[Location(file=r.file, line=r.line) for r in reads],
        remedies=(_remedy(evidence, name, reads),),
        severity=Severity.ERROR if is_proved else Severity.WARNING,
    )


def _remedy(evidence: Evidence, name: str, reads: list[EnvRead]) -> Change:
    own = exposed_prefixes(evidence.project)[0]
    bare = next((name.removeprefix(p) for p in PUBLIC_PREFIXES if name.startswith(p)), name)
    new = f"{own}{bare}"
    form = "import.meta.env" if own in {"VITE_", "PUBLIC_"} else "process.env"
    steps = [editing(r.file, _respelling(r, f"{form}.{new}")) for r in reads]
    return remedy(
        ID,
        PATTERN,
        name,
        summary=f"Read {form}.{new} instead of {name}, and set {new} for Production",
        repair=in_turn(*steps, _naming(name, new, readable_value(evidence, name))),
        stands_for="read under a prefix that the bundler does not expose",
        places=[Location(file=r.file, line=r.line) for r in reads],
    )


def _respelling(read: EnvRead, new: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        for form in ("process.env", "import.meta.env"):
            edited = replaced_at(text, read.line, f"{form}.{read.name}", new)
            if edited is not None:
                return edited
        return None

    return edit


def _naming(old: str, new: str, given: Secret | None) -> Callable[[Recipe], Recipe]:
    """The value under another name; given: the one that a dotenv file has."""

    def apply(recipe: Recipe) -> Recipe:
        environment = recipe.environment
        known = environment.variable(new)
        if known is not None and known.value is not None:
            return recipe
        theirs = environment.variable(old)
        value = theirs.value if theirs is not None and theirs.value is not None else given
        variable = Variable(name=new, value=value or Secret(dummy_value(new)), origin=Origin.REMEDY)
        return replace(recipe, environment=environment.with_variable(variable))

    return apply
