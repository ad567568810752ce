"""The edits of a fix plan in the user's own tree: all or nothing, and never over their work."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.unit.plan_world import Memory, tree
from verifier.cli._apply import apply_edits
from verifier.errors import UsageError
from verifier.model.source import SourceTree

BEFORE = {"package.json": "{}\n", "pages/index.tsx": "old\n", "src/Card.tsx": "card\n"}
AFTER = {"package.json": '{"a": 1}\n', "src/Card.tsx": "card\n", "lib/new.ts": "new\n"}


def _snapshots() -> tuple[SourceTree, SourceTree]:
    store = Memory()
    return tree(BEFORE, store), tree(AFTER, store)


def _lay(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")


def _files(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): p.read_text(encoding="utf-8")
        for p in folder.rglob("*")
        if p.is_file()
    }


def test_a_clean_tree_becomes_what_the_plan_says(tmp_path: Path) -> None:
    """Files are written, added and removed, with the folders that a removal leaves empty."""
    _lay(tmp_path, BEFORE)
    assert apply_edits(tmp_path, *_snapshots()) == ("lib/new.ts", "package.json", "pages/index.tsx")
    assert _files(tmp_path) == AFTER
    assert not (tmp_path / "pages").exists()


def test_what_is_already_done_is_left_alone(tmp_path: Path) -> None:
    """A file that the plan adds and that lies on disk already, ignored by git, is no conflict."""
    _lay(tmp_path, {**BEFORE, "lib/new.ts": "new\n"})
    (tmp_path / "pages/index.tsx").unlink()
    apply_edits(tmp_path, *_snapshots())
    assert _files(tmp_path) == AFTER


@pytest.mark.parametrize("path", ["package.json", "pages/index.tsx", "lib/new.ts"])
def test_work_of_the_user_is_never_written_over(tmp_path: Path, path: str) -> None:
    """One file that differs from the commit and from the plan: nothing at all is written."""
    files = {**BEFORE, path: "my work\n"}
    _lay(tmp_path, files)
    with pytest.raises(UsageError, match="nothing was applied"):
        apply_edits(tmp_path, *_snapshots())
    assert _files(tmp_path) == files


def test_a_link_on_the_way_is_not_followed(tmp_path: Path) -> None:
    """A folder that is a link leads out of the tree, where nothing may be written."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    repository = tmp_path / "repository"
    _lay(repository, BEFORE)
    (repository / "lib").symlink_to(elsewhere)
    with pytest.raises(UsageError, match=r"lib/new\.ts"):
        apply_edits(repository, *_snapshots())
    assert list(elsewhere.iterdir()) == []
    assert (repository / "package.json").read_text(encoding="utf-8") == "{}\n"


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    """Trouble with the second file leaves the first one as it was, and no leftovers."""
    _lay(tmp_path, BEFORE)
    (tmp_path / "lib").write_text("a file where a folder is needed", encoding="utf-8")
    before = _files(tmp_path)
    with pytest.raises(UsageError):
        apply_edits(tmp_path, *_snapshots())
    assert _files(tmp_path) == before
