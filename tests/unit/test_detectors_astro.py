"""What Astro needs before it can build pages that are rendered on demand."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import adapter_missing

_CONFIG = "import { defineConfig } from 'astro/config';\nexport default defineConfig({\n});\n"
_CART = "---\nexport const prerender = false;\n---\n<p>cart</p>\n"
_SAID = ["[NoAdapterInstalled] Cannot use server-rendered pages without an adapter."]


def shop(config: str = _CONFIG, log: list[str] | None = None) -> Case:
    """A shop whose cart is rendered on demand."""
    return Case(
        files={
            "package.json": json.dumps({"dependencies": {"astro": "7.3.5"}}),
            "astro.config.mjs": config,
            "src/pages/index.astro": "<p>shop</p>\n",
            "src/pages/cart.astro": _CART,
        },
        log=_SAID if log is None else log,
        framework="astro",
    )


def test_the_adapter_is_declared_and_named() -> None:
    """Both belong together, and the page that needs it is told."""
    evidence = shop().evidence()
    (finding,) = adapter_missing.detect(evidence)
    assert "src/pages/cart.astro:2" in map(str, finding.locations)
    source = repaired(finding, evidence).source
    assert "@astrojs/vercel" in json.loads(source.text("package.json") or "")["dependencies"]
    config = source.text("astro.config.mjs") or ""
    assert config.startswith("import vercel from '@astrojs/vercel';\n")
    assert "defineConfig({\n  adapter: vercel()," in config


def test_it_speaks_before_its_failure_is_met() -> None:
    """Another failure may come first."""
    log = ['[vite]: Rolldown failed to resolve import "slugify" from "src/pages/index.astro".']
    (finding,) = adapter_missing.detect(shop(log=log).evidence())
    assert finding.suspects[0].weight < 0.9


@pytest.mark.parametrize(
    "case",
    [
        shop(_CONFIG.replace("({\n", "({\n  adapter: node(),\n"), log=["Error: x"]),
        Case(files={"package.json": "{}", "src/pages/cart.astro": _CART}, log=["Error: x"]),
    ],
    ids=["adapter", "not-astro"],
)
def test_others_are_left_alone(case: Case) -> None:
    """A project with an adapter, or of another framework."""
    assert adapter_missing.detect(case.evidence()) == ()
