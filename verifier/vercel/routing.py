"""What the platform answers for a path, from the routing table and the files of a build output.

An evaluator over values: nothing is requested and nothing of the examined project runs. Where the
answer depends on what only the platform or the project's own code knows (middleware, a host, a
route cut off by a bound) it is `UNKNOWN`, which nobody may take for a failure.

Source: Build Output API v3, `config.json`, and the order of phases that `@vercel/next` states in
its comments; resolution of one phase as in `devRouter` of `vercel` 64.0.2, seen 2026-11-24.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from verifier.model.run import Output
from verifier.vercel.patterns import Match, UndecidableError, match

_MAX_TURNS: Final = 64
_URL: Final = re.compile(r"^https?://", re.IGNORECASE)
_REFERENCE: Final = re.compile(r"\$([0-9A-Za-z_]+)")
_REDIRECTS: Final = range(300, 400)
_REQUEST_KINDS: Final = frozenset({"header", "cookie", "query"})
"""Conditions that a plain request without headers, cookies and a query never meets."""


class Phase(Enum):
    """Sections of the routing table, by the `handle` that opens them."""

    FIRST = ""
    FILESYSTEM = "filesystem"
    MISS = "miss"
    REWRITE = "rewrite"
    RESOURCE = "resource"
    HIT = "hit"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route; place counts from 0 in the whole table, its `handle` entries included."""

    place: int
    phase: Phase
    src: str
    dest: str | None = None
    status: int | None = None
    methods: tuple[str, ...] = ()
    check: bool = False
    goes_on: bool = False
    middleware: bool = False
    is_readable: bool = True
    never: bool = False
    """It asks for something that a plain request does not have."""
    doubtful: bool = False
    """Whether it applies depends on something unknown here, such as the host."""
    location: str | None = None


class Kind(Enum):
    """How a request is answered."""

    FILE = "file"
    FUNCTION = "function"
    REDIRECT = "redirect"
    EXTERNAL = "external"
    NOT_FOUND = "not found"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request.

    target: the file of the output, the function, or the address. route: the last route that
    changed where the request went, None where the path alone decided.
    """

    kind: Kind
    target: str = ""
    status: int = 200
    route: Route | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A build output as the platform serves it: addresses → files and functions, and the table."""

    files: Mapping[str, str]
    functions: Mapping[str, str]
    table: Mapping[Phase, tuple[Route, ...]]
    is_whole: bool = True
    """Whether all of the output and its table is known."""

    def lookup(self, path: str) -> Answer | None:
        """What lies at an address itself, None if nothing does."""
        bare = path.strip("/")
        for name in (bare, f"{bare}/index" if bare else "index"):
            if name in self.files:
                return Answer(kind=Kind.FILE, target=self.files[name])
            if name in self.functions:
                return Answer(kind=Kind.FUNCTION, target=self.functions[name])
        return None


def site(output: Output) -> Site:
    """The output of a platform build, made ready for questions."""
    named = dict(output.overrides)
    files: dict[str, str] = {}
    for file in output.files:
        if not file.path.startswith("static/"):
            continue
        path = file.path.removeprefix("static/")
        address = named.get(path, path).strip("/")
        files.setdefault(address, file.path)
        # Routes may still name the file itself.
        files.setdefault(path, file.path)
        if address.endswith("index.html"):
            # A directory is answered by its index.
            files.setdefault(address.removesuffix("index.html").strip("/") or "index", file.path)
    functions = {f.path.removesuffix(".func").strip("/"): f.path for f in output.functions}
    routes = tuple(_routes(output.routes))
    table = {phase: tuple(r for r in routes if r.phase is phase) for phase in Phase}
    whole = not output.truncated and output.route_count <= len(output.routes)
    return Site(files=files, functions=functions, table=table, is_whole=whole)


def _routes(texts: Iterable[str]) -> Iterator[Route]:
    phase = Phase.FIRST
    known = {p.value: p for p in Phase}
    for place, text in enumerate(texts):
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            yield Route(place=place, phase=phase, src="", is_readable=False)
        elif "handle" in value:
            phase = known.get(str(value["handle"]), Phase.ERROR)
        else:
            yield _route(place, phase, value)


def _route(place: int, phase: Phase, value: Mapping[str, Any]) -> Route:
    headers = value.get("headers")
    lower = (
        {str(k).lower(): str(v) for k, v in headers.items()} if isinstance(headers, dict) else {}
    )
    never, doubtful = _conditions(value)
    methods = value.get("methods")
    dest, status = value.get("dest"), value.get("status")
    return Route(
        place=place,
        phase=phase,
        src=str(value.get("src", "")),
        dest=dest if isinstance(dest, str) else None,
        status=status if isinstance(status, int) else None,
        methods=tuple(str(m) for m in methods) if isinstance(methods, list) else (),
        check=value.get("check") is True,
        goes_on=value.get("continue") is True,
        middleware="middlewarePath" in value,
        is_readable="src" in value,
        never=never,
        doubtful=doubtful or (dest is not None and not isinstance(dest, str)),
        location=lower.get("location"),
    )


def _conditions(value: Mapping[str, Any]) -> tuple[bool, bool]:
    """Whether a plain request never meets the conditions, and whether that is unknown."""
    never = doubtful = False
    for condition in _objects(value.get("has")):
        kind = condition.get("type")
        never |= kind in _REQUEST_KINDS
        doubtful |= kind not in _REQUEST_KINDS
    for condition in _objects(value.get("missing")):
        doubtful |= condition.get("type") not in _REQUEST_KINDS
    return never, doubtful


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []


def answer(of: Site, path: str, *, method: str = "GET") -> Answer:
    """What a plain request for a path gets: no query, cookies or special headers."""
    if not of.is_whole:
        return Answer(kind=Kind.UNKNOWN)
    try:
        return _Request(of, method).resolve(path)
    except UndecidableError:
        return Answer(kind=Kind.UNKNOWN)


@dataclass(slots=True)
class _Request:
    site: Site
    method: str
    last: Route | None = None
    turns: int = field(default=0)

    def resolve(self, path: str) -> Answer:
        path, done = self._walk(Phase.FIRST, path)
        if done is not None:
            return done
        found = self._there(path) or self._missed(path)
        if found is not None:
            return found
        for phase in (Phase.FILESYSTEM, Phase.REWRITE, Phase.RESOURCE):
            path, done = self._walk(phase, path)
            if done is not None:
                return done
        return self._not_found()

    def _not_found(self) -> Answer:
        return Answer(kind=Kind.NOT_FOUND, status=404, route=self.last)

    def _there(self, path: str) -> Answer | None:
        found = self.site.lookup(path)
        if found is None or self.last is None:
            return found
        return Answer(kind=found.kind, target=found.target, route=self.last)

    def _missed(self, path: str) -> Answer | None:
        """The answer of the routes for paths at which nothing lies."""
        _, done = self._walk(Phase.MISS, path, checking=True)
        return None if done is None or done.kind is Kind.NOT_FOUND else done

    def _walk(
        self, phase: Phase, path: str, *, checking: bool = False
    ) -> tuple[str, Answer | None]:
        """The path after a phase, and the answer where the phase gave one.

        checking: this walk is itself about a path that another route led to.
        """
        for route in self.site.table[phase]:
            self.turns += 1
            if self.turns > _MAX_TURNS * 512:
                msg = "the routes lead in a circle"
                raise UndecidableError(msg)
            found = self._applies(route, path)
            if found is None:
                continue
            if route.middleware:
                # What middleware answers is the project's code to say.
                msg = "middleware decides"
                raise UndecidableError(msg)
            dest = path if route.dest is None else _filled(route.dest, found)
            if route.status in _REDIRECTS and route.location is not None:
                target = _filled(route.location, found)
                return path, Answer(
                    kind=Kind.REDIRECT, target=target, status=route.status or 302, route=route
                )
            if route.goes_on:
                path = self._moved(route, path, dest)
                continue
            done = self._ended(route, dest, checking=checking)
            if done is not None:
                return dest, done
            path = self._moved(route, path, dest)
        return path, None

    def _moved(self, route: Route, path: str, dest: str) -> str:
        if dest != path:
            self.last = route
        return _path_of(dest)

    def _applies(self, route: Route, path: str) -> Match | None:
        if not route.is_readable:
            msg = "a route is cut off"
            raise UndecidableError(msg)
        if route.never or (route.methods and self.method not in route.methods):
            return None
        if not route.src:
            return None
        found = match(_anchored(route.src), path)
        if found is None and path.startswith("/"):
            found = match(_anchored(route.src), path[1:])
        if found is not None and route.doubtful:
            msg = "a condition is unknown here"
            raise UndecidableError(msg)
        return found

    def _ended(self, route: Route, dest: str, *, checking: bool) -> Answer | None:
        """The answer that a matching route gives, None where the walk goes on."""
        if route.status in _REDIRECTS:
            return Answer(kind=Kind.REDIRECT, target=dest, status=route.status or 302, route=route)
        if _URL.match(dest):
            return Answer(kind=Kind.EXTERNAL, target=dest, route=route)
        moved = _path_of(dest)
        found = self.site.lookup(moved)
        if found is not None and (route.dest is not None or route.check):
            return Answer(
                kind=found.kind, target=found.target, status=route.status or 200, route=route
            )
        if route.status is not None and not route.check:
            kind = Kind.NOT_FOUND if route.status >= 400 else Kind.UNKNOWN
            return Answer(kind=kind, status=route.status, route=route)
        # Of a destination without a check at which nothing lies, the first phase knows no more.
        settled = checking if route.check else route.dest is None or route.phase is Phase.FIRST
        return None if settled else self._checked(route, moved)

    def _checked(self, route: Route, path: str) -> Answer | None:
        """What a rewritten path finds: routes for missing files, then those after rewrites."""
        before, self.last = self.last, route
        found = self._missed(path)
        if found is None and route.phase is not Phase.REWRITE:
            _, found = self._walk(Phase.REWRITE, path, checking=True)
        if found is None or found.kind is Kind.NOT_FOUND:
            self.last = before
            return None
        return found


def _anchored(src: str) -> str:
    """The pattern bound to the whole path, as `@vercel/routing-utils` normalises it."""
    start = "" if src.startswith("^") else "^"
    end = "" if src.endswith("$") else "$"
    return f"{start}{src}{end}"


def _filled(dest: str, found: Match) -> str:
    return _REFERENCE.sub(lambda m: found.groups.get(m[1], ""), dest)


def _path_of(dest: str) -> str:
    path = dest.partition("?")[0].partition("#")[0]
    return path if path.startswith("/") else f"/{path}"
