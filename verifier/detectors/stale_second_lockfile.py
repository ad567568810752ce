"""Two lockfiles lie side by side, and the platform follows the one the developer does not use.

What it detects:
    A failing install or build in a folder with several lockfiles, where the manager that the
    platform picked is not the one used locally.

Why it breaks the deployment:
    The platform picks by precedence (yarn before pnpm before npm; bun only with yarn's or alone),
    not by age. A lockfile left behind by an earlier tool decides manager and versions.

Example:
    `package-lock.json` in use, an old `yarn.lock` beside it: the platform installs with yarn.

Remedy:
    Delete the lockfile of the manager that is not used.

Sources:
    `@vercel/build-utils`, the scan for lockfiles, seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import failed, seen_in, stage, suspects_of
from verifier.detectors._edits import deleting
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern, Severity
from verifier.model.outcome import Stage
from verifier.model.project import Lockfile
from verifier.vercel.managers import manager_of

ID: Final = "stale-second-lockfile"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "An unused lockfile decides the package manager"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where a second lockfile decided otherwise than the developer does."""
    if not failed(evidence):
        return ()
    chosen = evidence.recipe.environment.manager.manager
    beside = _beside(evidence)
    used = _used(evidence, beside)
    if used is None or used is chosen:
        return ()
    stale = [f for f in beside if manager_of(f.kind) is chosen]
    kept = [f for f in beside if manager_of(f.kind) is used]
    if not stale or not kept:
        return ()
    lock = stale[0]
    at_install = (stage(evidence) or Stage.COMPILE) <= Stage.INSTALL
    weight = 0.6 if at_install else 0.35
    known = suspects_of(evidence, weight, "lockfile", "manager")
    fix = remedy(
        ID,
        PATTERN,
        lock.path,
        summary=f"Delete {lock.path}; {kept[0].path} is the one in use",
        repair=deleting(*(f.path for f in stale)),
        stands_for="left beside the lockfile in use",
        first_stage=Stage.TOOLCHAIN,
    )
    return (
        accusation(
            ID,
            PATTERN,
            lock.path,
            summary=(
                f"the platform installs with {chosen.value} because of {lock.path}; "
                f"locally {used.value} and {kept[0].path} are used"
            ),
            items=(
                seen_in(lock.path, f"makes the platform choose {chosen.value}"),
                seen_in(kept[0].path, f"is what {used.value} uses locally"),
            ),
            weight=weight,
            suspects=known,
            remedies=() if known else (fix,),
            severity=Severity.ERROR if at_install else Severity.WARNING,
        ),
    )


def _beside(evidence: Evidence) -> tuple[Lockfile, ...]:
    """The lockfiles of the trial's source that share a folder with another one."""
    here = [f for f in evidence.project.lockfiles if f.path in evidence.recipe.source]
    folders = [f.path.rpartition("/")[0] for f in here]
    return tuple(f for f, folder in zip(here, folders, strict=True) if folders.count(folder) > 1)


def _used(evidence: Evidence, beside: tuple[Lockfile, ...]) -> Manager | None:
    """The manager used locally, as the machine or package.json says."""
    machine, manifest = evidence.project.machine, evidence.project.manifest
    if machine.manager is not None:
        return machine.manager
    pinned = (manifest.package_manager or "") if manifest else ""
    for lock in beside:
        if pinned.startswith(f"{manager_of(lock.kind).value}@"):
            return manager_of(lock.kind)
    fresh = [f for f in beside if not f.drifted]
    return manager_of(fresh[0].kind) if len(fresh) == 1 else None
