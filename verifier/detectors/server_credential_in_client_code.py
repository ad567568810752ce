"""A secret of the server stands in code that browsers get.

What it detects:
    A connection string with its password, a private key, a service's secret key, or a key that
    bypasses row level security: written into client code, put into a public variable, or found in
    the client output. Anonymous and publishable keys are public by design and are no finding.

Why it breaks the deployment:
    Everything in a client bundle or a prerendered page can be read by every visitor. Nothing fails,
    so nobody notices.

Example:
    `NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY` used in a client component.

Remedy:
    Revoke the secret, keep the new one in a variable without public prefix, and read it in server
    code only.

Sources:
    Supabase documentation, API keys; Next.js documentation, bundling environment variables, seen
    2026-11-20.

"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._client import client_files, exposed_prefixes, value_hits
from verifier.detectors._clues import failed, seen_in
from verifier.detectors._environment import reads_of
from verifier.detectors._values import Credential, credential_in, credential_of
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree

ID: Final = "server-credential-in-client-code"
PATTERN: Final = Pattern.CREDENTIAL
TITLE: Final = "A server secret reaches the browser"

_SECRET_NAME: Final = re.compile(
    r"SERVICE_ROLE|SECRET|PRIVATE_KEY|PASSWORD|DATABASE_URL|POSTGRES\w*URL|MONGO\w*UR[IL]"
    r"|(?:API|ACCESS|AUTH|ADMIN|SERVICE)_(?:KEY|TOKEN)$"
)
_PUBLIC_NAME: Final = re.compile(r"PUBLIC|PUBLISHABLE|ANON|SITE_KEY|CLIENT_ID")
_OWN: Final = frozenset({Origin.SYSTEM, Origin.PLATFORM, Origin.TOOLCHAIN})


def markers(project: Project) -> Mapping[str, str]:
    """Credentials written in client code, by a key that does not tell them."""
    found = _written(project, project.committed)
    return {_key(text): text for _, _, _, text in found}


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per secret that client code or the client output holds."""
    found = {f.subject: f for f in (*_literals(evidence), *_variables(evidence))}
    return tuple(found.values())


def _key(text: str) -> str:
    return f"credential:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _written(project: Project, tree: SourceTree) -> Iterator[tuple[str, int, Credential, str]]:
    """Credentials in client files: file, line, kind and the text itself."""
    for file in sorted(client_files(project, tree)):
        for number, line in enumerate((tree.text(file) or "").split("\n"), start=1):
            found = credential_in(line)
            if found is not None:
                yield file, number, *found


def _literals(evidence: Evidence) -> Iterator[Finding]:
    for file, line, kind, text in _written(evidence.project, evidence.recipe.source):
        files = evidence.observation.text_hits.get(_key(text), ())
        items = [seen_in(file, f"holds {kind.value}", line)]
        items += [seen_in(output, f"holds {kind.value}") for output in files[:2]]
        proved = ", and so does the client output" if files else ""
        yield accusation(
            ID,
            PATTERN,
            file,
            summary=f"{file}:{line} holds {kind.value} in client code{proved}",
            items=items,
            places=(Location(file=file, line=line),),
            severity=Severity.ERROR if files else Severity.WARNING,
            weight=0.9,
            remedies=(_without_literal(file, line, kind, text),) if files else (),
        )


def _without_literal(file: str, line: int, kind: Credential, text: str) -> Change:
    """The same code with another text in the secret's place, which shows where the secret is from.

    No reviewer would commit it, so it is told as something to do and never as a patch.
    """
    scheme, found, _ = text.partition("://")
    other = f"{scheme}://withheld.invalid/withheld" if found else "withheld"

    def repair(recipe: Recipe) -> Recipe:
        body = recipe.source.text(file)
        if body is None or text not in body:
            return recipe
        source = recipe.source.with_bytes(file, body.replace(text, other).encode())
        return replace(recipe, source=source)

    return remedy(
        ID,
        PATTERN,
        file,
        summary=(
            f"Revoke {kind.value} in {file}:{line}, take it out of client code, and read the new "
            "one in server code only, from a variable without public prefix"
        ),
        repair=repair,
        stands_for="written in client code",
        kind=RemedyKind.PLATFORM,
        places=(Location(file=file, line=line),),
    )


def _variables(evidence: Evidence) -> Iterator[Finding]:
    """Secrets in public variables, and secrets of the server whose value the output holds."""
    prefixes = exposed_prefixes(evidence.project)
    for variable in evidence.recipe.environment.variables:
        if variable.value is None or variable.origin in _OWN:
            continue
        name = variable.name
        reads = [r for r in reads_of(evidence, name) if r.file in evidence.project.code.reachable]
        files = () if failed(evidence) else value_hits(evidence, name)
        kind = credential_of(variable.value)
        is_public = bool(prefixes) and name.startswith(prefixes)
        if is_public and kind is None:
            continue
        if not is_public and not (_is_secret(name) or kind is not None):
            continue
        if not files and not (is_public and any(r.client for r in reads)):
            continue
        what = kind.value if kind is not None else "a secret of the server"
        items = [seen_in(file, f"holds the value of {name}") for file in files[:3]]
        items += [seen_in(r.file, f"reads {name}", r.line) for r in reads[:3]]
        where = "the client output holds its value" if files else "client code reads it"
        yield accusation(
            ID,
            PATTERN,
            name,
            summary=f"{name} is {what}, and {where}",
            items=items,
            places=[Location(file=r.file, line=r.line) for r in reads[:4]],
            severity=Severity.ERROR if files else Severity.WARNING,
        )


def _is_secret(name: str) -> bool:
    return _SECRET_NAME.search(name) is not None and _PUBLIC_NAME.search(name) is None
