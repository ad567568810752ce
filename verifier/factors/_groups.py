"""Files that differ between the sides, in the groups in which a person would speak of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath

import pathspec

from verifier.factors._dotenv import is_dotenv
from verifier.model.project import IgnoredPath, Project
from verifier.model.recipe import Recipe
from verifier.model.source import FileKind, SourceTree

_OWN_FILE = "verifier.yaml"
"""What people tell verifier; no build reads it."""


class Reason(Enum):
    """Why a file is not the same on both sides; the value says it in words."""

    UNTRACKED = "not committed"
    IGNORED = "ignored by git"
    UNDELIVERED = "removed by .vercelignore"
    MODIFIED = "changed since the commit"
    DELETED = "deleted on disk, but still committed"
    RENAMED = "renamed in its letter case only, which git did not notice"
    SUBMODULE = "part of a submodule that a build does not fetch"
    LFS = "committed as a git LFS pointer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """One file by its path on either side; None where that side lacks it."""

    local: str | None
    clean: str | None

    @property
    def path(self) -> str:
        """The path by which to speak of it."""
        return self.local or self.clean or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Files that one act would bring over; name: the path the group is known by.

    rule: the line of an ignore file that hides them. negations: lines that bring them back.
    """

    name: str
    reason: Reason
    pairs: tuple[Pair, ...]
    rule: str = ""
    rule_file: str = ""
    negations: tuple[str, ...] = ()


def find_groups(project: Project, clean: Recipe, disk: SourceTree) -> Iterator[Group]:
    """Yield every difference between the delivered files and those on disk."""
    renamed = tuple(_renames(project, clean.source, disk))
    yield from renamed
    taken = {p for g in renamed for pair in g.pairs for p in (pair.local, pair.clean)}
    only_local = [
        p for p in disk if p not in clean.source and p not in taken and _may_move(disk, p)
    ]
    yield from _undelivered(project, only_local)
    left = [p for p in only_local if p not in project.committed]
    ignored, left = _split_ignored(project, left)
    yield from ignored
    submodules, left = _split_submodules(project, left)
    yield from submodules
    yield from _untracked(project, clean.source, left)
    yield from _others(project, clean.source, disk, taken)


def _may_move(tree: SourceTree, path: str) -> bool:
    """Whether a file may be carried as such; variables have factors of their own."""
    entry = tree.entries[path]
    if is_dotenv(path) or path.rpartition("/")[2] == _OWN_FILE:
        return False
    return not entry.secret and entry.kind is not FileKind.GITLINK


def _renames(project: Project, clean: SourceTree, disk: SourceTree) -> Iterator[Group]:
    git = project.git
    found: dict[tuple[str, str], list[Pair]] = {}
    for case in git.case_differences if git is not None else ():
        if case.index_path in clean and case.disk_path in disk and case.disk_path not in clean:
            pair = Pair(local=case.disk_path, clean=case.index_path)
            found.setdefault(_renamed_part(case.index_path, case.disk_path), []).append(pair)
    for (_, on_disk), pairs in sorted(found.items()):
        name = pairs[0].path if len(pairs) == 1 else on_disk
        yield Group(name=name, reason=Reason.RENAMED, pairs=tuple(pairs))


def _renamed_part(index: str, disk: str) -> tuple[str, str]:
    """The paths down to the first part whose spelling differs."""
    theirs, ours = index.split("/"), disk.split("/")
    for place, (a, b) in enumerate(zip(theirs, ours, strict=False)):
        if a != b:
            return "/".join(theirs[: place + 1]), "/".join(ours[: place + 1])
    return index, disk


def _undelivered(project: Project, paths: Iterable[str]) -> Iterator[Group]:
    """Committed files that `.vercelignore` takes away, by the topmost thing it names."""
    gone = [p for p in paths if p in project.committed and not p.endswith(".vercelignore")]
    if not gone or not project.vercelignore:
        return
    file = f"{project.root}/.vercelignore" if project.root else ".vercelignore"
    base = project.root if file in project.committed else ""
    file = file if file in project.committed else ".vercelignore"
    prefix = f"{base}/" if base else ""
    spec = pathspec.GitIgnoreSpec.from_lines(_readable(project.vercelignore))
    found: dict[str, list[str]] = {}
    for path in gone:
        found.setdefault(_topmost(spec, path.removeprefix(prefix)), []).append(path)
    for top, members in sorted(found.items()):
        is_folder = len(members) > 1 or not members[0].endswith(top)
        steps = [*_folders(top), f"{top}/" if is_folder else top]
        yield Group(
            name=f"{prefix}{top}",
            reason=Reason.UNDELIVERED,
            pairs=tuple(Pair(local=p, clean=None) for p in members),
            rule=_matching(project.vercelignore, f"{top}/" if is_folder else top),
            rule_file=file,
            negations=tuple(f"!/{s}" for s in steps),
        )


def _readable(patterns: Iterable[str]) -> list[str]:
    kept = []
    for pattern in patterns:
        try:
            pathspec.GitIgnoreSpec.from_lines([pattern.lower()])
        except ValueError:
            continue
        kept.append(pattern.lower())
    return kept


def _folders(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    return [f"{'/'.join(parts[: n + 1])}/" for n in range(len(parts))]


def _topmost(spec: pathspec.GitIgnoreSpec, path: str) -> str:
    for folder in _folders(path.lower()):
        if spec.match_file(folder):
            return path[: len(folder) - 1]
    return path


def _matching(patterns: Iterable[str], path: str) -> str:
    """The last pattern that names the path, as the one that decides."""
    found = ""
    for pattern in _readable(patterns):
        if pathspec.GitIgnoreSpec.from_lines([pattern]).match_file(path.lower()):
            found = pattern
    return found


def _split_ignored(project: Project, paths: list[str]) -> tuple[list[Group], list[str]]:
    """Ignored files by the rule and the thing it hides; then what no rule hides."""
    git = project.git
    ignored = {i.path: i for i in git.ignored} if git is not None else {}
    found: dict[str, list[str]] = {}
    left = []
    for path in paths:
        rule = next((ignored[p] for p in _self_and_above(path) if p in ignored), None)
        if rule is None:
            left.append(path)
        else:
            found.setdefault(rule.path, []).append(path)
    groups = [_ignored(ignored[hidden], members) for hidden, members in sorted(found.items())]
    return groups, left


def _ignored(rule: IgnoredPath, members: list[str]) -> Group:
    base = rule.rule_file.rpartition("/")[0]
    below = rule.path.removeprefix(f"{base}/") if base else rule.path
    return Group(
        name=rule.path,
        reason=Reason.IGNORED,
        pairs=tuple(Pair(local=p, clean=None) for p in members),
        rule=f"{rule.rule_file}:{rule.rule_line}: {rule.pattern}",
        rule_file=rule.rule_file,
        negations=(f"!/{below}/" if rule.is_directory else f"!/{below}",),
    )


def _self_and_above(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _split_submodules(project: Project, paths: list[str]) -> tuple[list[Group], list[str]]:
    modules = project.git.submodules if project.git is not None else ()
    found: dict[str, list[str]] = {}
    left = []
    for path in paths:
        module = next((p for p in _self_and_above(path) if p in modules), None)
        if module is None:
            left.append(path)
        else:
            found.setdefault(module, []).append(path)
    groups = [
        Group(
            name=module,
            reason=Reason.SUBMODULE,
            pairs=tuple(Pair(local=p, clean=None) for p in members),
        )
        for module, members in sorted(found.items())
    ]
    return groups, left


def _untracked(project: Project, clean: SourceTree, paths: list[str]) -> Iterator[Group]:
    """Files nobody added: one group for each folder of which nothing is committed.

    In a folder with committed neighbours each reached file stands for itself, and the rest of it
    together: hardly anybody forgets all of them for one reason.
    """
    folders = {f for p in clean for f in _self_and_above(p.rpartition("/")[0])}
    reached = project.local_code.reachable
    found: dict[tuple[str, bool], list[str]] = {}
    for path in paths:
        folder = path.rpartition("/")[0]
        fresh = _fresh_folder(folder, folders)
        if fresh is not None:
            found.setdefault((fresh, True), []).append(path)
        elif path in reached or not folder or _is_configuration(path):
            found.setdefault((path, False), []).append(path)
        else:
            found.setdefault((folder, False), []).append(path)
    for (name, _), members in sorted(found.items()):
        yield Group(
            name=members[0] if len(members) == 1 else name,
            reason=Reason.UNTRACKED,
            pairs=tuple(Pair(local=p, clean=None) for p in members),
        )


def _fresh_folder(folder: str, committed: set[str]) -> str | None:
    """The topmost folder above a file that holds nothing committed, None if its own does."""
    above = [f for f in _self_and_above(folder) if f not in committed]
    return above[-1] if above else None


def _others(
    project: Project, clean: SourceTree, disk: SourceTree, taken: set[str | None]
) -> Iterator[Group]:
    pointers = set(project.git.lfs_pointers) if project.git is not None else set()
    modules = set(project.git.submodules) if project.git is not None else set()
    for path in clean:
        if path in taken or path in modules or is_dotenv(path):
            continue
        if path in disk:
            reason = Reason.LFS if path in pointers else Reason.MODIFIED
            if _same(clean, disk, path):
                continue
            yield Group(name=path, reason=reason, pairs=(Pair(local=path, clean=path),))
        elif clean.entries[path].kind is not FileKind.GITLINK:
            yield Group(name=path, reason=Reason.DELETED, pairs=(Pair(local=None, clean=path),))


def _same(clean: SourceTree, disk: SourceTree, path: str) -> bool:
    mine, theirs = clean.entries[path], disk.entries[path]
    facts: Mapping[str, tuple[object, object]] = {
        "digest": (mine.digest, theirs.digest),
        "kind": (mine.kind, theirs.kind),
        "mode": (mine.executable, theirs.executable),
    }
    return theirs.secret or all(a == b for a, b in facts.values())


_CONFIGURATION = (
    "vite.config", "next.config", "nuxt.config", "astro.config", "svelte.config", "tailwind.config",
    "postcss.config", "tsconfig", "jsconfig", "babel.config", ".babelrc", "webpack.config",
    "rollup.config", "vue.config", "angular.json", "vercel.json", "components.json", "turbo.json",
    ".eslintrc", "eslint.config", ".npmrc", ".yarnrc", "pnpm-workspace", "package.json",
    "package-lock", "yarn.lock", "pnpm-lock", "bun.lock", "prisma", "drizzle.config", "middleware",
    "contentlayer.config", "mdx-components", "instrumentation",
)  # fmt: skip


def _is_configuration(path: str) -> bool:
    return PurePosixPath(path).name.startswith(_CONFIGURATION)


def is_configuration(path: str) -> bool:
    """Whether a tool of the build looks for a file of this name by itself."""
    return _is_configuration(path)
