"""Worlds that are hard in one particular way each."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.lab.worlds import Fault, HiddenWorld, world
from verifier.isolate import Candidate
from verifier.model.outcome import FailureSignature, Stage


def rivals(rng: random.Random) -> HiddenWorld:
    """Each fault has a second repair, suspected too, which has no local counterpart."""
    base = world(rng, n=20, sizes=(1, 1), decoys=1)
    candidates, evidence = dict(base.candidates), dict(base.evidence)
    faults: list[Fault] = []
    for number, fault in enumerate(base.faults):
        rival = f"rival{number}"
        candidates[rival] = Candidate(id=rival, breakable=False)
        evidence[rival] = 0.7
        faults.append(replace(fault, remedies=frozenset({rival})))
    return replace(base, candidates=candidates, faults=tuple(faults), evidence=evidence)


def exclusive_rivals(rng: random.Random) -> HiddenWorld:
    """As `rivals`, and a rival is never to be applied beside the repair it stands for."""
    base = rivals(rng)
    candidates = dict(base.candidates)
    for number, fault in enumerate(base.faults):
        (factor,) = fault.factors
        candidates[factor] = replace(candidates[factor], excludes=(f"rival{number}",))
    return replace(base, candidates=candidates)


def useless_rival(rng: random.Random) -> HiddenWorld:
    """The strongest suspect is of no use and shuts out the repair that is."""
    base = world(rng, n=20, sizes=(1,))
    (factor,) = base.faults[0].factors
    useless = Candidate(id="useless", breakable=False, excludes=(factor,))
    return replace(
        base,
        candidates={**base.candidates, "useless": useless},
        evidence={**base.evidence, "useless": 0.9},
    )


def surroundings(rng: random.Random) -> HiddenWorld:
    """Some faults show on the local side only with the platform's tree or driver."""
    base = world(rng, n=30, sizes=(1, 1, 1), recall=0.9, decoys=2)
    around = ((), ("tree",), ("driver",), ("tree", "driver"))
    fixed = {i: Candidate(id=i, repairable=False) for i in ("tree", "driver")}
    faults = tuple(
        replace(f, factors=f.factors | frozenset(rng.choice(around))) for f in base.faults
    )
    return replace(base, candidates={**base.candidates, **fixed}, faults=faults)


def coupled(rng: random.Random, *, declared: bool = True) -> HiddenWorld:
    """A guilty and an innocent factor each make an invalid mixture without their neighbour."""
    base = world(rng, n=20, sizes=(1, 1), recall=rng.choice([0.0, 1.0]), decoys=1)
    candidates = dict(base.candidates)
    innocent = [i for i in candidates if all(i not in f.factors for f in base.faults)]
    (guilty,) = base.faults[0].factors
    pairs = ((guilty, innocent[0]), (innocent[1], innocent[2]))
    for one, other in pairs if declared else ():
        candidates[one] = replace(candidates[one], coupled=(other,))
    return replace(base, candidates=candidates, invalid=frozenset(pairs))


def harmful(rng: random.Random) -> HiddenWorld:
    """A suspect that is innocent, and whose repair breaks something by itself."""
    base = world(rng, n=20, sizes=(1, 1), decoys=1)
    guilty = frozenset().union(*(f.factors for f in base.faults))
    (decoy,) = (i for i in base.evidence if i not in guilty)
    stage = rng.choice(list(Stage))
    seen = FailureSignature(stage=stage, error_class="harm", subject="harm")
    return replace(base, harmful={decoy: seen})


def harmful_remedy(rng: random.Random) -> HiddenWorld:
    """The obvious repair of a fault breaks something later; a second suspected one does not."""
    base = world(rng, n=20, sizes=(1, 1), decoys=1)
    (factor,) = base.faults[0].factors
    seen = FailureSignature(stage=rng.choice(list(Stage)), error_class="harm", subject="harm")
    return replace(
        base,
        candidates={**base.candidates, "gentle": Candidate(id="gentle", breakable=False)},
        faults=(replace(base.faults[0], remedies=frozenset({"gentle"})), *base.faults[1:]),
        evidence={**base.evidence, "gentle": 0.4},
        harmful={factor: seen},
    )


def exposing(rng: random.Random) -> HiddenWorld:
    """The repair of one fault lays another open, at an earlier stage, that nobody suspected."""
    base = world(rng, n=20, sizes=(1, 1), decoys=1)
    (pinned,) = base.faults[0].factors
    guilty = frozenset().union(*(f.factors for f in base.faults))
    refused = rng.choice([i for i in base.candidates if i not in guilty | set(base.evidence)])
    late = FailureSignature(stage=Stage.COMPILE, error_class="broken", subject="s0")
    early = FailureSignature(stage=Stage.INSTALL, error_class="refused", subject="early")
    return replace(
        base,
        candidates={i: replace(c, first_stage=Stage.FETCH) for i, c in base.candidates.items()},
        faults=(replace(base.faults[0], signature=late), *base.faults[1:]),
        hints={"early": {refused: 0.9}} if rng.random() < 0.5 else {},
        exposed={pinned: Fault(factors=frozenset({refused}), signature=early)},
    )


def two_parts(rng: random.Random) -> HiddenWorld:
    """A failure that only two remedies together get past; neither has a local counterpart."""
    base = world(rng, n=20, sizes=(1,), decoys=1)
    parts = {i: Candidate(id=i, breakable=False) for i in ("first", "second")}
    seen = FailureSignature(stage=Stage.COMPILE, error_class="parts", subject="parts")
    suspected = rng.choice([(), ("first",), ("first", "second")])
    return replace(
        base,
        candidates={**base.candidates, **parts},
        faults=(*base.faults, *(Fault(factors=frozenset({i}), signature=seen) for i in parts)),
        evidence={**base.evidence, **dict.fromkeys(suspected, 0.6)},
    )


def excluding(rng: random.Random) -> HiddenWorld:
    """The strongest suspect is of no use and shuts out the repairs of both faults."""
    base = world(rng, n=20, sizes=(1, 1))
    both = tuple(sorted(frozenset().union(*(f.factors for f in base.faults))))
    useless = Candidate(id="useless", breakable=False, excludes=both)
    return replace(
        base,
        candidates={**base.candidates, "useless": useless},
        evidence={**base.evidence, "useless": 0.9},
    )


def shutting_out(rng: random.Random) -> HiddenWorld:
    """The strongest repair of one fault shuts out the only repair of the other."""
    base = world(rng, n=20, sizes=(1, 1))
    (needed,) = base.faults[1].factors
    strong = Candidate(id="strong", breakable=False, excludes=(needed,))
    return replace(
        base,
        candidates={**base.candidates, "strong": strong},
        faults=(replace(base.faults[0], remedies=frozenset({"strong"})), base.faults[1]),
        evidence={**base.evidence, "strong": 0.9},
    )


def many_fixes(rng: random.Random) -> HiddenWorld:
    """One failure with up to five fixes, in any number suspected, beside a plain fault."""
    base = world(rng, n=20, sizes=(1, 1), decoys=1)
    fixes = {f"fix{i}": Candidate(id=f"fix{i}", breakable=False) for i in range(rng.randint(1, 4))}
    suspected = [i for i in fixes if rng.random() < 0.6]
    return replace(
        base,
        candidates={**base.candidates, **fixes},
        faults=(replace(base.faults[0], remedies=frozenset(fixes)), *base.faults[1:]),
        evidence={**base.evidence, **dict.fromkeys(suspected, 0.6)},
    )


def unrepairable(rng: random.Random) -> HiddenWorld:
    """One of three faults has no known repair."""
    base = world(rng, n=20, sizes=(1, 1, 1), recall=rng.choice([0.0, 1.0]), decoys=1)
    (factor,) = rng.choice(base.faults).factors
    fixed = replace(base.candidates[factor], repairable=False)
    return replace(base, candidates={**base.candidates, factor: fixed})


def always_broken(rng: random.Random) -> HiddenWorld:
    """Beside two faults, something nobody modelled fails on both sides."""
    base = world(rng, n=20, sizes=(1, 1), recall=rng.choice([0.0, 1.0]), decoys=1)
    stage = rng.choice(list(Stage))
    seen = FailureSignature(stage=stage, error_class="unmodelled", subject="unmodelled")
    return replace(base, faults=(*base.faults, Fault(factors=frozenset(), signature=seen)))


def coarse(rng: random.Random) -> HiddenWorld:
    """Taking over the whole local tree repairs everything, and is the strongest suspect."""
    base = world(rng, n=20, sizes=(1, 1), recall=rng.choice([0.0, 1.0]), decoys=1)
    tree = Candidate(id="tree", coarse=True, breakable=False, prior=0.5)
    return replace(
        base,
        candidates={**base.candidates, "tree": tree},
        faults=tuple(replace(f, remedies=frozenset({"tree"})) for f in base.faults),
        evidence={**base.evidence, "tree": 0.9},
    )


def refused_files(rng: random.Random, *, at_once: bool) -> HiddenWorld:
    """A check refuses several files, whose stand-ins are coarse; it names all of them, or one."""
    base = world(rng, n=20, sizes=(1,), decoys=1, stages=(Stage.PACKAGE,))
    names = [f"file{number}" for number in range(rng.randint(3, 8))]
    faults = tuple(
        Fault(
            factors=frozenset({name}),
            signature=FailureSignature(
                stage=Stage.TYPECHECK, error_class="type-error", subject=name
            ),
        )
        for name in names
    )
    files = {n: Candidate(id=n, coarse=True, breakable=False, prior=0.1) for n in names}
    told = dict.fromkeys(names, 0.1)
    return replace(
        base,
        candidates={**base.candidates, **files},
        faults=(*base.faults, *faults),
        hints={**base.hints, **{n: told if at_once else {n: 0.1} for n in names}},
    )


def checked_last(rng: random.Random) -> HiddenWorld:
    """Behind one fault a script checks types, which tells of an earlier stage; a stand-in helps."""
    base = world(rng, n=20, sizes=(1,), recall=1.0, decoys=1, stages=(Stage.PRERENDER,))
    (factor,) = base.faults[0].factors
    seen = FailureSignature(stage=Stage.TYPECHECK, error_class="type-error", subject="file")
    file = Candidate(id="file", coarse=True, breakable=False, prior=0.1)
    return replace(
        base,
        candidates={**base.candidates, "file": file},
        hints={**base.hints, "file": {"file": 0.1}},
        exposed={factor: Fault(factors=frozenset({"file"}), signature=seen)},
    )


def overlapping(rng: random.Random) -> HiddenWorld:
    """Two pairs that share a factor."""
    base = world(rng, n=20, sizes=(2, 2), recall=rng.choice([0.0, 1.0]), decoys=1)
    first, second = base.faults
    shared, kept = min(first.factors), max(second.factors)
    return replace(base, faults=(first, replace(second, factors=frozenset({shared, kept}))))


def crowd(rng: random.Random) -> HiddenWorld:
    """One guilty among ten weak suspects."""
    base = world(rng, n=40, sizes=(1,), decoys=9)
    return replace(base, evidence=dict.fromkeys(base.evidence, 0.25))


def anything(rng: random.Random) -> HiddenWorld:
    """A world in which every oddity may occur, couplings and rivals at random among all ids."""
    n = rng.randint(3, 40)
    sizes = [rng.choice([1, 1, 1, 2, 3]) for _ in range(rng.randint(1, 4))]
    while sum(sizes) > n:
        sizes.pop()
    base = world(
        rng,
        n=n,
        sizes=sizes or [1],
        recall=rng.random(),
        decoys=rng.randint(0, 6),
        colliding=rng.random() < 0.2,
    )
    ids = list(base.candidates)
    candidates = {i: _odd(rng, c, ids) for i, c in base.candidates.items()}
    faults = tuple(
        replace(f, remedies=frozenset({rng.choice(ids)})) if rng.random() < 0.3 else f
        for f in base.faults
    )
    one, other = rng.sample(ids, 2)
    harm = FailureSignature(stage=rng.choice(list(Stage)), error_class="harm", subject="harm")
    return replace(
        base,
        candidates=candidates,
        faults=faults,
        evidence={i: rng.choice([0.1, 0.25, 0.4, 0.6, 0.9]) for i in base.evidence},
        invalid=frozenset({(one, other)}) if rng.random() < 0.3 else frozenset(),
        harmful={rng.choice(ids): harm} if rng.random() < 0.3 else {},
        exposed={one: Fault(factors=frozenset({other}), signature=harm)}
        if rng.random() < 0.2
        else {},
    )


def _odd(rng: random.Random, candidate: Candidate, ids: list[str]) -> Candidate:
    side = rng.random()
    return replace(
        candidate,
        repairable=side >= 0.1,
        breakable=not 0.1 <= side < 0.25,
        coarse=rng.random() < 0.05,
        coupled=(rng.choice(ids),) if rng.random() < 0.1 else (),
        excludes=(rng.choice(ids),) if rng.random() < 0.1 else (),
        first_stage=rng.choice(list(Stage)) if rng.random() < 0.2 else candidate.first_stage,
    )
