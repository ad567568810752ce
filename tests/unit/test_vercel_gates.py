"""Rules the platform applies after a green build."""

from __future__ import annotations

import pytest

from verifier.model.environment import (
    Driver,
    Environment,
    Manager,
    ManagerChoice,
    Origin,
    Settings,
    Variable,
)
from verifier.model.outcome import Stage
from verifier.model.run import Output, OutputFunction
from verifier.model.secret import Secret
from verifier.vercel.gates import Deployment, blocked_packages, find_violations


def function(path: str, **facts: object) -> OutputFunction:
    given = {"runtime": "nodejs24.x", "size_bytes": 1000, "files": 1, **facts}
    return OutputFunction(path=path, **given)  # type: ignore[arg-type]  # facts are its fields


def found(
    output: Output,
    *,
    framework: str | None = None,
    plan: str = "hobby",
    variables: dict[str, str] | None = None,
    gzipped: dict[str, int] | None = None,
) -> list[tuple[str, bool]]:
    environment = Environment(
        name="clean",
        driver=Driver.PLATFORM,
        node_major=24,
        manager=ManagerChoice(manager=Manager.NPM),
        settings=Settings(framework=framework, plan=plan),
        variables=tuple(
            Variable(name=n, value=Secret(v), origin=Origin.PRODUCTION)
            for n, v in (variables or {}).items()
        ),
    )
    deployment = Deployment(
        output=output, environment=environment, installed={}, gzipped=gzipped or {}
    )
    return [(v.error_class, v.certain) for v in find_violations(deployment)]


@pytest.mark.parametrize(
    ("version", "blocked"),
    [
        ("15.2.5", True),
        ("15.2.6", False),
        ("15.5.7", False),
        ("15.5.7-canary.1", True),
        ("16.0.6", True),
        ("16.1.0", False),
        ("14.2.30", False),
        ("14.3.0-canary.76", False),
        ("14.3.0-canary.77", True),
        ("15.6.0-canary.3", False),
        ("workspace:*", False),
    ],
)
def test_vulnerable_next_is_blocked(version: str, blocked: bool) -> None:
    """Each line of Next has its first version that may be deployed."""
    assert bool(list(blocked_packages({"next": version}))) is blocked


def test_override_lets_a_blocked_version_pass() -> None:
    """The variable the platform names turns the block off."""
    names = frozenset({"DANGEROUSLY_DEPLOY_VULNERABLE_CVE_2025_66478"})
    assert not list(blocked_packages({"next": "15.2.5"}, names))


def test_violation_is_a_failure_at_the_gate() -> None:
    """A violation can stand as the signature of a failed trial."""
    violation = next(iter(blocked_packages({"next": "15.2.5"})))
    assert violation.signature.stage is Stage.GATE
    assert violation.signature.subject == "next"


def test_large_function_is_uncertain_unless_large_ones_are_off() -> None:
    """Larger functions are on for many projects, so size alone proves nothing."""
    output = Output(present=True, functions=(function("api/a", size_bytes=251 << 20),))
    assert found(output) == [("function-too-large", False)]
    off = {"VERCEL_SUPPORT_LARGE_FUNCTIONS": "0"}
    assert found(output, variables=off) == [("function-too-large", True)]
    assert found(output, variables={"VERCEL_SUPPORT_LARGE_FUNCTIONS": "1"}) == []


def test_edge_size_is_certain_only_when_measured() -> None:
    """The limit is on compressed bytes."""
    output = Output(present=True, functions=(function("mw", runtime="edge", size_bytes=9 << 20),))
    assert found(output) == [("edge-function-too-large", False)]
    assert found(output, gzipped={"mw": 1 << 19}) == []
    assert found(output, gzipped={"mw": 3 << 20}) == [("edge-function-too-large", True)]
    assert found(output, gzipped={"mw": 3 << 20}, plan="enterprise") == []


def test_functions_are_counted_only_where_no_framework_bundles_them() -> None:
    """Thirteen files in api/ are one too many on the smallest plan."""
    output = Output(present=True, functions=tuple(function(f"api/{n}") for n in range(13)))
    assert found(output, framework="vite") == [("too-many-functions", True)]
    assert found(output, framework="nextjs") == []
    assert found(output, framework="vite", plan="pro") == []


@pytest.mark.parametrize(
    ("seconds", "plan", "expected"),
    [
        (300, "hobby", []),
        (301, "hobby", [("invalid-max-duration", True)]),
        (0, "hobby", [("invalid-max-duration", True)]),
        (800, "pro", []),
        (1000, "pro", [("invalid-max-duration", False)]),
        (2000, "pro", [("invalid-max-duration", True)]),
    ],
)
def test_duration_is_bounded_by_plan(
    seconds: int, plan: str, expected: list[tuple[str, bool]]
) -> None:
    """A function may not ask for more time than its plan gives."""
    output = Output(present=True, functions=(function("api/a", max_duration_s=seconds),))
    assert found(output, plan=plan) == expected


def test_routes_and_environment_are_bounded() -> None:
    """Too many routes and too many bytes of variables are refused."""
    assert found(Output(present=True, route_count=2049)) == [("too-many-routes", True)]
    assert found(Output(present=True, route_count=2048)) == []
    assert found(Output(present=True), variables={"A": "x" * 65536}) == [
        ("environment-too-large", True)
    ]


def test_large_value_matters_beside_edge_functions() -> None:
    """Edge functions take small values only."""
    output = Output(present=True, functions=(function("mw", runtime="edge"),))
    assert found(output, variables={"A": "x" * 6000}) == [("edge-variable-too-large", False)]
