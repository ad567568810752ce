"""What an expression was made of: the definitions that lead to it, followed backwards.

From a place in the code, the names it uses are followed to where they got their values: through
declarations, parameters and the calls that give them, and exports of other modules of the project.
What this meets on the way (variables of the environment, strings that may be paths) is what the
value at that place can depend on. It is no proof: objects that are changed after they were made,
and everything inside packages, are not seen.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Final

from tree_sitter import Node

from verifier.detectors._definitions import (
    FUNCTIONS,
    HOLE,
    NAMES,
    Seen,
    arguments_of,
    call_around,
    calls_in,
    declarations_of,
    exports_of,
    field_of,
    is_too_deep,
    key_of,
    leftmost,
    module_loaded,
    name_of,
    original_name,
    parameter_index,
    pattern_of,
    used_of,
)
from verifier.detectors._graph import ImportGraph
from verifier.detectors._syntax import around, line_of, nodes, parsed, string_of, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Location
from verifier.model.project import EnvRead, ImportRef

MODULE: Final = re.compile(r"\.[cm]?[jt]sx?$")
_MOST: Final = 300
"""Definitions that one slice follows; what needs more says nothing any more."""
_MOST_NAMES: Final = 2000
_MOST_BYTES: Final = 300_000
"""Code that one slice looks at, and the size of a module that is written by hand."""
_OBJECT: Final = re.compile(r"^(?:process|import\.meta)\.env$")
_BY_LIBRARY: Final = "sdk"
"""Form of a read that a library does by itself: the name does not stand in the code."""
Part = tuple[str, Node]
"""A node and the file it stands in."""


@dataclass(slots=True)
class Reached:
    """What a slice met.

    variables: names read as variables of the environment. computed: whether one was read under a
    name that only running the code tells. strings: literals, each with where it stands;
    substitutions of a template show as holes.
    """

    variables: dict[str, Location] = field(default_factory=dict)
    computed: bool = False
    strings: dict[tuple[str, str], Location] = field(default_factory=dict)

    def reads(self, name: str) -> Location | None:
        """Where the slice reads a variable of that name, or makes the name of one it reads."""
        if name in self.variables or not self.computed:
            return self.variables.get(name)
        return next((at for (_, text), at in self.strings.items() if text == name), None)

    def opens(self, path: str, root: str) -> Location | None:
        """Where a string of the slice is the path of a file or folder, or of one inside it."""
        for file, text, at in self._texts():
            for told in (_joined(dirname(file), text), _joined(root, text)):
                if told == path or told.startswith(f"{path}/"):
                    return at
        return None

    def _texts(self) -> Iterator[tuple[str, str, Location]]:
        """The strings, with the other strings of the slice put into each hole of a template."""
        plain = [text for _, text in self.strings if HOLE not in text]
        for (file, text), at in self.strings.items():
            if text.count(HOLE) != 1:
                yield file, text, at
                continue
            for filling in plain:
                if filling and "/" not in filling:
                    yield file, text.replace(HOLE, filling), at


def _joined(folder: str, text: str) -> str:
    return normpath(join(folder, text)) if text and len(text) < 500 else ""


class Slicer:
    """Follows definitions in the code that a trial had; one object for one trial."""

    def __init__(self, evidence: Evidence) -> None:
        self._source = evidence.recipe.source
        self._graph = ImportGraph(evidence.project.code)
        self._reads: dict[str, list[EnvRead]] = {}
        for read in evidence.project.code.env_reads:
            self._reads.setdefault(read.file, []).append(read)
        self._roots: dict[str, Node | None] = {}
        self._declared: dict[str, dict[str, list[Seen]]] = {}
        self._calls: dict[str, dict[str, list[Node]]] = {}

    def root_of(self, file: str) -> Node | None:
        """The syntax tree of a module of the trial's source, None if there is none."""
        if file not in self._roots:
            text = self._source.text(file) if MODULE.search(file) else None
            is_small = text is not None and len(text) <= _MOST_BYTES
            tree = parsed(file, text) if text is not None and is_small else None
            root = None if tree is None else tree.root_node
            self._roots[file] = None if root is None or is_too_deep(root) else root
        return self._roots[file]

    def holds(self, file: str, texts: Iterable[str]) -> bool:
        """Whether a module of the trial's source holds one of some texts."""
        source = self._source.text(file) if MODULE.search(file) else None
        return source is not None and any(text in source for text in texts)

    def reach(self, starts: Iterable[Part]) -> Reached:
        """What the values of some expressions depend on."""
        walk = _Walk(self)
        for part in starts:
            walk.add(part)
        walk.run()
        return walk.found

    def package_of(self, file: str, node: Node) -> str | None:
        """The package that an expression is taken from as it is, by another name at most."""
        for _ in range(20):
            name = leftmost(node)
            if name is None:
                return None
            bound = next(self.bindings(file, name), None)
            if bound is None:
                return None
            ref = self.imported(file, bound)
            if ref is not None:
                return ref.package
            value = bound.child_by_field_name("value")
            if bound.type != "variable_declarator" or value is None:
                return None
            node = value
        return None

    def imported(self, file: str, bound: Node) -> ImportRef | None:
        """The import that a binding makes, None if it makes none."""
        specifier: str | None = None
        if bound.type == "import_statement":
            specifier = string_of(bound.child_by_field_name("source"))
        elif bound.type == "variable_declarator":
            specifier = module_loaded(bound.child_by_field_name("value"))
        if specifier is None:
            return None
        fits = (r for r in self._graph.imports_of(file) if r.specifier == specifier)
        return next(fits, None)

    def reads_in(self, file: str, node: Node, name: str | None = None) -> Iterator[EnvRead]:
        """Reads inside a node, or by the name of a destructured one.

        Those for which a written text stands in are none: their absence changes nothing here.
        """
        first, last = line_of(node), node.end_point.row + 1
        text = text_of(node)
        for read in self._reads.get(file, ()):
            if not read.name or not first <= read.line <= last or _is_replaced(read, text):
                continue
            is_taken = read.form == _BY_LIBRARY or re.search(rf"\b{re.escape(read.name)}\b", text)
            if read.name == name or (name is None and is_taken):
                yield read

    def bindings(self, file: str, name: Node) -> Iterator[Node]:
        """What gives a name its value: parameters around it, else declarations it can see."""
        told = text_of(name)
        for outer in around(name):
            if outer.type in FUNCTIONS and parameter_index(outer, told) is not None:
                yield outer
                return
        root = self.root_of(file)
        if file not in self._declared:
            self._declared[file] = {} if root is None else declarations_of(root)
        for bound, start, end in self._declared[file].get(told, ()):
            if start <= name.start_byte < end:
                yield bound

    def calls_of(self, file: str, function: str) -> Iterator[Part]:
        """The calls of a function by its name, in its own module and in those that import it."""
        callers = (file, *(ref.file for ref in self._graph.importers_of(file)))
        for caller in dict.fromkeys(callers):
            if caller not in self._calls:
                root = self.root_of(caller)
                self._calls[caller] = {} if root is None else calls_in(root)
            for call in self._calls[caller].get(function, ()):
                yield caller, call


@dataclass(slots=True)
class _Walk:
    """One slice as it grows.

    entered: functions that were reached by their name, whose arguments stand at the call that
    named them; for others the callers are looked up.
    """

    slicer: Slicer
    found: Reached = field(default_factory=Reached)
    entered: set[tuple[str, int]] = field(default_factory=set)
    _queue: deque[Part] = field(default_factory=deque)
    _seen: set[tuple[str, int, int]] = field(default_factory=set)
    _room: int = _MOST_BYTES
    _names: int = 0

    def add(self, part: Part) -> None:
        file, node = part
        key = (file, node.start_byte, node.end_byte)
        if key in self._seen or len(self._seen) == _MOST:
            return
        self._seen.add(key)
        self._room -= node.end_byte - node.start_byte
        if self._room >= 0:
            self._queue.append(part)

    def run(self) -> None:
        while self._queue:
            self._scan(*self._queue.popleft())

    def _scan(self, file: str, node: Node) -> None:
        """Take in one expression and queue what its names stand for."""
        found = self.found
        self._read(file, self.slicer.reads_in(file, node))
        for part in nodes(node, *NAMES, "string", "template_string", "member_expression"):
            if part.type == "member_expression":
                found.computed |= _is_whole_environment(part)
            elif part.type in NAMES:
                self._follow(file, part)
            else:
                at = Location(file=file, line=line_of(part))
                found.strings.setdefault((file, pattern_of(part)), at)

    def _read(self, file: str, reads: Iterable[EnvRead]) -> None:
        for read in reads:
            self.found.variables.setdefault(read.name or "", Location(file=file, line=read.line))

    def _follow(self, file: str, name: Node) -> None:
        self._names += 1
        if self._names > _MOST_NAMES:
            return
        for bound in self.slicer.bindings(file, name):
            self._define(file, name, bound)

    def _value(self, file: str, value: Node, used: str | None) -> None:
        """Queue a value, of an object only the field that is used."""
        self._enter(file, field_of(value, used) or value)

    def _define(self, file: str, name: Node, bound: Node) -> None:
        """Queue what gave a binding its value."""
        match bound.type:
            case "variable_declarator":
                self._declared(file, name, bound)
            case "import_statement":
                self._exported(file, bound, original_name(bound, text_of(name)), used_of(name))
            case "assignment_expression" | "for_in_statement":
                value = bound.child_by_field_name("right")
                if value is not None:
                    self.add((file, value))
            case _ if parameter_index(bound, text_of(name)) is not None:
                self._given(file, text_of(name), bound)
            case _:
                self._enter(file, bound)

    def _declared(self, file: str, name: Node, bound: Node) -> None:
        value = bound.child_by_field_name("value")
        if value is None:
            return
        key = key_of(bound.child_by_field_name("name"), text_of(name))
        reads = () if key is None else tuple(self.slicer.reads_in(file, bound, key))
        self._read(file, reads)
        if reads:
            return
        if key is not None and module_loaded(value) is not None:
            self._exported(file, bound, key, used_of(name))
            return
        self._value(file, value, key or used_of(name))

    def _enter(self, file: str, node: Node) -> None:
        if node.type in FUNCTIONS:
            self.entered.add((file, node.start_byte))
            body = node.child_by_field_name("body")
            node = body if body is not None else node
        self.add((file, node))

    def _exported(self, file: str, bound: Node, name: str, used: str | None) -> None:
        """Follow a name into the module it is imported from; used: the field read of it."""
        ref = self.slicer.imported(file, bound)
        if ref is None or ref.resolved is None:
            return
        root = self.slicer.root_of(ref.resolved)
        for part in () if root is None else exports_of(root, name):
            self._value(ref.resolved, part, used)
        if root is None:
            at = Location(file=file, line=line_of(bound))
            self.found.strings.setdefault(("", ref.resolved), at)

    def _given(self, file: str, name: str, function: Node) -> None:
        """Follow a parameter to what callers give for it."""
        if (file, function.start_byte) in self.entered:
            return
        call = call_around(function)
        if call is not None:
            self._queue_call(file, call, without=function)
            return
        index = parameter_index(function, name)
        own = name_of(function)
        if not own or index is None:
            return
        for caller, call in self.slicer.calls_of(file, own):
            for argument in arguments_of(call)[index : index + 1]:
                self.add((caller, argument))

    def _queue_call(self, file: str, call: Node, *, without: Node) -> None:
        """Queue the object whose method a function is given to, and the other arguments."""
        called = call.child_by_field_name("function")
        target = None if called is None else called.child_by_field_name("object")
        for part in (target, *arguments_of(call)):
            if part is not None and part != without:
                self.add((file, part))


def _is_replaced(read: EnvRead, text: str) -> bool:
    """Whether a literal stands in for an absent variable."""
    given = read.fallback
    return bool(given) and any(f"{quote}{given}{quote}" in text for quote in "\"'`")


def _is_whole_environment(node: Node) -> bool:
    """Whether the object that holds the variables is used in any way but by a written name."""
    if _OBJECT.match(text_of(node)) is None or node.parent is None:
        return False
    return node.parent.type != "member_expression"
