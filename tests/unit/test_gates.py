"""Gates judge a green trial by the platform's own rules, and only by rules known to apply."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.test_engine_parts import _recipe
from verifier.gates import gate_violations
from verifier.model.observation import Observation
from verifier.model.outcome import passed
from verifier.model.run import Output, OutputFunction


def _seen(functions: int = 0, **installed: str) -> Observation:
    output = Output(
        present=True,
        functions=tuple(
            OutputFunction(path=f"api/f{n}.func", runtime="nodejs24.x", size_bytes=1, files=1)
            for n in range(functions)
        ),
    )
    return Observation(run_id="r", outcome=passed(), output=output, installed=installed)


def test_a_plain_deployment_passes_every_gate() -> None:
    """Nothing is refused about a small green build."""
    recipe = _recipe({"vercel.json": b'{"cleanUrls": true}'})
    assert gate_violations(_seen(), recipe, plan_known=True) == ()


def test_an_unknown_key_in_vercel_json_is_refused() -> None:
    """The platform's schema is strict though the build is green."""
    recipe = _recipe({"vercel.json": b'{"nodeVersion": "24"}'})
    [found] = gate_violations(_seen(), recipe, plan_known=False)
    assert (found.error_class, found.subject) == ("vercel-json-refused", "nodeVersion")


def test_a_rule_of_one_plan_fails_nothing_while_the_plan_is_unknown() -> None:
    """Thirteen functions are too many on one plan only."""
    recipe = _recipe({"package.json": b"{}"})
    assert gate_violations(_seen(13), recipe, plan_known=False) == ()
    [found] = gate_violations(_seen(13), recipe, plan_known=True)
    assert found.error_class == "too-many-functions"


def test_a_vulnerable_version_is_refused_and_its_repair_is_not() -> None:
    """Deployments with a blocked version of Next.js never go live."""
    recipe = _recipe({"package.json": b"{}"})
    bad = replace(_seen(), installed={"node_modules/next": "15.5.6"})
    good = replace(_seen(), installed={"node_modules/next": "15.5.29"})
    assert gate_violations(bad, recipe, plan_known=False)
    assert gate_violations(good, recipe, plan_known=False) == ()
