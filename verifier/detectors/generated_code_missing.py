"""Code that a generator writes is neither committed nor generated during the build.

What it detects:
    An import of generated code (a Prisma client, GraphQL or API types, message bundles) that leads
    nowhere on the platform, while the project has a generator that no install or build script runs.

Why it breaks the deployment:
    The laptop has the output of an earlier run in an ignored folder or in node_modules. The
    platform starts from the commit and runs the install and build scripts only.

Example:
    `@prisma/client did not initialize yet`, and package.json has no `prisma generate`.

Remedy:
    Run the generator in `postinstall`, or in front of the build.

Sources:
    Prisma documentation, generating the client on Vercel, seen 2026-11-20.

"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    error_lines,
    failed,
    first_match,
    quoted,
    rooted,
    seen_in,
)
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._missing import missing_imports
from verifier.detectors._scripts import script_in
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "generated-code-missing"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Generated code is neither committed nor generated"

_PRISMA: Final = re.compile(
    r"@prisma/client did not initialize|\.prisma/client|prisma generate"
    r"|no exported member '?PrismaClient|does not provide an export named '?PrismaClient"
)
_TOOLS: Final = re.compile(
    r"\b(?:prisma generate|graphql-codegen|openapi-typescript|orval|paraglide-js|panda codegen"
    r"|velite|contentlayer2? build|fumadocs-mdx|gql-tada|kysely-codegen|wrangler types"
    r"|react-router typegen|relay-compiler|lingui compile|typechain|buf generate|sanity typegen"
    r"|payload generate:\w+|drizzle-kit generate|convex codegen|tsr generate|protoc|svgr)\b"
)
_GENERATED_PATH: Final = re.compile(
    r"(?:^|[/._])(?:__generated__|generated|gen|codegen|paraglide|styled-system|\.velite"
    r"|\.contentlayer|\.source|graphql-types|routeTree\.gen)(?:[/.]|$)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Generator:
    """A command that writes code; script is the name of the script that runs it, if any."""

    command: str
    script: str | None


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per piece of generated code that the failing build misses."""
    if not failed(evidence):
        return ()
    found = {f.subject: f for f in (*_prisma(evidence), *_others(evidence))}
    return tuple(found.values())


def _prisma(evidence: Evidence) -> Iterable[Finding]:
    said = first_match(error_lines(evidence), _PRISMA)
    schema = next((p for p in evidence.recipe.source if p.endswith("schema.prisma")), None)
    if said is None or schema is None or _is_run(evidence, "prisma generate"):
        return
    generator = _Generator(command="prisma generate", script=None)
    yield _finding(evidence, ".prisma/client", generator, quoted(evidence, said[0]), schema)


def _others(evidence: Evidence) -> Iterable[Finding]:
    generators = [g for g in _generators(evidence) if not _is_run(evidence, g.command)]
    if not generators:
        return
    for missing in missing_imports(evidence):
        path = missing.wanted
        if path is None or not missing.named or not _is_generated(evidence, path):
            continue
        chosen = _best(generators, path)
        place = missing.place.file if missing.place else path
        yield _finding(evidence, path, chosen, missing.evidence[0], place)


def _is_generated(evidence: Evidence, path: str) -> bool:
    if _GENERATED_PATH.search(path):
        return True
    git = evidence.project.git
    return git is not None and any(
        path == rule.path or path.startswith((f"{rule.path}/", f"{rule.path}."))
        for rule in git.ignored
    )


def _best(generators: list[_Generator], path: str) -> _Generator:
    words = set(re.findall(r"[a-z]{4,}", path.lower()))

    def shared(generator: _Generator) -> int:
        return len(words & set(re.findall(r"[a-z]{4,}", generator.command.lower())))

    return max(generators, key=shared)


def _generators(evidence: Evidence) -> Iterable[_Generator]:
    manifest = evidence.project.manifest
    for name, text in (manifest.scripts if manifest else {}).items():
        if _TOOLS.search(text) or re.match(r"^(?:codegen|generate|gen)(?::|$)", name):
            yield _Generator(command=text, script=name)


def _is_run(evidence: Evidence, command: str) -> bool:
    """Whether a script that the platform runs leads to the command, directly or by name."""
    manifest = evidence.project.manifest
    if manifest is None:
        return False
    config = evidence.project.vercel_json or {}
    settings = evidence.recipe.environment.settings
    texts = [
        manifest.scripts.get(n, "")
        for n in ("preinstall", "install", "postinstall", "prepare", "prebuild", "build",
                  "postbuild", "vercel-build", "now-build")
    ]  # fmt: skip
    texts += [str(config.get(k) or "") for k in ("buildCommand", "installCommand")]
    texts += [settings.build_command or "", settings.install_command or ""]
    seen: set[str] = set()
    while texts:
        text = texts.pop()
        if command in text:
            return True
        for name, script in manifest.scripts.items():
            caller = r"(?:run|yarn|pnpm|bun|run-s|run-p)\s+(?:\S+\s+)*?"
            called = re.search(rf"{caller}{re.escape(name)}\b", text)
            if called and name not in seen:
                seen.add(name)
                texts.append(script)
    return False


def _finding(
    evidence: Evidence, subject: str, generator: _Generator, item: EvidenceItem, where: str
) -> Finding:
    path = rooted(evidence.project, "package.json")
    line = line_of_key(evidence.recipe.source.text(path) or "", ("scripts",))
    said = f"no install or build script runs {generator.script or generator.command!r}"
    return accusation(
        ID,
        PATTERN,
        subject,
        summary=f"{subject} is generated code that is not committed, and {said}",
        items=(item, seen_in(path, said, line)),
        weight=0.7,
        places=(Location(file=path, line=line), Location(file=where)),
        remedies=(_remedy(evidence, subject, generator, path),),
    )


def _remedy(evidence: Evidence, subject: str, generator: _Generator, path: str) -> Change:
    manager = evidence.recipe.environment.manager.manager.value
    call = f"{manager} run {generator.script}" if generator.script else generator.command
    after_install = generator.script is None
    key = "postinstall" if after_install else "build"

    def edit(text: str) -> str | None:
        old = script_in(text, key)
        if old is not None and call in old:
            return None
        new = call if not old else f"{old} && {call}" if after_install else f"{call} && {old}"
        return with_key(text, ["scripts", key], new)

    return remedy(
        ID,
        PATTERN,
        subject,
        summary=f"Run `{call}` in the script {key!r} of {path}",
        repair=editing(path, edit),
        stands_for="neither committed nor generated on the platform",
        first_stage=Stage.INSTALL if after_install else Stage.COMPILE,
        places=(Location(file=path),),
    )
