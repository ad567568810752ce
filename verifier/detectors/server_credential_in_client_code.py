"""A secret of the server stands in code that browsers get.

What it detects:
    A connection string with its password, a private key, a service's secret key, or a key that
    bypasses row level security: written into client code, put into a public variable, or found in
    the client output. Also a variable of the server that a client module reads: the browser's
    script does not get it, and the page that the server rendered holds it. Anonymous and
    publishable keys are public by design and are no finding.

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
from functools import partial
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._client import (
    client_files,
    exposed_prefixes,
    is_secret_name,
    is_surely_secret,
    value_hits,
)
from verifier.detectors._clues import failed, seen_in
from verifier.detectors._configs import config_file, settings_in
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._environment import reads_of
from verifier.detectors._syntax import nodes, parsed, spliced, text_of
from verifier.detectors._values import Credential, credential_in, credential_of
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.project import EnvRead, Project
from verifier.model.recipe import Recipe
from verifier.model.source import SourceTree

ID: Final = "server-credential-in-client-code"
PATTERN: Final = Pattern.CREDENTIAL
TITLE: Final = "A server secret reaches the browser"

_CONFIG: Final = re.compile(
    r"(?:^|/)(?:vite|next|nuxt|astro|svelte|vue|craco|gatsby)[.-]config\.[cm]?[jt]s$"
)
_ALL_OF: Final = re.compile(
    r"(?:JSON\.stringify\(\s*([\w.]+)\s*\)|\{\s*\.\.\.([\w.]+),?\s*\}|([\w.]+))"
)
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
        kind=RemedyKind.NONE,
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
        if not is_public and not (is_secret_name(name) or kind is not None):
            continue
        if not files and not (is_public and any(r.client for r in reads)):
            continue
        what = kind.value if kind is not None else "a secret of the server"
        items = [seen_in(file, f"holds the value of {name}") for file in files[:3]]
        items += [seen_in(r.file, f"reads {name}", r.line) for r in reads[:3]]
        where = "the client output holds its value" if files else "client code reads it"
        remedies, places = _carriers(evidence, name, what, reads) if files else ((), [])
        is_sure = kind is not None or is_surely_secret(name) or any(r.client for r in reads)
        yield accusation(
            ID,
            PATTERN,
            name,
            summary=f"{name} is {what}, and {where}",
            items=items,
            places=places + [Location(file=r.file, line=r.line) for r in reads[:4]],
            severity=Severity.ERROR if files and is_sure else Severity.WARNING,
            weight=0.9,
            remedies=remedies,
        )


def _carriers(
    evidence: Evidence, name: str, what: str, reads: list[EnvRead]
) -> tuple[tuple[Change, ...], list[Location]]:
    """Where the value gets into client code, and what shows that it does.

    Reads in client modules and in configuration files carry it by name; a configuration that
    defines the whole environment carries every name.
    """
    carrying = [r for r in reads if r.client or _CONFIG.search(r.file)]
    if carrying:
        return (_without_reads(evidence, name, what, carrying),), []
    whole = _defined_whole(evidence)
    if whole is None:
        return (), []
    file, place = whole
    names = sorted({
        r.name for r in evidence.project.code.env_reads
        if r.client and r.name and r.form in {"process.env", "helper"} and r.name != name
    })  # fmt: skip
    change = remedy(
        ID,
        PATTERN,
        name,
        summary=(
            f"Name in {place} what client code reads, in place of the whole environment, and "
            f"revoke {what}: visitors have had it"
        ),
        repair=editing(file, partial(_by_name, file, names)),
        stands_for="defined for client code with everything else",
        places=(place,),
    )
    return (change,), [place]


def _without_reads(evidence: Evidence, name: str, what: str, reads: list[EnvRead]) -> Change:
    """The same code with another text for each read, which shows where the value gets in.

    As with a literal, what to put in its place is a person's to write.
    """
    places = tuple(Location(file=r.file, line=r.line) for r in reads)
    prefix = next((p for p in exposed_prefixes(evidence.project) if name.startswith(p)), None)
    other = "" if prefix is None else f" from a variable without the prefix {prefix}"
    is_next = evidence.project.framework == "nextjs"
    server = "a route handler, a server component" if is_next else "a function, an endpoint"
    files = sorted({r.file for r in reads})
    steps = [editing(file, partial(_withheld, file, name)) for file in files]
    return remedy(
        ID,
        PATTERN,
        name,
        summary=(
            f"Revoke the value of {name}, {what}; read the new one{other} in code that only the "
            f"server runs ({server}), and take it out of {', '.join(map(str, places[:3]))}"
        ),
        repair=in_turn(*steps),
        stands_for="read where its value gets into client code",
        kind=RemedyKind.NONE,
        places=places,
    )


def _withheld(file: str, name: str, text: str) -> str | None:
    """The text with another value for every read; other repairs may have moved its lines."""
    syntax = parsed(file, text)
    cuts = (
        [
            (node.start_byte, node.end_byte, 'String("withheld")')
            for node in nodes(syntax.root_node, "member_expression", "subscript_expression")
            if text_of(
                node.child_by_field_name("property") or node.child_by_field_name("index")
            ).strip("'\"`")
            == name
        ]
        if syntax is not None
        else []
    )
    return spliced(text, *cuts) if cuts else None


def _defined_whole(evidence: Evidence) -> tuple[str, Location] | None:
    """Where a bundler's configuration defines the whole environment for client code."""
    for stem in ("vite.config", "vue.config", "craco.config"):
        file = config_file(evidence, stem)
        found = settings_in(evidence, file, "process.env") if file is not None else iter(())
        for setting in found:
            if _whole(setting.value) and file is not None:
                return file, Location(file=file, line=setting.line)
    return None


def _whole(value: str) -> str | None:
    """The object that a definition takes everything from, None where it names what it takes."""
    match = _ALL_OF.fullmatch(value.strip())
    return None if match is None else next(g for g in match.groups() if g)


def _by_name(file: str, names: list[str], text: str) -> str | None:
    syntax = parsed(file, text)
    for node in nodes(syntax.root_node, "pair") if syntax is not None else ():
        value = node.child_by_field_name("value")
        source = _whole(text_of(value))
        is_it = text_of(node.child_by_field_name("key")).strip("'\"") == "process.env"
        if value is not None and source is not None and is_it:
            taken = ", ".join(f"{n}: {source}.{n}" for n in names)
            made = f"{{ {taken} }}" if names else "{}"
            return spliced(text, (value.start_byte, value.end_byte, made))
    return None
