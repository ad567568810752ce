"""Both sides compared before anything runs, for a person to read; never a value of a variable."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from verifier.factors._dotenv import is_dotenv
from verifier.factors._groups import find_groups
from verifier.factors._knowledge import Knowledge, State, know
from verifier.model.difference import Difference, DifferenceKind
from verifier.model.environment import ManagerChoice, TreeMode
from verifier.model.project import Project
from verifier.model.recipe import Recipe

_COMPARATOR: Final = "plan"
_MOST: Final = 200


def compare_recipes(
    project: Project, clean: Recipe, local: Recipe | None
) -> tuple[Difference, ...]:
    """The differences by kind, without empty groups; nothing where there is one side only."""
    if local is None:
        return ()
    groups = (
        _group("toolchain", _toolchain(clean, local)),
        _group("variables", _variables(know(project, clean, local))),
        _group("files", _files(project, clean, local)),
        _group("packages", _packages(project, local)),
    )
    return tuple(g for g in groups if g.children)


def _group(subject: str, children: Iterable[Difference]) -> Difference:
    listed = tuple(children)
    note = f"{len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return Difference(
        comparator=_COMPARATOR,
        subject=subject,
        kind=DifferenceKind.GROUP,
        children=listed[:_MOST],
        note=note,
    )


def _toolchain(clean: Recipe, local: Recipe) -> Iterable[Difference]:
    ours, theirs = clean.environment, local.environment
    rows = (
        ("node", f"{theirs.node_major}", f"{ours.node_major}", ""),
        ("package manager", _named(theirs.manager), _named(ours.manager), ours.manager.why),
        ("installed packages", _mode(local), _mode(clean), ""),
        ("build", theirs.build_script or theirs.driver.value, "vercel build --prod", ""),
        ("memory", f"{theirs.limits.memory_mib} MiB", f"{ours.limits.memory_mib} MiB", ""),
    )
    for subject, mine, other, note in rows:
        if mine != other:
            yield Difference(
                comparator=_COMPARATOR,
                subject=subject,
                kind=DifferenceKind.CHANGED,
                local=mine,
                clean=other,
                # A laptop's memory is a guess, so it is worth no line of its own.
                matters=subject != "memory",
                note=note,
            )


def _named(choice: ManagerChoice) -> str:
    name = choice.manager.value
    return name if choice.major is None else f"{name} {choice.major}"


def _mode(recipe: Recipe) -> str:
    tree = recipe.environment.tree
    match tree.mode:
        case TreeMode.AS_FOUND:
            return "node_modules as found on disk"
        case TreeMode.FRESH:
            return tree.install_command or "installed anew from what is declared"


def _variables(knowledge: Knowledge) -> Iterable[Difference]:
    for name in sorted(knowledge.local.names() | frozenset(knowledge.clean.process)):
        mine, theirs = knowledge.local.get(name), knowledge.clean.get(name)
        if (mine is None and theirs is None) or knowledge.is_same(name):
            continue
        kind = DifferenceKind.CHANGED
        if mine is None or theirs is None:
            kind = DifferenceKind.ONLY_CLEAN if mine is None else DifferenceKind.ONLY_LOCAL
        yield Difference(
            comparator=_COMPARATOR,
            subject=name,
            kind=kind,
            local=None if mine is None else f"set in {mine.where}" if mine.where else "set",
            clean=None if theirs is None else _words(knowledge.state(name), both=mine is not None),
            matters=name in knowledge.reads,
            note="read by the code" if name in knowledge.reads else "",
        )


def _words(state: State, *, both: bool) -> str:
    return "set to another value" if state is State.SET and both else state.value


def _files(project: Project, clean: Recipe, local: Recipe) -> Iterable[Difference]:
    for group in find_groups(project, clean, local.source):
        only = all(p.clean is None for p in group.pairs)
        yield Difference(
            comparator=_COMPARATOR,
            subject=group.name,
            kind=DifferenceKind.ONLY_LOCAL if only else DifferenceKind.CHANGED,
            local=f"{len(group.pairs)} files" if len(group.pairs) > 1 else "there",
            clean=None if only else "as committed",
            note=group.rule or group.reason.value,
        )
    for path in local.source:
        if is_dotenv(path) and path not in clean.source:
            yield Difference(
                comparator=_COMPARATOR,
                subject=path,
                kind=DifferenceKind.ONLY_LOCAL,
                local="there",
                note="not committed; its variables are compared one by one",
            )


def _packages(project: Project, local: Recipe) -> Iterable[Difference]:
    for name, version in sorted(project.machine.outer.items()):
        yield Difference(
            comparator=_COMPARATOR,
            subject=name,
            kind=DifferenceKind.ONLY_LOCAL,
            local=version,
            note="found in a node_modules above the project",
        )
    outer = project.machine.outer
    for package in local.environment.tree.added:
        if package.name not in outer:
            yield Difference(
                comparator=_COMPARATOR,
                subject=package.name,
                kind=DifferenceKind.ONLY_LOCAL,
                local=package.version,
                note="found in node_modules, but nobody declares it",
            )
