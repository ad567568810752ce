"""An import is spelt with other letters' case than the file it means.

What it detects:
    An import, or a path that a configuration names, that leads nowhere but would if upper and lower
    case were the same, and a file whose name in the git index differs from the name on disk by case
    only.

Why it breaks the deployment:
    The platform's disk tells `Header` from `header`; the disks of macOS and Windows do not, and git
    on them does not notice that a file was renamed by case.

Example:
    `import Header from './Header'` while the repository holds `header.jsx`.

Remedy:
    Spell the import as the file is named, or rename the file with `git mv` through another name.

Sources:
    git documentation, `core.ignorecase`.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._clues import changes_of, seen_in
from verifier.detectors._edits import editing, in_turn, renaming, replaced_at
from verifier.detectors._environment import is_aside
from verifier.detectors._missing import ENDINGS, Missing, missing_imports, twins_of
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity, Suspect
from verifier.model.outcome import Stage
from verifier.model.project import ImportRef

ID: Final = "case-mismatch"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "An import and its file differ in upper and lower case"

_MAY_NAME: Final = re.compile(r"\.(?:[cm]?[jt]sx?|json|ya?ml|vue|svelte|astro)$")
"""Files that are looked through for a path written as plain text."""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that the failing build misses for the case of its name."""
    by_file: dict[str, list[Missing]] = {}
    for missing in missing_imports(evidence):
        for twin in _twins(evidence, missing):
            by_file.setdefault(twin, []).append(missing)
    return tuple(_finding(evidence, file, found) for file, found in by_file.items())


def _twins(evidence: Evidence, missing: Missing) -> tuple[str, ...]:
    if missing.wanted is None:
        return ()
    return twins_of(evidence.recipe.source, missing.wanted)[:1]


def _finding(evidence: Evidence, file: str, found: list[Missing]) -> Finding:
    weight = 0.9 if any(m.named for m in found) else 0.5
    disk = _disk_name(evidence, file)
    spelt = found[0].wanted or ""
    suspects = tuple(
        Suspect(change_id=c.id, weight=weight)
        for c in changes_of(evidence, "case")
        if c.subject.lower() == file.lower() and c.id not in evidence.key.changes
    )
    remedies: tuple[Change, ...] = ()
    if not suspects:
        remedies = (_remedy(evidence, file, found, disk),)
        suspects = (Suspect(change_id=remedies[0].id, weight=weight),)
    written = () if any(m.place for m in found) else _written(evidence, spelt, file)
    means = f"{written[0][0]} names" if written else "the import means"
    said = (
        f"git knows the file as {file}, the disk as {disk}"
        if disk
        else f"the file is {file}, {means} {spelt}"
    )
    items = tuple(item for m in found[:3] for item in m.evidence)
    return Finding(
        detector=ID,
        pattern=PATTERN,
        subject=file,
        summary=f"upper and lower case differ: {said}",
        severity=Severity.ERROR,
        evidence=(*items, seen_in(file, "the file as the clean source names it")),
        locations=(
            *(m.place for m in found if m.place is not None),
            *(place for place, _ in written),
            Location(file=file),
        ),
        suspects=suspects,
        remedies=remedies,
    )


def _disk_name(evidence: Evidence, file: str) -> str | None:
    git = evidence.project.git
    if git is None:
        return None
    return next((d.disk_path for d in git.case_differences if d.index_path == file), None)


def _remedy(evidence: Evidence, file: str, found: list[Missing], disk: str | None) -> Change:
    refs = [
        r
        for r in evidence.project.code.imports
        if r.resolved is None
        and r.wanted is not None
        and file in twins_of(evidence.recipe.source, r.wanted)
    ]
    right = any(r.resolved == file for r in evidence.project.code.imports)
    new = disk or _renamed(file, refs)
    written = [] if refs or disk else _written(evidence, found[0].wanted or "", file)
    if new is not None and not right and (disk is not None or len(refs) != 1):
        repair = renaming(file, new)
        summary = f"Rename {file} to {new} (`git mv` through another name) and commit"
    elif written:
        repair = in_turn(*(editing(p.file, edit) for p, edit in written))
        where = ", ".join(str(p) for p, _ in written[:5])
        summary = f"Spell the path as the file is named, {file}, in {where}"
    else:
        repair = in_turn(*(editing(r.file, _spelling(r, file)) for r in refs))
        where = ", ".join(f"{r.file}:{r.line}" for r in refs[:5])
        summary = f"Spell the import as the file is named, {file}, in {where}"
    return Change(
        id=f"{ID}:{file}",
        family=ID,
        subject=file,
        title=f"imports of {file} are spelt as it is named",
        pattern=PATTERN.value,
        first_stage=Stage.COMPILE,
        repair=repair,
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=summary,
        locations=tuple(str(m.place) for m in found if m.place is not None),
        prior=0.3,
        stands_for="spelt with other case than the file",
    )


def _renamed(file: str, refs: list[ImportRef]) -> str | None:
    """The name under which every import looks for the file, None if they disagree."""
    names = {r.wanted for r in refs if r.wanted is not None}
    if len(names) != 1:
        return None
    wanted = names.pop()
    return next((wanted + e for e in ("", *ENDINGS) if (wanted + e).lower() == file.lower()), None)


def _written(
    evidence: Evidence, wanted: str, file: str
) -> list[tuple[Location, Callable[[str], str | None]]]:
    """Where scripts and settings write a path as plain text, each with the edit that respells it.

    A path that a configuration or a call names is no import; nobody resolves it but who reads it.
    """
    root = evidence.project.root
    inner = wanted.removeprefix(f"{root}/") if root else wanted
    if "/" not in inner:
        return []
    # Case may differ in any part; an extension that was not written stays away.
    right = (file.removeprefix(f"{root}/") if root else file)[: len(inner)]
    quoted_path = re.compile(rf"""(?<=["'`])(?P<head>(?:\.?/)?){re.escape(inner)}(?=["'`])""")
    found: list[tuple[Location, Callable[[str], str | None]]] = []
    for path in evidence.recipe.source:
        if not _MAY_NAME.search(path) or is_aside(path):
            continue
        match = quoted_path.search(evidence.recipe.source.text(path) or "")
        if match is not None:
            line = match.string.count("\n", 0, match.start()) + 1
            found.append((Location(file=path, line=line), _respelling(quoted_path, right)))
    return found


def _respelling(written: re.Pattern[str], right: str) -> Callable[[str], str | None]:
    return lambda text: written.sub(lambda m: m["head"] + right, text)


def _spelling(ref: ImportRef, file: str) -> Callable[[str], str | None]:
    """An edit that spells one import as the file is named."""
    wanted = (ref.wanted or "").split("/")
    actual = file.split("/")[: len(wanted)]
    last = actual[-1]
    if "." not in wanted[-1] or last.lower() != wanted[-1].lower():
        actual[-1] = last[: len(wanted[-1])]
    parts = ref.specifier.split("/")
    count = min(len(parts), len(actual))
    spelt = list(parts)
    for back in range(1, count + 1):
        if parts[-back].lower() != actual[-back].lower():
            break
        spelt[-back] = actual[-back]
    new = "/".join(spelt)

    def edit(text: str) -> str | None:
        return replaced_at(text, ref.line, ref.specifier, new)

    return edit
