"""What a plan says of variables: how each stands on both sides, and who reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.factors._knowledge import Knowledge, State, know
from verifier.model.environment import Origin
from verifier.model.project import Project
from verifier.model.recipe import Recipe

_MOST_READS: Final = 3
_NOT_SET: Final = "not set"
_WORDS: Final = {
    State.ABSENT: "missing",
    State.HIDDEN: "set, value hidden",
    State.EMPTY: "EMPTY",
    State.MALFORMED: "set, of the wrong shape",
    State.SET: "set",
}


def variable_rows(project: Project, clean: Recipe, local: Recipe | None) -> Iterator[str]:
    """One row a name: marked where the sides differ or the code reads what is not there."""
    knowledge = know(project, clean, local)
    captured = _captured(project)
    names = {
        *captured,
        *knowledge.suspects(),
        *knowledge.clean.process,
        *knowledge.clean.files,
        *knowledge.local.names(),
    }
    if project.production is None:
        yield "production scope: unknown (no .vercel/.env.production.local, no --env-file)"
    width = min(36, max((len(n) for n in names), default=0))
    for name in sorted(names):
        yield _row(project, knowledge, name, width, captured.get(name), has_local=local is not None)
    own = [v for v in clean.environment.variables if v.origin is Origin.SYSTEM]
    if own:
        yield f"and {len(own)} system variables of the platform"


def _captured(project: Project) -> dict[str, str]:
    """Names in files that only a captured machine has, with the file."""
    return {
        entry.name: file.path
        for file in project.env_files
        if not file.committed and file.path not in project.working
        for entry in file.entries
    }


def _row(
    project: Project,
    knowledge: Knowledge,
    name: str,
    width: int,
    captured: str | None,
    *,
    has_local: bool,
) -> str:
    state = knowledge.state(name)
    mine, theirs = knowledge.local.get(name), knowledge.clean.get(name)
    there = _WORDS[state]
    reads = knowledge.reads.get(name, ())
    if state is State.ABSENT and reads:
        can_do_without = all(r.fallback is not None for r in reads)
        there = "not set, which the code allows for" if can_do_without else "MISSING"
    if theirs is not None and theirs.file:
        there += f" in {theirs.file}"
    if mine is None and captured is not None:
        here = f"set in {captured}, as captured"
    elif mine is None:
        aside = knowledge.local.mentions(name)
        here = f"in {aside.file}, which the build does not read" if aside else _NOT_SET
    elif state in {State.SET, State.MALFORMED} and not knowledge.is_same(name):
        here = f"DIFFERENT in {mine.file}"
    else:
        here = f"set in {mine.file}"
    scopes = [s for s, known in sorted(project.other_scopes.items()) if name in known]
    parts = [f"clean: {there}"]
    if has_local or here != _NOT_SET:
        parts.append(f"local: {here}")
    if scopes:
        parts.append(f"set for {' and '.join(scopes)}")
    places = list(dict.fromkeys(f"{r.file}:{r.line}" for r in reads))
    if places:
        more = f" and {len(places) - _MOST_READS} more" if len(places) > _MOST_READS else ""
        parts.append(f"read at {', '.join(places[:_MOST_READS])}{more}")
    return f"{name:<{width}}  {'; '.join(parts)}"
