"""Tests of what a fix plan ships beside the edits of its repairs."""

from __future__ import annotations

import pytest

from tests.unit.detectors_world import tree
from verifier.fix_plan import _asks_for_other_packages, _with_versions

BEFORE = {
    "package.json": '{"name": "x", "dependencies": {"next": "15.5.0"}, "scripts": {"build": "b"}}',
    "package-lock.json": '{"lockfileVersion": 3}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    "pnpm-workspace.yaml": "overrides: {}\n",
    "app/page.tsx": "export default () => null;\n",
}


@pytest.mark.parametrize(
    ("after", "asks"),
    [
        ({**BEFORE, "package.json": '{"name": "x", "dependencies": {"next": "16.0.0"}}'}, True),
        ({**BEFORE, "package-lock.json": '{"lockfileVersion": 2}'}, True),
        ({**BEFORE, ".npmrc": "legacy-peer-deps=true\n"}, True),
        ({**BEFORE, "package.json": BEFORE["package.json"].replace('"b"', '"c"')}, False),
        ({**BEFORE, "app/page.tsx": "export default () => 'x';\n"}, False),
        ({p: t for p, t in BEFORE.items() if p != "pnpm-lock.yaml"}, False),
        ({p: t for p, t in BEFORE.items() if p != "pnpm-workspace.yaml"}, True),
    ],
)
def test_a_lockfile_is_shipped_only_where_a_repair_asks_for_other_packages(
    after: dict[str, str], asks: bool
) -> None:
    """An install rewrites lockfiles for reasons of its own, and those are nobody's fix."""
    assert _asks_for_other_packages(tree(BEFORE), tree(after)) is asks


PNPM_LOCK = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      '@ui/kit':
        specifier: latest
        version: 2.0.1
      confetti:
        specifier: latest
        version: 1.9.4
      other:
        specifier: latest
        version: 3.0.0
"""
YARN_LOCK = """# yarn lockfile v1

"@ui/kit@latest":
  version "2.0.1"

confetti@latest:
  version "1.9.4"
"""


@pytest.mark.parametrize(
    ("lock", "text", "lines"),
    [
        ("pnpm-lock.yaml", PNPM_LOCK, ["        specifier: ^1.9.4", "        specifier: ^2.0.1"]),
        ("yarn.lock", YARN_LOCK, ["confetti@^1.9.4:", '"@ui/kit@^2.0.1":']),
    ],
)
def test_what_was_added_is_asked_for_in_the_version_that_was_built(
    lock: str, text: str, lines: list[str]
) -> None:
    """Nobody commits `latest`; manifest and lockfile are closed alike, and nothing else is."""
    before = tree({"package.json": '{"dependencies": {"other": "latest"}}', lock: ""})
    asked = '{"dependencies": {"@ui/kit": "latest", "confetti": "latest", "other": "latest"}}'
    store = "node_modules/.pnpm/confetti@1.9.4/node_modules/confetti"
    made = _with_versions(
        before,
        tree({"package.json": asked, lock: text}),
        {store: "1.9.4", "node_modules/@ui/kit": "2.0.1", "node_modules/other": "3.0.0"},
    )
    manifest = '{"dependencies": {"@ui/kit": "^2.0.1", "confetti": "^1.9.4", "other": "latest"}}'
    assert made.text("package.json") == manifest
    written = (made.text(lock) or "").splitlines()
    assert set(lines) <= set(written)
    assert len(set(written) - set(text.splitlines())) == len(lines)


def test_a_range_that_another_manifest_had_before_stays() -> None:
    """A repair of one application changes nothing that its neighbour asked for."""
    theirs = '{"dependencies": {"confetti": "latest"}, "version": "%d"}'
    made = _with_versions(
        tree({"a/package.json": "{}", "b/package.json": theirs % 1}),
        tree(
            {
                "a/package.json": '{"dependencies": {"confetti": "latest"}}',
                "b/package.json": theirs % 2,
            }
        ),
        {"node_modules/confetti": "1.9.4"},
    )
    assert '"^1.9.4"' in (made.text("a/package.json") or "")
    assert made.text("b/package.json") == theirs % 2


def test_two_versions_of_a_package_close_nothing() -> None:
    """Which of them was meant cannot be told from the tree alone."""
    asked = {"package.json": '{"dependencies": {"confetti": "latest"}}'}
    made = _with_versions(
        tree({"package.json": "{}"}),
        tree(asked),
        {
            "node_modules/.pnpm/confetti@1.9.4/node_modules/confetti": "1.9.4",
            "node_modules/.pnpm/confetti@2.0.0/node_modules/confetti": "2.0.0",
        },
    )
    assert made.text("package.json") == asked["package.json"]


def test_a_lockfile_that_shares_an_entry_keeps_the_range_open() -> None:
    """The manifest never asks for anything else than the lockfile it is committed with."""
    asked = {
        "package.json": '{"dependencies": {"confetti": "latest"}}',
        "yarn.lock": 'confetti@^1.0.0, confetti@latest:\n  version "1.9.4"\n',
    }
    made = _with_versions(
        tree({"package.json": "{}", "yarn.lock": ""}),
        tree(asked),
        {"node_modules/confetti": "1.9.4"},
    )
    assert {p: made.text(p) for p in made} == asked
