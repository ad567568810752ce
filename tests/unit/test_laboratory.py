"""How the laboratory fills its slots."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from tests.unit.detectors_world import Case, change, tree
from verifier.engine.base import Progress, RunRequest, silent
from verifier.laboratory import CLEAN, LOCAL, LabOptions, Laboratory, Record
from verifier.model.environment import Origin, Variable
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Pattern, Severity, Suspect
from verifier.model.outcome import FailureSignature, Stage, failed
from verifier.model.recipe import Recipe
from verifier.model.run import BuilderError, Run, SpawnEvent
from verifier.model.secret import Secret
from verifier.model.trial import TrialKey, World

_NAMES = ("API", "KEY")


@dataclass
class Engine:
    """Fails every build in which one of the variables is missing."""

    labels: list[str] = field(default_factory=list)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        self.labels.append(request.label)
        present = {v.name for v in request.recipe.environment.variables}
        fails = not present.issuperset(_NAMES)
        error = BuilderError(code="BUILD_UTILS_SPAWN_1", message="exited with 1") if fails else None
        return Run(
            id=request.id, label=request.label, recipe_digest="", driver="platform", steps=(),
            log_path=None, exit_code=int(fails), builder_error=error,
        )  # fmt: skip

    def cancel(self, request_id: str) -> None:
        raise NotImplementedError(request_id)

    def close(self) -> None:
        """Nothing runs."""


def _with(recipe: Recipe, name: str) -> Recipe:
    added = Variable(name=name, value=Secret("1"), origin=Origin.PRODUCTION)
    environment = recipe.environment
    return replace(
        recipe, environment=replace(environment, variables=(*environment.variables, added))
    )


def _without(recipe: Recipe, name: str) -> Recipe:
    kept = tuple(v for v in recipe.environment.variables if v.name != name)
    return replace(recipe, environment=replace(recipe.environment, variables=kept))


def _laboratory(*, slots: int, foresee: bool = True, weight: float = 0.9) -> Laboratory:
    evidence = Case(files={"package.json": "{}"}).evidence()
    assert evidence.local is not None
    local = _with(_with(evidence.local, "API"), "KEY")
    options = LabOptions(
        slots=slots, max_trials=20, deadline_s=1.0, clock=lambda: 0.0, salt=b"s",
        gates=lambda _observation, _recipe: (), foresee=foresee,
    )  # fmt: skip
    lab = Laboratory(
        engine=Engine(), project=evidence.project, clean=evidence.clean, local=local,
        options=options, progress=lambda _line: None,
    )  # fmt: skip
    for name in _NAMES:
        made = change(
            f"env-var:{name}",
            repair=lambda recipe, name=name: _with(recipe, name),
            break_local=lambda recipe, name=name: _without(recipe, name),
        )
        lab.changes[made.id] = made
    lab.run([CLEAN, LOCAL])
    lab.findings[CLEAN] = (
        Finding(
            detector="d", pattern=Pattern.ENVIRONMENT, severity=Severity.ERROR, subject="API",
            summary="s", evidence=(EvidenceItem(kind=EvidenceKind.LOG, text="t"),),
            suspects=(
                Suspect(change_id="env-var:API", weight=weight),
                Suspect(change_id="env-var:KEY", weight=weight - 0.1),
            ),
        ),
    )  # fmt: skip
    return lab


def _clean(*names: str) -> TrialKey:
    return TrialKey(world=World.CLEAN, changes=frozenset(f"env-var:{n}" for n in names))


def _local(name: str) -> TrialKey:
    return TrialKey(world=World.LOCAL, changes=frozenset({f"env-var:{name}"}))


@pytest.mark.parametrize(
    ("slots", "foreseen"), [(1, set()), (2, {"API"}), (3, {"API", "KEY"}), (4, {"API", "KEY"})]
)
def test_idle_slots_run_the_likeliest_proofs(slots: int, foreseen: set[str]) -> None:
    """While everything suspected is repaired at once, what is broken locally fails already."""
    lab = _laboratory(slots=slots)
    (jump,) = lab.run([_clean("API", "KEY")])
    assert jump.is_pass
    assert {n for n in _NAMES if _local(n) in lab.records} == foreseen
    rounds = lab.rounds
    assert all(o.is_fail for o in lab.run([_local(n) for n in _NAMES]))
    assert lab.rounds == rounds + (foreseen != {"API", "KEY"})
    assert isinstance(lab.engine, Engine)
    assert len(lab.engine.labels) == 5


@pytest.mark.parametrize(("foresee", "weight"), [(False, 0.9), (True, 0.5)])
def test_nothing_is_run_on_a_guess(foresee: bool, weight: float) -> None:
    """Weak evidence, or a caller who replays, gets no trial but those asked for."""
    lab = _laboratory(slots=4, foresee=foresee, weight=weight)
    lab.run([_clean("API", "KEY")])
    assert set(lab.records) == {CLEAN, LOCAL, _clean("API", "KEY")}


def test_a_full_batch_is_not_made_longer() -> None:
    """Foreseen trials take idle slots only."""
    lab = _laboratory(slots=2)
    lab.run([_clean("API"), _clean("KEY")])
    assert not any(k.world is World.LOCAL and k.changes for k in lab.records)


def _showing(record: Record, variable: str) -> Record:
    """A run that failed in another way: its log names a variable."""
    signature = FailureSignature(
        stage=Stage.COMPILE, error_class="missing-env", subject=variable, line=f"no {variable}"
    )
    return replace(record, trial=replace(record.trial, outcome=failed(signature)))


@pytest.mark.parametrize(("others", "named"), [(1, set()), (2, {"env-var:KEY"})])
def test_a_trial_speaks_by_the_failure_that_most_of_its_runs_show(
    others: int, named: set[str]
) -> None:
    """A first run that chance made fail must not hide what the further ones name."""
    lab = _laboratory(slots=1)
    lab.findings.clear()
    lab.again([CLEAN] * others)
    lab.repeats[CLEAN] = [_showing(record, "KEY") for record in lab.repeats[CLEAN]]
    assert lab.named(CLEAN) == named


@pytest.mark.parametrize(("name", "twins"), [("API", True), ("OTHER", False)])
def test_a_remedy_that_does_the_same_is_spoken_for_too(name: str, *, twins: bool) -> None:
    """A failure that names one of two equal remedies speaks for both; for no other one."""
    lab = _laboratory(slots=1)
    for subject, variable in (("db.example.com", "API"), ("127.0.0.1", name)):
        made = change(
            f"service:{subject}", repair=lambda recipe, name=variable: _with(recipe, name)
        )
        lab.changes[made.id] = made
    lab.records[CLEAN] = _showing(lab.records[CLEAN], "db.example.com")
    assert ("service:127.0.0.1" in lab.named(CLEAN)) is twins
    assert "service:db.example.com" in lab.named(CLEAN)


@dataclass
class FontEngine(Engine):
    """Fails every build that asks a font service for a style sheet, with the log of Turbopack."""

    folder: Path = Path()
    sheets: tuple[str, ...] = ()
    answers: bool = True
    """Whether the build takes what stands in for the style sheets."""
    pins: bool = False
    """Whether the install wants an exact pnpm first, which the registry does not vouch for."""

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        self.labels.append(request.label)
        stood_in = request.recipe.environment.font_sheets
        wanted = [s for s in self.sheets if not self.answers or s not in (stood_in or ())]
        lines = [
            line
            for sheet in wanted
            for line in (
                f"There was an issue establishing a connection while requesting {sheet}",
                "Failed to fetch `Geist` from Google Fonts.",
            )
        ]
        if self.pins and not request.recipe.environment.any_pnpm:
            why = "its npm registry signature could not be verified"
            wanted, lines = ["pnpm"], [f" ERROR  Refusing to run pnpm@10.11.0: {why}"]
        log = self.folder / request.id
        log.write_text("\n".join([*lines, "done"]))
        error = BuilderError(code="BUILD_UTILS_SPAWN_1", message="exited with 1")
        return Run(
            id=request.id, label=request.label, recipe_digest="", driver="platform", steps=(),
            log_path=log, exit_code=int(bool(wanted)), builder_error=error if wanted else None,
        )  # fmt: skip


SHEETS = tuple(f"https://fonts.googleapis.com/css2?family={f}&display=swap" for f in "AB")


@pytest.mark.parametrize(
    ("sheets", "answers", "labels", "status"),
    [
        ((), True, ["clean"], "pass"),
        (SHEETS, True, ["clean", "clean (stand-in for web fonts)"], "pass"),
        (SHEETS, False, ["clean", "clean (stand-in for web fonts)"], "unresolved"),
    ],
)
def test_web_fonts_out_of_reach_are_stood_in_for(
    tmp_path: Path, sheets: tuple[str, ...], answers: bool, labels: list[str], status: str
) -> None:
    """One more run shows what the build goes on to say; a build that has its fonts gets none."""
    lab = _laboratory(slots=1)
    lab.records.clear()
    lab._by_digest.clear()
    lab.engine = engine = FontEngine(folder=tmp_path, sheets=sheets, answers=answers)
    (outcome,) = lab.run([CLEAN])
    assert engine.labels == labels
    assert outcome.status.value == status
    assert lab.font_sheets == (sheets or None)
    assert ("web fonts" in lab.skipped) == bool(sheets)


def test_later_trials_keep_the_stand_in(tmp_path: Path) -> None:
    """Trials that are compared differ in nothing but what they are about."""
    lab = _laboratory(slots=1)
    lab.records.clear()
    lab._by_digest.clear()
    lab.engine = engine = FontEngine(folder=tmp_path, sheets=SHEETS)
    lab.run([CLEAN, LOCAL])
    assert engine.labels == ["clean", "clean (stand-in for web fonts)", "local"]


def test_trials_that_start_together_do_not_depend_on_which_ends_first(tmp_path: Path) -> None:
    """What the first shows of the fonts comes too late for the second, however fast it was."""
    for _ in range(20):
        lab = _laboratory(slots=2)
        lab.records.clear()
        lab._by_digest.clear()
        lab.engine = engine = FontEngine(folder=tmp_path, sheets=SHEETS)
        lab.run([CLEAN, LOCAL])
        assert sorted(engine.labels) == [
            "clean", "clean (stand-in for web fonts)", "local", "local (stand-in for web fonts)",
        ]  # fmt: skip


def test_an_exact_pnpm_that_the_registry_does_not_vouch_for_is_stood_in_for(tmp_path: Path) -> None:
    """Each run may ask for a further stand-in, and all of them stay."""
    lab = _laboratory(slots=1)
    lab.records.clear()
    lab._by_digest.clear()
    lab.engine = engine = FontEngine(folder=tmp_path, sheets=SHEETS, pins=True)
    outcomes = lab.run([CLEAN, LOCAL])
    assert [o.is_pass for o in outcomes] == [True, True]
    assert engine.labels == [
        "clean", "clean (stand-in for the exact pnpm)", "clean (stand-in for web fonts)", "local",
    ]  # fmt: skip
    assert {"web fonts", "the exact pnpm"} <= lab.skipped.keys()


_READS = "export const url = import.meta.env.VITE_API_URL;\n"


@pytest.mark.parametrize(
    ("committed", "repaired"),
    [
        ({}, {"src/lib/api.ts": _READS}),
        ({"src/lib/Api.ts": _READS}, {"src/main.ts": "import './lib/Api';\n"}),
    ],
    ids=["delivered", "spelt"],
)
def test_code_that_a_repair_opens_is_read_too(
    committed: dict[str, str], repaired: dict[str, str]
) -> None:
    """A variable that only an ignored file reads, or one that a wrong name led past, is known."""
    start = '<script type="module" src="/src/main.ts"></script>'
    main = "import './lib/api';\n"
    files = {"package.json": "{}", "index.html": start, "src/main.ts": main, **committed}
    evidence = Case(files=files, framework="vite").evidence()
    options = LabOptions(
        slots=1, max_trials=9, deadline_s=1.0, clock=lambda: 0.0, salt=b"s",
        gates=lambda _observation, _recipe: (),
    )  # fmt: skip
    lab = Laboratory(
        engine=Engine(), project=evidence.project, clean=evidence.clean, local=evidence.local,
        options=options, progress=lambda _line: None,
    )  # fmt: skip
    made = tree({**files, **repaired})
    lab.changes["x:y"] = change("x:y", repair=lambda recipe: replace(recipe, source=made))
    key = TrialKey(world=World.CLEAN, changes=frozenset({"x:y"}))
    lab.run([CLEAN, key])
    codes = [lab.evidence(k).project.code for k in (CLEAN, key)]
    read = [{r.name for r in c.env_reads if r.file in c.reachable} for c in codes]
    assert read == [set(), {"VITE_API_URL"}]


@dataclass
class PickyEngine(Engine):
    """npm, which refuses a plug-in of the fifth or a later major beside an older bundler."""

    folder: Path = Path()
    asked: list[str] = field(default_factory=list)

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        manifest = json.loads(request.recipe.source.text("package.json") or "{}")
        asked = manifest.get("dependencies", {}).get("plugin", "")
        self.asked.append(asked)
        newest = {"latest": 6, "<6": 5}.get(asked)
        lines = [
            "npm error code ERESOLVE",
            "npm error While resolving: x@1.0.0",
            "npm error Found: bundler@4.0.0",
            "npm error node_modules/bundler",
            "npm error Could not resolve dependency:",
            f'npm error peer bundler@"^9.0.0" from plugin@{newest}.1.0',
        ]
        log = self.folder / request.id
        log.write_text("\n".join(lines if newest else ["done"]))
        error = BuilderError(code="BUILD_UTILS_SPAWN_1", message="npm install exited with 1")
        spawn = SpawnEvent(
            phase="install", command="npm install", exit_code=int(bool(newest)), seconds=1.0,
            log_line=0,
        )  # fmt: skip
        return Run(
            id=request.id, label=request.label, recipe_digest="", driver="platform", steps=(),
            log_path=log, exit_code=int(bool(newest)), spawns=(spawn,),
            builder_error=error if newest else None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("committed", "asked", "passes"),
    [("{}", ["latest", "<6", "<5"], True), ('{"dependencies": {"plugin": "latest"}}', None, False)],
)
def test_what_a_repair_adds_is_an_older_version_where_the_newest_does_not_fit(
    tmp_path: Path, committed: str, asked: list[str] | None, passes: bool
) -> None:
    """What the project itself asks for is its own affair."""
    lab = _laboratory(slots=1)
    lab.records.clear()
    lab._by_digest.clear()
    lab.engine = engine = PickyEngine(folder=tmp_path)
    lab.clean = replace(lab.clean, source=tree({"package.json": committed}))
    added = tree({"package.json": '{"dependencies": {"plugin": "latest"}}'})
    lab.changes["package:plugin"] = change(
        "package:plugin", repair=lambda recipe: replace(recipe, source=added)
    )
    key = TrialKey(world=World.CLEAN, changes=frozenset({"package:plugin"}))
    (outcome,) = lab.run([key])
    assert outcome.is_pass is passes
    assert engine.asked == (asked or ["latest"])


@dataclass
class Absent(Engine):
    """Every install fails, as Yarn tells it; asked itself, the registry gives a status."""

    folder: Path = Path()
    status: int = 404

    def run(self, request: RunRequest, progress: Progress = silent) -> Run:
        self.labels.append(request.label)
        progress("x")
        asked = (request.recipe.environment.build_script or "").startswith("yarn info")
        said = (
            'verbose 0.4 Performing "GET" request to "http://r/tinny".\n'
            f'verbose 0.4 Request "http://r/tinny" finished with status code {self.status}.\n'
            if asked
            else 'error Couldn\'t find package "tinny" on the "npm" registry.\n'
        )
        log = self.folder / f"{request.id}.log"
        log.write_text(said)
        failed_install = () if asked else (
            SpawnEvent(phase="install", command="yarn install", exit_code=1, seconds=1.0),
        )  # fmt: skip
        return Run(
            id=request.id, label=request.label, recipe_digest="", driver="script", steps=(),
            log_path=log, exit_code=0 if asked else 1, spawns=failed_install,
        )  # fmt: skip


@pytest.mark.parametrize(("status", "looks"), [(404, 1), (200, 3)])
def test_the_registry_is_asked_until_it_bears_something_out(
    status: int, looks: int, tmp_path: Path
) -> None:
    """What is not there is not there for any trial; trouble may be over by the next."""
    lab = _laboratory(slots=1, foresee=False)
    lab.engine = Absent(folder=tmp_path, status=status)
    outcomes = lab.run([_clean("API"), _clean("KEY"), _clean("API", "KEY")])
    assert [o.is_fail for o in outcomes] == [status == 404] * 3
    assert [o.is_unresolved for o in outcomes] == [status == 200] * 3
    assert sum("the registry asked" in label for label in lab.engine.labels) == looks


@pytest.mark.parametrize("undecided", [True, False])
def test_what_is_undecided_is_tried_and_looked_at_again(undecided: bool) -> None:
    """All suspects at once, and the trial's findings are made anew; else nothing is run."""
    lab = _laboratory(slots=1)
    (finding,) = lab.findings[CLEAN]
    lab.findings[CLEAN] = (replace(finding, undecided=undecided),)
    lab.decide(CLEAN)
    assert (_clean("API", "KEY") in lab.records) is undecided
    assert (CLEAN in lab.findings) is not undecided
