"""Tests of the detectors about the rules of Next.js."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, repaired, subjects, suspects
from verifier.detectors import (
    detect_all,
    lint_error,
    page_props_type,
    parallel_pages,
    proxy_middleware_conflict,
    router_conflict,
    split_routers,
    static_export_dynamic,
    suspense_missing,
    type_error,
    uncached_data,
    unsupported_data_export,
    webpack_under_turbopack,
    wrong_router_import,
)
from verifier.model.change import RemedyKind
from verifier.model.project import GitState

PACKAGE = """{
  "scripts": {
    "build": "next build"
  },
  "dependencies": {
    "next": "15.5.0"
  }
}
"""
PAGE = "export default function Page() {\n  return null;\n}\n"


def failing(log: list[str], **files: str) -> Case:
    return Case(files={"package.json": PACKAGE, **files}, log=log)


SUSPENSE = [
    (
        ' useSearchParams() should be wrapped in a suspense boundary at page "/404". Read more:'
        " https://nextjs.org/docs/messages/missing-suspense-with-csr-bailout"
    ),
    "    at g (.next/server/chunks/5611.js:1:21)",
    'Error occurred prerendering page "/_not-found". Read more: https://nextjs.org/docs',
    "Export encountered an error on /_not-found/page: /_not-found, exiting the build.",
]
NAV = (
    "'use client';\nimport { useSearchParams } from 'next/navigation';\n"
    "export default function Nav() {\n  return useSearchParams().get('q');\n}\n"
)
LAYOUT = (
    "import Nav from '../components/Nav';\n\n"
    "export default function Layout({ children }) {\n  return (\n    <html>\n      <body>\n"
    "        <Nav />\n        {children}\n      </body>\n    </html>\n  );\n}\n"
)


def test_the_component_without_boundary_is_wrapped_where_it_is_rendered() -> None:
    """The culprit is the component, not the page in the message; its use is wrapped."""
    case = failing(
        SUSPENSE,
        **{"app/layout.tsx": LAYOUT, "components/Nav.tsx": NAV, "app/page.tsx": PAGE},
    )
    evidence = case.evidence()
    (finding,) = suspense_missing.detect(evidence)
    assert finding.subject == "components/Nav.tsx"
    text = repaired(finding, evidence).source.text("app/layout.tsx") or ""
    assert "        <Suspense>\n          <Nav />\n        </Suspense>\n" in text
    assert text.startswith("import { Suspense } from 'react';\nimport Nav")


def test_a_component_inside_a_boundary_is_no_culprit() -> None:
    """A component that is wrapped already is not accused."""
    layout = LAYOUT.replace("<Nav />", "<Suspense><Nav /></Suspense>")
    case = failing(SUSPENSE, **{"app/layout.tsx": layout, "components/Nav.tsx": NAV})
    assert suspense_missing.detect(case.evidence()) == ()


def test_a_hook_of_ones_own_leads_to_the_component_that_calls_it() -> None:
    """The hook may be called in a module of its own, behind the component."""
    hook = (
        "import { useSearchParams } from 'next/navigation';\n"
        "export function useQuery() {\n  return useSearchParams().get('q');\n}\n"
    )
    nav = "'use client';\nimport { useQuery } from './query';\nexport default () => useQuery();\n"
    case = failing(
        SUSPENSE,
        **{"app/layout.tsx": LAYOUT, "components/Nav.tsx": nav, "components/query.ts": hook},
    )
    evidence = case.evidence()
    (finding,) = suspense_missing.detect(evidence)
    assert "<Suspense>" in (repaired(finding, evidence).source.text("app/layout.tsx") or "")


def test_a_page_that_calls_the_hook_is_split() -> None:
    """A page cannot be wrapped from outside: its content moves into an inner component."""
    page = NAV.replace("Nav", "Search")
    lines = [t.replace("/404", "/search").replace("/_not-found", "/search") for t in SUSPENSE]
    case = failing(lines, **{"app/search/page.tsx": page})
    evidence = case.evidence()
    (finding,) = suspense_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("app/search/page.tsx") or ""
    assert "\nfunction SearchContent() {" in text
    assert "export default function Search() {" in text
    assert "<SearchContent />" in text


LAZY = LAYOUT.replace(
    "import Nav from '../components/Nav';",
    "import lazy from 'next/dynamic';\nconst Nav = lazy(() => import('../components/Nav'));",
)


def test_a_component_that_is_loaded_later_is_wrapped_where_it_is_rendered() -> None:
    """A name bound to a lazy import is as good as an imported one."""
    case = failing(SUSPENSE, **{"app/layout.tsx": LAZY, "components/Nav.tsx": NAV})
    evidence = case.evidence()
    (finding,) = suspense_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("app/layout.tsx") or ""
    assert "        <Suspense>\n          <Nav />\n        </Suspense>\n" in text


def test_every_place_that_renders_the_component_is_wrapped() -> None:
    """One boundary is not enough where two layouts render the component."""
    files = {"app/layout.tsx": LAYOUT, "app/template.tsx": LAYOUT, "components/Nav.tsx": NAV}
    evidence = failing(SUSPENSE, **files).evidence()
    (finding,) = suspense_missing.detect(evidence)
    source = repaired(finding, evidence).source
    assert all("<Suspense>" in (source.text(f"app/{n}.tsx") or "") for n in ("layout", "template"))


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        (
            "const Search = () => useSearchParams().get('q');\n\nexport default Search;\n",
            "<Search />",
        ),
        ("export default () => useSearchParams().get('q');\n", "<PageContent />"),
        ("export default function ({ params }) { return useSearchParams(); }\n", "{...props} />"),
    ],
)
def test_a_page_of_any_form_is_split(page: str, wanted: str) -> None:
    """However the page is exported, its content is rendered in a boundary by a new page."""
    head = "'use client';\nimport { useSearchParams } from 'next/navigation';\n"
    lines = [t.replace("/404", "/search").replace("/_not-found", "/search") for t in SUSPENSE]
    evidence = failing(lines, **{"app/search/page.tsx": head + page}).evidence()
    (finding,) = suspense_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("app/search/page.tsx") or ""
    assert wanted in text
    assert text.count("export default") == 1


CONFLICT = [
    "Conflicting app and page file was found, please remove the conflicting files to continue:",
    '  "pages/index.tsx" - "app/page.tsx"',
]


def test_both_files_of_a_route_are_named_and_either_may_go() -> None:
    """The remedies exclude each other; the file of the Pages Router is tried first."""
    files = {"app/page.tsx": PAGE, "pages/index.tsx": PAGE, "pages/about.tsx": PAGE}
    evidence = failing(CONFLICT, **files).evidence()
    (finding,) = router_conflict.detect(evidence)
    first, second = finding.remedies
    assert finding.subject == "/"
    assert first.repair is not None
    assert "pages/index.tsx" not in first.repair(evidence.clean).source
    assert first.excludes == (second.id,)


def test_the_newer_of_two_files_is_told() -> None:
    """Where git knows when the files were added, the report says which is newer."""
    files = {"app/page.tsx": PAGE, "pages/index.tsx": PAGE}
    git = GitState(
        head="c", branch="main", added={"app/page.tsx": 1767312000, "pages/index.tsx": 1}
    )
    evidence = replace(failing(CONFLICT, **files), git=git).evidence()
    (finding,) = router_conflict.detect(evidence)
    told = "app/page.tsx (added 2026-01-02) is newer than pages/index.tsx (added 1970-01-01)"
    assert told in {item.text for item in finding.evidence}


@pytest.mark.parametrize(
    ("line", "weights"),
    [
        ("Module not found: Can't resolve 'zod'", [0.7]),
        ('Error occurred prerendering page "/other"', []),
    ],
)
def test_a_route_of_both_routers_is_suspected_behind_an_earlier_failure(
    line: str, weights: list[float]
) -> None:
    """What a build refuses as soon as it gets there needs no words; what it got past is allowed."""
    case = failing([line], **{"app/page.tsx": PAGE, "pages/index.tsx": PAGE})
    found = router_conflict.detect(case.evidence())
    assert [f.suspects[0].weight for f in found] == weights


def test_both_routers_with_different_routes_get_along() -> None:
    """Two routers in one project are no fault."""
    case = failing(["Type error: x"], **{"app/page.tsx": PAGE, "pages/about.tsx": PAGE})
    assert router_conflict.detect(case.evidence()) == ()


def test_a_backup_of_a_page_is_no_route() -> None:
    """A file such as `page.jsx.bak` answers nothing (trap T07)."""
    files = {"app/page.js": PAGE, "app/page.jsx.bak": PAGE}
    case = failing(["something else"], **files)
    assert detect_all(case.evidence()) == ((), ())


SPLIT = [
    "> Build error occurred",
    "> `pages` and `app` directories should be under the same folder",
]
SPLIT_FILES = {
    "app/page.tsx": PAGE,
    "app/layout.tsx": PAGE,
    "src/components/shell.tsx": PAGE,
    "src/pages/about.tsx": "import Shell from '../components/shell'\nimport Row from './_row'\n",
    "src/pages/_row.tsx": PAGE,
}


def test_the_smaller_router_moves_beside_the_other() -> None:
    """Imports that lead out of the moved folder are counted from its new place, others stay."""
    files = {**SPLIT_FILES, "app/about/team.tsx": PAGE}
    evidence = failing(SPLIT, **files).evidence()
    (finding,) = split_routers.detect(evidence)
    first, second = finding.remedies
    assert first.repair is not None
    source = first.repair(evidence.clean).source
    assert source.text("pages/about.tsx") == (
        "import Shell from '../src/components/shell'\nimport Row from './_row'\n"
    )
    assert not any(path.startswith("src/pages/") for path in source)
    assert second.repair is not None
    assert "src/app/page.tsx" in second.repair(evidence.clean).source
    assert first.excludes == (second.id,)


def test_routers_in_different_folders_that_no_build_refused_are_left_alone() -> None:
    """Another failure of such a project is not put down to its folders."""
    assert split_routers.detect(failing(["Type error: x"], **SPLIT_FILES).evidence()) == ()


def test_routers_in_one_folder_are_no_suspects() -> None:
    """The message of another application does not accuse folders that lie together."""
    files = {"src/app/page.tsx": PAGE, "src/pages/about.tsx": PAGE}
    assert split_routers.detect(failing(SPLIT, **files).evidence()) == ()


PARALLEL = [
    "app/(auth)/login/page.tsx",
    (
        "You cannot have two parallel pages that resolve to the same path. Please check"
        " /(auth)/login/page and /login/page."
    ),
]


def test_two_pages_of_one_address_are_named() -> None:
    """Route groups are no part of an address."""
    files = {"app/(auth)/login/page.tsx": PAGE, "app/login/page.tsx": PAGE, "app/page.tsx": PAGE}
    (finding,) = parallel_pages.detect(failing(PARALLEL, **files).evidence())
    assert finding.subject == "/login"
    assert len(finding.remedies) == 2


@pytest.mark.parametrize(
    ("said", "subject"),
    [
        ("/(legal)/about and /(shop).", "/about"),
        ("/(legal)/about and /(shop)/about.", "/about"),
        ("/(legal) and /(shop).", "/"),
    ],
)
def test_a_route_group_alone_is_no_address(said: str, subject: str) -> None:
    """The parentheses of a group belong to its name, and it is no part of the address."""
    line = f"You cannot have two parallel pages that resolve to the same path. Please check {said}"
    observation = failing([line]).evidence().observation
    assert observation.errors[0].signature.subject == subject


def test_pages_of_parallel_slots_are_meant_to_share_an_address() -> None:
    """Slots are not in conflict with each other."""
    files = {"app/@a/page.tsx": PAGE, "app/@b/page.tsx": PAGE, "app/page.tsx": PAGE}
    assert parallel_pages.detect(failing(PARALLEL, **files).evidence()) == ()


def test_the_old_router_is_replaced_by_the_new_one() -> None:
    """Only the module of the import changes."""
    text = "'use client';\nimport { useRouter } from 'next/router';\n" + PAGE
    log = [
        'Error occurred prerendering page "/".',
        "Error: NextRouter was not mounted. https://nextjs.org/docs/messages/next-router-not-mounted",
    ]
    evidence = failing(log, **{"app/page.tsx": text}).evidence()
    (finding,) = wrong_router_import.detect(evidence)
    edited = repaired(finding, evidence).source.text("app/page.tsx")
    assert edited == text.replace("next/router", "next/navigation")


def test_the_old_router_in_the_pages_router_is_right() -> None:
    """A page below `pages/` uses its own router."""
    files = {"pages/index.tsx": "import { useRouter } from 'next/router';\n" + PAGE}
    assert wrong_router_import.detect(failing(["Type error: x"], **files).evidence()) == ()


def test_an_old_export_is_named_with_its_line() -> None:
    """The export that the App Router refuses is found; unused, it can go."""
    text = PAGE + "\nexport async function getServerSideProps() {\n  return { props: {} };\n}\n"
    log = [
        "./app/page.jsx",
        'Error:   x "getServerSideProps" is not supported in app/. Read more:',
    ]
    evidence = failing(log, **{"app/page.jsx": text}).evidence()
    (finding,) = unsupported_data_export.detect(evidence)
    assert str(finding.locations[0]) == "app/page.jsx:5"
    edited = repaired(finding, evidence).source.text("app/page.jsx") or ""
    assert "getServerSideProps" not in edited
    assert edited.startswith(PAGE)


DATA = ["./app/page.jsx", 'Error:   x "getStaticProps" is not supported in app/. Read more:']


def test_an_export_that_feeds_the_page_is_awaited_in_it() -> None:
    """A page that uses the data fetches it itself and is rendered as often as before."""
    text = "export async function getStaticProps() {\n"
    text += "  return { props: { posts: [] }, revalidate: 60 };\n}\n\n"
    text += "export default function Page({ posts }) {\n  return posts;\n}\n"
    evidence = failing(DATA, **{"app/page.jsx": text}).evidence()
    (finding,) = unsupported_data_export.detect(evidence)
    assert repaired(finding, evidence).source.text("app/page.jsx") == (
        "export const revalidate = 60;\n\nasync function getStaticProps() {\n"
        "  return { props: { posts: [] }, revalidate: 60 };\n}\n\n"
        "export default async function Page() {\n"
        "  const { posts } = (await getStaticProps()).props;\n  return posts;\n}\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "export async function getStaticProps({ params }) {\n  return { props: { params } };\n}\n",
        "export async function getStaticProps() {\n  return { notFound: true };\n}\n",
    ],
)
def test_data_that_depends_on_the_request_needs_a_person(text: str) -> None:
    """A context or a redirect has no plain counterpart in a component."""
    text += "export default function Page({ posts }) {\n  return posts;\n}\n"
    (finding,) = unsupported_data_export.detect(failing(DATA, **{"app/page.jsx": text}).evidence())
    assert finding.remedies == ()


def test_a_static_export_gives_way_to_a_server() -> None:
    """The key that asks for a static export goes, alone."""
    config = "const next = {\n  output: 'export',\n  images: { loader: 'x' },\n};\n"
    config += "export default next;\n"
    log = [
        (
            'Error: Page "/p/[id]" is missing "generateStaticParams()" so it cannot be used with'
            ' "output: export" config.'
        )
    ]
    evidence = failing(log, **{"next.config.mjs": config, "app/p/[id]/page.tsx": PAGE}).evidence()
    (finding,) = static_export_dynamic.detect(evidence)
    edited = repaired(finding, evidence).source.text("next.config.mjs")
    assert edited == config.replace("  output: 'export',\n", "")


@pytest.mark.parametrize(
    ("line", "subject"),
    [
        ("Error: Server Actions are not supported with static export.", "Server Actions"),
        (
            (
                "Error: Image Optimization using the default loader is not compatible with"
                " `{ output: 'export' }`."
            ),
            "Image Optimization",
        ),
        (
            (
                'Error: Page with `dynamic = "force-dynamic"` couldn\'t be exported.'
                ' `output: "export"` requires all pages be renderable statically'
            ),
            'dynamic = "force-dynamic"',
        ),
    ],
)
def test_whatever_an_export_cannot_hold_needs_a_server(line: str, subject: str) -> None:
    """The same setting goes, whichever feature the build stopped at."""
    config = "export default {\n  output: 'export',\n};\n"
    evidence = failing([line], **{"next.config.mjs": config}).evidence()
    (finding,) = static_export_dynamic.detect(evidence)
    assert finding.subject == subject
    assert "export'" not in (repaired(finding, evidence).source.text("next.config.mjs") or "")


def test_middleware_beside_proxy_goes() -> None:
    """Of two files of the same purpose the older convention is deleted."""
    log = [
        (
            'Error: Both middleware file "./middleware.ts" and proxy file "./proxy.ts" are'
            ' detected. Please use "./proxy.ts" only.'
        )
    ]
    files = {"middleware.ts": "export function middleware() {}\n", "proxy.ts": "export {};\n"}
    evidence = failing(log, **files).evidence()
    (finding,) = proxy_middleware_conflict.detect(evidence)
    assert "middleware.ts" not in repaired(finding, evidence).source


@pytest.mark.parametrize("name", ["middleware", "proxy"])
def test_one_of_the_two_conventions_is_fine(name: str) -> None:
    """`middleware` still works with Next.js 16, and so does `proxy` (traps T08 and T09)."""
    files = {f"{name}.ts": f"export function {name}() {{}}\n"}
    case = Case(files={"package.json": PACKAGE, **files}, framework_version="16.4.6", fails=False)
    assert detect_all(case.evidence()) == ((), ())


def test_webpack_is_built_with_webpack() -> None:
    """The build script gets the flag that keeps the configuration in force."""
    log = [
        "ERROR: This build is using Turbopack, with a `webpack` config and no `turbopack` config."
    ]
    config = "export default { webpack: (config) => config };\n"
    evidence = failing(log, **{"next.config.mjs": config}).evidence()
    (finding,) = webpack_under_turbopack.detect(evidence)
    text = repaired(finding, evidence).source.text("package.json") or ""
    assert '"build": "next build --webpack"' in text


TYPES = [
    "Failed to compile.",
    "",
    "app/blog/[slug]/page.tsx",
    "Type error: Type 'Props' does not satisfy the constraint 'PageProps'.",
    "  Types of property 'params' are incompatible.",
]
PROPS = "type Props = {\n  params: { slug: string };\n};\n\n"


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        (
            PROPS + "export default function Post({ params }: Props) {\n  return params.slug;\n}\n",
            (
                "type Props = {\n  params: Promise<{ slug: string }>;\n};\n\n"
                "export default async function Post(props: Props) {\n"
                "  const params = await props.params;\n  return params.slug;\n}\n"
            ),
        ),
        (
            (
                "export default async function Post({ params, searchParams }: "
                "{ params: { slug: string }; searchParams: { q?: string } }) {\n"
                "  return params.slug + searchParams.q;\n}\n"
            ),
            (
                "export default async function Post(props: "
                "{ params: Promise<{ slug: string }>; searchParams: Promise<{ q?: string }> }) {\n"
                "  const params = await props.params;\n"
                "  const searchParams = await props.searchParams;\n"
                "  return params.slug + searchParams.q;\n}\n"
            ),
        ),
        (
            "'use client';\n" + PROPS + "export default function Post({ params }: Props) {\n"
            "  return params.slug;\n}\n",
            (
                "'use client';\n\nimport { use } from 'react';\n"
                "type Props = {\n  params: Promise<{ slug: string }>;\n};\n\n"
                "export default function Post(props: Props) {\n"
                "  const params = use(props.params);\n  return params.slug;\n}\n"
            ),
        ),
    ],
)
def test_params_become_a_promise_that_is_awaited(source: str, wanted: str) -> None:
    """Types, parameter and body change, and nothing else."""
    evidence = failing(TYPES, **{"app/blog/[slug]/page.tsx": source}).evidence()
    (finding,) = page_props_type.detect(evidence)
    assert repaired(finding, evidence).source.text("app/blog/[slug]/page.tsx") == wanted


def test_every_page_of_the_old_kind_is_a_suspect() -> None:
    """The type check stops at the first page; the others are causes of their own."""
    text = PROPS + "export default function Post({ params }: Props) {\n  return params.slug;\n}\n"
    files = {"app/blog/[slug]/page.tsx": text, "app/shop/[slug]/page.tsx": text}
    found = page_props_type.detect(failing(TYPES, **files).evidence())
    weights = suspects(found)
    assert subjects(found) == sorted(files)
    assert weights["page-props-type:app/blog/[slug]/page.tsx"] == 0.9


def test_params_that_are_promises_are_fine() -> None:
    """A page of the current kind is left alone, whatever else the type check says."""
    text = (
        "export default async function Post({ params }: { params: Promise<{ slug: string }> }) {\n"
        "  return (await params).slug;\n}\n"
    )
    case = failing(TYPES, **{"app/blog/[slug]/page.tsx": text})
    assert page_props_type.detect(case.evidence()) == ()


def test_an_older_next_takes_plain_params() -> None:
    """Before version 15 plain objects were right."""
    text = PROPS + "export default function Post({ params }: Props) {\n  return params.slug;\n}\n"
    case = Case(
        files={"package.json": PACKAGE, "app/blog/[slug]/page.tsx": text},
        log=TYPES,
        framework_version="14.2.0",
    )
    assert page_props_type.detect(case.evidence()) == ()


TYPE_ERROR = [
    "Failed to compile.",
    "",
    "./app/page.tsx:3:7",
    "Type error: Property 'name' does not exist on type 'User'.",
]


def test_a_type_error_is_told_with_its_place() -> None:
    """Where the same code passes the check locally, the code is not what differs."""
    (finding,) = type_error.detect(failing(TYPE_ERROR, **{"app/page.tsx": PAGE}).evidence())
    assert str(finding.locations[0]) == "app/page.tsx:3"
    assert finding.remedies == ()


def test_a_trial_may_look_past_a_type_error_but_ships_nothing() -> None:
    """The stand-in is the last thing tried, and a person is told to correct the code."""
    case = replace(failing(TYPE_ERROR, **{"app/page.tsx": PAGE}), local=False, local_passes=False)
    evidence = case.evidence()
    (finding,) = type_error.detect(evidence)
    (stand_in,) = finding.remedies
    assert repaired(finding, evidence).source.text("app/page.tsx") == f"// @ts-nocheck\n{PAGE}"
    assert (stand_in.remedy_kind, stand_in.coarse) == (RemedyKind.NONE, True)
    assert "app/page.tsx:3" in stand_in.remedy_summary


_IDLE = "import { a, b } from './x';\nimport { useState } from 'react';\nexport default () => a;\n"


def idle(*errors: str, text: str = _IDLE) -> Case:
    """A file with names that nothing uses, and what the check says of it."""
    log = [f"src/page.tsx{error}" for error in errors]
    return replace(failing(log, **{"src/page.tsx": text}), local=False, local_passes=False)


def test_names_that_nothing_uses_are_taken_away() -> None:
    """Every one of a file at once, and this is a repair that ships."""
    evidence = idle(
        "(1,13): error TS6133: 'b' is declared but its value is never read.",
        "(2,1): error TS6133: 'useState' is declared but its value is never read.",
    ).evidence()
    (finding,) = type_error.detect(evidence)
    assert finding.remedies[0].remedy_kind is RemedyKind.PROJECT
    made = repaired(finding, evidence).source.text("src/page.tsx")
    assert made == "import { a } from './x';\nexport default () => a;\n"


@pytest.mark.parametrize(
    "other",
    [
        "(3,1): error TS2322: Type 'a' is not assignable to type 'b'.",
        "(3,1): error TS6133: 'gone' is declared but its value is never read.",
    ],
    ids=["another-error", "not-found"],
)
def test_a_file_with_another_error_is_left_to_its_author(other: str) -> None:
    """Half a correction would only move the failure."""
    case = idle("(2,1): error TS6133: 'useState' is declared but its value is never read.", other)
    (finding,) = type_error.detect(case.evidence())
    assert [c.remedy_kind for c in finding.remedies] == [RemedyKind.NONE]


_COMPONENTS = [
    ("a.vue", '<script setup lang="ts">\nconst a: 1 = 2\n</script>\n<template />\n', 1),
    ("a.svelte", '<script module lang="ts">\n</script>\n<script lang="ts">\n</script>\n', 2),
    ("a.astro", "---\nconst a: 1 = 2;\n---\n<hr />\n---\n", 1),
]


@pytest.mark.parametrize(("name", "text", "blocks"), _COMPONENTS)
def test_a_component_is_left_unchecked_where_its_code_is(name: str, text: str, blocks: int) -> None:
    """What stands outside the code of a component would be shown on the page."""
    log = [f"src/{name}(3,7): error TS2322: Type '2' is not assignable to type '1'."]
    case = replace(failing(log, **{f"src/{name}": text}), local=False, local_passes=False)
    evidence = case.evidence()
    (finding,) = type_error.detect(evidence)
    made = repaired(finding, evidence).source.text(f"src/{name}")
    assert made is not None
    lines = made.splitlines()
    marked = [n for n, line in enumerate(lines) if line == "// @ts-nocheck"]
    assert len(marked) == blocks
    assert all("<script" in lines[n - 1] or n == 1 for n in marked)
    assert [line for line in lines if line != "// @ts-nocheck"] == text.splitlines()


def test_a_type_error_of_a_package_is_not_looked_past() -> None:
    """A declaration file of a package is no code of the project."""
    log = ["./node_modules/lib/index.d.ts:3:7", "Type error: Cannot find name 'Foo'."]
    case = replace(failing(log), local=False, local_passes=False)
    assert [f for f in type_error.detect(case.evidence()) if f.remedies] == []


LINT = [
    "Failed to compile.",
    "",
    "./app/page.tsx",
    "2:10  Error: `'` can be escaped with `&apos;`.  react/no-unescaped-entities",
]


def test_a_lint_error_is_told_with_rule_and_place() -> None:
    """Rule and place are named."""
    (finding,) = lint_error.detect(failing(LINT, **{"app/page.tsx": PAGE}).evidence())
    assert "react/no-unescaped-entities" in finding.summary
    assert str(finding.locations[0]) == "app/page.tsx:2"


def test_noise_of_dynamic_pages_is_no_finding() -> None:
    """Stack traces of `DynamicServerError` in a green build are noise (trap T06)."""
    log = [
        (
            "Error: Dynamic server usage: Route /admin couldn't be rendered statically because it"
            " used `cookies`."
        ),
        "    at a (.next/server/chunks/1.js:1:1) {",
        "  digest: 'DYNAMIC_SERVER_USAGE'",
        "}",
    ]
    case = Case(files={"package.json": PACKAGE, "app/admin/page.tsx": PAGE}, log=log, fails=False)
    assert detect_all(case.evidence()) == ((), ())


UNCACHED = (
    'Error: Route "/shop/[slug]": Next.js encountered uncached or runtime data during prerendering.'
)
WAITS = "export default async ({ params }) => (await params).slug;\n"


@pytest.mark.parametrize("kind", ["tsx", "jsx"])
def test_a_page_that_waits_for_request_data_gets_a_boundary(kind: str) -> None:
    """A loading file beside the page is a boundary around it, in the page's own language."""
    page = f"src/app/shop/[slug]/page.{kind}"
    evidence = failing([UNCACHED], **{page: WAITS}).evidence()
    (finding,) = uncached_data.detect(evidence)
    assert finding.subject == page
    text = repaired(finding, evidence).source.text(f"src/app/shop/[slug]/loading.{kind}")
    assert "export default" in (text or "")


def test_a_boundary_that_is_there_is_not_added_again() -> None:
    """The data is read above the boundary then, which is told and left to a person."""
    files = {"app/shop/[slug]/page.tsx": WAITS, "app/shop/[slug]/loading.tsx": WAITS}
    (finding,) = uncached_data.detect(failing([UNCACHED], **files).evidence())
    assert finding.remedies == ()


def test_another_failure_of_a_route_needs_no_boundary() -> None:
    """The route alone says nothing."""
    log = ['Error: Route "/shop/[slug]" used `params.slug`.']
    case = failing(log, **{"app/shop/[slug]/page.tsx": WAITS})
    assert uncached_data.detect(case.evidence()) == ()
