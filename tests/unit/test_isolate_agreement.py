"""What runs of one trial come to together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.isolate.agreement import agree, find_fickle, is_settled, rate, runs_needed
from verifier.model.outcome import (
    FailureSignature,
    Outcome,
    Stage,
    UnresolvedReason,
    failed,
    passed,
    unresolved,
)


def broken(subject: str = "x") -> FailureSignature:
    return FailureSignature(stage=Stage.BOOT, error_class="broken", subject=subject)


def runs(text: str) -> list[Outcome]:
    """One run a letter: P passed, U unresolved, any other failed with that subject."""
    known = {"P": passed(), "U": unresolved(UnresolvedReason.REGISTRY)}
    return [known.get(letter) or failed(broken(letter)) for letter in text]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("P", "pass"),
        ("f", "fail"),
        ("ff", "fail"),
        ("fP", "unresolved"),
        ("fPP", "unresolved"),
        ("fPPP", "pass"),
        ("Pff", "unresolved"),
        ("Pfff", "fail"),
        ("fg", "unresolved"),
        ("fgff", "fail"),
        ("U", "unresolved"),
        ("Uf", "fail"),
        ("UPP", "pass"),
    ],
)
def test_agreement(text: str, status: str) -> None:
    """One run decides; once runs differ, an outcome must lead by two."""
    assert agree(runs(text), ()).status.value == status


@given(text=st.text("PfgU", min_size=1, max_size=8))
def test_unresolved_never_counts(text: str) -> None:
    """Runs that say nothing change nothing, unless there are no others."""
    rest = text.replace("U", "")
    if rest:
        assert agree(runs(text), ()).status is agree(runs(rest), ()).status
    else:
        assert agree(runs(text), ()).reason is UnresolvedReason.REGISTRY


@given(text=st.text("Pfg", min_size=1, max_size=8), times=st.integers(2, 4))
def test_settled_means_agreed(text: str, times: int) -> None:
    """What is settled agrees, and further like runs keep it so."""
    if is_settled(runs(text), (), times):
        outcome = agree(runs(text), ())
        assert not outcome.is_unresolved
        assert agree([*runs(text), outcome], ()) == outcome


def test_fickle_failure_proves_nothing_anywhere() -> None:
    """A failure that a further run of its trial did not show is not believed of another trial."""
    fickle = find_fickle([runs("fP"), runs("ff"), runs("g")])
    assert fickle == [broken("f")]
    assert agree(runs("ff"), fickle).reason is UnresolvedReason.FLAKE
    assert agree(runs("fPP"), fickle).is_pass
    assert agree(runs("gf"), fickle) == failed(broken("g"))


def test_one_lucky_pass_does_not_make_a_failure_fickle() -> None:
    """A failure seen four times as often as its trials passed is firm."""
    assert find_fickle([runs("ffP"), runs("ff")]) == []
    assert find_fickle([runs("ffP"), runs("f")]) == [broken("f")]


def test_more_flakes_need_more_runs() -> None:
    """The more often repeats differ, the more runs must agree; two are always needed."""
    assert runs_needed(rate(0, 0, 0.05)) == 2
    assert runs_needed(rate(1, 2, 0.05)) == 2
    assert runs_needed(rate(2, 4, 0.05)) == 3
    needs = [runs_needed(rate(differing, 10, 0.05)) for differing in range(10)]
    assert needs == sorted(needs)
    assert needs[-1] > 5
