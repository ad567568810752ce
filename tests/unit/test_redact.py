"""Values of variables are told by their names only, wherever a build printed them."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from hypothesis import example, given
from hypothesis import strategies as st

from verifier.model.outcome import FailureSignature, Stage, failed
from verifier.model.report import Report, ReportedRun
from verifier.model.secret import Secret
from verifier.model.verdict import Verdict
from verifier.observe._text import normalise
from verifier.presenters import presenters
from verifier.redact import Redactor

_VALUES = st.text(
    alphabet=st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40
).map(lambda t: f"canary-{t}")


@given(_VALUES)
def test_a_value_reaches_no_format_of_a_report(value: str) -> None:
    """A build that prints a secret in its error does not put it into the report."""
    signature = FailureSignature(
        stage=Stage.PRERENDER, error_class="invalid-url", subject=value, line=f"input: {value}"
    )
    run = ReportedRun(
        id="r01", world="clean", changes=(), outcome=failed(signature, f"with {value}"),
        seconds=1.0, cached=False, replay="verifier trial .",
    )  # fmt: skip
    report = Report(
        verdict=Verdict.CLEAN_FAIL, deployable=False, headline=f"fails with {value}",
        project={"name": "x"}, environments={"clean": {"why": value}}, fidelity=None, runs=(run,),
    )  # fmt: skip
    told = Redactor({"API_KEY": Secret(value)}).value(report)
    for presenter in presenters().values():
        text = presenter.render(told)
        assert value not in text
        assert "[value of API_KEY]" in text


def test_short_values_are_left_alone() -> None:
    """`true` and `3000` occur by chance."""
    assert Redactor({"A": Secret("true"), "B": Secret("3000")}).text("true 3000") == "true 3000"


def test_the_longest_value_wins() -> None:
    """A value that holds another is replaced as a whole."""
    redactor = Redactor({"SHORT": Secret("secret"), "LONG": Secret("secret-and-more")})
    assert redactor.text("x secret-and-more y") == "x [value of LONG] y"


def test_a_value_of_several_lines_is_replaced_line_by_line() -> None:
    """A private key printed in a log shows none of its lines."""
    key = "-----BEGIN KEY-----\nabcdefghijklmnop\n-----END KEY-----"
    assert "abcdefgh" not in Redactor({"K": Secret(key)}).text("log: abcdefghijklmnop")


def test_a_value_is_known_in_every_dress() -> None:
    """Inside JSON, inside an address, as base64, and as a shortened log shows it."""
    value = 'p"ss\\w d/é-2026-11-25T10:00:00Z-long'
    redactor = Redactor({"DB_PASSWORD": Secret(value)})
    dressed = [
        json.dumps(value), json.dumps({"a": value}), quote(value, safe=""), quote(value),
        base64.b64encode(value.encode()).decode(), f"error: {normalise(value)}",
    ]  # fmt: skip
    for text in dressed:
        assert "[value of DB_PASSWORD]" in redactor.text(text), text
        assert "long" not in redactor.text(text)


@given(_VALUES, st.integers(min_value=12))
@example("canary-0000.0", 12)
@example("canary-0000. .", 13)
def test_a_value_cut_off_is_not_half_told(value: str, length: int) -> None:
    """Where a text ends in the middle of a value, the beginning of the value goes too."""
    value = f"{value}-and-a-long-end"
    part = value[: min(length, len(value) - 1)]
    told = Redactor({"TOKEN": Secret(value)}).text(f"it says {part}")
    assert told == "it says [value of TOKEN]"


def test_credentials_in_an_address_are_nobodys_to_know() -> None:
    """A password in any address goes, a user alone and a scope stay."""
    redactor = Redactor({})
    assert redactor.text("at postgres://app:s3cret@db/x") == "at postgres://[credentials]@db/x"
    for harmless in ("git+ssh://git@host/x", "https://host/@scope/name", "https://h:8080/a"):
        assert redactor.text(harmless) == harmless


def test_words_of_any_text_are_left_alone() -> None:
    """`production` is no secret, unless a name claims it."""
    redactor = Redactor({"APP_ENV": Secret("production"), "DB_PASS": Secret("swordfish")})
    assert redactor.text("production swordfish") == "production [value of DB_PASS]"
