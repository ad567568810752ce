"""A manifest asks for a version, or for a package, that the registry does not have.

What it detects:
    An install that stops because nothing matches what a package.json of the project asks for.

Why it breaks the deployment:
    The platform installs into an empty node_modules and has to resolve every range. A laptop keeps
    what it installed before the line was written, or never installed it at all. Generated
    manifests name versions, and sometimes packages, that were never published.

Example:
    `"@radix-ui/react-label": "^1.2.0"`, where the major version 1 ended at 1.0.0.

Remedy:
    Ask for any version of the same major, or remove a package that does not exist. Removing one
    that the code imports does not make a build pass, and is then not offered by any trial.

Sources:
    npm: ETARGET and E404; pnpm: ERR_PNPM_NO_MATCHING_VERSION and ERR_PNPM_FETCH_404.
    An install with npm 11, seen 2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._json_edits import line_of_key, with_key, without_key
from verifier.factors._install import is_frozen, loosening
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Manifest
from verifier.model.recipe import Recipe

ID: Final = "unavailable-dependency"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A declared version or package does not exist"

_FIELDS: Final = ("dependencies", "devDependencies", "optionalDependencies")
_SUBJECT: Final = re.compile(r"^(?P<name>(?:@[^/@]+/)?[^@/]+)(?:@(?P<range>.+))?$")
_VERSION: Final = re.compile(r"^[\^~=v]?(?P<major>\d+)\.(?P<minor>\d+)\.\d+(?:-[\w.]+)?$")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per declaration that the failed install could not resolve."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "package-not-found"):
        named = _SUBJECT.match(block.signature.subject)
        if named is None:
            continue
        for manifest, field, asked in _declarations(evidence, named["name"], named["range"]):
            made = _finding(evidence, manifest, (field, named["name"]), asked, block.lines)
            found.setdefault(f"{manifest.path} {named['name']}", made)
    return tuple(found.values())


def _declarations(
    evidence: Evidence, name: str, wanted: str | None
) -> Iterator[tuple[Manifest, str, str]]:
    """Where the project itself asks for it; a wish of a dependency is not the project's to mend."""
    for manifest in evidence.project.manifests:
        for field in _FIELDS:
            asked = manifest.raw.get(field)
            said = asked.get(name) if isinstance(asked, dict) else None
            if isinstance(said, str) and (wanted is None or said == wanted):
                yield manifest, field, said


def _finding(
    evidence: Evidence,
    manifest: Manifest,
    path: tuple[str, str],
    asked: str,
    lines: tuple[str, ...],
) -> Finding:
    name = path[1]
    text = evidence.recipe.source.text(manifest.path) or ""
    place = Location(file=manifest.path, line=line_of_key(text, path))
    line = next((row for row in lines if name in row), lines[0])
    versions = any("matching version" in row.lower() for row in lines)
    wider = _wider(asked) if versions else None
    loose = loosening(evidence.project, evidence.clean)
    after = loose if is_frozen(evidence.project, evidence.clean) else in_turn()
    if wider is not None:
        offered: tuple[Change, ...] = (
            _change(
                name,
                f'Ask for {name} "{wider}" in {manifest.path}: no published version is {asked}',
                in_turn(editing(manifest.path, lambda t: with_key(t, path, wider)), after),
                place,
                "asked for in a version that does not exist",
            ),
        )
    elif not versions:
        offered = (
            _change(
                name,
                f"Remove {name} from {path[0]} in {manifest.path}: no such package is published",
                in_turn(editing(manifest.path, lambda t: without_key(t, path)), after),
                place,
                "declared, but no such package exists",
            ),
        )
    else:
        offered = ()
    what = f"no version of {name} matches {asked}" if versions else f"{name} is not published"
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{what}, which {manifest.path} asks for",
        items=(quoted(evidence, line),),
        weight=0.9,
        places=(place,),
        remedies=offered,
    )


def _change(
    name: str, summary: str, repair: Callable[[Recipe], Recipe], place: Location, stands_for: str
) -> Change:
    return remedy(
        ID,
        PATTERN,
        name,
        summary=summary,
        repair=repair,
        stands_for=stands_for,
        first_stage=Stage.INSTALL,
        places=(place,),
    )


def _wider(asked: str) -> str | None:
    """Any version that promises the same as the one asked for; None where that is no other range.

    Before 1.0.0 it is the minor number that keeps the promise.
    """
    version = _VERSION.match(asked.strip())
    if version is None:
        return None
    major, minor = version["major"], version["minor"]
    wider = f"^{major}.0.0" if major != "0" else f"^0.{minor}.0"
    return wider if wider != asked.strip() else None
