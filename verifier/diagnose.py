"""Turns what the search concluded and what the detectors saw into the causes of a report.

It adds no judgement: a cause is confirmed because trials say so, and its text comes from the
finding that suspected it or, failing that, from the change itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from verifier.factors import with_repairs
from verifier.factors._install import without_loosening
from verifier.laboratory import CLEAN, Laboratory, describe, is_symptom
from verifier.model.attribution import Attribution, Cause, CauseStatus
from verifier.model.change import Change, RemedyKind
from verifier.model.finding import EvidenceItem, EvidenceKind, Finding, Location, Severity
from verifier.model.report import Remedy, ReportedCause
from verifier.model.source import SourceTree
from verifier.model.trial import TrialKey, World
from verifier.patches import carried_over, patch_between

_MAX_EVIDENCE = 6


def reported_causes(
    lab: Laboratory, attribution: Attribution | None, *, number_from: int = 1
) -> tuple[ReportedCause, ...]:
    """The causes of one search: confirmed ones first, then possible, then refuted."""
    if attribution is None:
        return ()
    made: list[ReportedCause] = []
    for status, causes in (
        (CauseStatus.CONFIRMED, attribution.causes),
        (CauseStatus.POSSIBLE, attribution.possible),
    ):
        for cause in causes:
            said = status if _names_something(lab, cause) else CauseStatus.POSSIBLE
            made.append(_diagnosed(lab, cause, said, f"C{number_from + len(made)}"))
    chosen = {i for cause in attribution.causes for i in cause.changes}
    rivals = {r for i in chosen for r in lab.changes[i].excludes}
    for change_id in attribution.refuted:
        if change_id in rivals or chosen & set(lab.changes[change_id].excludes):
            continue  # another repair of the same thing, which nobody accused of its own
        made.append(_refuted(lab, change_id, f"C{number_from + len(made)}"))
    return tuple(made)


def _names_something(lab: Laboratory, cause: Cause) -> bool:
    """Whether a cause tells a person what to look at.

    That the platform's own build fails where the script alone does not is true and proved, but it
    is what was asked, not the answer.
    """
    return any(lab.changes[i].family != "driver" for i in cause.changes)


def open_findings(
    lab: Laboratory,
    known: Iterable[ReportedCause],
    *,
    number_from: int,
    green: TrialKey | None = None,
) -> tuple[ReportedCause, ...]:
    """Findings no trial decided, as possible causes; findings already spoken for are left out.

    green: the trial that passed with everything repaired. What it no longer shows was part of a
    failure that is explained by now.
    """
    spoken = {c.subject for c in known} | {i for c in known for i in c.changes}
    made: list[ReportedCause] = []
    for finding in _findings(lab) if green is None else lab.detect(green):
        if finding.severity is Severity.INFO or finding.subject in spoken:
            continue
        if any(s.change_id in spoken for s in finding.suspects):
            continue
        spoken.add(finding.subject)
        made.append(
            ReportedCause(
                id=f"C{number_from + len(made)}",
                detector=finding.detector,
                pattern=finding.pattern.value,
                subject=finding.subject,
                status=CauseStatus.POSSIBLE,
                severity=finding.severity,
                summary=finding.summary,
                locations=finding.locations,
                evidence=finding.evidence[:_MAX_EVIDENCE],
            )
        )
    return tuple(made)


def _findings(lab: Laboratory) -> list[Finding]:
    seen: list[Finding] = []
    for key in (CLEAN, *(k for k in lab.findings if k != CLEAN)):
        seen.extend(lab.findings.get(key, ()))
    return seen


def best_finding(lab: Laboratory, change_ids: frozenset[str]) -> Finding | None:
    """The finding that speaks strongest for any of the changes."""
    best: tuple[float, Finding] | None = None
    for finding in _findings(lab):
        weights = [s.weight for s in finding.suspects if s.change_id in change_ids]
        weights += [0.9 for r in finding.remedies if r.id in change_ids]
        weights += [0.1 for e in finding.explains if e in change_ids]
        if not weights:
            continue
        about = {lab.changes[i].subject for i in change_ids if i in lab.changes}
        score = max(weights) + (0.5 if finding.subject in about else 0.0)
        if best is None or score > best[0]:
            best = (score, finding)
    return None if best is None else best[1]


def _diagnosed(lab: Laboratory, cause: Cause, status: CauseStatus, number: str) -> ReportedCause:
    changes = [lab.changes[i] for i in sorted(cause.changes)]
    main = max(changes, key=lambda c: (c.prior, c.id))
    finding = best_finding(lab, cause.changes)
    confirmed = status is CauseStatus.CONFIRMED
    return ReportedCause(
        id=number,
        detector=finding.detector if finding else f"factor:{main.family}",
        pattern=main.pattern or (finding.pattern.value if finding else ""),
        subject=main.subject,
        status=status,
        severity=Severity.ERROR if confirmed else Severity.WARNING,
        summary=_summary(changes, finding, cause),
        locations=_locations(changes, finding),
        stage=cause.signature.stage.word if cause.signature else "",
        evidence=_proof(lab, cause) + (finding.evidence[:_MAX_EVIDENCE] if finding else ()),
        remedy=_remedy(
            lab, changes, cause.green.changes, verified=confirmed and _is_green(lab, cause.green)
        ),
        changes=tuple(sorted(cause.changes)),
    )


def _refuted(lab: Laboratory, change_id: str, number: str) -> ReportedCause:
    change = lab.changes[change_id]
    finding = best_finding(lab, frozenset({change_id}))
    key = _refuting_trial(lab, change_id)
    evidence = finding.evidence[:2] if finding else ()
    if key is not None:
        evidence = (_trial_item(lab, key, "left as it is"), *evidence)
    return ReportedCause(
        id=number,
        detector=finding.detector if finding else f"factor:{change.family}",
        pattern=change.pattern,
        subject=change.subject,
        status=CauseStatus.REFUTED,
        severity=Severity.INFO,
        summary=f"{change.title}: suspected, and a run showed that it is not the cause",
        locations=_locations([change], finding),
        evidence=evidence,
        changes=(change_id,),
    )


def _refuting_trial(lab: Laboratory, change_id: str) -> TrialKey | None:
    """A passing trial in which the suspect was left broken."""
    for key, record in lab.records.items():
        left_broken = (key.world is World.CLEAN) != (change_id in key.changes)
        if left_broken and record.trial.outcome.is_pass:
            return key
    return None


def _summary(changes: list[Change], finding: Finding | None, cause: Cause) -> str:
    if len(changes) == 1 and finding is not None:
        text = finding.summary
    else:
        text = "; only together with: ".join(c.title for c in changes)
    if cause.partners:
        text += f" (shows only together with {', '.join(sorted(cause.partners))})"
    if cause.partial:
        text += " (repairing it gets past this failure; another one remains)"
    return text


def _locations(changes: list[Change], finding: Finding | None) -> tuple[Location, ...]:
    found = list(finding.locations) if finding else []
    for change in changes:
        found.extend(parse_location(text) for text in change.locations)
    return tuple(dict.fromkeys(found))[:12]


def parse_location(text: str) -> Location:
    """A place written as `file:line` or `file`."""
    file, colon, line = text.rpartition(":")
    if colon and line.isdigit():
        return Location(file=file, line=int(line))
    return Location(file=text)


def _proof(lab: Laboratory, cause: Cause) -> tuple[EvidenceItem, ...]:
    """The decisive trials; a symptom's trials all build green, so what they show is said."""
    is_symptom_cause = _is_green(lab, cause.broken)
    bad, good = ("builds green and shows it", "builds green without it")
    told = (bad, good) if is_symptom_cause else ("", "")
    items = [_trial_item(lab, cause.broken, "only this left broken on the clean side", told[0])]
    if cause.local_broken is not None:
        what = "only this broken on the local side"
        items.append(_trial_item(lab, cause.local_broken, what, told[0]))
    items.append(_trial_item(lab, cause.green, "with this repaired too", told[1]))
    return tuple(items)


def _trial_item(lab: Laboratory, key: TrialKey, what: str, shown: str = "") -> EvidenceItem:
    record = lab.records.get(key)
    if record is None:
        return EvidenceItem(kind=EvidenceKind.TRIAL, text=f"{key}: {what}")
    return EvidenceItem(
        kind=EvidenceKind.TRIAL,
        text=f"{what}: {shown or describe(record.trial.outcome)}",
        run_id=record.trial.run_id,
    )


def _is_green(lab: Laboratory, key: TrialKey) -> bool:
    record = lab.records.get(key)
    return record is not None and record.trial.outcome.is_pass


def _remedy(
    lab: Laboratory, changes: list[Change], made: frozenset[str], *, verified: bool
) -> Remedy | None:
    """The remedy of a cause; `made`: the changes that the trial which went green had repaired."""
    useful = [c for c in changes if c.remedy_kind is not RemedyKind.NONE]
    if not useful:
        # What the trials did instead is nothing to ship, but what a person has to do is known.
        by_hand = next((c.remedy_summary for c in changes if c.remedy_summary), None)
        return None if by_hand is None else Remedy(summary=by_hand, kind=RemedyKind.NONE.value)
    # A cause of several parts is broken only while all of them are: any one repair is enough.
    useful.sort(key=lambda c: c.id not in made)
    edits = [useful[0]] if useful[0].remedy_kind is RemedyKind.PROJECT else []
    patch = shipped_patch(lab, with_repairs(lab.clean, edits).source)
    return Remedy(
        summary=" Or: ".join(c.remedy_summary for c in useful if c.remedy_summary),
        kind=useful[0].remedy_kind.value,
        patch=patch or None,
        verified=verified and useful[0].id in made,
    )


def shipped_patch(lab: Laboratory, repaired: SourceTree) -> str:
    """The patch against what is committed that makes the edits of a repaired clean source."""
    patch, _ = patch_between(*shipped_edits(lab, repaired))
    return patch


def shipped_edits(lab: Laboratory, repaired: SourceTree) -> tuple[SourceTree, SourceTree]:
    """What is committed, and the same with the edits of a repaired clean source."""
    base = lab.project.committed if lab.project.git is not None else lab.clean.source
    shipped = without_loosening(lab.project, lab.clean, repaired)
    return base, carried_over(lab.clean.source, shipped, base)


def symptoms(lab: Laboratory, green: TrialKey) -> tuple[Finding, ...]:
    """Findings of a green clean build that are failures of the deployment themselves."""
    return tuple(f for f in lab.detect(green) if is_symptom(f))
