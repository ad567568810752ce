"""Edits of JSON texts."""

from __future__ import annotations

import json
import string
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.factors._json_text import add_to_list, line_of, read_jsonc, set_value

NAME = st.text(string.ascii_letters + '@/-_.\\"é', min_size=1, max_size=8)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=6,
)
PACKAGE = """{
  "name": "app",
  "files": ["dist", "src"],
  "dependencies": {
    "next": "15.5.7",
    "react": "19.0.0"
  }
}
"""


def test_addition_keeps_everything_else() -> None:
    """A dependency goes where its name belongs, and no other byte changes."""
    edited = set_value(PACKAGE, ("dependencies", "nice"), "1.0.0")
    assert edited == PACKAGE.replace('"react"', '"nice": "1.0.0",\n    "react"')


def test_missing_object_is_made_in_its_place() -> None:
    """engines goes before dependencies, as people write it."""
    edited = set_value(PACKAGE, ("engines", "node"), "24.x")
    assert edited is not None
    assert list(json.loads(edited)) == ["name", "files", "engines", "dependencies"]


def test_value_is_replaced_in_place() -> None:
    """A range that is there is overwritten, not doubled."""
    edited = set_value(PACKAGE, ("dependencies", "next"), "16.0.7")
    assert edited == PACKAGE.replace("15.5.7", "16.0.7")


@pytest.mark.parametrize("text", ["", "[]", "{", "1", '{"a" 1}', '{"a": }', "{" * 5000, "null"])
def test_what_is_no_object_is_left_alone(text: str) -> None:
    """Broken or foreign texts give no edit and no error."""
    assert set_value(text, ("a", "b"), "c") is None


@given(st.dictionaries(NAME, VALUE, max_size=5), st.lists(NAME, min_size=1, max_size=3), NAME)
def test_edit_is_what_it_says(value: dict[str, object], path: list[str], new: str) -> None:
    """Only the value at the path differs after the edit."""
    for indent in (None, 2, "\t"):
        text = json.dumps(value, indent=indent, ensure_ascii=False)
        edited = set_value(text, path, new)
        if edited is None:
            continue
        expected = json.loads(text)
        place = expected
        for key in path[:-1]:
            place = place.setdefault(key, {})
        place[path[-1]] = new
        assert json.loads(edited) == expected
        assert set_value(edited, path, new) == edited


@given(
    st.dictionaries(NAME, st.text(max_size=3), max_size=4),
    st.lists(NAME, min_size=2, max_size=3, unique=True),
)
def test_additions_commute(value: dict[str, str], names: list[str]) -> None:
    """The order in which dependencies are added leaves no trace."""
    for base in ({"dependencies": value}, {"name": "x"}, {}):
        outcomes = set()
        for order in permutations(names):
            text = json.dumps(base, indent=2, ensure_ascii=False)
            for name in order:
                edited = set_value(text, ("dependencies", name), "1")
                assert edited is not None
                text = edited
            outcomes.add(text)
        assert len(outcomes) == 1


def test_additions_at_the_top_commute() -> None:
    """Pins and dependencies made in any order give one text."""
    edits = (("engines", "node"), ("packageManager",), ("dependencies", "a"), ("dependencies", "b"))
    for base in ("{}", "{}\n", PACKAGE, '{"name": "x"}', '{\n  "zzz": 1\n}\n'):
        outcomes = set()
        for order in permutations(edits):
            text = base
            for path in order:
                text = set_value(text, path, "1") or text
            outcomes.add(text)
        assert len(outcomes) == 1, base


def test_list_gains_a_value_once() -> None:
    """A name is added in its order, and not again."""
    text = '{\n  // what the task gets\n  "tasks": {"build": {"env": ["A", "C"]}},\n}\n'
    once = add_to_list(text, ("tasks", "build", "env"), "B")
    assert once == text.replace('"A", "C"', '"A", "B", "C"')
    assert add_to_list(once or "", ("tasks", "build", "env"), "B") == once


def test_list_is_made_where_there_is_none() -> None:
    """A task without a list gets one."""
    text = '{"tasks": {"build": {"outputs": ["dist/**"]}}}'
    edited = add_to_list(text, ("tasks", "build", "env"), "B")
    assert read_jsonc(edited or "")["tasks"]["build"]["env"] == ["B"]


def test_comments_and_trailing_commas_are_read() -> None:
    """Configuration with comments is read as its tools read it."""
    text = '\ufeff{ // a "quote"\n "a": "// no comment", /* b */ "b": [1, 2,],\n}'
    assert read_jsonc(text) == {"a": "// no comment", "b": [1, 2]}
    assert read_jsonc("[" * 100_000) is None
    assert read_jsonc("{") is None


def test_line_of_a_key() -> None:
    """Lines count from one; a key that is not there has none."""
    assert line_of(PACKAGE, ("dependencies", "react")) == 6
    assert line_of(PACKAGE, ("dependencies", "vue")) is None
    assert line_of(PACKAGE, ("name", "x")) is None
