"""A dynamic page of the Pages Router is built ahead without a list of its paths.

What it detects:
    `getStaticProps` in a page such as `pages/posts/[slug].js` without `getStaticPaths`, in a build
    that stops because of it.

Why it breaks the deployment:
    A page with `getStaticProps` is rendered when the project is built, and nothing says for which
    paths. The development server renders it on demand and complains only when it is opened.

Example:
    `pages/posts/[slug].js` exports `getStaticProps` alone.

Remedy:
    Export `getStaticPaths`. With no paths and `fallback: "blocking"`, each page is rendered when it
    is asked for first.

Sources:
    Next.js documentation, getStaticPaths and the message "invalid-getstaticpaths-value", seen
    2026-11-30.

"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._configs import setting
from verifier.detectors._edits import editing
from verifier.detectors._exports import export_of, line_of_export
from verifier.detectors._routes import Router, route_files
from verifier.detectors._syntax import spliced
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "static-paths-missing"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A dynamic page that is built ahead does not list its paths"

_DATA: Final = "getStaticProps"
_PATHS: Final = "getStaticPaths"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per page that the build refused, and per page alike behind it."""
    blocks = blocks_of(evidence, "static-paths-missing")
    if not blocks:
        return ()
    pages = [
        (found.file, line)
        for found in route_files(evidence.project, evidence.recipe.source)
        if found.router is Router.PAGES and "[" in found.route
        for line in (_lacking(found.file, evidence.recipe.source.text(found.file) or ""),)
        if line is not None
    ]
    return tuple(_finding(evidence, *page, said=blocks[0].lines[0]) for page in pages)


def _lacking(file: str, text: str) -> int | None:
    """The line of a data function that no list of paths goes with."""
    return None if _PATHS in text else line_of_export(file, text, _DATA)


def _finding(evidence: Evidence, file: str, line: int, *, said: str) -> Finding:
    place = Location(file=file, line=line)
    output = setting(evidence, "next.config", "output")
    fixes: tuple[Change, ...] = (
        remedy(
            ID,
            PATTERN,
            file,
            summary=f"Export {_PATHS} from {file}; each page is rendered when it is asked for"
            " first, list those to build ahead",
            repair=editing(file, _listing(file)),
            stands_for=f"exports {_DATA} without {_PATHS}",
            places=(place,),
        ),
    )
    if output is not None and output.value == "export":
        fixes = ()  # an export holds no page that is rendered later
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} exports {_DATA} for a dynamic route and no {_PATHS}",
        items=(quoted(evidence, said), seen_in(file, f"exports {_DATA} alone", line)),
        weight=0.9,
        places=(place,),
        remedies=fixes,
    )


def _listing(file: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        node = export_of(file, text, _DATA)
        if node is None or _PATHS in text:
            return None
        quote = "'" if text.count("'") > text.count('"') else '"'
        made = (
            f"export async function {_PATHS}() {{\n"
            f"  return {{ paths: [], fallback: {quote}blocking{quote} }};\n}}\n\n"
        )
        return spliced(text, (node.start_byte, node.start_byte, made))

    return edit
