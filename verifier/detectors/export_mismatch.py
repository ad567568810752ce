"""An import asks a module of the project for a name that the module does not export.

What it detects:
    A default import of a module that exports by name, a named import of a default export, or a
    name that differs from the exported one by little, where a build stopped at such an import.

Why it breaks the deployment:
    A bundler has to bind every import. A development server serves modules as they are asked for,
    and shows the error only to whoever opens the page that needs the name.

Example:
    `import Header from './Header'`, where Header.tsx says `export function Header`.

Remedy:
    Import what the module exports, at the place that imports it.

Sources:
    Rollup, esbuild, webpack, Turbopack and TypeScript, messages about names that are not
    exported; a build with Vite 5, seen 2026-11-25.

"""

from __future__ import annotations

import difflib
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, place_of, quoted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._syntax import line_of, nodes, parsed, spliced, string_of, text_of
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern

ID: Final = "export-mismatch"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A module does not export what is imported from it"

_MODULE: Final = re.compile(r"(?<!\.d)\.[cm]?[jt]sx?$")
_COMMONJS: Final = re.compile(r"\bmodule\.exports\b|\bexports\.\w+\s*=")
_DEFAULT: Final = "default"
_CLOSE: Final = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exports:
    """What a module exports. default: the name of its default export, "" for one without."""

    default: str | None
    named: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clause:
    """One import statement: where its clause stands, and what it binds.

    named: imported name and the name it gets here, `type` markers included in the latter.
    """

    line: int
    start: int
    end: int
    specifier: str
    default: str | None
    named: tuple[tuple[str, str], ...]
    is_type: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mismatch:
    """A name that is not exported, what the module says instead, and the clause as it should be."""

    name: str
    said: str
    target: str
    clause: str


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per import that asks for another name, where the build stopped at one."""
    blocks = blocks_of(evidence, "export-missing")
    if not blocks:
        return ()
    named: dict[str, EvidenceItem] = {}
    for block in blocks:
        place = place_of(evidence, block)
        if place is not None:
            named.setdefault(place.file, quoted(evidence, block.lines[0]))
    if not any(True for file in named for _ in _mismatches(evidence, file)):
        return ()
    # A bundler stops at the first; others that the build reaches would show one after the other.
    files = sorted(evidence.project.code.reachable | named.keys(), key=lambda f: f not in named)
    return tuple(
        _finding(file, clause, found, named.get(file))
        for file in files
        for clause, found in _mismatches(evidence, file)
    )


def _mismatches(evidence: Evidence, file: str) -> Iterator[tuple[_Clause, _Mismatch]]:
    source = evidence.recipe.source
    text = source.text(file) if _MODULE.search(file) else None
    if text is None:
        return
    targets = {
        ref.specifier: ref.resolved
        for ref in evidence.project.code.imports
        if ref.file == file and ref.resolved is not None
    }
    for clause in _clauses(file, text):
        target = targets.get(clause.specifier)
        body = source.text(target) if target is not None and _MODULE.search(target) else None
        if target is None or body is None:
            continue
        exports = _exports(target, body)
        found = None if exports is None else _mismatch(clause, target, exports)
        if found is not None:
            yield clause, found


def _finding(file: str, clause: _Clause, found: _Mismatch, said: EvidenceItem | None) -> Finding:
    place = Location(file=file, line=clause.line)
    old, new = (clause.start, clause.end), found.clause

    def edit(text: str) -> str | None:
        same = next((c for c in _clauses(file, text) if (c.start, c.end) == old), None)
        # Another repair of this file may have moved the statement; then it is looked for again.
        same = same or next((c for c in _clauses(file, text) if _is_same(c, clause)), None)
        return None if same is None else spliced(text, (same.start, same.end, new))

    fix = remedy(
        ID,
        PATTERN,
        found.name,
        summary=f"Write `import {found.clause} from '{clause.specifier}'` at {place}",
        repair=editing(file, edit),
        stands_for="imported under a name that is not exported",
        places=(place,),
        tag=f"{file}:{found.target}",
    )
    return accusation(
        ID,
        PATTERN,
        found.name,
        summary=f"{file} imports {found.name} from {found.target}, which {found.said}",
        items=(
            *(() if said is None else (said,)),
            seen_in(file, f"imports {found.name}", clause.line),
            seen_in(found.target, found.said),
        ),
        weight=0.9 if said is not None else 0.4,
        places=(place, Location(file=found.target)),
        remedies=(fix,),
    )


def _is_same(one: _Clause, other: _Clause) -> bool:
    return (one.specifier, one.default, one.named) == (
        other.specifier,
        other.default,
        other.named,
    )


def _mismatch(clause: _Clause, target: str, exports: _Exports) -> _Mismatch | None:
    """The import as it should read; None if it is right, or nobody can tell what was meant."""
    default, named = clause.default, list(clause.named)
    name = said = ""
    if default is not None and exports.default is None:
        meant = default if default in exports.named else _only(exports.named)
        if meant is None:
            return None
        name, said = default, f"has no default export but exports {meant}"
        named.insert(0, (meant, default))
        default = None
    for pair in clause.named:
        wanted, here = pair
        if wanted in exports.named or wanted == _DEFAULT:
            continue
        stem = posixpath.basename(target).partition(".")[0]
        own = here.removeprefix("type ")
        if exports.default is not None and default is None and wanted in {exports.default, stem}:
            default = own
            named.remove(pair)
            said = said or "exports it as its default"
        elif meant := _close(wanted, exports.named):
            named[named.index(pair)] = (meant, here)
            said = said or f"exports {meant}"
        else:
            return None
        name = name or wanted
    if not name:
        return None
    return _Mismatch(name=name, said=said, target=target, clause=_written(clause, default, named))


def _written(clause: _Clause, default: str | None, named: list[tuple[str, str]]) -> str:
    parts = [] if default is None else [default]
    if named:
        parts.append("{ " + ", ".join(_specifier(*pair) for pair in named) + " }")
    return ("type " if clause.is_type else "") + ", ".join(parts)


def _specifier(wanted: str, here: str) -> str:
    kind = "type " if here.startswith("type ") else ""
    own = here.removeprefix("type ")
    return f"{kind}{wanted}" if own == wanted else f"{kind}{wanted} as {own}"


def _only(names: frozenset[str]) -> str | None:
    return next(iter(names)) if len(names) == 1 else None


def _close(wanted: str, names: frozenset[str]) -> str | None:
    """The one exported name that differs from the wanted one by little."""
    same = [n for n in names if n.lower() == wanted.lower()]
    found = same or difflib.get_close_matches(wanted, sorted(names), n=2, cutoff=_CLOSE)
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=512)
def _clauses(path: str, text: str) -> tuple[_Clause, ...]:
    tree = parsed(path, text)
    if tree is None or tree.root_node.has_error:
        return ()
    made = []
    for node in tree.root_node.named_children:
        specifier = (
            string_of(node.child_by_field_name("source"))
            if node.type == "import_statement"
            else None
        )
        clause = next((c for c in node.named_children if c.type == "import_clause"), None)
        if specifier is None or clause is None:
            continue
        if any(c.type == "namespace_import" for c in clause.named_children):
            continue
        default = next((text_of(c) for c in clause.named_children if c.type == "identifier"), None)
        is_type = any(text_of(c) == "type" for c in node.children)
        start = clause.start_byte
        if is_type:
            start = next(c.start_byte for c in node.children if text_of(c) == "type")
        made.append(
            _Clause(
                line=line_of(node),
                start=start,
                end=clause.end_byte,
                specifier=specifier,
                default=default,
                named=tuple(_pairs(clause)),
                is_type=is_type,
            )
        )
    return tuple(made)


def _pairs(clause: Node) -> Iterator[tuple[str, str]]:
    for node in nodes(clause, "import_specifier"):
        wanted = text_of(node.child_by_field_name("name"))
        here = text_of(node.child_by_field_name("alias")) or wanted
        kind = "type " if any(text_of(c) == "type" for c in node.children[:1]) else ""
        yield wanted, f"{kind}{here}"


@lru_cache(maxsize=512)
def _exports(path: str, text: str) -> _Exports | None:
    """What a module exports, None where reading it does not tell."""
    tree = parsed(path, text)
    if tree is None or tree.root_node.has_error or _COMMONJS.search(text):
        return None
    default: str | None = None
    named: set[str] = set()
    for node in tree.root_node.named_children:
        if node.type != "export_statement":
            continue
        kinds = {c.type for c in node.children}
        if _DEFAULT in kinds:
            value = node.child_by_field_name("declaration") or node.child_by_field_name("value")
            own = None if value is None else value.child_by_field_name("name")
            default = text_of(own) or (
                text_of(value) if value is not None and value.type == "identifier" else ""
            )
            continue
        if "*" in kinds or "=" in kinds:
            return None
        for one in nodes(node, "namespace_export"):
            named.update(text_of(c) for c in one.named_children)
        for one in nodes(node, "export_specifier"):
            own = one.child_by_field_name("alias") or one.child_by_field_name("name")
            if text_of(own) == _DEFAULT:
                default = text_of(one.child_by_field_name("name"))
            else:
                named.add(text_of(own))
        declared = node.child_by_field_name("declaration")
        if declared is not None:
            names = _declared(declared)
            if names is None:
                return None
            named |= names
    return _Exports(default=default, named=frozenset(named))


def _declared(node: Node) -> set[str] | None:
    """Names that a declaration binds, None for patterns that are not worth taking apart."""
    own = node.child_by_field_name("name")
    if own is not None:
        return {text_of(own)}
    found = set()
    for one in node.named_children:
        name = one.child_by_field_name("name") if one.type == "variable_declarator" else None
        if name is None or name.type != "identifier":
            return None
        found.add(text_of(name))
    return found
