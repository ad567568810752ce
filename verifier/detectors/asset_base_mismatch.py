"""The start page asks for its scripts below a path at which the platform has nothing.

What it detects:
    A base path for another host (`base` of vite.config, `homepage` of package.json) that stands in
    the built start page, while the routing table answers the scripts below it with something else.

Why it breaks the deployment:
    The build writes its files as if the site were served from the root, and links to them below
    the base. A host that serves a folder by that name finds them; the platform serves the output
    at the root, so the page stays blank.

Example:
    `base: "/my-repo/"` for GitHub Pages: `/my-repo/assets/index-1.js` is 404.

Remedy:
    Remove the base, or use it for the other host only.

Sources:
    Vite documentation, `base` and deploying to GitHub Pages; Create React App documentation,
    `homepage`; outputs of builds seen 2026-11-24.

"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._answers import deployed, shown, start_document
from verifier.detectors._client import hits
from verifier.detectors._clues import rooted, seen_in
from verifier.detectors._configs import Setting, setting, without_pair
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, without_key
from verifier.detectors._syntax import nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Pattern
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.vercel.routing import Kind, Site, answer

ID: Final = "asset-base-mismatch"
PATTERN: Final = Pattern.OUTPUT
TITLE: Final = "The page asks for its scripts below a base path of another host"

_CONFIG: Final = re.compile(r"(?:^|/)vite\.config\.[cm]?[jt]s$")
_BASE: Final = re.compile(r"\bbase\s*:[^,}\n]*?[\"'`](?P<base>/[\w@.~/-]*[\w@.~-]/?)[\"'`]")
_HOST: Final = re.compile(r"^https?://[^/]+")
_SCRIPT: Final = re.compile(r"^static/(?P<path>(?:assets|static/js)/[^/]+\.js)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Base:
    """A base path without the slash at its end, and where it is written."""

    path: str
    file: str
    line: int | None
    setting: Setting | None = None


def markers(project: Project) -> Mapping[str, str]:
    """The bases that configuration files name, as they would stand in the start page."""
    found: dict[str, str] = {}
    tree = project.committed
    for path in tree:
        if _CONFIG.search(path):
            for match in _BASE.finditer(tree.text(path) or ""):
                base = match["base"].rstrip("/")
                found[f"text:{base}/assets/"] = f"{base}/assets/"
    manifest = project.manifest
    homepage = "" if manifest is None else _homepage(manifest.raw.get("homepage"))
    if homepage:
        found[f"text:{homepage}/static/"] = f"{homepage}/static/"
    return found


def _homepage(value: object) -> str:
    """The path of a homepage, empty where it has none."""
    if not isinstance(value, str):
        return ""
    path = _HOST.sub("", value).rstrip("/")
    return path if re.fullmatch(r"(?:/[\w@.~-]+)+", path) else ""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the scripts of the start page are not at the base."""
    of = deployed(evidence)
    start = None if of is None else start_document(of)
    if of is None or start is None:
        return ()
    for base in (_from_vite(evidence), _from_manifest(evidence)):
        if base is None:
            continue
        folder = f"{base.path}/static/" if base.setting is None else f"{base.path}/assets/"
        lost = _lost(evidence, of, base.path)
        if lost is not None and start in hits(evidence, folder):
            return (_finding(evidence, base, start, lost),)
    return ()


def _from_vite(evidence: Evidence) -> _Base | None:
    found = setting(evidence, "vite.config", "base")
    if found is None:
        return None
    match = _BASE.search(f'base: "{found.value}"') or _BASE.search(f"base: {found.value}")
    if match is None:
        return None
    return _Base(path=match["base"].rstrip("/"), file=found.file, line=found.line, setting=found)


def _from_manifest(evidence: Evidence) -> _Base | None:
    path = rooted(evidence.project, "package.json")
    text = evidence.recipe.source.text(path) or ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    homepage = _homepage(value.get("homepage") if isinstance(value, dict) else None)
    line = line_of_key(text, ("homepage",))
    return _Base(path=homepage, file=path, line=line) if homepage else None


def _lost(evidence: Evidence, of: Site, base: str) -> tuple[str, str] | None:
    """A script's address below the base and what is answered there instead, None if all is well."""
    for file in evidence.observation.output.files:
        match = _SCRIPT.match(file.path)
        if match is None:
            continue
        address = f"{base}/{match['path']}"
        found = answer(of, address)
        if found.kind is Kind.NOT_FOUND or found.target.endswith(".html"):
            return address, shown(found)
        return None
    return None


def _finding(evidence: Evidence, base: _Base, start: str, lost: tuple[str, str]) -> Finding:
    place = Location(file=base.file, line=base.line)
    return accusation(
        ID,
        PATTERN,
        base.file,
        summary=f"the start page asks for {lost[0]}, which is answered with {lost[1]}",
        items=(
            seen_in(base.file, f"sets the base path {base.path}/", base.line),
            EvidenceItem(
                kind=EvidenceKind.PROBE,
                text=f"{start} links below {base.path}/, where the output has nothing",
                run_id=evidence.observation.run_id,
            ),
        ),
        weight=0.9,
        places=(place,),
        remedies=_remedies(base, place),
    )


def _remedies(base: _Base, place: Location) -> tuple[Change, ...]:
    if base.setting is None:
        without = editing(base.file, lambda text: without_key(text, ["homepage"]))
        return (_remedy(base, place, f"Remove homepage from {base.file}", without),)
    kept = _remedy(
        base,
        place,
        f"Use the base {base.path}/ of {base.file} for the other host only",
        editing(base.file, lambda text: _elsewhere_only(base.file, text)),
    )
    gone = _remedy(
        base,
        place,
        f"Remove the base from {base.file}",
        editing(base.file, lambda text: without_pair(text, base.file, "base")),
        tag="without",
    )
    return replace(kept, excludes=(gone.id,)), replace(gone, excludes=(kept.id,))


def _remedy(
    base: _Base,
    place: Location,
    summary: str,
    repair: Callable[[Recipe], Recipe],
    *,
    tag: str = "",
) -> Change:
    return remedy(
        ID,
        PATTERN,
        base.file,
        summary=summary,
        repair=repair,
        stands_for="sets a base path of another host",
        places=(place,),
        tag=tag,
    )


def _elsewhere_only(file: str, text: str) -> str | None:
    """The configuration with the base left out on the platform, which sets `VERCEL`."""
    tree = parsed(file, text)
    for node in [] if tree is None else nodes(tree.root_node, "pair"):
        value = node.child_by_field_name("value")
        if text_of(node.child_by_field_name("key")).strip("'\"") != "base" or value is None:
            continue
        written = text_of(value)
        kept = written if value.type in {"string", "template_string"} else f"({written})"
        quote = "'" if written.startswith("'") else '"'
        made = f"process.env.VERCEL ? {quote}/{quote} : {kept}"
        return spliced(text, (value.start_byte, value.end_byte, made))
    return None
