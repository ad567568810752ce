"""What is added to the log of a build that stopped at its first type error."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

from tests.contract.recipes import PACKAGE, platform, tree
from tests.faults.fake_engine import FakeEngine
from tests.unit.detectors_world import Case
from verifier.detectors import type_error
from verifier.engine.base import RunRequest
from verifier.engine.docker import DockerEngine, DockerOptions
from verifier.engine.logfile import LogFile
from verifier.engine.type_check import HEADING, first_error, section

NEXT = """Failed to compile.

./app/(shop)/page.tsx:3:9
Type error: Type 'string' is not assignable to type 'number'.

  1 | export default function Page() {
> 3 |   const n: number = "a";
Next.js build worker exited with code: 1 and signal: null
"""
TSC = """app/(shop)/page.tsx(3,9): error TS2322: Type 'string' is not assignable to type 'number'.
  Part of the message before.
lib/prices.ts(1,14): error TS2304: Cannot find name 'euros'.
node_modules/bad/index.d.ts(1,1): error TS1005: ';' expected.
.next/types/app/page.ts(8,2): error TS2344: Type 'Props' does not satisfy the constraint.
lib/__tests__/a.ts(1,1): error TS2304: Cannot find name 'x'.
lib/prices.spec.ts(1,1): error TS2304: Cannot find name 'x'.
"""


@pytest.mark.parametrize("colour", ["", "\x1b[36m"])
def test_the_place_of_the_first_error_is_read(colour: str) -> None:
    """It heads the error, in colour or without."""
    end = "\x1b[31m" if colour else ""
    log = NEXT.replace("./app/(shop)/page.tsx:3:9", f"./{colour}app/(shop)/page.tsx:3:9\x1b[39m")
    log = log.replace("Type error: ", f"{end}Type error: ")
    assert first_error(log.encode()) == "app/(shop)/page.tsx:3:9"


@pytest.mark.parametrize(
    "log",
    ["", NEXT.replace("Type error: ", "Error: "), "Type error: of another tool\n"],
)
def test_another_end_asks_for_no_check(log: str) -> None:
    """Only a type error of the build itself is a reason."""
    assert first_error(log.encode()) == ""


def test_errors_of_the_projects_own_files_are_added() -> None:
    """Packages, generated files and tests, of which the build says nothing, are left out."""
    told = section(TSC, "app/(shop)/page.tsx:3:9").decode().strip().split("\n\n")
    assert told[0] == HEADING
    assert [line.partition("(1,")[0].partition("(3,")[0] for line in told[1:]] == [
        "app/(shop)/page.tsx",
        "lib/prices.ts",
    ]


def test_a_compiler_that_checks_something_else_adds_nothing() -> None:
    """The error that ended the build is among what it says, or it is not believed."""
    assert section(TSC, "app/(shop)/page.tsx:4:9") == b""
    assert section("", "app/(shop)/page.tsx:3:9") == b""


def test_what_the_build_generated_for_a_page_may_be_what_is_wrong() -> None:
    """Such an error names the page without a line, and lies in a generated file."""
    place = first_error(b"app/blog/[slug]/page.tsx\nType error: Type 'Props' does not satisfy\n")
    assert place == "app/blog/[slug]/page.tsx"
    assert b"lib/prices.ts" in section(TSC, place)
    assert section("lib/prices.ts(1,1): error TS2304: Cannot find name 'x'.", place) == b""


def test_files_of_a_sibling_package_are_named_from_the_root() -> None:
    """The check runs in the application's folder, and its paths lead out of it."""
    case = Case(
        files={"apps/web/package.json": "{}", "packages/ui/a.tsx": ""},
        log=["../../packages/ui/a.tsx(1,1): error TS2304: Cannot find name 'x'."],
        root="apps/web",
        local_passes=False,
    )
    (finding,) = type_error.detect(case.evidence())
    assert [str(p) for p in finding.locations] == ["packages/ui/a.tsx:1"]


def test_each_file_that_was_told_is_a_finding() -> None:
    """The build's own error stays the decisive one."""
    added = section(TSC, "app/(shop)/page.tsx:3:9").decode()
    case = Case(
        files={"package.json": "{}", "app/(shop)/page.tsx": "", "lib/prices.ts": ""},
        log=(NEXT + added).split("\n"),
        local_passes=False,
    )
    evidence = case.evidence()
    signature = evidence.observation.outcome.signature
    assert signature is not None
    assert signature.subject == "app/(shop)/page.tsx"
    findings = type_error.detect(evidence)
    assert [f.subject for f in findings] == ["app/(shop)/page.tsx", "lib/prices.ts"]
    assert str(findings[1].locations[0]) == "lib/prices.ts:1"
    assert all(len(f.remedies) == 1 for f in findings)


@pytest.fixture
def fake() -> Iterator[FakeEngine]:
    folder = Path(tempfile.mkdtemp(prefix="fake-"))  # a socket's path must be short
    engine = FakeEngine(folder)
    yield engine
    engine.close()
    shutil.rmtree(folder)


def _log_of_a_run(fake: FakeEngine, folder: Path) -> str:
    client = docker.DockerClient(base_url=f"unix://{fake.address}", version="1.41", timeout=5)
    options = DockerOptions(
        image="mirror", image_id="sha256:mirror", session="1@here", folder=folder / "home",
        logs=folder / "logs", salt=b"salt", day="2026-11-25", trees=lambda _digest: {},
    )  # fmt: skip
    engine = DockerEngine(client, options)
    recipe = platform(tree({"package.json": PACKAGE}))
    run = engine.run(RunRequest(id="r01", label="clean", recipe=recipe))
    engine.close()
    client.close()
    assert run.exit_code == 1
    return "\n".join(run.log_lines())


def test_a_run_asks_the_compiler_and_writes_below_its_log(fake: FakeEngine, tmp_path: Path) -> None:
    """Only the end of the log decides whether it is asked."""
    fake.says, fake.types = NEXT.encode(), TSC
    log = _log_of_a_run(fake, tmp_path)
    assert log.index("Type error: ") < log.index(HEADING) < log.index("lib/prices.ts(1,14)")


def test_a_run_that_fails_otherwise_asks_for_nothing(fake: FakeEngine, tmp_path: Path) -> None:
    """A check costs seconds, and no other failure is worth them."""
    fake.types = TSC
    assert HEADING not in _log_of_a_run(fake, tmp_path)


@pytest.mark.parametrize("limit", [100, 10_000])
def test_the_end_of_a_log_is_what_was_written_last(limit: int, tmp_path: Path) -> None:
    """Also of a log that is too long to be kept whole."""
    with LogFile(tmp_path / "log", limit_bytes=limit) as log:
        for number in range(100):
            log.write(b"line %d\n" % number)
        assert log.end(16) == b"line 98\nline 99\n"
