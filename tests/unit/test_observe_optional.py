"""Packages that tools ask for in words of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.observe_runs import made_run
from verifier.observe import observe

_ASKED = [
    (
        (
            '[vite:css] Preprocessor dependency "sass-embedded" not found. Did you install it? Try '
            "`npm install -D sass-embedded`."
        ),
        "sass-embedded",
    ),
    (
        (
            "error during build:\n[vite:terser] terser not found. Since Vite v3, terser has become "
            "an optional dependency. You need to install it."
        ),
        "terser",
    ),
    (
        "[error] The module `@pinia/nuxt` could not be loaded. It may not be installed.",
        "@pinia/nuxt",
    ),
    ('  [cause]: Cannot resolve module "@pinia/nuxt" (from: /vercel/path0/)', "@pinia/nuxt"),
    (" ERROR  Could not load `@nuxt/ui`. Is it installed?", "@nuxt/ui"),
    (
        "Error: To use Next.js' built-in Sass support, you first need to install `sass`.",
        "sass",
    ),
    (
        (
            'Error: Docusaurus was unable to resolve the "@docusaurus/theme-mermaid" theme. Make '
            "sure one of the following packages are installed:"
        ),
        "@docusaurus/theme-mermaid",
    ),
    (
        (
            'There was a problem loading plugin "gatsby-plugin-image". Perhaps you need to install '
            "its package?"
        ),
        "gatsby-plugin-image",
    ),
    ("Error: Cannot find any of modules: sass,node-sass", "sass"),
    (
        (
            "[MissingSharp] Could not find Sharp. Please install Sharp (`sharp`) manually into "
            "your project or migrate to another image service."
        ),
        "sharp",
    ),
    (
        (
            "Error: 'sharp' is required to be installed in standalone mode for the image "
            "optimization to function correctly."
        ),
        "sharp",
    ),
]


@pytest.mark.parametrize(("log", "name"), _ASKED, ids=[name for _, name in _ASKED])
def test_a_package_that_a_tool_asks_for_is_named(tmp_path: Path, log: str, name: str) -> None:
    """Whatever the words, the package is what is missing."""
    signature = observe(made_run(tmp_path, log)).outcome.signature
    assert signature is not None
    assert (signature.error_class, signature.subject) == ("module-not-found", name)


@pytest.mark.parametrize(
    "log",
    [
        "[NoMatchingRenderer] Unable to render `Counter`. No valid renderer was found.",
        "[AstroUserError] The collection does not exist.",
    ],
)
def test_an_error_of_astro_is_told_by_its_name(tmp_path: Path, log: str) -> None:
    """A stack below it says less than its head."""
    stack = (
        "\n    at build (file:///vercel/path0/node_modules/astro/dist/core/build/index.js:89:13)"
    )
    signature = observe(made_run(tmp_path, f"> astro build\n{log}{stack}\n")).outcome.signature
    assert signature is not None
    assert signature.line == log


def test_a_missing_adapter_is_told(tmp_path: Path) -> None:
    """Astro names the class of the error in brackets."""
    log = "[NoAdapterInstalled] Cannot use server-rendered pages without an adapter."
    signature = observe(made_run(tmp_path, log)).outcome.signature
    assert signature is not None
    assert signature.error_class == "adapter-missing"


def test_a_broken_link_is_told_with_its_page(tmp_path: Path) -> None:
    """The error that wraps it says nothing."""
    log = (
        "[ERROR] Error: Unable to build website for locale en.\n"
        "    at tryToBuildLocale (x.js:1:1) {\n"
        "  [cause]: Error: Docusaurus found broken links!\n\n"
        "  Exhaustive list of all broken links found:\n"
        "  - Broken link on source page path = /docs/extra:\n"
        "     -> linking to /pricing"
    )
    signature = observe(made_run(tmp_path, log)).outcome.signature
    assert signature is not None
    assert (signature.error_class, signature.subject) == ("broken-links", "/docs/extra")
    assert signature.line == "broken links: /docs/extra links to /pricing"


@pytest.mark.parametrize("shell", ["/usr/bin/bash: line 1", "sh: 1", "/bin/sh: line 3", "bash"])
def test_a_file_that_may_not_be_run_is_told_by_any_shell(tmp_path: Path, shell: str) -> None:
    """Bun calls the shell by its whole path."""
    log = f'{shell}: ./scripts/stamp.sh: Permission denied\nerror: script "build" exited with 126'
    signature = observe(made_run(tmp_path, log)).outcome.signature
    assert signature is not None
    assert signature.error_class == "permission-denied"
    assert signature.subject == "scripts/stamp.sh"
