"""The story of one verification, told in order.

A project is read and planned elsewhere; here the two sides are run, compared, and, where the
clean side fails, the causes are searched for and proved. The rest is arranging the answer.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial

from verifier.comparators import outputs_equal
from verifier.diagnose import open_findings, reported_causes, symptoms
from verifier.engine.base import Engine, Progress
from verifier.factors import all_changes
from verifier.fix_plan import PLAN_KEY, FixPlan, make_fix_plan, prove_fix_plan
from verifier.gates import gate_violations
from verifier.isolate import SearchLimits, isolate
from verifier.laboratory import (
    CLEAN,
    LOCAL,
    LabOptions,
    Laboratory,
    SymptomOracle,
    describe,
)
from verifier.model.attribution import Attribution, Cause, CauseStatus
from verifier.model.change import RemedyKind
from verifier.model.difference import Difference
from verifier.model.outcome import Outcome, Stage
from verifier.model.project import Project
from verifier.model.report import Fidelity, Report, ReportedCause, ReportedRun, Skipped
from verifier.model.trial import TrialKey, World
from verifier.model.verdict import Verdict, judge
from verifier.plan import Plan
from verifier.redact import Redactor, known_values


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """What a person chose; time is in seconds.

    foresee: whether idle slots run proofs that will very likely be asked for.
    replay_command: the command line that runs one trial again, without its trial options.
    """

    clock: Callable[[], float]
    salt: bytes
    today: date
    slots: int = 2
    foresee: bool = False
    max_trials: int = 60
    max_minutes: float = 60.0
    replay_command: str = "verifier trial ."
    fidelity: Fidelity | None = None
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """A report, its laboratory and its plan, and what keeps values out of all that is told.

    searches: what each search concluded, that for the build's failure first.
    """

    report: Report
    lab: Laboratory
    searches: tuple[Attribution, ...]
    fix_plan: FixPlan
    redactor: Redactor


def verify(
    project: Project, plan: Plan, engine: Engine, options: VerifyOptions, progress: Progress
) -> Verification:
    """Run both sides, search for causes, and return the report."""
    began = options.clock()
    redactor = Redactor(known_values(project, plan.clean))
    lab = make_laboratory(
        project, plan, engine, options, lambda line: progress(redactor.text(line))
    )
    clean, local = _run_both_sides(lab, plan)
    searches = _search(lab, clean, local, lab.progress)
    clean, local = _after_repeats(clean, local, searches)
    causes = _all_causes(lab, searches, clean)
    made = _fix_plan(lab, plan, searches, causes, options)
    outcomes = _Outcomes(clean, local, searches)
    report = _report(lab, plan, outcomes, _Answer(causes, made), options)
    seconds = options.clock() - began
    return Verification(
        report=redactor.value(_with_timings(report, lab, seconds)),
        lab=lab,
        searches=searches,
        fix_plan=made,
        redactor=redactor,
    )


@dataclass(frozen=True, slots=True)
class _Outcomes:
    clean: Outcome
    local: Outcome | None
    searches: Sequence[Attribution]


@dataclass(frozen=True, slots=True)
class _Answer:
    causes: tuple[ReportedCause, ...]
    fix_plan: FixPlan


def make_laboratory(
    project: Project, plan: Plan, engine: Engine, options: VerifyOptions, progress: Progress
) -> Laboratory:
    """A laboratory that knows both recipes and every factor between them."""
    lab = Laboratory(
        engine=engine,
        project=project,
        clean=plan.clean,
        local=plan.local,
        options=LabOptions(
            slots=options.slots,
            max_trials=options.max_trials,
            deadline_s=options.clock() + options.max_minutes * 60,
            clock=options.clock,
            salt=options.salt,
            foresee=options.foresee,
            gates=partial(gate_violations, plan_known="plan" in project.config),
        ),
        progress=progress,
    )
    for change in all_changes(project, plan.clean, plan.local):
        lab.changes[change.id] = change
    return lab


def _run_both_sides(lab: Laboratory, plan: Plan) -> tuple[Outcome, Outcome | None]:
    """Both outcomes; one recorded on another machine counts where the local side cannot run."""
    keys = [CLEAN] if lab.local is None else [CLEAN, LOCAL]
    clean, *others = lab.run(keys)
    if others:
        return clean, others[0]
    # Where both are green there is no output of that machine to compare with.
    agree = plan.recorded is not None and plan.recorded.is_pass and clean.is_pass
    return clean, None if agree else plan.recorded


def _search(
    lab: Laboratory, clean: Outcome, local: Outcome | None, progress: Progress
) -> tuple[Attribution, ...]:
    """One search for the failure of the build, then one for each symptom of the green build."""
    replayed = lab.local is not None and local is not None
    with_local = replayed and local is not None and local.is_pass
    found: list[Attribution] = []
    green: TrialKey | None = CLEAN if clean.is_pass else None
    if clean.is_fail:
        progress(f"the clean side {describe(clean)}: searching for every cause")
        found.append(isolate(lab, local=replayed, limits=SearchLimits()))
        green = found[0].final if found[0].complete else None
    if green is None:
        return tuple(found)
    base = green.changes
    lab.decide(green)
    for finding in symptoms(lab, green):
        progress(f"green, but {finding.summary}: proving it")
        oracle = SymptomOracle(
            lab=lab, detector=finding.detector, subject=finding.subject, base=base
        )
        shown_locally = with_local and LOCAL in lab.records and oracle.matches(LOCAL)
        attribution = isolate(oracle, local=with_local and not shown_locally, limits=SearchLimits())
        found.append(_in_terms_of(attribution, oracle))
        if attribution.complete and attribution.final is not None:
            base = oracle.actual(attribution.final).changes
    return tuple(found)


def _after_repeats(
    clean: Outcome, local: Outcome | None, searches: Sequence[Attribution]
) -> tuple[Outcome, Outcome | None]:
    """Both outcomes by all their runs; a clean side that fails at random proves nothing.

    A cause that was proved all the same makes the deployment fail whatever chance adds.
    """
    if not clean.is_fail or not searches:
        return clean, local
    seen = searches[0]
    if seen.clean is not None and not seen.causes:
        clean = seen.clean
    return clean, local if seen.local is None else seen.local


def _in_terms_of(attribution: Attribution, oracle: SymptomOracle) -> Attribution:
    """The conclusions of a symptom's search, told by the laboratory's own trials."""

    def told(cause: Cause) -> Cause:
        return replace(cause, broken=oracle.actual(cause.broken), green=oracle.actual(cause.green))

    final = attribution.final
    return replace(
        attribution,
        causes=tuple(told(c) for c in attribution.causes),
        possible=tuple(told(c) for c in attribution.possible),
        final=None if final is None else oracle.actual(final),
    )


def _all_causes(
    lab: Laboratory, searches: Sequence[Attribution], clean: Outcome
) -> tuple[ReportedCause, ...]:
    causes: list[ReportedCause] = []
    for attribution in searches:
        causes.extend(reported_causes(lab, attribution, number_from=len(causes) + 1))
    causes = list({(c.status, c.changes): c for c in reversed(causes)}.values())[::-1]
    confirmed = {i for c in causes if c.status is CauseStatus.CONFIRMED for i in c.changes}
    causes = [
        c for c in causes
        if c.status is CauseStatus.CONFIRMED or not confirmed.intersection(c.changes)
    ]  # fmt: skip
    if not clean.is_unresolved:
        green = next((a.final for a in reversed(searches) if a.complete), None)
        causes.extend(open_findings(lab, causes, number_from=len(causes) + 1, green=green))
    order = {CauseStatus.CONFIRMED: 0, CauseStatus.POSSIBLE: 1, CauseStatus.REFUTED: 2}
    stages = {stage.word: stage.value for stage in Stage}
    # In the order in which a deployment meets them, whatever the search came upon first.
    return tuple(sorted(causes, key=lambda c: (order[c.status], stages.get(c.stage, len(stages)))))


def _fix_plan(
    lab: Laboratory,
    plan: Plan,
    searches: Sequence[Attribution],
    causes: Sequence[ReportedCause],
    options: VerifyOptions,
) -> FixPlan:
    """The plan for the confirmed causes; where every search ended green, it is built as shipped."""
    confirmed = [c for c in causes if c.status is CauseStatus.CONFIRMED]
    final = next((a.final for a in reversed(searches) if a.final is not None), None)
    made = make_fix_plan(lab, confirmed, final)
    if confirmed and all(a.complete for a in searches):
        prove_fix_plan(lab, plan, made, options.today)
    return made


def _report(
    lab: Laboratory,
    plan: Plan,
    outcomes: _Outcomes,
    answer: _Answer,
    options: VerifyOptions,
) -> Report:
    clean, local, searches = outcomes.clean, outcomes.local, outcomes.searches
    causes, made = answer.causes, answer.fix_plan
    local_seen = lab.records[LOCAL].observation if LOCAL in lab.records else None
    equal = CLEAN in lab.records and outputs_equal(local_seen, lab.records[CLEAN].observation)
    verdict = judge(local, clean, outputs_equal=equal)
    confirmed = tuple(c for c in causes if c.status is CauseStatus.CONFIRMED)
    remaining = next((a.remaining for a in searches if a.remaining is not None), None)
    shipped = lab.records.get(PLAN_KEY)
    if remaining is None and shipped is not None:
        remaining = shipped.trial.outcome.signature
    return Report(
        verdict=verdict,
        deployable=_deployable(verdict, clean, confirmed),
        headline=_headline(verdict, clean, local, confirmed),
        project=_project_facts(lab.project),
        environments=_environments(plan, lab),
        fidelity=options.fidelity,
        causes=causes,
        differences=(
            *plan.differences,
            *_observed_differences(lab, clean, local),
        ),
        runs=_runs(lab, options.replay_command, made.parts),
        skipped=(
            *(Skipped(what=w, why=y) for w, y in lab.skipped.items()),
            *(Skipped(what=p.what, why=p.why) for p in lab.project.problems if not p.fatal),
            *(Skipped(what="assumed, or not carried over", why=n) for n in plan.notes),
            *(
                Skipped(what=path, why="no patch can carry it: it holds values, or is a submodule")
                for path in made.left_out
            ),
        ),
        versions=options.versions,
        patch=made.patch,
        settings=made.settings,
        plan_verified=_is_verified(lab, searches, confirmed),
        remaining="" if remaining is None else f"{remaining.stage.word}: {remaining.line}",
        stopped=next((a.stopped for a in searches if a.stopped), ""),
    )


def _is_verified(
    lab: Laboratory, searches: Sequence[Attribution], confirmed: Sequence[ReportedCause]
) -> bool:
    """Whether the plan as shipped was seen green, with no symptom but those left to a person."""
    shipped = lab.records.get(PLAN_KEY)
    if shipped is None or not shipped.trial.outcome.is_pass:
        return False
    by_hand = {
        i
        for c in confirmed
        if c.remedy is not None and c.remedy.kind == RemedyKind.NONE.value
        for i in c.changes
    }
    return all(a.complete for a in searches) and all(
        by_hand.intersection(s.change_id for s in finding.suspects)
        for finding in symptoms(lab, PLAN_KEY)
    )


def _observed_differences(
    lab: Laboratory, clean: Outcome, local: Outcome | None
) -> tuple[Difference, ...]:
    """Differences between the runs; output is compared only where both sides have one."""
    if CLEAN not in lab.records or local is None:
        return ()
    both = clean.is_pass and local.is_pass
    return tuple(d for d in lab.differences(CLEAN) if both or d.comparator != "output")


def _deployable(
    verdict: Verdict, clean: Outcome, confirmed: Sequence[ReportedCause]
) -> bool | None:
    if clean.is_fail or confirmed:
        return False
    return None if verdict is Verdict.INCONCLUSIVE else True


def _headline(
    verdict: Verdict,
    clean: Outcome,
    local: Outcome | None,
    confirmed: Sequence[ReportedCause],
) -> str:
    if confirmed:
        names = ", ".join(c.subject for c in confirmed)
        count = "1 cause" if len(confirmed) == 1 else f"{len(confirmed)} independent causes"
        return f"Not deployable: {count} proved ({names})."
    if clean.is_unresolved:
        reason = clean.reason.value if clean.reason else ""
        advice = clean.reason.advice if clean.reason else ""
        detail = f" ({clean.detail})" if clean.detail else ""
        return f"Cannot tell: {reason}{detail}{f'; {advice}' if advice else ''}."
    if clean.is_fail:
        return f"Not deployable: the clean build {describe(clean)}; no cause could be proved."
    if verdict is Verdict.INCONCLUSIVE and local is not None:
        return f"Cannot compare: the clean build passes, the local side {describe(local)}."
    words = {
        Verdict.EQUIVALENT: "the clean build passes and gives the same output as the local one",
        Verdict.DRIFT: "the clean build passes; its output differs from the local one",
        Verdict.CLEAN_ONLY_PASS: "the clean build passes, although the local one fails",
        Verdict.CLEAN_PASS: "the clean build passes",
    }
    return f"Deployable: {words.get(verdict, 'the clean build passes')}."


def _project_facts(project: Project) -> dict[str, str]:
    git = project.git
    return {
        "name": project.name,
        "root": project.root or ".",
        "framework": project.framework or "other",
        "framework_version": project.framework_version or "",
        "commit": (git.head or "")[:12] if git else "",
        "branch": (git.branch or "") if git else "",
    }


def _environments(plan: Plan, lab: Laboratory) -> dict[str, dict[str, str]]:
    sides = {"clean": (plan.clean, CLEAN)}
    if plan.local is not None:
        sides["local"] = (plan.local, LOCAL)
    made: dict[str, dict[str, str]] = {}
    for name, (recipe, key) in sides.items():
        env = recipe.environment
        record = lab.records.get(key)
        made[name] = {
            "node": (record.run.node_version if record else "") or f"{env.node_major}.x",
            "manager": env.manager.manager.value,
            "manager_version": record.run.manager_version if record else "",
            "manager_chosen": env.manager.why,
            "build": env.build_script or "vercel build --prod",
            "files": str(len(recipe.source)),
            "variables": ", ".join(
                v.name for v in env.variables if v.origin.value == "production scope"
            ),
            "memory_mib": str(env.limits.memory_mib),
            "cpus": str(env.limits.cpus),
        }
    if plan.recorded is not None:
        made["local"] = {"recorded": "passes" if plan.recorded.is_pass else "fails"}
    return made


def _runs(lab: Laboratory, command: str, parts: Sequence[str]) -> tuple[ReportedRun, ...]:
    # The plan is no change that another session knows; its parts are.
    plan = TrialKey(world=World.CLEAN, changes=frozenset(parts))
    return tuple(
        ReportedRun(
            id=record.trial.run_id,
            world=key.world.value,
            changes=tuple(sorted(key.changes)),
            outcome=record.trial.outcome,
            seconds=record.trial.seconds,
            cached=record.trial.cached,
            replay=replay_line(command, plan if key == PLAN_KEY else key),
            steps=tuple((s.name, s.seconds) for s in record.run.steps),
        )
        for key, record in lab.performed()
    )


def replay_line(command: str, key: TrialKey) -> str:
    """The command that performs one trial again."""
    side = " --on-local" if key.world is World.LOCAL else ""
    return command + side + "".join(f" --change {_quoted(name)}" for name in sorted(key.changes))


def _quoted(name: str) -> str:
    """A name as a shell takes it; names of files are the examined project's choice."""
    if name.isprintable():
        return shlex.quote(name)
    plain = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_./:@+,=")
    body = name.encode("utf-8", errors="surrogateescape")
    return "$'" + "".join(chr(b) if b in plain else f"\\x{b:02x}" for b in body) + "'"


def _with_timings(report: Report, lab: Laboratory, seconds: float) -> Report:
    runs = sum(r.trial.seconds for _, r in lab.performed() if not r.trial.cached)
    timings = {"total_s": round(seconds, 2), "runs_s": round(runs, 2), "rounds": lab.rounds}
    return replace(report, timings=timings)
