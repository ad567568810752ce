"""Everything that can stop verifier itself, each with the exit number a shell sees.

What an examined build does is never an exception: it is data, an `Outcome`.
Only `cli/` turns one of these into an exit code.

    VerifierError
    ├── UsageError             2
    ├── ProjectError           2
    ├── EngineUnavailable    125
    ├── ImageUnavailable     125
    ├── EngineTrouble        125
    ├── Interrupted          130
    └── InternalError         70
"""

from __future__ import annotations

from typing import ClassVar


class VerifierError(Exception):
    """Says in one message what happened, why it likely did, and what to do next."""

    exit_code: ClassVar[int] = 70


class UsageError(VerifierError):
    """An option or argument cannot be used as given."""

    exit_code = 2


class ProjectError(VerifierError):
    """The examined folder cannot be read as a project; names file and position."""

    exit_code = 2


class EngineUnavailable(VerifierError):
    """No container engine answers and none can be set up here."""

    exit_code = 125


class ImageUnavailable(VerifierError):
    """The mirror image is missing and cannot be built."""

    exit_code = 125


class EngineTrouble(VerifierError):
    """The engine failed while it was in use (gone, disk full, start refused)."""

    exit_code = 125


class Interrupted(VerifierError):
    """The person pressed Ctrl-C or the process was told to stop."""

    exit_code = 130


class InternalError(VerifierError):
    """A bug in verifier."""

    exit_code = 70
