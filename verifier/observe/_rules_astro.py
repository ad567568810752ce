"""What Astro says of a build that it gives up."""

from __future__ import annotations

from typing import Final

from verifier.observe._rule import Reading, Rule, Weight, place_near, rule

RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"^\[NoAdapterInstalled\w*\]|^(?:NoAdapterInstalled\w*|AstroError)?:? ?"
        r"Cannot use server-(?:side rendering|rendered pages|islands)? ?\w* ?without an adapter",
        "adapter-missing",
        subject="astro",
    ),
    # Astro heads every error of its own with its name; what the name says nobody else repeats.
    rule(
        r"^\[[A-Z][a-z]+[A-Z]\w*\] \S",
        "unclassified",
        weight=Weight.GENERIC,
        read=lambda _m, a: Reading(location=place_near(a, ahead=8), length=4),
    ),
)
