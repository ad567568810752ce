"""What the platform refuses after a green build, at "Deploying outputs", as rules over values.

No local build meets these rules. Each function judges values it is given; a violation that the
platform might forgive (a plan or setting nobody knows here) is not certain and must not fail a
deployment by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from verifier.model.environment import Environment, Origin
from verifier.model.outcome import FailureSignature, Stage
from verifier.model.run import Output, OutputFunction
from verifier.vercel.limits import (
    ENVIRONMENT_BYTES,
    FUNCTION_BYTES,
    PLANS,
    PYTHON_FUNCTION_BYTES,
    ROUTES,
    Plan,
    plan_named,
)

_VERSION: Final = re.compile(r"^v?(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?")
_OVERRIDE: Final = "DANGEROUSLY_DEPLOY_VULNERABLE_"
_LARGE_FUNCTIONS: Final = "VERCEL_SUPPORT_LARGE_FUNCTIONS"
_EDGE_VALUE_BYTES: Final = 5 * 1024
_PRO_BETA_S: Final = 1800
_BUNDLING: Final = frozenset(
    {
        "nextjs", "blitzjs", "nuxtjs", "sveltekit", "sveltekit-1", "remix", "react-router", "astro",
        "solidstart", "solidstart-1", "tanstack-start", "tanstack-start-lovable", "nitro",
        "hydrogen", "redwoodjs", "gatsby", "qwik-city", "nestjs", "express", "hono", "h3",
    }
)  # fmt: skip
"""Presets that bundle routes into few functions, so that files in `api/` are not counted."""

Triple = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Versions of a package that the platform does not deploy.

    fixed: for each line (major, minor) the first good version; `below` holds for all lines.
    """

    package: str
    cve: str
    fixed: Mapping[tuple[int, int], Triple]
    below: Triple | None = None
    certain: bool = True


BLOCKED: Final = (
    Blocked(
        package="next",
        cve="CVE_2025_66478",
        fixed={
            (15, 0): (15, 0, 5),
            (15, 1): (15, 1, 9),
            (15, 2): (15, 2, 6),
            (15, 3): (15, 3, 6),
            (15, 4): (15, 4, 8),
            (15, 5): (15, 5, 7),
            (16, 0): (16, 0, 7),
        },
    ),
    Blocked(package="next-mdx-remote", cve="CVE_2026_0969", fixed={}, below=(6, 0, 0)),
    # The list is kept on the server and the day of this entry is not known to the digit.
    Blocked(package="@tanstack/react-start", cve="", fixed={}, below=(1, 168, 60), certain=False),
)
"""Source: public deployment logs, 2025-12 to 2026-10, and the advisories they name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One rule that a deployment breaks; certain is False where the platform may let it pass."""

    error_class: str
    subject: str
    line: str
    certain: bool = True

    @property
    def signature(self) -> FailureSignature:
        """The failure as a trial reports it."""
        return FailureSignature(
            stage=Stage.GATE,
            error_class=self.error_class,
            subject=self.subject,
            line=self.line,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What the gates look at.

    installed: path below node_modules → version. gzipped: edge function → compressed bytes, as
    far as somebody measured them.
    """

    output: Output
    environment: Environment
    installed: Mapping[str, str]
    gzipped: Mapping[str, int]


def find_violations(deployment: Deployment) -> tuple[Violation, ...]:
    """Every rule the deployment breaks, the certain ones first."""
    plan = plan_named(deployment.environment.settings.plan)
    functions = deployment.output.functions
    names = frozenset(v.name for v in deployment.environment.variables)
    found = (
        *blocked_packages(deployment.installed, names),
        *large_functions(functions, _large_setting(deployment.environment)),
        *large_edge_functions(functions, deployment.gzipped, plan),
        *many_functions(functions, deployment.environment.settings.framework, plan),
        *long_durations(functions, plan),
        *many_routes(deployment.output),
        *large_environment(deployment.environment, functions),
    )
    return tuple(sorted(found, key=lambda v: not v.certain))


def blocked_packages(
    installed: Mapping[str, str], variables: frozenset[str] = frozenset()
) -> Iterator[Violation]:
    """Yield packages whose version the platform refuses, unless a variable overrides that."""
    for rule in BLOCKED:
        version = installed.get(rule.package)
        if version is None or not _is_blocked(rule, version):
            continue
        if rule.cve and f"{_OVERRIDE}{rule.cve}" in variables:
            continue
        yield Violation(
            error_class="vulnerable-package",
            subject=rule.package,
            line=f"Vulnerable version of {rule.package} detected ({version}), update immediately",
            certain=rule.certain,
        )


def large_functions(
    functions: Iterable[OutputFunction], allowed: bool | None
) -> Iterator[Violation]:
    """Yield functions above the uncompressed size; allowed None: larger ones may be on."""
    if allowed:
        return
    for function in functions:
        python = function.runtime.startswith("python")
        limit = PYTHON_FUNCTION_BYTES if python else FUNCTION_BYTES
        if _is_edge(function) or function.size_bytes < limit:
            continue
        mib, most = function.size_bytes / 2**20, limit >> 20
        yield Violation(
            error_class="function-too-large",
            subject=function.path,
            line=f"function is {mib:.0f} MB uncompressed, the limit is {most} MB",
            certain=allowed is False,
        )


def large_edge_functions(
    functions: Iterable[OutputFunction], gzipped: Mapping[str, int], plan: Plan
) -> Iterator[Violation]:
    """Yield edge functions above the plan's compressed size; unmeasured ones are never certain."""
    limit = PLANS[plan].edge_bytes
    for function in functions:
        if not _is_edge(function):
            continue
        measured = gzipped.get(function.path)
        # Bundled JavaScript shrinks to a quarter or less; only far larger ones are in doubt.
        size = function.size_bytes // 4 if measured is None else measured
        if size > limit:
            yield Violation(
                error_class="edge-function-too-large",
                subject=function.path,
                line=(
                    f"edge function is {size / 2**20:.2f} MB compressed, "
                    f"the limit of the plan is {limit >> 20} MB"
                ),
                certain=measured is not None,
            )


def many_functions(
    functions: Iterable[OutputFunction], framework: str | None, plan: Plan
) -> Iterator[Violation]:
    """Yield a violation if files in `api/` make more functions than the plan allows."""
    most = PLANS[plan].functions
    if most is None or framework in _BUNDLING:
        return
    count = sum(1 for f in functions if f.path.startswith("api/") and not _is_edge(f))
    if count > most:
        yield Violation(
            error_class="too-many-functions",
            subject="api",
            line=f"{count} Serverless Functions, no more than {most} on the {plan.value} plan",
        )


def long_durations(functions: Iterable[OutputFunction], plan: Plan) -> Iterator[Violation]:
    """Yield functions that ask for more time than the plan gives."""
    limit = PLANS[plan].max_duration_s
    for function in functions:
        asked = function.max_duration_s
        if asked is None or 1 <= asked <= limit:
            continue
        in_beta = plan is not Plan.HOBBY and 1 <= asked <= _PRO_BETA_S
        yield Violation(
            error_class="invalid-max-duration",
            subject=function.path,
            line=(
                f"Builder returned invalid maxDuration value {asked}; it must be between 1 and "
                f"{limit} for plan {plan.value}"
            ),
            certain=not in_beta,
        )


def many_routes(output: Output) -> Iterator[Violation]:
    """Yield a violation if the deployment has more routes than the platform takes."""
    if output.route_count > ROUTES:
        yield Violation(
            error_class="too-many-routes",
            subject="routes",
            line=f"the deployment has {output.route_count} routes, the limit is {ROUTES}",
        )


def large_environment(
    environment: Environment, functions: Iterable[OutputFunction] = ()
) -> Iterator[Violation]:
    """Yield a violation if variables take more room than the platform gives them."""
    own = [v for v in environment.variables if v.origin in {Origin.PRODUCTION, Origin.REMEDY}]
    sizes = {v.name: len(v.value.reveal().encode()) for v in own if v.value is not None}
    total = sum(len(name.encode()) + size for name, size in sizes.items())
    if total > ENVIRONMENT_BYTES:
        yield Violation(
            error_class="environment-too-large",
            subject="environment variables",
            line=f"variables take {total} bytes, the limit is {ENVIRONMENT_BYTES}",
        )
    if any(_is_edge(f) for f in functions):
        for name in sorted(n for n, size in sizes.items() if size > _EDGE_VALUE_BYTES):
            yield Violation(
                error_class="edge-variable-too-large",
                subject=name,
                line=f"edge functions take values up to {_EDGE_VALUE_BYTES} bytes",
                certain=False,
            )


def _large_setting(environment: Environment) -> bool | None:
    variable = environment.variable(_LARGE_FUNCTIONS)
    if variable is None or variable.value is None:
        return None
    return variable.value.reveal() == "1"


def _is_edge(function: OutputFunction) -> bool:
    return function.runtime == "edge"


def _is_blocked(rule: Blocked, version: str) -> bool:
    found = _VERSION.match(version)
    if found is None:
        return False
    numbers: Triple = (int(found[1]), int(found[2]), int(found[3]))
    if rule.package == "next" and _is_vulnerable_canary(numbers, found[4] or ""):
        return True
    first_good = rule.below or rule.fixed.get(numbers[:2])
    if first_good is None:
        return False
    # A pre-release comes before the version it leads to.
    return numbers < first_good or (numbers == first_good and bool(found[4]))


def _is_vulnerable_canary(numbers: Triple, suffix: str) -> bool:
    """The canaries of 14.3.0 from the 77th on hold the code that 15.0.5 repaired."""
    canary = re.fullmatch(r"-canary\.(\d+)", suffix)
    return numbers == (14, 3, 0) and canary is not None and int(canary[1]) >= 77
