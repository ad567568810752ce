"""A middleware file lies where Next.js does not look for it.

What it detects:
    A file that is written as Next.js middleware (or proxy) but lies in another folder than the
    one that holds `app` or `pages`, or bears a name that the installed version does not know, and
    a build whose output holds no middleware at all.

Why it breaks the deployment:
    Next.js reads the file beside the routers' folder: in `src/` where they are in `src/`, in the
    root otherwise; version 16 finds it in the root in both cases. Elsewhere it is ignored without
    a word, so what it was to protect is open.

Example:
    `middleware.ts` in the root of a project with `src/app/`: `/admin` answers anyone.

Remedy:
    Move the file beside the folder of the routers.

Sources:
    Next.js documentation, file conventions of middleware and proxy; builds with 15 and 16, seen
    2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed
from verifier.detectors._clues import seen_in
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._imports import moving
from verifier.detectors._routes import router_dirs
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.model.recipe import Recipe
from verifier.vercel.routing import Phase

ID: Final = "middleware-not-loaded"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A middleware file is never loaded"

_NAMES: Final = ("middleware", "proxy")
_ENDINGS: Final = ("ts", "js", "mjs", "tsx", "jsx")
_FOLDERS: Final = ("", "src/", "app/", "src/app/", "pages/", "src/pages/")
_PROXY_SINCE: Final = 16
_EXPORT: Final = re.compile(
    r"^export\s+(?:default\b|(?:async\s+)?function\s+(?:middleware|proxy)\b"
    r"|const\s+(?:middleware|proxy)\b|\{[^}]*\b(?:middleware|proxy|default)\b)",
    re.MULTILINE,
)
_NAMED: Final = re.compile(
    r"^(export\s+(?:async\s+)?(?:function|const)\s+)(?:middleware|proxy)\b", re.MULTILINE
)
_MARKS: Final = re.compile(
    r"""["']next/server["']|\bmatcher\s*:|["']next-auth/middleware["']|["']next-intl/middleware["']"""
    r"|\bclerkMiddleware\b|\bNext(?:Request|Response|Middleware|Proxy)\b"
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where a middleware file exists and the output has none."""
    of = deployed(evidence)
    if of is None or evidence.project.framework != "nextjs" or not of.is_whole:
        return ()
    routes = [r for phase in Phase for r in of.table[phase]]
    if any(r.middleware or not r.is_readable for r in routes):
        return ()
    if any(f.rpartition("/")[2] in {"middleware", "_middleware", "proxy"} for f in of.functions):
        return ()
    return tuple(f for file in _candidates(evidence) if (f := _finding(evidence, file)))[:1]


def _candidates(evidence: Evidence) -> Iterator[str]:
    root = f"{evidence.project.root}/" if evidence.project.root else ""
    for name in _NAMES:
        for folder in _FOLDERS:
            for ending in _ENDINGS:
                path = f"{root}{folder}{name}.{ending}"
                text = evidence.recipe.source.text(path)
                if text is not None and _EXPORT.search(text) and _MARKS.search(text):
                    yield path


def _finding(evidence: Evidence, file: str) -> Finding | None:
    right = _right_place(evidence, file)
    if right is None or right == file or right in evidence.recipe.source:
        return None
    old, new = file.rpartition("/")[2], right.rpartition("/")[2]
    text = evidence.recipe.source.text(file) or ""
    steps = [moving(file, right)]
    if old.partition(".")[0] != new.partition(".")[0]:
        steps.append(_exporting(right, new.partition(".")[0]))
    fix = remedy(
        ID,
        PATTERN,
        file,
        summary=f"Move {file} to {right}",
        repair=in_turn(*steps),
        stands_for="lies where Next.js does not look for it",
        places=(Location(file=file),),
    )
    matched = re.search(r"^export", text, re.MULTILINE)
    line = 1 if matched is None else text.count("\n", 0, matched.start()) + 1
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} is never loaded: Next.js looks for {right}",
        items=(
            seen_in(file, "is written as middleware", line),
            EvidenceItem(
                kind=EvidenceKind.PROBE,
                text="the build output holds no middleware and no route that calls one",
                run_id=evidence.observation.run_id,
            ),
        ),
        weight=0.9,
        places=(Location(file=file), Location(file=file, line=line)),
        remedies=(fix,),
    )


def _right_place(evidence: Evidence, file: str) -> str | None:
    """Where the installed version looks for the file."""
    dirs = router_dirs(evidence.project, evidence.recipe.source)
    if not dirs:
        return None
    base = {d.removesuffix("app/").removesuffix("pages/") for d in dirs.values()}
    if len(base) != 1:
        return None
    stem, _, ending = file.rpartition("/")[2].partition(".")
    if stem == "proxy" and _major(evidence) < _PROXY_SINCE:
        stem = "middleware"
    return f"{base.pop()}{stem}.{ending}"


def _major(evidence: Evidence) -> int:
    version = evidence.observation.installed.get("node_modules/next", "")
    version = version or evidence.project.framework_version or ""
    found = re.match(r"\D*(\d+)", version)
    return int(found[1]) if found else _PROXY_SINCE


def _exporting(path: str, name: str) -> Callable[[Recipe], Recipe]:
    """A change that gives the function the name that goes with the file's."""
    return editing(path, lambda text: _NAMED.sub(rf"\g<1>{name}", text, count=1))
