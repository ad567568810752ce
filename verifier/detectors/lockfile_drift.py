"""The lockfile does not fit package.json, and the platform's install refuses to repair it.

What it detects:
    An install that stops because the committed lockfile is out of step with package.json, or
    because the install command asks for a lockfile and none is committed.

Why it breaks the deployment:
    With `CI` set, pnpm and newer yarn install only what the lockfile says and refuse when it does
    not fit. npm, yarn 1 and bun repair it silently, so the same drift is harmless with them.

Example:
    A dependency was added to package.json by hand: `ERR_PNPM_OUTDATED_LOCKFILE`.

Remedy:
    Run the manager's install once without `CI` and commit the lockfile. Where nobody has one, an
    install command that does not ask for it.

Sources:
    pnpm documentation, `--frozen-lockfile`; installs with pnpm 9 to 11, seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, changes_of, quoted, rooted, seen_in, suspects_of
from verifier.factors._install import custom_command, is_frozen, loosening
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern, Suspect
from verifier.model.outcome import Stage
from verifier.model.project import LockKind
from verifier.vercel.managers import manager_of

ID: Final = "lockfile-drift"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The lockfile does not fit package.json"

_SHOWN: Final = 6


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the install itself refused the lockfile."""
    block = next(iter(blocks_of(evidence, "lockfile-outdated", "lockfile-config-mismatch")), None)
    if block is None:
        return ()
    manager = evidence.recipe.environment.manager.manager
    locks = [f for f in evidence.project.lockfiles if manager_of(f.kind) is manager and f.committed]
    lock = locks[0] if locks else None
    subject = lock.path if lock else block.signature.subject or "lockfile"
    names = lock.drifted if lock else ()
    items = [quoted(evidence, block.lines[0])]
    if lock is not None and names:
        items.append(seen_in(lock.path, f"lacks {', '.join(names[:_SHOWN])}"))
    drifted = f": {', '.join(names[:_SHOWN])}" if names else ""
    if lock is None and (absent := _absent(evidence, subject, items)) is not None:
        return (absent,)
    missing = "" if lock else "; no such lockfile is committed"
    return (
        accusation(
            ID,
            PATTERN,
            subject,
            summary=f"{subject} is out of step with package.json{drifted}{missing}",
            items=items,
            suspects=(
                *suspects_of(evidence, 0.9, "lockfile-drift"),
                *suspects_of(evidence, 0.25, "manager", "lockfile"),
            ),
        ),
    )


def _absent(evidence: Evidence, subject: str, items: list[EvidenceItem]) -> Finding | None:
    """A lockfile that the install command asks for and that is not committed."""
    command = custom_command(evidence.project, evidence.recipe)
    if command is None:
        return None
    names = {k.value for k in LockKind}
    delivering = [
        Suspect(change_id=c.id, weight=0.9)
        for c in changes_of(evidence, "file")
        if c.subject.rpartition("/")[2] in names and c.id not in evidence.key.changes
    ]
    path = evidence.project.vercel_json_path or rooted(evidence.project, "vercel.json")
    fixes: tuple[Change, ...] = ()
    if not delivering and is_frozen(evidence.project, evidence.recipe):
        fix = remedy(
            ID,
            PATTERN,
            subject,
            summary="Commit the lockfile; until then, install without asking for it",
            repair=loosening(evidence.project, evidence.recipe),
            stands_for="asked for and not committed",
            first_stage=Stage.INSTALL,
            places=(Location(file=path),),
        )
        fixes = (fix,)
    return accusation(
        ID,
        PATTERN,
        subject,
        summary=f"{command!r} asks for a lockfile, and none is committed",
        items=(*items, seen_in(path, f"the install command is {command!r}")),
        weight=0.8,
        suspects=delivering,
        remedies=fixes,
    )
