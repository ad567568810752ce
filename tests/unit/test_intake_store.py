"""The content store and the snapshots built on it."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.errors import ProjectError
from verifier.intake.changes import case_differences
from verifier.intake.manifests import matches
from verifier.intake.sources import may_hold_secrets
from verifier.intake.store import Store, seal


def test_content_is_named_as_git_names_it(tmp_path: Path) -> None:
    """The store computes the blob name itself, so that git need not hash the disk."""
    store = Store(tmp_path / "s", max_bytes=10**6)
    place = tmp_path / "a.txt"
    place.write_bytes(b"one\r\ntwo\r\n")
    stored = store.put_file(place)
    expected = subprocess.run(
        ["git", "hash-object", "--no-filters", place], capture_output=True, text=True, check=True
    )
    assert stored.oid == expected.stdout.strip()
    assert stored.text_oid == store.put_bytes(b"one\ntwo\n").oid


def test_large_content_is_streamed_to_the_same_names(tmp_path: Path) -> None:
    """Content beyond the in-memory bound gets the same digests."""
    store = Store(tmp_path / "s", max_bytes=10**8)
    content = b"line\r\n" * 1_000_000
    stored = store.put_stream([content[:10], content[10:]], "big")
    assert stored.digest == hashlib.sha256(content).hexdigest()
    header = b"blob %d\0" % len(content)
    assert stored.oid == hashlib.sha1(header + content, usedforsecurity=False).hexdigest()
    assert stored.text_oid == store.put_bytes(content.replace(b"\r\n", b"\n")).oid
    assert store.read(stored.digest) == content


def test_large_content_respects_the_bound(tmp_path: Path) -> None:
    """An endless stream ends at the bound and leaves nothing behind."""
    store = Store(tmp_path / "s", max_bytes=6 << 20)
    with pytest.raises(ProjectError, match="endless"):
        store.put_stream(iter(lambda: b"x" * (1 << 20), b""), "endless")
    assert [p for p in (tmp_path / "s").rglob("*") if p.is_file()] == []


def test_binary_content_has_no_text_name(tmp_path: Path) -> None:
    """Line ends in a picture are bytes."""
    store = Store(tmp_path / "s", max_bytes=100)
    assert store.put_bytes(b"\0\r\n").text_oid is None


def test_equal_content_is_kept_once(tmp_path: Path) -> None:
    """The bound counts contents, not files."""
    store = Store(tmp_path / "s", max_bytes=10)
    for _ in range(5):
        store.put_bytes(b"12345678")
    with pytest.raises(ProjectError):
        store.put_bytes(b"other")


def test_unknown_digest_is_refused(tmp_path: Path) -> None:
    """Only what was stored can be read, whatever lies in the folder."""
    store = Store(tmp_path / "s", max_bytes=10)
    with pytest.raises(KeyError):
        store.read("../../etc/passwd")


def test_sealed_content_is_readable_by_its_sealed_name(tmp_path: Path) -> None:
    """A sealed digest identifies a content without being its hash."""
    store = Store(tmp_path / "s", max_bytes=100)
    digest = store.put_bytes(b"secret").digest
    assert store.alias(digest) == seal(digest) != digest
    assert store.alias(digest) == seal(digest)
    assert store.read(seal(digest)) == b"secret"


@pytest.mark.parametrize(
    ("path", "secret"),
    [
        (".env", True),
        ("apps/web/.env.production.local", True),
        ("certs/dev.PEM", True),
        (".npmrc", True),
        ("my-service-account.json", True),
        ("src/env.ts", False),
        ("environment.md", False),
    ],
)
def test_names_of_secret_files_are_known(path: str, secret: bool) -> None:
    """A file is taken as secret by its name."""
    assert may_hold_secrets(path) is secret


_PATHS = st.lists(
    st.from_regex(r"[abAB]{1,2}(/[abAB]{1,2}){0,2}", fullmatch=True), unique=True, max_size=8
)


@given(_PATHS)
def test_nothing_differs_from_itself(paths: list[str]) -> None:
    """The same names on both sides differ in no case."""
    assert case_differences(frozenset(paths), frozenset(paths)) == ()


@given(_PATHS, _PATHS)
def test_case_differences_join_one_side_to_the_other(index: list[str], disk: list[str]) -> None:
    """Each pair is equal but for case, and is missing on the other side as it is spelt."""
    for found in case_differences(frozenset(index), frozenset(disk)):
        assert found.index_path.lower() == found.disk_path.lower()
        assert found.index_path not in disk
        assert found.disk_path not in index


@pytest.mark.parametrize(
    ("pattern", "folder", "fits"),
    [
        ("packages/*", "packages/a", True),
        ("packages/*", "packages/a/b", False),
        ("packages/**", "packages/a/b", True),
        ("packages/**", "packages", True),
        ("**", "a/b", True),
        ("apps/{web,docs}", "apps/docs", True),
        ("apps/{web,docs}", "apps/api", False),
        ("**/lib", "a/b/lib", True),
        ("**/lib", "lib", True),
        ("a/**/b/**/c", "a/x/b/c", True),
        ("a", "b", False),
    ],
)
def test_workspace_globs_match_folders(pattern: str, folder: str, fits: bool) -> None:
    """A star stays inside a folder, two stars cross them."""
    assert matches(pattern.split("/"), folder.split("/")) is fits
