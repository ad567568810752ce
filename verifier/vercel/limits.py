"""What a build machine of each plan offers, and what a deployment may hold.

Source: limits page (2026-08-25), managing-builds page (2026-06-16), troubleshoot-a-build page
(2026-06-15), functions/limitations page (2026-07-01) and public build logs (2026-09).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from verifier.model.environment import Limits


class Plan(Enum):
    """Plans that differ in what they allow."""

    HOBBY = "hobby"
    PRO = "pro"
    ENTERPRISE = "enterprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLimits:
    """What one plan allows.

    functions: most functions that no framework bundles; None is without bound.
    daily_crons: a schedule may fire once a day at most.
    """

    machine: Limits
    max_duration_s: int
    edge_bytes: int
    functions: int | None
    daily_crons: bool


_MIB: Final = 1024 * 1024
_GIB_MIB: Final = 1024

ROUTES: Final = 2048
"""Most routes of one deployment. Source: limits page, seen 2026-03-02."""

ENVIRONMENT_BYTES: Final = 64 * 1024
"""Most bytes of names and values of all variables. Source: limits page, seen 2026-08-25."""

FUNCTION_BYTES: Final = 250 * _MIB
"""Uncompressed size from which a function is refused.

Source: `MAX_LAMBDA_UNCOMPRESSED_SIZE` in `@vercel/build-utils` 14.21.1, seen 2026-11-23.
"""

PYTHON_FUNCTION_BYTES: Final = 500 * _MIB
"""The same for Python. Source: functions/limitations page, seen 2026-07-01."""

PLANS: Final = {
    Plan.HOBBY: PlanLimits(
        machine=Limits(memory_mib=8 * _GIB_MIB, cpus=2.0, disk_mib=32 * _GIB_MIB),
        max_duration_s=300,
        edge_bytes=1 * _MIB,
        functions=12,
        daily_crons=True,
    ),
    Plan.PRO: PlanLimits(
        machine=Limits(memory_mib=8 * _GIB_MIB, cpus=4.0, disk_mib=32 * _GIB_MIB),
        max_duration_s=800,
        edge_bytes=2 * _MIB,
        functions=None,
        daily_crons=False,
    ),
    Plan.ENTERPRISE: PlanLimits(
        machine=Limits(memory_mib=8 * _GIB_MIB, cpus=4.0, disk_mib=32 * _GIB_MIB),
        max_duration_s=800,
        edge_bytes=4 * _MIB,
        functions=None,
        daily_crons=False,
    ),
}


def plan_named(name: str) -> Plan:
    """The plan of a name; a name nobody knows is taken as the smallest plan."""
    return next((p for p in Plan if p.value == name.strip().lower()), Plan.HOBBY)
