"""The report as text for people: the verdict first, then each cause with its proof and fix."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from verifier.model.attribution import CauseStatus
from verifier.model.change import RemedyKind
from verifier.model.difference import Difference, DifferenceKind
from verifier.model.finding import EvidenceKind
from verifier.model.outcome import Outcome
from verifier.model.report import Report, ReportedCause, ReportedRun
from verifier.model.trial import FIX_PLAN

NAME: Final = "text"
_WIDTH = 100
_MAX_DIFFERENCES = 30
_MAX_CHILDREN = 6
_MAX_PATCH_LINES = 120
_LOCKFILE = re.compile(
    r"(package-lock\.json|npm-shrinkwrap\.json|pnpm-lock\.yaml|yarn\.lock|bun\.lock)$"
)
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What moves the cursor, turns the direction of writing, hides or ends a line."""
_CI_COMMAND = re.compile(r"::|##(?=\[|vso|teamcity)")
"""What continuous-integration services take for commands: GitHub's, Azure's, TeamCity's."""


def render(report: Report, *, colour: bool = False) -> str:
    """The whole report, ending in a newline; names and logs of the project are made harmless."""
    paint = _Paint(colour=colour)
    parts = [
        _head(report, paint),
        *(_cause(report, n, c, paint) for n, c in enumerate(report.confirmed, 1)),
        _refuted(report),
        _possible(report),
        _fix(report, paint),
        _differences(report),
        _mirror(report),
        _sandbox(report),
        _runs(report),
        _skipped(report),
    ]
    return "\n".join(p for p in parts if p) + "\n"


class _Paint:
    def __init__(self, *, colour: bool) -> None:
        self._colour = colour

    def __call__(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour else text


def safe(text: str) -> str:
    """Text of the examined project without anything that could steer a terminal or a CI log."""
    cleaned = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\t", "  "))
    return _harmless(cleaned.replace("\n", " "))


def _harmless(text: str) -> str:
    """Text that no service takes for a command, read from either end."""
    return _CI_COMMAND.sub(lambda m: f"{m[0][0]} {m[0][1]}", text).replace("::", ": :")


def outcome_words(outcome: Outcome) -> str:
    """An outcome in a few words."""
    if outcome.signature is not None:
        s = outcome.signature
        subject = f" ({safe(s.about)})" if s.about else ""
        return f"fails at {s.stage.word}: {s.error_class}{subject}"
    if outcome.reason is not None:
        detail = f" ({safe(outcome.detail)})" if outcome.detail else ""
        return f"cannot tell: {outcome.reason.value}{detail}"
    return "passes"


def _head(report: Report, paint: _Paint) -> str:
    code = {True: "1;32", False: "1;31", None: "1;33"}[report.deployable]
    lines = [paint(safe(report.headline), code)]
    sides = {r.world: r for r in report.runs if not r.changes}
    shown = [
        f"{w} side {outcome_words(sides[w].outcome)}" for w in ("local", "clean") if w in sides
    ]
    if "local" not in sides:
        recorded = report.environments.get("local", {}).get("recorded")
        words = f"local side {recorded}, as recorded" if recorded else "no local side known"
        shown.insert(0, words)
    lines.append(f"verdict {report.verdict.value}: " + "; ".join(shown))
    if report.stopped:
        lines.append(f"The search stopped early: {safe(report.stopped)}.")
    if report.remaining:
        lines.append(f"Still failing after all known repairs: {safe(report.remaining)}")
    return "\n".join(lines) + "\n"


def _cause(report: Report, number: int, cause: ReportedCause, paint: _Paint) -> str:
    rows: list[tuple[str, str]] = [("what", safe(cause.summary))]
    if cause.locations:
        rows.append(("where", ", ".join(safe(str(p)) for p in cause.locations[:6])))
    runs = {r.id: r for r in report.runs}
    rows.extend(
        ("proof", f"{i.run_id}  {safe(i.text)}")
        for i in cause.evidence
        if i.kind is EvidenceKind.TRIAL and i.run_id
    )
    rows.extend(
        ("seen", _with_place(safe(i.text), str(i.location) if i.location else ""))
        for i in cause.evidence
        if i.kind is not EvidenceKind.TRIAL
    )
    if cause.remedy is not None:
        mark = "verified: the clean build passed with it" if cause.remedy.verified else "not tried"
        mark = "by hand" if cause.remedy.kind == RemedyKind.NONE.value else mark
        rows.append(("fix", f"{safe(cause.remedy.summary)} [{mark}]"))
    rows.extend(
        ("replay", f"{runs[i].id}  {safe(runs[i].replay)}") for i in _proof_ids(cause) if i in runs
    )
    title = f"{number}. {safe(cause.subject)}"
    return (
        paint(title, "1")
        + f"   {cause.pattern}, {cause.stage or 'build'}, confirmed\n"
        + _table(rows)
    )


def _with_place(text: str, place: str) -> str:
    return f"{text}   ({safe(place)})" if place else text


def _proof_ids(cause: ReportedCause) -> list[str]:
    ids = [i.run_id for i in cause.evidence if i.kind is EvidenceKind.TRIAL and i.run_id]
    return list(dict.fromkeys(ids))[:2]


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines: list[str] = []
    last = ""
    for name, text in rows:
        label = "" if name == last else name
        last = name
        wrapped = (
            [text]
            if name == "replay"
            else textwrap.wrap(text, _WIDTH - 12, break_long_words=False, break_on_hyphens=False)
        ) or [""]
        lines.append(f"   {label:<7} {wrapped[0]}")
        lines.extend(f"   {'':<7} {more}" for more in wrapped[1:])
    return "\n".join(lines) + "\n"


def _of(report: Report, status: CauseStatus) -> list[ReportedCause]:
    return [c for c in report.causes if c.status is status]


def _refuted(report: Report) -> str:
    rows = []
    for cause in _of(report, CauseStatus.REFUTED):
        trial = next((i for i in cause.evidence if i.run_id), None)
        proof = f"{trial.run_id} {safe(trial.text)}" if trial else "shown by the runs"
        rows.append(f"   {safe(cause.subject)}: {proof}")
    return "Suspected and refuted\n" + "\n".join(rows) + "\n" if rows else ""


def _possible(report: Report) -> str:
    rows = []
    for cause in _of(report, CauseStatus.POSSIBLE):
        where = f" ({safe(str(cause.locations[0]))})" if cause.locations else ""
        rows.append(f"   {safe(cause.subject)}: {safe(cause.summary)}{where}")
    return "Worth a look, not proved\n" + "\n".join(rows) + "\n" if rows else ""


def _fix(report: Report, paint: _Paint) -> str:
    if not report.settings and not report.patch and not report.by_hand:
        return ""
    tried = "applied in a clean container: green" if report.plan_verified else "not yet green"
    if report.plan_verified and report.by_hand:
        tried = "applied in a clean container: the build is green; the rest is yours"
    lines = [paint(f"Fix plan ({tried})", "1")]
    lines += [f"   {n}. {safe(s)}" for n, s in enumerate(report.settings, 1)]
    lines += [f"   By hand: {safe(s)}" for s in report.by_hand]
    if report.patch:
        lines.append("   Commit this patch (`git apply`):")
        lines += [f"   | {_harmless(_CONTROL.sub('?', s))}" for s in _shown_patch(report.patch)]
    return "\n".join(lines) + "\n"


def _shown_patch(patch: str) -> Iterator[str]:
    """The lines of a patch worth reading: a lockfile's are counted, a long rest is cut."""
    shown = 0
    for part in re.split(r"^(?=diff --git )", patch, flags=re.MULTILINE):
        lines = part.rstrip("\n").split("\n")
        if not lines[0]:
            continue
        if _LOCKFILE.search(lines[0]):
            yield f"{lines[0]}   ({len(lines)} lines; whole with --fix-plan or --format json)"
            continue
        for line in lines:
            shown += 1
            if shown > _MAX_PATCH_LINES:
                yield "… (whole with --fix-plan or --format json)"
                return
            yield line


def _differences(report: Report) -> str:
    rows = list(_difference_rows(report.differences))
    if not rows:
        return ""
    shown = rows[:_MAX_DIFFERENCES]
    if len(rows) > len(shown):
        shown.append(f"   … and {len(rows) - len(shown)} more (see --format json)")
    return "Differences between the local and the clean side\n" + "\n".join(shown) + "\n"


def _difference_rows(differences: Iterable[Difference], depth: int = 0) -> Iterator[str]:
    for one in differences:
        if not one.matters or (one.children and not any(c.matters for c in one.children)):
            continue
        pad = "   " + "  " * depth
        note = f"   {safe(one.note)}" if one.note else ""
        match one.kind:
            case DifferenceKind.GROUP:
                yield f"{pad}{safe(one.subject)}{note}"
            case DifferenceKind.ONLY_LOCAL:
                yield f"{pad}{_only('local', one.subject, one.local)}{note}"
            case DifferenceKind.ONLY_CLEAN:
                yield f"{pad}{_only('clean', one.subject, one.clean)}{note}"
            case DifferenceKind.CHANGED:
                sides = f"local {safe(one.local or '')} | clean {safe(one.clean or '')}"
                yield f"{pad}{safe(one.subject)}: {sides}{note}"
        below = [c for c in one.children if c.matters]
        yield from _difference_rows(below[:_MAX_CHILDREN], depth + 1)
        if len(below) > _MAX_CHILDREN:
            yield f"{pad}  … and {len(below) - _MAX_CHILDREN} more"


def _only(side: str, subject: str, value: str | None) -> str:
    if value == subject:
        return f"only {side}: {safe(subject)}"
    return f"{safe(subject)}: only {side}{f' ({safe(value)})' if value else ''}"


def _mirror(report: Report) -> str:
    mirror = report.fidelity
    if mirror is None:
        return ""
    base = f"{safe(mirror.base)} for Amazon Linux 2023" if mirror.stand_in else mirror.base
    total = mirror.mirrored + mirror.approximated + mirror.unknown
    line = (
        f"Mirror: {base}; {mirror.mirrored} of {total} known attributes mirrored, "
        f"{mirror.approximated} approximated, {mirror.unknown} unknown (score {mirror.score:.2f})"
    )
    return "\n".join([line, *(f"   {safe(n)}" for n in mirror.notes)]) + "\n"


def _sandbox(report: Report) -> str:
    """What the project was given, in one line; the rest is in JSON and `explain sandbox`."""
    given = report.sandbox
    if not given:
        return ""
    shown = ("network", "memory", "processes", "system_calls")
    words = "; ".join(f"{n.replace('_', ' ')}: {safe(given[n])}" for n in shown if n in given)
    return f"Sandbox: {words} (all of it with --format json)\n"


def _runs(report: Report) -> str:
    rows = [_run_row(r) for r in report.runs]
    total = report.timings.get("total_s")
    head = f"Runs: {len({r.id for r in report.runs})}" + (
        f", {total:.0f} s in all" if total else ""
    )
    return head + "\n" + "\n".join(rows) + "\n" if rows else ""


def _run_row(run: ReportedRun) -> str:
    verb = "repaired" if run.world == "clean" else "broken"
    changes = f", {verb}: {', '.join(safe(c) for c in run.changes)}" if run.changes else ""
    if run.changes == (FIX_PLAN,):
        changes = ", with the fix plan as it ships"
    again = " (same recipe as another run)" if run.cached else f" {run.seconds:.1f} s"
    return f"   {run.id}  {run.world}{changes} → {outcome_words(run.outcome)}{again}"


def _skipped(report: Report) -> str:
    rows = [f"   {safe(s.what)}: {safe(s.why)}" for s in report.skipped]
    return "Not looked at\n" + "\n".join(rows) + "\n" if rows else ""
