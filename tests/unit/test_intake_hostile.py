"""What a project that means harm can do to intake: nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.intake_repo import NEXT_APP, Repo, new_repo
from verifier.errors import ProjectError


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit of a small application."""
    made = new_repo(tmp_path)
    made.commit({"package.json": NEXT_APP, "a.txt": "1"})
    return made


def test_commands_named_in_git_configuration_never_run(repo: Repo, tmp_path: Path) -> None:
    """Monitors, hooks, filters, pagers and transports of the repository stay silent."""
    mark = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    script.chmod(0o755)
    repo.commit({".gitattributes": "*.txt filter=evil diff=evil\n", ".gitignore": "x\n"})
    for key in (
        "core.fsmonitor",
        "core.pager",
        "core.sshCommand",
        "core.editor",
        "filter.evil.clean",
        "filter.evil.smudge",
        "filter.evil.process",
        "diff.evil.textconv",
        "diff.external",
        "core.gitProxy",
        "uploadpack.packObjectsHook",
        "credential.helper",
        "alias.ls-files",
    ):
        repo.git("config", key, str(script))
    hooks = repo.top / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / hook).write_bytes(script.read_bytes())
        (hooks / hook).chmod(0o755)
    repo.write({"a.txt": "2", "x": "ignored"})
    repo.read()
    assert not mark.exists()


def test_missing_objects_are_not_fetched(repo: Repo, tmp_path: Path) -> None:
    """A partial clone names the command that fetches; it is not run, and the gap is reported."""
    mark = tmp_path / "ran"
    script = tmp_path / "upload.sh"
    script.write_text(f"#!/bin/sh\necho ran > {mark}\n")
    script.chmod(0o755)
    oid = repo.git("rev-parse", "HEAD:a.txt").strip()
    (repo.top / ".git/objects" / oid[:2] / oid[2:]).unlink()
    (repo.top / "a.txt").unlink()
    for key, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": str(tmp_path / "elsewhere"),
        "remote.origin.promisor": "true",
        "remote.origin.uploadpack": str(script),
    }.items():
        repo.git("config", key, value)
    project = repo.read()
    assert not mark.exists()
    assert "committed file not read" in [p.what for p in project.problems]


def test_work_tree_named_in_configuration_is_not_looked_at(repo: Repo, tmp_path: Path) -> None:
    """The folder that holds `.git` is the work tree, whatever the configuration says."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private/key.txt").write_text("secret")
    repo.git("config", "core.worktree", str(tmp_path / "private"))
    project = repo.read()
    assert set(project.working) == {"package.json", "a.txt"}


def test_reading_changes_nothing_in_the_repository(repo: Repo) -> None:
    """Not even the index is refreshed, though times of files changed."""
    os.utime(repo.top / "a.txt", (1, 1))
    before = {p: p.stat().st_mtime_ns for p in (repo.top / ".git").rglob("*")}
    repo.read()
    assert {p: p.stat().st_mtime_ns for p in (repo.top / ".git").rglob("*")} == before


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"a":' * 5000, '{"dependencies": ' + "[" * 3000 + "]" * 3000 + "}"],
)
def test_deep_json_is_refused_and_crashes_nothing(repo: Repo, text: str) -> None:
    """The application's own file raises with its name; others become a problem."""
    repo.commit({"package.json": text})
    with pytest.raises(ProjectError, match=r"package\.json"):
        repo.read()
    repo.commit({"package.json": NEXT_APP, "vercel.json": text, "lerna.json": text})
    files = {p.file for p in repo.read().problems}
    assert {"vercel.json", "lerna.json"} <= files


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{\n  "name": "a",\n}', "line 3"),
        ('{\n  // comment\n  "name": "a"}', "comments are not allowed"),
        ("[1]", "not a JSON object"),
        ('{"a": NaN}', "NaN"),
        ("", "line 1"),
        ("<<<<<<< HEAD\n{}", "merge conflict"),
    ],
)
def test_broken_manifest_names_file_and_place(repo: Repo, text: str, place: str) -> None:
    """A package.json no tool can read stops with its position."""
    repo.commit({"package.json": text})
    with pytest.raises(ProjectError, match=place) as caught:
        repo.read()
    assert "package.json" in str(caught.value)


def test_odd_values_in_a_manifest_count_as_absent(repo: Repo) -> None:
    """Wrong types, lone surrogates and endless numbers are data, not crashes."""
    text = (
        '{"name": "\\ud800x", "version": ' + "9" * 5000 + ', "scripts": [1], "engines": "20",'
        '"dependencies": {"next": 15, "a": "1"}, "workspaces": {"packages": [1, "b/*"]}}'
    )
    repo.commit({"package.json": text})
    manifest = repo.read().manifest
    assert manifest is not None
    assert manifest.dependencies == {"a": "1"}
    assert manifest.scripts == {}
    assert manifest.workspaces == ("b/*",)
    manifest.name.encode()


def test_yaml_bomb_is_refused(repo: Repo) -> None:
    """Aliases that multiply are not expanded."""
    bomb = "a: &a [x,x,x,x]\nb: &b [*a,*a,*a,*a]\npackages: [*b,*b]\n"
    repo.commit({"pnpm-workspace.yaml": bomb})
    assert "pnpm-workspace.yaml" in {p.file for p in repo.read().problems}
    repo.write({"verifier.yaml": bomb})
    with pytest.raises(ProjectError, match=r"verifier\.yaml"):
        repo.read()


def test_project_larger_than_the_bound_stops_with_advice(repo: Repo) -> None:
    """The store refuses to copy without end."""
    repo.write({"data/huge.bin": b"x" * 5000})
    with pytest.raises(ProjectError, match="move it out"):
        repo.read(max_bytes=4000)


def test_copies_are_private(repo: Repo) -> None:
    """Only this user can read what was copied."""
    repo.write({".env.local": "A=1"})
    repo.read()
    for place in repo.workdir.rglob("*"):
        assert place.stat().st_mode & 0o077 == 0, place


def test_snapshot_survives_later_edits(repo: Repo) -> None:
    """What was read stays readable when the disk changes."""
    project = repo.read()
    repo.write({"a.txt": "later"})
    assert project.working.text("a.txt") == "1"


def test_secret_values_show_nowhere(repo: Repo) -> None:
    """Values of variables are in no representation of the project."""
    value = "hunter2-very-secret"
    repo.write(
        {
            ".env.local": f"TOKEN={value}",
            ".vercel/.env.production.local": f'TOKEN="{value}"',
            "verifier.yaml": f"production:\n  OTHER: {value}\n",
        }
    )
    project = repo.read()
    assert value not in repr(project)
    entry = project.working.entries[".env.local"]
    assert entry.secret
    plain = subprocess.run(
        ["sha256sum", repo.top / ".env.local"], capture_output=True, text=True, check=True
    )
    assert entry.digest not in plain.stdout
    assert project.working.text(".env.local") == f"TOKEN={value}"


def test_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A wrong path stops with what to do."""
    repo = Repo(top=tmp_path / "nothing", workdir=tmp_path / "w", environ={})
    with pytest.raises(ProjectError, match="does not exist"):
        repo.read()


def test_root_directory_outside_the_repository_is_refused(repo: Repo) -> None:
    """A setting cannot point out of the repository, by name or by link."""
    with pytest.raises(ProjectError, match="leads out"):
        repo.read(root_directory="../other")
    (repo.top / "way").symlink_to("/tmp")
    with pytest.raises(ProjectError, match="no such folder"):
        repo.read(root_directory="way")


def test_folder_with_nothing_to_deploy_lists_candidates(tmp_path: Path) -> None:
    """Where only a subfolder holds an application, the message names it."""
    repo = new_repo(tmp_path)
    repo.commit({"README.md": "x", "frontend/package.json": NEXT_APP})
    with pytest.raises(ProjectError, match="frontend; name one with --root-directory"):
        repo.read()


def test_a_signature_is_not_checked_by_the_program_that_the_configuration_names(
    repo: Repo, tmp_path: Path
) -> None:
    """What looks into the history asks for no signatures, whatever the repository wants shown."""
    mark = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\necho ran >> {mark}\n")
    script.chmod(0o755)
    repo.commit({"app/page.jsx": "", "pages/index.jsx": ""})
    plain = repo.git("cat-file", "commit", "HEAD")
    head, _, body = plain.partition("\n\n")
    lines = "-----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----"
    signed = repo.top / ".git/signed"
    signed.write_text(f"{head}\ngpgsig {lines}\n\n{body}")
    oid = repo.git("hash-object", "-t", "commit", "-w", str(signed)).strip()
    repo.git("reset", "-q", "--hard", oid)
    repo.git("config", "log.showSignature", "true")
    repo.git("config", "gpg.program", str(script))
    repo.git("log", "-1")
    assert mark.exists(), "the repository is not as hostile as this test needs it"
    mark.unlink()
    repo.read()
    assert not mark.exists()
