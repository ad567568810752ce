"""Which Node and which package manager did the work."""

from __future__ import annotations

import re

from verifier.comparators._sides import between, group
from verifier.model.difference import Difference
from verifier.model.observation import Observation


def compare(local: Observation | None, clean: Observation) -> tuple[Difference, ...]:
    """Versions of the toolchain that differ; another major matters."""
    if local is None:
        return ()
    pairs = (
        ("Node.js", local.node_version, clean.node_version),
        ("package manager", local.manager_version, clean.manager_version),
    )
    children = [
        found
        for subject, mine, theirs in pairs
        if mine
        and theirs
        and (
            found := between(
                "toolchain", subject, mine, theirs, matters=_major(mine) != _major(theirs)
            )
        )
    ]
    return group("toolchain", "toolchain", children)


def _major(version: str) -> str:
    match = re.match(r"^(\D*?)[ @v]*(\d+)", version)
    return f"{match[1].strip()} {match[2]}".strip() if match else version
