"""The lockfile does not fit package.json, and the platform's install refuses to repair it.

What it detects:
    An install that stops because the committed lockfile is out of step with package.json.

Why it breaks the deployment:
    With `CI` set, pnpm and newer yarn install only what the lockfile says and refuse when it does
    not fit. npm, yarn 1 and bun repair it silently, so the same drift is harmless with them.

Example:
    A dependency was added to package.json by hand: `ERR_PNPM_OUTDATED_LOCKFILE`.

Remedy:
    Run the manager's install once without `CI` and commit the lockfile.

Sources:
    pnpm documentation, `--frozen-lockfile`; installs with pnpm 9 to 11, seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import blocks_of, quoted, seen_in, suspects_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern
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
