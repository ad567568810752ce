"""Crash reports: versions and a trace without values, in a file that can be sent."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from verifier import __version__


def write_crash_report(error: Exception, arguments: Sequence[str]) -> Path:
    """Write the report and return its path; local variables and messages are left out."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"verifier {__version__}",
        f"python {platform.python_version()} on {platform.platform()}",
        f"command: {arguments[0] if arguments else ''}",
        f"error: {type(error).__module__}.{type(error).__qualname__}",
        "trace:",
        *(f"  {Path(f.filename).name}:{f.lineno} in {f.name}" for f in frames),
    ]
    handle, name = tempfile.mkstemp(prefix="verifier-crash-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write("\n".join(lines) + "\n")
    if os.environ.get("VERIFIER_DEBUG"):
        traceback.print_exception(error)
    return Path(name)
