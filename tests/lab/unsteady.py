"""The recorded scenarios as known worlds in which builds fail at random.

`python -m tests.lab.unsteady [RATE [SEEDS]]`, without an engine. What a scenario's recorded trials
showed, suspected and named is what its world says; beside that, each build that gets as far as the
build script fails at that rate, whatever is repaired, and always in the same words.
`tests.lab.flaky --rate` does the same with real builds.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from tests.lab.corpus import is_part_of, known_world, recorded_evidence, words_of
from tests.lab.worlds import HiddenWorld, Laboratory
from verifier.cli._scenarios import all_scenarios, replay
from verifier.cli.scenario import plain_options
from verifier.engine.base import silent
from verifier.isolate import SearchLimits, groups, isolate
from verifier.model.outcome import FailureSignature, Outcome, Stage
from verifier.model.scenario import Scenario, Variant
from verifier.model.trial import TrialKey, World
from verifier.pipeline import Verification

CHANCE = FailureSignature(
    stage=Stage.COMPILE,
    error_class="unclassified",
    subject="",
    line="Error: the clock of the test ran ahead of the order of events",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A replayed scenario: its world, and what failures with some words suspect and name."""

    name: str
    hidden: HiddenWorld
    local: bool
    suspected: Mapping[str, Mapping[str, float]]
    named: Mapping[str, frozenset[str]]


class UnsteadyWorld(Laboratory):
    """A known world whose builds fail at random; says of a failure what the recording said."""

    def __init__(self, known: Known, *, rate: float, seed: int) -> None:
        mixed = crc32(f"{known.name} {seed}".encode())
        super().__init__(known.hidden, flakes=rate, flake_signature=CHANCE, seed=mixed)
        self._known = known
        self._all: dict[TrialKey, list[Outcome]] = {}

    def suspects(self, key: TrialKey) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for outcome in self._all[key]:
            if outcome.signature is not None:
                found |= self._known.suspected.get(words_of(outcome.signature), {})
        return found

    def named(self, key: TrialKey) -> frozenset[str]:
        usual = groups(self._all[key])[0][0].signature
        return frozenset() if usual is None else self._known.named.get(words_of(usual), frozenset())

    def _once(self, key: TrialKey) -> Outcome:
        outcome = super()._once(key)
        self._all.setdefault(key, []).append(outcome)
        return outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What came of verifications; false: those with a cause that is none."""

    verifications: int = 0
    false: int = 0
    causes: int = 0
    missed: int = 0
    runs: int = 0
    trials: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            verifications=self.verifications + other.verifications,
            false=self.false + other.false,
            causes=self.causes + other.causes,
            missed=self.missed + other.missed,
            runs=self.runs + other.runs,
            trials=self.trials + other.trials,
        )


def known(scenario: Scenario, done: Verification) -> Known | None:
    """The world of a replayed scenario, None where nothing fails or what fails builds green."""
    hidden, local = known_world(done)
    records = done.lab.records
    shown = [cause.broken for search in done.searches for cause in search.causes]
    if not shown or not all(k in records and records[k].trial.outcome.is_fail for k in shown):
        return None
    named: dict[str, frozenset[str]] = {}
    for key, record in records.items():
        signature = record.trial.outcome.signature
        if signature is not None and key.world is World.CLEAN:
            named.setdefault(words_of(signature), done.lab.named(key))
    return Known(
        name=scenario.id,
        hidden=hidden,
        local=local,
        suspected={words: dict(s) for words, s in recorded_evidence(done).items()},
        named=named,
    )


def verified(world: Known, *, rate: float, seed: int) -> Tally:
    """One search in a known world whose builds fail at that rate."""
    lab = UnsteadyWorld(world, rate=rate, seed=seed)
    causes = isolate(lab, local=world.local, limits=SearchLimits()).causes
    faults = world.hidden.faults
    return Tally(
        verifications=1,
        false=not all(any(is_part_of(c, fault) for fault in faults) for c in causes),
        causes=len(faults),
        missed=sum(not any(is_part_of(c, fault) for c in causes) for fault in faults),
        runs=len(lab.runs),
        trials=len(set(lab.runs)),
    )


def _of_scenario(scenario: Scenario, rate: float, seeds: int) -> Tally:
    with tempfile.TemporaryDirectory() as folder:
        done = replay(scenario, Variant.FAULTY, Path(folder), plain_options(), silent)
        world = known(scenario, done)
    tallies = [verified(world, rate=rate, seed=s) for s in range(seeds)] if world else []
    return sum(tallies, Tally())


def main(rate: float, seeds: int) -> int:
    """Print the figures over all scenarios; 1 if one verification in a hundred is wrong."""
    scenarios = all_scenarios()
    with ProcessPoolExecutor() as pool:
        tallies = pool.map(
            _of_scenario, scenarios, [rate] * len(scenarios), [seeds] * len(scenarios)
        )
    t = sum(tallies, Tally())
    sys.stdout.write(
        f"{t.verifications} verifications, {rate:.0%} of builds fail at random: "
        f"{t.false / t.verifications:.2%} with a false cause, {t.missed / t.causes:.2%} of causes "
        f"missed, {t.runs / t.verifications:.1f} runs, {t.runs / t.trials:.2f} for each trial\n"
    )
    return int(t.false >= 0.01 * t.verifications)


if __name__ == "__main__":
    rate, seeds = (*sys.argv[1:3], *("0.05", "40")[len(sys.argv) - 1 :])
    sys.exit(main(float(rate), int(seeds)))
