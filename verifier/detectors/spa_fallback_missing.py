"""Paths of a router in the browser are answered with 404 when they are opened directly.

What it detects:
    A client-side router that puts paths into the address, and a deployment whose routing table
    answers such a path with 404 because no file, no rewrite and no preset leads to the start page.

Why it breaks the deployment:
    The development server and `vite preview` answer every path with `index.html`. The platform
    serves files; a path without one is `404: NOT_FOUND` on a reload or a shared link.

Example:
    `<Route path="/about">` in a Vite project without rewrites.

Remedy:
    Rewrite unknown paths to `/index.html` in vercel.json; files still come first. A vercel.json
    outside of the Root Directory that does so already is moved into it.

Sources:
    Platform documentation, Vite: "using Vite to make SPAs", and rewrites; outputs of
    `vercel build` 64.0.2, seen 2026-11-24.

"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import (
    deployed,
    is_error_page_the_start,
    start_document,
    vercel_config,
)
from verifier.detectors._client_routes import ClientRoute, client_routes
from verifier.detectors._clues import rooted, seen_in
from verifier.detectors._edits import editing, in_turn, renaming
from verifier.detectors._json_edits import line_of_key, with_item
from verifier.detectors._vercel_json import CATCH_ALL, configuring, with_rule
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.vercel.routing import Kind, Site, answer

ID: Final = "spa-fallback-missing"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "Paths of the client-side router are answered with 404"

_ROUTING: Final = ("rewrites", "routes")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where declared paths lead nowhere on the platform."""
    of = deployed(evidence)
    if of is None or start_document(of) is None or is_error_page_the_start(evidence):
        return ()
    lost = [
        route
        for route in client_routes(evidence)
        if answer(of, route.example).kind is Kind.NOT_FOUND
    ]
    return (_finding(evidence, of, lost),) if lost else ()


def _finding(evidence: Evidence, of: Site, lost: list[ClientRoute]) -> Finding:
    outer = next(_outer_config(evidence), None)
    fix = _remedy(evidence, of) if outer is None else _move(evidence, outer)
    subject = "rewrites" if outer is None else outer.path
    example = lost[0].example
    why = "no rewrite leads to the start page"
    if outer is not None:
        why = f"{outer.path} has a rewrite but lies outside of the Root Directory"
    return accusation(
        ID,
        PATTERN,
        subject,
        summary=f"{example} is answered with 404 when opened directly: {why}",
        items=(
            *_from(outer),
            EvidenceItem(
                kind=EvidenceKind.PROBE,
                text=f"the routing table of the output answers {example} with 404 NOT_FOUND",
                run_id=evidence.observation.run_id,
            ),
            *(seen_in(r.file, f"declares the path {r.declared!r}", r.line) for r in lost[:3]),
        ),
        weight=0.9,
        places=[
            *([Location(file=outer.path, line=outer.line)] if outer else []),
            *(Location(file=r.file, line=r.line) for r in lost[:5]),
        ],
        remedies=(fix,),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outer:
    """A vercel.json above the directory that the platform builds."""

    path: str
    line: int | None
    config: dict[str, Any]


def _from(outer: _Outer | None) -> Iterator[EvidenceItem]:
    if outer is not None:
        yield seen_in(outer.path, "is outside of the Root Directory and never read", outer.line)


def _outer_config(evidence: Evidence) -> Iterator[_Outer]:
    """The nearest vercel.json above the application that has rewrites or routes."""
    folder = evidence.project.root
    while folder:
        folder = folder.rpartition("/")[0]
        path = f"{folder}/vercel.json" if folder else "vercel.json"
        text = evidence.recipe.source.text(path)
        try:
            value = json.loads(text or "")
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            key = next((k for k in _ROUTING if value.get(k)), None)
            if key is not None:
                yield _Outer(path=path, line=line_of_key(text or "", (key,)), config=value)


def _dead_rewrite(config: Mapping[str, Any], of: Site) -> int | None:
    """The place of a rewrite for all paths whose destination the output does not have."""
    rules = config.get("rewrites")
    for place, rule in enumerate(rules if isinstance(rules, list) else []):
        if not isinstance(rule, dict) or not CATCH_ALL.match(str(rule.get("source", ""))):
            continue
        target = str(rule.get("destination", ""))
        if re.fullmatch(r"/[\w./-]*", target) and of.lookup(target) is None:
            return place
    return None


def _remedy(evidence: Evidence, of: Site) -> Change:
    path = rooted(evidence.project, "vercel.json")
    config = vercel_config(evidence)
    dead = _dead_rewrite(config, of)
    target = "/" if config.get("cleanUrls") is True else "/index.html"
    if dead is not None:
        summary = f'Rewrite to "{target}" in {path}, which the output has'
        repair = editing(path, with_rule("rewrites", dead, "destination", target))
    elif isinstance(config.get("routes"), list):
        files = {"handle": "filesystem"}
        route = {"src": "/(.*)", "dest": "/index.html"}
        steps = [editing(path, lambda text: with_item(text, "routes", route))]
        if files not in config["routes"]:
            steps.insert(0, editing(path, lambda text: with_item(text, "routes", files)))
        summary, repair = f"Route unknown paths to /index.html in {path}", in_turn(*steps)
    else:
        rule = {"source": _source(evidence), "destination": target}
        summary = f'Rewrite "{rule["source"]}" to "{rule["destination"]}" in {path}'
        repair = (
            editing(path, lambda text: with_item(text, "rewrites", rule))
            if "rewrites" in config
            else configuring(path, "rewrites", [rule])
        )
    return remedy(
        ID,
        PATTERN,
        "rewrites",
        summary=summary,
        repair=repair,
        stands_for="no rewrite for the paths of the client-side router",
        places=(Location(file=path),),
    )


def _source(evidence: Evidence) -> str:
    """All paths; with functions, all but theirs, which a rewrite would be asked before."""
    functions = {f.path.partition("/")[0] for f in evidence.observation.output.functions}
    return "/((?!api/).*)" if "api" in functions else "/(.*)"


def _move(evidence: Evidence, outer: _Outer) -> Change:
    path = rooted(evidence.project, "vercel.json")
    if path in evidence.recipe.source:
        keys = [k for k in _ROUTING if outer.config.get(k)]
        summary = f"Move {' and '.join(keys)} of {outer.path} to {path}"
        repair = in_turn(*(configuring(path, key, outer.config[key]) for key in keys))
    else:
        summary = f"Move {outer.path} to {path}, inside of the Root Directory"
        repair = renaming(outer.path, path)
    return remedy(
        ID,
        PATTERN,
        outer.path,
        summary=summary,
        repair=repair,
        stands_for="outside of the Root Directory",
        places=(Location(file=outer.path, line=outer.line),),
    )
