"""Project and platform facts in, the two recipes out; pure."""

from __future__ import annotations

from datetime import date

from verifier.model.outcome import FailureSignature, Outcome, Stage, failed, passed
from verifier.model.project import Project
from verifier.plan.clean import plan_clean
from verifier.plan.differences import compare_recipes
from verifier.plan.local import plan_local
from verifier.plan.refusals import find_refusals
from verifier.plan.values import LocalMode, Plan, PlanOptions, SourceMode

__all__ = ["LocalMode", "Plan", "PlanOptions", "SourceMode", "make_plan"]


def make_plan(project: Project, *, today: date, options: PlanOptions | None = None) -> Plan:
    """The two builds of a project on a day, and what the platform refuses beforehand."""
    options = options or PlanOptions()
    clean = plan_clean(project, today=today, options=options)
    local = plan_local(project, clean.recipe, options=options)
    is_recorded = options.local is LocalMode.RECORDED
    return Plan(
        clean=clean.recipe,
        local=None if local is None or is_recorded else local.recipe,
        refusals=find_refusals(project, clean),
        differences=compare_recipes(project, clean.recipe, None if local is None else local.recipe),
        notes=clean.notes + (() if local is None else local.notes),
        recorded=_recorded(project) if is_recorded else None,
        options=options,
    )


def _recorded(project: Project) -> Outcome | None:
    """How the build ended on the machine a capture describes, None if nobody said."""
    built = project.machine.built
    if built is None:
        return None
    line = "the developer's own build failed, as the capture says"
    signature = FailureSignature(
        stage=Stage.COMPILE, error_class="recorded-failure", subject="", line=line
    )
    return passed() if built else failed(signature, "recorded on another machine")
