"""The project's snapshots and git's view of them, from one look at the disk and the repository."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from verifier.intake.changes import Sides, git_state
from verifier.intake.disk import MAYBE_OUTPUT, NEVER_SOURCE, OTHER_BUILDERS, Disk, look, walk
from verifier.intake.git import Git, GitError
from verifier.intake.layout import Layout
from verifier.intake.records import Records, parents, read_records
from verifier.intake.sources import committed_entries, store_disk, working_entry
from verifier.intake.store import Store, Stored
from verifier.model.project import GitState, Problem
from verifier.model.source import FileEntry, FileKind, SourceTree
from verifier.vercel.ignore import apply_upload_ignores, matcher

_YARN_OWN: Final = (".yarn/cache", ".yarn/unplugged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshots:
    """What was found; git None means no version control, `committed` is then an upload."""

    git: GitState | None
    committed: SourceTree
    working: SourceTree
    problems: tuple[Problem, ...]


def open_repository(
    layout: Layout, environ: Mapping[str, str]
) -> tuple[Git | None, Records | None, tuple[Problem, ...]]:
    """Git and its records for the project's repository; None where it cannot speak for it.

    A folder inside somebody else's repository that tracks nothing of it counts as not versioned.
    """
    if not layout.has_git:
        return None, None, ()
    git, prefix = Git(layout.top, environ), layout.prefix
    try:
        records = read_records(git)
    except GitError as error:
        why = f"{error}; the folder is looked at as if it were not under version control"
        return None, None, (Problem(what="git repository not readable", why=why),)
    if prefix and not any(p.startswith(f"{prefix}/") for p in (*records.tree, *records.index)):
        return None, None, ()
    return git, records, ()


def take_snapshots(
    layout: Layout,
    *,
    git: Git | None,
    records: Records | None,
    store: Store,
    ignore_local: bool,
) -> Snapshots:
    """Copy the project's files into the store and say what git knows of them."""
    top, app_root = layout.top, layout.root
    if git is None or records is None:
        return _unversioned(top, app_root, store, ignore_local=ignore_local)
    if ignore_local and records.head is not None:
        return _as_cloned(git, records, store)
    disk = _walk(top, app_root, records)
    contents = store_disk(top, disk.files, store)
    entries, pointers, problems = committed_entries(
        git, records.tree.values(), store, contents.stored.values()
    )
    committed = SourceTree(entries=entries, store=store)
    working = _working(disk, contents.stored, records, committed, store)
    sides = Sides(
        records=records,
        disk=disk,
        stored=contents.stored,
        pointers=pointers,
        committed=committed,
        trust_mode=records.filemode,
    )
    state = git_state(sides)
    problems = (*disk.problems, *contents.problems, *problems, *_unfetched(working))
    if records.head is None:
        committed, working, note = _before_first_commit(working, records)
        problems = (*problems, note)
    return Snapshots(git=state, committed=committed, working=working, problems=problems)


def _as_cloned(git: Git, records: Records, store: Store) -> Snapshots:
    entries, pointers, problems = committed_entries(git, records.tree.values(), store, ())
    tree = SourceTree(entries=entries, store=store)
    state = GitState(
        head=records.head,
        branch=records.branch,
        message=records.message,
        submodules=_gitlinks(tree),
        lfs_pointers=tuple(sorted(pointers)),
        added=records.added,
    )
    return Snapshots(git=state, committed=tree, working=tree, problems=problems)


def _unversioned(top: Path, app_root: str, store: Store, *, ignore_local: bool) -> Snapshots:
    disk = walk(top, start="", skip=partial(_skip, records=None, app_root=app_root, top=top))
    contents = store_disk(top, disk.files, store)
    working = _working(disk, contents.stored, None, None, store)
    committed = apply_upload_ignores(working)
    note = Problem(
        what="not a git repository",
        why="the clean side is taken to be what a CLI upload would send; "
        "what a git deployment would lack cannot be seen",
    )
    return Snapshots(
        git=None,
        committed=committed,
        working=committed if ignore_local else working,
        problems=(note, *disk.problems, *contents.problems),
    )


def _before_first_commit(
    working: SourceTree, records: Records
) -> tuple[SourceTree, SourceTree, Problem]:
    upload = apply_upload_ignores(working)
    committed = upload.without(*(p for p in upload if records.is_ignored(p)))
    note = Problem(
        what="no commit yet",
        why="the clean side is taken to be what a first commit of everything would hold",
    )
    return committed, working, note


def _working(
    disk: Disk,
    stored: Mapping[str, Stored],
    records: Records | None,
    committed: SourceTree | None,
    store: Store,
) -> SourceTree:
    entries: dict[str, FileEntry] = {}
    for path, file in disk.files.items():
        entry = working_entry(
            file,
            stored.get(path),
            store,
            row=records.tree.get(path) if records else None,
            committed=committed.entries.get(path) if committed else None,
            trust_mode=records is None or records.filemode,
        )
        if entry is not None:
            entries[path] = entry
    if committed is not None and records is not None:
        for path in _gitlinks(committed):
            if not any(p.startswith(f"{path}/") for p in entries):
                entries[path] = committed.entries[path]
        # A sparse checkout leaves committed files off the disk on purpose.
        for path, row in records.index.items():
            if row.skipped and path in committed:
                entries.setdefault(path, committed.entries[path])
    return SourceTree(entries=entries, store=store)


def _unfetched(working: SourceTree) -> tuple[Problem, ...]:
    why = "it is empty here, so its files are unknown; run `git submodule update --init`"
    found = _gitlinks(working)
    return tuple(Problem(what="submodule not fetched", why=why, file=path) for path in found)


def _gitlinks(tree: SourceTree) -> tuple[str, ...]:
    return tuple(p for p, e in tree.entries.items() if e.kind is FileKind.GITLINK)


def _walk(top: Path, app_root: str, records: Records) -> Disk:
    skip = partial(_skip, records=records, app_root=app_root, top=top)
    disk = walk(top, start="", skip=skip)
    problems = list(disk.problems)
    files = dict(disk.files)
    # Tracked files are source wherever they lie, even below node_modules.
    skipped = frozenset(disk.skipped)
    for path, row in records.index.items():
        if path in files or row.mode == "160000" or skipped.isdisjoint(parents(path)):
            continue
        if _has_linked_parent(top, path) or not os.path.lexists(top / path):
            continue
        item = look(top, path, problems)
        if item is not None:
            files[path] = item
    return replace(disk, files=files, problems=tuple(problems))


def _has_linked_parent(top: Path, path: str) -> bool:
    return any((top / folder).is_symlink() for folder in parents(path))


def _skip(path: str, name: str, *, records: Records | None, app_root: str, top: Path) -> bool:
    """Whether a folder holds what tools wrote and no source."""
    if name in NEVER_SOURCE or path.endswith(_YARN_OWN):
        return True
    if name not in MAYBE_OUTPUT:
        return False
    if records is None:
        return is_ignored_by_text(top, path)
    if not records.is_ignored(path):
        return False
    # Elsewhere it may be source that a rule meant for output hides, or what a sibling package
    # built for the application to import.
    parent = path.rpartition("/")[0]
    return parent == app_root or any((top / parent / f).is_file() for f in OTHER_BUILDERS)


def is_ignored_by_text(top: Path, path: str) -> bool:
    """Whether the top folder's `.gitignore` text names a folder, for folders without git."""
    place = top / ".gitignore"
    try:
        text = place.read_text(encoding="utf-8", errors="replace") if place.is_file() else ""
    except OSError:
        return False
    return matcher(text.splitlines()[:2000])(f"{path}/x") if text else False
