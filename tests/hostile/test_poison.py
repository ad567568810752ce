"""What a hostile build leaves for the run after it, and for the programs that read its remains."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.contract.conftest import MakeEngine
from tests.contract.recipes import platform, tree
from verifier.engine.base import RunRequest
from verifier.model.recipe import Recipe
from verifier.observe import observe

pytestmark = [pytest.mark.docker]

_ATTACKS = Path(__file__).parent / "attacks"
_PLANT, _LOOK = ((_ATTACKS / f"{name}.cjs").read_text() for name in ("plant", "look"))


def _recipe(build: str) -> Recipe:
    manifest = json.dumps({"name": "same", "private": True, "scripts": {"build": "node build.js"}})
    return platform(tree({"package.json": manifest, "build.js": build}))


def test_nothing_is_left_for_the_next_run(in_docker: MakeEngine, tmp_path: Path) -> None:
    """The snapshot is from before the build; what it planted afterwards is gone with it."""
    engine = in_docker()
    first = engine.run(RunRequest(id="r01", label="clean", recipe=_recipe(_PLANT)))
    assert "planted" in first.log_lines()
    assert first.infra is None, first.infra_detail
    before = sorted(tmp_path.rglob("*"))
    second = engine.run(RunRequest(id="r02", label="clean", recipe=_recipe(_LOOK)))
    lines = list(second.log_lines())
    assert any(s.cached for s in second.steps), "the second run started from the snapshot"
    assert "found nothing" in lines, lines
    assert "tools true" in lines
    assert observe(second).outcome.is_pass
    assert [f.path for f in second.output.files] == ["static/index.html"]
    assert not [p for p in before if "planted" in p.name]
