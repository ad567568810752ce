"""The files a build starts from, by the conventions of each kind of application.

Tests, stories and scripts that no build runs are no entries: what only they lead to cannot
break a deployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from posixpath import join
from typing import Final, assert_never

from verifier.intake.code_commands import config_files, files_at, script_files
from verifier.intake.code_kind import Kind
from verifier.intake.code_parse import COMPONENTS, MODULES, suffix_of
from verifier.intake.resolve import Resolver
from verifier.model.project import Manifest

_CODE: Final = MODULES | COMPONENTS | {".mdx", ".md"}
_APP_FILES: Final = frozenset(
    {
        "page", "layout", "route", "template", "loading", "error", "global-error", "not-found",
        "global-not-found", "default", "forbidden", "unauthorized", "sitemap", "robots",
        "manifest", "icon", "apple-icon", "opengraph-image", "twitter-image",
    }
)  # fmt: skip
"""Names that Next.js gives a meaning below `app`. Source: its file conventions (2026-11)."""
_NEXT_FILES: Final = (
    "middleware", "proxy", "instrumentation", "instrumentation-client", "mdx-components",
)  # fmt: skip
_LITERAL: Final = re.compile(r"""["'`]([^"'`\n]{1,300})["'`]""")


def entry_files(resolver: Resolver, manifest: Manifest | None) -> frozenset[str]:
    """The files of the snapshot that a build, or the platform, loads by itself."""
    found = {
        *_of_kind(resolver, manifest),
        *config_files(resolver, manifest),
        *_functions(resolver),
        *script_files(resolver, manifest),
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
            if name == "pages" or (
                stem.rstrip("0123456789") in _APP_FILES
                and not any(part.startswith("_") for part in parts[:-1])
            ):
                yield path
    for folder in ("", "src"):
        yield from _named(resolver, folder, _NEXT_FILES)
    yield from files_at(resolver, r"sentry\.\w+\.config\.\w+")


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
            near = inner.endswith("/index.html") and inner.count("/") <= 2
            if near and not skipped.search(inner):
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
