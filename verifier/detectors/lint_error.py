"""The linter stops the build.

What it detects:
    Lint errors that end a build: Next.js up to version 15 lints while it builds, and a build script
    may call a linter. So do warnings where a tool takes them for errors because `CI` is set; where
    the preset switches that off they are no finding.

Why it breaks the deployment:
    The development server never lints. Next.js 16 no longer lints in its build.

Example:
    `react/no-unescaped-entities` in `app/page.tsx`.

Remedy:
    Correct the lines named; where no correction is beyond dispute and the project is one of Create
    React App, choose its preset. Switching the rule or the check off would hide them.

Sources:
    Next.js documentation, ESLint; upgrade guide to version 16, seen 2026-11-20.

"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, file_named, log_lines, place_of, quoted, rooted
from verifier.detectors._edits import editing
from verifier.detectors._lint_edits import Message, correcting
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "lint-error"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The linter stops the build"

_CI: Final = "CI"
_LINE: Final = re.compile(
    r"^\s*Line (?P<line>\d+):\d+:\s+(?P<text>.*\S)\s+(?P<rule>@?[\w-]+(?:/[\w@-]+)*)\s*$"
)
_HEAD: Final = re.compile(r"^(?:\./)?(?P<file>[\w@./()[\] $-]+\.[cm]?[jt]sx?)\s*$")
_SHOWN: Final = 4


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that the linter refuses, where linting is what failed."""
    signature = evidence.observation.outcome.signature
    if signature is None or signature.error_class != "lint-error":
        return ()
    as_errors = any(b.signature.subject == _CI for b in blocks_of(evidence, "lint-error"))
    by_file: dict[str, list[Message]] = {}
    for message in (*_errors(evidence), *(_warnings(evidence) if as_errors else ())):
        by_file.setdefault(message.file, []).append(message)
    return tuple(
        _finding(evidence, file, messages, as_errors=as_errors)
        for file, messages in by_file.items()
    )


def _errors(evidence: Evidence) -> Iterator[Message]:
    """What the linter's error lines say."""
    for block in blocks_of(evidence, "lint-error"):
        if block.signature.subject == _CI:
            continue
        place = place_of(evidence, block)
        line = next((t for t in block.lines if block.signature.subject in t), block.lines[0])
        yield Message(
            file=place.file if place else "",
            line=(place.line or 0) if place else 0,
            rule=block.signature.subject,
            text=line.strip(),
        )


def _warnings(evidence: Evidence) -> Iterator[Message]:
    """Warnings as react-scripts prints them: below the name of their file."""
    file = ""
    for line in log_lines(evidence):
        head = _HEAD.match(line)
        if head is not None:
            file = file_named(evidence, head["file"]) or ""
        said = _LINE.match(line)
        if said is not None and file:
            yield Message(file=file, line=int(said["line"]), rule=said["rule"], text=line.strip())


def _finding(evidence: Evidence, file: str, messages: list[Message], *, as_errors: bool) -> Finding:
    rules = ", ".join(dict.fromkeys(m.rule for m in messages if m.rule))
    why = (
        "the linter's warnings, errors where CI is set, refuse"
        if as_errors
        else "the linter refuses"
    )
    places = [Location(file=m.file, line=m.line or None) for m in messages if m.file]
    fix = _remedy(evidence, file, messages) or (_preset(evidence, file) if as_errors else None)
    return accusation(
        ID,
        PATTERN,
        file or rules,
        summary=f"{why} {file or 'the code'}: {rules}",
        items=[quoted(evidence, m.text) for m in messages[:_SHOWN]],
        weight=0.9,
        places=places,
        remedies=() if fix is None else (fix,),
    )


def _remedy(evidence: Evidence, file: str, messages: list[Message]) -> Change | None:
    """The messages followed, None where one of them leaves its author a choice."""
    edit = correcting(file, messages)
    text = evidence.recipe.source.text(file)
    if text is None or any(correcting(file, [m])(text) is None for m in messages):
        return None
    places = tuple(Location(file=file, line=m.line) for m in messages)
    rules = ", ".join(dict.fromkeys(m.rule for m in messages))
    return remedy(
        ID,
        PATTERN,
        file,
        summary=f"Correct {file} as {rules} asks",
        repair=editing(file, edit),
        stands_for=f"refused by {rules}",
        first_stage=Stage.COMPILE,
        places=places,
    )


def _preset(evidence: Evidence, file: str) -> Change | None:
    """The preset that switches off warnings as errors, for the projects it is made for."""
    manifest = evidence.project.manifest
    preset = evidence.recipe.environment.settings.framework
    if manifest is None or not manifest.declares("react-scripts") or preset == "create-react-app":
        return None
    path = rooted(evidence.project, "vercel.json")
    return remedy(
        ID,
        PATTERN,
        file,
        summary=f'Set "framework": "create-react-app" in {path}, whose builds let warnings be',
        repair=configuring(path, "framework", "create-react-app"),
        stands_for="built under another preset than that of Create React App",
        first_stage=Stage.COMPILE,
        places=(Location(file=path),),
    )
