"""The install is sent to a registry that only the developer's network, or a token, opens.

What it detects:
    Addresses of a company's registry in a lockfile or in a committed `.npmrc`, where the install
    could not reach that host; and packages for which a registry asked for a token.

Why it breaks the deployment:
    A package manager writes the address of each package into its lockfile. On the laptop a
    user-level setting, a token or the company's network makes that address work; the platform has
    none of them.

Example:
    `"resolved": "https://npm.company.internal/clsx/-/clsx-2.1.1.tgz"` in package-lock.json.

Remedy:
    Take the addresses out of the lockfile, so that the default registry is asked; for packages that
    are really private, a token in the variable NPM_TOKEN.

Sources:
    npm documentation, package-lock.json and `replace-registry-host`; Vercel documentation, private
    npm packages, seen 2026-07-01.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, error_lines, quoted, seen_in
from verifier.detectors._edits import editing, in_turn
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.outcome import Stage
from verifier.vercel.registries import SETTING, hosts_named, is_company_host, setting_files

ID: Final = "private-registry"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The install needs a registry that the platform cannot reach"

_RESOLVED: Final = r'[ \t]*"resolved": "https?://{host}(?::\d+)?/[^"\n]*",?\n'


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per registry out of reach, and one per package that asked for a token."""
    return (*_unreachable(evidence), *_denied(evidence))


def _unreachable(evidence: Evidence) -> Iterator[Finding]:
    signature = evidence.observation.outcome.signature
    if signature is None or signature.error_class != "private-registry":
        return
    host = signature.subject
    named = [
        (path, line)
        for path, line, found in hosts_named(evidence.recipe.source, evidence.project.root)
        if found == host
    ]
    if not named or not is_company_host(host):
        return
    places = tuple({path: Location(file=path, line=line) for path, line in named[::-1]}.values())
    files = [p.file for p in places]
    said = [quoted(evidence, line) for line in error_lines(evidence) if host in line][:1]
    fix = remedy(
        ID,
        PATTERN,
        files[0],
        summary=f"Take the addresses of {host} out of {' and '.join(files)}",
        repair=in_turn(*(editing(f, _taking_out(f, host)) for f in files)),
        stands_for=f"sends the install to {host}",
        first_stage=Stage.INSTALL,
        places=places,
    )
    yield accusation(
        ID,
        PATTERN,
        files[0],
        summary=f"{files[0]} sends the install to {host}, which nobody outside can reach",
        items=(*said, *(seen_in(p.file, f"names {host}", p.line) for p in places)),
        weight=0.9,
        places=places,
        remedies=(fix,),
    )


def _taking_out(file: str, host: str) -> Callable[[str], str | None]:
    """An edit that takes a host's addresses out; the default registry stands in for them."""
    return lambda text: _without(text, file, host)


def _without(text: str, file: str, host: str) -> str | None:
    if file in setting_files(file):
        kept = [
            line
            for line in text.split("\n")
            if not (SETTING.match(line) and host in line) and not line.startswith(f"//{host}")
        ]
        return "\n".join(kept)
    bare = re.sub(_RESOLVED.format(host=re.escape(host)), "", text)
    # An entry whose address was its last line must not end in a comma.
    return re.sub(r",(\n[ \t]*\})", r"\1", bare) if bare != text else None


def _denied(evidence: Evidence) -> Iterator[Finding]:
    for block in blocks_of(evidence, "private-package"):
        name = block.signature.subject
        yield accusation(
            ID,
            PATTERN,
            name or "private package",
            summary=(
                f"the registry gives {name or 'a package'} only to those with a token; "
                "set NPM_TOKEN for Production, and a line in .npmrc that uses it"
            ),
            items=(quoted(evidence, block.lines[0]),),
            severity=Severity.WARNING,
        )
