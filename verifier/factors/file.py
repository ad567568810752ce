"""Files that are not the same where the platform builds as on the developer's disk."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from verifier.factors._edits import Edit, moved, with_source
from verifier.factors._groups import Group, Pair, Reason, find_groups, is_configuration
from verifier.factors._ignore_edits import allowing
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree

FAMILY: Final = "file"
_CASE: Final = "case"
"""Family of renames in letter case only, which have a remedy of their own."""
_PLACES: Final = 40
_INSTALL_FILES: Final = frozenset(
    {
        "package.json", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml",
        "bun.lock", "bun.lockb", "vlt-lock.json", ".npmrc", ".yarnrc", ".yarnrc.yml",
        "pnpm-workspace.yaml", ".pnpmfile.cjs", "bunfig.toml", "vercel.json",
    }
)  # fmt: skip
_NEVER_READ: Final = (
    ".log", ".bak", ".orig", ".rej", ".swp", ".swo", "~", ".tmp", ".DS_Store", "Thumbs.db",
    ".tsbuildinfo", ".map", ".pid", ".lcov", ".code-workspace",
)  # fmt: skip
_ASIDE: Final = (
    ".vscode", ".idea", ".github", ".husky", "coverage", "docs", "test", "tests", "__tests__",
    "e2e", "cypress", ".cursor", ".claude", ".turbo", ".cache", "logs",
)  # fmt: skip
_CODE: Final = frozenset(
    {
        ".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".vue", ".svelte", ".astro",
        ".css", ".scss", ".sass", ".less", ".json", ".graphql", ".gql", ".prisma", ".wasm", ".node",
    }
)  # fmt: skip


def changes(project: Project, clean: Recipe, local: Recipe | None) -> Iterable[Change]:
    """One change for each group of files that one act of a person would bring over."""
    disk = project.working if local is None else local.source
    found = [_change(project, clean, local, disk, g) for g in find_groups(project, clean, disk)]
    ids = {c.id for c in found}
    return [_coupled(c, ids) for c in found]


def _change(
    project: Project, clean: Recipe, local: Recipe | None, disk: SourceTree, group: Group
) -> Change:
    subject = _subject(project, group)
    family = _CASE if group.reason is Reason.RENAMED else FAMILY
    return Change(
        id=f"{family}:{group.name}",
        family=family,
        subject=subject,
        title=f"{subject}: {group.reason.value}",
        pattern=Pattern.PIPELINE.value,
        first_stage=_first_stage(group),
        repair=_bringing(project, disk, group),
        break_local=None if local is None else _taking(clean, group),
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=_remedy(group),
        locations=_locations(group, subject),
        prior=_prior(project, group),
        stands_for=_stands_for(group),
    )


def _coupled(change: Change, ids: set[str]) -> Change:
    """A manifest and the lockfiles beside it make sense together only."""
    folder, name = change.subject.rpartition("/")[0], change.subject.rpartition("/")[2]
    prefix = f"{folder}/" if folder else ""
    locks = {n for n in _INSTALL_FILES if "lock" in n or "shrinkwrap" in n}
    others = locks if name == "package.json" else {"package.json"} if name in locks else set()
    wanted = {f"{FAMILY}:{prefix}{n}" for n in others}
    return replace(change, coupled=tuple(sorted(wanted & ids)))


def _subject(project: Project, group: Group) -> str:
    """The one file that matters where there is only one, else the group's name."""
    paths = [p.path for p in group.pairs]
    if len(paths) == 1:
        return paths[0]
    read = [p for p in paths if _is_read(project, p)]
    return read[0] if len(read) == 1 else group.name


def _is_read(project: Project, path: str) -> bool:
    return path in project.local_code.reachable or path in project.code.reachable


def _bringing(project: Project, disk: SourceTree, group: Group) -> Edit:
    """The clean side with the group as it is on disk, ignore rules amended."""
    allow = allowing(project.committed, group.rule_file, group.negations)
    gone = {p.clean for p in group.pairs if p.clean is not None and p.clean != p.local}
    # A file replaces the empty folder of a submodule above it.
    gone |= {above for p in group.pairs if p.local is not None for above in _above(p.local)}
    kept = tuple(p.local for p in group.pairs if p.local is not None)
    return lambda recipe: allow(with_source(recipe, moved(recipe.source, gone, kept, disk)))


def _above(path: str) -> Iterable[str]:
    parts = path.split("/")[:-1]
    return ("/".join(parts[: n + 1]) for n in range(len(parts)))


def _taking(clean: Recipe, group: Group) -> Edit:
    """The local side with the group as git delivers it."""
    gone = {p.local for p in group.pairs if p.local is not None and p.local != p.clean}
    kept = tuple(p.clean for p in group.pairs if p.clean is not None)
    return lambda recipe: with_source(recipe, moved(recipe.source, gone, kept, clean.source))


def _first_stage(group: Group) -> Stage:
    names = {PurePosixPath(p.path).name for p in group.pairs}
    return Stage.INSTALL if names & _INSTALL_FILES else Stage.GENERATE


def _locations(group: Group, subject: str) -> tuple[str, ...]:
    rule = group.rule_file
    if group.reason is Reason.IGNORED:
        rule = ":".join(group.rule.split(":")[:2])
    paths = (p.clean or p.local or "" for p in group.pairs)
    return tuple(dict.fromkeys(p for p in (rule, subject, *paths) if p))[:_PLACES]


def _remedy(group: Group) -> str:
    first = group.pairs[0]
    what = first.path if len(group.pairs) == 1 else f"{group.name} (all of its files)"
    allowed = " and ".join(group.negations)
    texts: dict[Reason, str] = {
        Reason.UNTRACKED: f"Commit {what}.",
        Reason.IGNORED: f"Add {allowed} to {group.rule_file} and commit {what}.",
        Reason.UNDELIVERED: f"Add {allowed} to {group.rule_file}, so that {what} stays.",
        Reason.MODIFIED: f"Commit the changes of {what}.",
        Reason.DELETED: f"Commit that {what} is deleted.",
        Reason.RENAMED: f"Rename {first.clean} to {first.local} in git, by way of another name.",
        Reason.SUBMODULE: f"Make submodule {group.name} public, or commit its files.",
        Reason.LFS: f"Turn git LFS on in the project's settings, or commit {what} itself.",
    }
    return texts[group.reason]


def _stands_for(group: Group) -> str:
    by = f" ({group.rule})" if group.rule else ""
    return f"{group.reason.value}{by}"


def _prior(project: Project, group: Group) -> float:
    """How likely the group matters, by the file of it that matters most."""
    return max(_prior_of(project, group, p) for p in group.pairs)


def _prior_of(project: Project, group: Group, pair: Pair) -> float:
    path = pair.path
    name = PurePosixPath(path)
    if path.endswith(_NEVER_READ) or any(part in _ASIDE for part in name.parts[:-1]):
        return 0.02
    if any(f.path == path and f.drifted for f in project.lockfiles):
        return 0.5
    reached = _is_read(project, path)
    if group.reason in {Reason.MODIFIED, Reason.DELETED, Reason.LFS}:
        return 0.15 if reached or is_configuration(path) else 0.04
    return 0.6 if reached or _is_wanted(project, pair) else _unread_prior(project, path)


def _unread_prior(project: Project, path: str) -> float:
    """How likely a file matters although no import leads to it."""
    if is_configuration(path):
        return 0.35
    if not _in_application(project, path):
        return 0.03
    return 0.1 if PurePosixPath(path).suffix in _CODE else 0.05


def _is_wanted(project: Project, pair: Pair) -> bool:
    """Whether an import that leads nowhere in the clean source names the file."""
    stem = pair.path.rsplit(".", 1)[0]
    tails: Sequence[str] = (stem, stem.removesuffix("/index"), pair.path)
    for ref in project.code.unresolved:
        wanted = ref.specifier.lstrip("./@~#").rsplit("?", 1)[0]
        if wanted and any(t.lower().endswith(wanted.lower()) for t in tails):
            return True
    return False


def _in_application(project: Project, path: str) -> bool:
    return not project.root or path.startswith(f"{project.root}/")
