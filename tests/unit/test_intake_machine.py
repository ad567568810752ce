"""The developer's side: installed packages, Node, user settings, captures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.unit.intake_repo import NEXT_APP, Repo, new_repo
from verifier.errors import ProjectError
from verifier.intake.capture import read_capture, write_capture
from verifier.intake.installed import read_installed
from verifier.intake.machine import native_platform, outer_packages
from verifier.model.environment import Manager
from verifier.model.project import GitState, LocalMachine


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit of a small application."""
    made = new_repo(tmp_path)
    made.commit({"package.json": NEXT_APP, ".gitignore": "node_modules\n.env.local\n"})
    return made


def _package(name: str, version: str = "1.0.0") -> dict[str, Any]:
    return {"name": name, "version": version}


def _install(top: Path, packages: dict[str, str]) -> None:
    for path, version in packages.items():
        place = top / "node_modules" / path
        place.mkdir(parents=True, exist_ok=True)
        name = path.rpartition("node_modules/")[2]
        (place / "package.json").write_text(json.dumps(_package(name, version)))


def test_hidden_lockfile_of_npm_lists_the_tree(tmp_path: Path) -> None:
    """npm's own record gives depth; the folder tells what is really there."""
    _install(tmp_path, {"a": "1.0.0", "hand-made": "9.9.9"})
    record = {
        "packages": {
            "node_modules/a": {"version": "1.0.0"},
            "node_modules/a/node_modules/b": {"version": "2.0.0"},
            "node_modules/gone": {"version": "3.0.0"},
            "packages/ui": {"version": "1.0.0"},
        }
    }
    (tmp_path / "node_modules/.package-lock.json").write_text(json.dumps(record))
    found = read_installed(tmp_path / "node_modules")
    assert found.manager is Manager.NPM
    assert found.packages == {
        "a": "1.0.0",
        "a/node_modules/b": "2.0.0",
        "hand-made": "9.9.9",
    }


def test_store_of_pnpm_lists_the_tree(tmp_path: Path) -> None:
    """Names and versions come from the virtual store, and links from the top."""
    modules = tmp_path / "node_modules"
    store = modules / ".pnpm/@scope+a@1.2.0_react@19.0.0/node_modules/@scope/a"
    store.mkdir(parents=True)
    (store / "package.json").write_text(json.dumps(_package("@scope/a", "1.2.0")))
    (modules / ".pnpm/b@2.0.0-rc.1(react@19.0.0)").mkdir()
    (modules / "@scope").mkdir()
    (modules / "@scope/a").symlink_to(store)
    (modules / ".modules.yaml").write_text("packageManager: pnpm@10.4.1\n")
    found = read_installed(modules)
    assert (found.manager, found.manager_version) == (Manager.PNPM, "10.4.1")
    assert found.packages["@scope/a"] == "1.2.0"
    assert found.packages[".pnpm/b@2.0.0-rc.1(react@19.0.0)/node_modules/b"] == "2.0.0-rc.1"


def test_tree_without_record_is_scanned(tmp_path: Path) -> None:
    """Nested packages are found; links are not followed into their depth."""
    _install(tmp_path, {"a": "1.0.0", "a/node_modules/@s/b": "2.0.0", "c": "3.0.0"})
    (tmp_path / "node_modules/loop").symlink_to(tmp_path)
    (tmp_path / "node_modules/.bin").mkdir()
    (tmp_path / "node_modules/.yarn-integrity").write_text("{}")
    found = read_installed(tmp_path / "node_modules")
    assert found.manager is Manager.YARN
    assert found.packages == {"a": "1.0.0", "a/node_modules/@s/b": "2.0.0", "c": "3.0.0"}


def test_empty_folder_is_no_tree(tmp_path: Path) -> None:
    """A node_modules with a cache only says nothing."""
    (tmp_path / "node_modules/.cache").mkdir(parents=True)
    assert read_installed(tmp_path / "node_modules").path is None
    assert read_installed(tmp_path / "nothing").path is None


@pytest.mark.parametrize(
    ("names", "platform"),
    [
        (["@next/swc-linux-x64-gnu", "@next/swc-linux-x64-musl"], "linux-x64-gnu"),
        (["@esbuild/darwin-arm64", "@rollup/rollup-darwin-arm64"], "darwin-arm64"),
        (["a/node_modules/@esbuild/linux-x64", "@img/sharp-linux-x64"], "linux-x64"),
        (["@esbuild/win32-x64", "lightningcss-win32-x64-msvc"], "win32-x64-msvc"),
        (["fsevents", "react"], ""),
    ],
)
def test_native_platform_is_read_from_names(names: list[str], platform: str) -> None:
    """Native packages carry their platform in their names."""
    assert native_platform(dict.fromkeys(names, "1.0.0")) == platform


def test_package_from_a_folder_above_is_found(tmp_path: Path) -> None:
    """Only what the project imports and does not have itself counts."""
    _install(tmp_path, {"dayjs": "1.11.0", "react": "18.0.0", "unused": "1.0.0"})
    top = tmp_path / "work/app"
    top.mkdir(parents=True)
    imported = frozenset({"dayjs", "react", "absent", "../evil", "node_modules"})
    assert outer_packages(top, imported, {"react": "19.0.0"}) == {"dayjs": "1.11.0"}


def test_undeclared_import_from_above_reaches_the_project(repo: Repo, tmp_path: Path) -> None:
    """The reading joins imports with what lies above the repository."""
    _install(tmp_path, {"dayjs": "1.11.0"})
    repo.commit({"app/page.tsx": "import d from 'dayjs'\nexport default () => d()\n"})
    assert repo.read().machine.outer == {"dayjs": "1.11.0"}


def test_machine_with_packages_has_evidence(repo: Repo) -> None:
    """An install shows that somebody worked here."""
    _install(repo.top, {"next": "15.1.0", "@next/swc-linux-x64-gnu": "15.1.0"})
    machine = repo.read(host_node="v22.1.0").machine
    assert machine.has_evidence
    assert machine.installed["next"] == "15.1.0"
    assert machine.native_platform == "linux-x64-gnu"
    assert machine.node_version == "22.1.0"
    assert machine.tree_path == str(repo.top / "node_modules")


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        (".env.local", True),
        ("src/new.ts", True),
        ("verifier.yaml", False),
        (".vercel/project.json", False),
        ("NOTES.md", False),
        (".vscode/settings.json", False),
    ],
)
def test_evidence_is_work_and_not_tooling(repo: Repo, path: str, counts: bool) -> None:
    """Files that a pull or an editor leaves do not make a local side."""
    repo.write({path: "{}" if path.endswith("json") else ""})
    assert repo.read().machine.has_evidence is counts


@pytest.mark.parametrize(("wanted", "counts"), [("./older/escape.mjs", True), ("./new.mjs", False)])
def test_ignored_code_that_is_imported_is_evidence(repo: Repo, wanted: str, counts: bool) -> None:
    """A clone has no ignored file; one that nothing imports may be what any tool left."""
    repo.commit(
        {
            ".gitignore": "older/\n",
            "package.json": {"scripts": {"build": "node build.mjs"}},
            "build.mjs": f"import {{ escape }} from {wanted!r};\nescape('a');\n",
            "new.mjs": "export const escape = String;\n",
        }
    )
    repo.write({"older/escape.mjs": "export const escape = String;\n"})
    assert repo.read().machine.has_evidence is counts


def test_work_elsewhere_in_the_repository_is_no_evidence(tmp_path: Path) -> None:
    """Changes beside an application that stands alone say nothing about it."""
    repo = new_repo(tmp_path)
    repo.commit({"web/package.json": NEXT_APP})
    repo.write({"server/main.py": "x"})
    assert not repo.read("web").machine.has_evidence
    repo.commit({"package.json": {"workspaces": ["web", "lib"]}})
    repo.write({"lib/a.ts": "x"})
    assert repo.read("web").machine.has_evidence


def test_package_committed_by_mistake_is_no_evidence(tmp_path: Path) -> None:
    """A clone brings a tracked node_modules along."""
    repo = new_repo(tmp_path)
    repo.commit({"package.json": NEXT_APP, "node_modules/a/package.json": _package("a")})
    assert not repo.read().machine.has_evidence


@pytest.mark.parametrize(
    ("files", "node"),
    [
        ({".nvmrc": "v20.11.1\n"}, "20.11.1"),
        ({".node-version": "18"}, "18"),
        ({".nvmrc": "lts/*\n"}, "22.1.0"),
        ({".tool-versions": "python 3.12\nnodejs 21.2.0\n"}, "21.2.0"),
        ({".nvmrc": "20", "verifier.yaml": "local: {node: 16.20}\n"}, "16.20"),
        ({"package.json": {**NEXT_APP, "volta": {"node": "20.9.0"}}}, "20.9.0"),
    ],
)
def test_local_node_comes_from_the_nearest_saying(
    repo: Repo, files: dict[str, Any], node: str
) -> None:
    """The user's word comes first, then version files, then the Node of this machine."""
    repo.commit(files)
    assert repo.read(host_node="22.1.0").machine.node_version == node


def test_user_settings_that_change_an_install_are_kept(repo: Repo, tmp_path: Path) -> None:
    """Flags are kept, addresses show only that they exist, tokens never."""
    (tmp_path / "home/.npmrc").write_text(
        "; mine\nlegacy-peer-deps=true\nregistry=https://user:pw@npm.example.org/\n"
        "//npm.example.org/:_authToken=abc\n@corp:registry=https://npm.example.org\nforce\n"
    )
    repo.environ["npm_config_ignore_scripts"] = "true"
    npmrc = repo.read().machine.npmrc
    assert npmrc == {
        "@corp:registry": "custom",
        "force": "true",
        "ignore-scripts": "true",
        "legacy-peer-deps": "true",
        "registry": "custom",
    }


# Captures


def test_capture_comes_back(repo: Repo, tmp_path: Path) -> None:
    """What one machine shows is what another reads, without values."""
    _install(repo.top, {"next": "15.1.0"})
    repo.commit({".gitignore": "node_modules\n.env.local\nlib/\n"})
    repo.write({".env.local": "TOKEN=very-secret-value", "lib/a.ts": "1", "new.ts": "2"})
    there = repo.read(host_node="22.1.0")
    raw = write_capture(there, built=True, salt=b"1234")
    assert b"very-secret-value" not in raw
    assert str(tmp_path).encode() not in raw
    place = tmp_path / "capture.json"
    place.write_bytes(raw)
    capture = read_capture(place)
    assert capture.machine.built is True
    assert capture.machine.installed == there.machine.installed
    assert capture.changed["untracked"] == ("new.ts",)

    repo.git("clone", "-q", str(repo.top), str(tmp_path / "clone"))
    clone = Repo(top=tmp_path / "clone", workdir=tmp_path / "w2", environ=repo.environ)
    assert not clone.read().machine.has_evidence
    here = clone.read(capture=place)
    assert here.machine.has_evidence
    assert here.machine.node_version == "22.1.0"
    assert isinstance(here.git, GitState)
    assert [i.path for i in here.git.ignored] == [".env.local", "lib"]
    (env,) = here.env_files
    assert (env.path, env.committed, env.entries[0].name) == (".env.local", False, "TOKEN")
    assert env.entries[0].value is None
    assert [p.what for p in here.problems] == ["captured files without content"]


def test_capture_of_another_commit_is_reported(repo: Repo, tmp_path: Path) -> None:
    """An old capture is used, with a warning."""
    place = tmp_path / "capture.json"
    place.write_bytes(write_capture(repo.read(), built=None, salt=b"x"))
    repo.commit({"a": "b"})
    assert "capture of another commit" in [p.what for p in repo.read(capture=place).problems]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"schema": "verifier.capture/v9"}',
        '{"schema": "verifier.capture/v1", "machine": 5, "salt": ""}',
        '{"schema": "verifier.capture/v1", "machine": {"manager": "pip"}, "salt": ""}',
        '{"schema": "verifier.capture/v1", "machine": {"installed": {"a": 1}}, "salt": ""}',
        '{"schema": "verifier.capture/v1", "env": {"a": []}, "salt": ""}',
    ],
)
def test_file_that_is_no_capture_is_refused(tmp_path: Path, text: str) -> None:
    """A wrong file stops with its name."""
    place = tmp_path / "capture.json"
    place.write_text(text)
    with pytest.raises(ProjectError, match=r"capture\.json"):
        read_capture(place)


def test_capture_ignores_what_it_does_not_know(tmp_path: Path) -> None:
    """A newer writer may add fields, and a path of its machine means nothing here."""
    place = tmp_path / "capture.json"
    machine = {"tree_path": "/home/x", "novel": 1, "platform": "darwin-arm64"}
    text = {"schema": "verifier.capture/v1", "machine": machine, "salt": ""}
    place.write_text(json.dumps(text))
    expected = LocalMachine(platform="darwin-arm64", has_evidence=True)
    assert read_capture(place).machine == expected
    assert read_capture(place).machine.tree_path is None
