"""The platform's choice of a package manager."""

from __future__ import annotations

import json

import pytest

from tests.unit.plan_world import manifest
from verifier.model.environment import Manager
from verifier.model.project import Lockfile, LockKind
from verifier.vercel.managers import (
    PNPM_10_FROM,
    ManagerFault,
    is_frozen_by_default,
    select_manager,
)

NEW = PNPM_10_FROM + 1


def lock(kind: LockKind, version: str = "", folder: str = "") -> Lockfile:
    path = f"{folder}/{kind.value}" if folder else kind.value
    return Lockfile(path=path, kind=kind, version=version, committed=True)


@pytest.mark.parametrize(
    ("kinds", "manager"),
    [
        ((), Manager.NPM),
        ((LockKind.BUN, LockKind.YARN), Manager.BUN),
        ((LockKind.BUN_BINARY, LockKind.YARN, LockKind.NPM), Manager.BUN),
        ((LockKind.YARN, LockKind.PNPM, LockKind.NPM), Manager.YARN),
        ((LockKind.PNPM, LockKind.NPM), Manager.PNPM),
        ((LockKind.PNPM, LockKind.BUN), Manager.PNPM),
        ((LockKind.NPM, LockKind.BUN), Manager.NPM),
        ((LockKind.BUN_BINARY,), Manager.BUN),
        ((LockKind.VLT,), Manager.VLT),
        ((LockKind.SHRINKWRAP,), Manager.NPM),
    ],
)
def test_lockfile_precedence(kinds: tuple[LockKind, ...], manager: Manager) -> None:
    """The platform's order among several lockfiles."""
    selection = select_manager([lock(k, "9.0") for k in kinds], None, created_at_ms=NEW)
    assert selection.choice.manager is manager


def test_winner_and_losers_are_told() -> None:
    """The choice names the lockfile that won and those that lost."""
    npm, pnpm = lock(LockKind.NPM, "3"), lock(LockKind.PNPM, "9.0")
    selection = select_manager([npm, pnpm], None, created_at_ms=NEW)
    assert selection.winner is pnpm
    assert selection.losers == (npm,)
    assert "package-lock.json" in selection.choice.why


@pytest.mark.parametrize(
    ("version", "created", "major"),
    [
        ("5.3", NEW, 6),
        ("5.4", NEW, 7),
        ("6.0", NEW, 8),
        ("6.1", NEW, 8),
        ("7.0", NEW, 9),
        ("9.0", NEW, 10),
        ("9.0", PNPM_10_FROM - 1, 9),
        ("9.0", None, 9),
        ("4.0", NEW, None),
        ("unreadable", NEW, None),
    ],
)
def test_pnpm_major_follows_lockfile_and_age(
    version: str, created: int | None, major: int | None
) -> None:
    """A lockfile 9.0 means pnpm 10 only for projects that are young enough."""
    selection = select_manager([lock(LockKind.PNPM, version)], None, created_at_ms=created)
    assert selection.choice.major == major


@pytest.mark.parametrize(
    ("fields", "major"),
    [
        ({"packageManager": "pnpm@9.15.0"}, 9),
        ({"packageManager": "pnpm@11.1.0+sha512.abc"}, 11),
        ({"packageManager": "pnpm@8.0.0"}, 10),
        ({"packageManager": "yarn@4.0.0"}, 10),
        ({"devEngines": {"packageManager": {"name": "pnpm", "version": "^9"}}}, 9),
        ({"devEngines": {"packageManager": [{"name": "pnpm", "version": "11.x"}]}}, 11),
        ({"engines": {"pnpm": "^9"}}, 9),
        ({"engines": {"pnpm": ">=9"}}, 10),
    ],
)
def test_pins_that_fit_the_lockfile_select_the_major(fields: dict[str, object], major: int) -> None:
    """packageManager, devEngines and engines.pnpm count where they can read the lockfile."""
    pinned = manifest("package.json", json.dumps(fields))
    selection = select_manager([lock(LockKind.PNPM, "9.0")], pinned, created_at_ms=NEW)
    assert selection.choice.major == major
    assert selection.refusal is None


def test_engines_nobody_can_serve_are_refused() -> None:
    """The platform throws where a pin and engines.pnpm contradict each other."""
    pinned = manifest(
        "package.json", json.dumps({"packageManager": "pnpm@10.1.0", "engines": {"pnpm": "^9"}})
    )
    selection = select_manager([lock(LockKind.PNPM, "9.0")], pinned, created_at_ms=NEW)
    assert selection.refusal is not None
    assert selection.refusal.fault is ManagerFault.ENGINES_PNPM


def test_no_lockfile_means_npm_whatever_is_pinned() -> None:
    """Without corepack a packageManager field alone selects nothing."""
    pinned = manifest("package.json", json.dumps({"packageManager": "pnpm@10.1.0"}))
    assert select_manager([], pinned, created_at_ms=NEW).choice.manager is Manager.NPM
    with_corepack = select_manager([], pinned, created_at_ms=NEW, corepack=True)
    assert with_corepack.choice.manager is Manager.PNPM
    assert with_corepack.choice.major == 10


def test_corepack_refuses_another_managers_lockfile() -> None:
    """With corepack the lockfile has to be the pinned manager's."""
    pinned = manifest("package.json", json.dumps({"packageManager": "pnpm@10.1.0"}))
    selection = select_manager([lock(LockKind.NPM, "3")], pinned, created_at_ms=NEW, corepack=True)
    assert selection.refusal is not None
    assert selection.refusal.fault is ManagerFault.COREPACK_MISMATCH


def test_nearest_folder_with_a_lockfile_decides() -> None:
    """The search goes upward from the application and ends at the first lockfile."""
    files = [lock(LockKind.YARN, "1"), lock(LockKind.NPM, "3", "apps/web")]
    inner = select_manager(files, None, root="apps/web", created_at_ms=NEW)
    assert inner.choice.manager is Manager.NPM
    outer = select_manager(files, None, root="apps/docs", created_at_ms=NEW)
    assert outer.choice.manager is Manager.YARN


@pytest.mark.parametrize(("version", "frozen"), [("1", False), ("6", True), ("8", True)])
def test_only_later_yarn_is_frozen(version: str, frozen: bool) -> None:
    """yarn 1 rewrites its lockfile, later ones refuse."""
    selection = select_manager([lock(LockKind.YARN, version)], None, created_at_ms=NEW)
    assert is_frozen_by_default(selection.choice) is frozen
