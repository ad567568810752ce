"""Tests of the evaluator of routing tables, on tables that real builds wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from verifier.model.run import Output, OutputFile, OutputFunction
from verifier.vercel.routing import Kind, answer, site

DYNAMIC_API: list[dict[str, Any]] = [
    {"src": "^/api/items/([^/]+)$", "dest": "/api/items/[id]?id=$1", "check": True},
    {"src": "^/api(/.*)?$", "status": 404},
    {"handle": "error"},
    {"status": 404, "src": "^(?!/api).*$", "dest": "/404.html"},
    {"handle": "miss"},
    {"src": "^/api/(.+)(?:\\.(?:ts))$", "dest": "/api/$1", "check": True},
]
PLAIN: list[dict[str, Any]] = [{"handle": "filesystem"}, *DYNAMIC_API]
REWRITTEN = [
    {"handle": "filesystem"},
    {"src": "^(?:/(.*))$", "dest": "/index.html", "check": True},
    *DYNAMIC_API,
]
LEGACY = [{"src": "^/(.*)$", "dest": "/index.html"}, *PLAIN]
FILES = ("index.html", "about.html", "docs/index.html", "assets/a.js")
FUNCTIONS = ("api/hello.func", "api/items/[id].func")


def built(
    routes: Sequence[Any],
    files: Sequence[str] = FILES,
    functions: Sequence[str] = FUNCTIONS,
    overrides: tuple[tuple[str, str], ...] = (),
) -> Output:
    return Output(
        present=True,
        directory=".vercel/output",
        files=tuple(OutputFile(path=f"static/{f}", size_bytes=1, sha256=f) for f in files),
        functions=tuple(
            OutputFunction(path=f, runtime="nodejs24.x", size_bytes=1, files=1) for f in functions
        ),
        routes=tuple(r if isinstance(r, str) else json.dumps(r) for r in routes),
        route_count=len(routes),
        overrides=overrides,
    )


@pytest.mark.parametrize(
    ("routes", "path", "target"),
    [
        (PLAIN, "/", "static/index.html"),
        (PLAIN, "/docs", "static/docs/index.html"),
        (PLAIN, "/docs/", "static/docs/index.html"),
        (PLAIN, "/about.html", "static/about.html"),
        (PLAIN, "/about", None),
        (PLAIN, "/track/1", None),
        (PLAIN, "/api/hello", "api/hello.func"),
        (PLAIN, "/api/hello.ts", "api/hello.func"),
        (PLAIN, "/api/items/5", "api/items/[id].func"),
        (PLAIN, "/api/missing", None),
        (REWRITTEN, "/track/1", "static/index.html"),
        (REWRITTEN, "/assets/a.js", "static/assets/a.js"),
        (REWRITTEN, "/api/hello", "api/hello.func"),
        (REWRITTEN, "/api/items/5", "static/index.html"),
        (LEGACY, "/assets/a.js", "static/index.html"),
        (LEGACY, "/api/hello", "static/index.html"),
    ],
)
def test_a_path_is_answered_as_the_table_says(
    routes: Sequence[Any], path: str, target: str | None
) -> None:
    """Files and functions come before rewrites, rewrites before dynamic functions."""
    found = answer(site(built(routes)), path)
    assert (found.target or None) == target
    assert (found.kind is Kind.NOT_FOUND) == (target is None)


def test_clean_urls_serve_a_file_at_its_override() -> None:
    """With clean URLs a page is at its name without ending, and the ending redirects."""
    routes = [
        {"src": "^/(.*)\\.html/?$", "headers": {"Location": "/$1"}, "status": 308},
        *PLAIN,
    ]
    of = site(built(routes, overrides=(("about.html", "about"), ("index.html", "index"))))
    assert answer(of, "/about").target == "static/about.html"
    assert answer(of, "/about.html").kind is Kind.REDIRECT
    assert answer(of, "/about.html").target == "/about"


NEXT = [
    {"src": "^/([^/]+?)/$", "headers": {"Location": "/$1"}, "status": 308, "continue": True},
    {"src": "/404/?", "status": 404, "continue": True},
    {"src": "^/?", "has": [{"type": "header", "key": "rsc"}], "dest": "/x.rsc", "continue": True},
    {"handle": "filesystem"},
    {"handle": "resource"},
    {"src": "/.*", "status": 404},
    {"handle": "miss"},
    {"src": "/_next/static/.+", "status": 404, "check": True, "dest": "/x.txt"},
    {"handle": "rewrite"},
    {"src": "^/shop/(?<nxtPid>[^/]+?)(?:/)?$", "dest": "/shop/[id]?nxtPid=$nxtPid"},
    {"handle": "error"},
    {"src": "/.*", "dest": "/404", "status": 404},
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", Kind.FUNCTION),
        ("/shop/7", Kind.FUNCTION),
        ("/nowhere", Kind.NOT_FOUND),
        ("/shop/", Kind.REDIRECT),
    ],
)
def test_dynamic_pages_of_a_server_are_found(path: str, kind: Kind) -> None:
    """The routes after rewrites lead to pages with a parameter; what nothing takes is 404."""
    of = site(built(NEXT, files=("404.html",), functions=("index.func", "shop/[id].func")))
    assert answer(of, path).kind is kind


def test_what_middleware_or_a_cut_route_decides_is_unknown() -> None:
    """Nobody may take an answer that cannot be known for a failure."""
    middleware = [{"src": "^/.*$", "middlewarePath": "middleware", "continue": True}, *PLAIN]
    assert answer(site(built(middleware)), "/track/1").kind is Kind.UNKNOWN
    assert answer(site(built(['{"src":"/(.*', *PLAIN])), "/track/1").kind is Kind.UNKNOWN
    host = [{"src": "/.*", "has": [{"type": "host", "value": "x"}], "dest": "/index.html"}, *PLAIN]
    assert answer(site(built(host)), "/track/1").kind is Kind.UNKNOWN


def test_an_external_address_is_named() -> None:
    """A rewrite to another origin leaves the deployment."""
    routes = [
        {"handle": "filesystem"},
        {"src": "^/api/(.*)$", "dest": "https://api.example.com/$1"},
    ]
    found = answer(site(built(routes, functions=())), "/api/x")
    assert (found.kind, found.target) == (Kind.EXTERNAL, "https://api.example.com/x")


def test_a_table_with_more_routes_than_are_known_answers_nothing() -> None:
    """Where the output was cut, every answer is unknown."""
    of = built(PLAIN)
    cut = Output(
        present=True, directory=of.directory, files=of.files, routes=of.routes, route_count=9999
    )
    assert answer(site(cut), "/track/1").kind is Kind.UNKNOWN
