"""What differs between the commit, the index and the disk, as git would name it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verifier.intake.disk import Disk, DiskFile
from verifier.intake.records import Records, parents
from verifier.intake.store import Stored
from verifier.model.project import CaseDifference, GitState, IgnoredPath
from verifier.model.source import FileKind, SourceTree


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """All that is compared. pointers: path of an LFS pointer in HEAD → digest of the real file."""

    records: Records
    disk: Disk
    stored: Mapping[str, Stored]
    pointers: Mapping[str, str]
    committed: SourceTree
    trust_mode: bool


def git_state(sides: Sides) -> GitState:
    """Git's view of the project."""
    records, files = sides.records, sides.disk.files
    cases = case_differences(frozenset(records.index), frozenset(files))
    respelled = {c.index_path for c in cases}
    on_disk_as = {c.index_path: c.disk_path for c in cases}
    disk_spellings = frozenset(on_disk_as.values())
    fetched = _fetched_submodules(sides)
    modified = [
        path
        for path in records.tree
        if records.tree[path].mode != "160000" and _is_modified(sides, path, on_disk_as)
    ]
    return GitState(
        head=records.head,
        branch=records.branch,
        message=records.message,
        modified=tuple(sorted(modified)),
        deleted=tuple(
            sorted(
                path
                for path, row in records.tree.items()
                if path not in files
                and path not in respelled
                and row.mode != "160000"
                and not _is_sparse(records, path)
            )
        ),
        staged=tuple(sorted(p for p in records.index if _is_staged(records, p))),
        untracked=tuple(
            sorted(
                path
                for path in files
                if path not in records.index
                and path not in disk_spellings
                and not records.is_ignored(path)
                and not any(path.startswith(f"{s}/") for s in fetched)
            )
        ),
        ignored=_ignored(records, frozenset(sides.disk.skipped)),
        tracked_but_ignored=tuple(sorted(records.tracked_but_ignored)),
        case_differences=cases,
        submodules=tuple(sorted(p for p, r in records.tree.items() if r.mode == "160000")),
        lfs_pointers=tuple(sorted(sides.pointers)),
        ignorecase=records.ignorecase,
        added=records.added,
    )


def case_differences(index: frozenset[str], disk: frozenset[str]) -> tuple[CaseDifference, ...]:
    """Files that the index spells in another case than the disk, folders above them included."""
    folded = {path.casefold(): path for path in disk - index}
    return tuple(
        CaseDifference(index_path=path, disk_path=folded[path.casefold()])
        for path in sorted(index - disk)
        if path.casefold() in folded
    )


def _is_modified(sides: Sides, path: str, on_disk_as: Mapping[str, str]) -> bool:
    row = sides.records.tree[path]
    staged = sides.records.index.get(path)
    if staged is not None and (staged.oid, staged.mode) != (row.oid, row.mode):
        return True
    place = on_disk_as.get(path, path)
    file = sides.disk.files.get(place)
    if file is None:
        return False
    if (file.target is not None) != (row.mode == "120000"):
        # Where links are not supported git checks out a small file that holds the target.
        return not _is_same_content(sides, path, place, file)
    if sides.trust_mode and file.target is None and file.executable != (row.mode == "100755"):
        return True
    return not _is_same_content(sides, path, place, file)


def _is_same_content(sides: Sides, path: str, place: str, file: DiskFile) -> bool:
    if file.target is not None:
        entry = sides.committed.entries.get(path)
        return (
            entry is not None
            and entry.kind is FileKind.SYMLINK
            and sides.committed.read(path).decode("utf-8", "surrogateescape") == file.target
        )
    content = sides.stored.get(place)
    if content is None:
        return True
    oid = sides.records.tree[path].oid
    return oid in (content.oid, content.text_oid) or sides.pointers.get(path) == content.digest


def _is_sparse(records: Records, path: str) -> bool:
    row = records.index.get(path)
    return row is not None and row.skipped


def _is_staged(records: Records, path: str) -> bool:
    row, committed = records.index[path], records.tree.get(path)
    return committed is None or (row.oid, row.mode) != (committed.oid, committed.mode)


def _fetched_submodules(sides: Sides) -> tuple[str, ...]:
    links = (p for p, r in sides.records.tree.items() if r.mode == "160000")
    return tuple(p for p in links if any(f.startswith(f"{p}/") for f in sides.disk.files))


def _ignored(records: Records, skipped: frozenset[str]) -> tuple[IgnoredPath, ...]:
    found = []
    for path in sorted(records.ignored):
        bare = path.rstrip("/")
        if bare in skipped or any(p in skipped for p in parents(bare)):
            continue
        rule = records.rules.get(path)
        if rule is None:
            continue
        found.append(
            IgnoredPath(
                path=bare,
                pattern=rule.pattern,
                rule_file=rule.file,
                rule_line=rule.line,
                is_directory=path.endswith("/"),
            )
        )
    return tuple(found)
