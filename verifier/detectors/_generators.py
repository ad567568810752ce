"""Commands of a project that write code: what they write, and whether a build runs them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import basename, dirname, join, normpath
from typing import Final

from verifier.detectors._clues import rooted
from verifier.detectors._json_edits import line_of_key
from verifier.model.evidence import Evidence
from verifier.model.finding import Location
from verifier.model.source import SourceTree

TOOLS: Final = re.compile(
    r"\b(?:prisma generate|graphql-codegen|openapi-typescript|orval|paraglide-js|panda codegen"
    r"|velite|contentlayer2? build|fumadocs-mdx|gql-tada|kysely-codegen|wrangler types"
    r"|react-router typegen|relay-compiler|lingui compile|typechain|buf generate|sanity typegen"
    r"|payload generate:\w+|drizzle-kit generate|convex codegen|tsr generate|protoc|svgr"
    r"|openapi-generator(?:-cli)?|swagger-typescript-api|openapi-ts|typeorm|zenstack generate"
    r"|svelte-kit sync|astro sync|nuxt prepare|next typegen|icon-font-generator|fantasticon"
    r"|quicktype|json2ts|json-schema-to-typescript|i18next-resources-for-ts|typesafe-i18n)\b"
)
"""Tools whose only work is to write code."""
_FIXED: Final = {
    "svelte-kit sync": r"(?:^|/)\.svelte-kit/",
    "astro sync": r"(?:^|/)\.astro/|(?:^|/)env\.d\.ts$",
    "nuxt prepare": r"(?:^|/)\.nuxt/",
    "next typegen": r"(?:^|/)(?:\.next|types)/|next-env\.d\.ts$",
    "react-router typegen": r"(?:^|/)\.react-router/|\+types",
    "wrangler types": r"\.d\.ts$",
}
"""Tools of a framework that write only there, whatever else git ignores."""
_CONFIGURED: Final = (
    ("graphql-codegen", "@graphql-codegen/cli", r"codegen\.(?:[cm]?[jt]s|ya?ml|json)"),
    ("orval", "orval", r"orval\.config\.[cm]?[jt]s"),
    ("openapi-ts", "@hey-api/openapi-ts", r"openapi-ts\.config\.[cm]?[jt]s"),
    ("panda codegen", "@pandacss/dev", r"panda\.config\.[cm]?[jt]s"),
    ("velite build", "velite", r"velite\.config\.[cm]?[jt]s"),
)
"""Command, package and configuration file of tools whose configuration names what they write."""
_UNNAMED: Final = {"panda codegen": "styled-system", "velite build": ".velite"}
"""The folder that such a tool writes to if its configuration names none."""
_PRISMA_BLOCK: Final = re.compile(r"^generator\s+\w+\s*\{(?P<body>[^}]*)\}", re.MULTILINE)
_PRISMA_OUTPUT: Final = re.compile(r"^\s*output\s*=\s*\"(?P<path>[^\"]+)\"", re.MULTILINE)
_GENERATED_PATH: Final = re.compile(
    r"(?:^|[/._])(?:__generated__|_?generated|gen|codegen|paraglide|styled-system|\.velite"
    r"|\.contentlayer|\.source|graphql-types|routeTree\.gen)(?:[/.]|$)"
)
_SEGMENT: Final = re.compile(r"\s*(?:&&|\|\||;|\|(?!\|)|&(?!&))\s*")
_CALLS: Final = re.compile(
    r"^(?:npm|pnpm|yarn|bun)\s+(?:run\s+)?[\w:.-]+$|^(?:run-[sp]|npm-run-all|concurrently|turbo)\b"
)
_RUNNER: Final = re.compile(r"^(?:npx\s+)?(?:node|tsx|ts-node|bun|deno|python3?|sh|bash)\b")
_WRITES: Final = re.compile(
    r"writeFile|outputFile|createWriteStream|Bun\.write|writeTextFile|\bopen\(|emitFile"
)
_SHELL_WRITES: Final = re.compile(r"(?<![=<>-])>>?\s*[\w.\"'$/]|\btee\b|\bcp\b")
_ASIDE_SCRIPT: Final = re.compile(r"^(?:pre|post)?(?:test|lint|format|e2e|storybook|release)")
_HOOK: Final = re.compile(r"^(?:pre|post)(?=\w)|^(?:dev|start|serve|build|test|watch|prepare)$")
_PLAIN: Final = frozenset({"", ".", "src", "app", "lib", "public", "server", "client", "packages"})
_NAMED: Final = re.compile(r"^(?:codegen|generate|gen)(?::|$)|:(?:codegen|generate|gen|types)$")
_LITERAL: Final = re.compile(r"""["'`]([\w@./-]{2,200})["'`]""")
_TOOLBOX: Final = re.compile(r"(?:^|/)(?:scripts?|tools?|bin|build|codegen)/[^/]+\.[cm]?[jt]s$")
_MAX_TEXT: Final = 200_000
_RUN_BY_PLATFORM: Final = (
    "preinstall", "install", "postinstall", "prepare", "prebuild", "build", "postbuild",
    "vercel-build", "now-build",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Generator:
    """A command that writes a file.

    call: what to put into a script so that it runs. script: the script of package.json that runs
    it by itself, if one does. file: the project's own file that is run, if it is one.
    strength: how sure it is that it writes this file, 0..1.
    """

    call: str
    command: str
    script: str | None
    file: str | None
    place: Location
    strength: float


def looks_generated(evidence: Evidence, path: str) -> bool:
    """Whether a path is one that generators write to, by its name or because git ignores it."""
    if _GENERATED_PATH.search(path):
        return True
    git = evidence.project.git
    return git is not None and any(
        path == rule.path or path.startswith((f"{rule.path}/", f"{rule.path}."))
        for rule in git.ignored
    )


def generators_of(evidence: Evidence, path: str) -> tuple[Generator, ...]:
    """The commands of the project that write a path, the likeliest first."""
    found: dict[str, Generator] = {}
    for made in (*_by_script(evidence, path), *_by_file(evidence, path)):
        known = found.get(made.command)
        if known is None or known.strength < made.strength:
            found[made.command] = made
    for made in _by_config(evidence, path):
        if not any(made.call in command for command in found):
            found[made.command] = made
    return tuple(sorted(found.values(), key=lambda g: -g.strength))


def _by_script(evidence: Evidence, path: str) -> Iterator[Generator]:
    manifest = evidence.project.manifest
    if manifest is None:
        return
    manager = evidence.recipe.environment.manager.manager.value
    own = rooted(evidence.project, "package.json")
    text = evidence.recipe.source.text(own) or ""
    for name, script in manifest.scripts.items():
        if _ASIDE_SCRIPT.match(name):
            continue
        segments = [s for s in _SEGMENT.split(script.strip()) if s]
        for segment in segments:
            if _runs(evidence, segment, path):
                continue  # what a command runs, it does not write
            file = _file_run(evidence, segment)
            strength = _strength(evidence, path, name, segment, file)
            if not strength or _CALLS.match(segment):
                continue
            whole = len(segments) == 1 and not _HOOK.match(name)
            yield Generator(
                call=f"{manager} run {name}" if whole else segment,
                command=segment,
                script=name,
                file=file,
                place=Location(file=own, line=line_of_key(text, ("scripts", name))),
                strength=strength,
            )


def _runs(evidence: Evidence, segment: str, path: str) -> bool:
    """Whether a command runs the very file, which need not be there."""
    runner = _RUNNER.match(segment)
    rest = segment[runner.end() :] if runner is not None else segment
    words = [w for w in rest.split() if not w.startswith("-")]
    if not words or not (runner is not None or segment.startswith("./")):
        return False
    return _stem(normpath(rooted(evidence.project, words[0].strip("\"'")))) == _stem(path)


def _strength(evidence: Evidence, path: str, name: str, segment: str, file: str | None) -> float:
    if _names_output(evidence, path, segment):
        return 0.9
    if file is not None and writes(evidence.recipe.source, file, path):
        return 0.85
    if not looks_generated(evidence, path):
        return 0.0
    tool = TOOLS.search(segment)
    if tool is not None and tool[0] in _FIXED:
        return 0.6 if re.search(_FIXED[tool[0]], path) else 0.0
    if tool is not None:
        shared = set(re.findall(r"[a-z]{4,}", path.lower())) & set(
            re.findall(r"[a-z]{4,}", segment.lower())
        )
        return 0.75 if shared else 0.6
    return 0.5 if file is None and _NAMED.search(name) else 0.0


def _names_output(evidence: Evidence, path: str, segment: str) -> bool:
    """Whether a command names the file, or a folder of its own above it, as an argument."""
    words = [w.strip("\"'") for w in re.split(r"[\s=]+", segment)[1:]]
    named = {normpath(rooted(evidence.project, w)) for w in words if w and not w.startswith("-")}
    stems = {_stem(n) for n in named}
    if _stem(path) in stems:
        return not evidence.recipe.source.text(path)
    above = dirname(path)
    while above and basename(above) not in _PLAIN:
        if above in named:
            return True
        above = dirname(above)
    return False


def _stem(path: str) -> str:
    return re.sub(r"(?:\.d)?\.\w{1,6}$", "", path)


def _file_run(evidence: Evidence, segment: str) -> str | None:
    """The project's own file that a command runs, None if it runs none."""
    if not (_RUNNER.match(segment) or segment.startswith("./")):
        return None
    for word in segment.split():
        path = normpath(rooted(evidence.project, word))
        for ending in ("", ".js", ".ts", ".mjs", "/index.js"):
            if path + ending in evidence.recipe.source and "." in basename(path + ending):
                return path + ending
    return None


def _is_writing(file: str, text: str) -> bool:
    found = _WRITES.search(text)
    return bool(found or (file.endswith((".sh", ".bash")) and _SHELL_WRITES.search(text)))


def writes(tree: SourceTree, file: str, path: str) -> bool:
    """Whether a script names a file, and the folder it lies in, and writes something."""
    text = (tree.text(file) or "")[:_MAX_TEXT]
    if not _is_writing(file, text):
        return False
    name = re.escape(_stem(basename(path)))
    if not re.search(rf"(?<![\w-]){name}(?:\.\w|[\"'`/])", text):
        return False
    folder = basename(dirname(path))
    return folder in _PLAIN or folder in text


def _by_file(evidence: Evidence, path: str) -> Iterator[Generator]:
    """Scripts of the project that no script of package.json names."""
    manifest = evidence.project.manifest
    prefix = rooted(evidence.project, "")
    for file in evidence.recipe.source:
        if not file.startswith(prefix):
            continue
        below = file[len(prefix) :]
        if not (_TOOLBOX.search(below) or re.fullmatch(r"[\w-]+\.[cm]?js", below)):
            continue
        if not writes(evidence.recipe.source, file, path):
            continue
        runner = "node"
        if below.endswith("ts"):
            if manifest is None or not manifest.declares("tsx"):
                continue
            runner = "tsx"
        yield Generator(
            call=f"{runner} {below}",
            command=f"{runner} {below}",
            script=None,
            file=file,
            place=Location(file=file),
            strength=0.7,
        )


def _by_config(evidence: Evidence, path: str) -> Iterator[Generator]:
    """Tools whose own configuration names the file, or a folder of its own above it, as output."""
    found = [*_by_prisma(evidence, path)]
    tree, prefix = evidence.recipe.source, rooted(evidence.project, "")
    for call, package, name in _CONFIGURED:
        file = next((p for p in tree if re.fullmatch(re.escape(prefix) + name, p)), None)
        if file is None or not _is_declared(evidence, package):
            continue
        text = (tree.text(file) or "")[:_MAX_TEXT]
        named = [m[1] for m in _LITERAL.finditer(text)]
        named += re.findall(r"^\s*([\w@./-]+/[\w@./-]*):\s*$", text, re.MULTILINE)
        outputs = {normpath(rooted(evidence.project, n)) for n in (*named, _UNNAMED.get(call, ""))}
        if any(_lies_in(path, output) for output in outputs):
            found.append(_configured(call, file, 1))
    yield from found


def _by_prisma(evidence: Evidence, path: str) -> Iterator[Generator]:
    """The Prisma client, by the `output` that a generator of the schema names."""
    if not _is_declared(evidence, "prisma"):
        return
    for file in evidence.recipe.source:
        if not file.endswith(".prisma"):
            continue
        text = (evidence.recipe.source.text(file) or "")[:_MAX_TEXT]
        for block in _PRISMA_BLOCK.finditer(text):
            output = _PRISMA_OUTPUT.search(block["body"])
            if output and _lies_in(path, normpath(join(dirname(file), output["path"]))):
                line = text.count("\n", 0, block.start()) + 1
                yield _configured("prisma generate", file, line)


def _configured(call: str, file: str, line: int) -> Generator:
    return Generator(
        call=call,
        command=call,
        script=None,
        file=None,
        place=Location(file=file, line=line),
        strength=0.9,
    )


def _lies_in(path: str, output: str) -> bool:
    """Whether a path is an output, but for its ending, or lies in it; a plain folder is none."""
    if basename(output) in _PLAIN:
        return False
    return _stem(path) == _stem(output) or path.startswith(f"{output}/")


def _is_declared(evidence: Evidence, package: str) -> bool:
    return any(manifest.declares(package) for manifest in evidence.project.manifests)


def is_run(evidence: Evidence, generator: Generator) -> bool:
    """Whether something that the platform runs leads to the command, directly or by name."""
    manifest = evidence.project.manifest
    if manifest is None:
        return False
    wanted = generator.command
    if generator.file is not None:
        prefix = rooted(evidence.project, "")
        wanted = re.sub(r"\.\w+$", "", generator.file.removeprefix(prefix))
    return any(wanted in text for text in _platform_commands(evidence, manifest.scripts.items()))


def _platform_commands(evidence: Evidence, scripts: Iterable[tuple[str, str]]) -> Iterator[str]:
    """What the platform runs, with the scripts that are called from there."""
    known = dict(scripts)
    config = evidence.project.vercel_json or {}
    settings = evidence.recipe.environment.settings
    texts = [str(config.get(k) or "") for k in ("buildCommand", "installCommand")]
    texts += [settings.build_command or "", settings.install_command or ""]
    names = list(_RUN_BY_PLATFORM)
    if texts[0] or texts[2]:
        # A build command of the platform's own takes the place of the build script.
        names = [n for n in names if "build" not in n]
    texts += [known.get(n, "") for n in names]
    seen: set[str] = set(names)
    while texts:
        text = texts.pop()
        yield text
        for name in known:
            caller = r"(?:run|yarn|pnpm|bun|run-s|run-p|npm-run-all)\s+(?:\S+\s+)*?"
            if name not in seen and re.search(rf"{caller}{re.escape(name)}(?![\w:-])", text):
                seen.add(name)
                texts += [known.get(f"{p}{name}", "") for p in ("pre", "", "post")]


def written_elsewhere(evidence: Evidence, path: str) -> tuple[tuple[Generator, str], ...]:
    """Generators that a build runs and that write a file of this name somewhere else, and where."""
    if not looks_generated(evidence, path):
        return ()
    stem = re.escape(re.sub(r"[.].*$", "", basename(path)))
    found = []
    for generator in _build_scripts(evidence):
        if generator.file is None or writes(evidence.recipe.source, generator.file, path):
            continue
        text = evidence.recipe.source.text(generator.file) or ""
        if re.search(rf"(?<![\w-]){stem}\b", text):
            found += [(generator, target) for target in _outputs_of(evidence, generator, path)]
    return tuple(found)


def _outputs_of(evidence: Evidence, generator: Generator, path: str) -> tuple[str, ...]:
    """Where a generator that a build runs writes a file of this name, by what its text says."""
    name = basename(path)
    tree = evidence.recipe.source
    text = generator.command
    if generator.file is not None:
        text += "\n" + (tree.text(generator.file) or "")[:_MAX_TEXT]
    found: dict[str, None] = {}
    literals = [m[1] for m in _LITERAL.finditer(text)]
    literals += [w.strip("\"'") for w in re.split(r"[\s=]+", generator.command)[1:]]
    for literal in literals:
        if "/" not in literal or literal.startswith(("/", "@", "..")):
            continue
        place = normpath(rooted(evidence.project, literal))
        if _stem(basename(place)) != _stem(name):
            place = "" if "." in basename(place) else f"{place}/{name}"
        if place and _stem(place) != _stem(path) and place not in tree:
            found.setdefault(place, None)
    return tuple(found)


def _build_scripts(evidence: Evidence) -> tuple[Generator, ...]:
    """The project's own files that a build runs and that write something."""
    manifest = evidence.project.manifest
    if manifest is None:
        return ()
    found: dict[str, Generator] = {}
    own = rooted(evidence.project, "package.json")
    for text in _platform_commands(evidence, manifest.scripts.items()):
        for segment in _SEGMENT.split(text.strip()):
            file = _file_run(evidence, segment)
            content = "" if file is None else (evidence.recipe.source.text(file) or "")
            if file is not None and _is_writing(file, content[:_MAX_TEXT]):
                made = Generator(
                    call=segment,
                    command=segment,
                    script=None,
                    file=file,
                    place=Location(file=own),
                    strength=0.5,
                )
                found.setdefault(file, made)
    return tuple(found.values())
