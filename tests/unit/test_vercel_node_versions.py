"""The platform's choice of a Node.js major."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.vercel.node_versions import NodeChoice, NodeRefusal, RefusalCode, select_node
from verifier.vercel.ranges import exact_version, is_range, meets_line, satisfies

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("engines", "major"),
    [
        ("24.x", 24),
        (">=18", 24),
        (">=20.9.0", 24),
        ("^22", 22),
        ("22.x", 22),
        ("22.12.0", 22),
        ("v22", 22),
        ("20 || 22", 22),
        ("20 - 22", 22),
        ("*", 24),
        (">=18 <23", 22),
        ("~22.3", 22),
        (">22", 24),
        ("<=23", 22),
    ],
)
def test_range_selects_newest_major_it_meets(engines: str, major: int) -> None:
    """Majors are tried newest first."""
    choice = select_node(engines, None, today=TODAY)
    assert isinstance(choice, NodeChoice)
    assert choice.major == major


@pytest.mark.parametrize(
    ("engines", "code"),
    [
        ("20.x", RefusalCode.DISCONTINUED),
        ("^20.1.0", RefusalCode.DISCONTINUED),
        ("18.x", RefusalCode.INVALID),
        ("16 || 18", RefusalCode.INVALID),
        ("26.x", RefusalCode.INVALID),
        ("lts/*", RefusalCode.INVALID),
        ("node", RefusalCode.INVALID),
    ],
)
def test_range_without_offered_major_is_refused(engines: str, code: RefusalCode) -> None:
    """The platform's own code tells a discontinued major from an unknown range."""
    refusal = select_node(engines, None, today=TODAY)
    assert isinstance(refusal, NodeRefusal)
    assert refusal.code is code
    assert "24.x" in refusal.message


def test_engines_win_over_setting() -> None:
    """The project setting does not apply where engines.node is given, and a warning says so."""
    choice = select_node("22.x", "24.x", today=TODAY)
    assert isinstance(choice, NodeChoice)
    assert choice.major == 22
    assert any("24.x" in w for w in choice.warnings)


def test_setting_counts_without_engines() -> None:
    """A refusal because of the setting asks to change the setting."""
    refusal = select_node(None, "18.x", today=TODAY)
    assert isinstance(refusal, NodeRefusal)
    assert not refusal.from_engines
    assert "Project Settings" in refusal.message


def test_nothing_asked_selects_newest() -> None:
    """Without engines and setting the newest major is used."""
    choice = select_node("", None, today=TODAY)
    assert isinstance(choice, NodeChoice)
    assert choice.major == 24


def test_twenty_was_taken_before_its_date() -> None:
    """Up to its last day a major builds with a warning."""
    before = select_node("20.x", None, today=date(2026, 9, 30))
    assert isinstance(before, NodeChoice)
    assert before.major == 20
    assert any("deprecated" in w for w in before.warnings)
    assert isinstance(select_node("20.x", None, today=date(2026, 10, 1)), NodeRefusal)


@given(st.text(max_size=400))
def test_any_text_gets_an_answer(text: str) -> None:
    """No range, however odd, raises."""
    answer = select_node(text, text, today=TODAY)
    assert isinstance(answer, NodeChoice | NodeRefusal)


@given(st.integers(0, 40), st.integers(0, 30), st.integers(0, 30))
def test_exact_version_meets_its_line_only(major: int, minor: int, patch: int) -> None:
    """An exact version lies in the line of its major and in no other."""
    text = f"{major}.{minor}.{patch}"
    assert is_range(text)
    assert meets_line(text, major)
    assert meets_line(text, major, minor)
    assert not meets_line(text, major + 1)
    assert not meets_line(text, major, minor + 1)
    assert satisfies(text, f"^{text}")
    assert exact_version(text) == (major, minor, patch)


def test_empty_range_meets_nothing() -> None:
    """A range that contradicts itself meets no line."""
    assert not meets_line(">=22 <20", 22)
    assert not meets_line("<20", 20)
    assert meets_line("<20.0.1", 20)
