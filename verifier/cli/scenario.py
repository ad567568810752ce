"""`verifier scenario`: the bundled failures, each with its known truth."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from verifier.model.scenario import Scenario
    from verifier.pipeline import Verification


@click.group("scenario")
def command() -> None:
    """List and run the bundled scenarios."""


@command.command("list")
def list_() -> int:
    """List the scenarios with their titles."""
    from verifier.cli._scenarios import all_scenarios

    for scenario in all_scenarios():
        click.echo(f"{scenario.id:<40} {scenario.title}")
    return 0


@command.command("prepare")
@click.argument("name")
@click.argument("destination", type=click.Path(path_type=Path))
@click.option("--variant", type=click.Choice(["faulty", "fixed", "neighbour"]), default="faulty")
def prepare(name: str, destination: Path, variant: str) -> int:
    """Lay scenario NAME out in DESTINATION as it is on its developer's disk."""
    from verifier.cli._session import open_session, work_folder

    environ = dict(os.environ)
    with work_folder(environ) as work, open_session(None, None, work, environ) as session:
        prepared = lay_out(_one(name), variant, destination, session, environ)
    click.echo(str(prepared.application))
    return 0


@command.command("run")
@click.argument("names", nargs=-1)
@click.option(
    "--variant", type=click.Choice(["faulty", "fixed", "neighbour", "all"]), default="all"
)
@click.option("--record", is_flag=True, help="Keep the runs for replays, in the scenario's folder.")
@click.option("--replay", "from_recording", is_flag=True, help="Use recorded runs; no engine.")
@click.option("--report", "show", is_flag=True, help="Print each report.")
def run(names: tuple[str, ...], **options: Any) -> int:
    """Run scenarios (all without NAMES) and print a table of truth against answer."""
    from verifier.cli._scenarios import all_scenarios, variants

    chosen = [_one(n) for n in names] if names else list(all_scenarios())
    wrong = 0
    for scenario in chosen:
        for variant in variants(scenario):
            if options["variant"] in {"all", variant.value}:
                wrong += _run_one(scenario, variant.value, options)
    click.echo(f"{wrong} wrong" if wrong else "all right")
    return 1 if wrong else 0


def _run_one(scenario: Scenario, variant: str, options: dict[str, Any]) -> int:
    from verifier.cli._scenarios import complaints, replay
    from verifier.cli._session import say
    from verifier.model.scenario import Variant
    from verifier.presenters import presenters

    if options["from_recording"]:
        with tempfile.TemporaryDirectory() as folder:
            done = replay(scenario, Variant(variant), Path(folder), plain_options(), say)
    else:
        done = run_live(scenario, variant, record=options["record"])
    found = complaints(done.report, scenario, Variant(variant))
    if options["show"]:
        click.echo(presenters()["text"].render(done.report))
    runs = len({r.id for r in done.report.runs})
    seconds = done.report.timings.get("total_s", 0.0)
    mark = "ok   " if not found else "WRONG"
    click.echo(f"{mark} {scenario.id:<40} {variant:<9} {runs:>2} runs {seconds:>6.0f} s")
    for text in found:
        click.echo(f"      {text}")
    return 1 if found else 0


def plain_options() -> Any:
    """Options of a verification that nobody watches."""
    from verifier.cli._scenarios import TODAY
    from verifier.cli._session import clock
    from verifier.pipeline import VerifyOptions

    slots = min(2, os.cpu_count() or 1)
    return VerifyOptions(clock=clock, salt=b"scenario", today=TODAY, slots=slots)


def run_live(scenario: Scenario, variant: str, *, record: bool) -> Verification:
    """Run one variant in real containers, its developer's disk in a folder that is gone after."""
    from dataclasses import replace

    from verifier.cli import _scenarios as s
    from verifier.cli._session import open_session, say, work_folder
    from verifier.model.scenario import Variant

    environ = dict(os.environ)
    with work_folder(environ) as work:
        with open_session(None, None, work, environ) as session:
            prepared = lay_out(scenario, variant, work / "disk", session, environ)
        project = s.read_prepared(prepared, work / "content", {})
        with open_session(project, prepared.repository, work, environ) as session:
            engine = s.recording(session.engine, project, scenario)
            options = replace(
                plain_options(),
                salt=session.salt,
                fidelity=session.fidelity,
                versions=session.versions,
            )
            done = s.run_prepared(project, scenario, engine, options, say)
        if record:
            engine.save(s.recording_path(scenario, Variant(variant)))
            s.record_machine(project, s.machine_path(scenario, Variant(variant)))
    return done


def lay_out(scenario: Scenario, variant: str, folder: Path, session: Any, environ: Any) -> Any:
    """The scenario on disk with its real installed tree."""
    from verifier.cli._scenarios import populate_disk
    from verifier.engine.docker import DockerEngine
    from verifier.engine.image import host_ca_bundle
    from verifier.engine.populate import populate
    from verifier.intake.scenario import prepare_scenario
    from verifier.model.environment import Manager
    from verifier.model.scenario import LocalSide, Variant

    engine: DockerEngine = session.engine
    if folder.exists() and not any(folder.iterdir()):
        shutil.rmtree(folder)
    prepared = prepare_scenario(scenario, folder, variant=Variant(variant))

    def install(*, folder: Path, commands: list[str], local: LocalSide) -> None:
        major = (local.manager_version or "10").partition(".")[0]
        populate(
            session.client,
            image=session.image.tag,
            folder=folder,
            commands=commands,
            node_major=local.node,
            session=engine.session,
            manager_path=f"/pnpm{major}/node_modules/.bin" if local.manager is Manager.PNPM else "",
            host_ca=host_ca_bundle(environ),
            reach=engine.reach,
            bring_back=tuple({"node_modules", f"{scenario.root}/node_modules".lstrip("/")}),
        )

    populate_disk(prepared, install)
    return prepared


def _one(name: str) -> Scenario:
    import difflib

    from verifier.cli._scenarios import all_scenarios

    known = {s.id: s for s in all_scenarios()}
    hits = [s for i, s in known.items() if i == name or i.partition("-")[0] == name]
    if len(hits) == 1:
        return hits[0]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    msg = f"there is no scenario '{name}'{hint}"
    raise click.UsageError(msg)
