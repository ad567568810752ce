"""Crash reports: versions and a trace without values, in a file that can be sent."""

from __future__ import annotations

import errno
import os
import platform
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from verifier import __version__

_OUTSIDE: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}
)


def trouble_outside(error: Exception) -> str:
    """What went wrong with this machine or its engine; empty if the error is verifier's own."""
    if isinstance(error, MemoryError):
        return "this machine has no memory left; close something, then run the same command again"
    if isinstance(error, OSError) and error.errno in _OUTSIDE:
        place = f" at {str(error.filename)!r}" if error.filename else ""
        return (
            f"{error.strerror}{place}; make room, or set VERIFIER_HOME and TMPDIR to another disk"
        )
    # The engine's client is never loaded for the sake of a message.
    if "docker" in sys.modules:
        from verifier.engine.health import engine_trouble

        return engine_trouble(error)
    return ""


def write_crash_report(error: Exception, arguments: Sequence[str]) -> Path | None:
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
    if os.environ.get("VERIFIER_DEBUG"):
        traceback.print_exception(error)
    try:
        handle, name = tempfile.mkstemp(prefix="verifier-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write("\n".join(lines) + "\n")
    except OSError:
        return None
    return Path(name)
