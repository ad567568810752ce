"""Hosts that a failing build could not reach, and who named them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from verifier.detectors._clues import blocks_of, error_lines, failed
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph
from verifier.detectors._routes import files_of_route, route_files
from verifier.model.evidence import Evidence
from verifier.model.finding import Location
from verifier.model.secret import Secret

LOOPBACK: Final = re.compile(
    r"(?<![\w.])(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?|host\.docker\.internal)(?![\w.])"
)
_REFUSED: Final = re.compile(
    r"(?:ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ETIMEDOUT)\s+(?P<host>[\w.:\[\]-]+?)(?::(?:(?P<port>\d+)|<port>))?(?:$|[\s,)}])"
    r"|[Cc]an't reach database server at [`'\"]?(?P<db>[\w.-]+)(?::(?:(?P<dbport>\d+)|<port>))?"
)

_URL: Final = re.compile(r"https?://(?:localhost|127\.0\.0\.1)(?::\d+)?(?P<path>/[^\s'\"`?]*)?")
_BASE: Final = re.compile(
    r"\$\{\s*(?:process\.env\.(?P<name>[A-Z]\w*)|\w+)[^}]*\}(?P<path>/api/[^\s'\"`?$]*)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A host that did not answer; port None where the log does not say."""

    host: str
    port: int | None
    line: str
    files: tuple[str, ...]
    """Files of the routes that failed over it, pages first."""

    @property
    def is_loopback(self) -> bool:
        """Whether the build asked its own machine."""
        return LOOPBACK.fullmatch(self.host) is not None


def refusals(evidence: Evidence) -> tuple[Refusal, ...]:
    """Hosts that the failing build could not reach, each once."""
    if not failed(evidence):
        return ()
    lines = error_lines(evidence)
    found: dict[tuple[str, int | None], Refusal] = {}
    files: dict[str, None] = {}
    for _, route in named_routes(lines):
        shown = files_of_route(evidence.project, evidence.recipe.source, route)
        files.update(dict.fromkeys(shown))
    for line in lines:
        match = _REFUSED.search(line)
        if match is None:
            continue
        host = (match["host"] or match["db"] or "").strip("[]")
        port = match["port"] or match["dbport"] or _port_of(evidence, host)
        key = (host, int(port) if port else None)
        made = Refusal(host=host, port=key[1], line=line, files=tuple(files))
        found.setdefault(key, made)
    return tuple(found.values())


def _port_of(evidence: Evidence, host: str) -> str | None:
    """The port that was asked, where the lines of the log are stored without it."""
    for block in blocks_of(evidence, "connection-refused"):
        name, _, port = block.signature.subject.rpartition(":")
        if name.strip("[]") == host and port.isdigit():
            return port
    return None


def own_routes(evidence: Evidence) -> frozenset[str]:
    """Addresses of the application's own API."""
    return frozenset(
        f.route
        for f in route_files(evidence.project, evidence.recipe.source)
        if f.kind in {"api", "route"}
    )


def own_address(
    evidence: Evidence, refusal: Refusal, own: frozenset[str]
) -> tuple[Location, str, str | None] | None:
    """Where the application asks itself: the place, the route, and a variable it goes through."""
    for place, text in literal_places(evidence, refusal.files, _URL):
        match = _URL.search(text)
        path = (match["path"] or "") if match else ""
        port = re.search(r":(\d+)", text[8:])
        same = refusal.port is None or port is None or int(port[1]) == refusal.port
        if same and (not path or _answers(own, path)):
            return place, path or "/", None
    for place, text in literal_places(evidence, refusal.files, _BASE):
        match = _BASE.search(text)
        if match is not None and _answers(own, match["path"]):
            return place, match["path"], match["name"]
    return None


def _answers(own: frozenset[str], path: str) -> bool:
    """Whether a route of the application answers a path, dynamic parts included."""
    wanted = path.rstrip("/").split("/")
    for route in own:
        parts = route.split("/")
        if len(parts) == len(wanted) and all(
            p == w or p.startswith("[") or "$" in w for p, w in zip(parts, wanted, strict=True)
        ):
            return True
    return False


def literal_places(
    evidence: Evidence, files: tuple[str, ...], pattern: re.Pattern[str]
) -> tuple[tuple[Location, str], ...]:
    """Places in what some files lead to where a pattern is written, with the text found."""
    found = []
    for file in ImportGraph(evidence.project.code).reach(files):
        text = evidence.recipe.source.text(file) or ""
        for number, line in enumerate(text.split("\n"), start=1):
            match = pattern.search(line)
            if match is not None and not line.lstrip().startswith(("//", "*")):
                found.append((Location(file=file, line=number), match[0]))
    return tuple(found)


def is_loopback_value(value: Secret) -> bool:
    """Whether a variable's value names the machine itself as its host."""
    return LOOPBACK.search(value.reveal()) is not None
