"""Variables that differ between the sides, or that the code reads and Production lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from verifier.factors._dotenv import Known, defined, is_dotenv, without_assignment
from verifier.factors._dummies import dummy_value, shape_of
from verifier.factors._edits import Edit, edited_secret, with_source
from verifier.factors._knowledge import Knowledge, State, is_malformed, know
from verifier.factors._shapes import mended
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin, Variable
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import EnvRead, Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.model.source import SourceTree

FAMILY: Final = "env-var"
_PLACES: Final = 6
_LOOPBACK: Final = re.compile(r"//(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])")


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change for each variable that may matter."""
    knowledge = know(project, clean, local)
    for name in knowledge.suspects():
        yield _change(project, knowledge, clean, local, name)


def _change(
    project: Project, knowledge: Knowledge, clean: Recipe, local: Recipe | None, name: str
) -> Change:
    reads = knowledge.reads.get(name, ())
    state = knowledge.state(name)
    value = _good_value(knowledge, name, reads)
    return Change(
        id=f"{FAMILY}:{name}",
        family=FAMILY,
        subject=name,
        title=f"{name}: {_state_words(project, knowledge, name)}",
        pattern=Pattern.ENVIRONMENT.value,
        first_stage=Stage.GENERATE,
        repair=_setting(name, value),
        break_local=None
        if local is None or knowledge.local.get(name) is None
        else _breaking(clean, local, name, knowledge.clean.get(name)),
        remedy_kind=RemedyKind.NONE if state is State.HIDDEN else RemedyKind.PLATFORM,
        remedy_summary=_remedy(knowledge, name, reads),
        locations=_locations(knowledge, name, reads),
        prior=_prior(knowledge, name, reads),
        stands_for=_state_words(project, knowledge, name),
    )


def _good_value(knowledge: Knowledge, name: str, reads: Sequence[EnvRead]) -> Secret:
    """The local value where there is a sound one, else the repaired or a made-up one."""
    theirs = knowledge.local.mentions(name)
    if (
        theirs is not None
        and theirs.value is not None
        and not theirs.value.is_empty
        and not is_malformed(name, theirs)
    ):
        return theirs.value
    mine = knowledge.clean.get(name)
    if knowledge.state(name) is State.MALFORMED and mine is not None and mine.value is not None:
        return Secret(mended(name, mine.value.reveal(), dummy_value(name, reads)))
    return Secret(dummy_value(name, reads))


def _setting(name: str, value: Secret) -> Edit:
    def repair(recipe: Recipe) -> Recipe:
        variable = Variable(name=name, value=value, origin=Origin.REMEDY)
        return _with_environment(recipe, variable)

    return repair


def _with_environment(recipe: Recipe, variable: Variable) -> Recipe:
    environment = recipe.environment.with_variable(variable)
    return Recipe(source=recipe.source, environment=environment)


def _breaking(clean: Recipe, local: Recipe, name: str, given: Known | None) -> Edit:
    """The local side with the variable as the clean side has it.

    given: what the clean build sees; it goes into the process, which is stronger than any file.
    """
    paths = tuple(p for p in _read_files(local) if _differs(clean, local, p, name))
    originals = {p: local.source.entries[p] for p in paths}

    def broken(recipe: Recipe) -> Recipe:
        tree: SourceTree = recipe.source
        for path in paths:
            text = tree.text(path)
            if text is None:
                continue
            edited = without_assignment(text, name)
            if edited != text:
                tree = edited_secret(tree, path, originals[path], edited)
        recipe = with_source(recipe, tree)
        environment = recipe.environment.without_variable(name)
        if given is not None and given.value is not None:
            variable = Variable(name=name, value=given.value, origin=Origin.LOCAL)
            environment = environment.with_variable(variable)
        return Recipe(source=recipe.source, environment=environment)

    return broken


def _read_files(local: Recipe) -> Iterable[str]:
    return (p for p in local.source if is_dotenv(p))


def _differs(clean: Recipe, local: Recipe, path: str, name: str) -> bool:
    """Whether git does not deliver this file's value of the variable."""
    theirs = defined(local.source, path).get(name)
    if theirs is None:
        return False
    mine = defined(clean.source, path).get(name)
    return mine is None or mine.value != theirs.value


def _state_words(project: Project, knowledge: Knowledge, name: str) -> str:
    match knowledge.state(name):
        case State.ABSENT:
            scopes = sorted(s for s, names in project.other_scopes.items() if name in names)
            others = f", though set for {' and '.join(scopes)}" if scopes else ""
            return f"absent in the production scope{others}"
        case State.HIDDEN:
            return "declared for Production, but its value is hidden here"
        case State.EMPTY:
            return "declared for Production with an empty value"
        case State.MALFORMED:
            return "set for Production, but not to what its name promises"
        case State.SET:
            return "set for Production to another value than locally"


def _remedy(knowledge: Knowledge, name: str, reads: Sequence[EnvRead]) -> str:
    shape = shape_of(name, reads).words
    place = f"read at {reads[0].file}:{reads[0].line}, " if reads else ""
    match knowledge.state(name):
        case State.ABSENT | State.EMPTY:
            return f"Set {name} for the Production environment ({place}{shape})."
        case State.MALFORMED:
            return f"Correct {name} in the Production environment ({place}it has to be {shape})."
        case State.SET:
            return f"Compare {name} in the Production environment with the local value ({shape})."
        case State.HIDDEN:
            return f"Make sure that {name} holds {shape} in the Production environment."


def _locations(knowledge: Knowledge, name: str, reads: Sequence[EnvRead]) -> tuple[str, ...]:
    places = [f"{r.file}:{r.line}" for r in reads]
    places += [known.where for known in (knowledge.local.mentions(name),) if known is not None]
    return tuple(dict.fromkeys(p for p in places if p))[:_PLACES]


def _prior(knowledge: Knowledge, name: str, reads: Sequence[EnvRead]) -> float:
    """How likely it is a cause, by how the code reads it and how it stands on the clean side."""
    needed = [r for r in reads if r.fallback is None or _LOOPBACK.search(r.fallback)]
    at_load = any(r.module_scope or r.form == "validator" for r in needed)
    read = 0.55 if at_load else 0.2 if needed else 0.05 if reads else 0.03
    local = knowledge.local.get(name) is not None
    match knowledge.state(name):
        case State.ABSENT:
            return read if local else read * 0.75
        case State.EMPTY | State.MALFORMED:
            return max(0.1, read * 0.8)
        case State.HIDDEN:
            return max(0.05, read * 0.5)
        case State.SET:
            checked = any(r.form == "validator" for r in reads)
            return 0.25 if checked else max(0.04, read * 0.25)
