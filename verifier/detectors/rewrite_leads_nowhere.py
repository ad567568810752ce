"""A rewrite of vercel.json leads to something that the output does not have.

What it detects:
    A rewrite or route whose destination is a path of the deployment at which no file and no
    function lies, and which no other rule answers.

Why it breaks the deployment:
    The platform rewrites the path, finds nothing, and goes on to the next rule: the request gets
    the start page or 404. Functions are found by their path below `api/`, not by their file.

Example:
    `"destination": "/server/api/index.ts"` for a server that is no function of the platform.

Remedy:
    Name what the output has, or deploy the server elsewhere and rewrite to its address.

Sources:
    Platform documentation, rewrites; outputs of `vercel build` 64.0.2, seen 2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._answers import deployed, vercel_config
from verifier.detectors._clues import rooted, seen_in
from verifier.detectors._json_edits import line_of_key
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern, Severity
from verifier.vercel.routing import Kind, Site, answer

ID: Final = "rewrite-leads-nowhere"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A rewrite leads to something the output does not have"

_PLAIN: Final = re.compile(r"^/[\w./-]*$")
_SOURCE: Final = re.compile(r"\.[cm]?[jt]sx?$")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One remark per rule whose destination is missing; what should be there nobody knows here."""
    of = deployed(evidence)
    if of is None or not of.is_whole:
        return ()
    path = rooted(evidence.project, "vercel.json")
    text = evidence.recipe.source.text(path) or ""
    found = []
    for key, place, target in _rules(evidence):
        if not _is_missing(of, target):
            continue
        line = line_of_key(text, (key,))
        found.append(
            accusation(
                ID,
                PATTERN,
                f"{key}[{place}]",
                summary=f"{key}[{place}] of {path} leads to {target}, which the output lacks",
                items=(
                    seen_in(path, f"leads to {target}", line),
                    EvidenceItem(
                        kind=EvidenceKind.PROBE,
                        text=f"the output has no file and no function at {target}",
                        run_id=evidence.observation.run_id,
                    ),
                ),
                places=(Location(file=path, line=line),),
                severity=Severity.WARNING,
            )
        )
    return tuple(found)


def _rules(evidence: Evidence) -> Iterator[tuple[str, int, str]]:
    config = vercel_config(evidence)
    for key, name in (("rewrites", "destination"), ("routes", "dest")):
        rules = config.get(key)
        for place, rule in enumerate(rules if isinstance(rules, list) else []):
            target = rule.get(name) if isinstance(rule, dict) else None
            if isinstance(target, str) and _PLAIN.match(target.partition("?")[0]):
                yield key, place, target.partition("?")[0]


def _is_missing(of: Site, target: str) -> bool:
    if of.lookup(target) is not None:
        return False
    found = answer(of, target)
    # A rule for all paths answers for a source file, too, with a page that was not meant.
    is_page = found.kind is Kind.FILE and found.target.endswith(".html")
    return found.kind is Kind.NOT_FOUND or (is_page and _SOURCE.search(target) is not None)
