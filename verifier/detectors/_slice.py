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
from functools import lru_cache
from posixpath import dirname, join, normpath
from typing import Final

from tree_sitter import Node

from verifier.detectors._graph import ImportGraph
from verifier.detectors._syntax import around, line_of, nodes, parsed, string_of, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Location
from verifier.model.project import EnvRead, ImportRef

MODULE: Final = re.compile(r"\.[cm]?[jt]sx?$")
_MOST: Final = 300
"""Definitions that one slice follows; what needs more says nothing any more."""
_FUNCTIONS: Final = frozenset(
    {
        "function_declaration",
        "function_expression",
        "generator_function",
        "generator_function_declaration",
        "arrow_function",
        "method_definition",
    }
)
_NAMES: Final = ("identifier", "shorthand_property_identifier")
_WRAPPERS: Final = frozenset(
    {"parenthesized_expression", "as_expression", "non_null_expression", "await_expression"}
)
_OBJECT: Final = re.compile(r"^(?:process|import\.meta)\.env$")
_BY_LIBRARY: Final = "sdk"
"""Form of a read that a library does by itself: the name does not stand in the code."""
_HOLE: Final = "\0"
"""Stands for what a template puts in."""

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
        plain = [text for _, text in self.strings if _HOLE not in text]
        for (file, text), at in self.strings.items():
            if text.count(_HOLE) != 1:
                yield file, text, at
                continue
            for filling in plain:
                if filling and "/" not in filling:
                    yield file, text.replace(_HOLE, filling), at


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

    def root_of(self, file: str) -> Node | None:
        """The syntax tree of a module of the trial's source, None if there is none."""
        if MODULE.search(file) is None:
            return None
        text = self._source.text(file)
        tree = None if text is None else parsed(file, text)
        return None if tree is None else tree.root_node

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
            name = _leftmost(node)
            if name is None:
                return None
            bound = next(_bindings(file, name, self.root_of(file)), None)
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
            specifier = _loaded(bound.child_by_field_name("value"))
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

    def importers_of(self, file: str) -> tuple[ImportRef, ...]:
        """The imports that lead to a file."""
        return self._graph.importers_of(file)


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

    def add(self, part: Part) -> None:
        file, node = part
        key = (file, node.start_byte, node.end_byte)
        if key not in self._seen and len(self._seen) < _MOST:
            self._seen.add(key)
            self._queue.append(part)

    def run(self) -> None:
        while self._queue:
            self._scan(*self._queue.popleft())

    def _scan(self, file: str, node: Node) -> None:
        """Take in one expression and queue what its names stand for."""
        found = self.found
        self._read(file, self.slicer.reads_in(file, node))
        for part in nodes(node, *_NAMES, "string", "template_string", "member_expression"):
            if part.type == "member_expression":
                found.computed |= _is_whole_environment(part)
            elif part.type in _NAMES:
                self._follow(file, part)
            else:
                at = Location(file=file, line=line_of(part))
                found.strings.setdefault((file, _pattern(part)), at)

    def _read(self, file: str, reads: Iterable[EnvRead]) -> None:
        for read in reads:
            self.found.variables.setdefault(read.name or "", Location(file=file, line=read.line))

    def _follow(self, file: str, name: Node) -> None:
        for bound in _bindings(file, name, self.slicer.root_of(file)):
            self._define(file, name, bound)

    def _value(self, file: str, value: Node, used: str | None) -> None:
        """Queue a value, of an object only the field that is used."""
        self._enter(file, _field_of(value, used) or value)

    def _define(self, file: str, name: Node, bound: Node) -> None:
        """Queue what gave a binding its value."""
        match bound.type:
            case "variable_declarator":
                self._declared(file, name, bound)
            case "import_statement":
                self._exported(file, bound, _original(bound, text_of(name)), _used_of(name))
            case "assignment_expression" | "for_in_statement":
                value = bound.child_by_field_name("right")
                if value is not None:
                    self.add((file, value))
            case _ if _parameter_index(bound, text_of(name)) is not None:
                self._given(file, text_of(name), bound)
            case _:
                self._enter(file, bound)

    def _declared(self, file: str, name: Node, bound: Node) -> None:
        value = bound.child_by_field_name("value")
        if value is None:
            return
        key = _key_of(bound.child_by_field_name("name"), text_of(name))
        reads = () if key is None else tuple(self.slicer.reads_in(file, bound, key))
        self._read(file, reads)
        if reads:
            return
        if key is not None and _loaded(value) is not None:
            self._exported(file, bound, key, _used_of(name))
            return
        self._value(file, value, key or _used_of(name))

    def _enter(self, file: str, node: Node) -> None:
        if node.type in _FUNCTIONS:
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
        for part in () if root is None else _exports(root, name):
            self._value(ref.resolved, part, used)
        if root is None:
            at = Location(file=file, line=line_of(bound))
            self.found.strings.setdefault(("", ref.resolved), at)

    def _given(self, file: str, name: str, function: Node) -> None:
        """Follow a parameter to what callers give for it."""
        if (file, function.start_byte) in self.entered:
            return
        call = _call_around(function)
        if call is not None:
            self._queue_call(file, call, without=function)
            return
        index = _parameter_index(function, name)
        own = _name_of(function)
        if not own or index is None:
            return
        for caller in (file, *(ref.file for ref in self.slicer.importers_of(file))):
            root = self.slicer.root_of(caller)
            for call in () if root is None else nodes(root, "call_expression"):
                if text_of(call.child_by_field_name("function")).rpartition(".")[2] == own:
                    arguments = _arguments(call)
                    for argument in arguments[index : index + 1]:
                        self.add((caller, argument))

    def _queue_call(self, file: str, call: Node, *, without: Node) -> None:
        """Queue the object whose method a function is given to, and the other arguments."""
        called = call.child_by_field_name("function")
        target = None if called is None else called.child_by_field_name("object")
        for part in (target, *_arguments(call)):
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


def _pattern(node: Node) -> str:
    """The text of a string or template, with a hole for each substitution."""
    plain = string_of(node)
    if plain is not None:
        return plain
    return "".join(
        _HOLE if part.type == "template_substitution" else text_of(part)
        for part in node.named_children
    )


def _unwrapped(node: Node | None) -> Node | None:
    while node is not None and node.type in _WRAPPERS and node.named_children:
        node = node.named_children[0]
    return node


def _leftmost(node: Node) -> Node | None:
    """The name that an expression of fields and wrappers begins with; None for any other."""
    here = _unwrapped(node)
    while here is not None and here.type in {"member_expression", "subscript_expression"}:
        here = _unwrapped(here.child_by_field_name("object"))
    return here if here is not None and here.type in _NAMES else None


def _loaded(node: Node | None) -> str | None:
    """The module that `require("x")` or `await import("x")` loads, None for anything else."""
    call = _unwrapped(node)
    if call is None or call.type != "call_expression":
        return None
    if text_of(call.child_by_field_name("function")) not in {"require", "import"}:
        return None
    arguments = _arguments(call)
    return string_of(arguments[0]) if arguments else None


def _arguments(call: Node) -> list[Node]:
    given = call.child_by_field_name("arguments")
    return [] if given is None else [c for c in given.named_children if c.type != "comment"]


def _call_around(function: Node) -> Node | None:
    """The call that a function is written into as an argument."""
    parent = function.parent
    if parent is None or parent.type != "arguments":
        return None
    call = parent.parent
    return call if call is not None and call.type == "call_expression" else None


def _name_of(function: Node) -> str:
    own = text_of(function.child_by_field_name("name"))
    parent = function.parent
    if own or parent is None or parent.type != "variable_declarator":
        return own
    return text_of(parent.child_by_field_name("name"))


def _parameters(function: Node) -> list[Node]:
    if function.type not in _FUNCTIONS:
        return []
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [single]
    listed = function.child_by_field_name("parameters")
    return [] if listed is None else [c for c in listed.named_children if c.type != "comment"]


def _parameter_index(function: Node, name: str) -> int | None:
    """Which parameter of a function binds a name, None if none does."""
    for index, item in enumerate(_parameters(function)):
        pattern = item.child_by_field_name("pattern") or item
        if _binds(pattern, name):
            return index
    return None


def _binds(pattern: Node | None, name: str) -> bool:
    if pattern is None:
        return False
    types = ("identifier", "shorthand_property_identifier_pattern")
    return any(text_of(n) == name for n in nodes(pattern, *types))


def _key_of(pattern: Node | None, name: str) -> str | None:
    """The field that a destructuring takes a name from, None for a plain name."""
    if pattern is None or pattern.type != "object_pattern":
        return None
    for item in pattern.named_children:
        value = item.child_by_field_name("value")
        if item.type == "pair_pattern" and _binds(value, name):
            return text_of(item.child_by_field_name("key")).strip("\"'")
        if _binds(item, name):
            return name
    return None


def _used_of(name: Node) -> str | None:
    """The field that is read of a name where it stands, None for the whole."""
    parent = name.parent
    if parent is None or parent.type != "member_expression":
        return None
    if parent.child_by_field_name("object") != name:
        return None
    return text_of(parent.child_by_field_name("property"))


def _field_of(value: Node, used: str | None) -> Node | None:
    """The value of one field of a written object; None where it is not told there."""
    written = _unwrapped(value)
    if used is None or written is None or written.type != "object":
        return None
    for item in written.named_children:
        if item.type == "shorthand_property_identifier" and text_of(item) == used:
            return item
        key = item.child_by_field_name("key")
        if item.type == "pair" and text_of(key).strip("\"'") == used:
            return item.child_by_field_name("value")
    return None


def _original(statement: Node, name: str) -> str:
    """The name under which a module exports what an import calls by a name."""
    for item in nodes(statement, "import_specifier", "namespace_import", "import_clause"):
        alias = item.child_by_field_name("alias")
        if item.type == "import_specifier" and text_of(alias) == name:
            return text_of(item.child_by_field_name("name"))
        if item.type == "import_clause" and any(
            c.type == "identifier" and text_of(c) == name for c in item.named_children
        ):
            return "default"
    return name


def _bindings(file: str, name: Node, root: Node | None) -> Iterator[Node]:
    """What gives a name its value: parameters around it, else declarations it can see."""
    told = text_of(name)
    for outer in around(name):
        if outer.type in _FUNCTIONS and _parameter_index(outer, told) is not None:
            yield outer
            return
    for bound, start, end in () if root is None else _declarations(file, root).get(told, ()):
        if start <= name.start_byte < end:
            yield bound


def _declarations(file: str, root: Node) -> dict[str, list[tuple[Node, int, int]]]:
    """The bindings of a module by name, each with the bytes in which it can be seen."""
    return _declared_in(file, text_of(root))


@lru_cache(maxsize=64)
def _declared_in(file: str, text: str) -> dict[str, list[tuple[Node, int, int]]]:
    tree = parsed(file, text)
    found: dict[str, list[tuple[Node, int, int]]] = {}
    if tree is None:
        return found
    types = (
        "variable_declarator", "import_statement", "assignment_expression", "for_in_statement",
        "function_declaration", "generator_function_declaration",
    )  # fmt: skip
    for node in nodes(tree.root_node, *types):
        if node.type == "import_statement":
            pattern: Node | None = next(nodes(node, "import_clause"), None)
        elif node.type in {"assignment_expression", "for_in_statement"}:
            pattern = node.child_by_field_name("left")
            if pattern is not None and pattern.type == "member_expression":
                continue
        else:
            pattern = node.child_by_field_name("name")
        if pattern is None:
            continue
        scope = tree.root_node
        if node.type != "assignment_expression":
            scope = next((n for n in around(node) if n.type == "statement_block"), scope)
        seen = scope.start_byte, scope.end_byte
        for name in nodes(pattern, "identifier", "shorthand_property_identifier_pattern"):
            found.setdefault(text_of(name), []).append((node, *seen))
    return found


def _exports(root: Node, name: str) -> Iterator[Node]:
    """The expressions and functions that a module exports under a name."""
    for statement in root.named_children:
        if statement.type != "export_statement":
            continue
        if name == "default":
            value = statement.child_by_field_name("value")
            if value is not None:
                yield value
        declaration = statement.child_by_field_name("declaration")
        if declaration is not None and declaration.type in _FUNCTIONS:
            if name in {"default", text_of(declaration.child_by_field_name("name"))}:
                yield declaration
        elif declaration is not None:
            for item in nodes(declaration, "variable_declarator"):
                value = item.child_by_field_name("value")
                if _binds(item.child_by_field_name("name"), name) and value is not None:
                    yield value
        for item in nodes(statement, "export_specifier"):
            alias = item.child_by_field_name("alias") or item.child_by_field_name("name")
            own = item.child_by_field_name("name")
            if text_of(alias) == name and own is not None:
                yield own
