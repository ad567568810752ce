"""SvelteKit with an adapter that writes for somebody else."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import adapter_of_another_platform

_CONFIG = (
    "import adapter from '@sveltejs/adapter-node';\n"
    "export default { kit: { adapter: adapter() } };\n"
)


def kit(config: str = _CONFIG, *, fails: bool = True) -> Case:
    """A SvelteKit project whose build left no output."""
    return Case(
        files={
            "package.json": json.dumps({"devDependencies": {"@sveltejs/kit": "2.63.0"}}),
            "svelte.config.js": config,
        },
        log=["done"],
        fails=fails,
        code="STATIC_BUILD_NO_OUT_DIR",
        message='No Output Directory named "public" found after the Build completed.',
        framework="sveltekit-1",
    )


def test_the_adapter_is_exchanged() -> None:
    """Both the declaration and the import change."""
    evidence = kit().evidence()
    (finding,) = adapter_of_another_platform.detect(evidence)
    assert str(finding.locations[0]) == "svelte.config.js:1"
    source = repaired(finding, evidence).source
    assert source.text("svelte.config.js") == _CONFIG.replace("-node", "-vercel")
    declared = json.loads(source.text("package.json") or "")["dependencies"]
    assert list(declared) == ["@sveltejs/adapter-vercel"]


@pytest.mark.parametrize("name", ["auto", "vercel", "static"])
def test_adapters_that_suit_the_platform_are_left_alone(name: str) -> None:
    """Whatever left no output then, it was not the adapter's choice."""
    case = kit(_CONFIG.replace("-node", f"-{name}"))
    assert adapter_of_another_platform.detect(case.evidence()) == ()


def test_a_green_build_says_nothing() -> None:
    """It may be deployed elsewhere as well."""
    assert adapter_of_another_platform.detect(kit(fails=False).evidence()) == ()
