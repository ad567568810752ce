"""The manifest of what the mirror reproduces, and how answers are judged."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from verifier.vercel import image_facts
from verifier.vercel.fidelity import (
    ATTRIBUTES,
    Answer,
    Attribute,
    AuditResult,
    Keeper,
    SelfTest,
    Source,
    Status,
    by_id,
    judge,
    manifest,
    score,
)

_SOURCE = Source(what="a page", seen="2026-01-01")


def _attribute(**changes: object) -> Attribute:
    plain = Attribute(
        id="thing",
        title="a thing",
        status=Status.MIRRORED,
        keeper=Keeper.IMAGE,
        source=_SOURCE,
        test=SelfTest(command="echo 1", expect=r"^1$"),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # fields by name


def test_every_attribute_has_its_own_identifier() -> None:
    """No two attributes share an identifier, and there are at least forty."""
    assert len(by_id()) == len(ATTRIBUTES) >= 40


@pytest.mark.parametrize("stand_in", [False, True])
def test_every_pattern_is_a_regular_expression(stand_in: bool) -> None:
    """Each question's pattern compiles on either base."""
    for attribute in manifest(stand_in=stand_in):
        if attribute.test is not None:
            re.compile(attribute.test.expect)


def test_every_source_says_when_it_was_seen() -> None:
    """Each date is ISO, from year to day."""
    for attribute in ATTRIBUTES:
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", attribute.source.seen), attribute.id


def test_the_stand_in_never_claims_the_base() -> None:
    """On Debian neither the base system nor its C library counts as mirrored."""
    on_debian = {attribute.id: attribute.status for attribute in manifest(stand_in=True)}
    assert on_debian["base-system"] is Status.APPROXIMATED
    assert on_debian["c-library"] is Status.APPROXIMATED


def test_an_approximation_says_what_it_hides() -> None:
    """An attribute that is not mirrored cannot be built without saying what stays unseen."""
    with pytest.raises(ValueError, match="what it hides"):
        _attribute(status=Status.APPROXIMATED)


def test_a_mirrored_attribute_hides_nothing() -> None:
    """A mirrored attribute with a caveat is a contradiction."""
    with pytest.raises(ValueError, match="what it hides"):
        _attribute(hides="something")


@pytest.mark.parametrize(
    ("output", "answer"), [("1\n", Answer.HOLDS), ("2\n", Answer.FAILS), ("", Answer.FAILS)]
)
def test_an_answer_is_judged_by_its_pattern(output: str, answer: Answer) -> None:
    """The pattern decides, and silence fails."""
    assert judge(_attribute(), output).answer is answer


def test_an_attribute_without_a_question_is_not_asked() -> None:
    """No question, no answer."""
    assert judge(_attribute(test=None), "1").answer is Answer.NOT_ASKED


def test_a_failed_question_counts_against_the_claim() -> None:
    """The score holds each attribute once, and a failed one is not mirrored any more."""
    results = [
        judge(_attribute(), "1"),
        judge(_attribute(), "2"),
        AuditResult(
            attribute=_attribute(status=Status.APPROXIMATED, hides="x"), answer=Answer.NOT_ASKED
        ),
        AuditResult(
            attribute=_attribute(status=Status.UNKNOWN, hides="x"), answer=Answer.NOT_ASKED
        ),
    ]
    counted = score(results)
    assert (counted.mirrored, counted.approximated, counted.unknown, counted.failed) == (1, 1, 1, 1)
    assert counted.total == 4
    assert counted.percent == 37.5


def test_an_empty_audit_scores_nothing() -> None:
    """No attributes, no per cent."""
    assert score([]).percent == 0.0


def test_local_majors_lie_outside_the_platform_s_folders() -> None:
    """A folder named /nodeNN would change which majors the platform's code may choose."""
    assert image_facts.node_bin(24) == "/node24/bin"
    assert image_facts.local_node_bin(20) == "/opt/verifier/local-node/20/bin"
    assert image_facts.pnpm_bin(9) == "/pnpm9/node_modules/.bin"
    for ask in (image_facts.node_bin, image_facts.pnpm_bin, image_facts.local_node_bin):
        with pytest.raises(ValueError, match=r"has no|carries no"):
            ask(5)
