"""Tests of the bounded matcher of route patterns."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.vercel.patterns import UndecidableError, match

REAL = [
    r"^(?:/(.*))$",
    r"^(?:/((?!api/).*))$",
    r"^/api/items/([^/]+)$",
    r"^(?:\/((?:[^\/]+?)(?:\/(?:[^\/]+?))*))\/$",
    r"^(?:\/(_next\/data\/[^/]{1,}))?(?:\/((?!api|_next\/static).*))(\.json)?[\/#\?]?$",
    r"/(?<path>.+?)(?:/)?$",
    r"^/((?!.+\.rsc).+?)(?:/)?$",
    r"^/blog(?:/(?<slug>.+?))?(?:/)?$",
    r"^(?!/api).*$",
    r"^/[A-Z\d_-]+\.js$",
    r"^/(?:en|de)?/?(?<nxtPid>\d+)$",
]
PATHS = [
    "/",
    "/about",
    "/about/",
    "/api",
    "/api/items/5",
    "/blog/a/b/",
    "/a.rsc",
    "/en/12",
    "/X-1.js",
]


@pytest.mark.parametrize("pattern", REAL)
@pytest.mark.parametrize("path", PATHS)
def test_a_pattern_matches_as_any_engine_would(pattern: str, path: str) -> None:
    """Patterns of real routing tables give the groups that Python's engine gives."""
    expected = re.search(
        pattern.replace("(?<", "(?P<").replace("(?P<!", "(?<!"), path, re.IGNORECASE
    )
    found = match(pattern, path)
    assert (found is None) == (expected is None)
    if found is not None and expected is not None:
        assert found.groups["0"] == expected[0]
        given_groups = [found.groups.get(str(n + 1)) for n in range(len(expected.groups()))]
        assert given_groups == list(expected.groups())


@given(st.text(alphabet="ab/.-", max_size=24))
def test_any_path_is_judged_as_by_another_engine(path: str) -> None:
    """Repetitions and alternatives agree with Python's engine on arbitrary paths."""
    pattern = r"^/(?:(a+?)(?:/(b{1,2}|ab))*)?(?:\.(-*))?$"
    expected = re.search(pattern, path)
    found = match(pattern, path)
    assert (found is None) == (expected is None)
    assert found is None or expected is None or found.groups.get("1") == expected[1]


def test_a_pattern_written_to_never_end_is_refused() -> None:
    """A hostile pattern costs a bounded number of steps."""
    with pytest.raises(UndecidableError):
        match("^/(a+)+$", "/" + "a" * 60 + "b")


@pytest.mark.parametrize(
    "pattern", ["(?<=a)b", "a**", "(", "[a", r"\1", "(?<a>x)(?<a>y)", "x" * 5000]
)
def test_what_is_not_read_is_refused(pattern: str) -> None:
    """Syntax outside of what routes use is never guessed at."""
    with pytest.raises(UndecidableError):
        match(pattern, "/abc")


def test_deep_nesting_is_refused() -> None:
    """Neither reading nor matching recurses without end."""
    with pytest.raises(UndecidableError):
        match("(" * 500 + "a" + ")" * 500, "/a")
