"""The two routers of Next.js lie in different folders.

What it detects:
    `app` at the top and `pages` below `src/`, or the other way round, where the build refused it.

Why it breaks the deployment:
    Next.js looks for both routers in one place. Nothing says so until a build or a development
    server of this version starts, and a generator that adds the second router rarely starts one.

Example:
    `app/page.tsx` of a new design beside `src/pages/index.tsx` of the first draft.

Remedy:
    Move one of the two folders beside the other, with its relative imports.

Sources:
    Next.js 16.4.6, `findPagesDir`, seen 2026-11-25.

"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._routes import Router, router_dirs
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.recipe import Recipe

ID: Final = "split-routers"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "The two routers lie in different folders"

_SOURCE: Final = re.compile(r"\.(?:[cm]?[jt]sx?|mdx|css|scss)$")
_RELATIVE: Final = re.compile(
    r"(?P<lead>(?:\bfrom|\bimport|\brequire\s*\(|\bimport\s*\()\s*)"
    r"(?P<quote>['\"])(?P<path>\.{1,2}(?:/[^'\"\n]*)?)(?P=quote)"
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding about the two folders, where the build refused them."""
    blocks = blocks_of(evidence, "split-routers")
    dirs = router_dirs(evidence.project, evidence.recipe.source)
    if not blocks or len({base.removesuffix(f"{r.value}/") for r, base in dirs.items()}) < 2:
        return ()
    sizes = {
        router: sum(path.startswith(base) for path in evidence.recipe.source)
        for router, base in dirs.items()
    }
    # The smaller folder is tried first; between equals, the router that projects are leaving.
    order = sorted(Router, key=lambda r: (sizes[r], r is Router.APP))
    moves = [_move(dirs, order[0], order[1]), _move(dirs, order[1], order[0])]
    ids = [m.id for m in moves]
    app, pages = dirs[Router.APP], dirs[Router.PAGES]
    return (
        accusation(
            ID,
            PATTERN,
            "app and pages",
            summary=f"{app} and {pages} are not in the same folder",
            items=(
                quoted(evidence, blocks[0].lines[0]),
                seen_in(app, "the App Router"),
                seen_in(pages, "the Pages Router"),
            ),
            weight=0.9,
            places=(Location(file=pages), Location(file=app)),
            remedies=[replace(m, excludes=tuple(i for i in ids if i != m.id)) for m in moves],
        ),
    )


def _move(dirs: dict[Router, str], moved: Router, kept: Router) -> Change:
    old = dirs[moved]
    new = f"{posixpath.dirname(dirs[kept].rstrip('/'))}/{moved.value}/".lstrip("/")
    return remedy(
        ID,
        PATTERN,
        "app and pages",
        summary=f"Move {old} to {new}, beside {dirs[kept]}, and correct its relative imports",
        repair=lambda recipe: _moved(recipe, old, new),
        stands_for="not in one folder",
        places=(Location(file=old),),
        tag=moved.value,
    )


def _moved(recipe: Recipe, old: str, new: str) -> Recipe:
    source = recipe.source
    for path in [p for p in source if p.startswith(old)]:
        to = new + path[len(old) :]
        text = source.text(path) if _SOURCE.search(path) else None
        entry = source.entries[path]
        source = source.without(path).with_entry(to, entry)
        corrected = None if text is None else _corrected(text, path, to, old)
        if corrected is not None and corrected != text:
            source = source.with_bytes(to, corrected.encode())
    return replace(recipe, source=source)


def _corrected(text: str, path: str, to: str, old: str) -> str:
    """The text with the relative imports that leave the moved folder counted from its new place."""

    def correct(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match["path"]))
        if f"{target}/".startswith(old):
            return match[0]
        way = posixpath.relpath(target, posixpath.dirname(to))
        way = way if way.startswith(".") else f"./{way}"
        return f"{match['lead']}{match['quote']}{way}{match['quote']}"

    return _RELATIVE.sub(correct, text)
