"""Patches between snapshots do what `git apply` does with them."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.model.source import FileEntry, FileKind, SourceTree
from verifier.patches import patch_between, shipped_tree


class Contents:
    """A content store in memory."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def read(self, digest: str) -> bytes:
        return self.bodies[digest]


def tree_of(files: dict[str, bytes], *, secret: frozenset[str] = frozenset()) -> SourceTree:
    """A snapshot of these files."""
    store = Contents()
    entries = {}
    for path, body in files.items():
        digest = hashlib.sha256(body).hexdigest()
        store.bodies[digest] = body
        entries[path] = FileEntry(digest=digest, size_bytes=len(body), secret=path in secret)
    return SourceTree(entries=entries, store=store)


_NAMES = st.sampled_from(["a.txt", "dir/b c.txt", 'q"uote.txt', "ünï.txt", "deep/er/x"])
_TEXTS = st.lists(st.sampled_from(["one", "two", "", "three \\ four", "-", "+x"]), max_size=6).map(
    "\n".join
)


_BODIES = _TEXTS.map(str.encode) | st.binary(max_size=300).map(lambda b: b"\0" + b)


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_NAMES, _BODIES, min_size=1), st.dictionaries(_NAMES, _BODIES))
def test_git_applies_the_patch_and_gets_the_other_snapshot(
    before: dict[str, bytes], after: dict[str, bytes]
) -> None:
    """Applying the patch to one snapshot gives exactly the other one, binary files included."""
    patch, left_out = patch_between(tree_of(before), tree_of(after))
    assert left_out == ()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, body in before.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(body)
        if patch:
            subprocess.run(
                ["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"],
                cwd=folder,
                input=patch.encode(),
                check=True,
            )
        found = {
            str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()
        }
    assert found == after


def test_equal_snapshots_give_no_patch() -> None:
    """A snapshot against itself has nothing to patch."""
    tree = tree_of({"a": b"1\n", "b": b"\0"})
    assert patch_between(tree, tree) == ("", ())


def test_secret_files_stay_out_of_the_patch() -> None:
    """What must not be shown is named instead, and the shipped tree is as the patch makes it."""
    before = tree_of({"logo.png": b"\0\1", ".env": b"A=1\n"}, secret=frozenset({".env"}))
    after = tree_of(
        {"logo.png": b"\0\2", ".env": b"A=2\n", ".env.local": b"KEY=1\n"},
        secret=frozenset({".env", ".env.local"}),
    )
    patch, shipped, left_out = shipped_tree(before, after)
    assert left_out == (".env", ".env.local")
    assert {p: shipped.read(p) for p in shipped} == {"logo.png": b"\0\2", ".env": b"A=1\n"}
    assert "KEY" not in patch
    assert "A=" not in patch


def test_a_submodule_gives_way_to_files(tmp_path: Path) -> None:
    """Where a submodule's files are committed instead, the patch takes it away and applies."""
    commit = "5" * 40
    entry = FileEntry(
        digest="0",
        size_bytes=0,
        kind=FileKind.GITLINK,
        content=f"Subproject commit {commit}\n".encode(),
    )
    files = tree_of({"style/base.css": b"h1 {}\n"})
    before = SourceTree(entries={"style": entry}, store=files.store)
    patch, shipped, left_out = shipped_tree(before, files)
    assert (left_out, sorted(shipped)) == ((), ["style/base.css"])
    for command in (
        ["git", "init", "-q"],
        ["git", "update-index", "--add", "--cacheinfo", f"160000,{commit},style"],
        ["git", "apply", "--index", "-"],
    ):
        (tmp_path / "style").mkdir(exist_ok=True)
        subprocess.run(command, cwd=tmp_path, input=patch.encode(), check=True)
    assert (tmp_path / "style/base.css").read_bytes() == b"h1 {}\n"


def test_a_submodule_of_unknown_commit_stays() -> None:
    """What a patch cannot name it leaves, and the shipped tree says so without reading it."""
    files = tree_of({"style/base.css": b"h1 {}\n"})
    link = FileEntry(digest="0", size_bytes=0, kind=FileKind.GITLINK)
    before = SourceTree(entries={"style": link}, store=files.store)
    _, shipped, left_out = shipped_tree(before, files)
    assert left_out == ("style",)
    assert shipped.entries["style"].kind is FileKind.GITLINK
