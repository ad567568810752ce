"""One file of source code as facts, whatever kind of file it is."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from verifier.intake.code_env import RawRead, read_env, read_env_and_helpers
from verifier.intake.code_env_calls import RawCall, RawHelper, read_calls
from verifier.intake.code_imports import RawImport, read_imports
from verifier.intake.code_scripts import (
    Block,
    Parts,
    read_document,
    read_style,
    split_component,
    split_page,
)
from verifier.intake.code_sdk import read_sdks
from verifier.intake.code_syntax import Syntax, string_of

MODULES: Final = frozenset({".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts"})
COMPONENTS: Final = frozenset({".vue", ".svelte", ".astro"})
STYLES: Final = frozenset({".css", ".scss", ".sass", ".less", ".pcss", ".styl"})
PAGES: Final = frozenset({".html", ".htm"})
DOCUMENTS: Final = frozenset({".mdx"})
READABLE: Final = MODULES | COMPONENTS | STYLES | PAGES | DOCUMENTS

_PLAIN_TS: Final = frozenset({".ts", ".mts", ".cts"})
_CONFIG: Final = re.compile(r"\.config\.\w+$")
_CONFLICT: Final = (b"\n<<<<<<< ", b"\n=======", b"\n>>>>>>> ")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """What one file says.

    use_client, use_server: its directive. server_only: it declares itself unfit for browsers.
    broken: it is no program, so that its facts are not to be relied on. has_error: a part of it
    is none.
    """

    imports: tuple[RawImport, ...] = ()
    reads: tuple[RawRead, ...] = ()
    helpers: tuple[RawHelper, ...] = ()
    calls: tuple[RawCall, ...] = ()
    use_client: bool = False
    use_server: bool = False
    server_only: bool = False
    broken: bool = False
    has_error: bool = False


def suffix_of(path: str) -> str:
    """The extension of a path with its dot, in lower case."""
    name = path.rsplit("/", 1)[-1]
    dot = name.rfind(".")
    return name[dot:].lower() if dot > 0 else ""


def parse_file(path: str, source: bytes) -> FileFacts:
    """The facts of a file, by its extension; nothing for files that hold no code."""
    suffix = suffix_of(path)
    if suffix in MODULES:
        return _module(path, Syntax(source, tsx=suffix not in _PLAIN_TS))
    text = source.decode("utf-8", errors="replace") if suffix in READABLE else ""
    if suffix in STYLES:
        return FileFacts(imports=read_style(text))
    if suffix in PAGES:
        return _parts(split_page(text))
    if suffix in DOCUMENTS:
        return _parts(Parts(blocks=(read_document(text),)))
    return _parts(split_component(text, suffix)) if suffix in COMPONENTS else FileFacts()


def _module(path: str, syntax: Syntax) -> FileFacts:
    imports = read_imports(syntax)
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return FileFacts(imports=tuple(replace(i, type_only=True) for i in imports))
    directives = _directives(syntax)
    reads, helpers = read_env_and_helpers(syntax, is_config=_CONFIG.search(path) is not None)
    sdks = tuple(
        RawRead(name=s.name, line=s.line, form="sdk", module_scope=s.module_scope)
        for s in read_sdks(syntax)
    )
    return FileFacts(
        imports=imports,
        reads=(*reads, *sdks),
        helpers=helpers,
        calls=read_calls(syntax),
        use_client="use client" in directives,
        use_server="use server" in directives,
        server_only=any(i.specifier == "server-only" for i in imports),
        broken=syntax.is_broken or all(mark in b"\n" + syntax.source for mark in _CONFLICT),
        has_error=syntax.has_error,
    )


def _directives(syntax: Syntax) -> frozenset[str]:
    found: set[str] = set()
    for node in syntax.root.children[:50]:
        if node.type in {"comment", "hash_bang_line"}:
            continue
        value = string_of(node.named_children[0]) if node.type == "expression_statement" else None
        if value is None:
            break
        found.add(value)
    return frozenset(found)


def _parts(parts: Parts) -> FileFacts:
    imports = list(parts.references)
    reads = [RawRead(name=name, line=line, form=form) for form, name, line in parts.template_reads]
    calls: list[RawCall] = []
    has_error = False
    for block in parts.blocks:
        found = _block(block)
        imports.extend(found.imports)
        reads.extend(found.reads)
        calls.extend(replace(c, line=c.line + block.line) for c in found.calls)
        has_error = has_error or found.has_error
    return FileFacts(
        imports=tuple(imports), reads=tuple(reads), calls=tuple(calls), has_error=has_error
    )


def _block(block: Block) -> FileFacts:
    syntax = Syntax(block.text.encode(), tsx=block.tsx)
    imports = (replace(i, line=i.line + block.line) for i in read_imports(syntax))
    reads = (
        replace(r, line=r.line + block.line, module_scope=r.module_scope and not block.instance)
        for r in read_env(syntax)
    )
    return FileFacts(
        imports=tuple(imports),
        reads=tuple(reads),
        calls=read_calls(syntax),
        has_error=syntax.has_error,
    )
