"""Source code → facts: variables read, files and packages imported, what a build reaches.

Files are read in the order in which a build would reach them, then the rest of the application,
until a limit is met; nothing of the examined project is run.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from posixpath import dirname, join
from typing import Final

from verifier.intake.code_client import client_files
from verifier.intake.code_entries import entry_files
from verifier.intake.code_generated import Written, written_by_build
from verifier.intake.code_imports import ImportForm, RawImport, used_as_values
from verifier.intake.code_kind import WEBPACK, kind_of
from verifier.intake.code_parse import (
    COMPONENTS,
    READABLE,
    STYLES,
    FileFacts,
    parse_file,
    suffix_of,
)
from verifier.intake.code_syntax import Syntax
from verifier.intake.resolve import MODULE_EXTENSIONS, Resolution, Resolver
from verifier.intake.resolve_config import clean_path
from verifier.model.project import CodeFacts, EnvRead, ImportRef, Manifest
from verifier.model.source import FileKind, SourceTree

MAX_FILE_BYTES: Final = 1 << 20
MAX_FILES: Final = 8000
MAX_TOTAL_BYTES: Final = 48 << 20
ERROR_COST: Final = 12
"""How much longer a text takes to read that is no program; it uses up the limit faster."""
_SKIPPED: Final = re.compile(
    r"(?:^|/)(?:node_modules|bower_components|\.[^/]+|dist|build|out|coverage|vendor|__snapshots__"
    r"|storybook-static)/|[.-]min\.\w+$|\.bundle\.js$"
)
"""Files that are read only if something imports them, or never."""
_PRISMA_READ: Final = re.compile(r"""\benv\(\s*["']([A-Za-z_]\w{0,200})["']\s*\)""")


def read_code(
    tree: SourceTree, *, root: str, framework: str | None, manifests: tuple[Manifest, ...]
) -> CodeFacts:
    """The facts of an application's source code in one snapshot.

    root: the application's folder; framework: the platform's name for its framework.
    """
    manifest = next((m for m in manifests if m.path == join(root, "package.json")), None)
    kind = kind_of(framework, manifest)
    resolver = Resolver(tree, root=root, kind=kind, manifests=manifests)
    entries = entry_files(resolver, manifest)
    scan = _Scan(resolver, written_by_build(resolver, manifest))
    scan.follow(sorted(entries))
    scan.read_rest()
    return scan.facts(entries)


@dataclass(slots=True)
class _Scan:
    """A walk over the files of one application."""

    resolver: Resolver
    written: Written
    files: dict[str, FileFacts] = field(default_factory=dict)
    refs: list[ImportRef] = field(default_factory=list)
    missing: list[ImportRef] = field(default_factory=list)
    bound: dict[tuple[str, str], str] = field(default_factory=dict)
    """The file that a name comes from, by the importing file and the name."""
    reachable: set[str] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)
    bytes_read: int = 0

    def follow(self, entries: Iterable[str]) -> None:
        """Read the entries and everything that they lead to."""
        queue = deque(entries)
        self.reachable.update(queue)
        while queue:
            path = queue.popleft()
            for target in self._read(path):
                if target not in self.reachable:
                    self.reachable.add(target)
                    queue.append(target)

    def read_rest(self) -> None:
        """Read the application's other files, which no entry leads to."""
        prefix = f"{self.resolver.root}/" if self.resolver.root else ""
        for path in self.resolver.tree:
            if path.startswith(prefix) and not _SKIPPED.search(path):
                self._read(path)

    def _read(self, path: str) -> tuple[str, ...]:
        """Read one file and return the files it needs at run time."""
        if path in self.files or suffix_of(path) not in READABLE:
            return ()
        entry = self.resolver.tree.entries[path]
        self.files[path] = FileFacts()
        if entry.kind is not FileKind.FILE:
            return ()
        over = self.bytes_read + entry.size_bytes > MAX_TOTAL_BYTES
        if entry.size_bytes > MAX_FILE_BYTES or over or len(self.files) > MAX_FILES:
            self.unreadable.append(path)
            return ()
        source = self.resolver.tree.read(path)
        self.bytes_read += len(source)
        if _is_minified(source):
            return ()
        facts = parse_file(path, source)
        if facts.has_error:
            self.bytes_read += ERROR_COST * len(source)
        self.files[path] = replace(facts, imports=())
        if facts.broken:
            self.unreadable.append(path)
        targets: list[str] = []
        for ref in self._resolved(path, source, facts.imports):
            self.refs.append(ref)
            if ref.resolved is not None and not ref.type_only:
                targets.append(ref.resolved)
        return tuple(targets)

    def _resolved(
        self, path: str, source: bytes, imports: tuple[RawImport, ...]
    ) -> list[ImportRef]:
        found: list[tuple[ImportRef, RawImport]] = []
        doubtful: list[tuple[int, Resolution]] = []
        for raw in imports:
            if raw.form is ImportForm.GLOB:
                targets = self.resolver.matching(path, raw.specifier)
                found.extend((_ref(path, raw, Resolution(path=t)), raw) for t in targets)
                continue
            resolution = self._resolve(path, raw)
            package = resolution.package
            if resolution.missing or (package and not self.resolver.is_declared(package)):
                doubtful.append((len(found), resolution))
            found.append((_ref(path, raw, resolution), raw))
        erased = self._erased(path, source, [found[i][1] for i, _ in doubtful])
        for position, resolution in doubtful:
            ref, raw = found[position]
            if raw in erased:
                ref = replace(ref, type_only=True)
                found[position] = (ref, raw)
            if resolution.missing and not ref.type_only and not self._is_tolerated(raw, ref):
                self.missing.append(ref)
        for ref, raw in found:
            if ref.resolved is not None and not ref.type_only:
                self.bound.update({(path, name): ref.resolved for name in raw.names})
        return [ref for ref, _ in found]

    def _resolve(self, path: str, raw: RawImport) -> Resolution:
        resolver = self.resolver
        if raw.form is not ImportForm.STYLE:
            return resolver.resolve(path, raw.specifier)
        name = raw.specifier.removeprefix("~").split("?", 1)[0]
        target = clean_path(join(dirname(path), name))
        found = resolver.lookup_style(target) if target else None
        if found is not None:
            return Resolution(path=found)
        if not name.startswith((".", "@/", "/")):
            return Resolution() if suffix_of(path) != ".css" else resolver.resolve(path, name)
        return resolver.resolve(path, name)

    def _is_tolerated(self, raw: RawImport, ref: ImportRef) -> bool:
        """Whether an import may lead nowhere in this snapshot and still not fail the build."""
        if ref.wanted is not None and self.written.covers(ref.wanted):
            return True
        if raw.form is ImportForm.STYLE and raw.guarded:
            return self.resolver.kind not in WEBPACK
        return raw.guarded

    def _erased(self, path: str, source: bytes, imports: list[RawImport]) -> frozenset[RawImport]:
        """Those imports that the compiler drops, because they bind only types."""
        suffix = suffix_of(path)
        if suffix not in {".ts", ".tsx", ".mts", ".cts"}:
            return frozenset()
        if self.resolver.paths_of(path).keeps_types:
            return frozenset()
        names = frozenset(name for raw in imports for name in raw.names)
        if not names:
            return frozenset()
        used = used_as_values(Syntax(source, tsx=suffix == ".tsx"), names)
        return frozenset(raw for raw in imports if raw.names and not used & set(raw.names))

    def facts(self, entries: frozenset[str]) -> CodeFacts:
        """Everything that was found, in order of file and line."""
        client = client_files(self.resolver, self.files, self.refs, entries)
        replaced = self.resolver.bundler.replaced
        reads = [
            EnvRead(
                name=read.name,
                file=path,
                line=read.line,
                form=read.form,
                fallback=read.fallback,
                module_scope=read.module_scope,
                client=path in client,
            )
            for path, facts in self.files.items()
            for read in facts.reads
            if read.name not in replaced or path in self.resolver.bundler.files
        ]
        reads.extend(self._called_reads(client))
        reads.extend(self._schema_reads())
        return CodeFacts(
            env_reads=tuple(sorted(reads, key=lambda r: (r.file, r.line, r.name or ""))),
            imports=tuple(sorted(set(self.refs), key=_position)),
            reachable=frozenset(self.reachable),
            unresolved=tuple(sorted(set(self.missing), key=_position)),
            unreadable=tuple(sorted(self.unreadable)),
            entries=entries,
        )

    def _called_reads(self, client: frozenset[str]) -> list[EnvRead]:
        """Reads by helpers, at the calls that name the variable."""
        helpers = {(path, h.name): h for path, facts in self.files.items() for h in facts.helpers}
        if not helpers:
            return []
        found: list[EnvRead] = []
        for path, facts in self.files.items():
            for call in facts.calls:
                origin = self.bound.get((path, call.callee), path)
                helper = helpers.get((origin, call.callee))
                if helper is None:
                    continue
                found.append(
                    EnvRead(
                        name=call.name,
                        file=path,
                        line=call.line,
                        form="helper",
                        fallback=call.fallback or helper.fallback,
                        module_scope=call.module_scope,
                        client=path in client,
                    )
                )
        return found

    def _schema_reads(self) -> list[EnvRead]:
        found: list[EnvRead] = []
        for path in self.resolver.tree:
            if path.endswith(".prisma") and not _SKIPPED.search(path):
                text = (self.resolver.tree.text(path) or "")[:MAX_FILE_BYTES]
                found.extend(
                    EnvRead(
                        name=match.group(1),
                        file=path,
                        line=text.count("\n", 0, match.start()) + 1,
                        form="config",
                    )
                    for match in _PRISMA_READ.finditer(text)
                )
        return found


def _ref(path: str, raw: RawImport, resolution: Resolution) -> ImportRef:
    return ImportRef(
        file=path,
        line=raw.line,
        specifier=raw.specifier,
        resolved=resolution.path,
        package=resolution.package,
        type_only=raw.type_only or raw.inline_types,
        wanted=resolution.wanted,
    )


def _position(ref: ImportRef) -> tuple[str, int, str, str]:
    return (ref.file, ref.line, ref.specifier, ref.resolved or "")


def _is_minified(source: bytes) -> bool:
    """Whether a file is machine-made: long, with hardly a line break."""
    return len(source) > 32768 and len(source) / (source.count(b"\n") + 1) > 1000


def near_spelling(tree: SourceTree, path: str) -> str | None:
    """A file whose path equals the given one but for case; extensions may be left out.

    None if there is none, or if the path itself leads to a file.
    """
    index = [f"/index{extension}" for extension in MODULE_EXTENSIONS]
    endings = ("", *MODULE_EXTENSIONS, *sorted(COMPONENTS | STYLES), *index)
    if any(path + ending in tree for ending in endings):
        return None
    wanted = {(path + ending).lower(): rank for rank, ending in enumerate(endings)}
    found = [(wanted[p.lower()], p) for p in tree if p.lower() in wanted]
    return min(found)[1] if found else None


def import_chain(facts: CodeFacts, target_file: str) -> tuple[str, ...]:
    """The shortest way from an entry to a file, both included; empty if none leads there."""
    if target_file not in facts.reachable:
        return ()
    importers: dict[str, list[str]] = {}
    for ref in facts.imports:
        if ref.resolved is not None and not ref.type_only and ref.file in facts.reachable:
            importers.setdefault(ref.resolved, []).append(ref.file)
    towards: dict[str, str | None] = {target_file: None}
    queue = deque([target_file])
    while queue:
        here = queue.popleft()
        if here in facts.entries:
            chain = [here]
            following = towards[here]
            while following is not None:
                chain.append(following)
                following = towards[following]
            return tuple(chain)
        for importer in importers.get(here, ()):
            if importer not in towards:
                towards[importer] = here
                queue.append(importer)
    return ()
