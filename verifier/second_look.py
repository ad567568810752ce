"""Asks the registry itself where a manager's "no such package" may be the registry's own trouble.

What is asked runs as any run does, in the same surroundings and with the same settings, so that it
reaches the registry that the project uses. It never makes a run pass: it can only take back that
the project is at fault. What it refuses: to ask a registry that the manager did not ask.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, assert_never

from verifier.engine.base import Engine, Progress, RunRequest, silent
from verifier.model.environment import Driver, InstalledTree, Manager, TreeMode
from verifier.model.observation import Doubt, Observation
from verifier.model.outcome import Outcome, UnresolvedReason, unresolved
from verifier.model.recipe import Recipe
from verifier.model.run import Run
from verifier.observe import observe

_MOST_S: Final = 60
_YARN_ANSWERED: Final = re.compile(r"finished with status code (?P<status>\d{3})\b")
_YARN_ASKED: Final = re.compile(r'Performing "GET" request to "')
_BUSY: Final = frozenset({"408", "429"})
_OWN_FILES: Final = {
    Manager.BUN: ("bunfig.toml",),
    Manager.PNPM: ("pnpm-workspace.yaml",),
}
"""Where a manager reads addresses of registries that npm does not read."""
_OWN_VARIABLES: Final = frozenset({"BUN_CONFIG_REGISTRY", "PNPM_CONFIG_REGISTRY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What is run, and how its run is read.

    read: what is wrong with the registry, None if it bears out what the manager said.
    """

    command: str
    read: Callable[[Run], str | None]


def second_look(
    engine: Engine,
    recipe: Recipe,
    seen: Observation,
    *,
    label: str,
    progress: Progress = silent,
) -> Observation:
    """The observation, unresolved if the registry does not bear out what the manager said."""
    doubt = seen.doubt
    question = _question(doubt, recipe) if doubt is not None else None
    if doubt is None or question is None:
        return seen
    progress(f"asking the registry about {doubt.package}")
    run = engine.run(
        RunRequest(
            id=f"{seen.run_id}-asked",
            label=f"{label} (the registry asked about {doubt.package})",
            recipe=_asking(recipe, question.command),
            cold=True,
            contained=True,
        )
    )
    if run.infra is UnresolvedReason.NOT_REPLAYABLE:
        return seen
    if run.infra is not None:
        return _taken_back(seen, unresolved(run.infra, run.infra_detail))
    why = f"no answer about {doubt.package}" if run.timed_out else question.read(run)
    if why is None:
        return seen
    return _taken_back(seen, unresolved(UnresolvedReason.REGISTRY, why))


def _question(doubt: Doubt, recipe: Recipe) -> _Question | None:
    """Whom to ask: the manager where it can say more, else npm where it asks the same registry."""
    match doubt.manager:
        case Manager.YARN:
            command = f"yarn info --verbose {shlex.quote(doubt.package)} name"
            return _Question(command=command, read=lambda run: _read_yarn(run, doubt))
        case Manager.BUN | Manager.PNPM:
            if _has_registry_of_its_own(doubt.manager, recipe):
                return None
            wanted = f"{doubt.package}@{doubt.wanted}" if doubt.wanted else doubt.package
            command = (
                "npm pack --dry-run --ignore-scripts --no-update-notifier --fetch-retries=1 "
                f"{shlex.quote(wanted)}"
            )
            return _Question(command=command, read=lambda run: _read_npm(run, doubt))
        case Manager.NPM | Manager.VLT:
            return None
        case _ as never:
            assert_never(never)


def _has_registry_of_its_own(manager: Manager, recipe: Recipe) -> bool:
    root = (recipe.environment.settings.root_directory or "").strip("/")
    places = {f"{folder}{name}" for folder in ("", f"{root}/") for name in _OWN_FILES[manager]}
    texts = (recipe.source.text(place.lstrip("/")) or "" for place in places)
    if any("regist" in text or "scopes" in text for text in texts):
        return True
    return any(v.name.upper() in _OWN_VARIABLES for v in recipe.environment.variables)


def _asking(recipe: Recipe, command: str) -> Recipe:
    environment = recipe.environment
    return replace(
        recipe,
        environment=replace(
            environment,
            driver=Driver.SCRIPT,
            tree=InstalledTree(mode=TreeMode.AS_FOUND),
            build_script=command,
            limits=replace(environment.limits, build_s=min(_MOST_S, environment.limits.build_s)),
        ),
    )


def _read_yarn(run: Run, doubt: Doubt) -> str | None:
    """Yarn was told nothing: that is the registry's fault unless it refused in so many words."""
    lines = list(run.log_lines())
    if not any(_YARN_ASKED.search(line) for line in lines):
        return None
    found = [m["status"] for line in lines if (m := _YARN_ANSWERED.search(line))]
    if not found:
        return f"no answer about {doubt.package}"
    refused = found[-1].startswith("4") and found[-1] not in _BUSY
    return None if refused else f"nothing of use about {doubt.package} (status {found[-1]})"


def _read_npm(run: Run, doubt: Doubt) -> str | None:
    """Npm says of a page that is none what it is, and finds what is there after all."""
    outcome = observe(run).outcome
    if outcome.is_fail:
        return None
    if outcome.is_pass:
        return f"npm finds {doubt.package}, which {doubt.manager.value} did not"
    return f"nothing of use about {doubt.package}: {outcome.detail}"


def _taken_back(seen: Observation, outcome: Outcome) -> Observation:
    """The observation with that outcome; what was said of the package is the registry's now."""
    errors = tuple(
        replace(block, signature=replace(block.signature, error_class="registry"))
        if block.signature.error_class == "package-not-found"
        else block
        for block in seen.errors
    )
    return replace(seen, outcome=outcome, errors=errors, doubt=None)
