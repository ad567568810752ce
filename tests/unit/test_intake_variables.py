"""Variables: dotenv files, the platform's scopes, and verifier.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.intake_repo import NEXT_APP, Repo, new_repo
from verifier.errors import ProjectError
from verifier.intake.config import read_config
from verifier.intake.dotenvs import parse_dotenv
from verifier.intake.textdata import line_of_key
from verifier.model.project import EnvEntry
from verifier.model.secret import Secret


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit of a small application."""
    made = new_repo(tmp_path)
    made.commit({"package.json": NEXT_APP, ".gitignore": ".env*.local\n.vercel\n"})
    return made


def _values(entries: tuple[EnvEntry, ...] | None) -> dict[str, str | None]:
    return {e.name: e.value.reveal() if e.value else None for e in entries or ()}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A=1", "1"),
        ("export A = 1 # note", "1"),
        ("A: 1", "1"),
        ("A=", ""),
        ("A=''", ""),
        ('A="a\\nb"', "a\nb"),
        ("A='a\\nb'", "a\\nb"),
        ('A=`it\'s "q"`', 'it\'s "q"'),
        ('A="two\nlines"', "two\nlines"),
        ('A="{"k":"v"}"', '{"k":"v"}'),
        ("A=a#b", "a"),
        ("A='a#b'", "a#b"),
        ("A=$B and ${C}", "$B and ${C}"),
        ("A=1\r\nB=2", "1"),
        ("\ufeffA=1", "1"),
        ("A=1\nA=2", "2"),
    ],
)
def test_values_are_read_as_the_javascript_library_does(text: str, value: str) -> None:
    """Quotes, comments and line breaks follow the library that frameworks use."""
    assert _values(parse_dotenv(text))["A"] == value


def test_sensitive_value_is_present_and_unknown() -> None:
    """The platform's placeholder is no value."""
    (entry,) = parse_dotenv('KEY="[SENSITIVE]"')
    assert entry.value is None


def test_lines_are_counted_over_values_of_several_lines() -> None:
    """A later assignment is found where it is written."""
    entries = {e.name: e.line for e in parse_dotenv('# c\nA="x\ny\nz"\n\nB=1\n')}
    assert entries == {"A": 2, "B": 6}


@given(st.text(max_size=300))
def test_any_text_can_be_read_as_dotenv(text: str) -> None:
    """No text stops the parser, and each name comes once."""
    names = [e.name for e in parse_dotenv(text)]
    assert len(names) == len(set(names))


@given(
    st.dictionaries(
        st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True),
        st.text(alphabet=st.characters(exclude_characters="'\\\r", exclude_categories=["Cs"])),
        max_size=8,
    )
)
def test_quoted_values_come_back(values: dict[str, str]) -> None:
    """What is written in single quotes is read unchanged."""
    text = "\n".join(f"{name}='{value}'" for name, value in values.items())
    assert _values(parse_dotenv(text)) == values


def test_committed_and_local_files_are_told_apart(repo: Repo) -> None:
    """What git delivers is committed; the rest is the developer's own."""
    repo.commit({".env": "A=1", ".env.production": "B=2", ".env.example": "C="})
    repo.write({".env.local": "D=4"})
    files = {f.path: f.committed for f in repo.read().env_files}
    assert files == {
        ".env": True,
        ".env.example": True,
        ".env.local": False,
        ".env.production": True,
    }


def test_edited_env_file_appears_as_committed_and_as_found(repo: Repo) -> None:
    """The platform gets the old values, the developer has the new ones, which are secret."""
    repo.commit({".env": "A=old\n"})
    repo.write({".env": "A=new\nB=1\n"})
    project = repo.read()
    found = [(f.committed, _values(f.entries)) for f in project.env_files]
    assert found == [(True, {"A": "old"}), (False, {"A": "new", "B": "1"})]
    assert project.working.entries[".env"].secret
    assert not project.committed.entries[".env"].secret


def test_nothing_known_of_production_is_none(repo: Repo) -> None:
    """Without any source the scope is unknown, which is not the same as empty."""
    project = repo.read()
    assert project.production is None
    assert project.production_file is None


def test_pulled_file_is_the_production_scope(repo: Repo) -> None:
    """A pulled file lists what is set, also where it sets nothing."""
    repo.write({".vercel/.env.production.local": "# Created by Vercel CLI\n"})
    project = repo.read()
    assert project.production == ()
    assert project.production_file == ".vercel/.env.production.local"


def test_sources_of_production_are_merged(repo: Repo, tmp_path: Path) -> None:
    """Later sources win, but an unknown value never hides a known one."""
    repo.write(
        {
            ".vercel/.env.production.local": 'A="1"\nB="[SENSITIVE]"\nC="3"\n',
            "verifier.yaml": "production:\n  C: null\n  D: null\n  E: 0123\n",
        }
    )
    extra = tmp_path / "extra.env"
    extra.write_text("A=2\nB=known\n")
    project = repo.read(env_file=extra)
    assert _values(project.production) == {
        "A": "2",
        "B": "known",
        "C": "3",
        "D": None,
        "E": "0123",
    }


def test_missing_extra_file_stops(repo: Repo, tmp_path: Path) -> None:
    """A file the user named must be there."""
    with pytest.raises(ProjectError, match="cannot be read"):
        repo.read(env_file=tmp_path / "nothing.env")


def test_other_scopes_give_names(repo: Repo) -> None:
    """Preview and development are known by name."""
    repo.write(
        {
            ".vercel/.env.preview.local": "A=1\n",
            ".env.local": "# Created by Vercel CLI\nDEV_ONLY=1\n",
            "verifier.yaml": "preview: [B]\n",
        }
    )
    scopes = repo.read().other_scopes
    assert scopes == {"preview": frozenset({"A", "B"}), "development": frozenset({"DEV_ONLY"})}


# verifier.yaml


def test_settings_are_read_with_their_types() -> None:
    """Versions and values stay text, dates become moments."""
    config = read_config(
        "plan: pro\ncreated_at: 2025-03-01\nnode_version: 22.10\nroot_directory: ./apps/web/\n"
        "production: {A: yes, B: null}\nlocal: {node: 20.10, env: [.env.local]}\n"
        "probes: {routes: [/], wait: 5}\n",
        "verifier.yaml",
    )
    assert config["created_at_ms"] == 1_740_787_200_000
    assert config["node_version"] == "22.10"
    assert config["root_directory"] == "apps/web"
    assert config["production"] == {"A": Secret("yes"), "B": None}
    assert config["local"] == {"node": "20.10", "env": (".env.local",)}
    assert config["probes"] == {"routes": ["/"], "wait": 5}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("plan: pro\nframwork: vite\n", 'line 2: "framwork" is not a setting; did you mean "fram'),
        ("local:\n  nod: 20\n", 'line 2: "local.nod" is not a setting; did you mean "local.node"'),
        ("plan: free\n", 'line 1: "plan" must be one of'),
        ("framework: nextj\n", 'did you mean "nextjs"'),
        ("created_at: yesterday\n", "a date as"),
        ("production: [A]\n", "a mapping NAME"),
        ("production:\n  A: {x: 1}\n", "quotes"),
        ("preview: A\n", "a list of names"),
        ("local: 20\n", "a mapping with"),
        ("local: {manager: pnmp}\n", 'did you mean "pnpm"'),
        ("root_directory: ../x\n", "inside the repository"),
        ("a: [1\n", "line 2"),
        ("- a\n", "a mapping of settings"),
        ("&a x: *a\n", "aliases"),
    ],
)
def test_mistake_is_named_with_file_and_line(text: str, says: str) -> None:
    """Every mistake says where it is and what would fit."""
    with pytest.raises(ProjectError) as caught:
        read_config(text, "web/verifier.yaml")
    assert says in str(caught.value)
    assert str(caught.value).startswith("web/verifier.yaml")


def test_empty_file_says_nothing() -> None:
    """A file with comments only is fine."""
    assert read_config("# nothing yet\n", "verifier.yaml") == {}


def test_settings_reach_the_project(repo: Repo) -> None:
    """The file overrides what was pulled, and options override the file."""
    repo.write(
        {
            "verifier.yaml": "plan: pro\nframework: astro\nnode_version: 22.x\n"
            "created_at: 2024-01-01\n",
            ".vercel/project.json": {"settings": {"framework": "nextjs", "nodeVersion": "24.x"}},
        }
    )
    settings = repo.read(created_at_ms=7).settings
    assert (settings.plan, settings.framework, settings.node_version) == ("pro", "astro", "22.x")
    assert settings.created_at_ms == 7


def test_keys_are_found_by_line() -> None:
    """A key is found in YAML and in JSON, on one line or several."""
    assert line_of_key("a: 1\n\n  b: 2\n", "b") == 3
    assert line_of_key('{\n "a": 1,\n "b.c": 2}', "b.c") == 3
    assert line_of_key('{"a": {"b": 1}}', "b") == 1
    assert line_of_key("a: 1\n", "x") is None
