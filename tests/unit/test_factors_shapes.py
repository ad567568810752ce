"""What was most likely meant by a value of the wrong shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.factors._shapes import mended, misshape_of

URL = "https://example.com"


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("SITE_URL", '"https://x.example"', "https://x.example"),
        ("SITE_URL", "https://x.example\n", "https://x.example"),
        ("SITE_URL", "SITE_URL=https://x.example", "https://x.example"),
        ("SITE_URL", 'SITE_URL="https://x.example"', "https://x.example"),
        ("SITE_URL", "x.example", "https://x.example"),
        ("SITE_URL", "encrypted:AAAA", URL),
        ("SITE_URL", "undefined", URL),
        ("SITE_URL", "https://${HOST}", URL),
        ("REGION_NAME", "north\n", "north"),
    ],
)
def test_a_value_is_mended_as_little_as_can_be(name: str, typed: str, meant: str) -> None:
    """What was typed around the value goes; what cannot be known becomes an example."""
    assert misshape_of(name, typed) is not None
    assert mended(name, typed, URL if name == "SITE_URL" else "example") == meant


@given(st.text(max_size=40))
def test_what_was_mended_has_a_right_shape(typed: str) -> None:
    """Mending once is enough, whatever was typed."""
    assert misshape_of("SITE_URL", mended("SITE_URL", typed, URL)) is None
