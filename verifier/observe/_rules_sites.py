"""What generators of sites say of a build that they give up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from verifier.model.outcome import Stage
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


def _crawled(_match: re.Match[str], around: Around) -> Reading | None:
    """The first address of Nitro's list, where all that failed is that nothing is there."""
    below = around.after(20)
    listed = list(_below_errors(below))
    if not listed or any(status != "404" for _, status in listed):
        return None
    address = listed[0][0]
    return Reading(subject=address, line=f"404 {address}", length=1 + 3 * len(listed))


def _below_errors(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Each address of the list, and the status it was answered with."""
    for line, said in pairwise(lines):
        address = re.search(r"[├└]─+ (/\S*) \(\d+ ?ms\)", line)
        status = re.search(r"[├└]─+ \[(\d{3})\] ", said)
        if address is not None and status is not None:
            yield address[1], status[1]


def _listed(_match: re.Match[str], around: Around) -> Reading:
    """The first name of a list, and as many lines as the list has."""
    names: list[str] = []
    for line in around.after(40):
        item = re.match(r"\s*- (\S+)$", line)
        if item is None:
            break
        names.append(item[1])
    first = names[0] if names else ""
    return Reading(
        subject=first, line=f"no document has the id {first}".rstrip(), length=1 + len(names)
    )


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
    rule(
        r"Error: 404 (?P<subject>/\S*)(?: \((?:linked|fetched) from (?P<page>\S+)\))?$"
        r"|`(?P<linked>/[^`]*)` was (?:linked|fetched) from `"
        r"|Received a 404 status code .* while prerendering the `(?P<path>/[^`]*)` path",
        "page-not-found",
        stage=Stage.PRERENDER,
        read=lambda m, _a: Reading(subject=m["subject"] or m["linked"] or m["path"]),
    ),
    rule(
        r"Received a 5\d\d status code from `entry\.server\.\w+` while prerendering the"
        r" `(?P<subject>/[^`]*)` path",
        "prerender-error",
        weight=Weight.WRAPPER,
        stage=Stage.PRERENDER,
    ),
    rule(r"^Errors prerendering:$", "page-not-found", stage=Stage.PRERENDER, read=_crawled),
    rule(
        r"Error: The \"(?P<subject>/[^\"]*)\" and \"/[^\"]*\" routes conflict with each other",
        "routes-clash",
    ),
    rule(r"These sidebar document ids do not exist", "page-not-found", read=_listed),
    rule(r"\[ERROR\] (?P<subject>\S.*?) exceeded maximum budget\. Budget ", "budget-exceeded"),
    # Astro heads every error of its own with its name; what the name says nobody else repeats.
    rule(
        r"^\[[A-Z][a-z]+[A-Z]\w*\] \S",
        "unclassified",
        weight=Weight.GENERIC,
        read=lambda _m, a: Reading(location=place_near(a, ahead=8), length=4),
    ),
)
