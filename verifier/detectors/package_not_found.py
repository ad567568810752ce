"""A declared package, or the version asked for, does not exist.

What it detects:
    An install that the registry answers with "not found": a name that was never published, or a
    version that does not exist.

Why it breaks the deployment:
    The laptop never installed it either, or has a version under another name; only a clean install
    asks the registry for all that is declared.

Example:
    `npm error 404 'react-table-plus@^1.0.0' is not in this registry`; nothing imports it.

Remedy:
    Take out what nothing imports; ask for a version that exists.

Sources:
    npm documentation, errors E404 and ETARGET, seen 2026-11.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key, without_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Manifest

ID: Final = "package-not-found"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A declared package or version does not exist"

_SPEC: Final = re.compile(r"^(?P<name>(?:@[\w.~-]+/)?[\w.~-]+)(?:@(?P<range>.*))?$")
_EXACT: Final = re.compile(r"^\d+\.\d+\.\d+")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per package that the registry does not have as it was asked for."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "package-not-found"):
        asked = _SPEC.match(block.signature.subject)
        if asked is None:
            continue
        name = asked["name"]
        at = _declared(evidence, name)
        if at is None:
            continue
        manifest, field = at
        line = next((t for t in block.lines if name in t), block.lines[0])
        found.setdefault(name, _finding(evidence, name, manifest, field, line))
    return tuple(found.values())


def _declared(evidence: Evidence, name: str) -> tuple[Manifest, str] | None:
    for manifest in evidence.project.manifests:
        groups = {
            "dependencies": manifest.dependencies,
            "devDependencies": manifest.dev_dependencies,
            "optionalDependencies": manifest.optional_dependencies,
        }
        field = next((f for f, names in groups.items() if name in names), None)
        if field is not None:
            return manifest, field
    return None


def _finding(evidence: Evidence, name: str, manifest: Manifest, field: str, line: str) -> Finding:
    text = evidence.recipe.source.text(manifest.path) or ""
    place = Location(file=manifest.path, line=line_of_key(text, (field, name)))
    fix = _remedy(evidence, name, manifest, field, place)
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"the registry has no {name} as {manifest.path} asks for it",
        items=(quoted(evidence, line), seen_in(manifest.path, f"declares {name}", place.line)),
        weight=0.85,
        places=(place,),
        remedies=() if fix is None else (fix,),
    )


def _remedy(
    evidence: Evidence, name: str, manifest: Manifest, field: str, place: Location
) -> Change | None:
    """The version that the laptop has; else the declaration taken out, if nothing uses it."""
    known = evidence.project.machine.installed.get(name)
    edit: Callable[[str], str | None]
    if known is not None and _EXACT.match(known):
        edit = lambda text: with_key(text, [field, name], known)  # noqa: E731  (one of two edits)
        summary = f"Ask for {name} {known}, which is installed locally, in {manifest.path}"
    elif not _is_used(evidence, name):
        edit = lambda text: without_key(text, [field, name])  # noqa: E731  (the other one)
        summary = f"Take {name} out of {manifest.path}: nothing imports it"
    else:
        return None
    return remedy(
        ID,
        PATTERN,
        name,
        summary=summary,
        repair=editing(manifest.path, edit),
        stands_for="declared, though it does not exist",
        first_stage=Stage.INSTALL,
        places=(place,),
    )


def _is_used(evidence: Evidence, name: str) -> bool:
    """Whether anything of the project imports the package, configures it, or runs it."""
    if any(r.package == name for r in evidence.project.code.imports):
        return True
    scripts = [t for m in evidence.project.manifests for t in m.scripts.values()]
    bare = name.rpartition("/")[2]
    return any(bare in text for text in scripts)
