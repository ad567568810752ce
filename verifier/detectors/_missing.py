"""Modules and files that a build looked for and did not find."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import Final

from verifier.detectors._clues import blocks_of, failed, place_of, quoted, rooted, seen_in
from verifier.detectors._environment import is_aside
from verifier.detectors._function_imports import lost_imports
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Location
from verifier.model.project import ImportRef
from verifier.model.source import SourceTree

ENDINGS: Final = tuple(
    f"{index}{ending}"
    for index in ("", "/index")
    for ending in (
        ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro",
        ".json", ".mdx", ".css", ".scss", ".d.ts",
    )
)  # fmt: skip
_PATH_LIKE: Final = re.compile(r"^(?:\.{0,2}/|\.{1,2}$|~/|@/|#|\$|[A-Za-z]:[\\/]|file:)")

_CODE_FILE: Final = re.compile(r"\.[cm]?[jt]s$")
_FILE_LIKE: Final = re.compile(r"\.(?:html?|json|css|scss|tsx?|jsx|vue|svelte|md)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One import that led nowhere.

    wanted: the path it was looked for at, without extension unless it was written; None for a
    package. named: the failing build itself names it, it was not only read off the code.
    """

    specifier: str
    wanted: str | None
    package: str | None
    place: Location | None
    named: bool
    evidence: tuple[EvidenceItem, ...]


def missing_imports(evidence: Evidence) -> tuple[Missing, ...]:
    """Imports that led nowhere: those the log names first, then those the code alone shows.

    On a green build those of the functions that it deployed.
    """
    if not failed(evidence):
        return tuple(_of(ref, (), named=True) for ref in lost_imports(evidence))
    found: dict[tuple[str, str | None], Missing] = {}
    for block in blocks_of(evidence, "module-not-found", "file-not-found"):
        is_module = block.signature.error_class == "module-not-found"
        subject = block.signature.subject
        if not subject:
            continue
        line = next((text for text in block.lines if subject in text), block.lines[0])
        place = place_of(evidence, block)
        refs = _refs(evidence, subject, place)
        items = (quoted(evidence, line),)
        if not refs:
            made = _unread(evidence, subject, place, items, is_module=is_module)
            found.setdefault((made.specifier, made.wanted), made)
        for ref in refs:
            found.setdefault((ref.specifier, ref.wanted), _of(ref, items, named=True))
    for ref in evidence.project.code.unresolved:
        if ref.type_only or ref.file not in evidence.project.code.reachable or is_aside(ref.file):
            continue
        if ref.wanted is not None and _exists(evidence.recipe.source, ref.wanted):
            continue  # a repair of this trial has put it there
        found.setdefault((ref.specifier, ref.wanted), _of(ref, (), named=False))
    return tuple(found.values())


def _of(ref: ImportRef, items: tuple[EvidenceItem, ...], *, named: bool) -> Missing:
    place = Location(file=ref.file, line=ref.line)
    return Missing(
        specifier=ref.specifier,
        wanted=ref.wanted,
        package=ref.package,
        place=place,
        named=named,
        evidence=(*items, seen_in(ref.file, f"imports {ref.specifier!r}", ref.line)),
    )


def _refs(evidence: Evidence, specifier: str, place: Location | None) -> tuple[ImportRef, ...]:
    """The imports that the log speaks of: by their text or the path that they lead to.

    Where the log names a file as well, those in it come first.
    """
    imports = evidence.project.code.imports
    refs = [r for r in imports if r.specifier == specifier]
    path = rooted(evidence.project, specifier)
    paths = {path, posixpath.splitext(path)[0]}
    refs = refs or [r for r in imports if r.wanted in paths and r.package is None]
    if place is not None:
        refs = [r for r in refs if r.file == place.file] or refs
    lost = [r for r in refs if r.resolved is None]
    return tuple(lost or refs)


def _unread(
    evidence: Evidence,
    subject: str,
    place: Location | None,
    items: tuple[EvidenceItem, ...],
    *,
    is_module: bool,
) -> Missing:
    """An import that code reading did not see: in a package, a script, or by a computed name."""
    folder = rooted(evidence.project, f"{subject.partition('/')[0]}/")
    is_own = any(path.startswith(folder) for path in evidence.recipe.source)
    is_own = is_own or _is_run(evidence, subject)
    is_package = (
        is_module
        and not is_own
        and not _PATH_LIKE.match(subject)
        and not _FILE_LIKE.search(subject)
    )
    path_like = bool(_PATH_LIKE.match(subject)) or ("/" in subject and not subject.startswith("@"))
    wanted = None
    if subject.startswith(".") and place is not None:
        wanted = posixpath.normpath(posixpath.join(posixpath.dirname(place.file), subject))
    elif subject.startswith(("@/", "~/")):
        wanted = None
    elif path_like and not subject.startswith(("/", "#", "$")):
        wanted = rooted(evidence.project, subject)
    return Missing(
        specifier=subject,
        wanted=wanted,
        package=package_of(subject) if is_package else None,
        place=place,
        named=True,
        evidence=items,
    )


def _is_run(evidence: Evidence, subject: str) -> bool:
    """Whether a script calls the subject as a file; Node.js speaks of its first file alike."""
    if "/" not in subject or _CODE_FILE.search(subject) is None:
        return False
    word = re.compile(rf"(?:^|[\s\"'])(?:\./)?{re.escape(subject)}(?=$|[\s\"';&|)])")
    return any(
        word.search(script) for m in evidence.project.manifests for script in m.scripts.values()
    )


def package_of(specifier: str) -> str:
    """The package that a bare specifier belongs to."""
    parts = specifier.split("/")
    return "/".join(parts[:2]) if specifier.startswith("@") else parts[0]


def _exists(tree: SourceTree, wanted: str) -> bool:
    return find_path(tree, wanted) is not None


def find_path(tree: SourceTree, wanted: str) -> str | None:
    """The file of a snapshot that a path without extension means, None if there is none."""
    if wanted in tree:
        return wanted
    return next((wanted + e for e in ENDINGS if wanted + e in tree), None)


def twins_of(tree: SourceTree, wanted: str) -> tuple[str, ...]:
    """Files that a path means but for the case of its letters, and that it does not mean."""
    names = {(wanted + e).lower() for e in ("", *ENDINGS)}
    exact = {wanted + e for e in ("", *ENDINGS)}
    return tuple(p for p in tree if p.lower() in names and p not in exact)
