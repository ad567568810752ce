"""What Astro needs before it can build pages that are rendered on demand."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import adapter_missing, astro_adapter_elsewhere
from verifier.model.run import Output, OutputFile, OutputFunction

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


_NODE = (
    "import { defineConfig } from 'astro/config';\n"
    "import node from '@astrojs/node';\n"
    "export default defineConfig({\n"
    "  output: 'server',\n"
    "  adapter: node({ mode: 'standalone', paths: [a(1)] }),\n"
    "  site: 'https://shop.example.com',\n"
    "});\n"
)


def server(config: str = _NODE, output: Output | None = None) -> Case:
    """A shop that was built as a server in Node.js, into the folder that is published."""
    files = tuple(
        OutputFile(path=f"static/{p}", size_bytes=1, sha256=p)
        for p in ("server/entry.mjs", "client/logo.svg")
    )
    return Case(
        files={
            "package.json": json.dumps({"dependencies": {"astro": "7.3.5"}}),
            "astro.config.mjs": config,
            "src/pages/index.astro": "<p>shop</p>\n",
        },
        fails=False,
        framework="astro",
        output=output or Output(present=True, directory=".vercel/output", files=files),
    )


def test_an_adapter_that_leaves_no_function_is_exchanged() -> None:
    """With its options, which mean nothing to the other, and nothing else."""
    evidence = server().evidence()
    (finding,) = astro_adapter_elsewhere.detect(evidence)
    assert finding.subject == "@astrojs/node"
    assert [str(p) for p in finding.locations] == ["astro.config.mjs:2", "astro.config.mjs:4"]
    source = repaired(finding, evidence).source
    assert "@astrojs/vercel" in json.loads(source.text("package.json") or "")["dependencies"]
    assert source.text("astro.config.mjs") == (
        "import { defineConfig } from 'astro/config';\n"
        "import vercel from '@astrojs/vercel';\n"
        "export default defineConfig({\n"
        "  output: 'server',\n"
        "  adapter: vercel(),\n"
        "  site: 'https://shop.example.com',\n"
        "});\n"
    )


@pytest.mark.parametrize(
    "case",
    [
        server(_NODE.replace("@astrojs/node", "@astrojs/vercel")),
        server(_NODE.replace("  output: 'server',\n", "")),
        server(_NODE.replace("adapter: node(", "adapter: process.env.VERCEL ? v() : node(")),
        server(
            output=Output(
                present=True,
                directory=".vercel/output",
                functions=(
                    OutputFunction(path="_render", runtime="nodejs24.x", size_bytes=1, files=1),
                ),
            )
        ),
        server(output=Output(present=True, directory="dist")),
    ],
    ids=["of the platform", "nothing on demand", "chosen", "functions", "as a developer builds"],
)
def test_other_green_builds_are_left_alone(case: Case) -> None:
    """What the platform can run, and what nobody can tell."""
    assert astro_adapter_elsewhere.detect(case.evidence()) == ()
