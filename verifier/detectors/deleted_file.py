"""A commit deleted a file that is still imported.

What it detects:
    An import that leads nowhere, while git's history holds the file as it was before a commit
    deleted or moved it.

Why it breaks the deployment:
    The platform builds the commit. Where the file lies on the laptop no more either, a development
    server that has not opened the page, or a cache, hides that.

Example:
    `src/lib/hours.ts` went with "remove unused code"; `src/app/about/page.tsx` imports it.

Remedy:
    Point the import at the place the file was moved to; else restore the file, or take out what
    imports it.

Sources:
    git documentation, git-diff-tree.

"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import seen_in, stage
from verifier.detectors._edits import editing, in_turn, replaced_at
from verifier.detectors._missing import Missing, find_path, missing_imports, twins_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import DeletedFiles
from verifier.model.recipe import Recipe

ID: Final = "deleted-file"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A deleted file is still imported"
_COMMIT: Final = 9


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per deleted file that the failing build misses."""
    deleted = evidence.project.deleted
    if deleted is None:
        return ()
    by_file: dict[str, list[Missing]] = {}
    for missing in missing_imports(evidence):
        path = _deleted(evidence, deleted, missing)
        if path is not None:
            by_file.setdefault(path, []).append(missing)
    return tuple(_finding(evidence, deleted, path, found) for path, found in by_file.items())


def _deleted(evidence: Evidence, deleted: DeletedFiles, missing: Missing) -> str | None:
    """The deleted file that an import means; None where another explanation is nearer."""
    wanted, source = missing.wanted, evidence.recipe.source
    if wanted is None or find_path(source, wanted) or twins_of(source, wanted):
        return None
    # A file that lies on the disk was taken out of git only.
    return None if find_path(evidence.project.working, wanted) else find_path(deleted.tree, wanted)


def _finding(evidence: Evidence, deleted: DeletedFiles, path: str, found: list[Missing]) -> Finding:
    commit = deleted.commits[path][:_COMMIT]
    moved = _moved_to(evidence, deleted, path)
    said = f"moved to {moved}" if moved else "deleted"
    places = [m.place for m in found if m.place is not None]
    fix = _import_moved(evidence, path, moved, found) if moved else None
    return accusation(
        ID,
        PATTERN,
        path,
        summary=f"{path} is still imported, but was {said} by commit {commit}",
        items=(*(i for m in found[:3] for i in m.evidence), seen_in(path, f"{said} by {commit}")),
        places=places,
        weight=0.9 if any(m.named for m in found) else 0.4,
        remedies=(fix or _restored(evidence, deleted, path, commit),),
    )


def _moved_to(evidence: Evidence, deleted: DeletedFiles, path: str) -> str | None:
    """The only file of the source with the content that the deleted one had."""
    digest = deleted.tree.entries[path].digest
    same = [p for p, e in evidence.recipe.source.entries.items() if e.digest == digest]
    return same[0] if len(same) == 1 else None


def _restored(evidence: Evidence, deleted: DeletedFiles, path: str, commit: str) -> Change:
    tree = deleted.tree

    def repair(recipe: Recipe) -> Recipe:
        entry = tree.entries[path]
        source = recipe.source.with_entry(path, entry, tree.read(path))
        return replace(recipe, source=source)

    return remedy(
        ID,
        PATTERN,
        path,
        summary=f"Restore {path} as it was before commit {commit}, or take out what imports it",
        repair=repair,
        stands_for=f"deleted by commit {commit}",
        first_stage=min(stage(evidence) or Stage.COMPILE, Stage.COMPILE),
    )


def _import_moved(evidence: Evidence, path: str, moved: str, found: list[Missing]) -> Change | None:
    """Every import of the old place spelt for the new one; None where one cannot be."""
    edits = list(_spellings(path, moved, found))
    if not edits or any(new is None for _, _, _, new in edits):
        return None
    where = ", ".join(f"{file}:{line}" for file, line, _, _ in edits[:5])

    def edit(line: int, old: str, new: str) -> Callable[[str], str | None]:
        return lambda text: replaced_at(text, line, old, new)

    return remedy(
        ID,
        PATTERN,
        path,
        summary=f"Import {moved} in {where}",
        repair=in_turn(
            *(editing(file, edit(line, old, new or "")) for file, line, old, new in edits)
        ),
        stands_for=f"imported from where it was before it was moved to {moved}",
        first_stage=min(stage(evidence) or Stage.COMPILE, Stage.COMPILE),
    )


def _spellings(
    path: str, moved: str, found: list[Missing]
) -> Iterator[tuple[str, int, str, str | None]]:
    """File, line, import as written, and as it has to be; None for one that cannot be told."""
    for missing in found:
        place = missing.place
        if place is None or place.line is None:
            yield "", 0, missing.specifier, None
            continue
        ending = path.removeprefix(missing.wanted or path)
        target = moved.removesuffix(ending) if ending else moved
        new = None
        if missing.specifier.startswith("."):
            folder = posixpath.dirname(place.file) or "."
            new = posixpath.relpath(target, folder)
            new = new if new.startswith(".") else f"./{new}"
        else:
            # The part of the path that an alias stands for is what both spellings do not share.
            wanted = missing.wanted or ""
            shared = _shared_end(missing.specifier, wanted)
            base = wanted.removesuffix(shared)
            if target.startswith(base):
                new = missing.specifier.removesuffix(shared) + target.removeprefix(base)
        yield place.file, place.line, missing.specifier, new


def _shared_end(one: str, other: str) -> str:
    """The longest text with which both end."""
    count = 0
    while count < min(len(one), len(other)) and one[-1 - count] == other[-1 - count]:
        count += 1
    return one[len(one) - count :]
