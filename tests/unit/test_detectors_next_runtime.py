"""Tests of the detectors about what a route may be: cached, on the edge, built ahead, exported."""

from __future__ import annotations

import pytest

from tests.unit.detectors_world import Case, repaired
from verifier.detectors import (
    client_boundary,
    node_module_on_edge,
    segment_config_taken_over,
    static_export_dynamic,
    static_paths_missing,
)

PACKAGE = '{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.6"}}\n'
PAGE = "export default function Page() {\n  return null;\n}\n"


def failing(log: list[str], files: dict[str, str], *, local_passes: bool = False) -> Case:
    return Case(
        files={"package.json": PACKAGE, **files},
        log=log,
        framework_version="16.4.6",
        local_passes=local_passes,
    )


TAKEN = [
    "> Build error occurred",
    "Error: Turbopack build failed with 1 errors:",
    "./app/api/stock/route.ts:1:14",
    "Ecmascript file had an error",
    '> 1 | export const runtime = "edge";',
    "    |              ^^^^^^^",
    (
        'Route segment config "runtime" is not compatible with `nextConfig.cacheComponents`.'
        " Please remove it."
    ),
]
GET = "export async function GET() {\n  return Response.json({});\n}\n"


def test_what_cache_components_decide_is_removed() -> None:
    """The export goes, and the handler stays as it is."""
    route = f'export const runtime = "edge";\n\n{GET}'
    evidence = failing(TAKEN, {"app/api/stock/route.ts": route}).evidence()
    (finding,) = segment_config_taken_over.detect(evidence)
    assert str(finding.locations[0]) == "app/api/stock/route.ts:1"
    assert repaired(finding, evidence).source.text("app/api/stock/route.ts") == GET


def test_an_export_that_no_build_refused_is_left_alone() -> None:
    """The same export is fine where the compiler did not complain, and in another file."""
    route = f'export const runtime = "edge";\n\n{GET}'
    other = {"app/api/other/route.ts": route, "app/api/stock/route.ts": GET}
    assert segment_config_taken_over.detect(failing(TAKEN, other).evidence()) == ()
    fine = failing(["Error: other"], {"app/api/stock/route.ts": route})
    assert segment_config_taken_over.detect(fine.evidence()) == ()


NO_PATHS = [
    "Collecting page data ...",
    "Error: getStaticPaths is required for dynamic SSG pages and is missing for '/posts/[slug]'.",
    "Read more: https://nextjs.org/docs/messages/invalid-getstaticpaths-value",
    "> Build error occurred",
    "Error: Failed to collect page data for /posts/[slug]",
]
POST = "export async function getStaticProps({ params }) {\n  return { props: params };\n}\n" + PAGE


def test_a_dynamic_page_that_is_built_ahead_gets_a_list_of_paths() -> None:
    """Pages are rendered when they are asked for; a second page alike is named too."""
    files = {"pages/posts/[slug].js": POST, "pages/shop/[id].js": POST, "pages/index.js": POST}
    evidence = failing(NO_PATHS, files).evidence()
    found = static_paths_missing.detect(evidence)
    assert [f.subject for f in found] == ["pages/posts/[slug].js", "pages/shop/[id].js"]
    text = repaired(found[0], evidence).source.text("pages/posts/[slug].js") or ""
    assert 'return { paths: [], fallback: "blocking" };' in text
    assert text.endswith(POST)


def test_a_page_with_its_paths_is_no_suspect() -> None:
    """Paths of one's own, however they are exported, and pages without parameters are fine."""
    listed = "import { getStaticPaths } from '../../lib';\nexport { getStaticPaths };\n" + POST
    files = {"pages/posts/[slug].js": listed, "pages/index.js": POST}
    assert static_paths_missing.detect(failing(NO_PATHS, files).evidence()) == ()


def test_a_static_export_needs_the_paths_themselves() -> None:
    """No page is rendered later there, so a person must list them."""
    config = "export default { output: 'export' };\n"
    files = {"pages/posts/[slug].js": POST, "next.config.mjs": config}
    (finding,) = static_paths_missing.detect(failing(NO_PATHS, files).evidence())
    assert finding.remedies == ()


FEED = [
    (
        'Error: export const dynamic = "force-static"/export const revalidate not configured on'
        ' route "/rss.xml" with "output: export". See more info here: https://nextjs.org/docs/'
    ),
]
EXPORT = "export default {\n  output: 'export',\n};\n"


def test_a_handler_that_answers_alike_is_written_as_a_file() -> None:
    """The static export is kept, and the handler marked."""
    files = {"next.config.mjs": EXPORT, "app/rss.xml/route.ts": GET}
    evidence = failing(FEED, files).evidence()
    (finding,) = static_export_dynamic.detect(evidence)
    source = repaired(finding, evidence).source
    assert source.text("next.config.mjs") == EXPORT
    assert source.text("app/rss.xml/route.ts") == f'export const dynamic = "force-static";\n\n{GET}'


@pytest.mark.parametrize(
    "handler",
    [
        GET.replace("GET()", "GET(request: Request)"),
        GET + GET.replace("GET", "POST"),
        "import { headers } from 'next/headers';\n" + GET,
        'export const dynamic = "force-dynamic";\n' + GET,
    ],
)
def test_a_handler_that_answers_a_request_needs_a_server(handler: str) -> None:
    """What reads its request, or was decided by a person, cannot be a file."""
    files = {"next.config.mjs": EXPORT, "app/rss.xml/route.ts": handler}
    evidence = failing(FEED, files).evidence()
    (finding,) = static_export_dynamic.detect(evidence)
    assert "output" not in (repaired(finding, evidence).source.text("next.config.mjs") or "")


REFUSED = [
    "Failed to compile.",
    "",
    "node:fs",
    (
        'Module build failed: UnhandledSchemeError: Reading from "node:fs" is not handled by'
        " plugins (Unhandled scheme)."
    ),
    'Webpack supports "data:" and "file:" URIs by default.',
    'You may need an additional plugin to handle "node:" URIs.',
    *["    at a (/vercel/path0/node_modules/next/dist/compiled/webpack/bundle5.js:29:408351)"] * 10,
    "",
    "Import trace for requested module:",
    "node:fs",
    "./lib/templates.ts",
]
TEMPLATES = "import { readFileSync } from 'node:fs';\nexport const t = () => readFileSync('t');\n"
ROUTE = "import { t } from '../../../lib/templates';\n\nexport const runtime = 'edge';\n" + GET


def test_a_route_of_the_edge_that_reads_files_runs_on_node() -> None:
    """The route is named with the way to the module, and loses its export."""
    files = {"app/api/report/route.ts": ROUTE, "lib/templates.ts": TEMPLATES}
    evidence = failing(REFUSED, files).evidence()
    (finding,) = node_module_on_edge.detect(evidence)
    assert [str(p) for p in finding.locations] == [
        "app/api/report/route.ts:3",
        "lib/templates.ts:1",
    ]
    text = repaired(finding, evidence).source.text("app/api/report/route.ts") or ""
    assert "runtime" not in text
    assert "GET" in text


@pytest.mark.parametrize(
    ("route", "module"),
    [
        (ROUTE.replace("'edge'", "'nodejs'"), TEMPLATES),
        (ROUTE.replace("import { t } from '../../../lib/templates';\n", ""), TEMPLATES),
        (ROUTE, TEMPLATES.replace("node:fs", "./files")),
    ],
)
def test_other_routes_and_other_modules_are_no_suspects(route: str, module: str) -> None:
    """A route on Node.js, one that does not lead there, and a module that does not import it."""
    files = {"app/api/report/route.ts": route, "lib/templates.ts": module}
    assert node_module_on_edge.detect(failing(REFUSED, files).evidence()) == ()


def test_a_client_module_that_leads_to_node_is_named() -> None:
    """The same message names the client module where that is what leads there."""
    client = "'use client';\nimport { t } from '../lib/templates';\n" + PAGE
    files = {"app/page.tsx": client, "lib/templates.ts": TEMPLATES}
    evidence = failing(REFUSED, files).evidence()
    assert node_module_on_edge.detect(evidence) == ()
    assert client_boundary.detect(evidence)[0].subject == "app/page.tsx"


GUARDED = [
    "./lib/db.ts:1:1",
    (
        "'server-only' cannot be imported from a Client Component module. It should only be used"
        " from a Server Component."
    ),
]
CLIENT = (
    "'use client';\nimport { useState } from 'react';\nimport { LOW } from '../lib/db';\n"
    "export default function Page() {\n  return useState(LOW)[0];\n}\n"
)
DB = 'import "server-only";\n\nexport const LOW = 2;\n'


def test_a_plain_value_moves_out_of_the_server_module() -> None:
    """The client imports it from its new place, and the server module gives it on as before."""
    db = DB + "export async function stock() {\n  return LOW;\n}\n"
    evidence = failing(GUARDED, {"app/page.tsx": CLIENT, "lib/db.ts": db}).evidence()
    (finding,) = client_boundary.detect(evidence)
    source = repaired(finding, evidence).source
    assert source.text("lib/db.values.ts") == "export const LOW = 2;\n"
    assert "import { LOW } from '../lib/db.values';" in (source.text("app/page.tsx") or "")
    kept = source.text("lib/db.ts") or ""
    assert kept.startswith('import "server-only";\nimport { LOW } from "./db.values";\n')
    assert "export { LOW };" in kept
    assert "export const LOW" not in kept
    assert not any(fix.coarse for fix in finding.remedies)


@pytest.mark.parametrize(
    ("client", "module"),
    [
        (CLIENT, DB.replace("= 2", "= rows()")),
        (CLIENT, DB.replace("= 2", "= process.env.LOW")),
        (CLIENT, DB.replace("const LOW = 2", "function LOW() {}")),
        (CLIENT.replace("{ LOW }", "* as db").replace("useState(LOW)", "useState(db.LOW)"), DB),
    ],
)
def test_what_is_no_plain_value_is_left_to_a_person(client: str, module: str) -> None:
    """A function, a computed value and a whole module may need the server."""
    evidence = failing(GUARDED, {"app/page.tsx": client, "lib/db.ts": module}).evidence()
    (finding,) = client_boundary.detect(evidence)
    assert all(fix.coarse for fix in finding.remedies)


def test_a_trial_may_look_past_the_mark_of_a_server_module_but_ships_nothing() -> None:
    """What the client needs of it a person must move; a trial sees what fails behind it."""
    db = DB.replace("= 2", "= limit()")
    evidence = failing(GUARDED, {"app/page.tsx": CLIENT, "lib/db.ts": db}).evidence()
    (finding,) = client_boundary.detect(evidence)
    (fix,) = finding.remedies
    assert fix.coarse
    assert (repaired(finding, evidence).source.text("lib/db.ts") or "").startswith("\nexport const")


def test_a_mark_that_the_laptop_bears_is_not_looked_past() -> None:
    """Where the local side passes, what differs there is the cause."""
    files = {"app/page.tsx": CLIENT, "lib/db.ts": DB.replace("= 2", "= limit()")}
    (finding,) = client_boundary.detect(failing(GUARDED, files, local_passes=True).evidence())
    assert finding.remedies == ()
