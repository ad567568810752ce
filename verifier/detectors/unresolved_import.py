"""An imported file is nowhere: not in the commit, not on this disk, not in the history.

What it detects:
    A relative or aliased import that the failing build names, where nothing that was looked at
    holds the file under any spelling.

Why it breaks the deployment:
    The bundler has nothing to load. The file was never added to git, or never written.

Example:
    A clone whose `src/pages/Settings.tsx` imports `@/components/Toast`; the author's laptop has
    the file, git never had it.

Remedy:
    Add the file from the machine that has it, or take out the import; nobody else can know what
    was in it.

Sources:
    None: it is what remains when every other explanation is ruled out.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._missing import Missing, find_path, missing_imports, twins_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern

ID: Final = "unresolved-import"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "An imported file is in no commit"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that the failing build misses and that nobody has."""
    by_file: dict[str, list[Missing]] = {}
    for missing in missing_imports(evidence):
        if missing.named and missing.wanted is not None and _is_nowhere(evidence, missing.wanted):
            by_file.setdefault(missing.wanted, []).append(missing)
    return tuple(
        accusation(
            ID,
            PATTERN,
            wanted,
            summary=f"{wanted} is imported, and no commit holds such a file: add it, or take the "
            "import out",
            items=(i for m in found[:3] for i in m.evidence),
            places=[m.place for m in found[:4]],
        )
        for wanted, found in by_file.items()
    )


def _is_nowhere(evidence: Evidence, wanted: str) -> bool:
    project = evidence.project
    trees = [evidence.recipe.source, project.working, project.committed]
    trees += [project.deleted.tree] if project.deleted is not None else []
    return not any(find_path(tree, wanted) or twins_of(tree, wanted) for tree in trees)
