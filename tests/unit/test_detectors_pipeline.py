"""Detectors of the build pipeline: each on a faulty project and on a healthy one beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, change
from verifier.detectors import (
    configuration_not_delivered,
    framework_preset,
    function_not_delivered,
    generated_code_missing,
    ignored_file,
    memory_exhausted,
    missing_binary,
    missing_export,
    missing_script,
    node_major_changed,
    packages_above_root,
    permission_denied,
    pnpm_major,
    private_registry,
    recursive_build,
    server_not_deployed,
    workspace_package_not_built,
)
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceKind, Finding
from verifier.model.outcome import FailureSignature, Stage, failed
from verifier.model.project import GitState, IgnoredPath, Lockfile, LockKind
from verifier.model.recipe import Recipe
from verifier.model.run import Output, OutputFile, OutputFunction


def manifest(**more: object) -> str:
    return json.dumps({"name": "sample", "scripts": {"build": "vite build"}, **more}, indent=2)


def repaired(finding: Finding, evidence: Evidence) -> Recipe:
    repair = finding.remedies[0].repair
    assert repair is not None
    return repair(evidence.recipe)


# Generated code

MISSING_TRAILS = ['[vite]: Could not resolve "./generated/trails.js" from "src/main.js"']
TOOL = 'import { writeFileSync } from "node:fs";\nwriteFileSync("src/generated/trails.js", "");\n'


def trails(scripts: Mapping[str, str], tool: str = TOOL, **more: object) -> Case:
    files = {
        "package.json": manifest(scripts={"build": "vite build", **scripts}),
        "index.html": '<script type="module" src="/src/main.js"></script>',
        "src/main.js": 'import { trails } from "./generated/trails.js";\nconsole.log(trails);\n',
        "tools/trails.mjs": tool,
    }
    rule = IgnoredPath(
        path="src/generated",
        pattern="generated",
        rule_file=".gitignore",
        rule_line=1,
        is_directory=True,
    )
    git = GitState(head="a", branch="main", ignored=(rule,))
    case = Case(files=files, log=MISSING_TRAILS, framework="vite", git=git)
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


@pytest.mark.parametrize(
    ("scripts", "build"),
    [
        ({"predev": "node tools/trails.mjs"}, "node tools/trails.mjs && vite build"),
        ({"dev": "node tools/trails.mjs && vite"}, "node tools/trails.mjs && vite build"),
        ({"map": "node tools/trails.mjs"}, "npm run map && vite build"),
        ({"dev": "vite"}, "node tools/trails.mjs && vite build"),
        (
            {"gen": "writer data.csv --out src/generated/trails.js"},
            "npm run gen && vite build",
        ),
    ],
)
def test_a_generator_that_only_development_runs_is_put_in_front_of_the_build(
    scripts: dict[str, str], build: str
) -> None:
    """Whatever writes the missing file is found, and the build is made to run it."""
    evidence = trails(scripts).evidence()
    (finding,) = generated_code_missing.detect(evidence)
    assert finding.subject == "src/generated/trails.js"
    text = repaired(finding, evidence).source.text("package.json") or ""
    assert json.loads(text)["scripts"]["build"] == build


def test_a_generator_goes_into_the_platforms_own_build_command() -> None:
    """Where vercel.json has a build command, the build script is not what the platform runs."""
    files = dict(trails({"gen": "node tools/trails.mjs"}).files)
    files["vercel.json"] = '{ "buildCommand": "vite build" }'
    evidence = trails({}, files=files).evidence()
    (finding,) = generated_code_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("vercel.json") or ""
    assert json.loads(text)["buildCommand"] == "npm run gen && vite build"


@pytest.mark.parametrize(
    ("scripts", "tool"),
    [
        ({"prebuild": "node tools/trails.mjs"}, TOOL),
        ({"dev": "vite"}, 'import { readFileSync } from "node:fs";\n'),
        ({"predev": "node tools/trails.mjs"}, TOOL.replace("trails.js", "lakes.js")),
    ],
)
def test_no_generator_is_blamed_that_runs_or_writes_something_else(
    scripts: dict[str, str], tool: str
) -> None:
    """A script that the build runs, or that does not write the missing file, explains nothing."""
    assert generated_code_missing.detect(trails(scripts, tool).evidence()) == ()


def test_an_import_is_led_to_where_the_generator_writes() -> None:
    """A build that generates into another folder than the import looks in: the import is wrong."""
    tool = 'const out = "src/made";\nwriteFileSync(`${out}/trails.js`, "");\n'
    evidence = trails({"prebuild": "node tools/trails.mjs"}, tool).evidence()
    (finding,) = generated_code_missing.detect(evidence)
    text = repaired(finding, evidence).source.text("src/main.js") or ""
    assert '"./made/trails.js"' in text


def test_what_a_command_writes_is_rather_generated_than_committed() -> None:
    """Committing the file on disk stays possible, but is the weaker suspicion."""
    only_local = {"src/generated/trails.js": "export const trails = [];\n"}
    changes = ("file:src/generated/trails.js",)

    def weight(scripts: dict[str, str], tool: str) -> float:
        case = trails(scripts, tool, only_local=only_local, changes=changes)
        (finding,) = ignored_file.detect(case.evidence())
        return finding.suspects[0].weight

    assert weight({"predev": "node tools/trails.mjs"}, TOOL) < 0.5
    assert weight({}, "") > 0.5


# Permissions


def refused(files: Mapping[str, str], line: str, **more: object) -> Case:
    case = Case(files=files, log=[line], code="BUILD_UTILS_SPAWN_126", framework=None)
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_script_without_its_bit_gets_it() -> None:
    """The shell refused a file of the project that the commit has as a plain one."""
    files = {"package.json": manifest(), "scripts/build.sh": "#!/bin/sh\n"}
    evidence = refused(files, "sh: 1: ./scripts/build.sh: Permission denied").evidence()
    (finding,) = permission_denied.detect(evidence)
    assert finding.subject == "scripts/build.sh"
    assert repaired(finding, evidence).source.entries["scripts/build.sh"].executable


def test_committed_packages_are_taken_out_of_git() -> None:
    """A committed node_modules whose commands may not run should not be there."""
    files = {
        "package.json": manifest(),
        "node_modules/.bin/vite": "#!/usr/bin/env node\n",
        "node_modules/vite/package.json": "{}",
    }
    evidence = refused(files, "sh: 1: vite: Permission denied").evidence()
    (finding,) = permission_denied.detect(evidence)
    source = repaired(finding, evidence).source
    assert finding.subject == "node_modules"
    assert not [p for p in source if "node_modules" in p]
    assert "node_modules/" in (source.text(".gitignore") or "")


@pytest.mark.parametrize("line", ["EACCES: permission denied, mkdir '/var/cache'", "all is well"])
def test_a_folder_of_the_system_is_no_file_of_the_project(line: str) -> None:
    """What may not be written elsewhere has nothing to do with modes in git."""
    files = {"package.json": manifest(), "scripts/build.sh": "#!/bin/sh\n"}
    assert permission_denied.detect(refused(files, line).evidence()) == ()


# Memory

HEAP = "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory"


@pytest.mark.parametrize("value", ["--max-old-space-size=512", "--max_old_space_size=512"])
def test_a_bound_of_the_heap_on_the_platform_is_raised(value: str) -> None:
    """A heap that the production scope bounds is given most of the machine's memory."""
    case = Case(files={"package.json": manifest()}, log=[HEAP], variables={"NODE_OPTIONS": value})
    evidence = case.evidence()
    (finding,) = memory_exhausted.detect(evidence)
    made = repaired(finding, evidence).environment.variable("NODE_OPTIONS")
    assert made is not None
    assert made.value is not None
    assert made.value.reveal() == "--max-old-space-size=6144"
    assert finding.suspects[-1].weight > 0.8


def test_a_bound_in_a_script_is_raised_there() -> None:
    """A bound that stands in package.json is corrected in package.json."""
    text = manifest(scripts={"build": "node --max-old-space-size=256 build.mjs"})
    evidence = Case(files={"package.json": text}, log=[HEAP]).evidence()
    (finding,) = memory_exhausted.detect(evidence)
    scripts = json.loads(repaired(finding, evidence).source.text("package.json") or "")["scripts"]
    assert scripts["build"] == "node --max-old-space-size=6144 build.mjs"


def test_a_build_that_fails_otherwise_is_not_short_of_memory() -> None:
    """A bound alone is no fault."""
    text = manifest(scripts={"build": "node --max-old-space-size=256 build.mjs"})
    case = Case(files={"package.json": text}, log=["TypeError: x is not a function"])
    assert memory_exhausted.detect(case.evidence()) == ()


# The folder above

ABOVE = ['Rollup failed to resolve import "dayjs" from "/vercel/path0/shared/due.js".']


def above(**more: object) -> Case:
    files = {
        "package.json": manifest(dependencies={"dayjs": "1.11.19"}),
        "shared/due.js": 'import dayjs from "dayjs";\nexport const due = dayjs();\n',
        "web/package.json": manifest(),
        "web/index.html": '<script type="module" src="/src/main.js"></script>',
        "web/src/main.js": 'import { due } from "../../shared/due.js";\nconsole.log(due);\n',
    }
    case = Case(files=files, log=ABOVE, framework="vite", root="web")
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_the_folder_above_is_installed_too() -> None:
    """A package of the folder above is there once both folders are installed."""
    evidence = above().evidence()
    (finding,) = packages_above_root.detect(evidence)
    config = json.loads(repaired(finding, evidence).source.text("web/vercel.json") or "")
    assert config == {"installCommand": "npm install --prefix .. && npm install"}


@pytest.mark.parametrize("more", [{"monorepo": "npm"}, {"root": ""}])
def test_a_workspace_is_installed_as_one(more: dict[str, object]) -> None:
    """Where one install serves both folders, nothing is left out."""
    assert packages_above_root.detect(above(**more).evidence()) == ()


def test_an_import_of_the_application_itself_looks_elsewhere() -> None:
    """A file inside the root is resolved from there, whatever the folder above declares."""
    files = {**above().files, "web/src/main.js": 'import dayjs from "dayjs";\ndayjs();\n'}
    log = ['Rollup failed to resolve import "dayjs" from "/vercel/path0/web/src/main.js".']
    assert packages_above_root.detect(above(files=files, log=log).evidence()) == ()


# pnpm

REFUSED = [" ERROR  packages field missing or empty"]
LOCK = Lockfile(path="pnpm-lock.yaml", kind=LockKind.PNPM, version="9.0", committed=True)


def workspace(text: str, **more: object) -> Case:
    files = {
        "package.json": manifest(),
        "pnpm-workspace.yaml": text,
        "pnpm-lock.yaml": "lockfileVersion: '9.0'\n",
    }
    case = Case(
        files=files,
        log=REFUSED,
        code="BUILD_UTILS_SPAWN_1",
        message='Command "pnpm install" exited with 1',
        manager=Manager.PNPM,
        manager_major=9,
        lockfiles=(LOCK,),
        framework="vite",
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_newer_pnpm_is_named() -> None:
    """Settings without packages are of pnpm 10, which package.json is made to ask for."""
    evidence = workspace("onlyBuiltDependencies:\n  - esbuild\n").evidence()
    (finding,) = pnpm_major.detect(evidence)
    made = repaired(finding, evidence)
    text = json.loads(made.source.text("package.json") or "")
    assert text["packageManager"].startswith("pnpm@10.")
    assert made.environment.manager.major == 10


@pytest.mark.parametrize(
    "more", [{"log": ["ERR_PNPM_OUTDATED_LOCKFILE"]}, {"manager": Manager.NPM}]
)
def test_another_refusal_or_manager_is_no_matter_of_the_major(more: dict[str, object]) -> None:
    """Only what a newer pnpm would take speaks for a newer pnpm."""
    case = workspace("onlyBuiltDependencies:\n  - esbuild\n", **more)
    assert pnpm_major.detect(case.evidence()) == ()


# Registries


def with_outcome(evidence: Evidence, signature: FailureSignature) -> Evidence:
    observation = replace(evidence.observation, outcome=failed(signature))
    return replace(evidence, observation=observation)


def locked(host: str) -> Case:
    lock = {
        "packages": {
            "node_modules/clsx": {
                "version": "2.1.1",
                "resolved": f"https://{host}/clsx/-/clsx-2.1.1.tgz",
            },
            "node_modules/vite": {"version": "7.3.8"},
        }
    }
    files = {"package.json": manifest(), "package-lock.json": json.dumps(lock, indent=2) + "\n"}
    asked = f"npm error network request to https://{host}/clsx/-/clsx-2.1.1.tgz failed"
    return Case(files=files, log=["npm error code ENOTFOUND", asked], framework="vite")


def test_addresses_of_a_company_are_taken_out_of_the_lockfile() -> None:
    """Without its addresses the lockfile keeps every version, and the default registry is asked."""
    host = "npm.company.internal"
    signature = FailureSignature(stage=Stage.INSTALL, error_class="private-registry", subject=host)
    evidence = with_outcome(locked(host).evidence(), signature)
    (finding,) = private_registry.detect(evidence)
    text = repaired(finding, evidence).source.text("package-lock.json") or ""
    assert json.loads(text)["packages"]["node_modules/clsx"] == {"version": "2.1.1"}
    # A line of the log names the host, so that the failure needs no repetition to be believed.
    assert [host in e.text for e in finding.evidence if e.kind is EvidenceKind.LOG] == [True]


def test_a_public_registry_out_of_reach_is_no_fault_of_the_project() -> None:
    """A host that others reach says nothing about the project."""
    host = "registry.yarnpkg.com"
    signature = FailureSignature(stage=Stage.INSTALL, error_class="private-registry", subject=host)
    assert private_registry.detect(with_outcome(locked(host).evidence(), signature)) == ()


# Configuration


def blank(files: Mapping[str, str], hits: Mapping[str, tuple[str, ...]], **more: object) -> Case:
    text = manifest(devDependencies={"vite": "7.3.8", "@vitejs/plugin-react": "5.1.0"})
    case = Case(
        files={"package.json": text, **files}, fails=False, framework="vite", text_hits=hits
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


REACT = {"text:React.createElement(": ("static/assets/index-abc.js",)}


def test_a_hidden_configuration_is_suspected_by_what_the_output_holds() -> None:
    """Calls of a React that nothing binds lead to the configuration that names its plug-in."""
    case = blank({}, REACT, changes=("file:vite.config.js",))
    (finding,) = configuration_not_delivered.detect(case.evidence())
    assert finding.subject == "vite.config.js"
    assert finding.suspects[0].change_id == "file:vite.config.js"


def test_a_configuration_that_nobody_has_is_written() -> None:
    """In a clone, the declared plug-ins say what the configuration was."""
    evidence = blank({}, REACT).evidence()
    (finding,) = configuration_not_delivered.detect(evidence)
    text = repaired(finding, evidence).source.text("vite.config.js") or ""
    assert 'import react from "@vitejs/plugin-react";' in text


@pytest.mark.parametrize(
    ("files", "hits"), [({"vite.config.ts": "export default {};\n"}, REACT), ({}, {})]
)
def test_a_configuration_that_is_there_or_a_sound_output_is_left_alone(
    files: dict[str, str], hits: dict[str, tuple[str, ...]]
) -> None:
    """With a configuration the author may want what is there, and without residue nothing lacks."""
    assert configuration_not_delivered.detect(blank(files, hits).evidence()) == ()


# Servers

FUNCTION = OutputFunction(path="api/index", runtime="nodejs24.x", size_bytes=1, files=1)
SERVER = 'import express from "express";\nconst app = express();\n{routes}\napp.listen(3000);\n'


def served(page: str, routes: str = 'app.get("/api/quotes", list);', **more: object) -> Case:
    files = {
        "package.json": manifest(type="module", dependencies={"express": "5.3.0"}),
        "index.html": '<script type="module" src="/src/main.js"></script>',
        "src/main.js": page,
        "server/index.js": SERVER.replace("{routes}", routes),
    }
    output = Output(
        present=True,
        directory=".vercel/output",
        files=(OutputFile(path="static/index.html", size_bytes=1, sha256="0"),),
    )
    case = Case(files=files, fails=False, framework="vite", output=output)
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


ASKS = 'const answer = await fetch("/api/quotes");\nconsole.log(answer);\n'


def test_a_server_that_the_page_needs_is_made_a_function() -> None:
    """The application is exported, re-exported from api, and its paths are rewritten to it."""
    evidence = served(ASKS).evidence()
    (finding,) = server_not_deployed.detect(evidence)
    assert finding.subject == "server/index.js"
    source = repaired(finding, evidence).source
    assert (source.text("server/index.js") or "").endswith("export default app;\n")
    assert source.text("api/index.js") == 'export { default } from "../server/index.js";\n'
    rewrites = json.loads(source.text("vercel.json") or "")["rewrites"]
    assert rewrites == [{"source": "/api/(.*)", "destination": "/api"}]


@pytest.mark.parametrize(
    "case",
    [
        served('await fetch("https://quotes.example.com/api/quotes");\n'),
        served(ASKS, routes='app.get("/health", ok);'),
        served(ASKS, output=Output(present=True, functions=(FUNCTION,))),
    ],
    ids=["another-host", "another-path", "a-function"],
)
def test_a_server_that_the_page_does_not_need_is_its_own_affair(case: Case) -> None:
    """Nothing is missing where the page asks elsewhere, or where a function answers."""
    assert server_not_deployed.detect(case.evidence()) == ()


def test_a_rewrite_to_elsewhere_answers_for_the_server() -> None:
    """Paths that vercel.json sends somewhere are not lost."""
    files = {
        **served(ASKS).files,
        "vercel.json": '{"rewrites": [{"source": "/api/:p*", "destination": "https://x.test/:p*"}]}',
    }
    assert server_not_deployed.detect(served(ASKS, files=files).evidence()) == ()


def test_changes_of_another_kind_are_no_configuration() -> None:
    """A page that is not delivered is not taken for a configuration."""
    case = blank({}, REACT, changes=("file:src/extra.js",))
    (finding,) = configuration_not_delivered.detect(case.evidence())
    assert change("file:src/extra.js").id not in {s.change_id for s in finding.suspects}


# Scripts


def scriptless(scripts: Mapping[str, str], line: str, **more: object) -> Case:
    case = Case(files={"package.json": manifest(scripts=scripts)}, log=[line], framework="vite")
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_call_of_a_renamed_script_is_led_to_it() -> None:
    """The command that names a script which is not there names the one that is."""
    files = {
        "package.json": manifest(scripts={"build": "vite build"}),
        "vercel.json": '{ "buildCommand": "npm run build:prod" }',
    }
    case = scriptless({}, 'npm error Missing script: "build:prod"', files=files)
    evidence = case.evidence()
    (finding,) = missing_script.detect(evidence)
    config = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert config["buildCommand"] == "npm run build"


def test_a_missing_build_script_is_the_presets_own() -> None:
    """Where no script is alike, the preset's default command becomes the script."""
    evidence = scriptless({"dev": "vite"}, 'npm error Missing script: "build"').evidence()
    (finding,) = missing_script.detect(evidence)
    text = json.loads(repaired(finding, evidence).source.text("package.json") or "")
    assert text["scripts"]["build"] == "vite build"


def test_a_script_that_exists_is_not_missing() -> None:
    """A message about a script of another folder is no matter of this package.json."""
    case = scriptless({"build": "vite build"}, 'npm error Missing script: "build"')
    assert missing_script.detect(case.evidence()) == ()


# Exports

APP = 'import {imported} from "./Chart.jsx";\nconsole.log(Chart);\n'


UNLINKED = (
    'src/main.jsx (1:9): "{name}" is not exported by "src/Chart.jsx", imported by "src/main.jsx".'
)


def linked(imported: str, module: str, name: str, **more: object) -> Case:
    case = Case(
        files={
            "package.json": manifest(),
            "index.html": '<script type="module" src="/src/main.jsx"></script>',
            "src/main.jsx": APP.replace("{imported}", imported),
            "src/Chart.jsx": module,
        },
        log=[UNLINKED.format(name=name)],
        framework="vite",
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


@pytest.mark.parametrize(
    ("imported", "module", "name", "corrected"),
    [
        ("{ Chart }", "export default function Chart() {}\n", "Chart", "Chart"),
        ("Chart", "export function Chart() {}\n", "default", "{ Chart }"),
        ("Chart", "export const BarChart = 1;\n", "default", "{ BarChart as Chart }"),
        ("{ Charts }", "export const Chart = 1;\nexport const x = 2;\n", "Charts",
         "{ Chart as Charts }"),
        ("{ Chart, x }", "export default 1;\nexport const x = 2;\n", "Chart",
         "{ default as Chart, x }"),
    ],
)  # fmt: skip
def test_an_import_is_spelt_as_the_module_exports(
    imported: str, module: str, name: str, corrected: str
) -> None:
    """Default and named exports that were mixed up, and names that are nearly right."""
    evidence = linked(imported, module, name).evidence()
    (finding,) = missing_export.detect(evidence)
    text = repaired(finding, evidence).source.text("src/main.jsx") or ""
    assert text.startswith(f'import {corrected} from "./Chart.jsx";')


def test_an_export_with_nothing_like_it_is_left_to_the_author() -> None:
    """Where two exports could be meant, none is taken."""
    module = "export const one = 1;\nexport const two = 2;\n"
    (finding,) = missing_export.detect(linked("Chart", module, "default").evidence())
    assert finding.subject == "src/Chart.jsx"
    assert finding.remedies == ()


def test_a_module_that_was_changed_and_not_committed_is_suspected() -> None:
    """What the laptop's version of the file exports, the committed one may lack."""
    case = linked("{ Chart }", "export {};\n", "Chart", changes=("file:src/Chart.jsx",))
    (finding,) = missing_export.detect(case.evidence())
    assert finding.remedies == ()
    assert finding.suspects[0].change_id == "file:src/Chart.jsx"


# Workspaces

UNBUILT = ['[commonjs--resolver] Failed to resolve entry for package "@acme/ui".']


def workspace_of(files: Mapping[str, str], **more: object) -> Case:
    base = {
        "package.json": json.dumps({"name": "acme", "workspaces": ["apps/*", "packages/*"]}),
        "apps/web/package.json": manifest(dependencies={"@acme/ui": "*"}),
        "apps/web/index.html": '<script type="module" src="/src/main.js"></script>',
        "apps/web/src/main.js": 'import { title } from "@acme/ui";\nconsole.log(title);\n',
        "packages/ui/package.json": json.dumps(
            {"name": "@acme/ui", "main": "dist/index.js", "scripts": {"build": "node build.mjs"}}
        ),
        "packages/ui/src/index.js": 'export const title = "Acme";\n',
    }
    case = Case(
        files={**base, **files}, log=UNBUILT, framework="vite", root="apps/web", monorepo="npm"
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


@pytest.mark.parametrize(
    ("manager", "call"),
    [
        (Manager.NPM, "npm run build --prefix ../.. --workspace @acme/ui"),
        (Manager.PNPM, "pnpm --filter @acme/ui build"),
        (Manager.YARN, "yarn workspace @acme/ui build"),
    ],
)
def test_a_sibling_is_built_in_front_of_the_application(manager: Manager, call: str) -> None:
    """The application's build first runs that of the package whose output it needs."""
    evidence = workspace_of({}, manager=manager).evidence()
    (finding,) = workspace_package_not_built.detect(evidence)
    text = json.loads(repaired(finding, evidence).source.text("apps/web/package.json") or "")
    assert text["scripts"]["build"] == f"{call} && vite build"


def test_turborepo_is_told_what_the_task_depends_on() -> None:
    """Where turbo runs the build, its configuration says what comes first."""
    files = {"turbo.json": '{"tasks": {"build": {"outputs": ["dist/**"]}}}'}
    evidence = workspace_of(files, monorepo="turbo").evidence()
    (finding,) = workspace_package_not_built.detect(evidence)
    config = json.loads(repaired(finding, evidence).source.text("turbo.json") or "")
    assert config["tasks"]["build"]["dependsOn"] == ["^build"]


def test_a_sibling_whose_entry_is_committed_needs_no_build() -> None:
    """A package that points at its own source is ready as it is."""
    case = workspace_of({"packages/ui/dist/index.js": "export const title = 1;\n"})
    assert workspace_package_not_built.detect(case.evidence()) == ()


def test_an_application_in_another_folder_is_found() -> None:
    """A build of the top folder that leaves nothing, while one folder below is an application."""
    case = Case(
        files={
            "package.json": json.dumps({"name": "shop", "scripts": {"start": "node server.js"}}),
            "frontend/package.json": manifest(devDependencies={"vite": "7.3.8"}),
            "frontend/index.html": "<p>Shop</p>",
        },
        framework=None,
        code="STATIC_BUILD_NO_OUT_DIR",
        message='No Output Directory named "public" found after the Build completed.',
    )
    evidence = case.evidence()
    (finding,) = framework_preset.detect(evidence)
    assert finding.subject == "rootDirectory"
    assert repaired(finding, evidence).environment.settings.root_directory == "frontend"


# Commands that are not there


def unhooked(root: str = "", **more: object) -> Case:
    own = manifest(scripts={"build": "vite build", "prepare": "husky"})
    above = manifest(devDependencies={"husky": "9.1.7"})
    files = {"package.json": above, f"{root}/package.json": own} if root else {"package.json": own}
    case = Case(
        files=files,
        log=["sh: 1: husky: not found"],
        code="BUILD_UTILS_SPAWN_127",
        message='Command "npm install" exited with 127',
        framework="vite",
        root=root,
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_tool_for_hooks_is_declared_or_done_without() -> None:
    """Either repair is enough, so they exclude each other."""
    evidence = unhooked().evidence()
    (finding,) = missing_binary.detect(evidence)
    declared, tolerant = finding.remedies
    assert declared.excludes == (tolerant.id,)
    assert tolerant.repair is not None
    text = json.loads(tolerant.repair(evidence.recipe).source.text("package.json") or "")
    assert text["scripts"]["prepare"] == "husky || true"


def test_a_declaration_above_the_root_does_not_install_it() -> None:
    """Outside a workspace the folder above is not installed, so what it declares is not there."""
    (finding,) = missing_binary.detect(unhooked(root="web").evidence())
    assert finding.remedies
    (member,) = missing_binary.detect(unhooked(root="web", monorepo="npm").evidence())
    assert member.remedies == ()


# Functions


def asking(**more: object) -> Case:
    case = served(ASKS, changes=("file:api",), removed={"api/quotes.js": "export default 1;\n"})
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


def test_a_function_that_is_taken_away_is_missed() -> None:
    """What hides the file of a function that the page asks for is suspected."""
    (finding,) = function_not_delivered.detect(asking().evidence())
    assert finding.subject == "api/quotes.js"
    assert finding.suspects[0].change_id == "file:api"


@pytest.mark.parametrize("page", ["console.log(1);\n", ASKS.replace("/api/quotes", "/api/other")])
def test_a_function_that_nobody_asks_for_is_not_missed(page: str) -> None:
    """A file that is left out on purpose is no fault."""
    files = {**asking().files, "src/main.js": page}
    assert function_not_delivered.detect(asking(files=files).evidence()) == ()


def test_a_function_that_is_there_is_not_missed() -> None:
    """A delivered file answers."""
    files = {**asking().files, "api/quotes.js": "export default 1;\n"}
    assert function_not_delivered.detect(asking(files=files, removed={}).evidence()) == ()


# Node.js, and a build within a build


def on_node(log: list[str], **more: object) -> Case:
    case = Case(
        files={"package.json": manifest(scripts={"build": "node build.mjs"})},
        log=log,
        framework=None,
        node_major=24,
    )
    return replace(case, **more)  # type: ignore[arg-type]  # tests pass fields of Case


ASSERTED = ["SyntaxError: Unexpected identifier 'assert'"]


def test_a_clone_that_breaks_with_one_major_is_tried_with_another() -> None:
    """Where nothing local is known, the platform's other major is proposed."""
    evidence = on_node(ASSERTED).evidence()
    (finding,) = node_major_changed.detect(evidence)
    made = repaired(finding, evidence)
    assert made.environment.node_major == 22
    assert json.loads(made.source.text("package.json") or "")["engines"] == {"node": "22.x"}


@pytest.mark.parametrize(("wanted", "majors"), [("^22.0.0", [22]), ("^20.0.0", [])])
def test_only_a_major_that_fits_is_proposed(wanted: str, majors: list[int]) -> None:
    """A package that refuses the major says which it takes; one that the platform lacks is none."""
    log = [
        "npm error code EBADENGINE",
        "npm error engine Unsupported engine",
        "npm error engine Not compatible with your version of node/npm: legacy@2.0.0",
        f'npm error notsup Required: {{"node":"{wanted}"}}',
    ]
    evidence = on_node(log, message='Command "npm install" exited with 1').evidence()
    found = node_major_changed.detect(evidence)
    proposed = [repaired(f, evidence).environment.node_major for f in found]
    assert proposed == majors


def test_a_build_script_calls_the_framework_instead_of_the_platform() -> None:
    """The script that runs inside the platform's build must not start it again."""
    case = Case(
        files={"package.json": manifest(scripts={"build": "vercel build --prod"})},
        log=["Error: `vercel build` must not recursively invoke itself."],
        framework="vite",
    )
    evidence = case.evidence()
    (finding,) = recursive_build.detect(evidence)
    text = json.loads(repaired(finding, evidence).source.text("package.json") or "")
    assert text["scripts"]["build"] == "vite build"


def test_a_build_script_that_fails_otherwise_is_not_recursive() -> None:
    """A script that calls the platform's command line is no finding before it is refused."""
    case = Case(
        files={"package.json": manifest(scripts={"build": "vercel build"})},
        log=["TypeError: x is not a function"],
        framework="vite",
    )
    assert recursive_build.detect(case.evidence()) == ()
