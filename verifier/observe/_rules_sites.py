"""What generators of sites say of a build that they give up."""

from __future__ import annotations

import re
from typing import Final

from verifier.observe._rule import Around, Reading, Rule, Weight, place_near, rule


def _broken_links(match: re.Match[str], around: Around) -> Reading:
    """The first page with such a link, and where it leads."""
    below = "\n".join(around.after(14))
    page = re.search(r"on source page path = (\S+?):?$", below, re.MULTILINE)
    target = re.search(r"-> linking to (\S+)", below)
    line = f"broken {match['what']}"
    if page and target:
        line = f"{line}: {page[1]} links to {target[1]}"
    return Reading(subject=page[1] if page else "", line=line, length=14)


RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"^\[NoAdapterInstalled\w*\]|Cannot use server[- ][a-z ]{1,30} without an adapter",
        "adapter-missing",
        subject="astro",
    ),
    rule(
        r"(?:\[cause\]: )?Error: Docusaurus found broken (?P<what>links|anchors)",
        "broken-links",
        read=_broken_links,
    ),
    # Astro heads every error of its own with its name; what the name says nobody else repeats.
    rule(
        r"^\[[A-Z][a-z]+[A-Z]\w*\] \S",
        "unclassified",
        weight=Weight.GENERIC,
        read=lambda _m, a: Reading(location=place_near(a, ahead=8), length=4),
    ),
)
