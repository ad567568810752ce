"""Every scenario folder is well formed, lays out, and says nothing about where it was made."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from verifier.errors import ProjectError
from verifier.intake.scenario import load_scenario, prepare_scenario
from verifier.model.outcome import UnresolvedReason
from verifier.model.scenario import Scenario, Variant
from verifier.model.verdict import Verdict

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FOLDERS = sorted(p.parent for p in SCENARIOS.glob("*/scenario.yaml"))
LOCKFILES = {"package-lock.json", "pnpm-lock.yaml"}
HEALTHY = {Verdict.EQUIVALENT, Verdict.DRIFT, Verdict.CLEAN_ONLY_PASS, Verdict.CLEAN_PASS}

each_folder = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def files_below(folder: Path) -> Iterator[Path]:
    return (p for p in sorted(folder.rglob("*")) if p.is_file())


def git(repository: Path, *arguments: str) -> list[str]:
    done = subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments],
        cwd=repository,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def stored_name(path: str) -> str:
    return re.sub(r"(^|/)\.gitignore$", r"\1gitignore", path)


def variants(scenario: Scenario) -> list[Variant]:
    return [v for v in Variant if v is Variant.FAULTY or scenario.repair(v) is not None]


def write_scenario(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return folder


MINIMAL = """\
id: sample
title: A sample
pattern: environment-variable-collapse
story: A story.
local: {present: true, node: 24, manager: npm}
expect: {verdict: equivalent, exit_code: 0}
"""


@each_folder
def test_loads(folder: Path) -> None:
    """A scenario file is read without complaint and bears its folder's name."""
    assert load_scenario(folder).id == folder.name


@each_folder
def test_expectation_is_consistent(folder: Path) -> None:
    """Causes, verdict and exit code of a scenario do not contradict each other."""
    expect = load_scenario(folder).expect
    assert expect.verdicts
    if expect.unresolved is not None:
        assert (expect.exit_code, expect.causes) == (125, ())
        assert expect.verdicts == {Verdict.INCONCLUSIVE}
    elif expect.causes:
        assert expect.exit_code == 1
    else:
        assert expect.exit_code == 0
        assert expect.verdicts <= HEALTHY


@each_folder
def test_a_cause_is_never_forbidden(folder: Path) -> None:
    """What must be named as a cause is not also what must never be named."""
    expect = load_scenario(folder).expect
    wanted = {subject for cause in expect.causes for subject in cause.subjects}
    assert not wanted & set(expect.never)
    assert expect.never


@each_folder
def test_a_faulty_scenario_has_fix_and_neighbour(folder: Path) -> None:
    """Every scenario with a cause also has its repair and its healthy neighbour."""
    scenario = load_scenario(folder)
    if scenario.expect.causes:
        assert scenario.fix is not None
        assert scenario.neighbour is not None


@each_folder
def test_locations_exist(folder: Path) -> None:
    """A named location is a line of a file, a folder, or what the repair or the laptop has."""
    scenario = load_scenario(folder)
    patches = "".join(p.read_text(encoding="utf-8") for p in folder.glob("*.patch"))
    for cause in scenario.expect.causes:
        for location in cause.locations:
            places = [folder / side / stored_name(location.file) for side in ("project", "local")]
            is_folder = location.file.endswith("/")
            found = [p for p in places if (p.is_dir() if is_folder else p.is_file())]
            if location.line is None:
                on_disk = {r.disk for r in scenario.local.case_renames}
                assert found or location.file in on_disk or f"b/{location.file}" in patches
            else:
                lines = found[0].read_text(encoding="utf-8").splitlines()
                assert 1 <= location.line <= len(lines)
                assert lines[location.line - 1].strip()


@each_folder
def test_lays_out_every_variant(folder: Path, tmp_path: Path) -> None:
    """Every variant becomes a repository that holds the project, and never the platform's files."""
    scenario = load_scenario(folder)
    for variant in variants(scenario):
        prepared = prepare_scenario(scenario, tmp_path / variant.value, variant=variant)
        tracked = git(prepared.repository, "ls-tree", "-r", "--name-only", "HEAD")
        assert (prepared.application / "package.json").is_file()
        assert (prepared.application / ".vercel/project.json").is_file()
        assert not [path for path in tracked if ".vercel/" in path or "node_modules/" in path]
        if variant is Variant.FAULTY:
            stored = [p.relative_to(folder / "project") for p in files_below(folder / "project")]
            committed = [p.as_posix() for p in stored] + list(scenario.submodules)
            assert sorted(map(stored_name, tracked)) == sorted(committed)
            offered = git(prepared.repository, "ls-files", "--others", "--exclude-standard")
            assert not [path for path in offered if ".vercel/" in path]


@pytest.mark.parametrize("folder", FOLDERS[::12], ids=lambda folder: folder.name)
def test_commit_is_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    """Laying a scenario out twice gives the same commit."""
    scenario = load_scenario(folder)
    heads = [
        git(prepare_scenario(scenario, tmp_path / name).repository, "rev-parse", "HEAD")
        for name in ("one", "two")
    ]
    assert heads[0] == heads[1]


@each_folder
def test_versions_are_exact(folder: Path) -> None:
    """Dependencies are pinned, so that a scenario stays what it is."""
    for file in (folder / "project").rglob("package.json"):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        if not any((folder / "project" / name).exists() for name in LOCKFILES):
            continue  # that nothing holds the versions is the fault itself
        for kind in ("dependencies", "devDependencies"):
            for version in manifest.get(kind, {}).values():
                assert re.fullmatch(r"\d+\.\d+\.\d+(-[\w.]+)?", version)


@each_folder
def test_no_trace_of_the_machine_it_was_made_on(folder: Path) -> None:
    """No lockfile names a registry, and no file names an address of a private machine."""
    for file in files_below(folder):
        if file.suffix == ".gz":
            recorded = gzip.decompress(file.read_bytes()).decode("utf-8")
            assert not re.search(
                r"/home/\w|/root/|/Users/\w|https?://registry\.(?!example)", recorded
            )
            continue
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"/home/\w|/root/|/Users/\w|/tmp/", text)
        if file.name in LOCKFILES:
            reserved = re.sub(r"https://[\w.-]+\.example/", "", text)
            assert not re.search(r'"resolved": "https?:|tarball:|registry\.', reserved)


@pytest.mark.skipif(not (SCENARIOS.parent / ".git").exists(), reason="not a git checkout")
@each_folder
def test_nothing_a_clone_would_not_have(folder: Path) -> None:
    """Every file of a scenario is tracked by this repository, whatever its ignore rules say."""
    tracked = git(SCENARIOS, "ls-files", "--", folder.name)
    present = [p.relative_to(SCENARIOS).as_posix() for p in files_below(folder)]
    assert sorted(tracked) == sorted(present)


def test_a_rename_by_case_is_invisible_to_git(tmp_path: Path) -> None:
    """The disk has the renamed file while git sees no change."""
    scenario = load_scenario(SCENARIOS / "b02-case-rename-not-in-index")
    prepared = prepare_scenario(scenario, tmp_path)
    names = {p.name for p in (prepared.repository / "src/components").iterdir()}
    assert names == {"Header.tsx"}
    assert git(prepared.repository, "ls-files", "src/components") == ["src/components/header.tsx"]
    assert git(prepared.repository, "config", "core.ignorecase") == ["true"]


def test_a_removed_file_is_committed_and_not_on_disk(tmp_path: Path) -> None:
    """A deletion that was never committed is the laptop's alone."""
    scenario = load_scenario(SCENARIOS / "c001-four-faults-next")
    prepared = prepare_scenario(scenario, tmp_path)
    assert not (prepared.repository / "pages/index.tsx").exists()
    assert git(prepared.repository, "ls-files", "--deleted") == ["pages/index.tsx"]


def test_a_repair_sets_and_removes_variables(tmp_path: Path) -> None:
    """A repair of the production scope replaces values, adds new ones, and takes others away."""
    text = MINIMAL + "fix: {variables: {A: one, B: two, C: null}}\n"
    folder = write_scenario(tmp_path / "sample", text)
    platform = folder / "platform/.vercel/.env.production.local"
    platform.parent.mkdir(parents=True)
    platform.write_text('# Created by Vercel CLI\nB="old"\nC="gone"\nD="kept"\n')
    (folder / "project").mkdir()
    (folder / "project/package.json").write_text("{}")
    prepared = prepare_scenario(load_scenario(folder), tmp_path / "out", variant=Variant.FIXED)
    lines = (prepared.application / ".vercel/.env.production.local").read_text().splitlines()
    assert lines == ["# Created by Vercel CLI", 'D="kept"', 'A="one"', 'B="two"']


def test_a_repair_changes_settings(tmp_path: Path) -> None:
    """A repair by settings changes the pulled project settings and nothing else in them."""
    scenario = load_scenario(SCENARIOS / "b22-output-directory-elsewhere")
    prepared = prepare_scenario(scenario, tmp_path, variant=Variant.NEIGHBOUR)
    settings = json.loads((prepared.application / ".vercel/project.json").read_text())["settings"]
    assert (settings["outputDirectory"], settings["framework"]) == ("build", "vite")


def test_nothing_local_is_laid_where_nothing_local_is_known(tmp_path: Path) -> None:
    """A scenario without a local side is a plain clone with the platform's files."""
    scenario = load_scenario(SCENARIOS / "b18-build-scripts-not-allowed")
    prepared = prepare_scenario(scenario, tmp_path)
    assert git(prepared.repository, "status", "--porcelain") == []


def test_a_folder_in_use_is_refused(tmp_path: Path) -> None:
    """Nothing is written into a folder that holds something already."""
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(ProjectError, match="not empty"):
        prepare_scenario(load_scenario(FOLDERS[0]), tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]


def test_a_variant_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    """A healthy project has no repaired form."""
    scenario = load_scenario(SCENARIOS / "t15-other-node-major")
    with pytest.raises(ProjectError, match="no variant 'fixed'"):
        prepare_scenario(scenario, tmp_path, variant=Variant.FIXED)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("title: A sample\n", ""), "'title' is missing"),
        (("title:", "tittle: x\ntitle:"), "unknown keys.*tittle"),
        (("verdict: equivalent", "verdict: splendid"), "unknown word 'splendid'"),
        (("node: 24", "node: new"), "'node' must be of type int"),
        (("id: sample", "id: other"), "not the name of its folder"),
        (("story: A story.", "story: [a, {b"), "cannot be read as YAML"),
    ],
)
def test_a_faulty_file_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    """A mistake in a scenario file is named with its key."""
    folder = write_scenario(tmp_path / "sample", MINIMAL.replace(*change))
    with pytest.raises(ProjectError, match=message):
        load_scenario(folder)


def test_unresolved_is_read_by_its_name(tmp_path: Path) -> None:
    """The short word for a reason is enough."""
    text = MINIMAL.replace("exit_code: 0", "exit_code: 125, unresolved: network")
    folder = write_scenario(tmp_path / "sample", text)
    assert load_scenario(folder).expect.unresolved is UnresolvedReason.NETWORK
