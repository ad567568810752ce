"""The search over the whole scenario corpus, from recordings, beside two other searches.

The recorded runs answer only what our own search asked. So that others can be compared, each
scenario is made a *known world*: its candidates are those that were really planned for it, and its
faults are the causes that recorded trials proved. In that world every trial has an answer.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.lab.rivals import Rival, delta_debugging, on_clean, on_local, one_at_a_time
from tests.lab.worlds import Fault, HiddenWorld, Laboratory
from verifier.cli._scenarios import all_scenarios, complaints, recording_path, replay, variants
from verifier.cli.scenario import plain_options
from verifier.engine.base import silent
from verifier.fix_plan import PLAN_KEY
from verifier.isolate import SearchLimits, isolate
from verifier.model.attribution import Attribution, Cause, CauseStatus
from verifier.model.outcome import FailureSignature, Outcome
from verifier.model.scenario import Scenario, Variant
from verifier.model.trial import TrialKey, World
from verifier.pipeline import Verification

TOO_DEAR = "more than 60 % of the runs of the better rival"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """What a search took in a known world, and whether it found exactly the true causes."""

    runs: int
    exact: bool
    rounds: int = 0
    proved: int = 0
    """Runs once each cause is shown on the clean side as well, as ours are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One scenario: what the recorded search said and took, and what others take.

    runs: with proofs and repetitions, without the one that builds the finished plan.
    seconds: of those runs together, as recorded; some of them ran at the same time.
    """

    name: str
    causes: int
    exact: bool
    first_right: bool
    false: int
    refuted: int
    verified: int
    runs: int
    rounds: int
    seconds: float
    blind: Effort
    single: Effort
    ddmin: Effort


class KnownWorld(Laboratory):
    """A hidden world with the evidence that recorded trials gave where they failed alike."""

    def __init__(self, world: HiddenWorld, evidence: Mapping[str, Mapping[str, float]]) -> None:
        super().__init__(world, names=1.0 if evidence else 0.0)
        self._evidence = evidence

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        """What the recorded trials with this failure made suspect."""
        signature = self.world.outcome(key).signature
        return {} if signature is None else self._evidence.get(words_of(signature), {})


def words_of(signature: FailureSignature) -> str:
    """What tells the failures of one scenario apart."""
    return f"{signature.error_class} {signature.subject or signature.line}"


def row(scenario: Scenario, done: Verification) -> Row:
    """The row of a scenario whose faulty variant was replayed."""
    report, truth = done.report, scenario.expect
    subjects = {s for cause in truth.causes for s in cause.subjects}
    confirmed = report.confirmed
    hidden, local = known_world(done)
    performed = {r.trial.run_id: r for key, r in done.lab.performed() if key != PLAN_KEY}
    return Row(
        name=scenario.id,
        causes=len(truth.causes),
        exact=not complaints(report, scenario, Variant.FAULTY),
        first_right=not truth.causes or (bool(confirmed) and confirmed[0].subject in subjects),
        false=sum(cause.subject not in subjects for cause in confirmed),
        refuted=sum(cause.status is CauseStatus.REFUTED for cause in report.causes),
        verified=sum(c.remedy is not None and c.remedy.verified for c in confirmed),
        runs=len(performed),
        rounds=sum(a.rounds for a in done.searches),
        seconds=sum(r.run.seconds for r in performed.values()),
        blind=without_evidence(hidden, local=local),
        single=beside(one_at_a_time, hidden, local=local),
        ddmin=beside(delta_debugging, hidden, local=local),
    )


def known_world(done: Verification) -> tuple[HiddenWorld, bool]:
    """The world of a replayed scenario, and whether its local side can show every fault."""
    faults = tuple(_fault(c) for a in done.searches for c in a.causes if c.signature is not None)
    candidates = {i: c for i, c in done.lab.candidates().items() if i not in PLAN_KEY.changes}
    here = done.lab.records.get(TrialKey(world=World.LOCAL, changes=frozenset()))
    local = (
        here is not None
        and here.trial.outcome.is_pass
        and all(candidates[i].breakable for fault in faults for i in fault.factors)
    )
    return HiddenWorld(candidates=candidates, faults=faults), local


def _fault(cause: Cause) -> Fault:
    assert cause.signature is not None
    broken = cause.changes if cause.local_broken is None else cause.local_broken.changes
    return Fault(
        factors=broken | cause.changes,
        signature=cause.signature,
        remedies=frozenset(cause.alternatives) - broken,
    )


def recorded_evidence(done: Verification) -> dict[str, Mapping[str, float]]:
    """The suspects of each recorded trial of the clean side, by what it failed of."""
    found: dict[str, Mapping[str, float]] = {}
    for key, record in done.lab.records.items():
        signature = record.trial.outcome.signature
        if signature is not None and key.world is World.CLEAN:
            found.setdefault(words_of(signature), done.lab.suspects(key))
    return found


def without_evidence(hidden: HiddenWorld, *, local: bool) -> Effort:
    """Our search with nothing to go by but its priors."""
    lab = KnownWorld(hidden, {})
    found = isolate(lab, local=local, limits=SearchLimits())
    return Effort(runs=len(lab.runs), exact=is_true(hidden, found), rounds=lab.rounds)


def is_true(hidden: HiddenWorld, found: Attribution) -> bool:
    """Whether each fault is given exactly one cause, made of its factors or of its remedies."""
    return (
        found.complete
        and len(found.causes) == len(hidden.faults)
        and all(
            sum(is_part_of(cause, fault) for cause in found.causes) == 1 for fault in hidden.faults
        )
    )


def is_part_of(cause: Cause, fault: Fault) -> bool:
    """Whether a cause is made of the factors of a fault, or of its remedies."""
    return cause.changes <= fault.factors | fault.remedies


def beside(search: Rival, hidden: HiddenWorld, *, local: bool) -> Effort:
    """Another search in the same world: from the local side, or from everything repaired."""
    seen: dict[TrialKey, Outcome] = {}

    def run(key: TrialKey) -> Outcome:
        return seen.setdefault(key, hidden.outcome(key))

    ids = [
        name
        for name, candidate in hidden.candidates.items()
        if (candidate.breakable if local else candidate.repairable)
    ]
    causes = search(run, ids, on_local if local else on_clean(ids))
    found = len(seen)
    picks = frozenset(min(cause & _repairable(hidden), default="") for cause in causes)
    for left in (frozenset[str](), *(frozenset({pick}) for pick in picks)):
        run(TrialKey(world=World.CLEAN, changes=picks - left - {""}))
    truth = {fault.factors & frozenset(ids) for fault in hidden.faults}
    return Effort(runs=found, exact=causes == truth, proved=len(seen))


def _repairable(hidden: HiddenWorld) -> frozenset[str]:
    return frozenset(i for i, candidate in hidden.candidates.items() if candidate.repairable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Healthy:
    """A variant without a fault, and the false causes it was given."""

    name: str
    false: int


def examine(scenario: Scenario) -> tuple[Row, tuple[Healthy, ...]]:
    """One scenario with all its recorded variants."""
    healthy: list[Healthy] = []
    found: Row | None = None
    for variant in variants(scenario):
        if not recording_path(scenario, variant).exists():
            continue
        with tempfile.TemporaryDirectory() as folder:
            done = replay(scenario, variant, Path(folder), plain_options(), silent)
            if variant is Variant.FAULTY:
                found = row(scenario, done)
            if variant is not Variant.FAULTY or not scenario.expect.causes:
                false = len(done.report.confirmed)
                healthy.append(Healthy(name=f"{scenario.id} {variant.value}", false=false))
    assert found is not None, f"{scenario.id} has no recording"
    return found, tuple(healthy)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """The figures of the whole table; ratios and shares in 0..1."""

    scenarios: int
    exact: float
    false: int
    false_on_healthy: int
    healthy: int
    verified: float
    runs: int
    blind: int
    single: Effort
    ddmin: Effort

    @property
    def ratio(self) -> float:
        """Our runs to those of the better of the other searches, proofs included on each side."""
        return self.runs / max(1, min(self.single.proved, self.ddmin.proved))

    @property
    def bare_ratio(self) -> float:
        """The same beside searches that find and prove nothing."""
        return self.runs / max(1, min(self.single.runs, self.ddmin.runs))

    def misses(self) -> tuple[str, ...]:
        """The figures that were not reached, in words; those about truth come first."""
        checks = {
            "exact on fewer than 95 %": self.exact >= 0.95,
            "a false cause": not self.false,
            "a false cause on a healthy project": not self.false_on_healthy,
            "fewer than 90 % of remedies verified": self.verified >= 0.9,
            TOO_DEAR: self.ratio <= 0.6,
        }
        return tuple(name for name, reached in checks.items() if not reached)


def total(rows: Sequence[Row], healthy: Sequence[Healthy]) -> Total:
    """All rows together; runs are compared over the scenarios that have a cause to find."""
    faulty = [r for r in rows if r.causes]
    causes = sum(r.causes for r in faulty)
    return Total(
        scenarios=len(rows),
        exact=sum(r.exact for r in rows) / max(1, len(rows)),
        false=sum(r.false for r in rows),
        false_on_healthy=sum(h.false for h in healthy),
        healthy=len(healthy),
        verified=sum(r.verified for r in faulty) / max(1, causes),
        runs=sum(r.runs for r in faulty),
        blind=sum(r.blind.runs for r in faulty),
        single=_sum([r.single for r in faulty]),
        ddmin=_sum([r.ddmin for r in faulty]),
    )


def _sum(efforts: Sequence[Effort]) -> Effort:
    return Effort(
        runs=sum(e.runs for e in efforts),
        exact=all(e.exact for e in efforts),
        proved=sum(e.proved for e in efforts),
    )


_HEADS = (
    "scenario", "causes", "exact", "first right", "false", "refuted",
    "runs", "rounds", "seconds", "no evidence", "one at a time", "ddmin (picire)",
)  # fmt: skip


def write(rows: Sequence[Row], healthy: Sequence[Healthy], say: Callable[[str], object]) -> Total:
    """Print the table and its totals."""
    say(
        "the scenario corpus, from recordings. Runs hold all proofs and repetitions; those that\n"
        "build the finished plan are left out. The last three columns are runs in a known world:\n"
        "the candidates really planned for the scenario, and the faults that its recorded trials\n"
        "proved, since other searches ask trials that were never recorded. In brackets: with a\n"
        "clean run for each cause left alone and one for all of them repaired, which ours hold.\n\n"
    )
    say("| " + " | ".join(_HEADS) + " |\n" + "|---" * len(_HEADS) + "|\n")
    for r in rows:
        cells = (
            r.name, r.causes, _yes(r.exact), _yes(r.first_right), r.false, r.refuted,
            r.runs, r.rounds, f"{r.seconds:.0f}",
            _told(r.blind), _told(r.single), _told(r.ddmin),
        )  # fmt: skip
        say("| " + " | ".join(str(cell) for cell in cells) + " |\n")
    t = total(rows, healthy)
    say(
        f"\n{t.scenarios} scenarios, exact {t.exact:.0%}, false causes {t.false}\n"
        f"{t.healthy} recorded variants without a fault, false causes {t.false_on_healthy}\n"
        f"runs where there is a cause: {t.runs} with evidence, {t.blind} without; one at a time "
        f"{t.single.runs} ({t.single.proved}), ddmin {t.ddmin.runs} ({t.ddmin.proved})\n"
        f"ratio to the better of them {t.ratio:.0%} where it proves too, {t.bare_ratio:.0%} "
        f"where it need not\n"
        f"confirmed causes whose remedy was verified green: {t.verified:.0%}\n"
    )
    return t


def _yes(claim: bool) -> str:
    return "yes" if claim else "NO"


def _told(effort: Effort) -> str:
    proved = f" ({effort.proved})" if effort.proved else ""
    return f"{effort.runs}{proved}{'' if effort.exact else ', wrong'}"


def main() -> int:
    """Print the corpus table; 1 if a figure about truth is missed, costs are only said."""
    with ProcessPoolExecutor() as pool:
        done = list(pool.map(examine, all_scenarios()))
    t = write([r for r, _ in done], [h for _, hs in done for h in hs], sys.stdout.write)
    for miss in t.misses():
        sys.stdout.write(f"NOT REACHED: {miss}\n")
    return 1 if set(t.misses()) - {TOO_DEAR} else 0


if __name__ == "__main__":
    sys.exit(main())
