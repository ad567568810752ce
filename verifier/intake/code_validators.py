"""Schemas that a module holds its environment variables against, and their keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.intake.code_syntax import (
    Syntax,
    line_of,
    runs_at_load,
    string_of,
    text_of,
    unwrapped,
)

OPTIONAL: Final = "optional"
"""Fallback of a schema key that may be absent without a default."""
MAX_KEYS: Final = 500
"""Keys read from one schema."""
MAX_LINKS: Final = 100
"""Links of a chain of calls that are followed."""

_SECTIONS: Final = frozenset({"server", "client", "shared"})
_PARSERS: Final = frozenset({"parse", "safeParse", "parseAsync", "safeParseAsync", "assert"})
_TOLERANT: Final = frozenset({"optional", "nullish", "nullable", "exactOptional"})
_DEFAULTING: Final = frozenset({"default", "catch", "prefault", "fallback", "optional"})
_CALLS: Final = """
((call_expression function: (identifier) @_f) @create (#any-of? @_f "createEnv" "cleanEnv"
 "customCleanEnv"))
((call_expression function: (member_expression property: (property_identifier) @_g)) @create
 (#any-of? @_g "createEnv" "cleanEnv"))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaKey:
    """One variable that a schema describes; fallback None means it must be present."""

    name: str
    line: int
    fallback: str | None
    module_scope: bool


def read_schemas(syntax: Syntax, validated: tuple[Node, ...]) -> tuple[SchemaKey, ...]:
    """The keys of every schema in a module that environment variables are held against.

    validated: mentions of the whole environment object, as an argument or a property.
    """
    reader = _Reader(syntax)
    for node in validated[:MAX_KEYS]:
        reader.parsed(node)
    if b"createEnv" in syntax.source or b"leanEnv" in syntax.source:
        for call in syntax.captures(_CALLS).get("create", ())[:MAX_KEYS]:
            reader.created(call)
    if b"envField" in syntax.source:
        reader.declared()
    return tuple(reader.keys)


class _Reader:
    """Collects the schema keys of one module."""

    def __init__(self, syntax: Syntax) -> None:
        self.syntax = syntax
        self.keys: list[SchemaKey] = []
        self._named: dict[str, Node] | None = None
        self._seen: set[int] = set()

    def parsed(self, node: Node) -> None:
        """Read the schema in `schema.parse(process.env)` or `parse(schema, process.env)`."""
        around = self.syntax.ancestors(node)
        call = next((a for a in around if a.type == "call_expression"), None)
        if call is None:
            return
        function = call.child_by_field_name("function")
        if function is None:
            return
        name = text_of(function.child_by_field_name("property")) or text_of(function)
        if name not in _PARSERS:
            return
        arguments = call.child_by_field_name("arguments")
        first = unwrapped(arguments.named_children[0]) if arguments is not None else None
        if first is not None and not self._holds(first, node):
            self._schema(first)
        else:
            self._schema(function.child_by_field_name("object"))

    @staticmethod
    def _holds(outer: Node, inner: Node) -> bool:
        return outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte

    def created(self, call: Node) -> None:
        """Read the sections of `createEnv({…})` or the second argument of `cleanEnv`."""
        arguments = call.child_by_field_name("arguments")
        if arguments is None:
            return
        function = text_of(call.child_by_field_name("function"))
        values = [c for c in arguments.named_children if c.type != "comment"]
        if function.endswith("leanEnv"):
            if len(values) > 1:
                self._schema(values[1])
            return
        options = self._value(values[0]) if values else None
        for key, value in _pairs(options):
            if _key_name(key) in _SECTIONS:
                self._schema(value)

    def declared(self) -> None:
        """Read `X: envField.string({…})`, the form in which a site's configuration names keys."""
        query = "(pair key: (property_identifier) value: (call_expression)) @pair"
        for pair in self.syntax.captures(query).get("pair", ())[:MAX_KEYS]:
            value = pair.child_by_field_name("value")
            if text_of(value).startswith("envField."):
                self._key(pair.child_by_field_name("key"), value)

    def _schema(self, node: Node | None) -> None:
        """Read the keys of a schema: an object literal, or calls that were given some."""
        here = self._value(node)
        for _ in range(MAX_LINKS):
            if here is None:
                return
            if here.type == "object":
                self._keys_of(here)
                return
            if here.type == "member_expression":
                here = self._value(here.child_by_field_name("object"))
                continue
            if here.type != "call_expression":
                return
            arguments = here.child_by_field_name("arguments")
            for argument in arguments.named_children if arguments is not None else ():
                value = self._value(argument)
                if value is not None and value.type == "object":
                    self._keys_of(value)
            here = here.child_by_field_name("function")

    def _value(self, node: Node | None) -> Node | None:
        """The expression itself, or the one that a name of this module stands for."""
        inner = unwrapped(node)
        for _ in range(8):
            if inner is None or inner.type != "identifier":
                return inner
            if self._named is None:
                self._named = self.syntax.named_values()
            inner = unwrapped(self._named.get(text_of(inner)))
        return None

    def _keys_of(self, node: Node) -> None:
        if node.start_byte in self._seen:
            return
        self._seen.add(node.start_byte)
        for key, value in _pairs(node):
            self._key(key, value)

    def _key(self, key: Node | None, value: Node | None) -> None:
        name = _key_name(key)
        if key is None or not name or not name.replace("_", "").isalnum():
            return
        if name != name.upper():
            return
        fallback = _fallback(unwrapped(value))
        around = self.syntax.ancestors(key)
        self.keys.append(
            SchemaKey(
                name=name,
                line=line_of(key),
                fallback=fallback,
                module_scope=runs_at_load(key, around),
            )
        )


def _pairs(node: Node | None) -> list[tuple[Node | None, Node | None]]:
    if node is None or node.type != "object":
        return []
    return [
        (c.child_by_field_name("key"), c.child_by_field_name("value"))
        for c in node.named_children[:MAX_KEYS]
        if c.type == "pair"
    ]


def _key_name(key: Node | None) -> str:
    if key is None:
        return ""
    return (string_of(key) or "") if key.type == "string" else text_of(key)


def _fallback(value: Node | None) -> str | None:
    """What a schema gives for an absent key; None if absence is an error.

    A choice between two schemas tolerates absence only if both of them do.
    """
    if value is None:
        return None
    if value.type == "ternary_expression":
        branches = (
            _of_chain(unwrapped(value.child_by_field_name("consequence"))),
            _of_chain(unwrapped(value.child_by_field_name("alternative"))),
        )
        return None if None in branches else branches[0]
    return _of_chain(value)


def _of_chain(node: Node | None) -> str | None:
    for _ in range(MAX_LINKS):
        if node is None or node.type != "call_expression":
            return None
        function = node.child_by_field_name("function")
        arguments = node.child_by_field_name("arguments")
        values = [] if arguments is None else list(arguments.named_children)
        name = text_of(function)
        if function is not None and function.type == "member_expression":
            name = text_of(function.child_by_field_name("property"))
        if name in _DEFAULTING and name not in _TOLERANT and values:
            return (string_of(values[0]) or text_of(values[0]))[:200]
        if name in _TOLERANT:
            default = string_of(values[1]) if len(values) > 1 else None
            return default if default is not None else OPTIONAL
        found = _of_options(values)
        if found is not None:
            return found
        node = function.child_by_field_name("object") if function is not None else None
        node = unwrapped(node)
    return None


def _of_options(values: list[Node]) -> str | None:
    """The default in `str({ default: "x" })` or `optional: true`."""
    for value in values:
        for key, given in _pairs(value):
            name = _key_name(key)
            if name == "default" and given is not None:
                literal = string_of(given)
                return (text_of(given) if literal is None else literal)[:200] or OPTIONAL
            if name == "optional" and text_of(given) == "true":
                return OPTIONAL
    return None
