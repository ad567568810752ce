"""Variables as a trial saw them, and what may stand in for a value nobody gave."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from typing import Final

from verifier.factors._dotenv import in_files
from verifier.model.environment import Origin, Variable
from verifier.model.evidence import Evidence
from verifier.model.finding import Severity
from verifier.model.project import EnvRead
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.model.source import SourceTree
from verifier.vercel.variables import is_platform_name

PROVIDED: Final = frozenset(
    {
        "NODE_ENV", "NODE_OPTIONS", "CI", "PORT", "HOSTNAME", "HOME", "PATH", "PWD", "TZ", "LANG",
        "USER", "SHELL", "TMPDIR", "TEMP", "DEBUG", "ANALYZE", "MODE", "DEV", "PROD", "SSR",
        "NEXT_RUNTIME", "NEXT_PHASE", "JEST_WORKER_ID", "VITEST", "STORYBOOK", "INIT_CWD",
        "FORCE_COLOR", "NO_COLOR", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME",
    }
)  # fmt: skip
"""Names that the platform, the framework or the shell sets; their absence is nobody's fault."""
_BUILT_IN: Final = re.compile(r"^(npm_|NEXT_PRIVATE_|NEXT_TELEMETRY|NEXT_OTEL|__)|_VERCEL_")
_ASIDE: Final = re.compile(
    r"(^|/)(__tests__|tests?|e2e|cypress|playwright|stories|examples?)/"
    r"|\.(test|spec|stories|cy)\.[cm]?[jt]sx?$"
)


class State(Enum):
    """How a variable stood in a trial."""

    PRESENT = "present"
    UNKNOWN = "declared with a value that is not readable"
    EMPTY = "present but empty"
    ABSENT = "absent"


def is_provided(name: str) -> bool:
    """Whether the platform, the framework or the shell sets a variable of that name."""
    return name in PROVIDED or is_platform_name(name) or _BUILT_IN.search(name) is not None


def state_of(evidence: Evidence, name: str) -> State:
    """How a variable stood in the trial: the process's own, else a dotenv file's."""
    variable = evidence.recipe.environment.variable(name)
    if variable is not None:
        if variable.value is None:
            return State.UNKNOWN
        return State.EMPTY if variable.value.is_empty else State.PRESENT
    value = _in_files(evidence, name)
    if value is None:
        return State.ABSENT
    return State.EMPTY if value.is_empty else State.PRESENT


def severity_of_absence(evidence: Evidence, *, is_proved: bool) -> Severity:
    """How bad it is that a green build lacked a variable; is_proved: its output shows it.

    Where no file says what the production scope holds, absence here is worth a look, no more.
    """
    is_known = evidence.project.production is not None
    return Severity.ERROR if is_proved and is_known else Severity.WARNING


def doubt_about_absence(evidence: Evidence) -> str:
    """What to add where nobody can say here whether a variable is set on the platform."""
    known = evidence.project.production is not None
    return "" if known else "; no file says here what the production scope holds"


def lacks(evidence: Evidence, name: str) -> bool:
    """Whether a variable was absent or empty in the trial, and somebody ought to have set it."""
    return not is_provided(name) and state_of(evidence, name) in {State.ABSENT, State.EMPTY}


def near_name(evidence: Evidence, name: str) -> str | None:
    """A set variable whose name is nearly this one and that no code reads: most likely a slip."""
    read = {r.name for r in evidence.project.code.env_reads}
    own = {
        v.name
        for v in evidence.recipe.environment.variables
        if v.origin is Origin.PRODUCTION and v.name != name and v.name not in read
    }
    plain = name.replace("_", "").casefold()
    for other in sorted(own):
        if other.replace("_", "").casefold() == plain:
            return other
    close = difflib.get_close_matches(name, sorted(own), n=1, cutoff=0.9)
    return close[0] if close else None


def lacks_unrepaired(evidence: Evidence, name: str) -> bool:
    """The same on the clean side as it is, so that a trial's own output says what it repaired."""
    return lacks(replace(evidence, recipe=evidence.clean), name)


def readable_value(evidence: Evidence, name: str) -> Secret | None:
    """The value a variable had in the trial, None where it was absent or cannot be read."""
    variable = evidence.recipe.environment.variable(name)
    return _in_files(evidence, name) if variable is None else variable.value


def _in_files(evidence: Evidence, name: str) -> Secret | None:
    """The value from the dotenv files of the trial's source, None if none of them has it."""
    known = in_files(evidence.recipe.source, evidence.project.root).get(name)
    if known is None:
        return None
    return Secret("") if known.value is None else known.value


def reads_of(evidence: Evidence, name: str) -> tuple[EnvRead, ...]:
    """The places that read a variable: reachable ones first, tests and scripts left out."""
    code = evidence.project.code
    reads = [r for r in code.env_reads if r.name == name and not is_aside(r.file)]
    return tuple(sorted(reads, key=lambda r: r.file not in code.reachable))


def is_aside(file: str) -> bool:
    """Whether a file is a test, a story or an example, which no build reads."""
    return _ASIDE.search(file) is not None


def is_schema_read(tree: SourceTree, name: str) -> str | None:
    """The Prisma schema that reads a variable by `env("NAME")`, None if there is none."""
    for path in tree:
        if path.endswith(".prisma") and f'env("{name}")' in (tree.text(path) or ""):
            return path
    return None


def with_value(name: str, value: Secret) -> Callable[[Recipe], Recipe]:
    """A change that sets a variable of the process that builds."""
    variable = Variable(name=name, value=value, origin=Origin.REMEDY)

    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=recipe.environment.with_variable(variable))

    return apply
