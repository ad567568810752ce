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
from verifier.model.outcome import FailureSignature, Outcome, Stage
from verifier.model.trial import TrialKey

SIZES = {"1 single": (1,), "4 singles": (1, 1, 1, 1), "2 singles + pair": (1, 1, 2)}
EVIDENCE = {"1.0/0": (1.0, 0), "0.9/2": (0.9, 2), "0.7/5": (0.7, 5), "none": (0.0, 0)}

NAMES = 0.85
"""Share of failures that name their cause. Over the recorded scenarios nearly all do, but detectors
were written with those in view; projects that nobody has seen yet are given less."""
CHANCE = FailureSignature(stage=Stage.TYPECHECK, error_class="chance", subject="race")
"""What a build fails with that fails at random, each time the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Means over the worlds of one cell; exact and false are shares in 0..1.

    false: worlds with a cause that holds an innocent factor, even beside a guilty one.
    """

    runs: float
    p95: int
    rounds: float
    exact: float
    false: float
    trials: float

    @property
    def runs_per_trial(self) -> float:
        """Runs for each distinct trial."""
        return self.runs / self.trials


def measure(
    label: str,
    make: Callable[[random.Random], HiddenWorld],
    *,
    worlds: int,
    local: bool = True,
    flakes: float = 0.0,
    known_flaky: bool = False,
    names: float = NAMES,
    fickle: FailureSignature | None = None,
) -> Cell:
    """The search over worlds of one kind, each with its own seed."""
    runs: list[int] = []
    trials: list[int] = []
    rounds: list[int] = []
    exact = false = 0
    for number in range(worlds):
        hidden = make(random.Random(f"{label} {number}"))
        lab = Laboratory(
            hidden,
            flakes=flakes,
            known_flaky=known_flaky,
            names=names,
            flake_signature=fickle,
            seed=number,
        )
        found = isolate(lab, local=local, limits=SearchLimits())
        causes = {cause.changes for cause in found.causes}
        truth = {fault.factors for fault in hidden.faults}
        guilty = frozenset().union(*truth)
        exact += found.complete and is_exact(causes, truth, local=local)
        false += any(not cause <= guilty for cause in causes)
        runs.append(len(lab.runs))
        trials.append(len(set(lab.runs)))
        rounds.append(lab.rounds)
    return Cell(
        runs=mean(runs),
        p95=sorted(runs)[int(0.95 * (worlds - 1))],
        rounds=mean(rounds),
        exact=exact / worlds,
        false=false / worlds,
        trials=mean(trials),
    )


def is_exact(causes: set[frozenset[str]], truth: set[frozenset[str]], *, local: bool) -> bool:
    """Whether the causes are the true ones; without a local side a part of each is all there is."""
    if local:
        return causes == truth
    return len(causes) == len(truth) and all(
        sum(cause <= fault for cause in causes) == 1 for fault in truth
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
    flakes(worlds, say)
    chance(worlds, say)


def flakes(worlds: int, say: Callable[[str], object]) -> None:
    """How the search fares where one run in twenty comes out wrong."""
    say("\nflakes at 5 % of all runs, n = 60, 4 singles; half of them let a failing trial pass\n\n")
    heads = ["sides", "history", "named", *EVIDENCE, "all: per trial", "false cause", "exact"]
    say("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|\n")
    for names in (NAMES, 0.0):
        for local in (True, False):
            for known in (True, False):
                cells = [
                    measure(
                        f"flakes {local} {known} {evidence}",
                        _kind(60, (1, 1, 1, 1), evidence),
                        worlds=2 * worlds,
                        local=local,
                        flakes=0.05,
                        known_flaky=known,
                        names=names,
                    )
                    for evidence in EVIDENCE
                ]
                row = [
                    "local and clean" if local else "clean only",
                    "flaky" if known else "unknown",
                    f"{names:.0%}",
                    *(f"{c.runs:.1f} ({c.runs_per_trial:.2f})" for c in cells),
                    f"{sum(c.runs for c in cells) / sum(c.trials for c in cells):.2f}",
                    f"{mean(c.false for c in cells):.2%}",
                    f"{mean(c.exact for c in cells):.1%}",
                ]
                say("| " + " | ".join(row) + " |\n")


def chance(worlds: int, say: Callable[[str], object]) -> None:
    """How often a build without any fault, failing at random the same way, is given a cause."""
    say("\nno fault at all, but a build that fails at random, n = 10, two decoys\n\n")
    heads = ["sides", "fails", "runs", "with a false cause"]
    say("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|\n")
    for local in (True, False):
        for rate in (0.05, 0.2, 0.35, 0.5):
            cell = measure(
                f"chance {local} {rate}",
                _kind(10, (), "0.9/2"),
                worlds=4 * worlds,
                local=local,
                flakes=rate,
                fickle=CHANCE,
            )
            side = "local and clean" if local else "clean only"
            row = [side, f"{rate:.0%}", f"{cell.runs:.1f}", f"{cell.false:.2%}"]
            say("| " + " | ".join(row) + " |\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
