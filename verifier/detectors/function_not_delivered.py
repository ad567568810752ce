"""A function that the page asks for does not reach the platform.

What it detects:
    A green build without the function behind a path of its own origin that client code asks for,
    while the file of that function is in the repository or on disk.

Why it breaks the deployment:
    A file below `api/` becomes a function because it is there. A rule of `.vercelignore` or
    `.gitignore` that takes it away takes the function away too, and no build misses it.

Example:
    `.vercelignore` has `/*` and `!/src`; the page fetches `/api/quotes`, and `api/quotes.js` is not
    among what is let through.

Remedy:
    Let the file through.

Sources:
    Vercel documentation, functions in `api/` and the `.vercelignore` file, seen 2026-08-20.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._asked import paths_asked
from verifier.detectors._clues import changes_of, failed, rooted, seen_in
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Suspect

ID: Final = "function-not-delivered"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A function the page asks for is not delivered"

_ENDINGS: Final = (".js", ".ts", ".mjs", ".mts", ".cjs", ".py", ".go", "/index.js", "/index.ts")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per function file that the page needs and the clean source lacks."""
    if failed(evidence) or not evidence.observation.output.present:
        return ()
    found: dict[str, Finding] = {}
    for path, at in paths_asked(evidence):
        file = _file_of(evidence, path)
        if file is None:
            continue
        away = [
            c for c in changes_of(evidence, "file")
            if file == c.subject or file.startswith(f"{c.subject}/")
        ]  # fmt: skip
        left = [c for c in away if c.id not in evidence.key.changes]
        if away:
            found.setdefault(file, _finding(file, path, at, [c.id for c in left or away]))
    return tuple(found.values())


def _file_of(evidence: Evidence, path: str) -> str | None:
    """The file of a function for a path, where it exists and is not delivered."""
    project, source = evidence.project, evidence.recipe.source
    if not path.startswith("/api/"):
        return None
    names = [rooted(project, f"{path.lstrip('/')}{ending}") for ending in _ENDINGS]
    if any(n in source for n in names):
        return None
    return next((n for n in names if n in project.committed or n in project.working), None)


def _finding(file: str, path: str, at: Location, changes: list[str]) -> Finding:
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"the page asks for {path}, and {file} does not reach the platform",
        items=(seen_in(at.file, f"asks for {path}", at.line), seen_in(file, "is not delivered")),
        places=(at, Location(file=file)),
        suspects=tuple(Suspect(change_id=i, weight=0.85) for i in changes),
    )
