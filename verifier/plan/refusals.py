"""What the platform refuses before it builds anything, as the outcomes a build would have."""

from __future__ import annotations

from verifier.model.outcome import FailureSignature, Outcome, Stage, failed
from verifier.model.project import Problem, Project
from verifier.model.recipe import Recipe
from verifier.plan.clean import CleanPlan
from verifier.vercel.managers import ManagerRefusal
from verifier.vercel.node_versions import NodeRefusal


def find_refusals(project: Project, clean: CleanPlan) -> tuple[Outcome, ...]:
    """Every refusal that is certain without a run, in the order the platform comes to them."""
    found = [_of_problem(p) for p in project.problems if p.fatal]
    found += _root_missing(clean.recipe)
    if isinstance(clean.node, NodeRefusal):
        found.append(_of_node(clean.node))
    found += _node_in_npmrc(project, clean.recipe)
    if clean.manager.refusal is not None:
        found.append(_of_manager(clean.manager.refusal))
    return tuple(found)


def _of_problem(problem: Problem) -> Outcome:
    place = f"{problem.file}:{problem.line}" if problem.file and problem.line else problem.file
    return _failure(
        Stage.FETCH,
        "invalid-configuration",
        place or problem.what,
        f"{problem.what}: {problem.why}" if problem.why else problem.what,
    )


def _of_node(refusal: NodeRefusal) -> Outcome:
    # The range is the subject where the platform's own words are read, so here as well.
    return _failure(
        Stage.TOOLCHAIN,
        refusal.code.error_class,
        refusal.asked,
        f"Error: [{refusal.code.value}] {refusal.message}",
    )


def _of_manager(refusal: ManagerRefusal) -> Outcome:
    return _failure(
        Stage.INSTALL, refusal.fault.value, refusal.subject, f"Error: {refusal.message}"
    )


def _root_missing(recipe: Recipe) -> list[Outcome]:
    root = recipe.environment.settings.root_directory or ""
    prefix = f"{root.strip('/')}/"
    if prefix == "/" or any(p.startswith(prefix) for p in recipe.source):
        return []
    line = f'The specified Root Directory "{root}" does not exist.'
    return [_failure(Stage.FETCH, "root-directory-missing", root, line)]


def _node_in_npmrc(project: Project, recipe: Recipe) -> list[Outcome]:
    """Source: `validateNpmrc` in `@vercel/build-utils` 14.21.1, seen 2026-11-23."""
    path = f"{project.root}/.npmrc" if project.root else ".npmrc"
    for line in (recipe.source.text(path) or "").splitlines():
        if "use-node-version" in line.partition("#")[0]:
            text = (
                'Error: Detected unsupported "use-node-version" in your ".npmrc". '
                'Please use "engines" in your "package.json" instead.'
            )
            return [_failure(Stage.TOOLCHAIN, "npmrc-node-version", path, text)]
    return []


def _failure(stage: Stage, error_class: str, subject: str, line: str) -> Outcome:
    signature = FailureSignature(
        stage=stage, error_class=error_class, subject=subject, line=line[:400]
    )
    return failed(signature, detail="refused before the build")
