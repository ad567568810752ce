"""A half-done move from `middleware` to `proxy`.

What it detects:
    Both a middleware file and a proxy file, or a proxy file that still exports `middleware`.
    A middleware file alone still works with Next.js 16 and is no finding.

Why it breaks the deployment:
    Next.js 16 renamed the convention and refuses to build with both files, or without the export
    it looks for.

Example:
    `middleware.ts` beside `proxy.ts`: `Both middleware file and proxy file are detected`.

Remedy:
    Keep `proxy` with an export of that name, delete `middleware`.

Sources:
    Next.js documentation, upgrade guide to version 16; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, error_lines, quoted, rooted, seen_in
from verifier.detectors._edits import deleting, editing
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "proxy-middleware-conflict"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "Middleware and proxy contradict each other"

_EXPORT: Final = re.compile(r"(export\s+(?:async\s+)?(?:function|const)\s+)middleware\b")
_SPEAKS: Final = re.compile(r"\bproxy\b", re.IGNORECASE)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding about the files that contradict each other."""
    proxy, middleware = _file(evidence, "proxy"), _file(evidence, "middleware")
    both = blocks_of(evidence, "middleware-proxy-conflict")
    if both and proxy is not None and middleware is not None:
        return (_two_files(evidence, proxy, middleware, both[0].lines[0]),)
    blocks = blocks_of(evidence, "export-missing")
    line = next((t for t in error_lines(evidence) if _SPEAKS.search(t)), None)
    if not blocks or proxy is None or line is None:
        return ()
    text = evidence.recipe.source.text(proxy) or ""
    match = _EXPORT.search(text)
    if match is None:
        return ()
    return (_wrong_export(evidence, proxy, text.count("\n", 0, match.start()) + 1, line),)


def _file(evidence: Evidence, stem: str) -> str | None:
    for folder in ("", "src/"):
        for ending in ("ts", "js", "mjs", "tsx"):
            path = rooted(evidence.project, f"{folder}{stem}.{ending}")
            if path in evidence.recipe.source:
                return path
    return None


def _two_files(evidence: Evidence, proxy: str, middleware: str, line: str) -> Finding:
    fix = remedy(
        ID,
        PATTERN,
        middleware,
        summary=f"Delete {middleware}; move what is missing from it to {proxy}",
        repair=deleting(middleware),
        stands_for=f"stands beside {proxy}",
        places=(Location(file=middleware),),
    )
    return accusation(
        ID,
        PATTERN,
        middleware,
        summary=f"{middleware} and {proxy} are there both; Next.js accepts one",
        items=(quoted(evidence, line), seen_in(middleware, "is the old convention")),
        weight=0.9,
        places=(Location(file=middleware), Location(file=proxy)),
        remedies=(fix,),
    )


def _wrong_export(evidence: Evidence, proxy: str, at: int, line: str) -> Finding:
    fix = remedy(
        ID,
        PATTERN,
        proxy,
        summary=f"Rename the export of {proxy} to proxy",
        repair=editing(proxy, lambda text: _EXPORT.sub(r"\1proxy", text, count=1)),
        stands_for="exports middleware instead of proxy",
        places=(Location(file=proxy, line=at),),
    )
    return accusation(
        ID,
        PATTERN,
        proxy,
        summary=f"{proxy} exports middleware, Next.js looks for proxy",
        items=(quoted(evidence, line), seen_in(proxy, "exports middleware", at)),
        weight=0.9,
        places=(Location(file=proxy, line=at),),
        remedies=(fix,),
    )
