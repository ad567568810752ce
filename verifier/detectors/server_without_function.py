"""The application's own server listens on a port, which the platform never starts.

What it detects:
    A green build whose client code asks for an address that a listening server of the project is
    meant to answer, while the output holds no function for that address.

Why it breaks the deployment:
    The platform runs functions, not servers. A development proxy leads such requests to the server
    on the laptop; in production they get the start page or a 404.

Example:
    `fetch("/api/message")` in src/App.tsx, and `app.listen(3000)` in server/index.ts.

Remedy:
    Export the application from a file below `api/` and rewrite its addresses to that function.
    Which of the server's parts can run so is for a person to say, so no change is tried.

Sources:
    Vercel documentation, using Express.js; builds of Vite applications with a server, seen
    2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._answers import deployed, shown
from verifier.detectors._clues import seen_in
from verifier.detectors._environment import is_aside
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern, Severity
from verifier.vercel.routing import Answer, Kind, answer

ID: Final = "server-without-function"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Requests are meant for a server that the platform never starts"

_SERVERS: Final = frozenset({"express", "fastify", "koa", "@hapi/hapi", "restify", "polka"})
_LISTENS: Final = re.compile(r"\.listen\s*\(")
_ASKS: Final = re.compile(
    r"\b(?:fetch|axios|axios\.\w+|api\.\w+|\$fetch|ky(?:\.\w+)?)\s*(?:<[^>\n]*>)?\(\s*"
    r"[`'\"](?P<path>/[\w./-]*)"
)
_SCRIPT: Final = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    file: str
    line: int
    path: str
    found: Answer


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding about the server, where client code asks in vain for what it would answer."""
    of = deployed(evidence)
    if of is None or not of.is_whole:
        return ()
    server = next(_listening(evidence), None)
    if server is None:
        return ()
    declared = _declared(evidence, server.file)
    lost = [
        _Request(file=file, line=line, path=path, found=found)
        for file, line, path in _requests(evidence, server.file)
        if any(path == d or path.startswith(f"{d.rstrip('/')}/") for d in declared)
        and _is_lost(found := answer(of, path))
    ]
    if not lost:
        return ()
    first = lost[0]
    return (
        accusation(
            ID,
            PATTERN,
            server.file or "",
            summary=f"{first.path} is meant for {server.file}, which only listens on a port; the "
            f"platform starts no server and answers {shown(first.found)}",
            items=(
                seen_in(server.file, "listens on a port", server.line),
                EvidenceItem(
                    kind=EvidenceKind.PROBE,
                    text=f"the output answers {first.path} with {shown(first.found)}",
                    run_id=evidence.observation.run_id,
                ),
                *(seen_in(r.file, f"asks for {r.path}", r.line) for r in lost[:4]),
            ),
            places=(server, *(Location(file=r.file, line=r.line) for r in lost[:5])),
            severity=Severity.WARNING,
        ),
    )


def _is_lost(found: Answer) -> bool:
    is_page = found.kind is Kind.FILE and found.target.endswith(".html")
    return is_page or found.kind is Kind.NOT_FOUND


def _listening(evidence: Evidence) -> Iterator[Location]:
    """Files that load a server framework and listen."""
    loads = {
        ref.file
        for ref in evidence.project.code.imports
        if ref.package in _SERVERS and not ref.type_only and not is_aside(ref.file)
    }
    for file in sorted(loads):
        text = evidence.recipe.source.text(file) or ""
        match = _LISTENS.search(text)
        if match is not None:
            yield Location(file=file, line=text.count("\n", 0, match.start()) + 1)


def _declared(evidence: Evidence, server: str) -> tuple[str, ...]:
    """Addresses that the server's files answer, as far as they are written out."""
    pattern = re.compile(
        r"\.(?:get|post|put|patch|delete|all|use|route)\s*\(\s*[`'\"](?P<path>/[\w-][\w./-]*)"
    )
    text = evidence.recipe.source.text(server) or ""
    near = [r.resolved for r in evidence.project.code.imports if r.file == server and r.resolved]
    texts = [text, *(evidence.recipe.source.text(path) or "" for path in near)]
    return tuple(dict.fromkeys(m["path"] for t in texts for m in pattern.finditer(t)))


def _requests(evidence: Evidence, server: str) -> Iterator[tuple[str, int, str]]:
    """Addresses of the site itself that code of the client asks for."""
    for file in sorted(evidence.project.code.reachable):
        if file == server or is_aside(file) or _SCRIPT.search(file) is None:
            continue
        text = evidence.recipe.source.text(file) or ""
        for match in _ASKS.finditer(text):
            path = match["path"].rstrip("/")
            if path:
                yield file, text.count("\n", 0, match.start()) + 1, path
