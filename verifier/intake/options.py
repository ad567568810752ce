"""What a caller may say about a project that its files do not say."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

DEFAULT_MAX_BYTES: Final = 4 * 1024**3


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeOptions:
    """Overrides and limits of one reading.

    root_directory: the application directory below the repository root, as the platform's setting.
    env_file: a further file of production variables, in dotenv form; wins over pulled files.
    capture: a file written by `verifier capture` on the developer's machine.
    ignore_local: look at the repository as a fresh clone; what the platform left in `.vercel/`
    still counts, since that is knowledge about the platform and not about this machine.
    host_node: version of the Node on this machine, used when nothing in the project says which.
    max_bytes: bound on what the content store may copy.
    """

    root_directory: str | None = None
    env_file: Path | None = None
    framework: str | None = None
    created_at_ms: int | None = None
    capture: Path | None = None
    ignore_local: bool = False
    host_node: str | None = None
    max_bytes: int = DEFAULT_MAX_BYTES
