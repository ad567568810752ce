"""What is tried again is listed in one module, and is never a build."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tenacity import RetryCallState

from verifier.engine.retries import POLICIES, Purpose

_PACKAGE = Path(__file__).resolve().parents[2] / "verifier"
_MAY_TRY_AGAIN = {"engine/bootstrap.py", "engine/image.py"}
_FETCHES = {"find_engine", "_run", "run", "client.images.pull"}
"""What the policies are applied to: a ping, apt-get, mmdebstrap, a pull."""


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for file in sorted(_PACKAGE.rglob("*.py")):
        yield file.relative_to(_PACKAGE).as_posix(), ast.parse(file.read_text(encoding="utf-8"))


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {a.name for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{a.name}" for a in node.names}
    return found


def test_policies_are_made_in_one_module_only() -> None:
    """Elsewhere of tenacity only its error is known."""
    for name, tree in _trees():
        if name != "engine/retries.py":
            foreign = {i for i in _imported(tree) if i.startswith("tenacity")}
            assert foreign <= {"tenacity.RetryError"}, name


def test_nothing_that_runs_a_project_tries_again() -> None:
    """The modules that may use a policy set up the engine and the image."""
    for name, tree in _trees():
        uses = any(i.startswith("verifier.engine.retries") for i in _imported(tree))
        assert not uses or name in _MAY_TRY_AGAIN, name


def test_policies_are_applied_to_fetching_only() -> None:
    """Each use names what it tries again, and that is a ping, a download or a pull."""
    names = {"ENGINE_START", "PACKAGE_DOWNLOAD", "REGISTRY_PULL", "BASE_DOWNLOAD"}
    seen: set[str] = set()
    for _, tree in _trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            target = node.func.value
            if isinstance(target, ast.Name) and target.id in names:
                seen.add(target.id)
                tried = ast.unparse(node.args[0])
                assert tried in _FETCHES or tried.removeprefix("subprocess.") in _FETCHES, tried
    assert seen == names
    assert len(names) == len(POLICIES)


def test_every_policy_ends_and_says_why() -> None:
    """A policy has a name, a purpose, a reason and an end."""
    assert len({p.name for p in POLICIES}) == len(POLICIES)
    for policy in POLICIES:
        assert isinstance(policy.purpose, Purpose)
        assert policy.why
        state = RetryCallState(policy.retrying, None, (), {})
        state.attempt_number, state.outcome_timestamp = 1000, state.start_time + 1000
        assert policy.retrying.stop(state)
