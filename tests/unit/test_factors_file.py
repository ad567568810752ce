"""Changes of files."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.plan_world import World, broken, imports, repaired
from verifier.model.project import CaseDifference, IgnoredPath
from verifier.vercel.ignore import apply_vercelignore


def ignored(path: str, pattern: str, line: int = 1, *, folder: bool) -> IgnoredPath:
    return IgnoredPath(
        path=path, pattern=pattern, rule_file=".gitignore", rule_line=line, is_directory=folder
    )


def test_untracked_file_moves_both_ways() -> None:
    """The repair brings it, the break takes it away."""
    world = World(
        committed={"src/a.ts": ""},
        disk={"src/b.ts": "b"},
        reachable=frozenset({"src/a.ts", "src/b.ts"}),
    )
    clean, local, changes = world.sides()
    change = changes["file:src/b.ts"]
    assert repaired(change, clean).source.text("src/b.ts") == "b"
    assert "src/b.ts" not in broken(change, local).source
    assert change.prior >= 0.5


def test_unread_files_weigh_little() -> None:
    """A log or a note of an editor hardly breaks a build."""
    world = World(disk={"debug.log": "", "page.tsx.bak": "", ".vscode/x.json": "", "src/a.ts": ""})
    found = world.changes("file")
    assert found["file:debug.log"].prior <= 0.02
    assert found["file:page.tsx.bak"].prior <= 0.02
    assert found["file:.vscode/x.json"].prior <= 0.02
    assert found["file:src/a.ts"].prior > 0.02


def test_what_is_told_to_verifier_is_no_difference() -> None:
    """No build reads `verifier.yaml`, so no trial is spent on it."""
    world = World(disk={"verifier.yaml": "plan: hobby\n", "settings.yaml": ""})
    assert set(world.changes("file")) == {"file:settings.yaml"}


def test_ignored_folder_is_one_change_with_an_exception() -> None:
    """One rule, one change; the repair makes git deliver the files."""
    world = World(
        committed={".gitignore": "node_modules\nlib/\n"},
        disk={"src/lib/utils.ts": "u", "src/lib/other.ts": "o"},
        ignored=(ignored("src/lib", "lib/", 2, folder=True),),
        reachable=frozenset({"src/lib/utils.ts"}),
    )
    clean, _, changes = world.sides()
    change = changes["file:src/lib"]
    made = repaired(change, clean).source
    assert made.text("src/lib/other.ts") == "o"
    assert made.text(".gitignore") == "node_modules\nlib/\n!/src/lib/\n"
    assert change.subject == "src/lib/utils.ts"
    assert change.locations[0] == ".gitignore:2"


@pytest.mark.skipif(shutil.which("git") is None, reason="asks git itself")
def test_exception_is_one_that_git_honours(tmp_path: Path) -> None:
    """With the repaired ignore file git no longer ignores the file."""
    world = World(
        committed={".gitignore": "lib/\n*.config.ts\n"},
        disk={"src/lib/utils.ts": "u", "app/vite.config.ts": "v"},
        ignored=(
            ignored("src/lib", "lib/", folder=True),
            ignored("app/vite.config.ts", "*.config.ts", 2, folder=False),
        ),
    )
    made, _, changes = world.sides()
    for change in changes.values():
        if change.family == "file":
            made = repaired(change, made)
    for path in made.source:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(made.source.read(path))
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    listed = subprocess.run(
        ["git", "-C", tmp_path, "ls-files", "-o", "--exclude-standard"],
        check=True,
        capture_output=True,
        text=True,
    )
    assert {"src/lib/utils.ts", "app/vite.config.ts"} <= set(listed.stdout.split())


@pytest.mark.parametrize(
    "patterns", [("docs",), ("/*", "!app"), ("*.md",), ("/docs/*",), ("DOCS",)]
)
def test_exceptions_to_vercelignore_bring_files_back(patterns: tuple[str, ...]) -> None:
    """With the repaired file the platform keeps what it removed, by its own rules."""
    text = "\n".join(patterns) + "\n"
    world = World(
        committed={".vercelignore": text, "docs/a.md": "a", "docs/b.md": "b", "app/x.ts": ""},
        vercelignore=patterns,
    )
    clean, _, changes = world.sides()
    assert "docs/a.md" not in clean.source
    made = clean
    for change in changes.values():
        if change.family == "file":
            made = repaired(change, made)
    assert "docs/a.md" in made.source
    lines = tuple((made.source.text(".vercelignore") or "").split())
    assert "docs/a.md" in apply_vercelignore(world.project().committed, lines, "")


def test_rename_by_case_is_one_change_for_a_folder() -> None:
    """A folder renamed in its spelling is renamed as a whole, both ways."""
    world = World(
        committed={"src/ui/a.tsx": "a", "src/ui/b.tsx": "b"},
        disk={"src/ui/a.tsx": None, "src/ui/b.tsx": None, "src/UI/a.tsx": "a", "src/UI/b.tsx": "b"},
        cases=(
            CaseDifference(index_path="src/ui/a.tsx", disk_path="src/UI/a.tsx"),
            CaseDifference(index_path="src/ui/b.tsx", disk_path="src/UI/b.tsx"),
        ),
    )
    clean, local, changes = world.sides()
    assert [i for i in changes if i.startswith(("file:", "case:"))] == ["case:src/UI"]
    made = repaired(changes["case:src/UI"], clean).source
    assert {p for p in made if p.startswith("src")} == {"src/UI/a.tsx", "src/UI/b.tsx"}
    undone = broken(changes["case:src/UI"], local).source
    assert {p for p in undone if p.startswith("src")} == {"src/ui/a.tsx", "src/ui/b.tsx"}


def test_modified_and_deleted_files_are_changes() -> None:
    """The repair is what lies on disk; the break is what was committed."""
    world = World(committed={"a.ts": "old", "b.ts": "b"}, disk={"a.ts": "new", "b.ts": None})
    clean, local, changes = world.sides()
    assert repaired(changes["file:a.ts"], clean).source.text("a.ts") == "new"
    assert broken(changes["file:a.ts"], local).source.text("a.ts") == "old"
    assert "b.ts" not in repaired(changes["file:b.ts"], clean).source
    assert broken(changes["file:b.ts"], local).source.text("b.ts") == "b"


def test_env_files_are_never_carried() -> None:
    """Their variables are factors; the files themselves stay where they are."""
    world = World(
        committed={".env": "A=1\n", ".npmrc": "x=1\n"},
        disk={".env": "A=2\n", ".env.local": "B=1\n", ".npmrc": "//r/:_authToken=t\n"},
    )
    assert not world.changes("file")


def test_fresh_folder_is_one_change() -> None:
    """A folder of which nothing is committed was forgotten as a whole."""
    world = World(
        committed={"src/a.ts": ""},
        disk={"src/new/x.ts": "", "src/new/deep/y.ts": "", "src/z.ts": ""},
        reachable=frozenset({"src/z.ts"}),
    )
    assert set(world.changes("file")) == {"file:src/new", "file:src/z.ts"}


def test_submodule_content_replaces_its_link() -> None:
    """The files of a submodule take the place of the empty folder."""
    world = World(
        committed={"lib": "<gitlink>"},
        disk={"lib": None, "lib/a.ts": "a", "lib/b.ts": "b"},
        submodules=("lib",),
    )
    clean, _, changes = world.sides()
    made = repaired(changes["file:lib"], clean).source
    assert "lib" not in made
    assert made.text("lib/a.ts") == "a"


def test_file_that_an_import_misses_is_likely() -> None:
    """An import that leads nowhere in the clean source raises the file it means."""
    missing = imports("src/a.ts", "@/lib/utils")
    world = World(
        committed={"src/a.ts": "", "src/lib/x.ts": ""},
        disk={"src/lib/utils.ts": ""},
        unresolved=missing,
        reachable=frozenset({"src/a.ts"}),
    )
    found = world.changes("file")
    assert max(c.prior for c in found.values()) >= 0.5


def test_manifest_and_lockfile_are_coupled() -> None:
    """Neither makes sense without the other."""
    world = World(
        committed={"package.json": "{}", "package-lock.json": "{}"},
        disk={"package.json": '{"dependencies": {}}', "package-lock.json": '{"a": 1}'},
    )
    found = world.changes("file")
    assert found["file:package.json"].coupled == ("file:package-lock.json",)
    assert found["file:package-lock.json"].coupled == ("file:package.json",)
