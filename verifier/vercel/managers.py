"""Which package manager the platform installs with, in which major, and the command it runs.

The lockfiles of the nearest folder that holds any decide; what a developer types does not.

Source: `scanParentDirs`, `getPathOverrideForPackageManager` and `runInstallCommand` in
`@vercel/build-utils` 14.21.1, seen 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from verifier.model.environment import Manager, ManagerChoice
from verifier.model.project import Lockfile, LockKind, Manifest
from verifier.vercel.image_facts import PNPM_MAJORS
from verifier.vercel.ranges import exact_version, is_range, meets_line

PNPM_10_FROM: Final = int(datetime(2025, 2, 27, 20, tzinfo=UTC).timestamp() * 1000)
PNPM_11_FROM: Final = int(datetime(2027, 3, 1, 20, tzinfo=UTC).timestamp() * 1000)
"""Creation times of a project from which a lockfile 9.0 means pnpm 10, and 11."""

COREPACK_VARIABLE: Final = "ENABLE_EXPERIMENTAL_COREPACK"

INSTALL_ARGV: Final[Mapping[Manager, tuple[str, ...]]] = {
    Manager.NPM: ("npm", "install", "--no-audit"),
    Manager.PNPM: ("pnpm", "install"),
    Manager.YARN: ("yarn", "install"),
    Manager.BUN: ("bun", "install"),
    Manager.VLT: ("vlt", "install"),
}
"""The default install; `NODE_ENV` is taken away for it, and only for it."""

_YARN_MAJORS: Final = {1: 1, 4: 2, 5: 2, 6: 3, 7: 3}
_PNPM_BY_LOCKFILE: Final = {"5.3": 6, "5.4": 7, "6": 8, "6.1": 8, "7": 9}


class ManagerFault(Enum):
    """Why the platform throws before it installs."""

    ENGINES_PNPM = "pnpm-engine-unsupported"
    COREPACK_MISMATCH = "corepack-mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagerRefusal:
    """The platform stops before it installs; subject is the field of package.json it is about."""

    fault: ManagerFault
    message: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The choice with the lockfile that made it, and those beside it that lost."""

    choice: ManagerChoice
    winner: Lockfile | None
    losers: tuple[Lockfile, ...] = ()
    refusal: ManagerRefusal | None = None


def select_manager(
    lockfiles: Iterable[Lockfile],
    manifest: Manifest | None,
    *,
    root: str = "",
    created_at_ms: int | None,
    corepack: bool = False,
    pins: Manifest | None = None,
) -> Selection:
    """The manager for an application directory.

    lockfiles: those in the source that is built; others must be left out by the caller.
    pins: the manifest whose `packageManager` counts (nearest the lockfile); None means `manifest`.
    created_at_ms: creation time of the project; None counts as old.
    """
    near = _nearest(tuple(lockfiles), root)
    winner = _winner(near)
    pinning = pins or manifest
    pinned = None if pinning is None else pinning.package_manager
    if winner is None:
        return _without_lockfile(pinned, corepack=corepack)
    losers = tuple(f for f in near if f is not winner)
    manager = manager_of(winner.kind)
    if corepack and pinned is not None:
        return _by_corepack(manager, pinned, winner, losers)
    major, why, refusal = _major(manager, winner, manifest, pinned, created_at_ms)
    if losers:
        why += f"; it wins over {', '.join(f.path for f in losers)}"
    choice = ManagerChoice(manager=manager, major=major, why=why)
    return Selection(choice=choice, winner=winner, losers=losers, refusal=refusal)


def manager_of(kind: LockKind) -> Manager:
    """The manager that writes a lockfile of this kind."""
    match kind:
        case LockKind.NPM | LockKind.SHRINKWRAP:
            return Manager.NPM
        case LockKind.PNPM:
            return Manager.PNPM
        case LockKind.YARN:
            return Manager.YARN
        case LockKind.BUN | LockKind.BUN_BINARY:
            return Manager.BUN
        case LockKind.VLT:
            return Manager.VLT


def is_frozen_by_default(choice: ManagerChoice) -> bool:
    """Whether an install under `CI` refuses a lockfile that does not fit the manifest.

    Source: outcomes of real installs, seen 2026-11-23 (pnpm); yarn's manual (yarn 2 and later).
    """
    match choice.manager:
        case Manager.PNPM:
            return True
        case Manager.YARN:
            return choice.major is not None and choice.major >= 2
        case Manager.NPM | Manager.BUN | Manager.VLT:
            return False


def _nearest(lockfiles: Sequence[Lockfile], root: str) -> tuple[Lockfile, ...]:
    """The lockfiles of the first folder from `root` upward that holds any the platform reads."""
    known = [f for f in lockfiles if f.kind is not LockKind.SHRINKWRAP]
    folder = root
    while True:
        here = tuple(f for f in known if f.path.rpartition("/")[0] == folder)
        if here or not folder:
            return here
        folder = folder.rpartition("/")[0]


def _winner(near: Sequence[Lockfile]) -> Lockfile | None:
    """Precedence: bun beside yarn, then yarn, pnpm, npm, bun, vlt."""
    by_kind = {f.kind: f for f in near}
    bun = by_kind.get(LockKind.BUN) or by_kind.get(LockKind.BUN_BINARY)
    yarn = by_kind.get(LockKind.YARN)
    if bun is not None and yarn is not None:
        return bun
    return (
        yarn
        or by_kind.get(LockKind.PNPM)
        or by_kind.get(LockKind.NPM)
        or bun
        or by_kind.get(LockKind.VLT)
    )


def _without_lockfile(pinned: str | None, *, corepack: bool) -> Selection:
    name, _, version = (pinned or "").partition("@")
    if corepack and name in {m.value for m in Manager}:
        numbers = exact_version(version.split("+")[0])
        why = "corepack is on and packageManager names it"
        choice = ManagerChoice(
            manager=Manager(name), major=numbers[0] if numbers else None, why=why
        )
        return Selection(choice=choice, winner=None)
    why = "no lockfile is in the source"
    if pinned is not None and name != Manager.NPM.value:
        why += f', and packageManager "{pinned}" counts only with corepack'
    return Selection(choice=ManagerChoice(manager=Manager.NPM, why=why), winner=None)


def _by_corepack(
    manager: Manager, pinned: str, winner: Lockfile, losers: tuple[Lockfile, ...]
) -> Selection:
    name, _, version = pinned.partition("@")
    numbers = exact_version(version.split("+")[0])
    choice = ManagerChoice(
        manager=manager,
        major=numbers[0] if numbers else None,
        why=f'corepack is on and packageManager is "{pinned}"',
    )
    refusal = None
    if name != manager.value or numbers is None:
        message = (
            f'Detected package manager "{manager.value}" does not match intended corepack defined '
            f'package manager "{name}". Change your lockfile or "package.json#packageManager" '
            "value to match."
        )
        refusal = ManagerRefusal(
            fault=ManagerFault.COREPACK_MISMATCH, message=message, subject="packageManager"
        )
    return Selection(choice=choice, winner=winner, losers=losers, refusal=refusal)


def _major(
    manager: Manager,
    lockfile: Lockfile,
    manifest: Manifest | None,
    pinned: str | None,
    created_at_ms: int | None,
) -> tuple[int | None, str, ManagerRefusal | None]:
    match manager:
        case Manager.PNPM:
            return _pnpm_major(lockfile, manifest, pinned, created_at_ms)
        case Manager.YARN:
            version = _number(lockfile.version)
            major = None if version is None else _YARN_MAJORS.get(int(version))
            if major is None and version is not None and version >= 8:
                major = 4
            return major or 1, f"{lockfile.path} is there", None
        case Manager.NPM | Manager.BUN | Manager.VLT:
            return None, f"{lockfile.path} is there", None


def _pnpm_major(
    lockfile: Lockfile, manifest: Manifest | None, pinned: str | None, created_at_ms: int | None
) -> tuple[int | None, str, ManagerRefusal | None]:
    major, why = _pnpm_by_lockfile(lockfile, created_at_ms)
    pin, source = _pnpm_pin(lockfile, manifest, pinned)
    if pin is not None:
        major, why = pin, f"{lockfile.path} is there, and {source} fits it"
    engines = None if manifest is None else manifest.engines.get("pnpm")
    if engines is None or major is None or not is_range(engines) or meets_line(engines, major):
        return major, why, None
    if pin is None:
        fitting = _highest_pnpm(engines, lockfile)
        if fitting is not None:
            return fitting, f'engines.pnpm asks for "{engines}"', None
    message = (
        f'Detected pnpm "{major}.x" is not compatible with the engines.pnpm "{engines}" in your '
        "package.json. Set package.json#packageManager or package.json#devEngines.packageManager "
        "to a compatible pnpm version, or remove package.json#engines.pnpm."
    )
    refusal = ManagerRefusal(
        fault=ManagerFault.ENGINES_PNPM, message=message, subject="engines.pnpm"
    )
    return major, why, refusal


def _pnpm_by_lockfile(lockfile: Lockfile, created_at_ms: int | None) -> tuple[int | None, str]:
    number = _number(lockfile.version)
    text = "" if number is None else f"{number:g}"
    if number == 9:
        created = created_at_ms or 0
        if created >= PNPM_11_FROM:
            return 11, f"{lockfile.path} has version 9.0 and the project was made since 2027-03-01"
        if created >= PNPM_10_FROM:
            return 10, f"{lockfile.path} has version 9.0 and the project was made since 2025-02-27"
        age = "its age is unknown" if created_at_ms is None else "it was made before 2025-02-27"
        return 9, f"{lockfile.path} has version 9.0, and of the project {age}"
    major = _PNPM_BY_LOCKFILE.get(text)
    if major is None:
        return None, f"{lockfile.path} is there, in a version the platform does not know"
    return major, f"{lockfile.path} has version {lockfile.version}"


def _pnpm_pin(
    lockfile: Lockfile, manifest: Manifest | None, pinned: str | None
) -> tuple[int | None, str]:
    wanted = _dev_engines_pnpm(manifest)
    if wanted is not None:
        major = _highest_pnpm(wanted, lockfile)
        if major is not None:
            return major, f'devEngines.packageManager "{wanted}"'
    name, _, version = (pinned or "").partition("@")
    numbers = exact_version(version.split("+")[0]) if name == Manager.PNPM.value else None
    if numbers is not None and numbers[0] in PNPM_MAJORS and _reads(numbers, lockfile):
        return numbers[0], f'packageManager "{pinned}"'
    return None, ""


def _dev_engines_pnpm(manifest: Manifest | None) -> str | None:
    field: Any = None if manifest is None else manifest.raw.get("devEngines")
    entries: Any = field.get("packageManager") if isinstance(field, Mapping) else None
    for entry in entries if isinstance(entries, list) else [entries]:
        if isinstance(entry, Mapping) and entry.get("name") == Manager.PNPM.value:
            version = entry.get("version")
            return version if isinstance(version, str) and version else None
    return None


def _highest_pnpm(wanted: str, lockfile: Lockfile) -> int | None:
    if not is_range(wanted):
        return None
    for major in PNPM_MAJORS:
        # 9.0.0 alone cannot read lockfile 6.0, so the platform asks for 9.0.1.
        version = (9, 0, 1) if major == 9 else (major, 0, 0)
        if meets_line(wanted, major) and _reads(version, lockfile):
            return major
    return None


def _reads(version: tuple[int, int, int], lockfile: Lockfile) -> bool:
    number = _number(lockfile.version)
    match version[0]:
        case 10 | 11 | 12:
            return number == 9
        case 9:
            return number in {6, 7, 9} and not (version == (9, 0, 0) and number == 6)
        case 8:
            return number in {6, 6.1}
        case 6 | 7:
            return number in {5.3, 5.4}
        case _:
            return True


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def pin_fits(pinned: str, lockfile: Lockfile) -> bool:
    """Whether `packageManager` with this value would be honoured beside a pnpm lockfile."""
    return _pnpm_pin(lockfile, None, pinned)[0] is not None
