"""Where an import leads inside a snapshot, decided as bundlers decide it.

Paths are compared exactly: a name that differs by case only is another name, as on the
platform's disk. What cannot be known by reading (computed aliases, virtual modules, files that
a plug-in writes) is `unknown`, never missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import dirname, join
from typing import Final

from verifier.intake.code_kind import ROOTED, Kind
from verifier.intake.resolve_bundler import BundlerConfig, read_bundler_config
from verifier.intake.resolve_config import Alias, PathConfig, clean_path, read_tsconfig
from verifier.intake.resolve_packages import (
    BUILTINS,
    entry_paths,
    internal_paths,
    package_name,
)
from verifier.model.project import Manifest
from verifier.model.source import FileKind, SourceTree

MODULE_EXTENSIONS: Final = (
    ".tsx", ".ts", ".jsx", ".js", ".mjs", ".mts", ".cjs", ".cts", ".json",
)  # fmt: skip
_OPEN_EXTENSIONS: Final = (".vue", ".svelte", ".astro", ".mdx", ".md", ".css", ".web.tsx",
                           ".web.ts", ".web.jsx", ".web.js", ".wasm", ".node")  # fmt: skip
_STYLE_EXTENSIONS: Final = (".css", ".scss", ".sass", ".less", ".styl", ".pcss")
_SWAPPED: Final = {
    ".js": (".ts", ".tsx", ".jsx", ".d.ts"),
    ".jsx": (".tsx",),
    ".mjs": (".mts", ".d.mts"),
    ".cjs": (".cts", ".d.cts"),
}
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_VIRTUAL: Final = re.compile(
    r"\$(?:app|env|service-worker|houdini)\b|#(?:imports|app|build|components|head|internal/nuxt"
    r"|content|vue-router|shared)\b|~icons/|~react-pages|~pages|(?:uno|windi|virtual)\.css$|\0|//"
)
_GENERATED_PART: Final = re.compile(r"(?:^|/)(?:\$types|\+types)(?:/|\.|$)")
_HIDDEN_PART: Final = re.compile(r"(?:^|/)(?:\.[^./][^/]*|node_modules)/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """Where a specifier leads.

    path: the file, None if it is none of this snapshot.
    package: the bare package it names. missing: it is relative or aliased and leads nowhere.
    wanted: the path it was looked for at, without the extensions that were tried.
    """

    path: str | None = None
    package: str | None = None
    missing: bool = False
    wanted: str | None = None


_UNKNOWN: Final = Resolution()


class Resolver:
    """Resolves the imports of one application within one snapshot."""

    def __init__(
        self, tree: SourceTree, *, root: str, kind: Kind, manifests: tuple[Manifest, ...]
    ) -> None:
        self.tree = tree
        self.root = root
        self.kind = kind
        self.bundler: BundlerConfig = read_bundler_config(tree, root)
        self._packages = {m.name: m for m in manifests if m.name}
        self._manifest_at = {dirname(m.path): m for m in manifests}
        self._declared = frozenset(
            name
            for m in manifests
            for group in (
                m.dependencies,
                m.dev_dependencies,
                m.optional_dependencies,
                m.peer_dependencies,
            )
            for name in group
        )
        self._folders = _folders_of(tree)
        self._links = {
            path: clean_path(join(dirname(path), tree.read(path).decode("utf-8", "replace")))
            for path, entry in tree.entries.items()
            if entry.kind is FileKind.SYMLINK and entry.size_bytes < 4096
        }
        self._configs: dict[str, PathConfig] = {}
        self._cache: dict[tuple[str, str], Resolution] = {}
        self._extensions = self._extensions_of_kind()

    def _extensions_of_kind(self) -> tuple[str, ...]:
        strict = self.kind in {Kind.NEXT, Kind.CRA} or (
            self.kind in {Kind.VITE, Kind.REACT_ROUTER, Kind.ASTRO}
            and not self.bundler.extensions
            and bool(self.bundler.files)
        )
        return MODULE_EXTENSIONS if strict else MODULE_EXTENSIONS + _OPEN_EXTENSIONS

    def paths_of(self, file: str) -> PathConfig:
        """The tsconfig or jsconfig that governs a file: the nearest one above it."""
        folder = dirname(file)
        if folder not in self._configs:
            self._configs[folder] = self._nearest_config(folder)
        return self._configs[folder]

    def _nearest_config(self, folder: str) -> PathConfig:
        for name in ("tsconfig.json", "jsconfig.json"):
            path = join(folder, name)
            if path in self.tree:
                return read_tsconfig(self.tree, path)
        return self.paths_of(folder) if folder else PathConfig()

    def resolve(self, file: str, specifier: str) -> Resolution:
        """Where a specifier in a file leads."""
        key = (dirname(file), specifier)
        if key not in self._cache:
            self._cache[key] = self._resolve(file, specifier)
        return self._cache[key]

    def _resolve(self, file: str, specifier: str) -> Resolution:
        name = specifier.rsplit("!", 1)[-1].split("?", 1)[0].strip()
        if _is_virtual(name):
            return _UNKNOWN
        if name in {".", ".."} or name.startswith(("./", "../")):
            return self._at(clean_path(join(dirname(file), name)), name)
        internal = self._internal(file, name) if name.startswith("#") else None
        found = internal or self._aliased(file, name)
        if found is not None:
            return found
        if name.startswith("/"):
            return self._rooted(file, name)
        if name in {"@", "~"} or name.startswith(("@/", "~/", "~~/", "@@/", "#", "$")):
            return self._conventional(name)
        return self._bare(file, name)

    def _at(self, target: str | None, name: str) -> Resolution:
        """The file at a path, or the fact that there is none."""
        if target is None:
            return Resolution(missing=True)
        found = self.lookup(target, folder_only=name.endswith("/"))
        if found is not None:
            return Resolution(path=found)
        if _HIDDEN_PART.search(f"{target}/"):
            return _UNKNOWN
        return Resolution(missing=True, wanted=target)

    def is_declared(self, package: str) -> bool:
        """Whether some package.json of the repository declares a package, or is it."""
        return package in self._declared or package in self._packages

    def is_folder(self, path: str) -> bool:
        """Whether the snapshot holds a file below a path."""
        return path in self._folders

    def lookup(self, target: str, *, folder_only: bool = False) -> str | None:
        """The file a path stands for, with extensions and index files tried as bundlers do."""
        real = self._real(target)
        if real is None:
            return target
        if not folder_only:
            found = next((c for c in self._candidates(real) if c in self.tree), None)
            if found is not None:
                return found
        if real and real not in self._folders:
            return None
        return self._index_of(real)

    def _candidates(self, path: str) -> Iterator[str]:
        if path:
            yield path
            yield from (path + extension for extension in self._extensions)
            dot = path.rfind(".")
            yield from (path[:dot] + swap for swap in _SWAPPED.get(path[dot:], ()))
            yield from (f"{path}.d.ts", f"{path}.d.mts")

    def _index_of(self, folder: str) -> str | None:
        manifest = self._manifest_at.get(folder)
        for entry in entry_paths(manifest, "") if manifest is not None else ():
            path = clean_path(join(folder, entry))
            found = next((c for c in self._candidates(path or "") if c in self.tree), None)
            if found is not None:
                return found
        index = join(folder, "index") if folder else "index"
        return next((c for c in self._candidates(index) if c in self.tree), None)

    def _real(self, path: str) -> str | None:
        """The path with symbolic links followed; None if one leaves the repository."""
        if not self._links:
            return path
        for _ in range(16):
            link = next((k for k in _prefixes(path) if k in self._links), None)
            if link is None:
                return path
            target = self._links[link]
            if target is None:
                return None
            path = clean_path(join(target, path[len(link) + 1 :])) or ""
        return path

    def lookup_style(self, target: str) -> str | None:
        """The style sheet a path stands for, partials included."""
        folder, _, name = target.rpartition("/")
        partial = f"{folder}/_{name}" if folder else f"_{name}"
        for base in (target, partial, join(target, "index"), join(target, "_index")):
            for extension in ("", *_STYLE_EXTENSIONS):
                if base + extension in self.tree:
                    return base + extension
        return None

    def _internal(self, file: str, name: str) -> Resolution | None:
        """A specifier that the nearest package.json maps (`#lib/x`)."""
        folder = dirname(file)
        manifest = next(
            (self._manifest_at[f] for f in _upwards(folder) if f in self._manifest_at), None
        )
        if manifest is None:
            return None
        targets = internal_paths(manifest, name)
        if not targets:
            return None
        for target in targets:
            if not target.startswith("."):
                return Resolution(package=package_name(target))
            path = clean_path(join(dirname(manifest.path), target))
            found = self.lookup(path) if path else None
            if found is not None:
                return Resolution(path=found)
        return self._at(clean_path(join(dirname(manifest.path), targets[0])), name)

    def _aliased(self, file: str, name: str) -> Resolution | None:
        """What the configured aliases make of a specifier, None if none of them covers it."""
        wanted: str | None = None
        aliases = (*self.bundler.aliases, *self.paths_of(file).aliases)
        for alias in sorted(aliases, key=lambda a: -len(a.pattern)):
            for target in _expanded(alias, name):
                found = self.lookup(target) if target or alias.targets else None
                if found is not None:
                    return Resolution(path=found)
                if alias.pattern.rstrip("*") and wanted is None:
                    wanted = target
        if wanted is None:
            return None
        package = package_name(name)
        if package is not None and self.is_declared(package):
            return None
        if package is not None and not self._leads_to_a_place(wanted):
            return None
        return self._at(wanted, name)

    def _leads_to_a_place(self, wanted: str) -> bool:
        """Whether the folder above a wanted path exists or could; packages live elsewhere."""
        return "node_modules" not in wanted.split("/") and dirname(wanted) in self._folders

    def _rooted(self, file: str, name: str) -> Resolution:
        if self.kind not in ROOTED and not file.endswith(".html"):
            return _UNKNOWN
        places = [dirname(file)] if file.endswith(".html") else []
        for place in (*places, self.root, join(self.root, "public"), join(self.root, "static")):
            target = clean_path(join(place, name.lstrip("/")))
            found = self.lookup(target) if target else None
            if found is not None:
                return Resolution(path=found)
        return self._at(clean_path(join((*places, self.root)[0], name.lstrip("/"))), name)

    def _conventional(self, name: str) -> Resolution:
        """Aliases that a framework brings without configuration."""
        prefix, _, rest = name.partition("/")
        places = self._conventional_places(prefix)
        for place in places:
            target = clean_path(join(place, rest))
            found = self.lookup(target) if target is not None else None
            if found is not None:
                return Resolution(path=found)
        if places:
            return self._at(clean_path(join(places[0], rest)), name)
        if prefix not in {"@", "~"} or self.bundler.is_open:
            return _UNKNOWN
        if self.kind in {Kind.NEXT, Kind.VITE, Kind.CRA} and rest:
            return Resolution(missing=True)
        return _UNKNOWN

    def _conventional_places(self, prefix: str) -> tuple[str, ...]:
        src, app = join(self.root, "src"), join(self.root, "app")
        match self.kind, prefix:
            case Kind.SVELTEKIT, "$lib":
                return (join(src, "lib"),)
            case Kind.NUXT, "@" | "~":
                return (*(p for p in (app, src) if p in self._folders), self.root)
            case Kind.NUXT, "@@" | "~~":
                return (self.root,)
            case Kind.VUE_CLI, "@":
                return (src,)
            case _:
                return ()

    def _bare(self, file: str, name: str) -> Resolution:
        base = self.paths_of(file).base
        package = package_name(name)
        if base is not None:
            target = clean_path(join(base, name))
            found = self.lookup(target) if target is not None else None
            if found is not None:
                return Resolution(path=found)
            first = join(base, name.split("/", 1)[0])
            if "/" in name and first in self._folders and package not in self._declared:
                return self._at(target, name)
        if package is None or name in BUILTINS or (package in BUILTINS and not name.endswith("/")):
            return _UNKNOWN
        manifest = self._packages.get(package)
        if manifest is None:
            return Resolution(package=package)
        return Resolution(
            path=self._in_workspace(manifest, name[len(package) + 1 :]), package=package
        )

    def _in_workspace(self, manifest: Manifest, rest: str) -> str | None:
        """The source file behind an import of a package that lives in this repository."""
        folder = dirname(manifest.path)
        guesses = (f"src/{rest or 'index'}", rest or "index", f"lib/{rest or 'index'}")
        for entry in (*entry_paths(manifest, rest), *guesses):
            path = clean_path(join(folder, entry))
            found = self.lookup(path) if path else None
            if found is not None:
                return found
        return None

    def matching(self, file: str, pattern: str) -> tuple[str, ...]:
        """The files that a glob pattern in a file leads to, at most two thousand."""
        place = self._glob_start(file, pattern)
        if place is None:
            return ()
        expression = re.compile(_glob_regex(place))
        start = re.split(r"[*?\[{]", place, maxsplit=1)[0]
        found = [p for p in self.tree if p.startswith(start) and expression.fullmatch(p)]
        return tuple(found[:2000])

    def _glob_start(self, file: str, pattern: str) -> str | None:
        if pattern.startswith("."):
            return clean_path(join(dirname(file), pattern))
        if pattern.startswith("/"):
            return clean_path(join(self.root, pattern.lstrip("/")))
        aliases: tuple[Alias, ...] = (*self.bundler.aliases, *self.paths_of(file).aliases)
        for alias in sorted(aliases, key=lambda a: -len(a.pattern)):
            for target in _expanded(alias, pattern):
                return target
        return None


def _is_virtual(name: str) -> bool:
    """Whether a specifier names nothing that could lie in a repository or a package."""
    return (
        not name
        or len(name) > 1000
        or any(p.match(name) for p in (_VIRTUAL, _SCHEME))
        or _GENERATED_PART.search(name) is not None
    )


def _expanded(alias: Alias, name: str) -> Iterator[str]:
    """The paths that an alias makes of a specifier."""
    if "*" in alias.pattern:
        before, _, after = alias.pattern.partition("*")
        long_enough = len(name) >= len(before) + len(after)
        if not (long_enough and name.startswith(before) and name.endswith(after)):
            return
        middle = name[len(before) : len(name) - len(after)]
        for target in alias.targets:
            path = clean_path(target.replace("*", middle, 1))
            if path is not None:
                yield path
        return
    if name == alias.pattern:
        yield from alias.targets
    elif alias.prefix and name.startswith(alias.pattern.rstrip("/") + "/"):
        for target in alias.targets:
            path = clean_path(join(target, name[len(alias.pattern.rstrip("/")) + 1 :]))
            if path is not None:
                yield path


def _glob_regex(pattern: str) -> str:
    """A regular expression for the wildcards that bundlers know."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\{[^{}]*\})", pattern)
    out = []
    for part in parts:
        if part == "**/":
            out.append("(?:[^/]+/)*")
        elif part == "**":
            out.append(".*")
        elif part == "*":
            out.append("[^/]*")
        elif part == "?":
            out.append("[^/]")
        elif part.startswith("{") and part.endswith("}"):
            out.append("(?:" + "|".join(map(re.escape, part[1:-1].split(","))) + ")")
        else:
            out.append(re.escape(part))
    return "".join(out)


def _folders_of(tree: SourceTree) -> frozenset[str]:
    folders = {""}
    for path in tree:
        folder = dirname(path)
        while folder not in folders:
            folders.add(folder)
            folder = dirname(folder)
    return frozenset(folders)


def _prefixes(path: str) -> Iterator[str]:
    position = path.find("/")
    while position >= 0:
        yield path[:position]
        position = path.find("/", position + 1)
    yield path


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = dirname(folder)
    yield ""
