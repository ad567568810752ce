"""A page is typed for an older Next.js: `params` and `searchParams` are promises since version 15.

What it detects:
    Pages, layouts, route handlers and metadata functions whose `params` or `searchParams` are typed
    as plain objects, in a build that fails in the type check. Each such file is a cause of its own:
    the type check stops at the first.

Why it breaks the deployment:
    A production build checks the types of pages against those of Next.js; the development server
    never does and still answers such a page.

Example:
    `type Props = { params: { slug: string } }` in `app/blog/[slug]/page.tsx`.

Remedy:
    Type them as promises and await them.

Sources:
    Next.js documentation, upgrade guide to version 15; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._jsx import default_function, named_function, with_import
from verifier.detectors._routes import Router, router_dirs
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.outcome import Stage

ID: Final = "page-props-type"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A page takes params as a plain object"

_FILES: Final = re.compile(r"(?:^|/)(page|layout|route|default|template|opengraph-image)\.tsx?$")
_PROPS: Final = ("params", "searchParams")
_NAMED: Final = (
    "generateMetadata", "generateViewport", "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD",
    "OPTIONS",
)  # fmt: skip
_SINCE: Final = 15
_SPEAKS: Final = re.compile(r"PageProps|LayoutProps|ParamCheck|RouteContext|RouteHandlerConfig")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """A function and the property types that have to become promises."""

    function: Node
    types: tuple[Node, ...]


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file with such types, where the type check failed."""
    blocks = blocks_of(evidence, "type-error")
    base = router_dirs(evidence.project, evidence.recipe.source).get(Router.APP)
    if not blocks or base is None or _major(evidence) < _SINCE:
        return ()
    text = "\n".join(line for b in blocks for line in b.lines)
    line = next((t for t in text.split("\n") if _SPEAKS.search(t)), blocks[0].lines[0])
    found = []
    for file in evidence.recipe.source:
        if not file.startswith(base) or not _FILES.search(file):
            continue
        faults = tuple(_faults(file, evidence.recipe.source.text(file) or ""))
        if faults:
            named = re.sub(r"\.tsx?$", "", file).removeprefix(base) in text
            found.append(_finding(evidence, file, faults, line, is_named=named))
    return tuple(found)


def _major(evidence: Evidence) -> int:
    seen = evidence.observation.installed.get("next") or evidence.project.framework_version or ""
    match = re.search(r"\d+", seen)
    return int(match[0]) if match else 0


def _finding(
    evidence: Evidence, file: str, faults: tuple[_Fault, ...], line: str, *, is_named: bool
) -> Finding:
    at = line_of(faults[0].types[0])
    names = ", ".join(sorted({_property(t) for f in faults for t in f.types}))
    fixes: tuple[Change, ...] = ()
    if _edited(file, evidence.recipe.source.text(file) or "") is not None:
        fix = remedy(
            ID,
            PATTERN,
            file,
            summary=f"Type {names} as a Promise in {file} and await it",
            repair=editing(file, _editing(file)),
            stands_for=f"types {names} as a plain object",
            first_stage=Stage.COMPILE,
            places=(Location(file=file, line=at),),
        )
        fixes = (fix,)
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} types {names} as a plain object; since Next.js 15 it is a Promise",
        items=(quoted(evidence, line), seen_in(file, f"types {names} as a plain object", at)),
        weight=0.9 if is_named else 0.6,
        places=(Location(file=file, line=at),),
        remedies=fixes,
        severity=Severity.ERROR,
    )


def _property(kind: Node) -> str:
    signature = kind.parent.parent if kind.parent is not None else None
    name = None if signature is None else signature.child_by_field_name("name")
    return text_of(name)


def _faults(file: str, text: str) -> Iterator[_Fault]:
    tree = parsed(file, text)
    if tree is None or not any(name in text for name in _PROPS):
        return
    functions = [default_function(file, text)]
    functions += [named_function(tree.root_node, name) for name in _NAMED]
    for function in functions:
        if function is None:
            continue
        types = tuple(
            kind
            for parameter in _parameters(function)
            for kind in _plain_types(tree.root_node, parameter)
        )
        if types:
            yield _Fault(function=function, types=types)


def _parameters(function: Node) -> list[Node]:
    listed = function.child_by_field_name("parameters")
    return [] if listed is None else [c for c in listed.named_children if c.type != "comment"]


def _plain_types(root: Node, parameter: Node) -> Iterator[Node]:
    """Types of `params` and `searchParams` in a parameter's type that are no promises."""
    annotation = parameter.child_by_field_name("type")
    if annotation is None:
        return
    for shape in _shapes(root, annotation):
        for signature in nodes(shape, "property_signature"):
            if signature.parent != shape:
                continue
            kind = signature.child_by_field_name("type")
            inner = None if kind is None or not kind.named_children else kind.named_children[0]
            if text_of(signature.child_by_field_name("name")) not in _PROPS or inner is None:
                continue
            if not re.match(r"(?:Promise|Awaited|any\b|unknown\b|Usable)", text_of(inner)):
                yield inner


def _shapes(root: Node, annotation: Node) -> Iterator[Node]:
    """The object types behind an annotation: written in place or declared in the same file."""
    inline = [n for n in nodes(annotation, "object_type") if _is_outermost(n, annotation)]
    yield from inline
    names = {text_of(n) for n in nodes(annotation, "type_identifier")}
    for node in nodes(root, "type_alias_declaration", "interface_declaration"):
        if text_of(node.child_by_field_name("name")) not in names:
            continue
        body = node.child_by_field_name("body") or node.child_by_field_name("value")
        if body is None:
            continue
        if body.type in {"object_type", "interface_body"}:
            yield body
        else:
            yield from (n for n in nodes(body, "object_type") if _is_outermost(n, body))


def _is_outermost(node: Node, top: Node) -> bool:
    outer = node.parent
    while outer is not None and outer != top:
        if outer.type == "object_type":
            return False
        outer = outer.parent
    return True


def _editing(file: str) -> Callable[[str], str | None]:
    return lambda text: _edited(file, text)


def _edited(file: str, text: str) -> str | None:
    """The file with promises that are awaited, None where no safe edit is known."""
    is_client = re.match(r"\s*(?:(?://[^\n]*|/\*.*?\*/)\s*)*['\"]use client['\"]", text, re.DOTALL)
    cuts: dict[tuple[int, int], str] = {}
    for fault in _faults(file, text):
        for kind in fault.types:
            cuts[(kind.start_byte, kind.end_byte)] = f"Promise<{text_of(kind)}>"
        names = {_property(kind) for kind in fault.types}
        made = _function_cuts(fault.function, names, is_client=is_client is not None)
        if made is None:
            return None
        cuts.update(made)
    if not cuts:
        return None
    edited = spliced(text, *((start, end, new) for (start, end), new in cuts.items()))
    return with_import(file, edited, "use", "react") if is_client else edited


def _function_cuts(
    function: Node, names: set[str], *, is_client: bool
) -> dict[tuple[int, int], str] | None:
    """Edits that let a function wait for its properties: the pattern becomes a name."""
    holder = next((p for p in _parameters(function) if _takes(p, names)), None)
    body = function.child_by_field_name("body")
    pattern = None if holder is None else holder.child_by_field_name("pattern")
    if holder is None or body is None or pattern is None or pattern.type != "object_pattern":
        return None
    wait = "use({})" if is_client else "await {}"
    lines, rest = [], []
    for child in pattern.named_children:
        if child.type == "shorthand_property_identifier_pattern" and text_of(child) in names:
            lines.append(f"const {text_of(child)} = {wait.format(f'props.{text_of(child)}')};")
        elif child.type == "pair_pattern" and text_of(child.child_by_field_name("key")) in names:
            key = text_of(child.child_by_field_name("key"))
            value = text_of(child.child_by_field_name("value"))
            lines.append(f"const {value} = {wait.format(f'props.{key}')};")
        elif any(text_of(child).startswith(n) for n in names):
            return None
        else:
            rest.append(text_of(child))
    if not lines:
        return None
    if rest:
        lines.append(f"const {{ {', '.join(rest)} }} = props;")
    cuts = {(pattern.start_byte, pattern.end_byte): "props"}
    cuts.update(_body_cuts(body, lines))
    cuts.update({} if is_client else _async_cuts(function))
    return cuts


def _takes(parameter: Node, names: set[str]) -> bool:
    pattern = parameter.child_by_field_name("pattern")
    if pattern is None or pattern.type != "object_pattern":
        return False
    return any(re.match(rf"(?:{'|'.join(names)})\b", text_of(c)) for c in pattern.named_children)


def _body_cuts(body: Node, lines: list[str]) -> dict[tuple[int, int], str]:
    if body.type == "statement_block":
        first = next((c for c in body.named_children), None)
        same_row = first is None or first.start_point.row == body.start_point.row
        indent = "  " if same_row or first is None else " " * first.start_point.column
        new = "".join(f"\n{indent}{line}" for line in lines)
        at = body.start_byte + 1
        return {(at, at): new + ("\n" if same_row else "")}
    text = text_of(body)
    inner = "".join(f"\n  {line}" for line in lines)
    return {(body.start_byte, body.end_byte): f"{{{inner}\n  return {text};\n}}"}


def _async_cuts(function: Node) -> dict[tuple[int, int], str]:
    """Edits that make a function async, its declared result included."""
    cuts: dict[tuple[int, int], str] = {}
    if not any(c.type == "async" for c in function.children):
        cuts[(function.start_byte, function.start_byte)] = "async "
    returned = function.child_by_field_name("return_type")
    if returned is not None and returned.named_children:
        kind = returned.named_children[0]
        if not text_of(kind).startswith("Promise"):
            cuts[(kind.start_byte, kind.end_byte)] = f"Promise<{text_of(kind)}>"
    return cuts
