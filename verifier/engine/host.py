"""Facts about this machine that a replay of the local side needs; asks, changes nothing."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping


def host_node(environ: Mapping[str, str]) -> str | None:
    """The version of the Node on the search path, such as `20.20.2`; None if there is none."""
    path = shutil.which("node", path=environ.get("PATH"))
    if path is None:
        return None
    try:
        done = subprocess.run(
            [path, "--version"], capture_output=True, text=True, timeout=10, check=True, env={}
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip().removeprefix("v") or None
