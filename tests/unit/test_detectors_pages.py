"""Pages that a build visits by itself, and that git does not deliver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, change
from verifier.detectors import page_not_delivered, page_still_delivered
from verifier.model.evidence import Evidence

_KIT = (
    "Error: 404 /pricing (linked from /)",
    "To suppress or handle this error, implement `handleHttpError` in the configuration",
    "    at file:///vercel/path0/node_modules/@sveltejs/kit/src/core/config/options.js:218:13",
)
_KIT_APP = ("Error: 404 /app/docs (linked from /)",)
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
        (_KIT_APP, "src/routes/app/docs/+page.svelte"),
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


_CONFLICT = ('Error: The "/blog/[id]" and "/blog/[slug]" routes conflict with each other',)
_BOTH = ("src/routes/blog/[id]/+page.svelte", "src/routes/blog/[slug]/+page.svelte")


def blog(log: tuple[str, ...], gone: str | None) -> Evidence:
    """A commit with both pages, and a disk that lacks one of them."""
    made = Case(
        files={"package.json": "{}", **dict.fromkeys(_BOTH, "post")}, log=log, framework=None
    ).evidence()
    if gone is not None:
        made = replace(
            made, project=replace(made.project, working=made.project.working.without(gone))
        )
    return replace(made, changes={f"file:{p}": change(f"file:{p}") for p in _BOTH})


@pytest.mark.parametrize("gone", _BOTH)
def test_a_page_that_only_the_commit_has_is_named(gone: str) -> None:
    """And not the one that both have, however that differs."""
    (finding,) = page_still_delivered.detect(blog(_CONFLICT, gone))
    assert finding.subject == gone
    assert [s.change_id for s in finding.suspects] == [f"file:{gone}"]


@pytest.mark.parametrize(
    ("log", "gone"),
    [
        (_CONFLICT, None),
        (("Error: 404 /blog/[id] (linked from /)",), _BOTH[0]),
        (('Error: The "/shop/[id]" and "/shop/[slug]" routes conflict with each other',), _BOTH[0]),
    ],
)
def test_pages_that_clash_on_both_sides_or_not_at_all_are_not(
    log: tuple[str, ...], gone: str | None
) -> None:
    """Then the deletion has nothing to do with it."""
    assert page_still_delivered.detect(blog(log, gone)) == ()
