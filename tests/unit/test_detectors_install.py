"""Tests of the detectors about installs, lockfiles and the toolchain."""

from __future__ import annotations

import json

import pytest

from tests.unit.detectors_world import Case, repaired, subjects, suspects
from verifier.detectors import (
    detect_all,
    dev_dependencies_skipped,
    generated_code_missing,
    ignored_build_scripts,
    import_assertion,
    lockfile_drift,
    missing_binary,
    native_binary_missing,
    node_major_changed,
    node_version_refused,
    peer_conflict,
    stale_second_lockfile,
    task_env_filtered,
    unavailable_dependency,
)
from verifier.model.environment import Manager, Settings
from verifier.model.finding import Location
from verifier.model.project import LocalMachine, Lockfile, LockKind

INSTALL = {"code": "BUILD_UTILS_SPAWN_1", "message": 'Command "pnpm install" exited with 1'}


def manifest(**more: object) -> str:
    return json.dumps({"name": "x", **more}, indent=2) + "\n"


def lock(path: str, kind: LockKind, **more: object) -> Lockfile:
    given: dict[str, object] = {"path": path, "kind": kind, "version": "9.0", "committed": True}
    return Lockfile(**(given | more))  # type: ignore[arg-type]  # fields of Lockfile


ROLLUP = "@rollup/rollup-linux-x64-gnu"
NATIVE_LOG = [
    "> vite build",
    f"Error: Cannot find module {ROLLUP}. npm has a bug related to optional dependencies.",
    "    at requireWithFriendlyError (/vercel/path0/node_modules/rollup/dist/native.js:83:9)",
    "  [cause]: Error: Cannot find module '@rollup/rollup-linux-x64-gnu'",
]


def test_a_missing_native_package_leads_to_the_lockfile() -> None:
    """The lockfile that lacks the entry is evidence, its factor the suspect."""
    case = Case(
        files={"package.json": manifest(), "package-lock.json": "{}"},
        log=NATIVE_LOG,
        framework="vite",
        lockfiles=(lock("package-lock.json", LockKind.NPM, missing_platform=(ROLLUP,)),),
        changes=[f"native:{ROLLUP}", "native:lightningcss-linux-x64-gnu"],
    )
    found = native_binary_missing.detect(case.evidence())
    assert subjects(found) == [ROLLUP]
    assert suspects(found) == {f"native:{ROLLUP}": 0.85}


def test_a_lockfile_without_linux_alone_is_no_finding() -> None:
    """A lockfile that lacks an entry nobody missed accuses nothing."""
    case = Case(
        files={"package.json": manifest()},
        lockfiles=(lock("package-lock.json", LockKind.NPM, missing_platform=(ROLLUP,)),),
        fails=False,
    )
    assert native_binary_missing.detect(case.evidence()) == ()


DRIFT_LOG = [
    'Running "install" command: `pnpm install`...',
    (
        ' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install with "frozen-lockfile" because pnpm-lock.yaml'
        " is not up to date with <ROOT>/package.json"
    ),
]


def test_a_refused_lockfile_names_what_drifted() -> None:
    """The drifted names are told, the factor of the drift is suspected."""
    case = Case(
        files={"package.json": manifest(), "pnpm-lock.yaml": ""},
        log=DRIFT_LOG,
        message=INSTALL["message"],
        manager=Manager.PNPM,
        lockfiles=(lock("pnpm-lock.yaml", LockKind.PNPM, drifted=("clsx",)),),
        changes=["lockfile-drift:pnpm-lock.yaml"],
    )
    found = lockfile_drift.detect(case.evidence())
    assert suspects(found) == {"lockfile-drift:pnpm-lock.yaml": 0.9}
    assert "clsx" in found[0].summary


def test_drift_that_npm_repairs_is_no_finding() -> None:
    """The platform runs `npm install`, which repairs a lockfile (trap T02)."""
    case = Case(
        files={"package.json": manifest(), "package-lock.json": "{}"},
        log=["> next build", "Type error: nothing to do with it"],
        lockfiles=(lock("package-lock.json", LockKind.NPM, drifted=("clsx",)),),
        changes=["lockfile-drift:package-lock.json"],
    )
    assert lockfile_drift.detect(case.evidence()) == ()


def two_lockfiles(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {"package.json": manifest(), "package-lock.json": "{}", "yarn.lock": ""},
        "log": ["error Couldn't find package"],
        "message": 'Command "yarn install" exited with 1',
        "manager": Manager.YARN,
        "machine": LocalMachine(manager=Manager.NPM),
        "lockfiles": (
            lock("package-lock.json", LockKind.NPM),
            lock("yarn.lock", LockKind.YARN, drifted=("clsx",)),
        ),
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_the_unused_lockfile_is_deleted() -> None:
    """The lockfile that only the platform follows is the one to go."""
    evidence = two_lockfiles().evidence()
    (finding,) = stale_second_lockfile.detect(evidence)
    assert finding.subject == "yarn.lock"
    assert "yarn.lock" not in repaired(finding, evidence).source


def test_two_lockfiles_of_which_the_used_one_wins_are_fine() -> None:
    """A second lockfile that decides nothing is no finding."""
    case = two_lockfiles(machine=LocalMachine(manager=Manager.YARN))
    assert stale_second_lockfile.detect(case.evidence()) == ()


ERESOLVE = [
    "npm error code ERESOLVE",
    "npm error ERESOLVE unable to resolve dependency tree",
    "npm error",
    "npm error While resolving: x@0.1.0",
    "npm error Found: date-fns@4.1.0",
    "npm error node_modules/date-fns",
    'npm error   date-fns@"^4.1.0" from the root project',
    "npm error",
    "npm error Could not resolve dependency:",
    'npm error peer date-fns@"^2.28.0 || ^3.0.0" from react-day-picker@8.10.1',
    "npm error node_modules/react-day-picker",
]


def test_the_version_that_fits_both_is_proposed() -> None:
    """Either package can move: the strict one on, or the other to a range that is accepted."""
    packages = {"date-fns": "^4.1.0", "react-day-picker": "8.10.1"}
    case = Case(
        files={"package.json": manifest(dependencies=packages)},
        log=ERESOLVE,
        message='Command "npm install" exited with 1',
    )
    evidence = case.evidence()
    (finding,) = peer_conflict.detect(evidence)
    texts = [
        change.repair(evidence.clean).source.text("package.json") or ""
        for change in finding.remedies
        if change.repair is not None
    ]
    assert [json.loads(t)["dependencies"] for t in texts] == [
        {name: wanted for name, wanted in packages.items() if name != "react-day-picker"},
        packages | {"react-day-picker": ">8.10.1"},
        packages | {"date-fns": "^3.0.0"},
    ]
    unused, newer, older = finding.remedies
    assert newer.excludes == (unused.id, older.id)


def test_a_strict_package_that_the_code_mentions_is_not_taken_out() -> None:
    """Only what nothing mentions can go without a loss."""
    packages = {"date-fns": "4.1.0", "react-day-picker": "8.10.1"}
    for file in ("src/App.tsx", "tailwind.config.js", "public/admin/index.html"):
        case = Case(
            files={
                "package.json": manifest(dependencies=packages),
                file: "import { DayPicker } from 'react-day-picker';\n",
            },
            log=ERESOLVE,
            message='Command "npm install" exited with 1',
        )
        (finding,) = peer_conflict.detect(case.evidence())
        assert not any(change.id.endswith("#unused") for change in finding.remedies)


def test_nobody_is_told_to_go_back_to_an_older_react() -> None:
    """A conflict about a foundation gives a finding without a remedy."""
    lines = [t.replace("date-fns", "react").replace("4.1.0", "19.0.0") for t in ERESOLVE]
    case = Case(
        files={"package.json": manifest(dependencies={"react": "^19.0.0"})},
        log=lines,
        message='Command "npm install" exited with 1',
        changes=["install-flag:legacy-peer-deps"],
    )
    (finding,) = peer_conflict.detect(case.evidence())
    assert finding.remedies == ()
    assert suspects([finding]) == {"install-flag:legacy-peer-deps": 0.6}


IGNORED = ["[ERR_PNPM_IGNORED_BUILDS] Ignored build scripts: esbuild@0.21.5, sharp@0.33.5"]


@pytest.mark.parametrize(
    ("major", "path", "wanted"),
    [
        (10, "package.json", '"onlyBuiltDependencies": [\n      "esbuild",\n      "sharp"\n    ]'),
        (11, "pnpm-workspace.yaml", "allowBuilds:\n  esbuild: true\n  sharp: true\n"),
    ],
)
def test_build_scripts_are_allowed_as_the_pnpm_major_wants(
    major: int, path: str, wanted: str
) -> None:
    """The allow-list has another name and place from pnpm 11 on."""
    case = Case(
        files={"package.json": manifest(), "pnpm-lock.yaml": ""},
        log=IGNORED,
        message=INSTALL["message"],
        manager=Manager.PNPM,
        manager_major=major,
    )
    evidence = case.evidence()
    (finding,) = ignored_build_scripts.detect(evidence)
    assert wanted in (repaired(finding, evidence).source.text(path) or "")


def test_skipped_scripts_that_nobody_needed_are_fine() -> None:
    """A warning of pnpm 10 does not explain an unrelated failure."""
    case = Case(
        files={"package.json": manifest()},
        log=["Ignored build scripts: core-js.", "Type error: Cannot find name 'x'."],
        manager=Manager.PNPM,
        manager_major=10,
    )
    assert ignored_build_scripts.detect(case.evidence()) == ()


def test_a_refused_node_version_is_the_subject() -> None:
    """`engines.node` is edited where the plan offers no factor."""
    case = Case(
        files={"package.json": manifest(engines={"node": "20.x"})},
        log=['Error: Node.js Version "20.x" is discontinued and must be upgraded.'],
        code="BUILD_UTILS_NODE_VERSION_DISCONTINUED",
        message='Node.js Version "20.x" is discontinued and must be upgraded.',
    )
    evidence = case.evidence()
    (finding,) = node_version_refused.detect(evidence)
    assert finding.subject == "engines.node"
    assert '"node": "24.x"' in (repaired(finding, evidence).source.text("package.json") or "")


def test_the_node_factor_is_suspected_for_a_refusal() -> None:
    """The known factor is preferred."""
    case = Case(
        files={"package.json": manifest(engines={"node": "20.x"})},
        log=['Error: Node.js Version "20.x" is discontinued and must be upgraded.'],
        code="BUILD_UTILS_NODE_VERSION_DISCONTINUED",
        message='Node.js Version "20.x" is discontinued and must be upgraded.',
        changes=["node:engines.node"],
    )
    assert suspects(node_version_refused.detect(case.evidence())) == {"node:engines.node": 0.95}


def test_removed_syntax_accuses_the_node_major() -> None:
    """A failure that follows the major suspects it."""
    case = Case(
        files={"package.json": manifest()},
        log=[
            "file:///vercel/path0/scripts/x.mjs:1",
            "import d from './d.json' assert {type: 'json'};",
            "SyntaxError: Unexpected identifier 'assert'",
        ],
        changes=["node:node"],
    )
    assert suspects(node_major_changed.detect(case.evidence())) == {"node:node": 0.7}


def test_removed_syntax_is_repaired_where_it_stands() -> None:
    """The file that the error names gets the new keyword, and nothing else does."""
    script = 'import d from "./d.json" assert { type: "json" };\nconst assert = {};\n'
    case = Case(
        files={"package.json": manifest(), "gen.mjs": script, "other.mjs": script},
        log=[
            "file:///vercel/path0/gen.mjs:1",
            script.split("\n", maxsplit=1)[0],
            "SyntaxError: Unexpected identifier 'assert'",
        ],
        changes=["node"],
    )
    found = import_assertion.detect(case.evidence())
    assert subjects(found) == ["gen.mjs"]
    [change] = found[0].remedies
    assert change.excludes == ("node",)
    made = repaired(found[0], case.evidence())
    assert made.source.text("gen.mjs") == script.replace("assert {", "with {", 1)
    assert made.source.text("other.mjs") == script


def test_assertions_are_silent_where_nothing_stumbles_over_them() -> None:
    """The same code under a Node.js that reads it is no finding."""
    script = 'import d from "./d.json" assert { type: "json" };\n'
    case = Case(files={"package.json": manifest(), "gen.mjs": script}, fails=False)
    assert import_assertion.detect(case.evidence()) == ()


def test_another_node_major_alone_is_no_finding() -> None:
    """Majors that merely differ explain no failure (trap T15)."""
    case = Case(
        files={"package.json": manifest()},
        log=["Type error: Cannot find name 'x'."],
        changes=["node:node"],
    )
    assert node_major_changed.detect(case.evidence()) == ()


VITE_GONE = ["> x@0.1.0 build", "> vite build", "", "sh: line 1: vite: command not found"]


def production_install(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {
            "package.json": manifest(
                scripts={"build": "vite build"}, devDependencies={"vite": "7.0.0"}
            ),
            "vercel.json": '{"installCommand": "npm install"}',
        },
        "framework": "vite",
        "log": VITE_GONE,
        "code": "BUILD_UTILS_SPAWN_127",
        "message": 'Command "npm run build" exited with 127',
        "variables": {"NODE_ENV": "production"},
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_a_production_install_leaves_tools_out() -> None:
    """NODE_ENV with a custom install command explains a missing devDependency."""
    evidence = production_install().evidence()
    (finding,) = dev_dependencies_skipped.detect(evidence)
    assert finding.subject == "NODE_ENV"
    assert repaired(finding, evidence).environment.variable("NODE_ENV") is None


@pytest.mark.parametrize(
    ("command", "whole"),
    [
        ("npm install --omit=dev", "npm install"),
        ("npm ci --production && node x.js", "npm ci && node x.js"),
        ("pnpm install --prod --no-color", "pnpm install --no-color"),
    ],
)
@pytest.mark.parametrize("in_file", [True, False])
def test_an_install_that_leaves_tools_out_is_made_whole(
    command: str, whole: str, *, in_file: bool
) -> None:
    """The flag goes, the rest of the command stays, wherever it is written."""
    case = production_install(variables={})
    files = {**case.files, "vercel.json": json.dumps({"installCommand": command})}
    if not in_file:
        del files["vercel.json"]
    settings = Settings(framework="vite", install_command=None if in_file else command)
    evidence = production_install(variables={}, files=files, settings=settings).evidence()
    (finding,) = dev_dependencies_skipped.detect(evidence)
    assert finding.subject == "installCommand"
    made = repaired(finding, evidence)
    if in_file:
        text = made.source.text("vercel.json") or ""
        assert json.loads(text) == {"installCommand": whole}
        assert finding.locations == (Location(file="vercel.json", line=1),)
    else:
        assert made.environment.settings.install_command == whole


def test_the_default_install_brings_devdependencies() -> None:
    """NODE_ENV without a custom install command drops nothing (trap T04)."""
    files = {"package.json": manifest(devDependencies={"vite": "7.0.0"})}
    case = production_install(files=files)
    assert dev_dependencies_skipped.detect(case.evidence()) == ()


def test_an_undeclared_command_is_declared() -> None:
    """The package that brings the command is added."""
    evidence = production_install(
        files={"package.json": manifest(scripts={"prepare": "patch-package"})},
        log=["> patch-package", "sh: line 1: patch-package: command not found"],
        variables={},
    ).evidence()
    (finding,) = missing_binary.detect(evidence)
    assert finding.subject == "patch-package"
    assert '"patch-package"' in (repaired(finding, evidence).source.text("package.json") or "")


def test_a_command_no_package_brings_has_no_remedy() -> None:
    """Nobody is told to install a package named like a system tool."""
    case = production_install(log=["sh: line 1: ffmpeg: command not found"], variables={})
    (finding,) = missing_binary.detect(case.evidence())
    assert finding.remedies == ()


TURBO = '{\n  "tasks": {\n    "build": {\n      "env": ["API_URL"]\n    }\n  }\n}\n'


def turbo(**more: object) -> Case:
    given: dict[str, object] = {
        "files": {"package.json": manifest(), "turbo.json": TURBO},
        "log": ["web:build: Error: SHOP_ORIGIN is not set"],
        "variables": {"SHOP_ORIGIN": "https://shop.example"},
    }
    return Case(**(given | more))  # type: ignore[arg-type]  # fields of Case


def test_a_withheld_variable_is_declared_for_the_task() -> None:
    """A variable that was set and still missed is added to turbo.json."""
    evidence = turbo().evidence()
    (finding,) = task_env_filtered.detect(evidence)
    assert finding.subject == "SHOP_ORIGIN"
    config = json.loads(repaired(finding, evidence).source.text("turbo.json") or "")
    assert config["tasks"]["build"]["env"] == ["API_URL", "SHOP_ORIGIN"]


@pytest.mark.parametrize(
    ("variables", "declared"),
    [({}, "API_URL"), ({"SHOP_ORIGIN": "x"}, "SHOP_*")],
)
def test_absent_or_declared_variables_are_not_withheld(
    variables: dict[str, str], declared: str
) -> None:
    """A variable nobody set, or one that a pattern lets through, is another matter."""
    files = {"package.json": manifest(), "turbo.json": TURBO.replace("API_URL", declared)}
    assert task_env_filtered.detect(turbo(files=files, variables=variables).evidence()) == ()


def test_prisma_is_generated_after_the_install() -> None:
    """A client that no script generates is generated in postinstall."""
    case = Case(
        files={
            "package.json": manifest(scripts={"build": "next build"}),
            "prisma/schema.prisma": "generator client {}\n",
        },
        log=['Error: @prisma/client did not initialize yet. Please run "prisma generate"'],
    )
    evidence = case.evidence()
    (finding,) = generated_code_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("package.json") or ""
    assert json.loads(text)["scripts"]["postinstall"] == "prisma generate"


def test_a_generator_that_a_script_runs_is_fine() -> None:
    """Nothing is proposed where a script already leads to the generator."""
    case = Case(
        files={
            "package.json": manifest(
                scripts={"db": "prisma generate", "build": "npm run db && next build"}
            ),
            "prisma/schema.prisma": "generator client {}\n",
        },
        log=['Error: @prisma/client did not initialize yet. Please run "prisma generate"'],
    )
    assert generated_code_missing.detect(case.evidence()) == ()


def test_lint_warnings_under_create_react_app_are_no_finding() -> None:
    """The platform sets CI to false for that preset, and the build is green (trap T03)."""
    case = Case(
        files={
            "package.json": manifest(
                scripts={"build": "react-scripts build"}, dependencies={"react-scripts": "5.0.1"}
            ),
            "src/App.js": "const unused = 1;\nexport default () => null;\n",
        },
        framework="create-react-app",
        settings=Settings(framework="create-react-app"),
        log=["Compiled with warnings.", "", "src/App.js", "  Line 1:7: 'unused' is assigned"],
        fails=False,
        variables={"CI": "1"},
    )
    assert detect_all(case.evidence()) == ((), ())


def no_version(asked: str) -> list[str]:
    return [
        "npm error code ETARGET",
        f"npm error notarget No matching version found for {asked}.",
        (
            "npm error notarget In most cases you or one of your dependencies are requesting a"
            " package version that doesn't exist."
        ),
    ]


def unpublished(name: str) -> list[str]:
    return [
        "npm error code E404",
        f"npm error 404 Not Found - GET https://registry.example/{name} - Not found",
        (
            f"npm error 404  The requested resource '{name}@^1.0.0' could not be found or you do"
            " not have permission to access it."
        ),
    ]


def test_a_range_that_nothing_matches_is_widened_within_its_major() -> None:
    """The line of the manifest is named, and only that range changes."""
    wanted = {"@radix-ui/react-label": "^1.2.0", "clsx": "^2.0.0"}
    case = Case(
        files={"package.json": manifest(dependencies=wanted)},
        log=no_version("@radix-ui/react-label@^1.2.0"),
    )
    evidence = case.evidence()
    (finding,) = unavailable_dependency.detect(evidence)
    assert finding.subject == "@radix-ui/react-label"
    assert [str(p) for p in finding.locations] == ["package.json:4"]
    text = repaired(finding, evidence).source.text("package.json")
    assert text is not None
    assert json.loads(text)["dependencies"] == {**wanted, "@radix-ui/react-label": "^1.0.0"}


@pytest.mark.parametrize(
    ("asked", "wider"), [("1.4.1", "^1.0.0"), ("~0.3.9", "^0.3.0"), ("^2.1.0-beta.3", "^2.0.0")]
)
def test_a_wider_range_keeps_the_promise_of_the_narrow_one(asked: str, wider: str) -> None:
    """Before 1.0.0 the minor number is kept, afterwards the major."""
    case = Case(
        files={"package.json": manifest(devDependencies={"tool": asked})},
        log=no_version(f"tool@{asked}"),
    )
    evidence = case.evidence()
    (finding,) = unavailable_dependency.detect(evidence)
    text = repaired(finding, evidence).source.text("package.json")
    assert text is not None
    assert json.loads(text)["devDependencies"] == {"tool": wider}


def test_a_major_that_does_not_exist_has_no_wider_range() -> None:
    """What no version of a major can satisfy is told, and left to a person."""
    case = Case(
        files={"package.json": manifest(dependencies={"tool": "^9.0.0"})},
        log=no_version("tool@^9.0.0"),
    )
    (finding,) = unavailable_dependency.detect(case.evidence())
    assert finding.remedies == ()


def test_a_package_that_does_not_exist_is_taken_out() -> None:
    """An invented package is removed from the manifest that names it."""
    case = Case(
        files={"package.json": manifest(dependencies={"react-wishful": "^1.0.0", "clsx": "2"})},
        log=unpublished("react-wishful"),
    )
    evidence = case.evidence()
    (finding,) = unavailable_dependency.detect(evidence)
    text = repaired(finding, evidence).source.text("package.json")
    assert text is not None
    assert json.loads(text)["dependencies"] == {"clsx": "2"}


@pytest.mark.parametrize("log", [no_version("deep@^3.1.0"), unpublished("deep")])
def test_what_only_a_dependency_asks_for_is_not_the_projects_fault(log: list[str]) -> None:
    """No line of the project asks for it, so no line of the project is accused."""
    case = Case(files={"package.json": manifest(dependencies={"clsx": "2"})}, log=log)
    assert unavailable_dependency.detect(case.evidence()) == ()
