"""Nitro with the preset of another platform."""

from __future__ import annotations

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import preset_of_another_platform

_NUXT = "export default defineNuxtConfig({ nitro: { preset: 'node-server' } })\n"
_START = (
    "import { nitro } from 'nitro/vite'\n"
    'export default { plugins: [nitro({ "preset": "netlify-edge", minify: true })] }\n'
)
_SOLID = (
    "import { defineConfig } from '@solidjs/start/config'\n"
    "export default defineConfig({ server: { preset: `bun` } })\n"
)


def app(file: str, config: str, *, fails: bool = True) -> Case:
    """A project whose build left no output."""
    return Case(
        files={"package.json": "{}", file: config},
        log=["done"],
        fails=fails,
        code="STATIC_BUILD_NO_OUT_DIR",
        message='No Output Directory named "dist" found after the Build completed.',
        framework="nuxtjs",
    )


@pytest.mark.parametrize(
    ("file", "config", "old"),
    [
        ("nuxt.config.ts", _NUXT, "node-server"),
        ("vite.config.ts", _START, "netlify-edge"),
        ("app.config.ts", _SOLID, "bun"),
    ],
)
def test_the_preset_is_exchanged(file: str, config: str, old: str) -> None:
    """And nothing else of the file is."""
    evidence = app(file, config).evidence()
    (finding,) = preset_of_another_platform.detect(evidence)
    assert finding.subject == file
    assert repaired(finding, evidence).source.text(file) == config.replace(old, "vercel")


@pytest.mark.parametrize("name", ["vercel", "vercel-edge", "static", "github-pages", "nodes"])
def test_presets_that_suit_the_platform_are_left_alone(name: str) -> None:
    """Files alone are published as they are; what is no preset is nobody's."""
    case = app("nuxt.config.ts", _NUXT.replace("node-server", name))
    assert preset_of_another_platform.detect(case.evidence()) == ()


def test_a_preset_of_something_else_is_left_alone() -> None:
    """Other tools have presets too."""
    case = app("vite.config.ts", "export default { test: { preset: 'node' } }\n")
    assert preset_of_another_platform.detect(case.evidence()) == ()


def test_a_computed_preset_is_left_alone() -> None:
    """What it comes to on the platform is not known."""
    case = app("nuxt.config.ts", _NUXT.replace("'node-server'", "process.env.TARGET"))
    assert preset_of_another_platform.detect(case.evidence()) == ()


def test_a_green_build_says_nothing() -> None:
    """It left its output where the platform looks."""
    case = app("nuxt.config.ts", _NUXT, fails=False)
    assert preset_of_another_platform.detect(case.evidence()) == ()
