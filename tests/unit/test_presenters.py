"""A report as text and as JSON: complete, valid, and harmless whatever a project is named."""

from __future__ import annotations

import json
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verifier.model.attribution import CauseStatus
from verifier.model.difference import Difference, DifferenceKind
from verifier.model.finding import EvidenceItem, EvidenceKind, Location, Severity
from verifier.model.outcome import (
    FailureSignature,
    Outcome,
    Stage,
    UnresolvedReason,
    failed,
    passed,
    unresolved,
)
from verifier.model.report import Fidelity, Remedy, Report, ReportedCause, ReportedRun, Skipped
from verifier.model.verdict import Verdict, judge
from verifier.presenters._fix_plan import fix_plan_files
from verifier.presenters.json_v1 import render as render_json
from verifier.presenters.json_v1 import schema
from verifier.presenters.text import render as render_text

_ANY = st.text(max_size=30)


def _report(text: str) -> Report:
    signature = FailureSignature(
        stage=Stage.COMPILE, error_class="module-not-found", subject=text, line=text
    )
    cause = ReportedCause(
        id="C1", detector="d", pattern="build-pipeline-structural-failure", subject=text,
        status=CauseStatus.CONFIRMED, severity=Severity.ERROR, summary=text,
        locations=(Location(file=text, line=3),), stage="compile",
        evidence=(
            EvidenceItem(kind=EvidenceKind.TRIAL, text=text, run_id="r01"),
            EvidenceItem(kind=EvidenceKind.LOG, text=text, location=Location(file=text)),
        ),
        remedy=Remedy(summary=text, kind="project", patch=text, verified=True),
        changes=("x",),
    )  # fmt: skip
    run = ReportedRun(
        id="r01", world="clean", changes=(text,), outcome=failed(signature, text), seconds=1.0,
        cached=False, replay=text, steps=(("install", 1.0),),
    )  # fmt: skip
    return Report(
        verdict=Verdict.REGRESSION, deployable=False, headline=text, project={"name": text},
        environments={"clean": {"node": text}},
        fidelity=Fidelity(
            base="b", stand_in=True, mirrored=1, approximated=1, unknown=1, score=0.5
        ),
        causes=(cause,),
        differences=(
            Difference(
                comparator="log", subject=text, kind=DifferenceKind.GROUP,
                children=(
                    Difference(
                        comparator="log", subject=text, kind=DifferenceKind.CHANGED,
                        local=text, clean=None,
                    ),
                ),
            ),
        ),
        runs=(run,), skipped=(Skipped(what=text, why=text),), patch=text, settings=(text,),
        plan_verified=True, remaining=text, stopped=text,
    )  # fmt: skip


@given(_ANY)
def test_json_is_valid_by_the_schema_whatever_a_project_says(text: str) -> None:
    """The contract holds for every text, and the output is pure ASCII."""
    body = render_json(_report(text))
    jsonschema.validate(json.loads(body), schema())
    assert body.isascii()


@given(_ANY)
def test_text_never_steers_a_terminal_or_a_ci_log(text: str) -> None:
    """Control and direction characters of a project are replaced, CI commands broken up."""
    shown = render_text(_report(f"\x1b[31m{text}\u202e::set-output name=x::y"))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert not any(line.lstrip().startswith(("::", "##[")) for line in shown.splitlines())


def test_the_verdict_comes_first() -> None:
    """The first line is the answer."""
    assert render_text(_report("the answer")).splitlines()[0] == "the answer"


def test_a_fix_plan_has_a_patch_settings_and_a_page() -> None:
    """What was proved becomes three files; without a proof there is none."""
    report = _report("thing")
    assert set(fix_plan_files(report)) == {"README.md", "fixes.patch", "platform.md"}
    healthy = Report(
        verdict=Verdict.EQUIVALENT, deployable=True, headline="fine", project={},
        environments={}, fidelity=None,
    )  # fmt: skip
    assert fix_plan_files(healthy) == {}


@pytest.mark.parametrize(
    ("stage", "pattern", "words"),
    [
        ("install", "build-pipeline-structural-failure", "the build stops while packages"),
        ("gate", "build-pipeline-structural-failure", "the platform refuses"),
        ("boot", "environment-variable-collapse", "what is deployed does not work"),
        ("boot", "credential-exposure", "every visitor can read the secret"),
    ],
)
def test_the_page_says_what_a_cause_does(stage: str, pattern: str, words: str) -> None:
    """A cause that a green build hides is not said to stop the build."""
    report = _report("the file is missing")
    cause = replace(report.causes[0], subject="x.ts", stage=stage, pattern=pattern)
    page = fix_plan_files(replace(report, causes=(cause,)))["README.md"]
    assert words in page
    assert "The file is missing." in page


_RENAME = """diff --git a/src/Nav.tsx b/src/Nav.tsx
new file mode 100644
--- /dev/null
+++ b/src/Nav.tsx
@@ -0,0 +1 @@
+x
diff --git a/src/nav.tsx b/src/{old}.tsx
deleted file mode 100644
--- a/src/{old}.tsx
+++ /dev/null
@@ -1 +0,0 @@
-x
"""


@pytest.mark.parametrize(("old", "told"), [("nav", True), ("menu", False)])
def test_a_rename_by_case_is_told_as_a_command(old: str, *, told: bool) -> None:
    """A disk that does not tell the two names apart refuses the patch."""
    patch = _RENAME.format(old=old)
    page = fix_plan_files(replace(_report("x"), patch=patch))["README.md"]
    assert ("`git mv -f src/nav.tsx src/Nav.tsx`" in page) is told
    assert ("git apply --exclude=src/nav.tsx --exclude=src/Nav.tsx" in page) is told


@pytest.mark.parametrize("name", ["src/app.ts", "dayjs"])
def test_the_page_keeps_the_spelling_of_names(name: str) -> None:
    """A sentence that begins with a file or a package is left as it is."""
    report = _report(f"{name} is missing")
    cause = replace(report.causes[0], subject=name)
    page = fix_plan_files(replace(report, causes=(cause,)))["README.md"]
    assert f"\n{name} is missing." in page


_FAIL = failed(FailureSignature(stage=Stage.COMPILE, error_class="x", subject=""))
_LOST = unresolved(UnresolvedReason.ENGINE_LOST)
_OUTCOMES: st.SearchStrategy[Outcome] = st.sampled_from([passed(), _FAIL, _LOST])


@given(st.none() | _OUTCOMES, _OUTCOMES, st.booleans())
def test_every_pair_of_outcomes_has_a_verdict(
    local: Outcome | None, clean: Outcome, equal: bool
) -> None:
    """The verdict is total, and nothing unresolved is ever called broken or fine."""
    verdict = judge(local, clean, outputs_equal=equal)
    if clean.is_unresolved or (local is not None and local.is_unresolved):
        assert verdict is Verdict.INCONCLUSIVE
    else:
        assert verdict is not Verdict.INCONCLUSIVE
