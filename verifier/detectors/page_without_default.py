"""A page exports no component by default.

What it detects:
    A page or layout whose file has no default export, or one that is no component, in a build
    that stops because of it.

Why it breaks the deployment:
    Next.js renders what a page exports by default. The build refuses a page without it, in the
    type check or when it collects the pages; the development server complains only when the page
    is opened.

Example:
    `export function About()` in `app/about/page.tsx`: `The default export is not a React
    Component in page: "/about"`.

Remedy:
    Export the component by default; a file that is no page gets another name.

Sources:
    Next.js documentation, page and layout conventions; builds seen 2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, failed, file_named, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._jsx import FUNCTIONS, default_function
from verifier.detectors._routes import files_of_route
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "page-without-default"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A page exports no component by default"

_ROUTE: Final = re.compile(
    r"default export is not a React Component in (?:page|\S+): \"(?P<route>/[^\"]*)\""
)
_TYPES: Final = re.compile(
    r"typeof import\([\"'](?P<file>[^\"']+)[\"']\)'? does not satisfy the constraint"
    r" '(?:App)?(?:Page|Layout|PagesPage)Config\b"
)
_LISTED: Final = re.compile(
    r"found pages? without a React Component as default export[^\n]*\n(?P<pages>(?:pages/\S+\n?)+)"
)
_ENDINGS: Final = (".tsx", ".jsx", ".ts", ".js")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per page that the build named."""
    if not failed(evidence) or evidence.project.framework != "nextjs":
        return ()
    lines = error_lines(evidence)
    found: dict[str, Finding] = {}
    for file, said in _named(evidence, lines):
        text = evidence.recipe.source.text(file) or ""
        if default_function(file, text) is None and file not in found:
            found[file] = _finding(evidence, file, text, said)
    return tuple(found.values())


def _named(evidence: Evidence, lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for line in lines:
        match = _ROUTE.search(line)
        if match is not None:
            files = files_of_route(evidence.project, evidence.recipe.source, match["route"])
            yield from ((file, line) for file in files[:1])
    whole = "\n".join(lines)
    listed = _LISTED.search(whole)
    pages = [] if listed is None else re.findall(r"^pages/\S+", listed["pages"], re.MULTILINE)
    types = [match["file"] for match in _TYPES.finditer(whole)]
    for named in (*pages, *types):
        bare = re.sub(r"^(?:\.{1,2}/)+|\.[cm]?[jt]sx?$", "", named)
        for ending in _ENDINGS:
            file = file_named(evidence, f"{bare}{ending}")
            if file is not None:
                yield file, next(t for t in lines if named in t)
                break


def _finding(evidence: Evidence, file: str, text: str, said: str) -> Finding:
    candidates = list(_components(file, text))
    line = line_of(candidates[0]) if candidates else 1
    fixes: tuple[Change, ...] = ()
    if len(candidates) == 1:
        fixes = (
            remedy(
                ID,
                PATTERN,
                file,
                summary=f"Export the component of {file} by default",
                repair=editing(file, _exporting(file)),
                stands_for="exports no component by default",
                places=(Location(file=file, line=line),),
            ),
        )
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} exports no component by default",
        items=(quoted(evidence, said), seen_in(file, "has no default export", line)),
        weight=0.9,
        places=(Location(file=file, line=line),),
        remedies=fixes,
    )


def _components(file: str, text: str) -> Iterator[Node]:
    """Functions at the top of a module whose names are those of components."""
    tree = parsed(file, text)
    for node in [] if tree is None else tree.root_node.named_children:
        inner = node.child_by_field_name("declaration") if node.type == "export_statement" else node
        if inner is None:
            continue
        for part in nodes(inner, "function_declaration", "variable_declarator"):
            value = part.child_by_field_name("value")
            is_function = part.type == "function_declaration" or (
                value is not None and value.type in FUNCTIONS
            )
            if is_function and text_of(part.child_by_field_name("name"))[:1].isupper():
                yield part
            break


def _exporting(file: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        found = list(_components(file, text))
        if len(found) != 1:
            return None
        node = found[0]
        statement = node.parent
        if node.type == "function_declaration":
            if statement is not None and statement.type == "export_statement":
                return spliced(text, (node.start_byte, node.start_byte, "default "))
            return spliced(text, (node.start_byte, node.start_byte, "export default "))
        name = text_of(node.child_by_field_name("name"))
        semicolon = ";" if re.search(r";\s*$", text, re.MULTILINE) else ""
        return f"{text.rstrip()}\n\nexport default {name}{semicolon}\n"

    return edit
