"""Performs trials: which changes on which side, run through the engine, observed, remembered.

The search in `isolate/` asks; this module answers. It alone knows how a trial becomes a recipe,
how many run at once, what the budget still allows, and which evidence each trial gave.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from verifier.comparators import compare_all
from verifier.detectors import client_markers, detect_all
from verifier.engine.base import Engine, Progress, RunRequest
from verifier.factors import with_breaks, with_repairs
from verifier.factors._additions import unfit_addition, with_older
from verifier.intake import with_code
from verifier.isolate import Candidate, alike, groups
from verifier.model.change import Change
from verifier.model.difference import Difference
from verifier.model.environment import Origin
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceKind, Finding, Severity
from verifier.model.observation import Doubt, Observation
from verifier.model.outcome import (
    FailureSignature,
    Outcome,
    Stage,
    UnresolvedReason,
    failed,
    passed,
    unresolved,
)
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.model.secret import Secret
from verifier.model.trial import FIX_PLAN, Trial, TrialKey, World
from verifier.observe import observe
from verifier.second_look import second_look
from verifier.vercel.registries import hosts_named, is_company_host

CLEAN = TrialKey(world=World.CLEAN, changes=frozenset())
LOCAL = TrialKey(world=World.LOCAL, changes=frozenset())
_NO_MARKER = frozenset({Origin.SYSTEM, Origin.PLATFORM, Origin.TOOLCHAIN})
_CODE = re.compile(r"\.(?:[cm]?[jt]sx?|vue|svelte|astro|mdx?)$")
_OURS = frozenset({"node", "npm", "npx"})
"""Commands that every build machine has: if one is missing, the mirror is to blame."""
_LIKELY = 0.6
"""Weight of evidence from which a repair is expected to be needed."""
_MOST_STAND_INS = 3
"""How often one trial is begun anew with a stand-in; each build may ask for a further one."""
VALUE = "value:"
"""What the name of a variable follows in the name of a marker of its value."""
_MIN_MARKER_CHARS = 8
"""Shorter values occur in a bundle by chance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabOptions:
    """Bounds and inputs of a laboratory.

    slots: trials run at once. max_trials: runs allowed in all. deadline_s: on `clock`'s scale.
    foresee: whether slots that a batch leaves idle run proofs that will very likely be asked for.
    """

    slots: int
    max_trials: int
    deadline_s: float
    clock: Callable[[], float]
    salt: bytes
    gates: Callable[[Observation, Recipe], Sequence[FailureSignature]]
    foresee: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Everything known of one performed trial."""

    trial: Trial
    recipe: Recipe
    run: Run
    observation: Observation


@dataclass(slots=True)
class Laboratory:
    """Answers the search's questions with real runs; equal recipes are run once."""

    engine: Engine
    project: Project
    clean: Recipe
    local: Recipe | None
    options: LabOptions
    progress: Progress
    changes: dict[str, Change] = field(default_factory=dict)
    records: dict[TrialKey, Record] = field(default_factory=dict)
    findings: dict[TrialKey, tuple[Finding, ...]] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    repeats: dict[TrialKey, list[Record]] = field(default_factory=dict)
    rounds: int = 0
    """Batches of trials that needed a run; those of one batch do not wait for each other."""
    font_sheets: tuple[str, ...] | None = None
    """Style sheets of web fonts that stand-ins answer for from now on, None where none is."""
    any_pnpm: bool = False
    """Whether the mirror's own pnpm is used from now on in place of an exact one."""
    older: dict[str, str] = field(default_factory=dict)
    """Ranges for packages that repairs add in whatever version, where the newest does not fit."""
    _varied: bool = False
    _asked_again: dict[TrialKey, int] = field(default_factory=dict)
    _by_digest: dict[str, Record] = field(default_factory=dict)
    _detections: dict[tuple[TrialKey, str], tuple[Finding, ...]] = field(default_factory=dict)
    _read_again: dict[str, Project] = field(default_factory=dict)
    _borne_out: set[Doubt] = field(default_factory=set)
    _started: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def recipe(self, key: TrialKey) -> Recipe:
        """The recipe of a trial: a side with the named changes applied, in order of id."""
        if key.world is World.CLEAN:
            made = with_repairs(self.clean, self._named(key))
        elif self.local is None:
            msg = "a trial of the local side needs a local side"
            raise ValueError(msg)
        else:
            made = with_breaks(self.local, self._named(key))
        environment = replace(
            made.environment, font_sheets=self.font_sheets, any_pnpm=self.any_pnpm
        )
        source = with_older(made.source, self.clean.source, self.older)
        return replace(made, environment=environment, source=source)

    def _named(self, key: TrialKey) -> list[Change]:
        return [self.changes[name] for name in sorted(key.changes)]

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """Perform trials, several at once; the outcomes come in the order of the keys."""
        todo = [k for k in dict.fromkeys(keys) if k not in self.records]
        if todo:
            before = self._started
            batch = [*todo, *self._foreseen(todo)]
            # What starts at once is made at once, so that none depends on how soon another ends.
            made = [self.recipe(key) for key in batch[: self.options.slots]]
            recipes = [*made, *[None] * (len(batch) - len(made))]
            with ThreadPoolExecutor(max_workers=self.options.slots) as pool:
                list(pool.map(self._perform, batch, recipes))
            self.rounds += self._started > before
        return [
            self.records[k].trial.outcome
            if k in self.records
            else unresolved(UnresolvedReason.BUDGET, "no run was left for this trial")
            for k in keys
        ]

    def _foreseen(self, todo: Sequence[TrialKey]) -> list[TrialKey]:
        """Proofs of the local side for idle slots: of repairs in this batch, the likeliest first.

        What is repaired on strong evidence is nearly always found to be needed, and then the local
        side with only this broken is asked for; run now, it costs no time of its own.
        """
        idle = self.options.slots - len(todo)
        local = self.records.get(LOCAL)
        if not self.options.foresee or idle < 1 or local is None or not local.trial.outcome.is_pass:
            return []
        repaired = {name for key in todo if key.world is World.CLEAN for name in key.changes}
        weights: dict[str, float] = {}
        for suspect in (s for found in self.findings.values() for f in found for s in f.suspects):
            weights[suspect.change_id] = max(suspect.weight, weights.get(suspect.change_id, 0.0))
        likely = [
            change
            for name in repaired
            if weights.get(name, 0.0) >= _LIKELY
            and (change := self.changes[name]).break_local is not None
            and not change.coupled
        ]
        keys = [
            TrialKey(world=World.LOCAL, changes=frozenset({change.id}))
            for change in sorted(likely, key=lambda c: (-weights[c.id], c.id))
        ]
        return [key for key in keys if key not in self.records][:idle]

    def _perform(self, key: TrialKey, made: Recipe | None) -> None:
        recipe = made or self.recipe(key)
        digest = recipe.digest(self.options.salt)
        with self._lock:
            known = self._by_digest.get(digest)
            if known is None:
                if not self._may_start():
                    return
                self._started += 1
            run_id = f"r{self._started:02d}"
        if known is None:
            self._record(key, recipe, digest, run_id)
            return
        self.records[key] = replace(
            known,
            trial=Trial(
                key=key,
                outcome=known.trial.outcome,
                run_id=known.run.id,
                seconds=0.0,
                cached=True,
            ),
            recipe=recipe,
        )

    def _record(self, key: TrialKey, recipe: Recipe, digest: str, run_id: str) -> None:
        record = self._with_stand_ins(key, self._run(key, recipe, run_id, str(key)))
        with self._lock:
            self.records[key] = record
            self._by_digest[digest] = record
            self._by_digest[record.recipe.digest(self.options.salt)] = record

    def _with_stand_ins(self, key: TrialKey, record: Record) -> Record:
        """The record, or that of a further run with stand-ins for what the first could not get.

        The platform can have what only cannot be had from here, and a person would choose another
        version than a trial's guess; what the build would go on to say is worth knowing. Stand-ins
        stay for all later trials, so that those differ in nothing else.
        """
        labels = [str(key)]
        while len(labels) <= _MOST_STAND_INS and not record.trial.outcome.is_pass:
            with self._lock:
                what = self._stand_in(record)
                if what is None or not self._may_start():
                    break
                self._started += 1
                run_id = f"r{self._started:02d}"
            label = f"{key} (stand-in for {what})"
            labels.append(label if label not in labels else f"{label}, {len(labels)}")
            record = self._run(key, self.recipe(key), run_id, labels[-1])
        return record

    def _stand_in(self, record: Record) -> str | None:
        """What a failed run asks a stand-in for that it had none for, None if nothing."""
        seen, had = record.observation, record.recipe.environment
        if seen.pnpm_refused and not had.any_pnpm:
            self.any_pnpm = True
            self.skipped["the exact pnpm"] = (
                f"the registry in use does not vouch for pnpm {seen.pnpm_refused}, which "
                "packageManager names; the mirror's own pnpm of the same choice was used"
            )
            return "the exact pnpm"
        unfit = unfit_addition(
            record.trial.outcome.signature, record.recipe.source, self.clean.source
        )
        if unfit is not None:
            self.older.update([unfit])
            return f"the newest {unfit[0]}"
        if seen.font_sheets is None:
            return None
        self.font_sheets = tuple(sorted({*(self.font_sheets or ()), *seen.font_sheets}))
        self.skipped["web fonts"] = (
            "fonts.googleapis.com cannot be reached from here, so the builds got a stand-in "
            "for its style sheets; the platform fetches the real ones"
        )
        return "web fonts" if had.font_sheets != self.font_sheets else None

    def _run(self, key: TrialKey, recipe: Recipe, run_id: str, label: str) -> Record:
        self.progress(f"{run_id} {label}")
        run = self.engine.run(
            RunRequest(
                id=run_id,
                label=label,
                recipe=recipe,
                markers=lambda: markers(self._read(recipe), recipe),
                collect=self._lockfiles(recipe),
                cold=FIX_PLAN in key.changes,
            ),
            lambda line: self.progress(f"{run_id}   {line}"),
        )
        observation = self._looked_into(observe(run), recipe, label)
        outcome = self._gated(observation, recipe, key)
        self.progress(f"{run_id} {describe(outcome)} ({run.seconds:.1f} s)")
        return Record(
            trial=Trial(key=key, outcome=outcome, run_id=run.id, seconds=run.seconds),
            recipe=recipe,
            run=run,
            observation=replace(observation, outcome=outcome),
        )

    def _looked_into(self, seen: Observation, recipe: Recipe, label: str) -> Observation:
        """The observation after the registry itself was asked, where a manager leaves doubt.

        What it bore out once holds for all trials; its trouble may be over by the next.
        """
        if seen.doubt is None or seen.doubt in self._borne_out:
            return seen
        looked = second_look(
            self.engine,
            recipe,
            seen,
            label=label,
            progress=lambda line: self.progress(f"{seen.run_id}   {line}"),
        )
        if looked.outcome.is_fail:
            self._borne_out.add(seen.doubt)
        return looked

    def _lockfiles(self, recipe: Recipe) -> tuple[str, ...]:
        """Lockfiles to bring back as the install left them, where a repair bears on them."""
        same_install = (
            recipe.environment.settings.install_command
            == self.clean.environment.settings.install_command
        )
        if same_install and recipe.source.digest() == self.clean.source.digest():
            return ()
        return tuple(lock.path for lock in self.project.lockfiles)

    def _gated(self, observation: Observation, recipe: Recipe, key: TrialKey) -> Outcome:
        """The outcome after the checks the platform makes once a build is green."""
        signature = observation.outcome.signature
        if (
            signature is not None
            and signature.error_class == "command-not-found"
            and signature.subject in _OURS
        ):
            why = f"the mirror has no {signature.subject} of this version"
            return unresolved(UnresolvedReason.OTHER, why)
        lost = _lost_registry(observation.outcome, recipe)
        if lost is not None:
            return failed(lost)
        if not observation.outcome.is_pass or key.world is World.LOCAL:
            return observation.outcome
        violations = self.options.gates(observation, recipe)
        return failed(violations[0]) if violations else observation.outcome

    @property
    def flaky(self) -> bool:
        """Whether equal recipes of this project are known to have ended differently."""
        return self._varied

    def again(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """The outcome of one further run of each trial; an unlike one marks the project flaky."""
        self.rounds += 1
        with ThreadPoolExecutor(max_workers=self.options.slots) as pool:
            return list(pool.map(self._once_more, keys))

    def _once_more(self, key: TrialKey) -> Outcome:
        with self._lock:
            if not self._may_start():
                return unresolved(UnresolvedReason.BUDGET, "no run was left for this trial")
            self._started += 1
            run_id = f"r{self._started:02d}"
            self._asked_again[key] = self._asked_again.get(key, 0) + 1
            label = f"{key} (repeat {self._asked_again[key]})"
        recipe = self.recipe(key)
        record = self._run(key, recipe, run_id, label)
        self.repeats.setdefault(key, []).append(record)
        before = self.records.get(key)
        if before is not None and before.trial.outcome.status is not record.trial.outcome.status:
            self._varied = True
        return record.trial.outcome

    def _may_start(self) -> bool:
        return (
            self._started < self.options.max_trials
            and self.options.clock() <= self.options.deadline_s
        )

    def performed(self) -> list[tuple[TrialKey, Record]]:
        """Every record with its trial, repetitions included, in the order the runs were started."""
        again = [(key, record) for key, records in self.repeats.items() for record in records]
        return sorted([*self.records.items(), *again], key=lambda kr: kr[1].trial.run_id)

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """Changes that the evidence of a trial speaks for, with their probability."""
        weights: dict[str, float] = {}
        for finding in self._heard(key):
            for suspect in finding.suspects:
                if suspect.change_id in self.changes:
                    weights[suspect.change_id] = _either(
                        weights.get(suspect.change_id, 0.0), suspect.weight
                    )
        return weights

    def named(self, key: TrialKey) -> frozenset[str]:
        """Changes that the failure of this very trial speaks for: by a line of its log or by name.

        A detector that goes by files alone says the same of every trial, whatever happened in it.
        """
        record = self._usual(key)
        if record is None or record.trial.outcome.signature is None:
            return frozenset()
        about = record.trial.outcome.signature.subject
        named: set[str] = set()
        for finding in self._detected(key, record):
            from_log = any(
                e.kind is EvidenceKind.LOG and e.run_id == record.run.id for e in finding.evidence
            )
            if from_log or (about and finding.subject == about):
                named.update(s.change_id for s in finding.suspects)
        named.update(c.id for c in self.changes.values() if about and c.subject == about)
        return frozenset(named | self._twins(named))

    def _twins(self, named: set[str]) -> set[str]:
        """Remedies that do to the clean side exactly what one of these does.

        Two services that one page asks are two subjects, and one edit of that page.
        """
        offered = [c for c in self.changes.values() if c.break_local is None and c.repair]
        families = {c.family for c in offered if c.id in named}
        made = {c.id: with_repairs(self.clean, [c]) for c in offered if c.family in families}
        told = [recipe for i, recipe in made.items() if i in named]
        return {i for i, recipe in made.items() if i not in named and recipe in told}

    def _usual(self, key: TrialKey) -> Record | None:
        """The first of the runs of a trial that came to what most of them came to."""
        if key not in self.records:
            return None
        runs: list[Record] = [self.records[key], *self.repeats.get(key, ())]
        most = groups(run.trial.outcome for run in runs)[0][0]
        return next(run for run in runs if run.trial.outcome is most)

    def _heard(self, key: TrialKey) -> list[Finding]:
        """The findings of every kind of failure that the runs of a trial came to."""
        found = list(self.detect(key))
        known = [self.records[key].trial.outcome] if key in self.records else []
        for record in self.repeats.get(key, ()):
            outcome = record.trial.outcome
            if outcome.is_fail and not any(alike(outcome, other) for other in known):
                known.append(outcome)
                found += self._detected(key, record)
        return found

    def detect(self, key: TrialKey) -> tuple[Finding, ...]:
        """The findings of one trial; changes that detectors propose become candidates."""
        if key not in self.records:
            return ()
        if key not in self.findings:
            self.findings[key] = self._detected(key, self.records[key])
        return self.findings[key]

    def _detected(self, key: TrialKey, record: Record) -> tuple[Finding, ...]:
        """The findings of one run of a trial."""
        told = (key, record.run.id)
        if told not in self._detections:
            found, failures = detect_all(self._evidence(key, record))
            for detector, why in failures:
                self.skipped[f"detector {detector}"] = f"it stopped with {why}"
            for finding in found:
                for remedy in finding.remedies:
                    self.changes.setdefault(remedy.id, remedy)
            self._detections[told] = tuple(found)
        return self._detections[told]

    def evidence(self, key: TrialKey) -> Evidence:
        """Everything known when a trial has been observed."""
        return self._evidence(key, self.records[key])

    def _evidence(self, key: TrialKey, record: Record) -> Evidence:
        local = self.records.get(LOCAL)
        return Evidence(
            project=self._read(record.recipe),
            key=key,
            observation=record.observation,
            recipe=record.recipe,
            clean=self.clean,
            local=self.local,
            local_observation=local.observation if local else None,
            changes=dict(self.changes),
            differences=self._differences(record),
            values_seen=self._values_seen(),
        )

    def _values_seen(self) -> dict[str, tuple[str, ...]]:
        seen: dict[str, tuple[str, ...]] = {}
        for record in list(self.records.values()):
            for marker, files in record.observation.text_hits.items():
                if files and marker.startswith(VALUE):
                    seen.setdefault(marker.removeprefix(VALUE), files)
        return seen

    def decide(self, key: TrialKey) -> None:
        """Run what undecided findings of a trial wait for, all of them at once, and look again."""
        waiting = [f for f in self.detect(key) if f.undecided]
        wanted = {s.change_id for f in waiting for s in f.suspects if s.change_id in self.changes}
        if not wanted:
            return
        self.run([TrialKey(world=key.world, changes=key.changes | wanted)])
        self.findings = {
            k: found for k, found in self.findings.items() if not any(f.undecided for f in found)
        }
        self._detections = {
            k: found for k, found in self._detections.items() if not any(f.undecided for f in found)
        }

    def _read(self, recipe: Recipe) -> Project:
        """The project as a trial had it: code that a repair brought back or wrote is read anew.

        An import that leads somewhere again opens what lies behind it.
        """
        clean = self.clean.source.entries
        written = (p for p, e in recipe.source.entries.items() if e != clean.get(p))
        if not any(_CODE.search(path) for path in written):
            return self.project
        digest = recipe.source.digest()
        with self._lock:
            known = self._read_again.get(digest)
        if known is None:
            own = self.project
            is_disk = recipe.source.entries == own.working.entries
            known = replace(own, code=own.local_code) if is_disk else with_code(own, recipe.source)
            with self._lock:
                self._read_again[digest] = known
        return known

    def differences(self, key: TrialKey) -> tuple[Difference, ...]:
        """How a trial's observation differs from the local side's."""
        return self._differences(self.records[key])

    def _differences(self, record: Record) -> tuple[Difference, ...]:
        local = self.records.get(LOCAL)
        return compare_all(local.observation if local else None, record.observation)

    def candidates(self) -> Mapping[str, Candidate]:
        """All changes known so far, as the search sees them."""
        return {
            change.id: Candidate(
                id=change.id,
                prior=change.prior,
                first_stage=change.first_stage,
                repairable=change.repair is not None,
                breakable=change.break_local is not None and self.local is not None,
                family=change.family,
                coupled=change.coupled,
                excludes=change.excludes,
                coarse=change.coarse,
            )
            for change in self.changes.values()
            if self._can_matter(change)
        }

    def _can_matter(self, change: Change) -> bool:
        """Whether a change can do anything here, by what the runs so far have shown."""
        if change.repair is None and (change.break_local is None or self.local is None):
            return False
        records = self.records.values()
        match change.family:
            case "limits":
                return any(
                    r.run.oom_killed
                    or (r.run.peak_memory_mib or 0) > 0.9 * r.recipe.environment.limits.memory_mib
                    for r in records
                )
            case "install-flag" if change.break_local is None:
                # Where nobody is known to have used the flag, only a failed install speaks for it.
                signatures = [r.trial.outcome.signature for r in records]
                return any(s is not None and s.stage is Stage.INSTALL for s in signatures)
            case _:
                return True


@dataclass(slots=True)
class SymptomOracle:
    """The same laboratory, asked whether a green build still shows a symptom.

    The predicate is the detector itself: a trial fails where its evidence gives the same finding.
    base: repairs already found necessary, which every trial of the clean side gets too.
    """

    lab: Laboratory
    detector: str
    subject: str
    base: frozenset[str] = frozenset()

    def actual(self, key: TrialKey) -> TrialKey:
        """The laboratory's trial behind one of this search."""
        if key.world is World.LOCAL:
            return key
        return TrialKey(world=key.world, changes=key.changes | self.base)

    def run(self, keys: Sequence[TrialKey]) -> Sequence[Outcome]:
        """Perform trials and judge them by the symptom."""
        real = [self.actual(k) for k in keys]
        return [self._judge(k, o) for k, o in zip(real, self.lab.run(real), strict=True)]

    def _judge(self, key: TrialKey, outcome: Outcome) -> Outcome:
        if not outcome.is_pass:
            reason = UnresolvedReason.OTHER
            return outcome if outcome.is_unresolved else unresolved(reason, "the build failed")
        if self.matches(key):
            return failed(
                FailureSignature(stage=Stage.BOOT, error_class=self.detector, subject=self.subject)
            )
        return passed()

    def matches(self, key: TrialKey) -> bool:
        """Whether the trial shows the symptom."""
        return any(
            f.detector == self.detector
            and f.subject == self.subject
            and f.severity is Severity.ERROR
            for f in self.lab.detect(key)
        )

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """Suspects of the findings about this symptom only."""
        return {
            s.change_id: s.weight
            for f in self.lab.detect(self.actual(key))
            if f.detector == self.detector and f.subject == self.subject
            for s in f.suspects
            if s.change_id in self.lab.changes
        }

    def candidates(self) -> Mapping[str, Candidate]:
        """All changes known so far but those already made."""
        return {k: c for k, c in self.lab.candidates().items() if k not in self.base}


def _lost_registry(outcome: Outcome, recipe: Recipe) -> FailureSignature | None:
    """The failure of an install that the project's own files send to a company's registry.

    A registry out of reach is trouble of the network, unless the project names it and nobody
    outside a company could reach it.
    """
    if outcome.reason is not UnresolvedReason.REGISTRY:
        return None
    root = recipe.environment.settings.root_directory or ""
    named = dict.fromkeys(host for _, _, host in hosts_named(recipe.source, root))
    for host in named:
        if host in outcome.detail and is_company_host(host):
            return FailureSignature(
                stage=Stage.INSTALL,
                error_class="private-registry",
                subject=host,
                line=f"the install cannot reach {host}",
            )
    return None


def is_symptom(finding: Finding) -> bool:
    """Whether a finding on a green build is itself an observed failure of the deployment."""
    return finding.severity is Severity.ERROR and bool(finding.suspects)


def markers(project: Project, recipe: Recipe) -> dict[str, Secret]:
    """Texts to look for in the client output: those detectors ask for, and values of variables.

    `value:NAME` is the value a variable has in this recipe, from the process or a dotenv file.
    """
    found: dict[str, Secret] = {}
    for file in project.env_files:
        if file.path in recipe.source:
            found |= {f"{VALUE}{e.name}": e.value for e in file.entries if e.value is not None}
    for variable in recipe.environment.variables:
        if variable.value is not None and variable.origin not in _NO_MARKER:
            found[f"{VALUE}{variable.name}"] = variable.value
    values = {k: v for k, v in found.items() if len(v.reveal()) >= _MIN_MARKER_CHARS}
    return values | {k: Secret(text) for k, text in client_markers(project).items()}


def describe(outcome: Outcome) -> str:
    """An outcome in a few words."""
    if outcome.signature is not None:
        s = outcome.signature
        return f"fails at {s.stage.word}: {s.error_class}{f' ({s.about})' if s.about else ''}"
    if outcome.reason is not None:
        return f"cannot tell: {outcome.reason.value}" + (
            f" ({outcome.detail})" if outcome.detail else ""
        )
    return "passes"


def _either(one: float, other: float) -> float:
    return 1.0 - (1.0 - one) * (1.0 - other)
