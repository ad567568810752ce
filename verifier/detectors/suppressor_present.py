"""A setting hides errors instead of solving them.

What it detects:
    Switches that turn a check off or let a step end well whatever happened: type and lint errors
    ignored, peer conflicts accepted, a script that ends in `|| true`, `CI=false`.

Why it breaks the deployment:
    By itself it breaks nothing. It lets faults reach visitors that the build would have shown, and
    a repair of this kind is none.

Example:
    `typescript: { ignoreBuildErrors: true }` in next.config.js.

Remedy:
    Remove the switch once what it hides is solved.

Sources:
    Next.js documentation, TypeScript and ESLint; npm documentation, legacy-peer-deps.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import rooted, seen_in
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity

ID: Final = "suppressor-present"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A setting hides errors"

_SWITCHES: Final[tuple[tuple[str, str, str], ...]] = (
    # pattern of the file, pattern of the line, name of the switch
    (r"next\.config\.\w+$", r"\bignoreBuildErrors\s*:\s*true", "ignoreBuildErrors"),
    (r"next\.config\.\w+$", r"\bignoreDuringBuilds\s*:\s*true", "ignoreDuringBuilds"),
    (
        r"next\.config\.\w+$",
        r"\bmissingSuspenseWithCSRBailout\s*:\s*false",
        "missingSuspenseWithCSRBailout",
    ),
    (r"\.npmrc$", r"^\s*legacy-peer-deps\s*=\s*true", "legacy-peer-deps"),
    (r"\.npmrc$", r"^\s*force\s*=\s*true", "force"),
    (r"\.npmrc$", r"^\s*strict-peer-dependencies\s*=\s*false", "strict-peer-dependencies"),
)
_NAMES: Final = re.compile(r"(?:^|/)(?:next\.config\.\w+|\.npmrc|package\.json|vercel\.json)$")
_SCRIPT: Final = re.compile(
    r'^\s*"(?:install|postinstall|prebuild|build|vercel-build|installCommand|buildCommand)"\s*:'
)
_IN_SCRIPTS: Final[tuple[tuple[str, str], ...]] = (
    (r"--legacy-peer-deps|npm (?:i|install|ci)[^\"&|]* --force\b", "legacy-peer-deps"),
    (r"\bCI=(?:false\b|''|\s)", "CI=false"),
    (r"\|\|\s*(?:true|exit 0|:)|;\s*exit 0", "|| true"),
    (r"--no-frozen-lockfile", "no-frozen-lockfile"),
)
_VARIABLES: Final = re.compile(r"^(?:DANGEROUSLY_DEPLOY_VULNERABLE_|NODE_TLS_REJECT_UNAUTHORIZED$)")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per switch, for information only."""
    return (*_in_files(evidence), *_in_variables(evidence))


def _in_files(evidence: Evidence) -> Iterator[Finding]:
    root = rooted(evidence.project, "")
    for path in evidence.recipe.source:
        if "/" in path.removeprefix(root):
            continue
        lines = (evidence.recipe.source.text(path) or "").split("\n") if _NAMES.search(path) else []
        for number, text in enumerate(lines, start=1):
            if not text.lstrip().startswith(("//", "#", ";")):
                for name in _switches(path, text):
                    yield _finding(name, f"{path}:{number} hides errors by {name}", path, number)


def _switches(path: str, line: str) -> Iterator[str]:
    for file, pattern, name in _SWITCHES:
        if re.search(file, path) and re.search(pattern, line):
            yield name
    if path.endswith(".json") and _SCRIPT.search(line):
        yield from (name for pattern, name in _IN_SCRIPTS if re.search(pattern, line))


def _in_variables(evidence: Evidence) -> Iterator[Finding]:
    for variable in evidence.recipe.environment.variables:
        if _VARIABLES.search(variable.name):
            where = variable.where or evidence.project.production_file or "production scope"
            yield _finding(variable.name, f"{variable.name} switches a safeguard off", where, None)


def _finding(name: str, summary: str, file: str, line: int | None) -> Finding:
    return accusation(
        ID,
        PATTERN,
        name,
        summary=summary,
        items=(seen_in(file, f"sets {name}", line),),
        places=(Location(file=file, line=line),),
        severity=Severity.INFO,
    )
