"""The platform refuses something in vercel.json.

What it detects:
    Keys, types, function runtimes, secrets and schedules in vercel.json that the platform rejects
    before a build begins, patterns of functions that match no file, and a file that would be JSON
    without its comments and trailing commas.

Why it breaks the deployment:
    The platform checks the file strictly when a deployment is created; a build on a laptop reads
    past most of it.

Example:
    `"nodeVersion": "22"` in vercel.json: `should NOT have additional property`.

Remedy:
    Remove or correct the key.

Sources:
    The platform's schema of vercel.json and `@vercel/fs-detectors`, seen 2026-11-23.

"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import (
    line_of_key,
    with_key,
    without_comments,
    without_key,
)
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.outcome import Stage
from verifier.vercel.schema import KEYS, Objection, objections

ID: Final = "vercel-json"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The platform refuses vercel.json"

_FOLDERS: Final = ("", "src/", "app/", "src/app/", "pages/", "src/pages/")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per thing in the file that the platform refuses."""
    path = rooted(evidence.project, "vercel.json")
    text = evidence.recipe.source.text(path)
    config = None if text is None else _read(text)
    if text is None:
        return ()
    if config is None:
        return tuple(_unreadable(path, text))
    plan = evidence.recipe.environment.settings.plan if evidence.project.settings_known else None
    refused = [_refused(path, text, o) for o in objections(config, plan=plan)]
    return (*refused, *_unused(evidence, path, text, config))


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        config = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _refused(path: str, text: str, objection: Objection) -> Finding:
    keys = _keys(text, objection.key)
    line = line_of_key(text, keys) or line_of_key(text, keys[:1])
    removable = objection.key not in KEYS or objection.is_empty
    fixes: tuple[Change, ...] = ()
    if removable and line_of_key(text, keys) is not None:
        fixes = (
            remedy(
                ID,
                PATTERN,
                objection.key,
                summary=f"Remove {objection.key} from {path}",
                repair=editing(path, lambda old: _pruned(old, keys)),
                stands_for="refused by the platform",
                first_stage=Stage.FETCH,
                places=(Location(file=path, line=line),),
            ),
        )
    return accusation(
        ID,
        PATTERN,
        objection.key,
        summary=f"the platform refuses {path}: {objection.why}",
        items=(seen_in(path, objection.why, line),),
        weight=0.9 if objection.is_certain else 0.4,
        places=(Location(file=path, line=line),),
        remedies=fixes,
        severity=Severity.ERROR if objection.is_certain else Severity.WARNING,
    )


def _pruned(text: str, keys: Sequence[str]) -> str | None:
    """The text without a key, and without the objects around it that are left empty by that."""
    made = without_key(text, keys)
    for depth in range(len(keys) - 1, 0, -1):
        if made is None or _value_at(made, keys[:depth]) != {}:
            break
        made = without_key(made, keys[:depth])
    return made


def _value_at(text: str, keys: Sequence[str]) -> object:
    value: object = _read(text)
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _unreadable(path: str, text: str) -> Iterator[Finding]:
    """A file that is JSON but for comments and commas that other formats allow."""
    plain = without_comments(text)
    if plain == text or _read(plain) is None:
        return
    line = next(
        n for n, (a, b) in enumerate(zip_longest(text.split("\n"), plain.split("\n")), 1) if a != b
    )
    where = Location(file=path, line=line)
    what = "comments and commas before a closing bracket"
    yield accusation(
        ID,
        PATTERN,
        path,
        summary=f"the platform cannot read {path}: JSON allows no {what}",
        items=(seen_in(path, f"the first of the {what}", line),),
        weight=0.9,
        places=(where,),
        remedies=(
            remedy(
                ID,
                PATTERN,
                path,
                summary=f"Take the {what} out of {path}",
                repair=editing(path, without_comments),
                stands_for="no valid JSON",
                first_stage=Stage.FETCH,
                places=(where,),
            ),
        ),
    )


def _keys(text: str, dotted: str) -> tuple[str, ...]:
    """The path of keys that a dotted name means; the name of a function may hold dots itself."""
    if line_of_key(text, (dotted,)) is not None:
        return (dotted,)
    head, _, rest = dotted.partition(".")
    inner, _, last = rest.rpartition(".")
    if inner and line_of_key(text, (head, inner)) is not None:
        return (head, inner, last)
    return (head, rest) if rest else (head,)


def _unused(
    evidence: Evidence, path: str, text: str, config: Mapping[str, Any]
) -> Iterator[Finding]:
    """Patterns of functions that match no file."""
    functions = config.get("functions")
    for block in blocks_of(evidence, "unused-function"):
        pattern = block.signature.subject
        if not isinstance(functions, dict) or pattern not in functions:
            continue
        line = line_of_key(text, ("functions", pattern))
        better = _nearest(evidence, pattern)
        what = f"Name {better!r} instead" if better else "Remove the entry"
        fix = remedy(
            ID,
            PATTERN,
            pattern,
            summary=f"{what} in functions of {path}",
            repair=editing(path, _renaming(pattern, better, functions[pattern])),
            stands_for="matches no function",
            places=(Location(file=path, line=line),),
        )
        yield accusation(
            ID,
            PATTERN,
            pattern,
            summary=f"the pattern {pattern!r} in {path} matches no function",
            items=(quoted(evidence, block.lines[0]), seen_in(path, "names the pattern", line)),
            weight=0.9,
            places=(Location(file=path, line=line),),
            remedies=(fix,),
        )


def _nearest(evidence: Evidence, pattern: str) -> str | None:
    """The pattern with another folder in front or another ending, if that matches a file."""
    root = rooted(evidence.project, "")
    files = [p.removeprefix(root) for p in evidence.recipe.source if p.startswith(root)]
    bare = re.sub(r"^(?:src/)?(?:app/|pages/)?", "", pattern)
    for folder in _FOLDERS:
        for ending in ("", ".ts", ".js", ".tsx"):
            tried = folder + (re.sub(r"\.[cm]?[jt]sx?$", "", bare) + ending if ending else bare)
            if tried != pattern and any(fnmatch.fnmatchcase(f, tried) for f in files):
                return tried
    return None


def _renaming(pattern: str, better: str | None, options: Any) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        config = _read(text)
        functions = (config or {}).get("functions")
        if not isinstance(functions, dict) or pattern not in functions:
            return None
        if better is None:
            alone = len(functions) == 1
            return without_key(text, ["functions"] if alone else ["functions", pattern])
        renamed = with_key(text, ["functions", better], options)
        return None if renamed is None else without_key(renamed, ["functions", pattern])

    return edit
