"""The two recipes of a project."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.plan_world import World, imports, revealed
from verifier.model.environment import Driver, Manager, Origin, Settings, TreeMode
from verifier.model.outcome import Stage
from verifier.model.project import LocalMachine, Lockfile, LockKind, Problem
from verifier.plan import LocalMode, SourceMode

MACHINE = LocalMachine(
    has_evidence=True,
    node_version="v22.3.0",
    manager=Manager.NPM,
    installed={"next": "15.5.7"},
    tree_path="/somewhere/node_modules",
    native_platform="linux-x64-gnu",
)


def test_clean_side_gets_what_git_delivers() -> None:
    """Untracked files, env files and ignored ones stay out; committed ones stay in."""
    world = World(
        committed={"a.ts": "1", ".env": "A=1\n", ".vercel/.env.production.local": "B=2\n"},
        disk={"b.ts": "2", ".env.local": "C=3\n"},
    )
    assert set(world.plan().clean.source) == {"a.ts", ".env", "package.json"}


def test_vercelignore_takes_files_away() -> None:
    """What .vercelignore names is deleted from the checkout."""
    world = World(
        committed={".vercelignore": "docs\n", "docs/a.md": "", "src/a.ts": ""},
        vercelignore=("docs",),
    )
    assert "docs/a.md" not in world.plan().clean.source


def test_upload_takes_what_lies_on_disk() -> None:
    """A deployment by the command line sends untracked files."""
    world = World(committed={"a.ts": "1"}, disk={"b.ts": "2"})
    assert "b.ts" in world.plan(source=SourceMode.UPLOAD).clean.source


def test_clean_side_is_driven_by_the_platform() -> None:
    """Installed anew, by the platform's build, in the plan's machine."""
    environment = World(framework="vite").plan(plan="pro").clean.environment
    assert environment.driver is Driver.PLATFORM
    assert environment.tree.mode is TreeMode.FRESH
    assert environment.settings.framework == "vite"
    assert environment.limits.cpus == 4.0
    assert revealed(World().plan().clean, "CI") == "1"


def test_production_variables_reach_the_process() -> None:
    """Values of the production scope are there, hidden ones are recorded without a value."""
    clean = World(production={"A": "1", "B": None, "VERCEL_URL": "", "TZ": "x"}).plan().clean
    assert revealed(clean, "A") == "1"
    hidden = clean.environment.variable("B")
    assert hidden is not None
    assert hidden.value is None
    assert hidden.origin is Origin.PRODUCTION
    assert revealed(clean, "VERCEL_URL")
    assert clean.environment.variable("TZ") is None


def test_hidden_values_can_have_stand_ins() -> None:
    """On request a hidden value is replaced by one of its shape, so that it is present."""
    plan = World(production={"DATABASE_URL": None, "OTHER": "1"}).plan(stand_ins=True)
    assert (revealed(plan.clean, "DATABASE_URL") or "").startswith("postgresql://")
    told = [n for n in plan.notes if "stands in" in n]
    assert told == [
        "the value of DATABASE_URL is hidden on the platform; a database URL stands in for it here"
    ]


def test_owner_may_override_build_flags() -> None:
    """A project may set CI itself, as some do to silence warnings."""
    assert revealed(World(production={"CI": "false"}).plan().clean, "CI") == "false"


def test_what_only_a_pull_writes_never_hides_what_the_build_has() -> None:
    """Empty system variables, their prefixed copies and the remote cache come from a pull."""
    pulled = {
        "NEXT_PUBLIC_VERCEL_URL": "",
        "TURBO_REMOTE_ONLY": "true",
        "VERCEL_URL": "",
        "VERCEL_TOKEN_OF_OURS": "kept",
    }
    environment = World(production=pulled).plan().clean.environment
    values = {v.name: v.value.reveal() for v in environment.variables if v.value is not None}
    assert values["VERCEL_URL"].endswith(".vercel.app")
    assert values["NEXT_PUBLIC_VERCEL_URL"] == values["VERCEL_URL"]
    assert "TURBO_REMOTE_ONLY" not in values
    assert values["VERCEL_TOKEN_OF_OURS"] == "kept"


def test_variables_of_the_configuration_file_reach_the_build() -> None:
    """`build.env` of vercel.json counts; a secret it only names is present without a value."""
    config = '{"build": {"env": {"REGION": "north", "TOKEN": "@token", "MINE": "file"}}}'
    world = World(committed={"vercel.json": config}, production={"MINE": "dashboard"})
    environment = world.plan().clean.environment
    found = {n: environment.variable(n) for n in ("REGION", "TOKEN", "MINE")}
    assert all(v is not None for v in found.values())
    shown = {n: v.value and v.value.reveal() for n, v in found.items() if v is not None}
    assert shown == {"REGION": "north", "TOKEN": None, "MINE": "dashboard"}


def test_prefixed_system_variables_follow_the_framework() -> None:
    """Vite projects get VITE_ copies of the system variables."""
    clean = World(framework="vite").plan().clean
    assert revealed(clean, "VITE_VERCEL_ENV") == "production"
    assert clean.environment.variable("NEXT_PUBLIC_VERCEL_ENV") is None


def test_engines_select_node_and_name_it() -> None:
    """engines.node of the nearest package.json counts."""
    world = World(committed={"package.json": '{"engines": {"node": "22.x"}}'})
    assert world.plan().clean.environment.node_major == 22


def test_refused_node_is_known_before_any_run() -> None:
    """The refusal is an outcome with the platform's own words; a recipe exists all the same."""
    plan = World(committed={"package.json": '{"engines": {"node": "18.x"}}'}).plan()
    assert plan.refusal is not None
    assert plan.refusal.signature is not None
    assert plan.refusal.signature.stage is Stage.TOOLCHAIN
    assert plan.refusal.signature.error_class == "node-version-invalid"
    assert plan.clean.environment.node_major == 24


def test_fatal_problem_is_refused_at_fetch() -> None:
    """What the platform rejects in vercel.json comes before everything else."""
    problem = Problem(what="unknown key", why="no such key", file="vercel.json", fatal=True)
    plan = World(problems=(problem, replace(problem, fatal=False))).plan()
    assert [o.signature.stage for o in plan.refusals if o.signature] == [Stage.FETCH]


@pytest.mark.parametrize(
    ("line", "refused"), [("use-node-version=20", True), ("# use-node-version", False)]
)
def test_node_in_npmrc_is_refused(line: str, refused: bool) -> None:
    """The platform aborts on use-node-version, not on a comment about it."""
    plan = World(committed={".npmrc": f"{line}\n"}).plan()
    assert (plan.refusal is not None) is refused


def test_missing_root_directory_is_refused() -> None:
    """A root directory without any file cannot be built."""
    world = World(settings=Settings(root_directory="web"))
    assert world.plan().refusal is not None
    assert World(root="web").plan().refusal is None


def test_no_local_side_without_evidence() -> None:
    """A fresh clone has no local side, unless somebody asks for one."""
    world = World(machine=LocalMachine())
    assert world.plan().local is None
    assert world.plan(local=LocalMode.REPLAY).local is not None
    assert World(machine=MACHINE).plan(local=LocalMode.NONE).local is None


def test_local_side_is_what_the_developer_does() -> None:
    """Their files, their Node.js, their packages, their script, without the platform's flags."""
    local = World(machine=MACHINE, disk={".env.local": "A=1\n"}).plan().local
    assert local is not None
    environment = local.environment
    assert ".env.local" in local.source
    assert environment.node_major == 22
    assert environment.driver is Driver.SCRIPT
    assert environment.build_script == "npm run build"
    assert environment.tree.mode is TreeMode.AS_FOUND
    assert environment.variable("CI") is None
    assert environment.variable("VERCEL") is None


def test_tree_of_another_system_is_installed_anew() -> None:
    """Native packages of a Mac do not run here; what nobody declares is added."""
    machine = replace(
        MACHINE, native_platform="darwin-arm64", installed={"dayjs": "1.11.0", "left": "1.0.0"}
    )
    world = World(machine=machine, imports=imports("a.ts", "dayjs"))
    local = world.plan().local
    assert local is not None
    assert local.environment.tree.mode is TreeMode.FRESH
    assert [p.name for p in local.environment.tree.added] == ["dayjs"]
    assert any("darwin" in n for n in world.plan().notes)


def test_local_install_flags_are_kept() -> None:
    """A flag in the user's settings of npm belongs to the local install."""
    machine = replace(MACHINE, npmrc={"legacy-peer-deps": "true"}, tree_path=None)
    local = World(machine=machine).plan().local
    assert local is not None
    assert local.environment.tree.install_command == "npm install --no-audit --legacy-peer-deps"


def test_packages_from_above_are_added() -> None:
    """What a folder above the project provides is put into the local side."""
    local = World(machine=replace(MACHINE, outer={"dayjs": "1.11.0"})).plan().local
    assert local is not None
    assert [p.name for p in local.environment.tree.added] == ["dayjs"]


@pytest.mark.parametrize(("version", "major"), [("v18.1.0", 20), ("v23.0.0", 24), ("v20.1.0", 20)])
def test_nearest_replayable_node_stands_in(version: str, major: int) -> None:
    """A major the image lacks is replaced by the nearest, and a note says so."""
    plan = World(machine=replace(MACHINE, node_version=version)).plan()
    assert plan.local is not None
    assert plan.local.environment.node_major == major
    assert any("cannot be replayed" in n for n in plan.notes) is (version != "v20.1.0")


def test_framework_command_is_run_without_a_build_script() -> None:
    """A project without a build script is built by its framework's command."""
    local = World(committed={"package.json": "{}"}, machine=MACHINE).plan().local
    assert local is not None
    assert (local.environment.build_script or "").endswith("next build")
    static = World(committed={"package.json": "{}"}, framework=None, machine=MACHINE).plan().local
    assert static is not None
    assert static.environment.build_script == "true"


def test_shell_variables_are_present_by_a_stand_in() -> None:
    """Names the developer says are set in the shell are set on the local side."""
    local = World(machine=MACHINE, config={"local": {"env": ("API_URL",)}}).plan().local
    assert local is not None
    assert revealed(local, "API_URL") == "https://example.com"


def test_local_lockfile_is_not_the_platforms() -> None:
    """A lockfile that is not committed does not select the platform's manager."""
    lock = Lockfile(path="pnpm-lock.yaml", kind=LockKind.PNPM, version="9.0", committed=False)
    machine = replace(MACHINE, manager=None)
    plan = World(disk={"pnpm-lock.yaml": "x"}, lockfiles=(lock,), machine=machine).plan()
    assert plan.clean.environment.manager.manager is Manager.NPM
    assert plan.local is not None
    assert plan.local.environment.manager.manager is Manager.PNPM


def test_differences_never_show_values() -> None:
    """The comparison names variables and files, and no value of either side."""
    plan = World(
        machine=MACHINE,
        disk={".env.local": "A=hunter22\nB=hunter23\n", "x.ts": ""},
        production={"A": "hunter24", "C": "hunter25"},
    ).plan()
    text = repr(plan.differences)
    assert "hunter" not in text
    groups = {g.subject: {c.subject for c in g.children} for g in plan.differences}
    assert groups["variables"] == {"A", "B", "C"}
    assert groups["files"] == {"x.ts", ".env.local"}
    assert "node" in groups["toolchain"]


def test_equal_projects_have_equal_plans() -> None:
    """Planning is a function: the same project gives the same recipes."""
    world = World(machine=MACHINE, disk={".env.local": "A=1\n"}, production={"B": "2"})
    one, two = world.plan(), world.plan()
    assert one.clean.digest(b"s") == two.clean.digest(b"s")
    assert one.local is not None
    assert two.local is not None
    assert one.local.digest(b"s") == two.local.digest(b"s")
