"""Where in the project's code a build failed, and what the value there was made of.

The place is the first frame of the stack inside the project. Where a tool ran a compiled copy of a
configuration, whose lines are not those of the file, and where a script only printed a message, it
is the expression in the code that has this message or makes this very call. Code between two
possible places is never guessed at: what fits too many places gives none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from tree_sitter import Node

from verifier.detectors._clues import failed, file_named
from verifier.detectors._slice import Part, Reached, Slicer
from verifier.detectors._syntax import around, line_of, nodes, string_of, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Location

_FRAME: Final = re.compile(
    r"^\s*at (?:(?P<call>.+?) \()?(?:file://)?(?P<file>[^\s()]+?):(?P<line>\d+):(?P<column>\d+)\)?"
)
_COMPILED: Final = re.compile(
    r"(?:^|/)(?P<name>[\w.-]+?\.config\.[cm]?[jt]s)\.timestamp-[\w<>-]+\.mjs$"
)
_MESSAGE: Final = re.compile(
    r"^\W*(?:\[?cause\]?:\s*)?\[?(?P<kind>\w*Error)\b[^:]*:\s*(?P<text>.+)"
)
_VALUE: Final = re.compile(
    r"Cannot (?:read|set) propert|is not (?:a function|iterable|a constructor)|Cannot destructure"
)
_FIELD: Final = re.compile(r"\((?:reading|setting) '(?P<name>[^']+)'\)")
_CALLED: Final = re.compile(r"^(?P<what>[\w$.]+) is not (?:a function|a constructor)")
_LEAST_TEXT: Final = 12
"""A shorter text of a message stands in code by chance."""
_MOST_TEXT: Final = 400
_MOST_FILES: Final = 100
_MOST_PLACES: Final = 3
_STEPS: Final = ("if_statement", "ternary_expression", "while_statement", "switch_statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A failure followed backwards. line: the log line that leads there.

    places: where it failed in the code. package: where a value came from that was not what the code
    took it for.
    """

    line: str
    places: tuple[Part, ...]
    reached: Reached
    package: str | None = None

    @property
    def place(self) -> Location:
        """The first of the places."""
        file, node = self.places[0]
        return Location(file=file, line=line_of(node))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """A frame of the stack inside the project; at is None in a compiled copy."""

    text: str
    file: str
    at: tuple[int, int] | None


def trace_of(evidence: Evidence) -> Trace | None:
    """The failure of a trial followed backwards, None where nothing in the code leads on."""
    if not failed(evidence) or not evidence.observation.errors:
        return None
    lines = evidence.observation.errors[0].lines
    said, message = _message(evidence, lines)
    slicer = Slicer(evidence)
    frames = tuple(_frames(evidence, lines))
    is_value = _VALUE.search(message) is not None
    if frames and frames[0].at is not None:
        found = _at_frame(slicer, frames, is_value=is_value)
    elif frames:
        files = (frames[0].file,)
        api = _api(lines)
        found = _by_shape(slicer, frames[0].file, message, api) or _by_text(slicer, files, message)
    else:
        found = _by_text(slicer, sorted(evidence.project.code.reachable), message)
    if not found or len(found) > _MOST_PLACES:
        return None
    package = slicer.package_of(*found[0]) if is_value and len(found) == 1 else None
    return Trace(
        line=frames[0].text if frames else said,
        places=tuple(found),
        reached=slicer.reach(found),
        package=package,
    )


def _message(evidence: Evidence, lines: tuple[str, ...]) -> tuple[str, str]:
    """The line that says what went wrong, and its text without the kind of error."""
    for line in lines:
        match = _MESSAGE.match(line)
        if match is not None:
            return line, match["text"]
    signature = evidence.observation.outcome.signature
    text = "" if signature is None else signature.line
    return (lines[0] if lines else text), text


def _frames(evidence: Evidence, lines: tuple[str, ...]) -> Iterator[_Frame]:
    for line in lines:
        match = _FRAME.match(line)
        if match is None:
            continue
        compiled = _COMPILED.search(match["file"])
        if compiled is not None:
            file = file_named(evidence, compiled["name"])
            if file is not None:
                yield _Frame(text=line, file=file, at=None)
            continue
        if "node_modules/" in match["file"] or match["file"].startswith("node:"):
            continue
        file = file_named(evidence, match["file"])
        if file is not None:
            yield _Frame(
                text=line, file=file, at=(int(match["line"]) - 1, int(match["column"]) - 1)
            )


def _api(lines: tuple[str, ...]) -> str:
    """The constructor or function of Node.js that refused what the code gave it."""
    match = next((m for line in lines if (m := _FRAME.match(line))), None)
    if match is None or not match["file"].startswith("node:"):
        return ""
    return (match["call"] or "").removeprefix("new ")


def _at_frame(slicer: Slicer, frames: tuple[_Frame, ...], *, is_value: bool) -> list[Part]:
    """The expressions that the topmost frame is about; of its callers, where it says nothing."""
    for depth, frame in enumerate(frames):
        node = _node_at(slicer.root_of(frame.file), frame.at)
        if node is None:
            return []
        if is_value:
            return [(frame.file, _value_at(node))]
        is_thrown = any(n.type == "throw_statement" for n in (node, *around(node)))
        # What only throws was called under the conditions that count.
        parts = _guards(node) if is_thrown or depth else []
        if not is_thrown:
            parts = [*parts, *_inputs(node)]
        if parts:
            return [(frame.file, part) for part in parts]
    return []


def _node_at(root: Node | None, at: tuple[int, int] | None) -> Node | None:
    if root is None or at is None:
        return None
    node = root.descendant_for_point_range(at, at)
    return None if node is None or node.type == "program" else node


def _value_at(node: Node) -> Node:
    """The expression whose value was not what the code took it for."""
    parent = node.parent
    if parent is None:
        return node
    if parent.type in {"member_expression", "subscript_expression"}:
        target = parent.child_by_field_name("object")
        return parent if target is None or target == node else target
    declarator = next((n for n in around(node) if n.type == "variable_declarator"), None)
    if declarator is not None:
        pattern = declarator.child_by_field_name("name")
        value = declarator.child_by_field_name("value")
        inside = pattern is not None and pattern.start_byte <= node.start_byte < pattern.end_byte
        if inside and value is not None:
            return value
    if parent.type == "new_expression":
        return parent.child_by_field_name("constructor") or node
    return node


def _inputs(node: Node) -> list[Node]:
    """What a call at a place is given, and what it is called on."""
    call = next(
        (n for n in (node, *around(node)) if n.type in {"call_expression", "new_expression"}), None
    )
    if call is None:
        return []
    fields = ("arguments", "function", "constructor")
    return [part for field in fields if (part := call.child_by_field_name(field)) is not None]


def _guards(node: Node) -> list[Node]:
    """The conditions that decide whether a statement is reached, up to its function."""
    found: list[Node] = []
    child = node
    for outer in around(node):
        if outer.type in _STEPS:
            condition = outer.child_by_field_name("condition") or outer.child_by_field_name("value")
            if condition is not None and condition != child:
                found.append(condition)
        elif outer.type in {"statement_block", "program"}:
            found += _left_before(outer, child)
        elif outer.type in {"binary_expression", "arguments"}:
            found += [c for c in outer.named_children if c != child and c.type != "string"]
        if "function" in outer.type or outer.type == "method_definition":
            break
        child = outer
    return found


def _left_before(block: Node, statement: Node) -> list[Node]:
    """The conditions under which a block is left before a statement of it."""
    found: list[Node] = []
    for earlier in block.named_children:
        if earlier == statement:
            break
        if earlier.type != "if_statement":
            continue
        condition = earlier.child_by_field_name("condition")
        leaves = any(True for _ in nodes(earlier, "return_statement", "continue_statement"))
        if leaves and condition is not None:
            found.append(condition)
    return found


def _by_shape(slicer: Slicer, file: str, message: str, api: str) -> list[Part]:
    """Expressions of a file that make the call, or read the field, that the failure is about."""
    root = slicer.root_of(file)
    if root is None:
        return []
    read, called = _FIELD.search(message), _CALLED.match(message)
    found: list[Node | None] = []
    if read is not None:
        found = [
            n.child_by_field_name("object")
            for n in nodes(root, "member_expression")
            if text_of(n.child_by_field_name("property")) == read["name"]
        ]
    elif called is not None:
        found = [
            n.child_by_field_name("function")
            for n in nodes(root, "call_expression")
            if text_of(n.child_by_field_name("function")) == called["what"]
        ]
    elif api:
        for node in nodes(root, "new_expression", "call_expression"):
            called_as = "constructor" if node.type == "new_expression" else "function"
            if text_of(node.child_by_field_name(called_as)).rpartition(".")[2] == api:
                found.append(node.child_by_field_name("arguments"))
        found = [n for n in found if n is not None and any(nodes(n, "identifier"))]
    return [(file, node) for node in found if node is not None]


def _by_text(slicer: Slicer, files: Iterable[str], message: str) -> list[Part]:
    """The conditions under which the code says this message, where one place does."""
    blocks = _blocks_of(message)
    holding = list(islice((f for f in files if slicer.holds(f, blocks)), _MOST_FILES + 1))
    if len(holding) > _MOST_FILES:
        return []
    said = [
        (file, node)
        for file in holding
        if (root := slicer.root_of(file)) is not None
        for node in nodes(root, "string", "template_string")
        if _is_said_by(node, message)
    ]
    return (
        [(file, guard) for file, node in said for guard in _guards(node)] if len(said) == 1 else []
    )


def _blocks_of(message: str) -> tuple[str, ...]:
    """Pieces of a message, one of which stands in any long text that is a part of it.

    Large projects are not parsed for a message that most of their files do not hold.
    """
    step = _LEAST_TEXT // 2
    told = message[:_MOST_TEXT]
    return tuple(dict.fromkeys(told[at : at + step] for at in range(0, len(told) - step + 1, step)))


def _is_said_by(node: Node, message: str) -> bool:
    plain = string_of(node)
    parts = (
        [plain]
        if plain is not None
        else [text_of(c) for c in node.named_children if c.type == "string_fragment"]
    )
    if max((len(part.strip()) for part in parts), default=0) < _LEAST_TEXT:
        return False
    at = 0
    for part in parts:
        found = message.find(part, at, _MOST_TEXT)
        if found < 0:
            return False
        at = found + len(part)
    return True
