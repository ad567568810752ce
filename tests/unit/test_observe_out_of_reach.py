"""Tests of what a log tells of things that could not be fetched and can be stood in for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from verifier.observe._out_of_reach import refused_font_sheets, refused_pnpm

LOGS = Path(__file__).parents[1] / "data" / "logs"
UNSIGNED = "its npm registry signature could not be verified (pnpm@10.11.0 has none)"
SHEET = "https://fonts.googleapis.com/css2?family=Geist:wght@100..900&display=swap"


@pytest.mark.parametrize(
    ("lines", "sheets"),
    [
        ([f"while requesting {SHEET}", "Failed to fetch Geist from Google Fonts."], (SHEET,)),
        (["Failed to fetch `Inter` from Google Fonts."], ()),
        ([f'<link rel="stylesheet" href="{SHEET}">'], None),
        (["Failed to fetch the price list"], None),
    ],
)
def test_sheets_are_read_only_where_a_font_was_refused(
    lines: list[str], sheets: tuple[str, ...] | None
) -> None:
    """An address alone is no trouble, and webpack refuses a font without telling its address."""
    assert refused_font_sheets(lines) == sheets


@pytest.mark.parametrize(
    ("name", "told"), [("google-font-next15", False), ("google-font-next16", True)]
)
def test_real_logs_of_both_bundlers_are_understood(name: str, told: bool) -> None:
    """Turbopack tells which style sheets it asked for."""
    found = refused_font_sheets(json.loads((LOGS / f"{name}.json").read_text())["log"])
    assert found is not None
    assert bool(found) is told


@pytest.mark.parametrize(
    ("line", "version"),
    [
        (f" ERROR  Refusing to run pnpm@10.11.0: {UNSIGNED}", "10.11.0"),
        ("[ERROR] Refusing to run pnpm@11.0.0: its npm registry signature could not be", ""),
        (" ERROR  Refusing to run script build", ""),
    ],
)
def test_an_exact_pnpm_that_nobody_signed_is_recognised(line: str, version: str) -> None:
    """Only the refusal itself counts."""
    assert refused_pnpm(["Progress: resolved 1", line]) == version
