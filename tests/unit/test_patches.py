"""Patches between snapshots do what `git apply` does with them."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.model.source import FileEntry, SourceTree
from verifier.patches import patch_between


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


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(_NAMES, _TEXTS, min_size=1), st.dictionaries(_NAMES, _TEXTS))
def test_git_applies_the_patch_and_gets_the_other_snapshot(
    before: dict[str, str], after: dict[str, str]
) -> None:
    """Applying the patch to one snapshot gives exactly the other one."""
    patch, left_out = patch_between(
        tree_of({k: v.encode() for k, v in before.items()}),
        tree_of({k: v.encode() for k, v in after.items()}),
    )
    assert left_out == ()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for path, text in before.items():
            file = folder / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
        if patch:
            subprocess.run(
                ["git", "apply", "--unsafe-paths", "--whitespace=nowarn", "-"],
                cwd=folder,
                input=patch.encode(),
                check=True,
            )
        found = {
            str(p.relative_to(folder)): p.read_bytes().decode()
            for p in folder.rglob("*")
            if p.is_file()
        }
    assert found == after


def test_equal_snapshots_give_no_patch() -> None:
    """A snapshot against itself has nothing to patch."""
    tree = tree_of({"a": b"1\n", "b": b"\0"})
    assert patch_between(tree, tree) == ("", ())


def test_secret_and_binary_files_stay_out_of_the_patch() -> None:
    """What must not be shown or cannot be shown is named instead."""
    before = tree_of({"logo.png": b"\0\1"})
    after = tree_of(
        {"logo.png": b"\0\2", ".env.local": b"KEY=1\n"}, secret=frozenset({".env.local"})
    )
    assert patch_between(before, after) == ("", (".env.local", "logo.png"))
