"""The files a build starts from, by the conventions of each kind of application.

Tests, stories and scripts that no build runs are no entries: what only they lead to cannot
break a deployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from posixpath import join
from typing import Final, assert_never

from verifier.intake.code_jsonc import as_table, parse_jsonc
from verifier.intake.code_kind import Kind
from verifier.intake.code_parse import COMPONENTS, MODULES, suffix_of
from verifier.intake.resolve import Resolver
from verifier.model.project import Manifest

_CODE: Final = MODULES | COMPONENTS | {".mdx", ".md"}
_APP_FILES: Final = frozenset(
    ["page", "layout", "route", "template", "loading", "error", "global-error", "not-found", "global-not-found", "default", "forbidden", "unauthorized", "sitemap", "robots", "manifest", "icon", "apple-icon", "opengraph-image", "twitter-image"]
)
"""Names that Next.js gives a meaning below `app`. Source: its file conventions (2026-11)."""
_NEXT_FILES: Final = (
    "middleware", "proxy", "instrumentation", "instrumentation-client", "mdx-components",
)  # fmt: skip
_CONFIGS: Final = frozenset(
    ["next", "vite", "astro", "svelte", "nuxt", "vue", "craco", "tailwind", "postcss", "uno", "unocss", "windi", "babel", "contentlayer", "velite", "source", "remix", "react-router", "app", "gatsby", "webpack", "rollup", "rolldown", "rsbuild", "farm", "qwik", "vike", "waku", "solid", "sentry"]
)
"""Tools that a build loads their `<name>.config.*` for."""
_LIFECYCLE: Final = (
    "preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare",
    "prebuild", "build", "postbuild", "vercel-build", "now-build",
)  # fmt: skip
_TOKEN: Final = re.compile(r"""[^\s"'`;&|()<>=,]+""")
_LITERAL: Final = re.compile(r"""["'`]([^"'`\n]{1,300})["'`]""")
MAX_SCRIPTS: Final = 60


def entry_files(resolver: Resolver, manifest: Manifest | None) -> frozenset[str]:
    """The files of the snapshot that a build, or the platform, loads by itself."""
    found = {
        *_of_kind(resolver, manifest),
        *_configs(resolver, manifest),
        *_functions(resolver),
        *_scripts(resolver, manifest),
    }
    return frozenset(path for path in found if path in resolver.tree)


def _of_kind(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    match resolver.kind:
        case Kind.NEXT:
            yield from _next(resolver)
        case Kind.VITE:
            yield from _vite(resolver, manifest)
        case Kind.ASTRO:
            yield from _astro(resolver)
        case Kind.SVELTEKIT:
            yield from _sveltekit(resolver)
        case Kind.NUXT:
            yield from _nuxt(resolver)
        case Kind.CRA:
            yield from _named(resolver, "src", ("index", "setupProxy"))
        case Kind.VUE_CLI:
            yield from _named(resolver, "src", ("main",))
        case Kind.REACT_ROUTER:
            yield from _react_router(resolver)
        case Kind.GATSBY:
            yield from _below(resolver, "src/pages")
            names = ("gatsby-node", "gatsby-browser", "gatsby-ssr", "gatsby-config")
            yield from _named(resolver, "", names)
        case Kind.OTHER:
            yield from _other(resolver, manifest)
        case _:
            assert_never(resolver.kind)


def _next(resolver: Resolver) -> Iterator[str]:
    for name in ("app", "pages"):
        # A folder at the top hides the one below src, even if it holds a single file.
        folder = name if _has_folder(resolver, name) else f"src/{name}"
        for path in _below(resolver, folder):
            parts = path[len(join(resolver.root, folder)) :].strip("/").split("/")
            stem = parts[-1].split(".", 1)[0]
            if name == "pages" or (stem.rstrip("0123456789") in _APP_FILES and not any(
                part.startswith("_") for part in parts[:-1]
            )):
                yield path
    for folder in ("", "src"):
        yield from _named(resolver, folder, _NEXT_FILES)
    yield from _files_at(resolver, r"sentry\.\w+\.config\.\w+")


def _vite(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    yield from _pages(resolver)
    names = set() if manifest is None else {*manifest.dependencies, *manifest.dev_dependencies}
    if any(re.search(r"@solidjs/start|tanstack/.*start|qwik-city|^vike|^waku$", n) for n in names):
        for folder in ("src", "app"):
            files = ("router", "start", "client", "server", "ssr", "app", "root",
                     "entry-client", "entry-server", "entry.ssr", "entry.dev")  # fmt: skip
            yield from _named(resolver, folder, files)
            yield from _below(resolver, f"{folder}/routes")
            yield from _below(resolver, f"{folder}/pages")
        yield from _below(resolver, "pages")


def _pages(resolver: Resolver) -> Iterator[str]:
    """The HTML pages of a bundle: the index, and those its configuration names."""
    index = join(resolver.root, "index.html")
    prefix = f"{resolver.root}/" if resolver.root else ""
    pages = [p for p in resolver.tree if p.startswith(prefix) and p.endswith(".html")]
    if index in resolver.tree:
        yield index
    else:
        skipped = re.compile(r"(?:^|/)(?:public|static|dist|build|out|docs|coverage|tests?)/")
        for page in pages:
            inner = page[len(prefix) :]
            if inner.endswith("/index.html") and inner.count("/") <= 2:
                if not skipped.search(inner):
                    yield page
    for page in pages:
        if page[len(prefix) :] in resolver.bundler.text:
            yield page


def _astro(resolver: Resolver) -> Iterator[str]:
    for path in _below(resolver, "src/pages"):
        inner = path[len(join(resolver.root, "src/pages")) :]
        if "/_" not in inner:
            yield path
    names = ("middleware", "content.config", "content/config", "actions", "actions/index",
             "middleware/index", "live.config")  # fmt: skip
    yield from _named(resolver, "src", names)


def _sveltekit(resolver: Resolver) -> Iterator[str]:
    for path in _below(resolver, "src/routes"):
        if path.rsplit("/", 1)[-1].startswith("+"):
            yield path
    names = ("hooks", "hooks.server", "hooks.client", "service-worker", "instrumentation.server")
    yield from _named(resolver, "src", names)
    yield from _below(resolver, "src/params")


def _nuxt(resolver: Resolver) -> Iterator[str]:
    folders = ("pages", "layouts", "middleware", "plugins", "components", "composables", "utils",
               "stores", "modules")  # fmt: skip
    for source in ("", "app", "src"):
        for folder in folders:
            yield from _below(resolver, join(source, folder))
        yield from _named(resolver, source, ("app", "error", "app.config", "router.options"))
    yield from _below(resolver, "server")


def _react_router(resolver: Resolver) -> Iterator[str]:
    yield from _named(resolver, "app", ("root", "entry.client", "entry.server", "routes"))
    table = resolver.lookup(join(resolver.root, "app/routes"))
    text = resolver.tree.text(table) if table is not None else None
    is_listed = text is not None and "flatRoutes" not in text
    for match in _LITERAL.finditer(text or ""):
        found = resolver.lookup(join(resolver.root, "app", match.group(1).lstrip("./")))
        if found is not None:
            yield found
    if not is_listed:
        yield from _below(resolver, "app/routes")


def _other(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    yield from _pages(resolver)
    for folder in ("", "src"):
        yield from _named(resolver, folder, ("index", "server", "app", "main"))
    main = manifest.raw.get("main") if manifest is not None else None
    if isinstance(main, str):
        found = resolver.lookup(join(resolver.root, main.removeprefix("./")))
        if found is not None:
            yield found


def _configs(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    """Configuration files of tools that the build, or one of its scripts, starts."""
    commands = " ".join(_commands(resolver, manifest))
    for path in _files_at(resolver, r"[\w.-]+\.config\.\w+|content-collections\.\w+"):
        tool = path.rsplit("/", 1)[-1].split(".", 1)[0]
        if tool in _CONFIGS or tool == "content-collections" or re.search(rf"(?<![\w-]){re.escape(tool)}(?![\w-])", commands):
            yield path


def _functions(resolver: Resolver) -> Iterator[str]:
    """Functions and middleware that the platform finds whatever the framework is."""
    yield from _named(resolver, "", ("middleware",))
    if resolver.kind in {Kind.NEXT, Kind.NUXT, Kind.SVELTEKIT}:
        return
    start = len(join(resolver.root, "api"))
    for path in _below(resolver, "api"):
        inner = path[start:]
        if "/_" not in inner and "/." not in inner and not path.endswith(".d.ts"):
            yield path


def _scripts(resolver: Resolver, manifest: Manifest | None) -> Iterator[str]:
    """Local files that the scripts of an install or a build name."""
    for command in _commands(resolver, manifest):
        for token in _TOKEN.findall(command)[:200]:
            if len(token) > 300 or token.startswith("-"):
                continue
            path = join(resolver.root, token.removeprefix("./"))
            if suffix_of(path) in MODULES and path in resolver.tree:
                yield path
            elif "/" in token and suffix_of(token) == "":
                found = resolver.lookup(path)
                if found is not None and suffix_of(found) in MODULES:
                    yield found


def _commands(resolver: Resolver, manifest: Manifest | None) -> list[str]:
    """The commands of an install and a build, with the scripts that they call."""
    scripts: Mapping[str, str] = {} if manifest is None else manifest.scripts
    commands = []
    settings = resolver.tree.text(join(resolver.root, "vercel.json"))
    for key in ("installCommand", "buildCommand"):
        value = as_table(parse_jsonc(settings or "")).get(key)
        if isinstance(value, str):
            commands.append(value)
    names = [name for name in _LIFECYCLE if name in scripts]
    seen = set(names)
    queue = [*commands, *(scripts[name] for name in names)]
    while queue and len(commands) < MAX_SCRIPTS:
        command = queue.pop(0)
        commands.append(command)
        for token in _TOKEN.findall(command)[:200]:
            for name in (token, f"pre{token}", f"post{token}"):
                if name in scripts and name not in seen:
                    seen.add(name)
                    queue.append(scripts[name])
    return commands


def _has_folder(resolver: Resolver, folder: str) -> bool:
    prefix = join(resolver.root, folder) + "/"
    return any(path.startswith(prefix) for path in resolver.tree)


def _below(resolver: Resolver, folder: str) -> Iterator[str]:
    """The code files below a folder of the application, but declarations and tests."""
    prefix = join(resolver.root, folder) + "/"
    for path in resolver.tree:
        if path.startswith(prefix) and suffix_of(path) in _CODE:
            name = path.rsplit("/", 1)[-1]
            if not re.search(r"\.d\.[cm]?ts$|\.(?:test|spec|stories)\.\w+$", name):
                yield path


def _named(resolver: Resolver, folder: str, stems: tuple[str, ...]) -> Iterator[str]:
    for stem in stems:
        base = join(resolver.root, folder, stem)
        for suffix in (*sorted(MODULES), ".vue", ".svelte"):
            if base + suffix in resolver.tree:
                yield base + suffix


def _files_at(resolver: Resolver, pattern: str) -> Iterator[str]:
    prefix = f"{resolver.root}/" if resolver.root else ""
    expression = re.compile(pattern)
    for path in resolver.tree:
        if path.startswith(prefix) and expression.fullmatch(path[len(prefix) :]):
            if suffix_of(path) in MODULES:
                yield path
