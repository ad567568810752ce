"""Lines that say nothing about why a build failed."""

from __future__ import annotations

import re
from typing import Final

_NOISE: Final = re.compile(
    r"^\s*$"
    r"|^npm (?:notice|http|verbose|silly|timing)\b"
    r"|^npm (?:error|ERR!)\s*$|^npm (?:error|ERR!) A complete log of this run"
    r"|(?i:telemetry|anonymous(?:ly)? (?:usage|collect))"
    r"|^\s*(?:Retrying \d+/\d+|Progress: resolved|transforming|rendering chunks"
    r"|computing gzip size)"
    r"|^\s*Generating static pages \(\d+/\d+\)|^\s*Generating static pages using"
    r"|^\d+ packages are looking for funding|run `npm (?:fund|audit)|^found 0 vulnerabilities"
    r"|^(?:\(Use `node --trace-(?:deprecation|warnings))"
    r"|^\s*[-\\|/⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]+\s*$"
)
_HARMLESS: Final = re.compile(
    r"DYNAMIC_SERVER_USAGE|Dynamic server usage:|DynamicServerError|NEXT_REDIRECT\b"
    r"|NEXT_NOT_FOUND\b"
    r"|BAILOUT_TO_CLIENT_SIDE_RENDERING|\[DEP\d{4}\] DeprecationWarning|ExperimentalWarning"
    r"|^error Command failed with |ELIFECYCLE|^error: script \"[^\"]*\" (?:exited|was terminated)"
    r"|^npm (?:error|ERR!) Lifecycle script|ERR_PNPM_RECURSIVE"
    r"|build worker exited with code: 1 and signal: null"
    r"|^Error: (?:\[BUILD_UTILS_SPAWN_\w+\]|Command \".*\" exited with \d+)"
    r"|\bdeprecated\b|Browserslist: caniuse-lite|baseline-browser-mapping"
)
_WARNING: Final = re.compile(
    r"^(?:npm warn|npm WARN|warning\b|warn\b|\s*⚠|WARN\b|\s*\[?(?:warn|WARN)\]?\b|\(node:\d+\))"
    r"|^\s*\d+:\d+\s+[Ww]arning\b|^Warning: |^\(!\) |▲ \[WARNING\]| WARN ",
    re.NOFLAG,
)


def is_noise(line: str) -> bool:
    """Whether a cleaned line may be left out of a log without loss."""
    return bool(_NOISE.search(line[:300]))


def is_harmless(line: str) -> bool:
    """Whether a line that looks like an error is one the tools print on the way to green."""
    return bool(_HARMLESS.search(line[:600]))


def is_warning(line: str) -> bool:
    """Whether a cleaned line is a warning."""
    return bool(_WARNING.search(line[:300]))
