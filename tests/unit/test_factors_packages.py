"""Changes of packages, managers, lockfiles and Node.js."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.plan_world import World, broken, imports, reads, repaired
from verifier.factors import all_changes
from verifier.factors._install import without_loosening
from verifier.model.change import RemedyKind
from verifier.model.environment import Manager, Settings, TreeMode
from verifier.model.project import LocalMachine, Lockfile, LockKind
from verifier.model.recipe import Recipe

NPM = Lockfile(
    path="package-lock.json",
    kind=LockKind.NPM,
    version="3",
    committed=True,
    packages={"next": "15.5.7", "dayjs/node_modules/x": "1.0.0"},
)
PNPM = Lockfile(
    path="pnpm-lock.yaml",
    kind=LockKind.PNPM,
    version="9.0",
    committed=True,
    packages={"next": "15.5.7", "ms": "2.1.3"},
)
MACHINE = LocalMachine(
    has_evidence=True,
    node_version="v24.0.0",
    manager=Manager.NPM,
    installed={"next": "15.5.7", "dayjs": "1.11.0"},
    tree_path="/somewhere/node_modules",
    native_platform="linux-x64-gnu",
)
BASE = World(
    committed={"package-lock.json": "{}", "a.ts": ""},
    imports=imports("a.ts", "dayjs"),
    lockfiles=(NPM,),
    machine=MACHINE,
)


def dependencies(recipe: Recipe, group: str = "dependencies") -> dict[str, str]:
    found = json.loads(recipe.source.text("package.json") or "{}").get(group, {})
    assert isinstance(found, dict)
    return found


def test_undeclared_package_moves_both_ways() -> None:
    """The repair declares the version found; the break takes it out of the tree."""
    clean, local, changes = BASE.sides()
    change = changes["package:dayjs"]
    assert dependencies(repaired(change, clean)) == {"dayjs": "1.11.0"}
    assert broken(change, local).environment.tree.removed == ("dayjs",)
    assert change.locations == ("a.ts:1", "package.json")
    assert change.prior >= 0.5


def test_hoisted_package_is_no_change() -> None:
    """A package that the lockfile brings to the top may be imported undeclared."""
    lock = replace(NPM, packages={**NPM.packages, "dayjs": "1.11.0"})
    assert not replace(BASE, lockfiles=(lock,)).changes("package")


def test_pnpm_hoists_nothing() -> None:
    """pnpm keeps undeclared packages out of reach, even if it installs them."""
    world = replace(
        BASE,
        committed={"pnpm-lock.yaml": "x", "a.ts": ""},
        imports=imports("a.ts", "ms"),
        lockfiles=(PNPM,),
        machine=LocalMachine(),
    )
    change = world.changes("package")["package:ms"]
    made = repaired(change, world.plan().clean)
    assert dependencies(made) == {"ms": "2.1.3"}
    assert "--no-frozen-lockfile" in (made.environment.settings.install_command or "")


def test_stale_lockfile_stays_visible_beside_a_package() -> None:
    """Where letting the install loose would hide drift, the package is only installed."""
    world = replace(
        BASE,
        committed={"pnpm-lock.yaml": "x", "a.ts": ""},
        lockfiles=(replace(PNPM, drifted=("zod",)),),
        machine=replace(MACHINE, manager=Manager.PNPM),
    )
    clean, _, changes = world.sides()
    made = repaired(changes["package:dayjs"], clean)
    assert made.environment.settings.install_command is None
    assert [p.name for p in made.environment.tree.added] == ["dayjs"]


@pytest.mark.parametrize("name", ["fs", "node:path", "../x", "~/lib", "$app/stores", "Bad Name"])
def test_what_no_registry_has_is_no_package(name: str) -> None:
    """Built-in modules and aliases are not packages."""
    assert not replace(BASE, imports=imports("a.ts", name)).sides()[2].get(f"package:{name}")


def test_unread_package_of_the_tree_weighs_little() -> None:
    """A package nobody imports may still be needed, by name in a configuration."""
    world = replace(BASE, imports=(), machine=MACHINE)
    change = world.changes("package")["package:dayjs"]
    assert change.prior <= 0.1


def test_package_from_above_is_a_change() -> None:
    """A package that only a folder above the project has is missing on the platform."""
    world = replace(
        BASE, machine=replace(MACHINE, installed={"next": "15.5.7"}, outer={"dayjs": "1.11.0"})
    )
    _, local, changes = world.sides()
    made = broken(changes["package:dayjs"], local)
    assert made.environment.tree.added == ()
    assert "above" in changes["package:dayjs"].stands_for


def test_unknown_version_is_admitted() -> None:
    """Without any version the trial takes the newest, and the remedy says so."""
    world = replace(BASE, machine=LocalMachine())
    change = world.changes("package")["package:dayjs"]
    assert dependencies(repaired(change, world.plan().clean)) == {"dayjs": "latest"}
    assert "newest" in change.remedy_summary


def test_manifest_edited_on_disk_explains_its_packages() -> None:
    """A declaration that is not committed yet is a change of that file alone."""
    world = replace(BASE, disk={"package.json": '{"dependencies": {"dayjs": "1.11.0"}}'})
    found = world.sides()[2]
    assert "package:dayjs" not in found
    assert "file:package.json" in found


def test_workspace_manifest_gets_the_dependency() -> None:
    """The declaration goes to the workspace whose file imports the package."""
    world = replace(
        BASE,
        root="apps/web",
        committed={"package.json": "{}", "package-lock.json": "{}", "apps/web/a.ts": ""},
        imports=imports("apps/web/a.ts", "dayjs"),
    )
    clean, _, changes = world.sides()
    made = repaired(changes["package:dayjs"], clean)
    assert '"dayjs"' in (made.source.text("apps/web/package.json") or "")
    assert made.source.text("package.json") == "{}"


def test_node_is_pinned_where_the_platform_has_it() -> None:
    """The local major, if it is offered, becomes a pin; the break runs the platform's."""
    world = World(machine=replace(MACHINE, node_version="v22.1.0"))
    clean, local, changes = world.sides()
    made = repaired(changes["node"], clean)
    assert dependencies(made, "engines") == {"node": "22.x"}
    assert made.environment.node_major == 22
    assert broken(changes["node"], local).environment.node_major == 24


def test_node_that_is_gone_can_only_be_tried() -> None:
    """Nobody should ship a major the platform refuses."""
    world = World(machine=replace(MACHINE, node_version="v20.1.0"))
    clean, _, changes = world.sides()
    made = repaired(changes["node"], clean)
    assert changes["node"].remedy_kind is RemedyKind.NONE
    assert made.environment.node_major == 20
    assert made.environment.settings.node_version == "24.x"
    assert made.source.digest() == clean.source.digest()


def test_refused_node_is_repaired_by_a_pin() -> None:
    """engines that nothing serves are replaced; the place is named."""
    world = World(committed={"package.json": '{\n  "engines": {\n    "node": "18.x"\n  }\n}\n'})
    change = world.changes("node")["node"]
    assert change.subject == "engines.node"
    assert change.locations == ("package.json:3",)
    made = repaired(change, world.plan().clean)
    assert dependencies(made, "engines") == {"node": "24.x"}


@pytest.mark.parametrize(("engines", "has_counterpart"), [("18.x", False), (">=20", True)])
def test_a_refused_range_has_no_counterpart_on_a_laptop(
    engines: str, *, has_counterpart: bool
) -> None:
    """Only the platform refuses a range; another major alone is a difference of both sides."""
    manifest = json.dumps({"engines": {"node": engines}})
    world = World(
        committed={"package.json": manifest}, machine=replace(MACHINE, node_version="v22.1.0")
    )
    _, _, changes = world.sides()
    assert (changes["node"].break_local is not None) is has_counterpart


def two_lockfiles(machine: LocalMachine) -> World:
    return World(
        committed={"package-lock.json": "{}", "pnpm-lock.yaml": "x"},
        lockfiles=(NPM, replace(PNPM, drifted=("zod",))),
        machine=machine,
    )


def test_stale_lockfile_of_another_manager_is_deleted() -> None:
    """The developer's manager tells which lockfile is the forgotten one."""
    world = two_lockfiles(MACHINE)
    clean, local, changes = world.sides()
    change = changes["manager:npm"]
    made = repaired(change, clean)
    assert "pnpm-lock.yaml" not in made.source
    assert made.environment.manager.manager is Manager.NPM
    assert change.subject == "pnpm-lock.yaml"
    undone = broken(change, local)
    assert undone.environment.manager.manager is Manager.PNPM
    assert undone.environment.tree.mode is TreeMode.FRESH


def test_drift_gives_way_to_the_used_lockfile() -> None:
    """Two repairs of one failure are never applied together."""
    found = two_lockfiles(MACHINE).sides()[2]
    drift = found["lockfile-drift:pnpm-lock.yaml"]
    assert drift.excludes == ("manager:npm",)
    assert drift.prior < found["manager:npm"].prior


def test_each_lockfile_may_be_the_used_one() -> None:
    """Without a local side either lockfile might be kept."""
    world = two_lockfiles(LocalMachine())
    clean, _, changes = world.sides()
    made = repaired(changes["manager:npm"], clean)
    assert {p for p in made.source if "lock" in p} == {"package-lock.json"}


def test_other_major_of_pnpm_is_pinned() -> None:
    """packageManager takes the platform to the local major where the lockfile allows it."""
    world = World(
        committed={"pnpm-lock.yaml": "x"},
        lockfiles=(PNPM,),
        settings=Settings(),
        machine=replace(MACHINE, manager=Manager.PNPM, manager_version="10.4.1"),
    )
    clean, _, changes = world.sides()
    made = repaired(changes["manager:pnpm@10"], clean)
    assert '"packageManager": "pnpm@10.4.1"' in (made.source.text("package.json") or "")
    assert clean.environment.manager.major == 9


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (None, "env -u NODE_ENV pnpm install --no-frozen-lockfile"),
        ("pnpm i --frozen-lockfile", "pnpm install --no-frozen-lockfile"),
        ("cd ../.. && pnpm install", "cd ../.. && pnpm install --no-frozen-lockfile"),
    ],
)
def test_drift_is_repaired_by_a_loose_install(command: str | None, expected: str) -> None:
    """Only an install can complete a lockfile; the command says so, once."""
    world = World(
        committed={"pnpm-lock.yaml": "x"},
        lockfiles=(replace(PNPM, drifted=("zod",)),),
        settings=Settings(install_command=command),
        machine=LocalMachine(),
    )
    change = world.changes("lockfile-drift")["lockfile-drift:pnpm-lock.yaml"]
    made = repaired(change, world.plan().clean)
    assert made.environment.settings.install_command == expected
    assert repaired(change, made).environment == made.environment


def test_command_in_vercel_json_is_loosened_there() -> None:
    """vercel.json wins over the settings, so that is where the trial edits."""
    world = World(
        committed={"pnpm-lock.yaml": "x", "vercel.json": '{"installCommand": "pnpm install"}'},
        lockfiles=(replace(PNPM, drifted=("zod",)),),
        machine=LocalMachine(),
    )
    change = world.changes("lockfile-drift")["lockfile-drift:pnpm-lock.yaml"]
    made = repaired(change, world.plan().clean)
    assert "--no-frozen-lockfile" in (made.source.text("vercel.json") or "")


def test_npm_drift_is_no_change() -> None:
    """npm install repairs a lockfile silently, unless a command asks for npm ci."""
    lock = replace(NPM, drifted=("zod",))
    world = World(committed={"package-lock.json": "{}"}, lockfiles=(lock,))
    assert not world.changes("lockfile-drift")
    strict = replace(world, settings=Settings(install_command="npm ci"))
    change = strict.changes("lockfile-drift")["lockfile-drift:package-lock.json"]
    made = repaired(change, strict.plan().clean)
    assert made.environment.settings.install_command == "npm install"


def test_missing_native_package_is_declared_at_the_known_version() -> None:
    """Less moves than with a lockfile written anew."""
    name = "@rollup/rollup-linux-x64-gnu"
    lock = replace(
        NPM,
        missing_platform=(name,),
        packages={"rollup": "4.1.0", "@rollup/rollup-darwin-arm64": "4.1.0"},
    )
    world = World(committed={"package-lock.json": "{}"}, lockfiles=(lock,))
    clean, _, changes = world.sides()
    made = repaired(changes[f"native:{name}"], clean)
    assert dependencies(made, "optionalDependencies") == {name: "4.1.0"}
    unknown = replace(world, lockfiles=(replace(lock, packages={"rollup": "4.1.0"}),))
    clean, _, changes = unknown.sides()
    assert "package-lock.json" not in repaired(changes[f"native:{name}"], clean).source


def test_found_tree_and_flags_are_changes() -> None:
    """A fresh install, and one without the laptop's flag, are breaks of the local side."""
    machine = replace(MACHINE, npmrc={"legacy-peer-deps": "true"})
    clean, local, changes = replace(BASE, machine=machine).sides()
    assert broken(changes["tree:fresh"], local).environment.tree.mode is TreeMode.FRESH
    flag = changes["install-flag:legacy-peer-deps"]
    assert broken(flag, local).environment.tree.install_command is None
    assert repaired(flag, clean).source.text(".npmrc") == "legacy-peer-deps=true\n"
    assert flag.prior > 0.2


def test_node_env_matters_to_a_custom_install_only() -> None:
    """The default install never sees NODE_ENV."""
    world = World(production={"NODE_ENV": "production"})
    assert not world.changes("tree")
    custom = replace(world, settings=Settings(install_command="npm install"))
    clean, _, changes = custom.sides()
    assert repaired(changes["tree:NODE_ENV"], clean).environment.variable("NODE_ENV") is None


def test_driver_changes_are_never_a_fix() -> None:
    """What the platform's build does can be tried, and nobody should ship its absence."""
    clean, local, changes = BASE.sides()
    found = [c for c in changes.values() if c.family == "driver"]
    assert {c.id for c in found} == {"driver:ci", "driver:variables", "driver:platform"}
    assert all(c.remedy_kind is RemedyKind.NONE and c.coarse for c in found)
    assert broken(changes["driver:ci"], local).environment.variable("CI") is not None
    assert repaired(changes["driver:ci"], clean).environment.variable("CI") is None


TURBO = '{\n  "tasks": {\n    "build": {\n      "outputs": []\n    }\n  }\n}\n'
WORKSPACE = World(
    root="apps/web",
    committed={"turbo.json": TURBO, "package.json": "{}", "apps/web/a.ts": ""},
    production={"API_URL": "https://a.example"},
    env_reads=reads(("API_URL", "apps/web/a.ts", 1)),
    machine=LocalMachine(),
)


def test_task_runner_hides_what_it_does_not_name() -> None:
    """A variable that is set reaches no task unless turbo.json names it."""
    clean, _, changes = WORKSPACE.sides()
    change = changes["task-env:API_URL"]
    made = repaired(change, clean)
    config = json.loads(made.source.text("turbo.json") or "")
    assert config["tasks"]["build"]["env"] == ["API_URL"]
    assert change.locations[0] == "turbo.json:3"
    assert "env-var:API_URL" not in changes


@pytest.mark.parametrize(
    "config",
    [
        {"tasks": {"build": {"env": ["API_*"]}}},
        {"tasks": {"build": {"passThroughEnv": ["API_URL"]}}},
        {"globalEnv": ["API_URL"], "tasks": {"build": {}}},
        {"envMode": "loose", "tasks": {"build": {}}},
        {"pipeline": {"build": {}}},
    ],
)
def test_task_runner_lets_named_variables_through(config: dict[str, object]) -> None:
    """A pattern, a pass-through, the loose mode and turbo 1 hide nothing."""
    committed = {**WORKSPACE.committed, "turbo.json": json.dumps(config)}
    assert not replace(WORKSPACE, committed=committed).changes("task-env")


def test_project_without_a_task_runner_has_no_filter() -> None:
    """turbo.json alone changes nothing where no command runs turbo."""
    world = World(
        committed={"turbo.json": TURBO},
        production={"API_URL": "https://a.example"},
        env_reads=reads(("API_URL", "a.ts", 1)),
    )
    assert not world.changes("task-env")


def test_order_of_changes_is_that_of_their_priors() -> None:
    """The likeliest change comes first."""
    plan = BASE.plan()
    found = all_changes(BASE.project(), plan.clean, plan.local)
    assert [c.prior for c in found] == sorted((c.prior for c in found), reverse=True)


def test_other_installed_version_is_a_change() -> None:
    """A found version the lockfile does not hold is pinned, or exchanged for the locked one."""
    world = replace(
        BASE,
        committed={
            "package.json": '{"dependencies": {"next": "^15.0.0"}}',
            "package-lock.json": "x",
        },
        machine=replace(MACHINE, installed={"next": "15.4.0"}),
        imports=(),
    )
    clean, local, changes = world.sides()
    assert dependencies(repaired(changes["version:next"], clean)) == {"next": "15.4.0"}
    tree = broken(changes["version:next"], local).environment.tree
    assert tree.removed == ("next",)
    assert [(p.name, p.version) for p in tree.added] == [("next", "15.5.7")]


@pytest.mark.parametrize(
    ("asked", "names"), [("15.5.7", ["version:next"]), ("15.5.6", []), ("15.4.0", [])]
)
def test_a_version_tried_out_and_not_written_down_is_a_change(asked: str, names: list[str]) -> None:
    """An exact version may be installed otherwise too; one the lockfile lacks is another matter."""
    world = replace(
        BASE,
        committed={
            "package.json": f'{{"dependencies": {{"next": "{asked}"}}}}',
            "package-lock.json": "x",
        },
        machine=replace(MACHINE, installed={"next": "15.4.0"}),
        imports=(),
    )
    assert list(world.changes("version")) == names


def test_ranges_without_a_lockfile_may_have_moved() -> None:
    """Where no lockfile is committed the found version can only be pinned."""
    world = World(
        committed={"package.json": '{"dependencies": {"next": "^15.0.0", "react": "19.0.0"}}'},
        machine=replace(MACHINE, installed={"next": "15.4.0", "react": "19.0.0"}),
    )
    found = world.changes("version")
    assert list(found) == ["version:next"]
    assert found["version:next"].break_local is None


def test_loosened_command_never_ships() -> None:
    """What lets a trial complete the lockfile is taken back; another edit of the file is kept."""
    world = World(
        committed={"pnpm-lock.yaml": "x", "vercel.json": '{"installCommand": "pnpm install"}'},
        lockfiles=(replace(PNPM, drifted=("zod",)),),
        machine=LocalMachine(),
    )
    clean = world.plan().clean
    change = world.changes("lockfile-drift")["lockfile-drift:pnpm-lock.yaml"]
    loose = repaired(change, clean).source
    restored = without_loosening(world.project(), clean, loose)
    assert restored.text("vercel.json") == clean.source.text("vercel.json")
    meant = clean.source.with_bytes("vercel.json", b'{"installCommand": "npm ci"}')
    assert without_loosening(world.project(), clean, meant) is meant
