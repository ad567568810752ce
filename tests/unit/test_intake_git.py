"""What intake says git knows of a project."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from tests.unit.intake_repo import NEXT_APP, Repo, new_repo
from verifier.errors import ProjectError
from verifier.model.project import CaseDifference, GitState, Project
from verifier.model.source import FileKind


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit of a small application."""
    made = new_repo(tmp_path)
    made.commit({"package.json": NEXT_APP, "app/page.tsx": "export default () => null\n"})
    return made


def state(project: Project) -> GitState:
    assert project.git is not None
    return project.git


def test_clean_checkout_has_equal_trees_and_nothing_to_report(repo: Repo) -> None:
    """A checkout as committed shows no change on either side."""
    project = repo.read()
    git = state(project)
    assert project.committed.entries == project.working.entries
    assert (git.modified, git.deleted, git.staged, git.untracked) == ((), (), (), ())
    assert git.branch == "main"
    assert git.message == "change"
    assert not project.machine.has_evidence


def test_two_copies_of_one_project_are_equal(repo: Repo, tmp_path: Path) -> None:
    """A project is a value: a copy elsewhere on the disk reads as the same."""
    repo.write({".env.local": "KEY=1"})
    copy = Repo(top=tmp_path / "copy", workdir=tmp_path / "work2", environ=repo.environ)
    shutil.copytree(repo.top, copy.top, symlinks=True)
    assert repo.read() == copy.read()


def test_edited_file_is_modified_and_differs_between_trees(repo: Repo) -> None:
    """An edit that is not committed is in the working tree only."""
    repo.write({"app/page.tsx": "edited"})
    project = repo.read()
    assert state(project).modified == ("app/page.tsx",)
    assert project.working.text("app/page.tsx") == "edited"
    assert project.committed.text("app/page.tsx") == "export default () => null\n"


def test_staged_file_counts_as_staged_and_not_as_committed(repo: Repo) -> None:
    """What is only in the index does not reach the platform."""
    repo.write({"lib/new.ts": "1"})
    repo.git("add", "lib/new.ts")
    project = repo.read()
    assert state(project).staged == ("lib/new.ts",)
    assert state(project).untracked == ()
    assert "lib/new.ts" not in project.committed
    assert "lib/new.ts" in project.working


def test_deleted_file_stays_in_the_committed_tree(repo: Repo) -> None:
    """A file removed from disk alone is still delivered."""
    (repo.top / "app/page.tsx").unlink()
    project = repo.read()
    assert state(project).deleted == ("app/page.tsx",)
    assert "app/page.tsx" in project.committed
    assert "app/page.tsx" not in project.working


def test_files_of_routes_are_known_with_the_time_they_were_added(repo: Repo) -> None:
    """Editing a page does not make it newer, and other files are not asked about."""
    pages = {"pages/index.tsx": "old\n", "lib/a.ts": "x\n"}
    for day, files in (
        ("1", pages),
        ("2", {"app/about/page.tsx": "new\n"}),
        ("3", {"pages/index.tsx": "z\n"}),
    ):
        repo.environ["GIT_COMMITTER_DATE"] = f"2026-01-0{day}T00:00:00Z"
        repo.commit(files)
    git = repo.read().git
    assert git is not None
    assert git.added["pages/index.tsx"] == 1767225600
    assert git.added["app/about/page.tsx"] == 1767312000
    assert "lib/a.ts" not in git.added


def test_line_ends_alone_are_no_modification(repo: Repo) -> None:
    """A file that git checked out with CRLF equals the committed one."""
    (repo.top / "app/page.tsx").write_bytes(b"export default () => null\r\n")
    project = repo.read()
    assert state(project).modified == ()
    assert project.working.entries == project.committed.entries


def test_changed_mode_is_a_modification(repo: Repo) -> None:
    """A lost exec bit breaks scripts, so it counts."""
    (repo.top / "app/page.tsx").chmod(0o755)
    project = repo.read()
    assert state(project).modified == ("app/page.tsx",)
    assert project.working.entries["app/page.tsx"].executable
    repo.git("config", "core.filemode", "false")
    assert state(repo.read()).modified == ()


def test_ignored_source_folder_names_the_rule(repo: Repo) -> None:
    """A folder that a template's rule hides is reported with file, line and pattern."""
    repo.commit({".gitignore": "# Python\n\nlib/\n"})
    repo.write({"src/lib/utils.ts": "export const a = 1"})
    project = repo.read()
    (found,) = state(project).ignored
    assert (found.path, found.pattern, found.rule_line) == ("src/lib", "lib/", 3)
    assert found.rule_file == ".gitignore"
    assert found.is_directory
    assert "src/lib/utils.ts" in project.working
    assert "src/lib/utils.ts" not in project.committed


@pytest.mark.parametrize("name", ["build", "dist", "out"])
def test_ignored_source_folder_named_like_output_is_kept(repo: Repo, name: str) -> None:
    """A rule meant for build output may hide source further down."""
    repo.commit({".gitignore": f"{name}/\n"})
    repo.write({f"src/{name}/a.ts": "1", f"{name}/index.html": "built"})
    project = repo.read()
    assert f"src/{name}/a.ts" in project.working
    assert f"{name}/index.html" not in project.working
    assert [i.path for i in state(project).ignored] == [f"src/{name}"]


def test_output_of_a_sibling_package_is_kept(tmp_path: Path) -> None:
    """What one package built may be what another imports."""
    repo = new_repo(tmp_path)
    repo.commit(
        {
            "package.json": {"workspaces": ["packages/*", "apps/*"]},
            "apps/web/package.json": NEXT_APP,
            "packages/ui/package.json": {"name": "@x/ui", "main": "dist/index.js"},
            ".gitignore": "dist/\n",
        }
    )
    repo.write({"packages/ui/dist/index.js": "1", "apps/web/dist/x.js": "2"})
    project = repo.read(root_directory="apps/web")
    assert "packages/ui/dist/index.js" in project.working
    assert "apps/web/dist/x.js" not in project.working


def test_ignored_but_tracked_file_is_listed(repo: Repo) -> None:
    """A file that was committed before the rule came is delivered all the same."""
    repo.commit({"config/site.json": "{}"})
    repo.commit({".gitignore": "config/\n"})
    project = repo.read()
    assert state(project).tracked_but_ignored == ("config/site.json",)
    assert "config/site.json" in project.committed


def test_rename_by_case_only_is_found(repo: Repo) -> None:
    """The index keeps the old spelling while the disk has the new one."""
    repo.commit({"components/header.jsx": "1"})
    repo.git("config", "core.ignorecase", "true")
    (repo.top / "components/header.jsx").rename(repo.top / "components/Header.jsx")
    git = state(repo.read())
    assert git.case_differences == (
        CaseDifference(index_path="components/header.jsx", disk_path="components/Header.jsx"),
    )
    assert git.ignorecase
    assert (git.deleted, git.untracked, git.modified) == ((), (), ())


def test_folder_renamed_by_case_only_is_found(repo: Repo) -> None:
    """The difference may lie in a folder above the file."""
    repo.commit({"src/Components/ui/a.tsx": "1"})
    (repo.top / "src/Components").rename(repo.top / "src/components")
    git = state(repo.read())
    assert [(c.index_path, c.disk_path) for c in git.case_differences] == [
        ("src/Components/ui/a.tsx", "src/components/ui/a.tsx")
    ]


def test_two_files_that_differ_by_case_are_no_difference(repo: Repo) -> None:
    """Both spellings tracked and both on disk is an ordinary state."""
    repo.commit({"a/Button.tsx": "1", "a/button.tsx": "2"})
    assert state(repo.read()).case_differences == ()


def test_odd_names_survive(repo: Repo) -> None:
    """Spaces, newlines, quotes, colons and bytes that are no UTF-8 are ordinary names."""
    names = ["we ird/a b.txt", "new\nline.txt", ":(glob)x.log", 'q"u.txt', "ü.txt", "-rf", "a\tb"]
    repo.commit(dict.fromkeys(names, "x"))
    (repo.top / os.fsdecode(b"bad\xff.txt")).write_text("y")
    repo.write({".gitignore": "*.log\n", "!x.log": "z"})
    project = repo.read()
    assert set(names) <= set(project.committed)
    assert os.fsdecode(b"bad\xff.txt") in project.working
    assert state(project).tracked_but_ignored == (":(glob)x.log",)
    assert [i.path for i in state(project).ignored] == ["!x.log"]
    assert project.working.digest()


def test_symlink_is_kept_and_never_followed(repo: Repo, tmp_path: Path) -> None:
    """A link out of the tree is delivered as a link, not as what it points at."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.txt").write_text("top secret")
    (repo.top / "link").symlink_to(tmp_path / "outside")
    (repo.top / "file").symlink_to(tmp_path / "outside/secret.txt")
    repo.commit()
    project = repo.read()
    for tree in (project.committed, project.working):
        assert tree.entries["link"].kind is FileKind.SYMLINK
        assert tree.read("file") == os.fsencode(tmp_path / "outside/secret.txt")
        assert not any(p.startswith("link/") for p in tree)
    assert state(project).modified == ()


def test_env_file_behind_a_link_out_of_the_tree_is_not_read(repo: Repo, tmp_path: Path) -> None:
    """A hostile link cannot make another file's values into variables."""
    (tmp_path / "credentials").write_text("aws_key=1")
    (repo.top / ".vercel").mkdir()
    (repo.top / ".vercel/.env.production.local").symlink_to(tmp_path / "credentials")
    (repo.top / ".env.local").symlink_to(tmp_path / "credentials")
    project = repo.read()
    assert project.production is None
    assert project.env_files == ()


def test_socket_is_passed_over_with_a_word(repo: Repo) -> None:
    """A pipe in the tree neither blocks nor stops the reading."""
    os.mkfifo(repo.top / "pipe")
    project = repo.read()
    assert "pipe" not in project.working
    assert [p.file for p in project.problems] == ["pipe"]


def test_subdirectory_is_the_application_of_the_repository(tmp_path: Path) -> None:
    """Naming a folder below the repository root makes it the root directory."""
    repo = new_repo(tmp_path)
    repo.commit({"apps/web/package.json": NEXT_APP, "shared/a.ts": "1"})
    project = repo.read("apps/web")
    assert project.root == "apps/web"
    assert project.settings.root_directory == "apps/web"
    assert "shared/a.ts" in project.committed
    assert project.manifest is not None
    assert project.name == "shop"


def test_folder_that_an_outer_repository_does_not_track_stands_alone(tmp_path: Path) -> None:
    """A home folder under git does not make every folder in it part of that repository."""
    repo = new_repo(tmp_path)
    repo.commit({".bashrc": "x"})
    repo.write({"projects/shop/package.json": NEXT_APP})
    project = repo.read("projects/shop")
    assert project.git is None
    assert "package.json" in project.committed
    assert project.root == ""


def test_folder_without_git_is_taken_as_an_upload(tmp_path: Path) -> None:
    """Without git the clean side is what a CLI upload sends, and the reader is told."""
    repo = new_repo(tmp_path, git=False)
    repo.write({"package.json": NEXT_APP, ".env": "A=1", ".env.local": "B=2", "dist/x": "1"})
    project = repo.read()
    assert project.git is None
    assert {".env", "package.json"} <= set(project.committed)
    assert ".env.local" not in project.committed
    assert ".env.local" in project.working
    assert [p.what for p in project.problems] == ["not a git repository"]


def test_repository_without_commits_is_taken_as_its_first_commit(tmp_path: Path) -> None:
    """Before the first commit the clean side is what would be committed."""
    repo = new_repo(tmp_path)
    repo.write({"package.json": NEXT_APP, ".gitignore": ".env\n", ".env": "A=1", "a.ts": "1"})
    project = repo.read()
    assert state(project).head is None
    assert set(project.committed) == {"package.json", "a.ts"}
    assert "no commit yet" in [p.what for p in project.problems]


def test_bare_repository_is_refused_with_advice(tmp_path: Path) -> None:
    """A repository without files cannot be examined."""
    repo = new_repo(tmp_path)
    repo.commit({"package.json": NEXT_APP})
    repo.git("clone", "-q", "--bare", str(repo.top), str(tmp_path / "bare.git"))
    bare = Repo(top=tmp_path / "bare.git", workdir=tmp_path / "w", environ=repo.environ)
    with pytest.raises(ProjectError, match="clone it"):
        bare.read()


def test_linked_worktree_is_read(repo: Repo, tmp_path: Path) -> None:
    """A second work tree of a repository has its own HEAD and index."""
    repo.git("worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    other = Repo(top=tmp_path / "tree", workdir=tmp_path / "w", environ=repo.environ)
    project = other.read()
    assert state(project).branch == "other"
    assert project.committed.entries == project.working.entries


def test_sha256_repository_is_read(tmp_path: Path) -> None:
    """The newer object format gives the same answers."""
    repo = new_repo(tmp_path, git=False)
    repo.git("init", "-q", "-b", "main", "--object-format=sha256")
    repo.commit({"package.json": NEXT_APP, "a.ts": "1\n"})
    project = repo.read()
    assert state(project).modified == ()
    assert project.committed.entries == project.working.entries


def test_submodule_is_a_link_until_it_is_fetched(repo: Repo, tmp_path: Path) -> None:
    """The commit holds a gitlink; the disk holds files where it was fetched."""
    other = new_repo(tmp_path / "other")
    other.commit({"theme.css": "a{}"})
    repo.git("-c", "protocol.file.allow=always", "submodule", "add", str(other.top), "vendor/ui")
    repo.commit()
    project = repo.read()
    assert state(project).submodules == ("vendor/ui",)
    assert state(project).modified == ()
    assert state(project).untracked == ()
    assert project.committed.entries["vendor/ui"].kind is FileKind.GITLINK
    assert project.working.text("vendor/ui/theme.css") == "a{}"
    assert "vendor/ui/.git" not in project.working


def test_lfs_pointer_is_recognised_and_its_content_is_no_change(repo: Repo) -> None:
    """A checkout that holds the real file differs from the pointer but is not modified."""
    content = b"\x89PNG real picture"
    digest = hashlib.sha256(content).hexdigest()
    pointer = (
        f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content)}\n"
    )
    repo.commit({"public/hero.png": pointer, ".gitattributes": "*.png filter=lfs\n"})
    repo.write({"public/hero.png": content})
    project = repo.read()
    assert state(project).lfs_pointers == ("public/hero.png",)
    assert state(project).modified == ()
    assert project.committed.text("public/hero.png") == pointer
    assert project.working.read("public/hero.png") == content


def test_sparse_checkout_is_not_taken_for_deleted_files(repo: Repo) -> None:
    """Files left off the disk on purpose are there on both sides."""
    repo.commit({"docs/a.md": "1", "src/b.ts": "2"})
    repo.git("sparse-checkout", "set", "--cone", "src")
    assert not (repo.top / "docs").exists()
    project = repo.read()
    assert state(project).deleted == ()
    assert "docs/a.md" in project.working


def test_committed_node_modules_are_source(repo: Repo) -> None:
    """Tracked packages are delivered, so they are in both trees and no sign of local work."""
    repo.commit({"node_modules/a/package.json": {"name": "a", "version": "1.0.0"}})
    repo.write({"node_modules/b/package.json": {"name": "b", "version": "1.0.0"}})
    project = repo.read()
    assert "node_modules/a/package.json" in project.committed
    assert "node_modules/a/package.json" in project.working
    assert "node_modules/b/package.json" not in project.working


def test_ignoring_the_local_side_leaves_a_clone(repo: Repo) -> None:
    """Asked to, intake sees only what git delivers, and what the platform said of itself."""
    repo.write(
        {
            "app/page.tsx": "edited",
            "new.ts": "1",
            ".env.local": "A=1",
            ".vercel/.env.production.local": 'B="2"\n',
        }
    )
    project = repo.read(ignore_local=True)
    assert project.working.entries == project.committed.entries
    assert state(project).modified == ()
    assert not project.machine.has_evidence
    assert project.env_files == ()
    assert [e.name for e in project.production or ()] == ["B"]


@pytest.mark.parametrize("imported", ["./gone", "./there"])
def test_what_a_commit_deleted_is_known_where_it_is_still_imported(
    tmp_path: Path, imported: str
) -> None:
    """The content before the deletion, and the commit; nothing where no import wants it."""
    repo = new_repo(tmp_path)
    page = f"import x from '{imported}';\nexport default () => x;\n"
    repo.commit(
        {"package.json": NEXT_APP, "app/page.js": page, "app/there.js": "export default 1;"}
    )
    repo.commit({"app/gone.js": "export default 2;", ".env": "SECRET=1\n"})
    repo.git("rm", "-q", "app/gone.js", ".env")
    commit = repo.commit()
    repo.commit({"app/later.js": ""})
    deleted = repo.read().deleted
    if imported == "./there":
        assert deleted is None
    else:
        assert deleted is not None
        assert list(deleted.tree) == ["app/gone.js"]
        assert deleted.tree.text("app/gone.js") == "export default 2;"
        assert deleted.commits == {"app/gone.js": commit}
