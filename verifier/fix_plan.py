"""The fix plan: one patch and a list of settings, and the trial that proves them as shipped.

A plan is not what the trials before it did, but what a person will do: the patch is applied to
what is committed, the project is read and planned anew from that, and the result is built once
more, unless a trial built exactly that. Whatever the patch cannot carry is therefore missing in
that build too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from verifier.diagnose import shipped_edits
from verifier.factors import with_repairs
from verifier.intake import with_committed
from verifier.laboratory import Laboratory
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin, Variable
from verifier.model.outcome import Stage
from verifier.model.project import LockKind
from verifier.model.recipe import Recipe
from verifier.model.report import ReportedCause
from verifier.model.source import SourceTree
from verifier.model.trial import FIX_PLAN, TrialKey, World
from verifier.patches import shipped_tree
from verifier.plan import Plan
from verifier.plan.clean import plan_clean

_OPEN_RANGE: Final = re.compile(r'"([^"\s]+)": "(>\d[^"\s]*|<\d+|latest)"')
"""A dependency asked for as anything, or anything beyond a version, as repairs may write it."""
_CLOSABLE: Final = frozenset({"pnpm-lock.yaml", "yarn.lock", "bun.lock"})
"""Lockfiles that repeat what a manifest asks for, and must repeat it to the letter."""
_GROUPS: Final = (
    "dependencies",
    "devDependencies",
    "optionalDependencies",
    "peerDependencies",
    "overrides",
    "resolutions",
    "pnpm",
    "packageManager",
)
"""Parts of a manifest that an install reads."""
_LOCKFILES: Final = frozenset(k.value for k in LockKind)
_ASKED: Final = _LOCKFILES | {"package.json", ".npmrc", "pnpm-workspace.yaml", ".yarnrc.yml"}
PLAN_KEY: Final = TrialKey(world=World.CLEAN, changes=frozenset({FIX_PLAN}))


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPlan:
    """What a person commits and sets.

    source: the repository's files once the patch is applied. left_out: paths it cannot carry.
    platform: the changes that are settings. parts: ids of all changes it is made of.
    """

    patch: str = ""
    source: SourceTree | None = None
    left_out: tuple[str, ...] = ()
    platform: tuple[Change, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def settings(self) -> tuple[str, ...]:
        """What to set on the platform, one sentence each."""
        return tuple(dict.fromkeys(c.remedy_summary for c in self.platform))


def make_fix_plan(
    lab: Laboratory, confirmed: Sequence[ReportedCause], final: TrialKey | None
) -> FixPlan:
    """One patch for all project remedies, and what to set on the platform.

    final: the trial that went green, whose install says which versions were meant.
    """
    # Of a cause with several parts one repair is enough, and the green trial made its choice.
    needed = {i for c in confirmed for i in c.changes}
    if final is not None and confirmed:
        needed = set(final.changes)
    changes = [
        change
        for name in sorted(needed)
        if (change := lab.changes[name]).remedy_kind is not RemedyKind.NONE
    ]
    if not changes:
        return FixPlan()
    # What makes a stale lockfile installable in a trial is no edit to ship: the new lockfile is.
    edits = [
        c for c in changes if c.remedy_kind is RemedyKind.PROJECT and c.family != "lockfile-drift"
    ]
    source = with_repairs(lab.clean, edits).source
    is_drift = any(c.family == "lockfile-drift" for c in changes)
    if is_drift or _asks_for_other_packages(lab.clean.source, source):
        source = _with_lockfiles(lab, source, final)
    base, after = shipped_edits(lab, source)
    patch, shipped, left_out = shipped_tree(base, after)
    return FixPlan(
        patch=patch,
        source=shipped,
        left_out=left_out,
        platform=(
            *(c for c in changes if c.remedy_kind is RemedyKind.PLATFORM),
            *_variables_of(lab.clean, edits),
        ),
        parts=tuple(c.id for c in changes),
    )


def _variables_of(clean: Recipe, edits: Sequence[Change]) -> tuple[Change, ...]:
    """Variables that edits of the project need beside the patch, each as a setting of its own."""
    known = clean.environment
    return tuple(
        Change(
            id=f"variable:{variable.name}",
            family="env-var",
            subject=variable.name,
            title=f"{variable.name} is set",
            pattern="",
            first_stage=Stage.COMPILE,
            repair=partial(_with_variable, variable),
            remedy_kind=RemedyKind.PLATFORM,
            remedy_summary=f"Set {variable.name} for the Production environment.",
        )
        for variable in with_repairs(clean, edits).environment.variables
        if variable.origin is Origin.REMEDY and known.variable(variable.name) != variable
    )


def _with_variable(variable: Variable, recipe: Recipe) -> Recipe:
    return replace(recipe, environment=recipe.environment.with_variable(variable))


def prove_fix_plan(lab: Laboratory, plan: Plan, made: FixPlan, today: date) -> None:
    """Perform the trial of the plan as shipped, `PLAN_KEY`, where there is something to ship."""
    if made.source is None:
        return
    project = with_committed(lab.project, made.source)
    recipe = with_repairs(
        plan_clean(project, today=today, options=plan.options).recipe, made.platform
    )

    def as_shipped(_clean: Recipe) -> Recipe:
        return recipe

    lab.changes[FIX_PLAN] = Change(
        id=FIX_PLAN,
        family=FIX_PLAN,
        subject="fix plan",
        title="the whole fix plan, applied to what is committed",
        pattern="",
        first_stage=Stage.FETCH,
        repair=as_shipped,
    )
    lab.run([PLAN_KEY])


def _asks_for_other_packages(before: SourceTree, after: SourceTree) -> bool:
    """Whether a repair touches a lockfile, or what a manifest asks an install for.

    An install rewrites lockfiles for reasons of its own; only what the repair needs is shipped.
    """
    for path in {*before, *after}:
        name = path.rpartition("/")[2]
        if name not in _ASKED or before.entries.get(path) == after.entries.get(path):
            continue
        if name in _LOCKFILES and path not in after:
            continue  # beside the one that is followed it asked for nothing
        if name != "package.json" or _asked(before.text(path)) != _asked(after.text(path)):
            return True
    return False


def _asked(text: str | None) -> object:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return text
    return [value.get(key) for key in _GROUPS] if isinstance(value, dict) else text


def _with_lockfiles(lab: Laboratory, source: SourceTree, final: TrialKey | None) -> SourceTree:
    """The repaired source with lockfiles as the install of the green trial left them."""
    record = lab.records.get(final) if final is not None else None
    if record is None or not record.trial.outcome.is_pass:
        return source
    for path, text in record.observation.collected.items():
        if path in source and source.text(path) != text:
            source = source.with_bytes(path, text.encode())
    return _with_versions(lab.clean.source, source, record.observation.installed)


def _with_versions(
    before: SourceTree, source: SourceTree, installed: Mapping[str, str]
) -> SourceTree:
    """The source with open ranges that repairs asked for closed at what was installed."""
    closed: dict[tuple[str, str], str] = {}
    for path in source:
        if path.rpartition("/")[2] not in {"package.json", "package-lock.json"}:
            continue
        old, text = before.text(path) or "", source.text(path) or ""
        for match in _OPEN_RANGE.finditer(text):
            version = _version_of(match[1], installed)
            if version is not None and match[0] not in old:
                closed[match[1], match[2]] = f"^{version}"
    locks = [p for p in source if p.rpartition("/")[2] in _CLOSABLE]
    # A manifest that asks for anything else than its lockfile does would not install.
    closed = {
        asked: new
        for asked, new in closed.items()
        if all(_closed(p, source.text(p) or "", {asked: new}) != source.text(p) for p in locks)
    }
    for path in source if closed else ():
        old, text = before.text(path) or "", source.text(path) or ""
        # What a manifest asked for like that before is nobody's repair.
        own = {(n, r): new for (n, r), new in closed.items() if f'"{n}": "{r}"' not in old}
        made = _closed(path, text, own)
        if text not in (made, old):
            source = source.with_bytes(path, made.encode())
    return source


def _version_of(name: str, installed: Mapping[str, str]) -> str | None:
    """The version of a package in the tree; pnpm keeps it beside a link, in a store of its own."""
    direct = installed.get(f"node_modules/{name}")
    if direct is not None:
        return direct
    ending = f"/node_modules/{name}"
    found = {v for k, v in installed.items() if "/.pnpm/" in k and k.endswith(ending)}
    return found.pop() if len(found) == 1 else None


def _closed(path: str, text: str, ranges: Mapping[tuple[str, str], str]) -> str:
    """A manifest or lockfile with ranges replaced, as the manager of each would have written it."""
    file = path.rpartition("/")[2]
    for (name, old), new in ranges.items():
        n, o = re.escape(name), re.escape(old)
        match file:
            case "package.json" | "package-lock.json" | "bun.lock":
                text = text.replace(f'"{name}": "{old}"', f'"{name}": "{new}"')
            case "pnpm-lock.yaml":
                entry = rf"(?m)(^ +'?{n}'?:\n +specifier: )'?{o}'?$"
                text = re.sub(entry, rf"\g<1>{new}", text)
            case "yarn.lock":
                asked = f"{name}@{new}"
                entry = f'"{asked}":' if name.startswith("@") else f"{asked}:"
                text = re.sub(rf'(?m)^"?{n}@{o}"?:$', entry, text)
            case _:
                pass
    return text
