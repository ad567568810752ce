"""What configuration files, tools and the disk tell of generated and missing things."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.detectors_world import Case, repaired, subjects
from verifier.detectors import generated_code_missing, output_directory, undeclared_package
from verifier.model.observation import Observation
from verifier.model.outcome import passed
from verifier.model.project import Lockfile, LockKind
from verifier.model.run import Output

_SCHEMA = 'generator client {\n  provider = "prisma-client"\n  output = "../lib/generated"\n}\n'
_DB = "import { PrismaClient } from './generated/client';\nexport const db = new PrismaClient();\n"
_LOST = ["./lib/db.ts", "Module not found: Can't resolve './generated/client'"]


def database(scripts: dict[str, str], tools: tuple[str, ...] = ("prisma",)) -> Case:
    """An application whose Prisma client is written into an ignored folder."""
    package = {"scripts": scripts, "devDependencies": dict.fromkeys(tools, "7.10.0")}
    return Case(
        files={
            "package.json": json.dumps(package),
            "prisma/schema.prisma": _SCHEMA,
            "lib/db.ts": _DB,
            "app/page.tsx": "import { db } from '../lib/db';\nexport default () => db;\n",
        },
        log=_LOST,
    )


def test_a_generator_is_known_by_its_schema() -> None:
    """No script names it: the schema says where its output goes."""
    evidence = database({"build": "next build"}).evidence()
    (finding,) = generated_code_missing.detect(evidence)
    assert "prisma/schema.prisma:1" in map(str, finding.locations)
    made = json.loads(repaired(finding, evidence).source.text("package.json") or "")
    assert made["scripts"]["build"] == "prisma generate && next build"


@pytest.mark.parametrize(
    "case",
    [
        database({"build": "prisma generate && next build"}),
        database({"build": "next build", "postinstall": "prisma generate"}),
        database({"build": "next build"}, tools=()),
    ],
    ids=["before-build", "after-install", "no-tool"],
)
def test_a_generator_that_runs_is_not_missed(case: Case) -> None:
    """Nor is one that the project does not have."""
    assert generated_code_missing.detect(case.evidence()) == ()


def test_a_package_that_the_tool_tells_to_install_is_declared() -> None:
    """The advice names it, whatever the error says."""
    log = ["Error: this needs a compiler. Run `npm install -D sass@1` to add one."]
    case = Case(files={"package.json": "{}"}, log=log, framework="vite")
    assert subjects(undeclared_package.detect(case.evidence())) == ["sass"]


@pytest.mark.parametrize(
    ("line", "package", "installed"),
    [
        ("Error: no. Run `npm install -D sass` for one.", '{"devDependencies": {"sass": "1"}}', {}),
        ("Error: no. Run `npm install -D sass` for one.", "{}", {"node_modules/sass": "1.0.0"}),
        ("Error: old. Run `npm install -g npm@12` first.", "{}", {}),
        ("Error: old. Run `npm install` first.", "{}", {}),
        ("Error: npm install of left pad failed", "{}", {}),
    ],
)
def test_other_commands_are_no_advice(line: str, package: str, installed: dict[str, str]) -> None:
    """Declared, installed, global, or about no package at all."""
    case = Case(files={"package.json": package}, log=[line], framework="vite", installed=installed)
    assert undeclared_package.detect(case.evidence()) == ()


_OLD = "Error: the data of caniuse-lite is old; please run `npm i caniuse-lite@latest -D`"


def test_what_has_grown_old_is_not_missing() -> None:
    """The lockfile holds it for another package, and the tool speaks of its age."""
    lock = Lockfile(path="pnpm-lock.yaml", kind=LockKind.PNPM, version="9.0", committed=True)
    case = Case(files={"package.json": "{}"}, log=[_OLD], lockfiles=(lock,))
    held = replace(case, lockfiles=(replace(lock, packages={"caniuse-lite": "1.0.3"}),))
    assert subjects(undeclared_package.detect(case.evidence())) == ["caniuse-lite"]
    assert undeclared_package.detect(held.evidence()) == ()


def test_advice_that_a_passing_build_gives_too_explains_no_failure() -> None:
    """The local build printed the same line and went on."""
    line = "Error: no. Run `npm install -D sass` for one."
    case = Case(files={"package.json": "{}"}, log=[line], framework="vite").evidence()
    local = Observation(run_id="run-0", outcome=passed(), log=(line,))
    assert subjects(undeclared_package.detect(case)) == ["sass"]
    assert undeclared_package.detect(replace(case, local_observation=local)) == ()


def test_a_directory_that_the_build_was_seen_to_write_is_named() -> None:
    """Where neither log nor configuration says it, the disk does."""
    case = Case(
        files={"package.json": '{"scripts": {"build": "node build.mjs"}}'},
        log=["done"],
        code="STATIC_BUILD_NO_OUT_DIR",
        message='No Output Directory named "public" found after the Build completed.',
        framework=None,
        output=Output(written=("www",)),
    )
    evidence = case.evidence()
    (finding,) = output_directory.detect(evidence)
    config = json.loads(repaired(finding, evidence).source.text("vercel.json") or "")
    assert config["outputDirectory"] == "www"
