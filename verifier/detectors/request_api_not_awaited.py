"""`cookies()`, `headers()` or `draftMode()` is used without awaiting it.

What it detects:
    Calls of functions of `next/headers` whose result is used as a value although it is a promise
    since Next.js 15, in a build that fails about them. Each file is a cause of its own.

Why it breaks the deployment:
    The type check refuses it; without types, a call on the promise throws when the page is
    rendered. The development server never checks types.

Example:
    `cookies().get("theme")`: `Property 'get' does not exist on type
    'Promise<ReadonlyRequestCookies>'`.

Remedy:
    Await the call, in a function made async.

Sources:
    Next.js documentation, upgrade guide to version 15, async request APIs; builds seen 2026-11-24.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, first_match, quoted, seen_in, stage
from verifier.detectors._edits import editing
from verifier.detectors._jsx import FUNCTIONS, calls, imported_names
from verifier.detectors._syntax import around, line_of, spliced, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "request-api-not-awaited"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A request API of Next.js is not awaited"

_MODULE: Final = "next/headers"
_NAMES: Final = frozenset({"cookies", "headers", "draftMode"})
_SAID: Final = re.compile(
    r"(?:does not exist on|not assignable to|from|of) type '?Promise<(?:ReadonlyRequestCookies"
    r"|RequestCookies|ReadonlyHeaders|DraftMode)>"
    r"|\b(?:cookies|headers|draftMode)\(\)? ?(?:should be awaited|\.\w+ is not a function)"
    r"|(?:cookies|headers|draftMode)\)?(?:\(\.\.\.\)|\(\))\.\w+ is not a function"
)
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file with such a call, where the build failed about one."""
    if stage(evidence) not in {Stage.TYPECHECK, Stage.PRERENDER}:
        return ()
    said = first_match(error_lines(evidence), _SAID)
    if said is None:
        return ()
    files = {
        r.file: None
        for r in evidence.project.code.imports
        if r.specifier == _MODULE and not r.type_only and r.file in evidence.project.code.reachable
    }
    return tuple(f for file in files if (f := _finding(evidence, file, said[0])) is not None)


def _finding(evidence: Evidence, file: str, line: str) -> Finding | None:
    text = evidence.recipe.source.text(file) or ""
    bare = list(_not_awaited(file, text))
    if not bare:
        return None
    name = text_of(bare[0].child_by_field_name("function"))
    place = Location(file=file, line=line_of(bare[0]))
    fixes = []
    if _with_await(file, text) is not None:
        fixes.append(
            remedy(
                ID,
                PATTERN,
                file,
                summary=f"Await {name}() in {file}",
                repair=editing(file, lambda old: _with_await(file, old)),
                stands_for=f"uses {name}() without awaiting it",
                places=(place,),
            )
        )
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} uses {name}() as a value; since Next.js 15 it is a promise",
        items=(
            quoted(evidence, line),
            *(seen_in(file, "is not awaited", line_of(node)) for node in bare[:4]),
        ),
        weight=0.85,
        places=[Location(file=file, line=line_of(node)) for node in bare],
        remedies=fixes,
    )


def _not_awaited(file: str, text: str) -> Iterator[Node]:
    """Calls whose result is used at once or bound to a name, without waiting for it."""
    for name in sorted(imported_names(file, text, _MODULE) & _NAMES):
        for node in calls(file, text, name):
            parent = node.parent
            if parent is None:
                continue
            if parent.type == "member_expression" or (
                parent.type == "variable_declarator" and not _is_awaited_later(parent, text)
            ):
                yield node


def _is_awaited_later(declarator: Node, text: str) -> bool:
    name = re.escape(text_of(declarator.child_by_field_name("name")))
    return re.search(rf"\bawait\s+{name}\b|\buse\(\s*{name}\b", text) is not None


def _with_await(file: str, text: str) -> str | None:
    """The text with the calls awaited; None where a function around one cannot become async."""
    cuts: list[tuple[int, int, str]] = []
    opened: set[int] = set()
    for node in _not_awaited(file, text):
        function = next((n for n in around(node) if n.type in FUNCTIONS), None)
        if function is None or not _may_wait(function):
            return None
        inner = node.parent is not None and node.parent.type == "member_expression"
        cuts.append((node.start_byte, node.start_byte, "(await " if inner else "await "))
        if inner:
            cuts.append((node.end_byte, node.end_byte, ")"))
        if not _is_async(function) and function.start_byte not in opened:
            opened.add(function.start_byte)
            cuts.append((function.start_byte, function.start_byte, "async "))
    return spliced(text, *cuts) if cuts else None


def _is_async(function: Node) -> bool:
    return any(c.type == "async" for c in function.children)


def _may_wait(function: Node) -> bool:
    """Whether Next.js itself calls a function, so that nobody else must wait for it."""
    if _is_async(function):
        return True
    name = text_of(function.child_by_field_name("name"))
    for outer in around(function):
        if outer.type == "variable_declarator":
            name = text_of(outer.child_by_field_name("name"))
        if outer.type == "export_statement":
            is_default = any(c.type == "default" for c in outer.children)
            return is_default or name in _METHODS or name == "generateMetadata"
        if outer.type in FUNCTIONS:
            return False
    return False
