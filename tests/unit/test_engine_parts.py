"""The parts of the engine that need no engine."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_patches import tree_of
from verifier.engine.archive import changed_paths, manifest_of
from verifier.engine.docker import _EventReader, _is_package_name, _Live, _parse_collected
from verifier.engine.jobs import packages_to_add, process_environment
from verifier.engine.logfile import LogFile
from verifier.engine.saved import run_from_json, run_to_json
from verifier.engine.snapshots import SnapshotIndex, SnapshotRecord, install_inputs
from verifier.model.environment import (
    Driver,
    Environment,
    InstalledTree,
    Manager,
    ManagerChoice,
    Origin,
    PackageSpec,
    Variable,
)
from verifier.model.recipe import Recipe
from verifier.model.run import Run, StepRecord
from verifier.model.secret import Secret

_MANIFEST: dict[str, Any] = {"name": "x", "scripts": {"build": "next build"}}


def _recipe(files: dict[str, bytes], *variables: Variable) -> Recipe:
    environment = Environment(
        name="clean",
        driver=Driver.PLATFORM,
        node_major=24,
        manager=ManagerChoice(manager=Manager.NPM),
        variables=variables,
    )
    return Recipe(source=tree_of(files), environment=environment)


def _key(recipe: Recipe) -> str:
    return install_inputs(recipe, salt=b"s", image="i", day="d").key


def _files(manifest: dict[str, Any] = _MANIFEST, **more: str) -> dict[str, bytes]:
    files = {"package.json": json.dumps(manifest).encode(), "package-lock.json": b"{}"}
    return files | {k.replace("__", "."): v.encode() for k, v in more.items()}


@pytest.mark.parametrize(
    ("more", "names", "installs_anew"),
    [
        ({}, set(), False),
        (
            {"any_pnpm": True},
            {"npm_config_manage_package_manager_versions", "pnpm_config_pm_on_fail"},
            True,
        ),
        (
            {"font_sheets": ("https://fonts.example/css2",)},
            {"NEXT_FONT_GOOGLE_MOCKED_RESPONSES", "VERIFIER_FONT_SHEETS"},
            False,
        ),
    ],
)
def test_stand_ins_reach_the_process_and_only_their_stage(
    more: dict[str, Any], names: set[str], installs_anew: bool
) -> None:
    """What the install cannot notice leaves its snapshot valid."""
    plain = _recipe(_files())
    other = replace(plain, environment=replace(plain.environment, **more))
    added = process_environment(other, {}).keys() - process_environment(plain, {}).keys()
    assert added == names
    assert (_key(other) != _key(plain)) is installs_anew
    assert (other.digest(b"s") != plain.digest(b"s")) is bool(more)


def test_source_code_does_not_touch_the_install() -> None:
    """An edited page keeps the snapshot valid."""
    assert _key(_recipe(_files(page__js="1"))) == _key(_recipe(_files(page__js="2")))


def test_a_build_script_does_not_touch_the_install() -> None:
    """An edited build script keeps the snapshot valid."""
    other = {**_MANIFEST, "scripts": {"build": "vite build"}}
    assert _key(_recipe(_files())) == _key(_recipe(_files(other)))


def test_of_vercel_json_only_the_install_is_read() -> None:
    """An output directory keeps the snapshot valid, another install command does not."""
    files = [
        _files() | {"vercel.json": body}
        for body in (b"{}", b'{"outputDirectory": "x"}', b'{"installCommand": "npm ci"}')
    ]
    plain, output, install = (_key(_recipe(f)) for f in files)
    assert plain == output == _key(_recipe(_files()))
    assert plain != install


def test_a_lockfile_touches_the_install() -> None:
    """Another lockfile needs another snapshot."""
    changed = {**_files(), "package-lock.json": b'{"a":1}'}
    assert _key(_recipe(_files())) != _key(_recipe(changed))


def test_a_lifecycle_script_may_read_any_file() -> None:
    """With a postinstall script, every source file and variable enters the key."""
    manifest = {**_MANIFEST, "scripts": {"postinstall": "node gen.js"}}
    one, two = _recipe(_files(manifest, page__js="1")), _recipe(_files(manifest, page__js="2"))
    assert _key(one) != _key(two)
    set_ = Variable(name="API", value=Secret("1"), origin=Origin.PRODUCTION)
    assert _key(one) != _key(_recipe(_files(manifest, page__js="1"), set_))


@pytest.mark.parametrize(
    ("command", "shared"),
    [
        ("npm ci --legacy-peer-deps", True),
        ("corepack enable && pnpm install --frozen-lockfile", True),
        ("cd .. && yarn --immutable", True),
        ("pnpm add sharp@0.33.5", True),
        ("npm ci && node setup.js", False),
        ("npm run setup && npm ci", False),
        ("npm install ./vendor/a.tgz", False),
        ("npm install --prefix=./vendor", False),
        ("sh install.sh", False),
        ("npm ci; node setup.js", False),
        ("cd $(node where.js) && npm ci", False),
    ],
)
def test_an_install_command_that_runs_something_may_read_any_file(
    command: str, shared: bool
) -> None:
    """Two projects alike but for a source file share a snapshot only where it cannot be read."""
    config = json.dumps({"installCommand": command}).encode()
    one = _recipe({**_files(page__js="1"), "vercel.json": config})
    two = _recipe({**_files(page__js="2"), "vercel.json": config})
    assert (_key(one) == _key(two)) is shared


def test_hooks_of_a_manager_may_read_any_file() -> None:
    """A pnpmfile is code that runs during the install."""
    hook = {".pnpmfile.cjs": b"require('./page.js')"}
    one, two = ({**_files(page__js=text), **hook} for text in ("1", "2"))
    assert _key(_recipe(one)) != _key(_recipe(two))


def test_a_variable_that_installs_read_touches_the_install() -> None:
    """NODE_ENV and npm settings enter the key, an application's variable does not."""
    plain = _recipe(_files())
    api = Variable(name="API_URL", value=Secret("1"), origin=Origin.PRODUCTION)
    node = Variable(name="NODE_ENV", value=Secret("production"), origin=Origin.PRODUCTION)
    assert _key(plain) == _key(_recipe(_files(), api))
    assert _key(plain) != _key(_recipe(_files(), node))


def test_without_a_lockfile_the_day_enters_the_key() -> None:
    """Ranges resolve to whatever the registry has that day."""
    recipe = _recipe({"package.json": b"{}"})
    keys = {install_inputs(recipe, salt=b"s", image="i", day=d).key for d in ("1", "2")}
    assert len(keys) == 2
    locked = _recipe(_files())
    assert len({install_inputs(locked, salt=b"s", image="i", day=d).key for d in ("1", "2")}) == 1


def test_secret_files_before_an_install_forbid_a_snapshot() -> None:
    """No image layer may hold an env file."""
    manifest = {**_MANIFEST, "scripts": {"postinstall": "x"}}
    tree = tree_of(_files(manifest) | {".env.local": b"A=1"}, secret=frozenset({".env.local"}))
    recipe = replace(_recipe(_files()), source=tree)
    assert not install_inputs(recipe, salt=b"s", image="i", day="d").may_snapshot
    assert ".env.local" not in manifest_of(tree)


def test_changed_paths_turn_one_manifest_into_another() -> None:
    """Only what differs is written, and what is gone is removed."""
    before = manifest_of(tree_of({"a": b"1", "b": b"2", "c": b"3"}))
    write, remove = changed_paths(tree_of({"a": b"1", "b": b"x", "d": b"4"}), before)
    assert (write, remove) == (["b", "d"], ["c"])


def test_events_and_log_are_told_apart_however_they_are_cut(tmp_path: Path) -> None:
    """Events never reach the log, whatever pieces the stream comes in."""
    event = b'\x1enonce {"event":"start","phase":"build","command":"npm run build","t":1}\n'
    end = b'\x1enonce {"event":"end","phase":"build","command":"npm run build","code":1,"t":3}\n'
    stream = b"one\n" + event + b"two\n" + end + b"three\n"
    for size in (1, 3, 7, len(stream)):
        live = _Live()
        with LogFile(tmp_path / f"{size}.log", limit_bytes=10_000) as log:
            reader = _EventReader(
                nonce="nonce", log=log, live=live, progress=lambda _l: None, install_log=b"",
                on_boundary=lambda: None, on_disk=lambda _why: None,
            )  # fmt: skip
            for at in range(0, len(stream), size):
                reader.feed(stream[at : at + size])
            reader.finish()
        assert (tmp_path / f"{size}.log").read_bytes() == b"one\ntwo\nthree\n"
        assert [(s.command, s.exit_code, s.seconds) for s in live.spawns] == [
            ("npm run build", 1, 2.0)
        ]


def test_a_forged_event_with_another_nonce_is_only_log(tmp_path: Path) -> None:
    """The project cannot speak for the launcher."""
    live = _Live()
    with LogFile(tmp_path / "log", limit_bytes=10_000) as log:
        reader = _EventReader(
            nonce="right", log=log, live=live, progress=lambda _l: None, install_log=b"",
            on_boundary=lambda: None, on_disk=lambda _why: None,
        )  # fmt: skip
        reader.feed(b'\x1ewrong {"event":"boundary"}\n')
        reader.finish()
    assert reader.events == []


def test_a_long_log_keeps_head_and_tail(tmp_path: Path) -> None:
    """Beyond the limit the middle goes, and the file says so."""
    with LogFile(tmp_path / "log", limit_bytes=2_000) as log:
        for number in range(10_000):
            log.write(f"line {number}\n".encode())
    text = (tmp_path / "log").read_text()
    assert text.startswith("line 0\n")
    assert text.endswith("line 9999\n")
    assert "bytes left out" in text
    assert len(text) < 2_500


def test_malformed_collections_are_no_exception() -> None:
    """What a hostile container reports is data."""
    values: list[object] = [None, [], 3, {"memory": 1, "output": [], "installed": 5}]
    for value in values:
        assert isinstance(_parse_collected(value, oom=False), dict)


def test_package_names_cannot_smuggle_paths_or_commands() -> None:
    """Only names that npm would take reach a shell."""
    assert all(_is_package_name(n) for n in ("dayjs", "@scope/name", "lodash.get"))
    assert not any(
        _is_package_name(n) for n in ("../x", "a/b/c", "-rf", "a;b", "$(x)", "", "@a", ".bin")
    )


def test_a_snapshot_record_survives_a_round_trip(tmp_path: Path) -> None:
    """What is remembered is read back; a damaged record counts as none."""
    index = SnapshotIndex(tmp_path / "s")
    record = SnapshotRecord(
        image="sha", manifest={"a": "1"}, installed=({"cwd": "/", "command": "x"},),
        seconds=1.5, log="ok",
    )  # fmt: skip
    index.put("k", record)
    assert index.get("k") == record
    (tmp_path / "s" / "k.json").write_text("{")
    assert index.get("k") is None


def test_a_saved_run_hides_secrets_and_reads_back(tmp_path: Path) -> None:
    """Recorded runs replay as they were, but for masked values."""
    log = tmp_path / "log"
    log.write_text("token hunter2-long\nend\n")
    run = Run(
        id="r", label="clean", recipe_digest="d", driver="platform",
        steps=(StepRecord(name="build", exit_code=1, seconds=2.0),), log_path=log,
        collected={"x": "hunter2-long"},
    )  # fmt: skip
    saved = run_to_json(run, hide=["hunter2-long"])
    assert "hunter2" not in json.dumps(saved)
    again = run_from_json(saved, tmp_path / "again")
    assert list(again.log_lines())[:1] == ["token ********"]
    assert again.steps == run.steps


def test_snapshots_longest_unused_go_first(tmp_path: Path) -> None:
    """The bound counts use, not age: a snapshot read again stays."""
    index = SnapshotIndex(tmp_path)
    record = SnapshotRecord(image="sha", manifest={}, installed=(), seconds=0.0, log="")
    for number, key in enumerate(("old", "used", "new")):
        index.put(key, record)
        os.utime(tmp_path / f"{key}.json", (number, number))
    assert index.get("used") is not None
    assert index.beyond(1, 1 << 40) == ["new", "old"]
    assert index.beyond(3, 1 << 40) == []


def test_snapshots_are_bounded_in_bytes_too(tmp_path: Path) -> None:
    """The most recently used stay as long as all that stay fit into the bound."""
    index = SnapshotIndex(tmp_path)
    for number, (key, size) in enumerate((("old", 4), ("middle", 5), ("new", 3))):
        index.put(
            key,
            SnapshotRecord(
                image="sha", manifest={}, installed=(), seconds=0.0, log="", size_bytes=size
            ),
        )
        os.utime(tmp_path / f"{key}.json", (number, number))
    assert index.beyond(9, 12) == []
    assert index.beyond(9, 8) == ["old"]
    assert index.beyond(9, 7) == ["middle", "old"]


@pytest.mark.parametrize(
    ("removed", "brought", "added"),
    [
        ((), (), ["uuid"]),
        (("uuid",), (), ["uuid"]),
        (("uuid",), ("uuid",), ["uuid"]),
        ((), ("uuid",), []),
    ],
)
def test_a_package_that_is_exchanged_comes_back(
    removed: tuple[str, ...], brought: tuple[str, ...], added: list[str]
) -> None:
    """A tree without the package would fail for another reason than its version."""
    tree = InstalledTree(added=(PackageSpec(name="uuid", version="9.0.1"),), removed=removed)
    places = {f"/vercel/node_modules/{name}" for name in brought}
    assert [p.name for p in packages_to_add(tree, places)] == added
