"""Reads under a computed name: the names that helpers are called with, or that lists hold.

`required("API_URL")` reads a variable as much as `process.env.API_URL` does, and projects have such
helpers in a module of their own. What a name is computed from beyond that stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.intake.code_fallback import fallback_of, shown
from verifier.intake.code_syntax import (
    FUNCTIONS,
    Syntax,
    is_field,
    line_of,
    runs_at_load,
    string_of,
    text_of,
    unwrapped,
)

MAX_CALLS: Final = 2000
"""Calls recorded from one file."""

_NAME: Final = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{3,}")
_LOOPS: Final = frozenset({"map", "forEach", "filter", "find", "every", "some", "flatMap"})
_CALLS: Final = """
(call_expression function: [(identifier) (member_expression)] @function
  arguments: (arguments . [(string) (template_string)] @name)) @call
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawHelper:
    """A function that reads the variable its first argument names.

    fallback: what it gives for an absent one; None if that is nothing, or ends the program.
    """

    name: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCall:
    """A call with the name of a variable as its first argument; callee without its object."""

    callee: str
    name: str
    line: int
    fallback: str | None = None
    module_scope: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A name in a list that a loop reads variables by."""

    node: Node
    module_scope: bool


def helper_of(read: Node, around: tuple[Node, ...], index: str) -> RawHelper | None:
    """The named function whose parameter a computed read takes the name from, None if none."""
    for position, outer in enumerate(around):
        if outer.type in FUNCTIONS and index in _parameters(outer):
            name = _name_of(outer, around[position + 1 :])
            fallback = fallback_of(read, around)
            if not name or _parameters(outer)[0] != index:
                return None
            return RawHelper(
                name=name, fallback=None if _is_parameter(fallback, outer) else fallback
            )
    return None


def listed_names(
    syntax: Syntax, around: tuple[Node, ...], index: str, named: Mapping[str, Node]
) -> tuple[Listed, ...]:
    """The names that a loop around a computed read goes through, where they are written down.

    named: the expressions that the module gives names to.
    """
    for position, outer in enumerate(around):
        items: Node | None = None
        if outer.type == "for_in_statement":
            if text_of(outer.child_by_field_name("left")) == index:
                items = outer.child_by_field_name("right")
        elif outer.type in FUNCTIONS and index in _parameters(outer):
            items = _looped(around[position + 1 :])
            if items is None:
                return ()
        array = _array(items, named)
        if array is not None:
            at_load = runs_at_load(outer, around[position + 1 :])
            if items is not None and outer.type in FUNCTIONS:
                at_load = runs_at_load(items, syntax.ancestors(items))
            return tuple(
                Listed(node=n, module_scope=at_load)
                for n in array.named_children
                if _NAME.fullmatch(string_of(n) or "")
            )
    return ()


def read_calls(syntax: Syntax) -> tuple[RawCall, ...]:
    """The calls of a module that have the name of a variable as their first argument."""
    found: list[RawCall] = []
    if not re.search(rb"""\(\s*["'`][A-Z][A-Z0-9_]+["'`]""", syntax.source):
        return ()
    for call in syntax.captures(_CALLS).get("call", ())[: 10 * MAX_CALLS]:
        arguments = call.child_by_field_name("arguments")
        values = arguments.named_children if arguments is not None else []
        name = string_of(values[0]) if values else None
        if name is None or _NAME.fullmatch(name) is None or len(found) >= MAX_CALLS:
            continue
        function = call.child_by_field_name("function")
        member = function.child_by_field_name("property") if function is not None else None
        around = syntax.ancestors(call)
        found.append(
            RawCall(
                callee=text_of(member or function),
                name=name,
                line=line_of(values[0]),
                fallback=_second(values) or fallback_of(call, around),
                module_scope=runs_at_load(call, around),
            )
        )
    return tuple(found)


def _second(values: list[Node]) -> str | None:
    """A fallback that a call gives as its second argument; an object holds options instead."""
    given = unwrapped(values[1]) if len(values) > 1 else None
    return None if given is None or given.type == "object" else shown(given)


def _parameters(function: Node) -> list[str]:
    single = function.child_by_field_name("parameter")
    if single is not None:
        return [text_of(single)]
    listed = function.child_by_field_name("parameters")
    found = []
    for item in listed.named_children if listed is not None else ():
        pattern = item.child_by_field_name("pattern") or item.child_by_field_name("left") or item
        found.append(text_of(pattern))
    return found


def _is_parameter(fallback: str | None, function: Node) -> bool:
    """Whether what stands in for an absent value is what the caller gave."""
    return fallback is not None and fallback in _parameters(function)


def _name_of(function: Node, around: tuple[Node, ...]) -> str:
    own = text_of(function.child_by_field_name("name"))
    if own or not around:
        return own
    outer = around[0]
    if outer.type in {"variable_declarator", "pair"}:
        return text_of(outer.child_by_field_name("name") or outer.child_by_field_name("key"))
    return ""


def _looped(around: tuple[Node, ...]) -> Node | None:
    """The list whose method a function is given to, None where it is no such function."""
    if len(around) < 2 or around[0].type != "arguments" or around[1].type != "call_expression":
        return None
    called = around[1].child_by_field_name("function")
    if called is None or not is_field(around[1], "arguments", around[0]):
        return None
    if text_of(called.child_by_field_name("property")) not in _LOOPS:
        return None
    return called.child_by_field_name("object")


def _array(node: Node | None, named: Mapping[str, Node]) -> Node | None:
    inner = unwrapped(node)
    if inner is not None and inner.type == "identifier":
        inner = unwrapped(named.get(text_of(inner)))
    return inner if inner is not None and inner.type == "array" else None
