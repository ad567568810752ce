"""Pages that a build visits by itself, and that git does not deliver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, change
from verifier.detectors import page_not_delivered
from verifier.model.evidence import Evidence

_KIT = (
    "Error: 404 /pricing (linked from /)",
    "To suppress or handle this error, implement `handleHttpError` in the configuration",
    "    at file:///vercel/path0/node_modules/@sveltejs/kit/src/core/config/options.js:218:13",
)
_KIT_3 = ("Error: `/pricing` was linked from `/`",)
_NITRO = (
    "Errors prerendering:",
    "  ├─ /pricing (12ms)",
    "  │ ├── [404] Page not found: /pricing",
    "  │ └── Linked from /",
    "ERROR  Exiting due to prerender errors.",
)
_NITRO_500 = tuple(line.replace("[404] Page not found", "[500] Server error") for line in _NITRO)
_ROUTER = (
    (
        "Error: Prerender (html): Received a 404 status code from `entry.server.tsx` while"
        " prerendering the `/pricing` path."
    ),
)
_LINKS = (
    "[ERROR] Error: Unable to build website for locale en.",
    "  [cause]: Error: Docusaurus found broken links!",
    "  Exhaustive list of all broken links found:",
    "  - Broken link on source page path = /docs/intro:",
    "     -> linking to /pricing",
)
_SIDEBAR = (
    "[ERROR] Error: Unable to build website for locale en.",
    '  [cause]: Error: Invalid sidebar file at "sidebars.js".',
    "  These sidebar document ids do not exist:",
    "  - reference/rest",
    "  - reference/events",
    "",
    "  Available document ids are:",
    "  - intro",
)


def site(log: tuple[str, ...], hidden: Mapping[str, str], *, fails: bool = True) -> Evidence:
    """A site that only the disk has whole."""
    made = Case(
        files={"package.json": json.dumps({"name": "site"}), "docs/intro.md": "# Intro"},
        only_local=hidden,
        log=log,
        fails=fails,
        framework=None,
    ).evidence()
    changes = {f"file:{p}": change(f"file:{p}") for p in hidden}
    return replace(made, changes=changes)


@pytest.mark.parametrize(
    ("log", "page"),
    [
        (_KIT, "src/routes/pricing/+page.svelte"),
        (_KIT, "src/routes/(shop)/pricing/+page.svelte"),
        (_KIT_3, "src/routes/pricing/+page.svelte"),
        (_NITRO, "app/pages/pricing.vue"),
        (_NITRO, "pages/pricing/index.vue"),
        (_ROUTER, "app/routes/pricing.tsx"),
        (_LINKS, "src/pages/pricing.mdx"),
        (_SIDEBAR, "docs/reference/rest.md"),
        (_SIDEBAR, "docs/reference/events.md"),
    ],
)
def test_the_page_that_is_asked_for_is_named(log: tuple[str, ...], page: str) -> None:
    """By its path below the folder of pages."""
    (finding,) = page_not_delivered.detect(site(log, {page: "page"}))
    assert finding.subject == page
    assert [s.change_id for s in finding.suspects] == [f"file:{page}"]


@pytest.mark.parametrize(
    ("log", "page"),
    [
        (_KIT, "src/routes/pricing-old/+page.svelte"),
        (_KIT, "src/routes/old/pricing/+page.svelte"),
        (_KIT, "src/lib/pricing.ts"),
        (_NITRO, "app/pages/index.vue"),
        (_LINKS, "blog/pricing.md"),
        (_NITRO_500, "app/pages/pricing.vue"),
        (_SIDEBAR, "docs/rest.md"),
        (_SIDEBAR, "docs/reference/rest.json"),
    ],
)
def test_other_hidden_files_are_not(log: tuple[str, ...], page: str) -> None:
    """A page of another address answers another question."""
    assert page_not_delivered.detect(site(log, {page: "page"})) == ()


def test_a_page_that_is_delivered_is_no_suspect() -> None:
    """It is on the platform, whatever differs in it."""
    made = site(_LINKS, {})
    made = replace(made, changes={"file:docs/intro.md": change("file:docs/intro.md")})
    assert page_not_delivered.detect(made) == ()


def test_another_failure_that_names_an_address_says_nothing() -> None:
    """Only a page that was not found counts."""
    log = ("Error: 500 /pricing (linked from /)",)
    assert page_not_delivered.detect(site(log, {"src/routes/pricing/+page.svelte": "p"})) == ()


def test_a_green_build_says_nothing() -> None:
    """Then no page was missed."""
    evidence = site(_KIT, {"src/routes/pricing/+page.svelte": "p"}, fails=False)
    assert page_not_delivered.detect(evidence) == ()
