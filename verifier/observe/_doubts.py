"""Failures of an install that a manager tells in the same words whoever is at fault.

Sources: Yarn 1.22.22, Bun 1.3.14 and pnpm 10.34, each asked for a package of which the registry
sent an empty page, half a page, an object without anything in it, or a right "not found". Seen
2026-11-30. Yarn 1 says of an empty page what it says of a 404 whose body it cannot read; Bun and
pnpm take a page without versions for a package without versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from verifier.model.environment import Manager
from verifier.model.observation import Doubt
from verifier.model.outcome import Outcome

_WORDS: Final = (
    (
        Manager.YARN,
        re.compile(
            r"^error Couldn't find package \"(?P<package>@?[^\"@\s]+)(?:@(?P<wanted>[^\"]*))?\""
            r"(?: required by \"[^\"]*\")? on the \"npm\" registry"
        ),
    ),
    (
        Manager.BUN,
        re.compile(
            r"^error: No version matching \"(?P<wanted>[^\"]*)\" found for specifier"
            r" \"(?P<package>@?[^\"@\s]+)\" \(but package exists\)"
        ),
    ),
    (
        Manager.BUN,
        re.compile(
            r"^error: Package \"(?P<package>@?[^\"@\s]+)\" with tag \"(?P<wanted>[^\"]*)\""
            r" not found, but package exists"
        ),
    ),
    (
        Manager.PNPM,
        re.compile(
            r"ERR_PNPM_NO_VERSIONS\b.*?No versions available for (?P<package>@?[^\"@\s]+?)"
            r"(?P<wanted>)\.(?:\s|$)"
        ),
    ),
)
_READ: Final = 700


def doubt_about(lines: Iterable[str], outcome: Outcome) -> Doubt | None:
    """The missing package of an outcome, where the words about it leave open who is at fault."""
    signature = outcome.signature
    if signature is None or signature.error_class != "package-not-found":
        return None
    for line in lines:
        for manager, words in _WORDS:
            match = words.search(line[:_READ])
            if match is None or signature.subject not in {"", match["package"]}:
                continue
            return Doubt(manager=manager, package=match["package"], wanted=match["wanted"] or "")
    return None
