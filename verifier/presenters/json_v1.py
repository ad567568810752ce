"""The report as JSON by the contract `verifier.report/v1`; the schema stands beside this module."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any, Final

from verifier.model.difference import Difference
from verifier.model.finding import EvidenceItem
from verifier.model.outcome import Outcome
from verifier.model.report import SCHEMA, Report, ReportedCause, ReportedRun

NAME: Final = "json"


def render(report: Report, *, colour: bool = False) -> str:  # noqa: ARG001  (one presenter shape)
    """The report as indented JSON, ending in a newline; only ASCII, so that no text can mislead."""
    return json.dumps(to_json(report), indent=2) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema of the report."""
    text = resources.files("verifier.presenters").joinpath("report-v1.schema.json").read_text()
    return dict(json.loads(text))


def to_json(report: Report) -> dict[str, Any]:
    """The report as plain JSON values."""
    mirror = report.fidelity
    return {
        "schema": SCHEMA,
        "verdict": report.verdict.value,
        "deployable": report.deployable,
        "headline": report.headline,
        "project": dict(report.project),
        "environments": {k: dict(v) for k, v in report.environments.items()},
        "fidelity": None
        if mirror is None
        else {
            "base": mirror.base,
            "stand_in": mirror.stand_in,
            "mirrored": mirror.mirrored,
            "approximated": mirror.approximated,
            "unknown": mirror.unknown,
            "score": round(mirror.score, 4),
            "notes": list(mirror.notes),
        },
        "causes": [_cause(c) for c in report.causes],
        "differences": [_difference(d) for d in report.differences],
        "runs": [_run(r) for r in report.runs],
        "fix": {
            "patch": report.patch,
            "settings": list(report.settings),
            "by_hand": list(report.by_hand),
            "verified": report.plan_verified,
            "remaining": report.remaining,
        },
        "skipped": [{"what": s.what, "why": s.why} for s in report.skipped],
        "stopped": report.stopped,
        "sandbox": dict(report.sandbox),
        "timings": dict(report.timings),
        "versions": dict(report.versions),
    }


def _cause(cause: ReportedCause) -> dict[str, Any]:
    remedy = cause.remedy
    return {
        "id": cause.id,
        "detector": cause.detector,
        "pattern": cause.pattern,
        "subject": cause.subject,
        "status": cause.status.value,
        "severity": cause.severity.value,
        "summary": cause.summary,
        "stage": cause.stage,
        "locations": [{"file": p.file, "line": p.line} for p in cause.locations],
        "changes": list(cause.changes),
        "evidence": [_evidence(e) for e in cause.evidence],
        "remedy": None
        if remedy is None
        else {
            "summary": remedy.summary,
            "kind": remedy.kind,
            "patch": remedy.patch,
            "verified": remedy.verified,
        },
    }


def _evidence(item: EvidenceItem) -> dict[str, Any]:
    made: dict[str, Any] = {"kind": item.kind.value, "text": item.text}
    if item.location is not None:
        made["location"] = {"file": item.location.file, "line": item.location.line}
    if item.run_id is not None:
        made["run"] = item.run_id
    return made


def _outcome(outcome: Outcome) -> dict[str, Any]:
    made: dict[str, Any] = {"status": outcome.status.value}
    if outcome.signature is not None:
        made["signature"] = {
            "stage": outcome.signature.stage.word,
            "class": outcome.signature.error_class,
            "subject": outcome.signature.subject,
            "line": outcome.signature.line,
        }
    if outcome.reason is not None:
        made["reason"] = outcome.reason.name.lower().replace("_", "-")
        made["detail"] = outcome.detail
    return made


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "comparator": one.comparator,
        "subject": one.subject,
        "kind": one.kind.value,
        "local": one.local,
        "clean": one.clean,
        "matters": one.matters,
        "note": one.note,
        "children": [_difference(c) for c in one.children],
    }


def _run(run: ReportedRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "world": run.world,
        "changes": list(run.changes),
        "outcome": _outcome(run.outcome),
        "seconds": round(run.seconds, 2),
        "cached": run.cached,
        "replay": run.replay,
        "steps": [{"name": n, "seconds": round(s, 2)} for n, s in run.steps],
    }
