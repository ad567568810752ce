"""Routes of a Next.js application as its files spell them, and the files behind a route."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from verifier.model.project import Project
from verifier.model.source import SourceTree

_ENDING: Final = re.compile(r"\.(?:[cm]?[jt]sx?|mdx?)$")
_SHELLS: Final = ("layout", "template", "loading", "error", "not-found", "global-error")


class Router(Enum):
    """The two routers of Next.js."""

    APP = "app"
    PAGES = "pages"


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFile:
    """A file that answers a route; kind is `page`, `route`, `api` or `pages`."""

    file: str
    router: Router
    route: str
    kind: str


def router_dirs(project: Project, tree: SourceTree) -> dict[Router, str]:
    """The directory of each router that exists; a root one hides the one below `src/`."""
    root = f"{project.root}/" if project.root else ""
    found = {}
    for router in Router:
        for base in (f"{root}{router.value}/", f"{root}src/{router.value}/"):
            if any(path.startswith(base) for path in tree):
                found[router] = base
                break
    return found


def route_files(project: Project, tree: SourceTree) -> tuple[RouteFile, ...]:
    """Every file that answers a route, in order of path."""
    dirs = router_dirs(project, tree)
    found = [f for router, base in dirs.items() for f in route_files_below(tree, router, base)]
    return tuple(sorted(found, key=lambda f: f.file))


def route_files_below(tree: SourceTree, router: Router, base: str) -> Iterator[RouteFile]:
    """The files that would answer a route if `base` were the folder of a router."""
    for path in tree:
        if path.startswith(base):
            made = _app(path, base) if router is Router.APP else _pages(path, base)
            if made is not None:
                yield made


def _app(path: str, base: str) -> RouteFile | None:
    inner = path[len(base) :]
    *folders, name = inner.split("/")
    stem = _ENDING.sub("", name)
    if stem not in {"page", "route"} or stem == name or any(f.startswith("_") for f in folders):
        return None
    if any(re.match(r"\(\.{1,3}\)", f) for f in folders):
        return None  # an intercepting route answers another route's address on purpose
    return RouteFile(file=path, router=Router.APP, route=_route(folders), kind=stem)


def _route(folders: Iterable[str]) -> str:
    kept = [f for f in folders if not (f.startswith("@") or (f[:1] == "(" and f[-1:] == ")"))]
    return "/" + "/".join(kept)


def _pages(path: str, base: str) -> RouteFile | None:
    inner = _ENDING.sub("", path[len(base) :])
    if inner == path[len(base) :] or inner.rsplit("/", 1)[-1].startswith("_"):
        return None
    kind = "api" if inner.startswith("api/") else "pages"
    route = "/" + re.sub(r"(^|/)index$", "", inner)
    return RouteFile(file=path, router=Router.PAGES, route=route, kind=kind)


def files_of_route(project: Project, tree: SourceTree, route: str) -> tuple[str, ...]:
    """The files loaded for a route: its own, then layouts around it or the custom app."""
    dirs = router_dirs(project, tree)
    wanted = _normal(route)
    own = [f for f in route_files(project, tree) if f.route == wanted]
    files = [f.file for f in own]
    for found in own:
        if found.router is Router.APP:
            files.extend(_around(tree, dirs[Router.APP], found.file))
        elif Router.PAGES in dirs:
            files.extend(named_files(tree, dirs[Router.PAGES], ("_app", "_document")))
    if not own:
        files.extend(_built_in(tree, dirs, wanted))
    return tuple(dict.fromkeys(files))


def _normal(route: str) -> str:
    bare = re.sub(r"/(?:page|route)$", "", route.partition("?")[0])
    kept = [p for p in bare.split("/") if p and not (p[0] == "(" and p[-1] == ")")]
    return "/" + "/".join(kept)


def _around(tree: SourceTree, base: str, file: str) -> Iterator[str]:
    folders = file[len(base) :].split("/")[:-1]
    for depth in range(len(folders), -1, -1):
        yield from named_files(tree, base + "".join(f"{f}/" for f in folders[:depth]), _SHELLS)


def _built_in(tree: SourceTree, dirs: dict[Router, str], route: str) -> Iterator[str]:
    """Files behind routes that nobody wrote: `/_not-found`, `/404`, `/_error`."""
    if route not in {"/_not-found", "/404", "/_error", "/500", "/_global-error"}:
        return
    if Router.APP in dirs:
        yield from named_files(tree, dirs[Router.APP], ("not-found", "layout", "template"))
    if Router.PAGES in dirs:
        yield from named_files(
            tree, dirs[Router.PAGES], ("404", "_error", "500", "_app", "_document")
        )


def named_files(tree: SourceTree, folder: str, stems: Iterable[str]) -> Iterator[str]:
    """The first file of each stem in a folder, whatever its ending."""
    for stem in stems:
        for ending in ("tsx", "jsx", "ts", "js", "mdx"):
            if f"{folder}{stem}.{ending}" in tree:
                yield f"{folder}{stem}.{ending}"
                break
