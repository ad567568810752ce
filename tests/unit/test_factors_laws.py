"""Laws that hold for every change, whatever its family."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.plan_world import World, imports, reads
from verifier.factors import (
    FIELDS,
    WITHOUT_FACTOR,
    all_changes,
    all_families,
    with_breaks,
    with_repairs,
)
from verifier.model.change import Change
from verifier.model.environment import Environment, Manager
from verifier.model.project import IgnoredPath, LocalMachine, Lockfile, LockKind

SALT = b"salt"
WORLD = World(
    committed={
        ".gitignore": "lib/\n*.local.ts\n",
        "package-lock.json": "{}",
        "pnpm-lock.yaml": "x",
        "src/a.ts": "a",
        "src/old.ts": "old",
        ".env": "D=1\n",
        ".vercelignore": "docs\n",
        "docs/x.md": "x",
        "turbo.json": '{"tasks": {"build": {}}}',
        "package.json": '{"scripts": {"build": "turbo run build"}}',
    },
    disk={
        ".env.local": "A=1\nB_URL=https://b.example\nC=3\n",
        ".env": "D=2\n",
        "src/lib/u.ts": "u",
        "src/x.local.ts": "x",
        "src/new.ts": "n",
        "src/a.ts": "changed",
        "src/old.ts": None,
    },
    ignored=(
        IgnoredPath(
            path="src/lib", pattern="lib/", rule_file=".gitignore", rule_line=1, is_directory=True
        ),
        IgnoredPath(
            path="src/x.local.ts", pattern="*.local.ts", rule_file=".gitignore", rule_line=2
        ),
    ),
    production={"B_URL": "b.example", "E": "", "F": None, "NODE_ENV": "production"},
    env_reads=reads(("A", "src/a.ts", 1), ("G_KEY", "src/a.ts", 2), ("B_URL", "src/a.ts", 3)),
    imports=imports("src/a.ts", "dayjs", "zod", "clsx"),
    lockfiles=(
        Lockfile(
            path="package-lock.json",
            kind=LockKind.NPM,
            version="3",
            committed=True,
            packages={"next": "15.5.7"},
        ),
        Lockfile(
            path="pnpm-lock.yaml",
            kind=LockKind.PNPM,
            version="9.0",
            committed=True,
            packages={"next": "15.5.7"},
        ),
    ),
    vercelignore=("docs",),
    machine=LocalMachine(
        has_evidence=True,
        node_version="v22.1.0",
        manager=Manager.NPM,
        installed={"next": "15.5.7", "dayjs": "1.11.0", "zod": "4.0.0"},
        outer={"clsx": "2.1.0"},
        tree_path="/somewhere/node_modules",
        npmrc={"legacy-peer-deps": "true"},
    ),
)
PLAN = WORLD.plan()
CLEAN, LOCAL = PLAN.clean, PLAN.local
CHANGES = all_changes(WORLD.project(), CLEAN, LOCAL)
REPAIRS = [c for c in CHANGES if c.repair is not None]
BREAKS = [c for c in CHANGES if c.break_local is not None]


def test_world_shows_every_family_there_is() -> None:
    """The laws below are worth something only if many families take part."""
    shown = {c.family for c in CHANGES}
    assert shown >= {
        "env-var", "file", "package", "node", "manager", "driver", "tree", "limits", "task-env",
    }  # fmt: skip


def test_repairs_commute_in_pairs() -> None:
    """Two repairs that do not exclude each other leave no trace of their order."""
    for one, two in combinations(REPAIRS, 2):
        if two.id in one.excludes or one.id in two.excludes:
            continue
        assert one.repair is not None
        assert two.repair is not None
        forward = two.repair(one.repair(CLEAN)).digest(SALT)
        assert forward == one.repair(two.repair(CLEAN)).digest(SALT), (one.id, two.id)


def test_breaks_commute_in_pairs() -> None:
    """Two breaks leave no trace of their order."""
    assert LOCAL is not None
    for one, two in combinations(BREAKS, 2):
        assert one.break_local is not None
        assert two.break_local is not None
        forward = two.break_local(one.break_local(LOCAL)).digest(SALT)
        assert forward == one.break_local(two.break_local(LOCAL)).digest(SALT), (one.id, two.id)


@settings(max_examples=30, deadline=None)
@given(st.permutations(REPAIRS), st.integers(0, len(REPAIRS)))
def test_a_set_of_repairs_is_one_recipe(order: list[Change], count: int) -> None:
    """Whatever the order and however often, a set of changes gives one recipe."""
    chosen = order[:count]
    once = with_repairs(CLEAN, chosen).digest(SALT)
    assert once == with_repairs(CLEAN, reversed(chosen)).digest(SALT)
    assert once == with_repairs(with_repairs(CLEAN, chosen), chosen).digest(SALT)


@settings(max_examples=30, deadline=None)
@given(st.permutations(BREAKS), st.integers(0, len(BREAKS)))
def test_a_set_of_breaks_is_one_recipe(order: list[Change], count: int) -> None:
    """The same for the local side."""
    assert LOCAL is not None
    chosen = order[:count]
    once = with_breaks(LOCAL, chosen).digest(SALT)
    assert once == with_breaks(LOCAL, reversed(chosen)).digest(SALT)
    assert once == with_breaks(with_breaks(LOCAL, chosen), chosen).digest(SALT)


def test_every_change_changes_something() -> None:
    """No repair and no break is empty, or a trial would prove nothing."""
    assert LOCAL is not None
    for change in REPAIRS:
        assert with_repairs(CLEAN, [change]).digest(SALT) != CLEAN.digest(SALT), change.id
    for change in BREAKS:
        assert with_breaks(LOCAL, [change]).digest(SALT) != LOCAL.digest(SALT), change.id


def test_changes_read_well() -> None:
    """Each has an id of its own, a title, a state, a prior and, where it is a fix, a sentence."""
    assert len({c.id for c in CHANGES}) == len(CHANGES)
    for change in CHANGES:
        assert change.id.split(":")[0] == change.family
        assert change.title
        assert change.stands_for
        assert 0 < change.prior <= 0.6
        if change.remedy_kind.value != "none":
            assert change.remedy_summary.endswith(".")


def test_same_project_gives_the_same_changes() -> None:
    """Listing changes is a function of the project."""
    again = all_changes(WORLD.project(), WORLD.plan().clean, WORLD.plan().local)
    assert [replace(c, repair=None) if c.break_local else c for c in again] == [
        replace(c, repair=None) if c.break_local else c for c in CHANGES
    ]


def test_every_field_of_an_environment_is_accounted_for() -> None:
    """Each field has a family, or a written reason why not."""
    named = {f.name for f in fields(Environment)}
    assert named == FIELDS.keys() | WITHOUT_FACTOR.keys()
    assert set(FIELDS.values()) <= all_families().keys()
