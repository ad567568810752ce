"""Code that a generator writes is neither committed nor generated during the build.

What it detects:
    An import of generated code (a Prisma client, API types, message bundles, the output of a script
    of the project's own) that leads nowhere on the platform, while the project has a generator that
    no install or build script runs, or one that is run and writes somewhere else.

Why it breaks the deployment:
    The laptop has the output of an earlier run in an ignored folder or in node_modules. The
    platform starts from the commit and runs the install and build scripts only.

Example:
    `@prisma/client did not initialize yet`, and package.json has no `prisma generate`.

Remedy:
    Run the generator in `postinstall`, or in front of the build; import from where it writes.

Sources:
    Prisma documentation, generating the client on Vercel, seen 2026-11-20.

"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from posixpath import dirname, relpath
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    changes_of,
    error_lines,
    failed,
    first_match,
    quoted,
    rooted,
    seen_in,
)
from verifier.detectors._edits import editing, in_turn, replaced_at
from verifier.detectors._generators import (
    Generator,
    generators_of,
    is_run,
    written_elsewhere,
)
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._missing import Missing, find_path, missing_imports
from verifier.detectors._scripts import script_in
from verifier.detectors._vercel_json import configuring
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.project import ImportRef

ID: Final = "generated-code-missing"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Generated code is neither committed nor generated"

_PRISMA: Final = re.compile(
    r"@prisma/client did not initialize|\.prisma/client|prisma generate"
    r"|no exported member '?PrismaClient|does not provide an export named '?PrismaClient"
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per piece of generated code that the failing build misses."""
    if not failed(evidence):
        return ()
    found: dict[str, Finding] = {}
    for made in (*_prisma(evidence), *_others(evidence)):
        found.setdefault(made.subject, made)
    return tuple(found.values())


def _prisma(evidence: Evidence) -> Iterable[Finding]:
    said = first_match(error_lines(evidence), _PRISMA)
    schema = next((p for p in evidence.recipe.source if p.endswith("schema.prisma")), None)
    generator = Generator(
        call="prisma generate",
        command="prisma generate",
        script=None,
        file=None,
        place=Location(file=schema or ""),
        strength=0.7,
    )
    if said is None or schema is None or is_run(evidence, generator):
        return
    item = quoted(evidence, said[0])
    where = Location(file=schema)
    yield _not_run(evidence, ".prisma/client", generator, item, where, after_install=True)


def _others(evidence: Evidence) -> Iterable[Finding]:
    for missing in missing_imports(evidence):
        path = missing.wanted
        if path is None or not missing.named:
            continue
        item = missing.evidence[0]
        place = missing.place or Location(file=path)
        generators = generators_of(evidence, path)
        idle = [g for g in generators if not is_run(evidence, g)]
        if idle and len(idle) == len(generators):
            subject = _with_ending(evidence, path, idle[0])
            yield _not_run(evidence, subject, idle[0], item, place, after_install=False)
        else:
            yield from _elsewhere(evidence, path, missing)


def _with_ending(evidence: Evidence, path: str, generator: Generator) -> str:
    """The path with the ending of its file, as the disk or the generator has it."""
    on_disk = find_path(evidence.project.working, path)
    if on_disk is not None:
        return on_disk
    text = generator.command
    if generator.file is not None:
        text = evidence.recipe.source.text(generator.file) or ""
    name = re.escape(path.rpartition("/")[2])
    ending = re.search(rf"(?<![\w-]){name}(?P<ending>(?:\.d)?\.[cm]?[jt]sx?|\.json|\.css)\b", text)
    return path if ending is None else path + ending["ending"]


def _not_run(
    evidence: Evidence,
    subject: str,
    generator: Generator,
    item: EvidenceItem,
    where: Location,
    *,
    after_install: bool,
) -> Finding:
    path = rooted(evidence.project, "package.json")
    line = line_of_key(evidence.recipe.source.text(path) or "", ("scripts",))
    called = generator.script if generator.call.endswith(f" {generator.script}") else None
    said = f"no install or build script runs {called or generator.call!r}"
    written = [] if generator.file is None else [seen_in(generator.file, f"writes {subject}")]
    return accusation(
        ID,
        PATTERN,
        subject,
        summary=f"{subject} is generated code that is not committed, and {said}",
        items=(item, seen_in(path, said, line), *written),
        weight=max(0.7, generator.strength),
        places=(Location(file=path, line=line), where, generator.place),
        remedies=(_running(evidence, subject, generator, path, after_install=after_install),),
    )


def _running(
    evidence: Evidence, subject: str, generator: Generator, path: str, *, after_install: bool
) -> Change:
    call = generator.call
    config = evidence.project.vercel_json or {}
    own = config.get("buildCommand")
    if not after_install and isinstance(own, str) and own:
        where = evidence.project.vercel_json_path or rooted(evidence.project, "vercel.json")
        fix = configuring(where, "buildCommand", f"{call} && {own}")
        summary = f"Run `{call}` in front of the build command of {where}"
        path = where
    else:
        key = "postinstall" if after_install else "build"
        fix = editing(path, _calling(key, call, before=not after_install))
        summary = f"Run `{call}` in the script {key!r} of {path}"
    made = remedy(
        ID,
        PATTERN,
        subject,
        summary=summary,
        repair=fix,
        stands_for="neither committed nor generated on the platform",
        first_stage=Stage.INSTALL if after_install else Stage.COMPILE,
        places=(Location(file=path),),
    )
    return _instead_of_committing(evidence, made, subject)


def _calling(key: str, call: str, *, before: bool) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        old = script_in(text, key)
        if old is not None and call in old:
            return None
        both = f"{call} && {old}" if before else f"{old} && {call}"
        return with_key(text, ["scripts", key], both if old else call)

    return edit


def _instead_of_committing(evidence: Evidence, made: Change, path: str) -> Change:
    """The change as a rival of committing the file, with the same proof on the local side."""
    rivals = [
        c
        for c in changes_of(evidence, "file")
        if c.subject in {path, dirname(path)}
        or c.subject.startswith(f"{path}.")
        or path.startswith(f"{c.subject}/")
    ]
    breaking = [c.break_local for c in rivals if c.break_local is not None]
    return replace(
        made,
        excludes=(*made.excludes, *(c.id for c in rivals), f"ignored-file:{path}"),
        break_local=breaking[0] if len(breaking) == 1 else None,
    )


def _elsewhere(evidence: Evidence, path: str, missing: Missing) -> Iterable[Finding]:
    """Output that a build does write, at another path than the import looks for it."""
    refs = [r for r in evidence.project.code.imports if r.specifier == missing.specifier]
    if missing.place is not None:
        refs = [r for r in refs if r.wanted == path] or refs
    for generator, target in written_elsewhere(evidence, path)[:1] if refs else ():
        yield _aligned(evidence, (path, target), generator, refs, missing)


def _aligned(
    evidence: Evidence,
    move: tuple[str, str],
    generator: Generator,
    refs: list[ImportRef],
    missing: Missing,
) -> Finding:
    path, target = move
    places = [Location(file=r.file, line=r.line) for r in refs]
    steps = [editing(r.file, _respelling(r, path, target)) for r in refs]
    fix = remedy(
        ID,
        PATTERN,
        path,
        summary=f"Import {target}, which {generator.file} writes, instead of {path}",
        repair=in_turn(*steps),
        stands_for=f"imported from {path}, generated into {target}",
        places=places,
    )
    return accusation(
        ID,
        PATTERN,
        path,
        summary=f"{path} is imported, but its generator writes {target}",
        items=(*missing.evidence, seen_in(generator.file or "", f"writes {target}")),
        weight=0.85,
        places=(*places, Location(file=generator.file or "")),
        remedies=(_instead_of_committing(evidence, fix, path),),
    )


def _respelling(ref: ImportRef, path: str, target: str) -> Callable[[str], str | None]:
    """An edit that lets one import lead to where the file is written."""
    bare = re.sub(r"\.\w+$", "", target) if not re.search(r"\.\w+$", ref.specifier) else target
    if ref.specifier.startswith("."):
        new = relpath(bare, dirname(ref.file) or ".")
        new = new if new.startswith(".") else f"./{new}"
    else:
        rest = ref.specifier.partition("/")[2]
        base = path.removesuffix(rest)
        if base == path or not bare.startswith(base):
            return lambda _text: None
        new = f"{ref.specifier.partition('/')[0]}/{bare.removeprefix(base)}"
    return lambda text: replaced_at(text, ref.line, ref.specifier, new)
