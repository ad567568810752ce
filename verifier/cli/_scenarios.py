"""Runs a scenario as a user's project would be run, live or from its recording, and checks it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from verifier.engine.base import Engine, Progress
from verifier.engine.replay import RecordingEngine, ReplayEngine
from verifier.intake import IntakeOptions, read_project
from verifier.intake.scenario import load_scenario, prepare_scenario
from verifier.model.attribution import CauseStatus
from verifier.model.environment import Manager
from verifier.model.project import LocalMachine, Project
from verifier.model.report import Report, ReportedCause
from verifier.model.scenario import Expectation, ExpectedCause, Prepared, Scenario, Variant
from verifier.pipeline import Verification, VerifyOptions, verify
from verifier.plan import PlanOptions, make_plan

TODAY = date(2026, 11, 20)
"""The day on which scenarios happen; platform tables depend on it."""


def scenarios_folder() -> Path:
    """The bundled scenarios: beside the package in a checkout, inside it when installed."""
    here = Path(__file__).resolve().parents[1]
    inside = here / "_scenarios"
    return inside if inside.is_dir() else here.parent / "scenarios"


def all_scenarios() -> tuple[Scenario, ...]:
    """Every scenario, by id."""
    folders = sorted(p.parent for p in scenarios_folder().glob("*/scenario.yaml"))
    return tuple(load_scenario(f) for f in folders)


def variants(scenario: Scenario) -> tuple[Variant, ...]:
    """The variants a scenario has: the faulty one, and its repair and neighbour where given."""
    found = [Variant.FAULTY]
    found += [v for v in (Variant.FIXED, Variant.NEIGHBOUR) if scenario.repair(v) is not None]
    return tuple(found)


def recording_path(scenario: Scenario, variant: Variant) -> Path:
    """Where the recorded runs of a variant are."""
    return scenario.folder / "recorded" / f"{variant.value}.json.gz"


def machine_path(scenario: Scenario, variant: Variant) -> Path:
    """Where the recorded facts of the developer's machine are."""
    return scenario.folder / "recorded" / f"{variant.value}-machine.json"


def read_prepared(prepared: Prepared, work: Path, environ: Mapping[str, str]) -> Project:
    """The laid-out scenario, read as any project is."""
    return read_project(
        prepared.application,
        options=IntakeOptions(
            ignore_local=not prepared.scenario.local.present,
            host_node=f"{prepared.scenario.local.node}.0.0",
        ),
        environ=environ,
        workdir=work,
    )


def run_prepared(
    project: Project, scenario: Scenario, engine: Engine, options: VerifyOptions, say: Progress
) -> Verification:
    """Plan and verify a scenario's project on an engine."""
    plan = make_plan(
        project, today=TODAY, options=PlanOptions(node_local=scenario.local.node, stand_ins=True)
    )
    return verify(project, plan, engine, replace(options, today=TODAY), say)


def replay(
    scenario: Scenario, variant: Variant, work: Path, options: VerifyOptions, say: Progress
) -> Verification:
    """Verify a variant from its recorded runs, without an engine."""
    prepared = prepare_scenario(scenario, work / "disk", variant=variant)
    project = read_prepared(prepared, work / "content", {})
    recorded = machine_path(scenario, variant)
    if recorded.exists():
        value = json.loads(recorded.read_text(encoding="utf-8"))
        project = replace(project, machine=_machine_from(value))
    engine = ReplayEngine(recording_path(scenario, variant), work / "logs")
    return run_prepared(project, scenario, engine, options, say)


def record_machine(project: Project, path: Path) -> None:
    """Keep what was found of the developer's machine, for replays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    machine = project.machine
    value = {
        "node_version": machine.node_version,
        "manager": machine.manager.value if machine.manager else None,
        "manager_version": machine.manager_version,
        "platform": machine.platform,
        "installed": dict(machine.installed),
        "outer": dict(machine.outer),
        "tree": machine.tree_path is not None,
        "native_platform": machine.native_platform,
        "has_evidence": machine.has_evidence,
    }
    path.write_text(json.dumps(value, sort_keys=True, indent=1) + "\n", encoding="utf-8")


def _machine_from(value: Mapping[str, Any]) -> LocalMachine:
    return LocalMachine(
        node_version=value["node_version"],
        manager=Manager(value["manager"]) if value["manager"] else None,
        manager_version=value["manager_version"],
        platform=value["platform"],
        installed=value["installed"],
        outer=value["outer"],
        tree_path="node_modules" if value["tree"] else None,
        native_platform=value["native_platform"],
        has_evidence=value["has_evidence"],
    )


def recording(engine: Engine, project: Project, scenario: Scenario) -> RecordingEngine:
    """An engine that records every run and masks values that the scenario itself does not hold."""
    known = "\n".join(
        file.read_text(encoding="utf-8", errors="replace")
        for part in ("project", "local", "platform")
        for file in sorted((scenario.folder / part).rglob("*"))
        if file.is_file()
    )

    def hide() -> Iterator[str]:
        for file in project.env_files:
            for entry in file.entries:
                if entry.value is not None and entry.value.reveal() not in known:
                    yield entry.value.reveal()

    return RecordingEngine(engine, hide)


def complaints(report: Report, scenario: Scenario, variant: Variant) -> list[str]:
    """What the report says that is not the scenario's truth; empty when all is right."""
    if variant is not Variant.FAULTY:
        return list(_healthy(report))
    return list(_against(report, scenario.expect))


def _healthy(report: Report) -> Iterator[str]:
    if report.deployable is not True:
        yield f"a healthy project is called not deployable: {report.headline}"
    for cause in report.confirmed:
        yield f"a false cause is confirmed: {cause.subject}"


def _against(report: Report, truth: Expectation) -> Iterator[str]:
    if report.verdict not in truth.verdicts:
        yield f"verdict {report.verdict.value}, not {[v.value for v in truth.verdicts]}"
    if report.exit_code != truth.exit_code:
        yield f"exit code {report.exit_code}, not {truth.exit_code}"
    left = list(report.confirmed)
    for wanted in truth.causes:
        hit = next((c for c in left if _speaks_of(c, wanted)), None)
        if hit is None:
            yield f"cause not found: {wanted.subjects[0]}"
            continue
        left.remove(hit)
        yield from _details(hit, wanted)
    for cause in left:
        yield f"a false cause is confirmed: {cause.subject}"
    repaired = [c for c in report.confirmed if c.remedy is not None and c.remedy.verified]
    if repaired and len(repaired) == len(report.confirmed) and not report.plan_verified:
        yield "every cause has a repair that went green, and the fix plan as it ships has not"
    for cause in report.causes:
        if cause.status is CauseStatus.CONFIRMED and cause.subject in truth.never:
            yield f"must never be a cause: {cause.subject}"


def _speaks_of(cause: ReportedCause, wanted: ExpectedCause) -> bool:
    return cause.subject in wanted.subjects


def _details(cause: ReportedCause, wanted: ExpectedCause) -> Iterator[str]:
    if cause.pattern not in {p.value for p in wanted.patterns}:
        yield f"{cause.subject}: pattern {cause.pattern}"
    if cause.stage not in {s.word for s in wanted.stages}:
        yield f"{cause.subject}: stage {cause.stage}, not {[s.word for s in wanted.stages]}"
    named = {str(p) for p in cause.locations}
    if wanted.locations and not named & {str(p) for p in wanted.locations}:
        right = [str(p) for p in wanted.locations]
        yield f"{cause.subject}: places {sorted(named)}, none of {right}"


def populate_disk(prepared: Prepared, install: Callable[..., None]) -> None:
    """Make the developer's installed tree; `install` runs commands in a copy of a folder."""
    local = prepared.scenario.local
    if not local.present:
        return
    if local.outer_packages:
        specs = " ".join(f"{n}@{v}" for n, v in local.outer_packages.items())
        outer = prepared.repository.parent / "outer"
        outer.mkdir()
        (outer / "package.json").write_text("{}", encoding="utf-8")
        install(folder=outer, commands=[f"npm install --no-save {specs}"], local=local)
        (outer / "node_modules").rename(prepared.repository.parent / "node_modules")
    if local.installed:
        root = prepared.scenario.root
        enter = f"cd '{root}' && " if root else ""
        commands = [f"{enter}{c}" for c in (local.install_command, *local.steps)]
        install(folder=prepared.repository, commands=commands, local=local)
