"""Where a module reads environment variables, and what it does when they are absent."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from tree_sitter import Node

from verifier.intake.code_env_calls import RawHelper, helper_of, listed_names
from verifier.intake.code_fallback import fallback_of, shown
from verifier.intake.code_syntax import (
    Syntax,
    is_field,
    is_wrapper,
    line_of,
    runs_at_load,
    string_of,
    text_of,
    unwrapped,
)
from verifier.intake.code_validators import read_schemas

MAX_READS: Final = 5000
"""Reads recorded from one file."""

_ENV_OBJECTS: Final = frozenset(
    {
        "process.env",
        "globalThis.process.env",
        "global.process.env",
        "import.meta.env",
        "Bun.env",
        "globalThis.env",
    }
)
_BUILT_IN: Final = frozenset({"MODE", "DEV", "PROD", "SSR", "BASE_URL", "LEGACY"})
"""Members of `import.meta.env` that the bundler itself provides."""

_ENV_MODULES: Final = ("$env/static/", "astro:env/")
_ENV_OBJECT_MODULES: Final = ("$env/dynamic/", "node:process", "process")

_OBJECTS: Final = '((member_expression property: (property_identifier) @_p) @env (#eq? @_p "env"))'
_DENO: Final = """
((call_expression function: (member_expression object: (member_expression) @_o
  property: (property_identifier) @_m)) @call (#eq? @_o "Deno.env") (#eq? @_m "get"))
"""
_MAY_IMPORT: Final = re.compile(rb"""["'](?:\$env/|astro:env/|node:process|process["'])""")
_MAY_BIND: Final = re.compile(rb"loadEnv|=\s*process\b(?!\s*\.)")
_DECLARATIONS: Final = """
(variable_declarator name: (identifier) @name value: (call_expression
  function: (identifier) @called))
(variable_declarator name: (object_pattern) @pattern value: (identifier) @process)
"""
_IDENTIFIERS: Final = """
[(member_expression object: (identifier) @use)
 (subscript_expression object: (identifier) @use)
 (variable_declarator value: (identifier) @use)
 (arguments (identifier) @use)
 (assignment_expression right: (identifier) @use)
 (pair value: (identifier) @use)
 (binary_expression right: (identifier) @use)]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRead:
    """One read of a variable as written; name None where it is computed."""

    name: str | None
    line: int
    form: str
    fallback: str | None = None
    module_scope: bool = False


def read_env(syntax: Syntax, *, is_config: bool = False) -> tuple[RawRead, ...]:
    """The reads of environment variables of one module, in order of line and name.

    is_config: the module is a tool's configuration, whose exported function the tool calls.
    """
    return read_env_and_helpers(syntax, is_config=is_config)[0]


def read_env_and_helpers(
    syntax: Syntax, *, is_config: bool = False
) -> tuple[tuple[RawRead, ...], tuple[RawHelper, ...]]:
    """The reads of one module as above, and its functions that read what they are told to."""
    if not _mentions_env(syntax.source):
        return (), ()
    reader = _Reader(syntax, is_config=is_config)
    reader.read()
    return reader.sorted(), tuple(reader.helpers)


def _mentions_env(source: bytes) -> bool:
    return b"env" in source or b"Env" in source


class _Reader:
    """Collects the reads of one module."""

    def __init__(self, syntax: Syntax, *, is_config: bool) -> None:
        self.syntax = syntax
        self.is_config = is_config
        self.reads: list[RawRead] = []
        self.aliases: dict[str, str] = {}
        self.validated: list[Node] = []
        self.helpers: list[RawHelper] = []

    def read(self) -> None:
        for node in self.syntax.captures(_OBJECTS).get("env", ())[:MAX_READS]:
            name = text_of(node).replace("?.", ".") if node.end_byte - node.start_byte < 60 else ""
            if name in _ENV_OBJECTS:
                self._object(node, _form(name))
        deno = self.syntax.captures(_DENO) if b"Deno" in self.syntax.source else {}
        for node in deno.get("call", ())[:MAX_READS]:
            self._deno(node)
        self._imports()
        self._declarations()
        if self.aliases:
            uses = self.syntax.captures(_IDENTIFIERS).get("use", ())
            for node in uses[: 4 * MAX_READS]:
                form = self.aliases.get(text_of(node))
                if form is not None:
                    self._object(node, form)
        self.reads.extend(
            RawRead(
                name=key.name,
                line=key.line,
                form="validator",
                fallback=key.fallback,
                module_scope=key.module_scope,
            )
            for key in read_schemas(self.syntax, tuple(self.validated))
        )

    def sorted(self) -> tuple[RawRead, ...]:
        """The reads without repetitions, a schema's tolerance carried over to its inputs."""
        optional = {
            r.name: r.fallback
            for r in self.reads
            if r.form == "validator" and r.fallback is not None and r.name is not None
        }
        reads = {
            replace(r, fallback=optional[r.name])
            if r.fallback is None and r.name in optional
            else r
            for r in self.reads
        }
        return tuple(sorted(reads, key=lambda r: (r.line, r.name or "", r.form)))

    def _add(self, node: Node, name: str | None, form: str, fallback: str | None) -> None:
        if len(self.reads) >= MAX_READS or (form == "import.meta.env" and name in _BUILT_IN):
            return
        around = self.syntax.ancestors(node)
        self.reads.append(
            RawRead(
                name=name,
                line=line_of(node),
                form=form,
                fallback=fallback,
                module_scope=runs_at_load(node, around, is_config=self.is_config),
            )
        )

    def _object(self, node: Node, form: str) -> None:
        """Record what is done with one mention of the object that holds the variables."""
        around = self.syntax.ancestors(node)
        child, position = node, 0
        while position < len(around) and is_wrapper(around[position]):
            child, position = around[position], position + 1
        if position == len(around):
            return
        parent, outer = around[position], around[position + 1 :]
        match parent.type:
            case "member_expression" if is_field(parent, "object", child):
                name = text_of(parent.child_by_field_name("property"))
                self._member(parent, name, form, outer)
            case "subscript_expression" if is_field(parent, "object", child):
                index = unwrapped(parent.child_by_field_name("index"))
                self._member(parent, string_of(index), form, outer)
                if index is not None and index.type == "identifier":
                    self._computed(parent, text_of(index), form, outer)
            case "variable_declarator" if is_field(parent, "value", child):
                self._bind(parent.child_by_field_name("name"), form)
            case "assignment_expression" if is_field(parent, "right", child):
                self._bind(parent.child_by_field_name("left"), form)
            case "required_parameter" | "optional_parameter" if is_field(parent, "value", child):
                self._bind(parent.child_by_field_name("pattern"), form)
            case "binary_expression" if is_field(parent, "right", child):
                name_or_none = string_of(parent.child_by_field_name("left"))
                if text_of(parent.child_by_field_name("operator")) == "in" and name_or_none:
                    self._add(parent, name_or_none, form, fallback_of(parent, outer))
            case "arguments" | "pair" | "spread_element":
                self.validated.append(node)
            case _:
                pass

    def _member(self, node: Node, name: str | None, form: str, around: tuple[Node, ...]) -> None:
        if name == "" or _is_written(node, around):
            return
        if [a.type for a in around[:3]] == ["pair", "object", "arguments"]:
            self.validated.append(node)
        self._add(node, name, form, fallback_of(node, around))

    def _computed(self, node: Node, index: str, form: str, around: tuple[Node, ...]) -> None:
        """Record what is known of a read whose name a parameter or a loop gives."""
        helper = helper_of(node, around, index)
        if helper is not None and len(self.helpers) < MAX_READS:
            self.helpers.append(helper)
            return
        named = self.syntax.named_values()
        fallback = fallback_of(node, around)
        self.reads.extend(
            RawRead(
                name=string_of(listed.node),
                line=line_of(listed.node),
                form=form,
                fallback=fallback,
                module_scope=listed.module_scope,
            )
            for listed in listed_names(self.syntax, around, index, named)
        )

    def _bind(self, pattern: Node | None, form: str) -> None:
        """Follow `const env = process.env` and `const { A, B = "x" } = process.env`."""
        if pattern is None:
            return
        if pattern.type == "identifier":
            self.aliases.setdefault(text_of(pattern), form)
            return
        if pattern.type != "object_pattern":
            return
        for item in pattern.named_children:
            match item.type:
                case "shorthand_property_identifier_pattern":
                    self._add(item, text_of(item), "destructured", None)
                case "object_assignment_pattern":
                    default = item.child_by_field_name("right")
                    name = text_of(item.child_by_field_name("left"))
                    self._add(item, name, "destructured", shown(default))
                case "pair_pattern":
                    self._pair_pattern(item)
                case _:
                    pass

    def _pair_pattern(self, item: Node) -> None:
        key, value = item.child_by_field_name("key"), item.child_by_field_name("value")
        if key is None:
            return
        name = string_of(key) if key.type == "string" else text_of(key)
        if key.type == "computed_property_name":
            name = None
        default = None
        if value is not None and value.type == "assignment_pattern":
            default = shown(value.child_by_field_name("right"))
        self._add(item, name, "destructured", default)

    def _deno(self, node: Node) -> None:
        arguments = node.child_by_field_name("arguments")
        if arguments is None or not arguments.named_children:
            return
        name = string_of(arguments.named_children[0])
        around = self.syntax.ancestors(node)
        self._add(node, name, "process.env", fallback_of(node, around))

    def _declarations(self) -> None:
        if _MAY_BIND.search(self.syntax.source) is None:
            return
        captures = self.syntax.captures(_DECLARATIONS)
        for called in captures.get("called", ())[:MAX_READS]:
            if text_of(called) == "loadEnv":
                around = self.syntax.ancestors(called)
                declarator = next(a for a in around if a.type == "variable_declarator")
                self._bind(declarator.child_by_field_name("name"), "config")
        for value in captures.get("process", ())[:MAX_READS]:
            if text_of(value) == "process":
                declarator = self.syntax.ancestors(value)[0]
                self._bind_env_of(declarator.child_by_field_name("name"))

    def _bind_env_of(self, pattern: Node | None) -> None:
        for item in pattern.named_children if pattern is not None else ():
            if text_of(item) == "env":
                self.aliases.setdefault("env", "process.env")
            elif item.type == "pair_pattern" and text_of(item.child_by_field_name("key")) == "env":
                self._bind(item.child_by_field_name("value"), "process.env")

    def _imports(self) -> None:
        """Follow modules whose exports are variables, or the object that holds them."""
        if _MAY_IMPORT.search(self.syntax.source) is None:
            return
        for node in self.syntax.captures("(import_statement) @i").get("i", ())[:MAX_READS]:
            module = string_of(node.child_by_field_name("source")) or ""
            for item in _specifiers(node):
                name = text_of(item.child_by_field_name("name"))
                local = text_of(item.child_by_field_name("alias")) or name
                if module.startswith(_ENV_OBJECT_MODULES) and name == "env":
                    self.aliases.setdefault(local, "process.env")
                elif module.startswith(_ENV_MODULES) and name.isupper():
                    self._add(item, name, "destructured", None)


def _form(name: str) -> str:
    return "import.meta.env" if name == "import.meta.env" else "process.env"


def _specifiers(node: Node) -> list[Node]:
    found: list[Node] = []
    for clause in node.named_children:
        for part in clause.named_children if clause.type == "import_clause" else ():
            if part.type == "named_imports":
                found.extend(c for c in part.named_children if c.type == "import_specifier")
    return found


def _is_written(node: Node, around: tuple[Node, ...]) -> bool:
    parent = around[0] if around else None
    if parent is None:
        return False
    if parent.type == "assignment_expression":
        return is_field(parent, "left", node)
    return parent.type == "unary_expression" and parent.children[0].type == "delete"
