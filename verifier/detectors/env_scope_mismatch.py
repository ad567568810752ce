"""A variable is set on the platform, but not for production.

What it detects:
    A variable that the failing build lacks and that is set for preview or development only.

Why it breaks the deployment:
    Each variable has its scopes; a production build gets those of the production scope alone, so
    previews work and production fails.

Example:
    `CONTENT_TOKEN` is set for Preview and Development; the production build throws.

Remedy:
    Tick Production for the variable as well and deploy again.

Sources:
    Vercel documentation, Environment variables, seen 2026-08-20.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._absent import absent_variables, finding_about, scopes_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern

ID: Final = "env-scope-mismatch"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A variable is set for other scopes than production"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per variable that the failure leads to and that only other scopes have."""
    found = []
    for name, clue in absent_variables(evidence).items():
        scopes = scopes_of(evidence, name)
        if scopes:
            said = f"; it is set for {' and '.join(scopes)} only"
            found.append(finding_about(evidence, ID, name, clue, said))
    return tuple(found)
