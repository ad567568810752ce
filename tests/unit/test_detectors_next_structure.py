"""Tests of the detectors about folders, segments and modules of the App Router."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import (
    client_boundary,
    dynamic_name_conflict,
    function_path_conflict,
    page_without_default,
    parallel_pages,
    request_api_not_awaited,
    root_layout_missing,
    segment_config,
)
from verifier.detectors._old_router import with_navigation
from verifier.detectors.dynamic_name_conflict import with_parameter

PACKAGE = '{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.6"}}\n'
PAGE = "export default function Page() {\n  return null;\n}\n"
LOGS = Path(__file__).parents[1] / "data" / "logs"


def failing(log: list[str], **files: str) -> Case:
    return Case(files={"package.json": PACKAGE, **files}, log=log, framework_version="16.4.6")


def recorded(name: str) -> list[str]:
    """The log of a real build."""
    lines: list[str] = json.loads((LOGS / f"{name}.json").read_text())["log"]
    return lines


HOOK = (
    "import { useState } from 'react';\n"
    "export default function P() { const [x] = useState(1); return <p>{x}</p>; }\n"
)


def test_a_hook_in_a_server_module_gets_the_directive() -> None:
    """The file that uses the hook is marked, and nothing else changes."""
    evidence = failing(recorded("hook-in-server-next16"), **{"app/page.jsx": HOOK}).evidence()
    (finding,) = client_boundary.detect(evidence)
    assert str(finding.locations[0]) == "app/page.jsx:1"
    assert repaired(finding, evidence).source.text("app/page.jsx") == f"'use client';\n\n{HOOK}"


@pytest.mark.parametrize(
    "text",
    [
        HOOK + "export const metadata = { title: 'P' };\n",
        HOOK.replace("default function", "default async function"),
        "import 'server-only';\n" + HOOK,
    ],
)
def test_a_module_that_needs_the_server_is_not_marked(text: str) -> None:
    """A directive would break what only a server module may do; that needs a person."""
    case = failing(recorded("hook-in-server-next16"), **{"app/page.jsx": text})
    (finding,) = client_boundary.detect(case.evidence())
    assert finding.remedies == ()


SERVER = "import 'server-only';\nexport const x = 1;\n"
IDLE = "'use client';\nimport { x } from '../lib/s';\nexport default () => <p>{x}</p>;\n"


def test_a_needless_directive_above_a_server_module_goes() -> None:
    """The client module that leads to the server one is named; it uses nothing of the browser."""
    files = {"lib/s.js": SERVER, "app/page.jsx": IDLE}
    evidence = failing(recorded("server-only-in-client"), **files).evidence()
    (finding,) = client_boundary.detect(evidence)
    assert finding.subject == "app/page.jsx"
    text = repaired(finding, evidence).source.text("app/page.jsx") or ""
    assert text == IDLE.removeprefix("'use client';\n")


def test_a_client_module_with_hooks_keeps_its_directive() -> None:
    """Where the directive is needed, the import is what a person must move."""
    busy = IDLE.replace("() => <p>", "() => <p onClick={() => x}>")
    files = {"lib/s.js": SERVER.replace("= 1", "= rows()"), "app/page.jsx": busy}
    (finding,) = client_boundary.detect(
        failing(recorded("server-only-in-client"), **files).evidence()
    )
    assert finding.remedies == ()


METADATA = [
    "./app/about/page.tsx:5:14",
    (
        'Error: You are attempting to export "metadata" from a component marked with "use client",'
        " which is disallowed."
    ),
]
ABOUT = (
    '"use client";\n\nimport type { Metadata } from "next";\nimport { useState } from "react";\n\n'
    'export const metadata: Metadata = { title: "About" };\n\n'
    "export default function About() {\n  return useState(1)[0];\n}\n"
)


def test_metadata_of_a_client_page_moves_to_a_layout() -> None:
    """The page keeps its directive; the metadata and its import go to a layout beside it."""
    evidence = failing(METADATA, **{"app/about/page.tsx": ABOUT}).evidence()
    (finding,) = client_boundary.detect(evidence)
    source = repaired(finding, evidence).source
    assert "etadata" not in (source.text("app/about/page.tsx") or "")
    layout = source.text("app/about/layout.tsx") or ""
    assert layout.startswith('import type { Metadata } from "next";\n\nexport const metadata')
    assert "return children;" in layout


def test_metadata_that_uses_names_of_the_page_stays() -> None:
    """What cannot be cut out alone is left to a person."""
    text = ABOUT.replace('{ title: "About" }', "{ title: heading }")
    text += 'const heading = "About";\n'
    (finding,) = client_boundary.detect(
        failing(METADATA, **{"app/about/page.tsx": text}).evidence()
    )
    assert finding.remedies == ()


HANDLER = [
    'Error occurred prerendering page "/about". Read more: https://nextjs.org/docs',
    "Error: Event handlers cannot be passed to Client Component props.",
    "  <button onClick={function onClick} children=...>",
    "Export encountered an error on /about/page: /about, exiting the build.",
]


def test_an_event_handler_in_a_server_component_is_found_behind_its_page() -> None:
    """The component with the handler is marked, not the page that renders it."""
    files = {
        "app/about/page.tsx": 'import { B } from "@/components/B";\nexport default () => <B />;\n',
        "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}\n',
        "components/B.tsx": "export function B() {\n  return <b onClick={() => 1}>x</b>;\n}\n",
        "components/C.tsx": '"use client";\nexport const C = () => <b onClick={() => 1} />;\n',
    }
    evidence = failing(HANDLER, **files).evidence()
    (finding,) = client_boundary.detect(evidence)
    assert str(finding.locations[0]) == "components/B.tsx:2"
    text = repaired(finding, evidence).source.text("components/B.tsx") or ""
    assert text.startswith('"use client";\n\n')


NAMES = [
    "Error: You cannot use different slug names for the same dynamic path ('id' !== 'slug').",
]
REVIEWS = (
    "export default async function Page({ params }: { params: Promise<{ slug: string }> }) {\n"
    "  const { slug } = await params;\n  return slug;\n}\n"
)


def test_the_smaller_folder_takes_the_name_of_the_other() -> None:
    """The folder is renamed with what its files take from the parameters."""
    files = {
        "app/shop/[id]/page.tsx": PAGE,
        "app/shop/[id]/layout.tsx": PAGE,
        "app/shop/[slug]/reviews/page.tsx": REVIEWS,
        "app/blog/[slug]/page.tsx": REVIEWS,
    }
    evidence = failing(NAMES, **files).evidence()
    (finding,) = dynamic_name_conflict.detect(evidence)
    first, second = finding.remedies
    assert first.repair is not None
    source = first.repair(evidence.clean).source
    assert "app/shop/[slug]/reviews/page.tsx" not in source
    assert "app/blog/[slug]/page.tsx" in source
    assert source.text("app/shop/[id]/reviews/page.tsx") == (
        "export default async function Page({ params }: { params: Promise<{ id: string }> }) {\n"
        "  const { id: slug } = await params;\n  return slug;\n}\n"
    )
    assert first.excludes == (second.id,)


@pytest.mark.parametrize(
    "files",
    [
        {"app/shop/[id]/page.tsx": PAGE, "app/shop/[id]/reviews/page.tsx": PAGE},
        {"app/shop/[id]/page.tsx": PAGE, "app/blog/[slug]/page.tsx": PAGE},
        {"app/shop/[id]/page.tsx": PAGE, "app/shop/[...rest]/page.tsx": PAGE},
    ],
)
def test_segments_of_one_name_or_of_other_places_get_along(files: dict[str, str]) -> None:
    """Different places may have different names, and a catch-all is another kind."""
    assert dynamic_name_conflict.detect(failing(NAMES, **files).evidence()) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("const s = (await params).slug;\n", "const s = (await params).id;\n"),
        ("const { slug } = use(params);\n", "const { id: slug } = use(params);\n"),
        ("f(({ params: { slug } }) => slug);\n", "f(({ params: { id: slug } }) => slug);\n"),
        ("const { slug } = post;\npost.slug;\n", "const { slug } = post;\npost.slug;\n"),
    ],
)
def test_only_parameters_of_the_route_are_renamed(text: str, wanted: str) -> None:
    """A field of the same name that is no parameter stays."""
    assert with_parameter("a.tsx", text, "slug", "id") == wanted


OPTIONAL = [
    (
        "Error: You cannot define a route with the same specificity as a optional catch-all route"
        ' ("/docs" and "/docs[[...slug]]").'
    )
]


def test_an_optional_catch_all_beside_a_page_loses_its_option() -> None:
    """The page answers the address itself, so the catch-all need not."""
    files = {"app/docs/page.tsx": PAGE, "app/docs/[[...slug]]/page.tsx": PAGE}
    evidence = failing(OPTIONAL, **files).evidence()
    (finding,) = parallel_pages.detect(evidence)
    source = repaired(finding, evidence).source
    assert "app/docs/[...slug]/page.tsx" in source
    assert "app/docs/[[...slug]]/page.tsx" not in source


def test_a_catch_all_that_is_not_optional_is_fine() -> None:
    """A catch-all that needs a segment does not answer the page's address."""
    files = {"app/docs/page.tsx": PAGE, "app/docs/[...slug]/page.tsx": PAGE}
    assert parallel_pages.detect(failing(OPTIONAL, **files).evidence()) == ()


SYNC = [
    "Failed to compile.",
    "",
    "./app/about/page.tsx:4:27",
    "Type error: Property 'get' does not exist on type 'Promise<ReadonlyRequestCookies>'.",
]
THEME = (
    'import { cookies } from "next/headers";\n\n'
    "export default function About() {\n"
    '  const theme = cookies().get("theme");\n  return theme?.value;\n}\n'
)


def test_a_request_api_is_awaited_in_an_async_component() -> None:
    """The call is awaited and the component made async, nothing else."""
    evidence = failing(SYNC, **{"app/about/page.tsx": THEME}).evidence()
    (finding,) = request_api_not_awaited.detect(evidence)
    assert str(finding.locations[0]) == "app/about/page.tsx:4"
    text = repaired(finding, evidence).source.text("app/about/page.tsx")
    assert text == THEME.replace(
        "export default function", "export default async function"
    ).replace("cookies().get", "(await cookies()).get")


@pytest.mark.parametrize(
    "text",
    [
        THEME.replace("default function", "default async function").replace(
            "cookies()", "(await cookies())"
        ),
        THEME.replace("next/headers", "@/lib/cookies"),
        THEME.replace('cookies().get("theme")', "cookies()").replace("theme?", "(await theme)?"),
    ],
)
def test_an_awaited_call_and_another_function_of_that_name_are_fine(text: str) -> None:
    """Only what `next/headers` gives is a promise, and only where nobody waits for it."""
    case = failing(SYNC, **{"app/about/page.tsx": text})
    assert request_api_not_awaited.detect(case.evidence()) == ()


def test_a_helper_that_others_call_is_left_to_a_person() -> None:
    """Whoever calls it would have to wait as well."""
    helper = THEME.replace("export default function About", "export function theme")
    files = {
        "lib/theme.ts": helper,
        "app/page.tsx": 'import { theme } from "../lib/theme";\nexport default () => theme();\n',
    }
    (finding,) = request_api_not_awaited.detect(failing(SYNC, **files).evidence())
    assert (finding.subject, finding.remedies) == ("lib/theme.ts", ())


TWINS = [
    (
        "Error: Two or more files have conflicting paths or names. Please make sure path segments"
        ' and filenames, without their extension, are unique. The path "api/contact.ts" has'
        ' conflicts with "api/contact.js".'
    )
]


def test_of_two_functions_of_one_path_the_compiled_one_goes_first() -> None:
    """Either may go; what a compiler left there is tried first."""
    files = {"api/contact.ts": "export {};\n", "api/contact.js": "export {};\n"}
    evidence = failing(TWINS, **files).evidence()
    (finding,) = function_path_conflict.detect(evidence)
    first, second = finding.remedies
    assert first.repair is not None
    assert "api/contact.js" not in first.repair(evidence.clean).source
    assert first.excludes == (second.id,)
    assert function_path_conflict.detect(failing(SYNC, **files).evidence()) == ()


OLD = '"use client";\nimport { useRouter } from "next/router";\n\nexport function Go() {\n'


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("  const { push } = useRouter();\n  push(1);\n}\n", "{ useRouter } from"),
        (
            "  const router = useRouter();\n  return router.pathname;\n}\n",
            "useRouter();\n  const pathname = usePathname();\n  return pathname;\n",
        ),
        ("  const r = useRouter();\n  return r.query.id;\n}\n", "  return params.id;\n"),
        ("  const r = useRouter();\n  return r.query.q;\n}\n", '  return searchParams.get("q");\n'),
    ],
)
def test_what_the_old_router_gave_comes_from_hooks(body: str, wanted: str) -> None:
    """Segments come from the parameters, the rest of the query from the search parameters."""
    made = with_navigation("app/shop/[id]/Go.tsx", OLD + body) or ""
    assert "next/router" not in made
    assert wanted in made


@pytest.mark.parametrize(
    "body",
    [
        '  const router = useRouter();\n  router.events.on("x", f);\n}\n',
        "  const { query } = useRouter();\n  return query.a;\n}\n",
        "  return useRouter().locale;\n}\n",
    ],
)
def test_what_only_the_old_router_has_needs_a_person(body: str) -> None:
    """Events, locales and a query taken as a whole have no plain counterpart."""
    assert with_navigation("app/page.tsx", OLD + body) is None


def test_a_handler_beside_a_page_moves_below_api() -> None:
    """One folder answers with a page or with a handler; the handler finds another place."""
    log = ["Error: Conflicting route and page at /stock: route at /stock/route and page at /stock"]
    handler = 'import { rows } from "../../lib/rows";\nexport const GET = () => rows();\n'
    files = {"app/stock/page.tsx": PAGE, "app/stock/route.ts": handler}
    evidence = failing(log, **files).evidence()
    (finding,) = parallel_pages.detect(evidence)
    first, second = finding.remedies
    assert first.repair is not None
    source = first.repair(evidence.clean).source
    assert "app/stock/route.ts" not in source
    assert '"../../../lib/rows"' in (source.text("app/api/stock/route.ts") or "")
    assert first.excludes == (second.id,)


NO_DEFAULT = ['Error: The default export is not a React Component in page: "/about"']


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "export function About() {\n  return 1;\n}\n",
            "export default function About() {\n  return 1;\n}\n",
        ),
        ("function About() {\n  return 1;\n}\n", "export default function About() {"),
        ("const About = () => 1;\n", "const About = () => 1;\n\nexport default About;\n"),
    ],
)
def test_the_only_component_of_a_page_is_exported_by_default(text: str, wanted: str) -> None:
    """A page with one component means that one."""
    evidence = failing(NO_DEFAULT, **{"app/about/page.jsx": text}).evidence()
    (finding,) = page_without_default.detect(evidence)
    assert (repaired(finding, evidence).source.text("app/about/page.jsx") or "").startswith(wanted)


def test_pages_of_the_old_router_are_named_one_by_one() -> None:
    """The build lists them, and each is a cause of its own."""
    log = [
        "Error: Build optimization failed: found pages without a React Component as default export",
        "pages/about",
        "pages/shop/index",
    ]
    text = "export const rows = [];\n"
    files = {"pages/about.tsx": text, "pages/shop/index.tsx": text, "pages/ok.tsx": PAGE}
    found = page_without_default.detect(failing(log, **files).evidence())
    assert [f.subject for f in found] == ["pages/about.tsx", "pages/shop/index.tsx"]
    assert all(f.remedies == () for f in found)


@pytest.mark.parametrize(
    ("text", "count"), [("export function About() {\n  return 1;\n}\n", 1), (PAGE, 0)]
)
def test_the_type_check_names_the_page_too(text: str, count: int) -> None:
    """A page whose type does not fit is accused only if it has no default export."""
    log = [
        "  Running TypeScript ...",
        (
            ".next/types/validator.ts(48,31): error TS2344: Type 'typeof"
            ' import("/vercel/path0/app/about/page")\' does not satisfy the constraint'
            " 'AppPageConfig<\"/about\">'."
        ),
        "Failed to type check.",
    ]
    case = failing(log, **{"app/about/page.tsx": text})
    found = page_without_default.detect(case.evidence())
    assert [f.subject for f in found] == ["app/about/page.tsx"] * count


def test_a_page_with_a_default_export_is_not_accused() -> None:
    """A component that is exported by default is what the page needs."""
    case = failing(NO_DEFAULT, **{"app/about/page.jsx": PAGE})
    assert page_without_default.detect(case.evidence()) == ()


ROOTLESS = ["Error: about/page.tsx doesn't have a root layout. To fix this error, make sure every"]
GROUP = "export default ({ children }) => <html><body>{children}</body></html>;\n"


@pytest.mark.parametrize(
    ("others", "layout"),
    [({}, "app/layout.tsx"), ({"app/(shop)/layout.tsx": GROUP}, "app/about/layout.tsx")],
)
def test_a_page_without_root_layout_gets_one(others: dict[str, str], layout: str) -> None:
    """Where groups have root layouts of their own, the page's folder gets its own, too."""
    evidence = failing(ROOTLESS, **{"app/about/page.tsx": PAGE, **others}).evidence()
    (finding,) = root_layout_missing.detect(evidence)
    assert finding.subject == "app/about/page.tsx"
    assert "<html" in (repaired(finding, evidence).source.text(layout) or "")


def test_a_layout_that_is_there_is_not_overwritten() -> None:
    """A layout without the document's elements needs a person."""
    files = {"app/about/page.tsx": PAGE, "app/layout.tsx": PAGE}
    (finding,) = root_layout_missing.detect(failing(ROOTLESS, **files).evidence())
    assert finding.remedies == ()
    assert root_layout_missing.detect(failing(SYNC, **files).evidence()) == ()


SEGMENT = [
    "  Collecting page data using 1 worker ...",
    (
        "Invalid segment configuration export detected. This can cause unexpected behavior from"
        " the configs not being applied. You should see the relevant failures in the logs above."
    ),
]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("revalidate = 60 * 60", "revalidate = 3600"),
        ("revalidate = hour", "revalidate = 3600"),
        ('dynamic = "force-dynamc"', 'dynamic = "force-dynamic"'),
    ],
)
def test_a_value_that_cannot_be_read_is_written_out(written: str, value: str) -> None:
    """The message names no file; the export is found, and its value worked out."""
    text = f'import {{ hour }} from "../../lib/times";\n\nexport const {written};\n\n{PAGE}'
    files = {"app/about/page.tsx": text, "lib/times.ts": "export const hour = 60 * 60;\n"}
    evidence = failing(SEGMENT, **files).evidence()
    (finding,) = segment_config.detect(evidence)
    assert str(finding.locations[0]) == "app/about/page.tsx:3"
    assert value in (repaired(finding, evidence).source.text("app/about/page.tsx") or "")


@pytest.mark.parametrize(
    "written",
    ["revalidate = 3600", 'dynamic = "error" as const', "rows = load()", "revalidate = false"],
)
def test_a_plain_value_and_an_export_of_another_name_are_fine(written: str) -> None:
    """Only what the compiler must read is looked at."""
    case = failing(SEGMENT, **{"app/about/page.tsx": f"export const {written};\n{PAGE}"})
    assert segment_config.detect(case.evidence()) == ()


def test_a_value_that_nobody_can_work_out_is_left_to_a_person() -> None:
    """The place is named all the same."""
    text = f"export const revalidate = Number(process.env.REVALIDATE);\n{PAGE}"
    (finding,) = segment_config.detect(failing(SEGMENT, **{"app/page.tsx": text}).evidence())
    assert (str(finding.locations[0]), finding.remedies) == ("app/page.tsx:1", ())
