"""A variable reaches the build machine but not the task that needs it.

What it detects:
    A build that misses a variable which was set, in a project whose `turbo.json` does not declare
    it for the task.

Why it breaks the deployment:
    Turborepo 2 gives a task only the variables that its configuration names, beside those that a
    recognised framework exposes. Running the package's own script locally gets all of them.

Example:
    `DATABASE_URL` is set for Production; `turbo run build` says it is missing; `tasks.build.env`
    does not list it.

Remedy:
    Add the name to `env` of the task, or to `globalEnv`, in turbo.json.

Sources:
    Turborepo documentation, environment modes, seen 2026-11-20; runs seen 2026-11-23.

"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    error_lines,
    failed,
    quoted,
    seen_in,
    suspects_about,
)
from verifier.detectors._edits import editing
from verifier.detectors._environment import State, is_provided, state_of
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "task-env-filtered"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "The task runner withholds a variable"

_FILE: Final = "turbo.json"
_NAME: Final = re.compile(r"(?<![\w./-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w/-])")
_FRAMEWORK: Final = re.compile(
    r"^(?:NEXT_PUBLIC_|VITE_|PUBLIC_|REACT_APP_|GATSBY_|NUXT_|VUE_APP_|EXPO_PUBLIC_|REDWOOD_ENV_)"
)
_COMMENT: Final = re.compile(r"^\s*//.*$", re.MULTILINE)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per variable that was set and that the failing task still missed."""
    text = evidence.recipe.source.text(_FILE)
    if not failed(evidence) or text is None:
        return ()
    config = _read(text)
    if config is None or config.get("envMode") == "loose":
        return ()
    found: dict[str, Finding] = {}
    for line in error_lines(evidence):
        for match in _NAME.finditer(line):
            name = match[0]
            if name in found or not _is_withheld(evidence, config, name):
                continue
            found[name] = _finding(evidence, config, name, line)
    return tuple(found.values())


def _read(text: str) -> Mapping[str, Any] | None:
    try:
        config = json.loads(_COMMENT.sub("", text))
    except (ValueError, RecursionError):
        return None
    return config if isinstance(config, dict) else None


def _is_withheld(evidence: Evidence, config: Mapping[str, Any], name: str) -> bool:
    if is_provided(name) or _FRAMEWORK.match(name):
        return False
    if evidence.recipe.environment.variable(name) is None:
        return False
    if state_of(evidence, name) not in {State.PRESENT, State.UNKNOWN}:
        return False
    return not any(fnmatch.fnmatchcase(name, p) for p in _declared(config))


def _declared(config: Mapping[str, Any]) -> Iterable[str]:
    """Every pattern that lets a variable through to the build task."""
    tables = [config]
    tasks = config.get("tasks", config.get("pipeline"))
    for key, task in tasks.items() if isinstance(tasks, dict) else ():
        if isinstance(task, dict) and key.rpartition("#")[2] == "build":
            tables.append(task)
    for table in tables:
        for key in ("env", "globalEnv", "passThroughEnv", "globalPassThroughEnv"):
            listed = table.get(key)
            if isinstance(listed, list):
                yield from (p for p in listed if isinstance(p, str) and not p.startswith("!"))


def _finding(evidence: Evidence, config: Mapping[str, Any], name: str, line: str) -> Finding:
    known = suspects_about(evidence, "task-env", name, 0.9)
    path = _path(config)
    at = line_of_key(evidence.recipe.source.text(_FILE) or "", path[:-1] or path)
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"{name} is set, but turbo.json does not let it through to the build task",
        items=(quoted(evidence, line), seen_in(_FILE, f"{'.'.join(path)} lacks {name}", at)),
        weight=0.9,
        places=(Location(file=_FILE, line=at),),
        suspects=known,
        remedies=() if known else (_remedy(config, name),),
    )


def _path(config: Mapping[str, Any]) -> tuple[str, ...]:
    for key in ("tasks", "pipeline"):
        tasks = config.get(key)
        if isinstance(tasks, dict) and isinstance(tasks.get("build"), dict):
            return (key, "build", "env")
    return ("globalEnv",)


def _remedy(config: Mapping[str, Any], name: str) -> Change:
    path = _path(config)

    def edit(text: str) -> str | None:
        here: Any = _read(text)
        for key in path:
            here = here.get(key) if isinstance(here, dict) else None
        listed = [p for p in here if isinstance(p, str)] if isinstance(here, list) else []
        return None if name in listed else with_key(text, path, [*listed, name])

    return remedy(
        ID,
        PATTERN,
        name,
        summary=f"Add {name} to {'.'.join(path)} in turbo.json",
        repair=editing(_FILE, edit),
        stands_for="withheld from the build task by turbo.json",
        places=(Location(file=_FILE),),
    )
