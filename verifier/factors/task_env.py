"""Variables that reach the platform's process but not the task a task runner starts in it.

Turborepo 2 hands a task only what `turbo.json` names, and a fixed set of its own.
Source: turborepo documentation, "Using environment variables", and outcomes of real runs of
turbo 2.11, seen 2026-11-23.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from verifier.factors._edits import edit_text
from verifier.factors._install import build_words
from verifier.factors._json_text import add_to_list, line_of, read_jsonc
from verifier.factors._knowledge import State, know
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.vercel.frameworks import preset

FAMILY: Final = "task-env"
_NAMES: Final = ("turbo.json", "turbo.jsonc")
_PASSED: Final = (
    "PATH", "HOME", "SHELL", "PWD", "CI", "NODE_OPTIONS", "COREPACK_HOME", "TMP", "TEMP",
    "TERM", "DISPLAY", "VERCEL", "VERCEL_*", "NEXT_*", "NOW_BUILDER", "GITHUB_*", "DOCKER_*",
    "TURBO_*", "USE_OUTPUT_FOR_EDGE_FUNCTIONS", "LD_LIBRARY_PATH", "LANG", "USER", "HTTP_PROXY",
    "HTTPS_PROXY", "NO_PROXY", "NODE_EXTRA_CA_CERTS",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Runner:
    """The configuration a build task gets its variables by; keys lead to its list."""

    path: str
    keys: tuple[str, ...]
    allowed: tuple[str, ...]


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change for each variable that the task does not get."""
    runner = _runner(project, clean)
    if runner is None:
        return
    knowledge = know(project, clean, local)
    text = clean.source.text(runner.path) or ""
    for name, reads in sorted(knowledge.reads.items()):
        in_file = name in knowledge.clean.files and name not in knowledge.clean.process
        if in_file or name not in knowledge.suspects_and_set() or _passes(name, runner.allowed):
            continue
        line = line_of(text, runner.keys) or line_of(text, runner.keys[:-1])
        place = runner.path if line is None else f"{runner.path}:{line}"
        needed = [r for r in reads if r.fallback is None]
        is_set = knowledge.state(name) is not State.ABSENT
        yield Change(
            id=f"{FAMILY}:{name}",
            family=FAMILY,
            subject=name,
            title=f"{name} does not reach the build task",
            pattern=Pattern.ENVIRONMENT.value,
            first_stage=Stage.GENERATE,
            repair=edit_text(runner.path, _adder(runner.keys, name)),
            remedy_kind=RemedyKind.PROJECT,
            remedy_summary=f"Add {name} to {'.'.join(runner.keys)} in {runner.path}.",
            locations=(place, *(f"{r.file}:{r.line}" for r in reads[:5])),
            prior=(0.5 if is_set else 0.2) if needed else 0.06,
            stands_for=f"set for the build, but {runner.path} does not hand it to the task",
        )


def _adder(keys: tuple[str, ...], name: str) -> Callable[[str], str | None]:
    return lambda text: add_to_list(text, keys, name)


def _runner(project: Project, clean: Recipe) -> _Runner | None:
    """How the build task gets its variables, None where nothing filters them."""
    words = build_words(project, clean)
    if "turbo" not in words or "--env-mode=loose" in words or "--env-mode loose" in words:
        return None
    top = _config(clean, "")
    own = _config(clean, project.root) if project.root else None
    if top is None or top[1].get("envMode") == "loose":
        return None
    path, config = top
    tasks = _table(config.get("tasks"))
    if not tasks:
        return None  # turbo 1 lets variables through unless it is told otherwise
    manifest = project.manifest
    named = f"{manifest.name}#build" if manifest is not None else ""
    key = named if named in tasks else "build"
    task = _table(tasks.get(key))
    allowed = [*_texts(config.get("globalEnv")), *_texts(config.get("globalPassThroughEnv"))]
    keys: tuple[str, ...] = ("tasks", key, "env") if key in tasks else ("globalEnv",)
    if own is not None:
        mine = _table(_table(own[1].get("tasks")).get("build"))
        if "env" in mine or "passThroughEnv" in mine:
            path, keys, task = own[0], ("tasks", "build", "env"), mine
    allowed += [*_texts(task.get("env")), *_texts(task.get("passThroughEnv"))]
    framework = preset(clean.environment.settings.framework)
    allowed += [f"{p}*" for p in (framework.exposed if framework is not None else ())]
    return _Runner(path=path, keys=keys, allowed=tuple(allowed))


def _config(clean: Recipe, folder: str) -> tuple[str, Mapping[str, Any]] | None:
    for name in _NAMES:
        path = f"{folder}/{name}" if folder else name
        config = read_jsonc(clean.source.text(path) or "")
        if isinstance(config, Mapping):
            return path, config
    return None


def _passes(name: str, allowed: Iterable[str]) -> bool:
    if any(fnmatch.fnmatchcase(name, p) for p in _PASSED):
        return True
    passes = False
    for pattern in allowed:
        if pattern.startswith("!"):
            if fnmatch.fnmatchcase(name, pattern[1:]):
                return False
        elif fnmatch.fnmatchcase(name, pattern):
            passes = True
    return passes


def _table(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(value: object) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
