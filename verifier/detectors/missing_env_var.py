"""A variable that the build needs is absent, or present but empty, in the production scope.

What it detects:
    A failing build whose error, stack or failing route leads to a variable that was not set in
    the environment of the build. Every such variable is its own suspect: one message
    (`supabaseUrl is required`) may hide several.

Why it breaks the deployment:
    The laptop has the value in an ignored file such as `.env.local` or in its shell. The platform
    builds from the commit and the variables of one scope only, and a build evaluates every module
    of every route, also of those nobody calls while building.

Example:
    `createClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, ...)` at the top of `lib/supabase.ts`,
    imported by a route handler: `Failed to collect page data for /api/webhooks`.

Remedy:
    Add the variable to the project's Production environment variables and deploy again, or create
    the client inside the function that uses it.

Sources:
    Vercel documentation, Environment variables, seen 2026-08-20.
    Next.js collects page data by loading every route's module, seen 2026-11-20.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._absent import absent_variables, finding_about, scopes_of
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern

ID: Final = "missing-env-var"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A variable the build needs is not set"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per variable that the failure leads to and that no scope has."""
    return tuple(
        finding_about(evidence, ID, name, clue, "")
        for name, clue in absent_variables(evidence).items()
        if not scopes_of(evidence, name)
    )
