"""Prints how many runs the search takes, beside two searches that others use.

`python -m tests.lab.table` (some minutes), or with a number of worlds per cell.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean

from tests.lab.rivals import delta_debugging, one_at_a_time
from tests.lab.worlds import HiddenWorld, Laboratory, world
from verifier.isolate import SearchLimits, isolate
from verifier.model.outcome import Outcome
from verifier.model.trial import TrialKey

SIZES = {"1 single": (1,), "4 singles": (1, 1, 1, 1), "2 singles + pair": (1, 1, 2)}
EVIDENCE = {"1.0/0": (1.0, 0), "0.9/2": (0.9, 2), "0.7/5": (0.7, 5), "none": (0.0, 0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Means over the worlds of one cell; exact and false are shares in 0..1."""

    runs: float
    p95: int
    rounds: float
    exact: float
    false: float
    runs_per_trial: float


def measure(
    label: str,
    make: Callable[[random.Random], HiddenWorld],
    *,
    worlds: int,
    local: bool = True,
    flakes: float = 0.0,
    known_flaky: bool = False,
) -> Cell:
    """The search over worlds of one kind, each with its own seed."""
    runs: list[int] = []
    trials: list[int] = []
    rounds: list[int] = []
    exact = false = 0
    for number in range(worlds):
        hidden = make(random.Random(f"{label} {number}"))
        lab = Laboratory(hidden, flakes=flakes, known_flaky=known_flaky, seed=number)
        found = isolate(lab, local=local, limits=SearchLimits())
        causes = {cause.changes for cause in found.causes}
        truth = {fault.factors for fault in hidden.faults}
        guilty = frozenset().union(*truth)
        exact += found.complete and causes == truth
        false += any(not cause & guilty for cause in causes)
        runs.append(len(lab.runs))
        trials.append(len(set(lab.runs)))
        rounds.append(lab.rounds)
    return Cell(
        runs=mean(runs),
        p95=sorted(runs)[int(0.95 * (worlds - 1))],
        rounds=mean(rounds),
        exact=exact / worlds,
        false=false / worlds,
        runs_per_trial=sum(runs) / sum(trials),
    )


def rival(
    search: Callable[[Callable[[TrialKey], Outcome], list[str]], set[frozenset[str]]],
    label: str,
    make: Callable[[random.Random], HiddenWorld],
    worlds: int,
) -> tuple[float, float]:
    """Mean distinct runs of another search, and the share of worlds it got right."""
    runs: list[int] = []
    exact = 0
    for number in range(worlds):
        hidden = make(random.Random(f"{label} {number}"))
        seen: dict[TrialKey, Outcome] = {}

        def run(
            key: TrialKey, seen: dict[TrialKey, Outcome] = seen, hidden: HiddenWorld = hidden
        ) -> Outcome:
            return seen.setdefault(key, hidden.outcome(key))

        causes = search(run, list(hidden.candidates))
        exact += causes == {fault.factors for fault in hidden.faults}
        runs.append(len(seen))
    return mean(runs), exact / worlds


def _kind(n: int, sizes: Sequence[int], evidence: str) -> Callable[[random.Random], HiddenWorld]:
    recall, decoys = EVIDENCE[evidence]
    return lambda rng: world(rng, n=n, sizes=sizes, recall=recall, decoys=decoys)


def main(worlds: int) -> None:
    """Print all tables."""
    say = sys.stdout.write
    say("mean runs (rounds) and exactness; the first two columns hold no proofs\n\n")
    heads = ["n", "causes", "one at a time", "ddmin (picire)", *EVIDENCE]
    say("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|\n")
    for n in (30, 100, 300):
        for title, sizes in SIZES.items():
            row = [str(n), title]
            for search in (one_at_a_time, delta_debugging):
                few = min(worlds, 50)
                runs, exact = rival(search, f"{n} {title}", _kind(n, sizes, "none"), few)
                row.append(f"{runs:.1f}, {exact:.0%}")
            for evidence in EVIDENCE:
                label = f"{n} {title} {evidence}"
                cell = measure(label, _kind(n, sizes, evidence), worlds=worlds)
                row.append(f"{cell.runs:.1f} ({cell.rounds:.1f}), {cell.exact:.0%}")
            say("| " + " | ".join(row) + " |\n")
    say("\nflakes at 5 % of all runs, n = 60, 4 singles\n\n")
    heads = ["sides", "history", "evidence", "runs", "per trial", "exact", "with a false cause"]
    say("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|\n")
    for local in (True, False):
        for known in (True, False):
            for evidence in EVIDENCE:
                label = f"flakes {local} {known} {evidence}"
                cell = measure(
                    label,
                    _kind(60, (1, 1, 1, 1), evidence),
                    worlds=3 * worlds,
                    local=local,
                    flakes=0.05,
                    known_flaky=known,
                )
                row = [
                    "local and clean" if local else "clean only",
                    "flaky" if known else "unknown",
                    evidence,
                    f"{cell.runs:.1f}",
                    f"{cell.runs_per_trial:.2f}",
                    f"{cell.exact:.1%}",
                    f"{cell.false:.2%}",
                ]
                say("| " + " | ".join(row) + " |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
