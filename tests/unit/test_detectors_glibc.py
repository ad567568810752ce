"""Native modules that the platform's C library cannot load are named by package."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.test_engine_parts import _recipe
from verifier.detectors.native_glibc_too_new import detect
from verifier.model.evidence import Evidence
from verifier.model.observation import Observation
from verifier.model.outcome import passed
from verifier.model.project import Project
from verifier.model.trial import TrialKey, World


def _evidence(needs: dict[str, str]) -> Evidence:
    recipe = _recipe({"package.json": b"{}"})
    return Evidence(
        project=Project.__new__(Project),
        key=TrialKey(world=World.CLEAN, changes=frozenset()),
        observation=replace(Observation(run_id="r", outcome=passed()), native_needs=needs),
        recipe=recipe,
        clean=recipe,
        local=None,
    )


def test_a_module_for_a_newer_libc_is_named_with_its_package() -> None:
    """The newest version asked for is told, for scoped packages too."""
    needs = {
        "node_modules/@scope/native/a.node": "2.36",
        "node_modules/@scope/native/b.node": "2.38",
    }
    [found] = detect(_evidence(needs))
    assert found.subject == "@scope/native"
    assert "2.38" in found.summary


def test_modules_within_reach_of_the_platform_are_silent() -> None:
    """Nothing is said where nothing newer is asked for, nor about musl builds."""
    assert detect(_evidence({})) == ()
    assert detect(_evidence({"node_modules/x-linux-x64-musl/x.node": "2.38"})) == ()
