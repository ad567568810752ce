"""A page of the App Router has no root layout.

What it detects:
    A page around which no layout renders `<html>`, where the build stopped because of it.

Why it breaks the deployment:
    Every page of the App Router needs a root layout. The development server writes one by itself
    as soon as a page is opened, and nobody commits what it wrote.

Example:
    `app/about/page.tsx` in a project whose only layouts lie in the groups `(shop)` and `(blog)`:
    `about/page.tsx doesn't have a root layout`.

Remedy:
    Add `layout` with `<html>` and `<body>` to `app/`, or beside the page where groups have root
    layouts of their own.

Sources:
    Next.js documentation, layouts and route groups; builds with 16.4.6, seen 2026-11-25.

"""

from __future__ import annotations

import re
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in, suspects_about
from verifier.detectors._edits import writing
from verifier.detectors._routes import Router, named_files, router_dirs
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "root-layout-missing"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A page has no root layout"

_HTML: Final = re.compile(r"<html\b")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per page that the build named."""
    base = router_dirs(evidence.project, evidence.recipe.source).get(Router.APP)
    if base is None:
        return ()
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "root-layout-missing"):
        page = f"{base}{block.signature.subject.removeprefix('./').removeprefix(base)}"
        if page in evidence.recipe.source and page not in found:
            found[page] = _finding(evidence, base, page, block.lines[0])
    return tuple(found.values())


def _finding(evidence: Evidence, base: str, page: str, line: str) -> Finding:
    layout = _place(evidence, base, page)
    fixes: tuple[Change, ...] = ()
    if layout is not None:
        fixes = (
            remedy(
                ID,
                PATTERN,
                page,
                summary=f"Add {layout} with <html> and <body>",
                repair=writing(layout, _text(layout)),
                stands_for="has no root layout",
                places=(Location(file=layout),),
            ),
        )
    local = f"{base}layout.tsx"
    return accusation(
        ID,
        PATTERN,
        page,
        summary=f"{page} has no root layout",
        items=(quoted(evidence, line), seen_in(page, "is a page without a layout around it")),
        weight=0.9,
        places=(Location(file=page),),
        # What the development server wrote may lie on the disk without being committed.
        suspects=suspects_about(evidence, "file", local, 0.9),
        remedies=fixes,
    )


def _place(evidence: Evidence, base: str, page: str) -> str | None:
    """Where a root layout is wanted; None where a layout without `<html>` stands in its place."""
    tree = evidence.recipe.source
    ending = "tsx" if page.endswith((".tsx", ".ts")) else "jsx"
    others = [
        path
        for path in tree
        if path.startswith(base)
        and re.search(r"(?:^|/)layout\.[jt]sx?$", path)
        and _HTML.search(tree.text(path) or "")
    ]
    folder = base
    if others:
        first, slash, _ = page.removeprefix(base).partition("/")
        if not slash:
            return None
        folder = f"{base}{first}/"
    if next(named_files(tree, folder, ("layout",)), None) is not None:
        return None
    return f"{folder}layout.{ending}"


def _text(layout: str) -> str:
    props = "{ children }"
    if layout.endswith(".tsx"):
        props = "{ children }: { children: React.ReactNode }"
    return (
        f'export default function RootLayout({props}) {{\n  return (\n    <html lang="en">\n'
        "      <body>{children}</body>\n    </html>\n  );\n}\n"
    )
