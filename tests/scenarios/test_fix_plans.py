"""Fix plans of recorded runs: what ships is all that is needed, and nothing else."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from verifier.cli._scenarios import all_scenarios, replay
from verifier.cli.scenario import plain_options
from verifier.engine.base import silent
from verifier.fix_plan import PLAN_KEY
from verifier.model.scenario import Variant
from verifier.pipeline import Verification

_SHIPPED = {
    "b10-stale-pnpm-lockfile": {"pnpm-lock.yaml"},
    "b16-syntax-removed-from-node": {"scripts/write-places.mjs"},
    "b04-ignored-config-with-an-alias": {".gitignore", "vite.config.js"},
    "c001-four-faults-next": {"pages/index.tsx", "vercel.json"},
}
"""Scenario → every file its patch may touch: a lockfile where it is the repair, and only there."""


def _replayed(name: str, folder: Path) -> Verification:
    scenario = next(s for s in all_scenarios() if s.id == name)
    return replay(scenario, Variant.FAULTY, folder, plain_options(), silent)


def _git(repository: Path, *arguments: str, given: bytes = b"") -> bytes:
    done = subprocess.run(
        ["git", *arguments], cwd=repository, input=given, check=True, capture_output=True
    )
    return done.stdout


@pytest.mark.parametrize("name", sorted(_SHIPPED))
def test_a_patch_touches_what_the_repair_needs(name: str, tmp_path: Path) -> None:
    """An install that rewrites a lockfile for reasons of its own adds nothing to a patch."""
    patch = _replayed(name, tmp_path).fix_plan.patch
    assert set(re.findall(r"^diff --git a/(\S+) b/", patch, re.MULTILINE)) == _SHIPPED[name]


def test_of_an_interaction_one_repair_ships(tmp_path: Path) -> None:
    """A variable or a file would do: a plan that asks for both asks for too much."""
    done = _replayed("i004-variable-or-ignored-file", tmp_path)
    assert len(done.fix_plan.settings) + bool(done.fix_plan.patch) == 1
    assert done.report.plan_verified


@pytest.mark.parametrize("name", sorted(_SHIPPED))
def test_git_makes_of_the_commit_what_was_built(name: str, tmp_path: Path) -> None:
    """`git apply` on the commit gives, file by file, the tree that the plan's trial built."""
    plan = _replayed(name, tmp_path).fix_plan
    assert plan.source is not None
    repository = next(p.parent for p in (tmp_path / "disk").rglob(".git") if p.is_dir())
    _git(repository, "apply", "--cached", "-", given=plan.patch.encode())
    names = _git(repository, "ls-files", "-z").decode().split("\0")[:-1]
    assert {n: _git(repository, "show", f":{n}") for n in names} == {
        path: plan.source.read(path) for path in plan.source
    }


def test_what_a_person_has_to_write_is_told_and_not_called_done(tmp_path: Path) -> None:
    """A stand-in shows where a secret comes from; the plan's own trial does without it."""
    done = _replayed("c001-four-faults-next", tmp_path)
    secret = next(c for c in done.report.confirmed if c.pattern == "credential-exposure")
    assert secret.remedy is not None
    assert done.report.by_hand == (secret.remedy.summary,)
    assert not secret.remedy.verified
    assert secret.remedy.summary not in done.report.settings
    built = done.lab.records[PLAN_KEY]
    assert built.trial.outcome.is_pass
    assert built.recipe.source.read(secret.subject) == done.lab.clean.source.read(secret.subject)
