"""A module imports JSON with a keyword that newer Node.js majors no longer know.

What it detects:
    A syntax error at `assert` in a file of the project that says `import … assert { … }`.

Why it breaks the deployment:
    V8 dropped import assertions for import attributes; the platform's newest major is past that,
    and a laptop with Node 20 is not.

Example:
    `import places from "./places.json" assert { type: "json" }` in a script run before the build.

Remedy:
    Write `with` for `assert`, which Node 18.20, 20.10 and all later ones read.

Sources:
    Node.js documentation, Import attributes, history of 22.0.0; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import error_lines, failed, first_match, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "import-assertion"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "An import uses a keyword that newer Node.js majors dropped"

_SIGN: Final = re.compile(r"Unexpected identifier '?assert\b")
_OLD: Final = re.compile(r"""((?:\bfrom|\bimport)\s*(["'])[^"'\n]+\2\s*)\bassert(\s*\{)""")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that the syntax error names and that has such an import."""
    said = first_match(error_lines(evidence), _SIGN) if failed(evidence) else None
    if said is None:
        return ()
    signature = evidence.observation.outcome.signature
    lines = [line for block in evidence.observation.errors for line in block.lines]
    named = [
        path
        for path in evidence.recipe.source
        if path.endswith((".mjs", ".js", ".mts", ".ts"))
        and ((signature is not None and signature.subject == path) or _is_named(path, lines))
    ]
    return tuple(
        _finding(evidence, path, line, said[0])
        for path in named
        if (line := _line_of(evidence.recipe.source.text(path) or "")) is not None
    )


def _is_named(path: str, lines: list[str]) -> bool:
    return any(f"/{path}:" in line or line.startswith(f"{path}:") for line in lines)


def _line_of(text: str) -> int | None:
    found = _OLD.search(text)
    return None if found is None else text.count("\n", 0, found.end()) + 1


def _finding(evidence: Evidence, path: str, line: int, said: str) -> Finding:
    place = Location(file=path, line=line)
    change = remedy(
        ID,
        PATTERN,
        path,
        summary=f"Write 'with' for 'assert' in the imports of {path}.",
        repair=editing(path, lambda text: _OLD.sub(r"\1with\3", text)),
        stands_for="imports with the dropped keyword assert",
        first_stage=Stage.GENERATE,
        places=(place,),
    )
    major = evidence.recipe.environment.node_major
    return accusation(
        ID,
        PATTERN,
        path,
        summary=f"{path}:{line} imports with 'assert', which Node.js {major} does not know",
        items=(quoted(evidence, said), seen_in(path, "import … assert { … }", line)),
        weight=0.9,
        places=(place,),
        # Another major gets past the same error; a person does one or the other.
        remedies=(replace(change, excludes=("node",)),),
    )
