"""The text of a plan says what tells the two builds apart, and never a value."""

from __future__ import annotations

from typing import Any

from tests.unit.plan_world import World, reads
from verifier.model.environment import Manager
from verifier.model.project import (
    CaseDifference,
    IgnoredPath,
    LocalMachine,
    Lockfile,
    LockKind,
    Problem,
)
from verifier.plan import LocalMode
from verifier.presenters._plan import render_plan


def _text(world: World, **options: Any) -> str:
    plan = world.plan(**options)
    text = render_plan(
        world.project(),
        clean=plan.clean,
        local=plan.local,
        differences=plan.differences,
        notes=plan.notes,
        refusals=plan.refusals,
    )
    return " ".join(text.split())


def test_it_ends_with_what_was_done() -> None:
    """Nothing is run, and the plan says so."""
    assert _text(World()).endswith("Nothing was run.")


def test_both_sides_of_the_toolchain_are_shown() -> None:
    """Node and manager of both sides stand side by side with the reason."""
    lock = Lockfile(path="pnpm-lock.yaml", kind=LockKind.PNPM, version="9.0", committed=True)
    machine = LocalMachine(has_evidence=True, node_version="20.1.0", manager=Manager.NPM)
    files = {"pnpm-lock.yaml": "lockfileVersion: '9.0'\n"}
    text = _text(World(committed=files, lockfiles=(lock,), machine=machine))
    assert "20.x (20.1.0 found)" in text
    assert "24.x, because" in text
    assert "pnpm-lock.yaml (counts)" in text
    assert "npm, because found on this machine" in text


def test_a_lockfile_that_loses_is_marked() -> None:
    """Of two lockfiles the one that does not count is named as ignored."""
    locks = (
        Lockfile(path="package-lock.json", kind=LockKind.NPM, version="3", committed=True),
        Lockfile(path="yarn.lock", kind=LockKind.YARN, version="1", committed=True),
    )
    text = _text(World(committed={"package-lock.json": "{}", "yarn.lock": ""}, lockfiles=locks))
    assert text.count("(counts)") == 1
    assert text.count("(ignored)") == 1


def test_ignored_files_come_with_their_rule() -> None:
    """A file that git ignores is listed with pattern, file and line."""
    rule = IgnoredPath(path="lib/data.ts", pattern="data*", rule_file=".gitignore", rule_line=7)
    text = _text(World(disk={"lib/data.ts": "x"}, ignored=(rule,)))
    assert 'lib/data.ts .gitignore:7 "data*"' in text


def test_case_and_submodules_are_listed() -> None:
    """Names that differ by case, and submodules, have their own lists."""
    cases = (CaseDifference(index_path="src/Nav.tsx", disk_path="src/nav.tsx"),)
    text = _text(World(cases=cases, submodules=("vendor/ui",)))
    assert "src/Nav.tsx in git, src/nav.tsx on disk" in text
    assert "vendor/ui" in text


def test_variables_are_marked_and_never_shown() -> None:
    """Missing, empty and different variables are marked, with the place that reads each."""
    world = World(
        disk={".env.local": "ABSENT=canary-one\nOTHER=canary-two\n"},
        production={"OTHER": "canary-three", "HOLLOW": ""},
        scopes={"preview": frozenset({"ABSENT"})},
        env_reads=reads(("ABSENT", "a.ts", 3), ("OTHER", "a.ts", 4), ("HOLLOW", "b.ts", 1)),
    )
    text = _text(world)
    assert (
        "ABSENT clean: MISSING; local: set in .env.local; set for preview; read at a.ts:3" in text
    )
    assert "HOLLOW clean: EMPTY" in text
    assert "local: DIFFERENT in .env.local; read at a.ts:4" in text
    assert "canary" not in text


def test_where_no_local_side_is_known_nothing_is_said_of_it() -> None:
    """A clone has no variables, and that is no finding about them."""
    world = World(
        production={"GIVEN": "canary"},
        env_reads=(*reads(("WANTED", "a.ts", 3)), *reads(("SPARE", "a.ts", 4), fallback="x")),
    )
    text = _text(world, local=LocalMode.NONE)
    assert "; local: " not in text
    assert "WANTED clean: MISSING; read at a.ts:3" in text
    assert "SPARE clean: not set, which the code allows for; read at a.ts:4" in text


def test_an_unknown_scope_is_said() -> None:
    """Where nothing is known of the production variables, that comes first."""
    assert "production scope: unknown" in _text(World())


def test_problems_and_refusals_are_told_apart() -> None:
    """What the platform refuses stands above what is merely wrong."""
    problems = (
        Problem(what="odd", why="strange", file="x.json", line=3),
        Problem(what="vercel.json: a", why="no such key", file="vercel.json", line=2, fatal=True),
    )
    text = _text(World(problems=problems))
    assert text.count("no such key") == 1
    assert "no such key (vercel.json:2)" in text
    assert text.index("refuses this before it builds") < text.index("Problems")
    assert "odd (x.json:3): strange" in text


def test_control_characters_are_made_harmless() -> None:
    """A name that would steer a terminal is shown without its power."""
    rule = IgnoredPath(path="a\x1b[2J", pattern="a*", rule_file=".gitignore", rule_line=1)
    assert "\x1b" not in _text(World(ignored=(rule,)))


def test_long_lists_are_cut() -> None:
    """Of many files the first are shown with the number of the rest."""
    rules = tuple(
        IgnoredPath(path=f"f{n}", pattern="f*", rule_file=".gitignore", rule_line=1)
        for n in range(40)
    )
    text = _text(World(ignored=rules))
    assert "and 28 more" in text
    assert " f39 " not in text
