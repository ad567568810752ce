"""Tests of the detectors that read silent failures from the output of a green build."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.detectors_world import Case, repaired
from tests.unit.test_vercel_routing import DYNAMIC_API, built
from verifier.detectors import (
    asset_base_mismatch,
    export_drops_handlers,
    hidden_src_routes,
    i18n_hides_app_routes,
    middleware_not_loaded,
    pages_not_found_unused,
    provider_missing,
    rewrite_hides_output,
    rewrite_leads_nowhere,
    server_without_function,
    spa_fallback_missing,
)
from verifier.detectors._imports import with_imports_from
from verifier.detectors._json_edits import with_item
from verifier.model.finding import Severity

INDEX = '<div id="root"></div>\n<script type="module" src="/src/main.tsx"></script>\n'
VITE = '{"dependencies": {"react": "19.0.0"}, "devDependencies": {"vite": "7.0.0"}}\n'
NO_PAGE = {"status": 404, "src": "^(?!/api).*$", "dest": "/404.html"}
BARE: list[dict[str, Any]] = [{"handle": "error"}, NO_PAGE]
FALLBACK = {"src": "^(?:/(.*))$", "dest": "/index.html", "check": True}
REWRITE = [{"handle": "filesystem"}, FALLBACK, *BARE]
CREATE_REACT_APP = [
    {"src": "/static/(.*)", "headers": {"cache-control": "immutable"}, "continue": True},
    *BARE,
    {"handle": "filesystem"},
    {"src": "/static/(.*)", "status": 404, "dest": "/404.html"},
    {"src": "/(.*)", "headers": {"cache-control": "s-maxage=0"}, "dest": "/index.html"},
]
SERVER = [{"handle": "filesystem"}, {"handle": "resource"}, {"src": "/.*", "status": 404}]
REACT = (
    'import { BrowserRouter, Route, Routes } from "react-router-dom";\n'
    "export const App = () => (\n  <BrowserRouter>\n    <Routes>\n"
    '      <Route path="/" element={<p />} />\n'
    '      <Route path="/track/:id" element={<p />} />\n'
    "    </Routes>\n  </BrowserRouter>\n);\n"
)
MAIN = 'import { App } from "./App";\nApp();\n'


def single_page(app: str, *, more: Mapping[str, str] | None = None, **options: Any) -> Case:
    """A green Vite build of an application with one document."""
    files = {"package.json": VITE, "index.html": INDEX, "src/main.tsx": MAIN, "src/App.tsx": app}
    routes: Sequence[Any] = options.pop("routes", BARE)
    static: Sequence[str] = options.pop("static", ("index.html", "assets/index-1.js"))
    functions: Sequence[str] = options.pop("functions", ())
    return Case(
        files=files | dict(more or {}),
        framework="vite",
        framework_version="7.0.0",
        fails=False,
        output=built(routes, static, functions),
        **options,
    )


OBJECTS = (
    'import { createBrowserRouter } from "react-router-dom";\n'
    'export const App = createBrowserRouter([\n  { path: "/", element: null, children: [\n'
    '    { path: "users", Component: P, children: [{ path: ":id", lazy: l }] },\n  ] },\n]);\n'
)
VUE = (
    'import { createRouter, createWebHistory } from "vue-router";\n'
    "export const App = () => createRouter({\n"
    "  history: createWebHistory(import.meta.env.BASE_URL),\n"
    '  routes: [{ path: "/", component: a }, { path: "/about", component: b }],\n});\n'
)
WOUTER = (
    'import { Route } from "wouter";\n'
    'export const App = () => <Route path="/about"><p /></Route>;\n'
)
TANSTACK = (
    'import { createRouter, createFileRoute } from "@tanstack/react-router";\n'
    'const r = createFileRoute("/_layout/posts/$postId")({ component: P });\n'
    "export const App = () => createRouter({ routeTree: r });\n"
)


@pytest.mark.parametrize(
    ("app", "lost"),
    [
        (REACT, "/track/1"),
        (OBJECTS, "/users"),
        (VUE, "/about"),
        (WOUTER, "/about"),
        (TANSTACK, "/posts/1"),
        (REACT.replace("<BrowserRouter>", '<BrowserRouter basename="/shop">'), "/shop/track/1"),
    ],
)
def test_a_path_of_a_browser_router_without_a_rewrite_is_lost(app: str, lost: str) -> None:
    """Whatever router declares it, a path that the table answers with 404 is named."""
    evidence = single_page(app).evidence()
    (finding,) = spa_fallback_missing.detect(evidence)
    assert finding.summary.startswith(f"{lost} is answered with 404")
    assert finding.locations[0].file == "src/App.tsx"
    written = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert written == {"rewrites": [{"source": "/(.*)", "destination": "/index.html"}]}


@pytest.mark.parametrize(
    ("app", "options"),
    [
        (REACT, {"routes": REWRITE}),
        (REACT, {"routes": CREATE_REACT_APP}),
        (REACT, {"static": ("index.html", "track/1/index.html")}),
        (REACT.replace("BrowserRouter", "HashRouter"), {}),
        (REACT.replace("BrowserRouter", "MemoryRouter"), {}),
        (VUE.replace("createWebHistory", "createWebHashHistory"), {}),
        (REACT.replace("<BrowserRouter>", "<BrowserRouter basename={base()}>"), {}),
        ("export const App = () => <main>A landing page</main>;\n", {}),
        ('export const App = () => <Route path="/about" />;\n', {}),
        (REACT, {"routes": [{"src": "^/.*$", "middlewarePath": "m", "continue": True}, *BARE]}),
    ],
)
def test_a_path_that_is_answered_or_never_asked_for_is_fine(
    app: str, options: dict[str, Any]
) -> None:
    """Rewrites, presets, prerendered files, hash routers and plain pages give no finding."""
    assert spa_fallback_missing.detect(single_page(app, **options).evidence()) == ()


def test_a_start_page_as_error_page_shows_the_application() -> None:
    """A copy of the start page under 404.html shows every path, whatever its status."""
    case = single_page(REACT)
    output = built(BARE, ("index.html", "404.html"), ())
    same = tuple(
        type(f)(path=f.path, size_bytes=1, sha256="same") if f.path.endswith(".html") else f
        for f in output.files
    )
    copied = Case(
        files=case.files,
        framework="vite",
        fails=False,
        output=type(output)(
            present=True,
            directory=output.directory,
            files=same,
            routes=output.routes,
            route_count=output.route_count,
        ),
    )
    assert spa_fallback_missing.detect(copied.evidence()) == ()


def test_the_rewrite_joins_those_that_are_there() -> None:
    """What vercel.json says stays, and the new rule comes last."""
    config = '{\n  "rewrites": [\n    { "source": "/old", "destination": "/track/1" }\n  ]\n}\n'
    evidence = single_page(
        REACT, more={"vercel.json": config}, functions=("api/x.func",)
    ).evidence()
    (finding,) = spa_fallback_missing.detect(evidence)
    assert repaired(finding, evidence).source.text("vercel.json") == config.replace(
        '/track/1" }',
        '/track/1" },\n    { "source": "/((?!api/).*)", "destination": "/index.html" }',
    )


def test_a_rewrite_to_a_page_that_is_not_there_is_corrected() -> None:
    """A rewrite for all paths is of no use if its destination is no file of the output."""
    config = '{ "rewrites": [{ "source": "/(.*)", "destination": "/app.html" }] }\n'
    dead = {"src": "^(?:/(.*))$", "dest": "/app.html", "check": True}
    routes = [{"handle": "filesystem"}, dead, *BARE]
    evidence = single_page(REACT, more={"vercel.json": config}, routes=routes).evidence()
    (finding,) = spa_fallback_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("vercel.json")
    assert text == config.replace("/app.html", "/index.html")


def test_a_rewrite_above_the_root_directory_is_moved() -> None:
    """The platform reads vercel.json in the Root Directory only."""
    config = '{\n  "rewrites": [{ "source": "/(.*)", "destination": "/index.html" }]\n}\n'
    inner = single_page(REACT)
    case = Case(
        files={f"web/{p}": t for p, t in inner.files.items()} | {"vercel.json": config},
        root="web",
        framework="vite",
        fails=False,
        output=inner.output,
    )
    evidence = case.evidence()
    (finding,) = spa_fallback_missing.detect(evidence)
    assert (finding.subject, str(finding.locations[0])) == ("vercel.json", "vercel.json:2")
    source = repaired(finding, evidence).source
    assert "vercel.json" not in source
    assert source.text("web/vercel.json") == config


CATCH_ALL = '{ "rewrites": [{ "source": "/(.*)", "destination": "/index.html" }] }\n'
API = ("api/depots.func", "api/parcels/[id].func")


def api_routes(name: str) -> list[dict[str, Any]]:
    """The routes that a build adds for one function with a segment."""
    made: list[dict[str, Any]] = json.loads(
        json.dumps(DYNAMIC_API).replace("/api/items", f"/api/{name}")
    )
    return made


def test_a_rewrite_that_hides_a_dynamic_function_is_narrowed() -> None:
    """Rewrites come before functions with a segment; the folder is left out of the pattern."""
    routes = [{"handle": "filesystem"}, FALLBACK, *api_routes("parcels")]
    evidence = single_page(
        REACT, more={"vercel.json": CATCH_ALL}, routes=routes, functions=API
    ).evidence()
    (finding,) = rewrite_hides_output.detect(evidence)
    assert finding.subject == "rewrites[0]"
    text = repaired(finding, evidence).source.text("vercel.json")
    assert text == CATCH_ALL.replace("/(.*)", "/((?!api/).*)")


def test_a_route_after_files_that_hides_a_function_is_narrowed() -> None:
    """An entry of `routes` behind the files comes before functions with a segment as well."""
    rule = '{ "src": "/(.*)", "dest": "/index.html" }'
    config = '{ "routes": [{ "handle": "filesystem" }, ' + rule + "] }\n"
    routes = [SERVER[0], {"src": "^/(.*)$", "dest": "/index.html"}, *api_routes("parcels")]
    evidence = single_page(
        REACT, more={"vercel.json": config}, routes=routes, functions=API
    ).evidence()
    (finding,) = rewrite_hides_output.detect(evidence)
    assert finding.subject == "routes[1]"
    text = repaired(finding, evidence).source.text("vercel.json")
    assert text == config.replace("/(.*)", "/((?!api/).*)")


def test_a_route_before_everything_hides_scripts() -> None:
    """An entry of `routes` is asked before files, scripts of the page included."""
    config = '{ "routes": [{ "src": "/(.*)", "dest": "/index.html" }] }\n'
    routes = [{"src": "^/(.*)$", "dest": "/index.html"}, {"handle": "filesystem"}, *BARE]
    evidence = single_page(REACT, more={"vercel.json": config}, routes=routes).evidence()
    (finding,) = rewrite_hides_output.detect(evidence)
    written = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert written["routes"][0] == {"handle": "filesystem"}


@pytest.mark.parametrize(
    ("routes", "functions"),
    [
        ([{"handle": "filesystem"}, FALLBACK, *api_routes("parcels")], ("api/depots.func",)),
        ([SERVER[0], api_routes("parcels")[0], FALLBACK, *api_routes("parcels")[1:]], API),
        (REWRITE, ()),
    ],
)
def test_a_rewrite_beside_functions_that_come_first_is_fine(
    routes: list[Any], functions: tuple[str, ...]
) -> None:
    """Plain functions, and a narrower order, are answered by themselves."""
    case = single_page(REACT, more={"vercel.json": CATCH_ALL}, routes=routes, functions=functions)
    assert rewrite_hides_output.detect(case.evidence()) == ()


PAGE = "export default function Page() {\n  return null;\n}\n"
NEXT_PACKAGE = '{"scripts": {"build": "next build"}, "dependencies": {"next": "16.4.6"}}\n'


def next_build(
    files: Mapping[str, str],
    functions: Sequence[str],
    routes: Sequence[Any] = SERVER,
    version: str = "16.4.6",
) -> Case:
    """A green build of Next.js."""
    return Case(
        files={"package.json": NEXT_PACKAGE, **files},
        framework_version=version,
        fails=False,
        output=built(routes, ("404.html",), functions),
    )


MIDDLEWARE = (
    'import { NextResponse } from "next/server";\nimport { name } from "./src/lib/session";\n\n'
    "export function middleware() {\n  return NextResponse.next();\n}\n"
)


@pytest.mark.parametrize(
    ("files", "version", "right", "first_import"),
    [
        (
            {"middleware.ts": MIDDLEWARE, "src/app/page.tsx": PAGE},
            "15.5.29",
            "src/middleware.ts",
            "./lib/session",
        ),
        (
            {"src/middleware.ts": MIDDLEWARE.replace("./src/lib", "./lib"), "app/page.tsx": PAGE},
            "15.5.0",
            "middleware.ts",
            "./src/lib/session",
        ),
        (
            {"app/middleware.ts": MIDDLEWARE.replace("./src", "../src"), "app/page.tsx": PAGE},
            "16.4.6",
            "middleware.ts",
            "./src/lib/session",
        ),
    ],
)
def test_middleware_elsewhere_is_moved_beside_the_routers(
    files: dict[str, str], version: str, right: str, first_import: str
) -> None:
    """The file goes to the folder that holds the routers, and its imports still lead there."""
    evidence = next_build(files, ("index.func",), version=version).evidence()
    (finding,) = middleware_not_loaded.detect(evidence)
    text = repaired(finding, evidence).source.text(right) or ""
    assert f'"{first_import}"' in text
    assert "export function middleware" in text


def test_a_proxy_under_an_older_next_gets_the_old_name() -> None:
    """Before version 16 the convention is called middleware, the function too."""
    text = MIDDLEWARE.replace("function middleware", "function proxy")
    files = {"proxy.ts": text, "app/page.tsx": PAGE}
    evidence = next_build(files, ("index.func",), version="15.5.0").evidence()
    (finding,) = middleware_not_loaded.detect(evidence)
    assert repaired(finding, evidence).source.text("middleware.ts") == MIDDLEWARE


LOADED = [{"src": "^/.*$", "middlewarePath": "middleware", "continue": True}, *SERVER]


@pytest.mark.parametrize(
    ("files", "routes"),
    [
        ({"src/middleware.ts": MIDDLEWARE, "src/app/page.tsx": PAGE}, LOADED),
        ({"middleware.ts": "export const log = () => 1;\n", "src/app/page.tsx": PAGE}, SERVER),
        ({"src/lib/middleware.ts": MIDDLEWARE, "src/app/page.tsx": PAGE}, SERVER),
    ],
)
def test_loaded_middleware_and_other_modules_are_fine(
    files: dict[str, str], routes: list[Any]
) -> None:
    """A build with middleware, and modules that only share the name, give no finding."""
    case = next_build(files, ("index.func",), routes)
    assert middleware_not_loaded.detect(case.evidence()) == ()


CHAT = 'import { say } from "../../../src/lib/say";\nexport const POST = () => say();\n'


def test_a_root_folder_that_hides_pages_is_moved() -> None:
    """The files of the root folder go below src, so that the pages come back."""
    files = {
        "app/api/chat/route.ts": CHAT,
        "src/app/page.tsx": PAGE,
        "src/app/lessons/[id]/page.tsx": PAGE,
    }
    evidence = next_build(files, ("api/chat.func",)).evidence()
    (finding,) = hidden_src_routes.detect(evidence)
    assert finding.subject == "app"
    source = repaired(finding, evidence).source
    assert "app/api/chat/route.ts" not in source
    assert '"../../../lib/say"' in (source.text("src/app/api/chat/route.ts") or "")


def test_an_empty_root_folder_that_hides_pages_is_deleted() -> None:
    """A placeholder is enough to hide everything, and it may go."""
    files = {"pages/.gitkeep": "", "src/pages/index.tsx": PAGE}
    evidence = next_build(files, ("_error.func",)).evidence()
    (finding,) = hidden_src_routes.detect(evidence)
    assert "pages/.gitkeep" not in repaired(finding, evidence).source


@pytest.mark.parametrize(
    "files",
    [
        {"src/app/page.tsx": PAGE, "src/app/about/page.tsx": PAGE},
        {"app/page.tsx": PAGE, "app/about/page.tsx": PAGE, "src/app/theme.ts": "export {};\n"},
        {
            "app/page.tsx": 'export { default } from "../src/pages/home";\n',
            "src/pages/home/index.tsx": PAGE,
            "pages/README.md": "Keeps Next.js from reading src/pages.\n",
        },
    ],
)
def test_one_folder_of_routes_is_fine(files: dict[str, str]) -> None:
    """Pages that are in the output are hidden by nothing."""
    case = next_build(files, ("index.func", "about.func"))
    assert hidden_src_routes.detect(case.evidence()) == ()


EXPORT = 'export default {\n  output: "export",\n};\n'
POST = "export async function POST() {\n  return new Response();\n}\n"
GET = "export function GET() {\n  return Response.json({});\n}\n"


def test_a_handler_that_an_export_drops_is_named() -> None:
    """A handler for POST has no file; the export goes, not the handler."""
    case = Case(
        files={
            "package.json": NEXT_PACKAGE,
            "next.config.mjs": EXPORT,
            "app/api/contact/route.ts": POST,
            "app/api/hours/route.ts": GET,
            "app/page.tsx": PAGE,
        },
        fails=False,
        output=built(BARE, ("index.html", "api/hours"), ()),
    )
    evidence = case.evidence()
    (finding,) = export_drops_handlers.detect(evidence)
    assert finding.subject == "/api/contact"
    assert "output" not in (repaired(finding, evidence).source.text("next.config.mjs") or "")


def test_handlers_that_are_written_as_files_are_fine() -> None:
    """A handler for GET is a file of the export."""
    case = Case(
        files={
            "package.json": NEXT_PACKAGE,
            "next.config.mjs": EXPORT,
            "app/api/hours/route.ts": GET,
        },
        fails=False,
        output=built(BARE, ("index.html", "api/hours"), ()),
    )
    assert export_drops_handlers.detect(case.evidence()) == ()


def test_a_not_found_page_of_the_old_router_is_a_remark() -> None:
    """It is told, accuses nothing, and is silent once the new router has its own page."""
    files = {"app/page.tsx": PAGE, "pages/404.tsx": PAGE, "pages/prices.tsx": PAGE}
    (finding,) = pages_not_found_unused.detect(next_build(files, ("index.func",)).evidence())
    assert (finding.severity, finding.suspects) == (Severity.WARNING, ())
    moved = files | {"app/not-found.tsx": PAGE}
    assert pages_not_found_unused.detect(next_build(moved, ("index.func",)).evidence()) == ()


CART = (
    '"use client";\nimport { createContext, useContext } from "react";\n'
    "const CartContext = createContext(null);\n"
    "export function CartProvider({ children }) {\n"
    "  return <CartContext.Provider value={1}>{children}</CartContext.Provider>;\n}\n"
    "export function useCart() {\n  const cart = useContext(CartContext);\n"
    '  if (!cart) throw new Error("no cart");\n  return cart;\n}\n'
)
SHOP = (
    'import { CartProvider } from "../../components/Cart";\n'
    "export default ({ children }) => <CartProvider>{children}</CartProvider>;\n"
)
OFFERS = "export default function Layout({ children }) {\n  return <main>{children}</main>;\n}\n"
OFFER = (
    'import { useCart } from "../../components/Cart";\n'
    "export default function Page() {\n  return useCart().size;\n}\n"
)
NO_CART = [
    'Error occurred prerendering page "/". Read more: https://nextjs.org/docs',
    "Error: useCart must be used within a CartProvider",
    "    at g (.next/server/chunks/1.js:1:1)",
    "Export encountered an error on /(offers)/page: /, exiting the build.",
]


def outside(offers: str = OFFERS, log: Sequence[str] = NO_CART) -> Case:
    """A page whose provider is in the layout of another group."""
    return Case(
        files={
            "package.json": NEXT_PACKAGE,
            "components/Cart.tsx": CART,
            "app/layout.tsx": OFFERS,
            "app/(shop)/layout.tsx": SHOP,
            "app/(shop)/fruit/page.tsx": OFFER,
            "app/(offers)/layout.tsx": offers,
            "app/(offers)/page.tsx": OFFER,
        },
        log=log,
    )


def test_the_layout_around_the_page_gets_the_provider() -> None:
    """The provider of the other group is put around the children of the page's own layout."""
    evidence = outside().evidence()
    (finding,) = provider_missing.detect(evidence)
    assert finding.subject == "CartProvider"
    text = repaired(finding, evidence).source.text("app/(offers)/layout.tsx") or ""
    assert "<main><CartProvider>{children}</CartProvider></main>" in text
    assert text.startswith('import { CartProvider } from "../../components/Cart";')


def test_a_page_inside_of_the_provider_has_another_fault() -> None:
    """Where the provider stands around the page, it is not what is missing."""
    offers = SHOP.replace("=> <CartProvider>", "=> <CartProvider>")
    assert provider_missing.detect(outside(offers=offers).evidence()) == ()
    other = [line.replace("useCart must be used within a CartProvider", "boom") for line in NO_CART]
    assert provider_missing.detect(outside(log=other).evidence()) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('{ "a": [] }', '{ "a": [{"b": 1}] }'),
        ('{ "a": [{ "c": 2 }] }', '{ "a": [{ "c": 2 }, {"b": 1}] }'),
        (
            '{\n  "a": [\n    { "c": 2 }\n  ]\n}',
            '{\n  "a": [\n    { "c": 2 },\n    { "b": 1 }\n  ]\n}',
        ),
        ('{ "x": 1 }', '{ "x": 1, "a": [{"b": 1}] }'),
        ('{ "a": 1 }', None),
    ],
)
def test_an_item_joins_a_list_as_its_author_would_write_it(text: str, wanted: str | None) -> None:
    """The rest of the file stays as it is."""
    assert with_item(text, "a", {"b": 1}) == wanted


def test_imports_of_a_moved_module_lead_to_the_same_files() -> None:
    """Packages and aliases stay, relative paths are counted from the new place."""
    text = 'import a from "./src/a";\nimport b from "@/b";\nconst c = require("./c.json");\n'
    assert with_imports_from(text, "middleware.ts", "src/middleware.ts") == (
        'import a from "./a";\nimport b from "@/b";\nconst c = require("../c.json");\n'
    )


PAGES_CONFIG = 'export default defineConfig({\n  base: "/my-repo/",\n  plugins: [],\n});\n'


def based(config: str, found: Mapping[str, tuple[str, ...]], **options: Any) -> Case:
    """A single page whose configuration names a base."""
    case = single_page("export const App = () => 1;\n", more={"vite.config.ts": config}, **options)
    return replace(case, text_hits=found)


IN_START = {"text:/my-repo/assets/": ("static/index.html",)}


@pytest.mark.parametrize(
    ("config", "routes", "edited"),
    [
        (PAGES_CONFIG, BARE, 'base: process.env.VERCEL ? "/" : "/my-repo/"'),
        (
            PAGES_CONFIG.replace('"/my-repo/"', "isProd ? '/my-repo/' : '/'"),
            REWRITE,
            "base: process.env.VERCEL ? \"/\" : (isProd ? '/my-repo/' : '/')",
        ),
    ],
)
def test_a_base_of_another_host_is_kept_for_that_host(
    config: str, routes: list[Any], edited: str
) -> None:
    """Scripts below the base are missing, or answered with the page itself."""
    evidence = based(config, IN_START, routes=routes).evidence()
    (finding,) = asset_base_mismatch.detect(evidence)
    assert str(finding.locations[0]) == "vite.config.ts:2"
    first, second = finding.remedies
    assert first.repair is not None
    assert second.repair is not None
    assert edited in (first.repair(evidence.clean).source.text("vite.config.ts") or "")
    assert "base" not in (second.repair(evidence.clean).source.text("vite.config.ts") or "")


@pytest.mark.parametrize(
    ("config", "found", "static"),
    [
        (PAGES_CONFIG, {}, ("index.html", "assets/index-1.js")),
        (PAGES_CONFIG, IN_START, ("index.html", "my-repo/assets/i.js", "assets/i.js")),
        (PAGES_CONFIG.replace("/my-repo/", "./"), IN_START, ("index.html", "assets/i.js")),
    ],
)
def test_a_base_that_leads_to_the_scripts_is_fine(
    config: str, found: Mapping[str, tuple[str, ...]], static: tuple[str, ...]
) -> None:
    """A base that the page does not use, that is relative, or whose folder exists."""
    assert asset_base_mismatch.detect(based(config, found, static=static).evidence()) == ()


def test_a_homepage_of_another_host_goes() -> None:
    """Create React App takes the base from package.json."""
    case = single_page(
        "export const App = () => 1;\n", static=("index.html", "static/js/main.1.js")
    )
    package = '{\n  "name": "x",\n  "homepage": "https://me.github.io/my-repo"\n}\n'
    case = replace(
        case,
        files={**case.files, "package.json": package},
        text_hits={"text:/my-repo/static/": ("static/index.html",)},
        framework="create-react-app",
    )
    evidence = case.evidence()
    (finding,) = asset_base_mismatch.detect(evidence)
    assert "homepage" not in (repaired(finding, evidence).source.text("package.json") or "")
    assert asset_base_mismatch.markers(evidence.project) == {
        "text:/my-repo/static/": "/my-repo/static/"
    }


LANGUAGES = 'export default {\n  i18n: { locales: ["en", "de"], defaultLocale: "en" },\n};\n'
STRIPPED = [
    {"src": "^/(?:en|de)/?(.*)$", "dest": "/$1", "continue": True},
    {"handle": "filesystem"},
    {"handle": "resource"},
    {"src": "/.*", "status": 404},
    {"handle": "rewrite"},
    {"src": "^/(?<nxtPlocale>[^/]+?)/about(?:/)?$", "dest": "/[locale]/about"},
]


def test_languages_of_the_old_router_hide_pages_of_the_new_one() -> None:
    """A page below the language is lost where the table takes the language off the path."""
    files = {"next.config.mjs": LANGUAGES, "app/[locale]/about/page.tsx": PAGE}
    evidence = next_build(files, ("[locale]/about.func",), STRIPPED).evidence()
    (finding,) = i18n_hides_app_routes.detect(evidence)
    assert (finding.subject, str(finding.locations[0])) == ("i18n", "next.config.mjs:2")
    text = repaired(finding, evidence).source.text("next.config.mjs") or ""
    assert "i18n" not in text


@pytest.mark.parametrize("config", [LANGUAGES, "export default {};\n"])
def test_languages_that_lead_to_their_pages_are_fine(config: str) -> None:
    """What the table answers is not lost, with or without the block."""
    files = {"next.config.mjs": config, "app/[locale]/about/page.tsx": PAGE}
    routes = STRIPPED[1:]
    case = next_build(files, ("[locale]/about.func",), routes)
    assert i18n_hides_app_routes.detect(case.evidence()) == ()


SERVER_RULE = '{ "source": "/api/:path*", "destination": "/server/api/index.ts" }'
PAGE_RULE = '{ "source": "/(.*)", "destination": "/index.html" }'


def test_a_rewrite_to_a_file_that_is_no_function_is_a_remark() -> None:
    """What the rule should lead to is not known here, so nothing is accused."""
    config = f'{{ "rewrites": [{SERVER_RULE}, {PAGE_RULE}] }}\n'
    dead = {"src": "^/api(?:/.*)?$", "dest": "/server/api/index.ts", "check": True}
    routes = [SERVER[0], dead, FALLBACK, *BARE]
    case = single_page(REACT, more={"vercel.json": config}, routes=routes)
    (finding,) = rewrite_leads_nowhere.detect(case.evidence())
    assert (finding.subject, finding.severity) == ("rewrites[0]", Severity.WARNING)
    assert finding.suspects == ()


def test_rewrites_to_what_the_output_has_are_fine() -> None:
    """Files, functions and addresses of other hosts lead somewhere."""
    rules = [
        PAGE_RULE,
        '{ "source": "/a", "destination": "/api/depots" }',
        '{ "source": "/b/:id", "destination": "https://api.example.com/:id" }',
    ]
    config = f'{{ "rewrites": [{", ".join(rules)}] }}\n'
    case = single_page(REACT, more={"vercel.json": config}, routes=REWRITE, functions=API)
    assert rewrite_leads_nowhere.detect(case.evidence()) == ()


ASKING = (
    "export const App = async () => (await fetch(`/api/message`)).text();\n"
    "export const more = () => fetch('/assets/list.json');\n"
)
LISTENING = (
    "import express from 'express';\n"
    "const app = express();\n"
    "app.get('/api/message', (_, res) => res.send('hello'));\n"
    "app.listen(3000);\n"
)


@pytest.mark.parametrize("routes", [BARE, REWRITE])
def test_a_server_that_listens_answers_nothing(routes: list[dict[str, Any]]) -> None:
    """The request gets a 404, or the start page where everything is rewritten to it."""
    case = single_page(ASKING, more={"server/index.ts": LISTENING}, routes=routes)
    (finding,) = server_without_function.detect(case.evidence())
    assert [str(p) for p in finding.locations] == ["server/index.ts:4", "src/App.tsx:1"]
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("app", "server", "functions"),
    [
        (ASKING, LISTENING, ("api/message.func",)),
        (ASKING, LISTENING.replace("app.listen(3000)", "export default app"), ()),
        (ASKING.replace("/api/message", "https://api.example.com/message"), LISTENING, ()),
        (ASKING.replace("/api/message", "/other/message"), LISTENING, ()),
        (ASKING, LISTENING.replace("'express'", "'./express'"), ()),
    ],
)
def test_no_server_is_missed_where_none_is_needed(
    app: str, server: str, functions: tuple[str, ...]
) -> None:
    """A function, an exported application, another host, or another address leave nothing open."""
    case = single_page(app, more={"server/index.ts": server}, functions=functions)
    assert server_without_function.detect(case.evidence()) == ()
