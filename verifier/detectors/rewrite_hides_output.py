"""A rewrite or route of vercel.json answers in place of a function or file of the output.

What it detects:
    A function or a file of the build output whose own address the routing table answers with
    something else, because a pattern of vercel.json matches that address first.

Why it breaks the deployment:
    Rewrites come after files and plain functions, but before functions with a dynamic segment;
    entries of `routes` come before everything. The development server routes differently, so the
    request gets the start page only on the platform.

Example:
    `"source": "/(.*)"` to `/index.html` beside `api/items/[id].ts`: `/api/items/5` is HTML.

Remedy:
    Leave the folder of the function out of the pattern, or look for files before the routes.

Sources:
    Platform documentation, rewrites and `routes`; the routing tables that `vercel build` 64.0.2
    writes, seen 2026-11-24.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed, example, shown, vercel_config
from verifier.detectors._clues import rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_item
from verifier.detectors._vercel_json import CATCH_ALL, with_rule
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.vercel.patterns import UndecidableError, match
from verifier.vercel.routing import Answer, Kind, Phase, Route, Site, answer

ID: Final = "rewrite-hides-output"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A pattern of vercel.json answers for a function or file"

_MOST: Final = 300
_ROUTE_ALL: Final = re.compile(r"^\^?/\(?\.[*+]\)?\$?$")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per rule of vercel.json that hides something of the output."""
    of = deployed(evidence)
    config = vercel_config(evidence)
    if of is None or not ({"rewrites", "routes"} & config.keys()):
        return ()
    hidden: dict[int, list[tuple[str, str, Answer]]] = {}
    for address, own, found in _wrongly_answered(of):
        if found.route is not None:
            hidden.setdefault(found.route.place, []).append((address, own, found))
    made: list[Finding] = []
    for rows in hidden.values():
        route = rows[0][2].route
        if route is not None and rows[0][2].kind is Kind.FILE:
            made.extend(_finding(evidence, config, route, rows))
    return tuple(made)


def _wrongly_answered(of: Site) -> Iterator[tuple[str, str, Answer]]:
    """Address, what lies there, and the document that is given instead."""
    own = [(f"/{a}", t) for a, t in of.functions.items()]
    own += [(f"/{a}", t) for a, t in of.files.items() if not t.endswith(".html")]
    for address, target in own[:_MOST]:
        asked = example(address)
        found = answer(of, asked)
        if found.kind is Kind.FILE and found.target != target and found.target.endswith(".html"):
            yield asked, target, found


def _finding(
    evidence: Evidence, config: Any, route: Route, rows: list[tuple[str, str, Answer]]
) -> Iterator[Finding]:
    path = rooted(evidence.project, "vercel.json")
    text = evidence.recipe.source.text(path) or ""
    key = "routes" if "routes" in config else "rewrites"
    place = _entry(config.get(key), rows[0][0], route)
    if place is None:
        return
    line = line_of_key(text, (key,))
    subject = f"{key}[{place}]"
    asked, own, found = rows[0]
    fix = (
        _files_first(path, place, line)
        if route.phase is Phase.FIRST
        else _narrower(path, key, config[key], place, own)
    )
    yield accusation(
        ID,
        PATTERN,
        subject,
        summary=(
            f"{subject} of {path} answers {asked} with {shown(found)}, though the output has {own}"
        ),
        items=(
            seen_in(path, f"{subject} matches {asked}", line),
            *(
                EvidenceItem(
                    kind=EvidenceKind.PROBE,
                    text=f"the routing table answers {a} with {shown(f)} instead of {o}",
                    run_id=evidence.observation.run_id,
                )
                for a, o, f in rows[:4]
            ),
        ),
        weight=0.9,
        places=(Location(file=path, line=line),),
        remedies=() if fix is None else (fix,),
    )


def _entry(entries: object, asked: str, route: Route) -> int | None:
    """The entry of vercel.json that became a route: the first of its kind matching the path."""
    for place, entry in enumerate(entries if isinstance(entries, list) else []):
        if not isinstance(entry, dict):
            continue
        source = str(entry.get("source", entry.get("src", "")))
        target = str(entry.get("destination", entry.get("dest", "")))
        if CATCH_ALL.match(source) or _ROUTE_ALL.match(source):
            if target.partition("?")[0].strip("/") == (route.dest or "").strip("/"):
                return place
            continue
        try:
            if "src" in entry and match(f"^(?:{source.strip('^$')})$", asked) is not None:
                return place
        except UndecidableError:
            continue
    return None


def _files_first(path: str, place: int, line: int | None) -> Change:
    """Files and functions are looked for before the routes."""
    files = {"handle": "filesystem"}
    return remedy(
        ID,
        PATTERN,
        f"routes[{place}]",
        summary=f'Look for files first: put {{ "handle": "filesystem" }} before routes of {path}',
        repair=editing(path, lambda text: with_item(text, "routes", files, first=True)),
        stands_for="matches more than the pages of the application",
        places=(Location(file=path, line=line),),
    )


def _narrower(path: str, key: str, rules: Any, place: int, own: str) -> Change | None:
    """The folder of the function is left out of the pattern; None where that is not plain."""
    folder = own.partition("/")[0]
    name = "source" if "source" in rules[place] else "src"
    catch_all = CATCH_ALL.match(str(rules[place].get(name, "")))
    if catch_all is None or not re.fullmatch(r"[\w-]+", folder):
        return None
    kept = f"{folder}/" + (f"|{catch_all['not']}" if catch_all["not"] else "")
    source = f"/((?!{kept}).*)"
    return remedy(
        ID,
        PATTERN,
        f"{key}[{place}]",
        summary=f'Leave {folder}/ out of {key} in {path}: "{name}": "{source}"',
        repair=editing(path, with_rule(key, place, name, source)),
        stands_for="matches more than the pages of the application",
        places=(Location(file=path),),
    )
