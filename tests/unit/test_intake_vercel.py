"""The platform's files and tables: vercel.json, .vercelignore, presets, settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.intake_repo import NEXT_APP, Repo, new_repo
from verifier.errors import ProjectError
from verifier.model.project import Problem, Project
from verifier.model.source import FileEntry, SourceTree
from verifier.vercel.frameworks import FRAMEWORKS, detect_framework, preset
from verifier.vercel.ignore import anchor_patterns, apply_vercelignore, matcher, parse_ignore
from verifier.vercel.schema import KEYS, is_more_than_daily, nearest, objections


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit of a small application."""
    made = new_repo(tmp_path)
    made.commit({"package.json": NEXT_APP})
    return made


class _Empty:
    def read(self, digest: str) -> bytes:
        raise KeyError(digest)


def _tree(*paths: str) -> SourceTree:
    return SourceTree(entries={p: FileEntry(digest=p, size_bytes=0) for p in paths}, store=_Empty())


def _fatal(project: Project) -> list[Problem]:
    return [p for p in project.problems if p.fatal]


# vercel.json


@pytest.mark.parametrize(
    ("config", "key", "says"),
    [
        ({"outputDirectroy": "dist"}, "outputDirectroy", 'did you mean "outputDirectory"?'),
        ({"nodeVersion": "20.x"}, "nodeVersion", "engines.node"),
        ({"cleanUrls": "yes"}, "cleanUrls", "must be true or false"),
        ({"functions": {"a.ts": {"memory": 512}}, "builds": []}, "functions", '"builds"'),
        ({"functions": {"api/a.js": {"runtime": "nodejs18.x"}}}, "functions.api/a.js.runtime", ""),
        ({"functions": {"api/a.js": {"maxduration": 5}}}, "functions.api/a.js.maxduration", ""),
        ({"functions": {"api/a.js": {"maxDuration": 0}}}, "functions.api/a.js.maxDuration", ""),
        ({"functions": {"/api/a.js": {"memory": 512}}}, "functions./api/a.js", "slash"),
        ({"env": {"A": "@a-secret"}}, "env.A", "project settings"),
        ({"build": {"env": {"B": "@b"}}}, "build.env.B", "project settings"),
        ({"crons": [{"path": "/x", "schedule": "*/5 * * * *"}]}, "crons.0.schedule", "Hobby"),
        ({"crons": ["daily"]}, "crons.0", '"path"'),
    ],
)
def test_what_the_platform_refuses_is_named(config: dict[str, Any], key: str, says: str) -> None:
    """Each refusal has its key and a way out."""
    (found,) = objections(config, plan="hobby")
    assert found.key == key
    assert says in found.why
    assert found.is_certain


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"$schema": "x", "buildCommand": None, "framework": None, "regions": ["fra1"]},
        {"functions": {"api/a.php": {"runtime": "vercel-php@0.7.2", "maxDuration": "max"}}},
        {"functions": {"app/**": {"maxDuration": 60, "memory": 1024, "includeFiles": "x/**"}}},
        {"crons": [{"path": "/x", "schedule": "0 5 * * *"}]},
        {"routes": [{"handle": "filesystem"}], "rewrites": []},
        {"env": {"A": "plain"}, "version": 2, "name": "old"},
    ],
)
def test_what_the_platform_accepts_passes(config: dict[str, Any]) -> None:
    """Ordinary configurations raise no objection."""
    assert list(objections(config, plan="hobby")) == []


def test_cron_objection_is_uncertain_while_the_plan_is_not_known() -> None:
    """Without a plan the frequent schedule is a doubt, on Pro it is fine."""
    config = {"crons": [{"path": "/x", "schedule": "0 * * * *"}]}
    (found,) = objections(config, plan=None)
    assert not found.is_certain
    assert list(objections(config, plan="pro")) == []


@pytest.mark.parametrize(
    ("schedule", "often"),
    [
        ("0 5 * * *", False),
        ("0 5 * * 1-5", False),
        ("0 */24 * * *", False),
        ("0 */12 * * *", True),
        ("0,30 5 * * *", True),
        ("* * * * *", True),
        ("0 9-17 * * *", True),
        ("5/30 1 * * *", True),
        ("nonsense", False),
    ],
)
def test_schedules_are_counted_per_day(schedule: str, often: bool) -> None:
    """A schedule is frequent if some day has more than one moment of it."""
    assert is_more_than_daily(schedule) is often


@given(st.sampled_from(sorted(KEYS)), st.data())
def test_one_wrong_letter_still_finds_the_key(key: str, data: st.DataObject) -> None:
    """A key with one letter missing suggests a known key."""
    if len(key) < 6:
        return
    at = data.draw(st.integers(1, len(key) - 1))
    assert nearest(key[:at] + key[at + 1 :], KEYS) is not None


def test_unknown_key_is_a_fatal_problem_with_its_line(repo: Repo) -> None:
    """The report can point at the line."""
    repo.commit({"vercel.json": '{\n  "cleanUrls": true,\n  "rewrite": []\n}\n'})
    (problem,) = _fatal(repo.read())
    assert (problem.file, problem.line) == ("vercel.json", 3)
    assert '"rewrites"' in problem.why


def test_broken_vercel_json_is_a_fatal_problem(repo: Repo) -> None:
    """A comment in the file is refused by the platform, with its place."""
    repo.commit({"vercel.json": '{\n  // no\n  "cleanUrls": true\n}\n'})
    project = repo.read()
    (problem,) = _fatal(project)
    assert problem.line == 2
    assert "comments" in problem.why
    assert project.vercel_json is None
    assert project.vercel_json_path == "vercel.json"


def test_vercel_json_above_the_root_directory_is_not_used(tmp_path: Path) -> None:
    """The platform reads it in the application's directory only."""
    repo = new_repo(tmp_path)
    repo.commit({"web/package.json": NEXT_APP, "vercel.json": {"cleanUrls": True}})
    project = repo.read(root_directory="web")
    assert project.vercel_json is None
    assert "vercel.json is not used" in [p.what for p in project.problems]
    assert not _fatal(project)


def test_uncommitted_vercel_json_does_not_count(repo: Repo) -> None:
    """What is on disk alone is reported and not applied."""
    repo.write({"vercel.json": {"framework": "vite"}})
    project = repo.read()
    assert project.vercel_json is None
    assert project.framework == "nextjs"
    assert "vercel.json is not committed" in [p.what for p in project.problems]


# .vercelignore


def test_vercelignore_never_removes_the_configuration() -> None:
    """vercel.json stays though a pattern matches it; other files go."""
    tree = _tree("vercel.json", "a.json", "src/a.ts", "web/vercel.json")
    kept = apply_vercelignore(tree, parse_ignore("# all json\n*.json\r\n\n"), "web")
    assert set(kept) == {"vercel.json", "src/a.ts", "web/vercel.json"}


def test_nothing_below_an_ignored_folder_comes_back() -> None:
    """A negation inside an ignored folder has no effect, beside it has."""
    patterns = parse_ignore("/*\n!api\n!package.json\nlib/\n!lib/keep.ts\n")
    tree = _tree("api/a.ts", "package.json", "b.ts", "lib/keep.ts")
    assert set(apply_vercelignore(tree, patterns, "")) == {"api/a.ts", "package.json"}


def test_patterns_match_without_regard_to_case() -> None:
    """The platform's library folds case."""
    assert matcher(["Docs/"])("docs/a.md")


def test_vercelignore_of_the_application_is_written_relative_to_the_top() -> None:
    """Patterns of a file in a subfolder reach that folder only."""
    patterns = anchor_patterns(("docs", "/a.ts", "x/y", "!docs/keep", "*.md"), "web")
    is_ignored = matcher(patterns)
    assert is_ignored("web/src/docs/a")
    assert is_ignored("web/a.ts")
    assert is_ignored("web/x/y")
    assert is_ignored("web/deep/er/b.md")
    assert not is_ignored("docs/a")
    assert not is_ignored("web/src/a.ts")
    assert not is_ignored("b.md")


def test_two_ignore_files_are_refused(repo: Repo) -> None:
    """The platform refuses both at once."""
    repo.commit({".vercelignore": "a\n", ".nowignore": "b\n"})
    (problem,) = _fatal(repo.read())
    assert problem.file == ".nowignore"


def test_broken_pattern_is_passed_over() -> None:
    """A pattern that means nothing does not stop the others."""
    assert matcher(["!", "///", "[", "a"])("a")


def test_code_facts_of_the_clean_side_leave_out_ignored_files(repo: Repo) -> None:
    """An import of a file that .vercelignore removes leads nowhere on the platform."""
    repo.commit(
        {
            "app/page.tsx": "import '../lib/a'\nexport default () => null\n",
            "lib/a.ts": "export {}\n",
            ".vercelignore": "lib\n",
        }
    )
    project = repo.read()
    assert project.vercelignore == ("lib",)
    assert "lib/a.ts" in project.committed
    assert "lib/a.ts" not in project.upload
    assert [i.specifier for i in project.code.unresolved] == ["../lib/a"]
    assert project.local_code.unresolved == ()


def test_upload_sends_what_git_ignores(repo: Repo) -> None:
    """A CLI upload does not read .gitignore but has a list of its own."""
    repo.commit({".gitignore": ".env\nsecret.txt\n"})
    repo.write({".env": "A=1", ".env.local": "B=1", "secret.txt": "x", "a/.DS_Store": "x"})
    upload = set(repo.read().upload)
    assert {".env", "secret.txt"} <= upload
    assert not upload & {".env.local", "a/.DS_Store", ".gitignore"}


# Presets and settings


@pytest.mark.parametrize(
    ("packages", "files", "slug"),
    [
        ({"next", "vite"}, set(), "nextjs"),
        ({"vite", "react"}, set(), "vite"),
        ({"vite", "@sveltejs/kit"}, set(), "sveltekit-1"),
        ({"vite", "@remix-run/dev"}, set(), "remix"),
        ({"vite", "@react-router/dev"}, set(), "react-router"),
        ({"astro", "vite"}, set(), "astro"),
        ({"nuxt", "nitropack"}, set(), "nuxtjs"),
        ({"react-scripts"}, set(), "create-react-app"),
        ({"@angular/cli"}, set(), "angular"),
        ({"@vue/cli-service"}, set(), "vue"),
        ({"gatsby"}, set(), "gatsby"),
        ({"vite", "express"}, {"server.ts"}, "vite"),
        ({"express"}, {"src/index.ts"}, "express"),
        ({"express"}, {"lib/index.ts"}, None),
        ({"sanity"}, {"sanity.config.ts"}, "sanity"),
        ({"react"}, {"index.html"}, None),
        ({"vite", "@tanstack/react-start", "@tanstack/router-plugin"}, set(), "tanstack-start"),
    ],
)
def test_framework_is_detected(packages: set[str], files: set[str], slug: str | None) -> None:
    """The preset is the one an import by the platform suggests."""
    assert detect_framework(packages, files) == slug


def test_presets_have_unique_slugs() -> None:
    """A slug names one preset."""
    slugs = [f.slug for f in FRAMEWORKS]
    assert len(slugs) == len(set(slugs))
    assert preset("nextjs") is not None
    assert preset(None) is None


def test_pulled_settings_are_taken(repo: Repo) -> None:
    """Settings come from `.vercel/project.json` where it is."""
    settings = {
        "framework": "vite",
        "nodeVersion": "22.x",
        "createdAt": 1_700_000_000_000,
        "buildCommand": "make",
        "outputDirectory": None,
    }
    repo.write({".vercel/project.json": {"projectName": "p", "settings": settings}})
    project = repo.read()
    assert project.settings_known
    assert project.settings.build_command == "make"
    assert project.settings.node_version == "22.x"
    assert project.settings.created_at_ms == 1_700_000_000_000
    assert project.framework == "vite"


def test_link_without_settings_leaves_them_unknown(repo: Repo) -> None:
    """A link alone says nothing of settings, so detection stands in."""
    repo.write({".vercel/project.json": {"projectId": "x"}})
    project = repo.read()
    assert not project.settings_known
    assert project.framework == "nextjs"
    assert project.settings.created_at_ms is None


def test_vercel_json_overrides_the_framework_even_with_null(repo: Repo) -> None:
    """The file wins over the setting; null means the preset Other."""
    repo.commit({"vercel.json": {"framework": None}})
    project = repo.read(framework="vite")
    assert project.settings.framework == "vite"
    assert project.framework is None


def test_unknown_framework_is_refused(repo: Repo) -> None:
    """A preset that does not exist is a wrong use."""
    with pytest.raises(ProjectError, match="no framework preset"):
        repo.read(framework="nextjss")


def test_pulled_root_directory_is_the_application(tmp_path: Path) -> None:
    """The setting at the top names the folder below."""
    repo = new_repo(tmp_path)
    repo.commit({"package.json": {"name": "root"}, "web/package.json": NEXT_APP})
    repo.write({".vercel/project.json": {"settings": {"rootDirectory": "web"}}})
    project = repo.read()
    assert project.root == "web"
    assert [m.path for m in project.manifests] == ["package.json", "web/package.json"]
    inner = repo.read("web")
    assert inner.root == "web"


@pytest.mark.parametrize(
    ("files", "root"),
    [
        ({"apps/web/package.json": NEXT_APP}, "apps/web"),
        ({"apps/web/package.json": NEXT_APP, "apps/docs/package.json": NEXT_APP}, ""),
    ],
)
def test_a_root_directory_that_is_not_there_is_kept_and_the_application_found(
    tmp_path: Path, files: dict[str, dict[str, Any]], root: str
) -> None:
    """A wrong setting is a fault to explain, so the platform's side keeps it."""
    repo = new_repo(tmp_path)
    repo.commit({"package.json": {"name": "root"}, **files})
    link = {"settings": {"rootDirectory": "apps/site", "framework": "nextjs"}}
    repo.write({".vercel/project.json": link})
    project = repo.read()
    assert project.root == root
    assert project.settings.root_directory == "apps/site"


# Manifests and workspaces


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"package.json": {"workspaces": ["packages/*"]}}, "npm"),
        ({"package.json": {"workspaces": {"packages": ["packages/*"]}}, "yarn.lock": ""}, "yarn"),
        ({"package.json": {}, "pnpm-workspace.yaml": "packages:\n  - packages/*\n"}, "pnpm"),
        ({"package.json": {}, "lerna.json": {"packages": ["packages/*"]}}, "npm"),
        ({"package.json": {"workspaces": ["packages/**"]}, "turbo.json": {}}, "turbo"),
        ({"package.json": {"workspaces": ["./packages/{a,b}/"]}, "nx.json": {}}, "nx"),
    ],
)
def test_workspaces_are_found(tmp_path: Path, files: dict[str, Any], kind: str) -> None:
    """Each way to declare members is understood."""
    repo = new_repo(tmp_path)
    repo.commit({**files, "packages/a/package.json": {"name": "a"}, "index.html": ""})
    project = repo.read()
    assert project.monorepo == kind
    assert "packages/a/package.json" in [m.path for m in project.manifests]


def test_excluded_and_foreign_folders_are_no_members(tmp_path: Path) -> None:
    """Negated patterns and packages below node_modules do not take part."""
    repo = new_repo(tmp_path)
    repo.commit(
        {
            "package.json": {"workspaces": ["packages/**", "!packages/old"]},
            "packages/old/package.json": {"name": "old"},
            "packages/a/node_modules/x/package.json": {"name": "x"},
            "packages/a/package.json": {"name": "a"},
            "other/package.json": {"name": "other"},
        }
    )
    paths = [m.path for m in repo.read().manifests]
    assert paths == ["package.json", "packages/a/package.json"]


def test_settings_only_pnpm_workspace_is_no_monorepo(repo: Repo) -> None:
    """A file that holds settings alone declares no members."""
    repo.commit({"pnpm-workspace.yaml": "onlyBuiltDependencies:\n  - esbuild\n"})
    assert repo.read().monorepo is None


def test_static_site_needs_no_package_json(tmp_path: Path) -> None:
    """An index.html alone can be deployed."""
    repo = new_repo(tmp_path)
    repo.commit({"index.html": "<p>hi"})
    project = repo.read()
    assert project.framework is None
    assert project.manifest is None


def test_broken_manifest_elsewhere_is_a_problem(tmp_path: Path) -> None:
    """A member that cannot be read does not stop the application."""
    repo = new_repo(tmp_path)
    repo.commit(
        {
            "package.json": {"workspaces": ["packages/*"]},
            "packages/a/package.json": "{",
            "index.html": "",
        }
    )
    (problem,) = repo.read().problems
    assert (problem.file, problem.line) == ("packages/a/package.json", 1)


def test_package_json_that_is_not_committed_is_reported(tmp_path: Path) -> None:
    """The platform would install and build nothing."""
    repo = new_repo(tmp_path)
    repo.commit({"index.html": "x"})
    repo.write({"package.json": NEXT_APP})
    project = repo.read()
    assert project.manifest is None
    assert "package.json is not committed" in [p.what for p in project.problems]
