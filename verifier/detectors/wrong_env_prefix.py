"""Client code reads a variable under a prefix that its bundler does not expose.

What it detects:
    Reads such as `process.env.REACT_APP_API` in a Vite project, whose bundler exposes other
    prefixes and whose configuration adds none.

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
from verifier.detectors._client import PUBLIC_PREFIXES, client_reads, exposed_prefixes, hits
from verifier.detectors._clues import failed, seen_in
from verifier.detectors._edits import editing, in_turn, replaced_at
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


def markers(project: Project) -> Mapping[str, str]:
    """Names that client code reads under a foreign prefix: a name in the output has no value."""
    foreign = _foreign(project)
    names = {r.name for r in project.code.env_reads if r.client and r.name}
    return {f"text:{n}": n for n in names if n.startswith(foreign)}


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
    return tuple(
        _finding(evidence, name, reads)
        for name, reads in found.items()
        if not _is_added(evidence, name)
    )


def _is_added(evidence: Evidence, name: str) -> bool:
    """Whether a configuration puts the variable into the bundle after all."""
    tree = evidence.recipe.source
    texts = [tree.text(path) or "" for path in tree if _CONFIG.search(path)]
    return any(name in text or _ADDS.search(text) for text in texts)


def _finding(evidence: Evidence, name: str, reads: list[EnvRead]) -> Finding:
    files = hits(evidence, name)
    items = [seen_in(r.file, f"reads {name}", r.line) for r in reads[:3]]
    items += [seen_in(file, f"holds the name {name} instead of a value") for file in files[:2]]
    own = exposed_prefixes(evidence.project)
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} never reaches client code: the bundler exposes {' and '.join(own)} only",
        items=items,
        weight=0.8 if files else 0.3,
        places=[Location(file=r.file, line=r.line) for r in reads],
        remedies=(_remedy(evidence, name, reads),),
        severity=Severity.ERROR if files else Severity.WARNING,
    )


def _remedy(evidence: Evidence, name: str, reads: list[EnvRead]) -> Change:
    own = exposed_prefixes(evidence.project)[0]
    bare = next(name.removeprefix(p) for p in PUBLIC_PREFIXES if name.startswith(p))
    new = f"{own}{bare}"
    form = "import.meta.env" if own in {"VITE_", "PUBLIC_"} else "process.env"
    steps = [editing(r.file, _respelling(r, f"{form}.{new}")) for r in reads]
    return remedy(
        ID,
        PATTERN,
        name,
        summary=f"Read {form}.{new} instead of {name}, and set {new} for Production",
        repair=in_turn(*steps, _naming(name, new)),
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


def _naming(old: str, new: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        environment = recipe.environment
        known = environment.variable(new)
        if known is not None and known.value is not None:
            return recipe
        theirs = environment.variable(old)
        value = theirs.value if theirs is not None else None
        variable = Variable(name=new, value=value or Secret(dummy_value(new)), origin=Origin.REMEDY)
        return replace(recipe, environment=environment.with_variable(variable))

    return apply
