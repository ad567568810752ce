"""What a program does when a variable that it reads is absent."""

from __future__ import annotations

from typing import Final

from tree_sitter import Node

from verifier.intake.code_syntax import is_field, is_wrapper, string_of, text_of, unwrapped

GUARDED: Final = "guarded"
"""Fallback of a read whose absence takes another branch that does not throw."""
MAX_AROUND: Final = 60
"""Nodes around a read in which a test of the same variable is looked for."""

_COMPARISONS: Final = frozenset({"===", "!==", "==", "!=", "in", "<", ">", "<=", ">="})
_ALTERNATIVES: Final = frozenset({"||", "??"})
_ENDINGS: Final = ("throw ", "process.exit", "invariant(", "assert(", "notFound(")


def fallback_of(node: Node, around: tuple[Node, ...]) -> str | None:
    """What stands in for an absent value: a literal, `guarded`, or None for nothing.

    around: the nodes around the read, nearest first.
    """
    step = _Climb(node)
    for outer in around:
        if not step.up(outer):
            break
    if step.ends:
        return None
    if step.shown is not None:
        return step.shown
    return GUARDED if step.tested or _is_behind_test(node, around) else None


class _Climb:
    """The way from a read to the statement it stands in, and what was met on it.

    tested: the value only decides a branch. shown: what replaces it. ends: its absence ends the
    program.
    """

    def __init__(self, node: Node) -> None:
        self.child = node
        self.tested = False
        self.shown: str | None = None
        self.ends = False

    def up(self, outer: Node) -> bool:
        """Take one step; False where the value leaves for the rest of the program."""
        goes_on = is_wrapper(outer) or self._step(outer)
        self.child = outer
        return goes_on

    def _step(self, outer: Node) -> bool:
        goes_on = False
        match outer.type:
            case "binary_expression":
                goes_on = self._binary(outer)
            case "unary_expression":
                self.tested = goes_on = True
            case "ternary_expression":
                goes_on = not is_field(outer, "condition", self.child)
                self.tested = self.tested or not goes_on
            case "if_statement" if is_field(outer, "condition", self.child):
                self.ends = _throws(outer.child_by_field_name("consequence"))
                self.tested = True
            case "member_expression" if outer.child_by_field_name("optional_chain"):
                self.tested = True
            case "augmented_assignment_expression" if is_field(outer, "left", self.child):
                self.shown = shown(outer.child_by_field_name("right"))
            case "arguments" if text_of(outer.prev_sibling) == "Boolean":
                self.tested = goes_on = True
            case "call_expression":
                goes_on = self.tested
            case _:
                pass
        return goes_on

    def _binary(self, outer: Node) -> bool:
        operator = text_of(outer.child_by_field_name("operator"))
        is_left = is_field(outer, "left", self.child)
        if operator in _ALTERNATIVES:
            right = unwrapped(outer.child_by_field_name("right"))
            if is_left and not self.tested and _throws(right):
                self.ends = True
                return False
            if is_left and not self.tested:
                is_last = string_of(right) is not None
                self.shown = shown(right) if is_last or self.shown is None else self.shown
                return not is_last
            return True
        if operator == "&&":
            self.tested = self.tested or is_left
            return True
        self.tested = self.tested or operator in _COMPARISONS
        return operator in _COMPARISONS


def shown(node: Node | None) -> str | None:
    """A fallback as reports show it: the literal's value, else its source text, shortened."""
    inner = unwrapped(node)
    if inner is None:
        return None
    if text_of(inner) in {"undefined", "null"}:
        return GUARDED
    if inner.type == "binary_expression":
        right = string_of(unwrapped(inner.child_by_field_name("right")))
        if right is not None:
            return right[:200]
    literal = string_of(inner)
    return (text_of(inner) if literal is None else literal)[:200]


def _throws(node: Node | None) -> bool:
    """Whether a branch ends the program: it throws, exits or fails an assertion."""
    text = text_of(node)
    return any(word in text for word in _ENDINGS)


def _is_behind_test(node: Node, around: tuple[Node, ...]) -> bool:
    """Whether a branch that is taken only if the same variable is set stands around a read."""
    own = text_of(node).replace("!", "")
    child = node
    for outer in around[:MAX_AROUND]:
        tested: Node | None = None
        if outer.type in {"ternary_expression", "if_statement"}:
            tested = outer.child_by_field_name("condition")
        elif outer.type == "binary_expression" and is_field(outer, "right", child):
            operator = text_of(outer.child_by_field_name("operator"))
            tested = outer.child_by_field_name("left") if operator == "&&" else None
        if tested is not None and tested != child and own in text_of(tested):
            return True
        child = outer
    return False
