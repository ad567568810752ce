"""An import asks a module for a name that it does not export.

What it detects:
    A bundler, compiler or Node.js that does not find a name in the module it is imported from: a
    default export that became a named one or the reverse, a name that was changed in one place
    only, an export that is on the laptop and not committed, a package in another version, or the
    component that Create React App makes of an SVG file and other bundlers do not.

Why it breaks the deployment:
    Development servers load modules one by one and late; a build links all of them.

Example:
    `"Chart" is not exported by "src/Chart.jsx", imported by "src/App.jsx"`: the file has a default
    export.

Remedy:
    Import what the module exports, commit the changed module, or pin the package's version.

Sources:
    ECMAScript, module linking; Rollup documentation, errors, seen 2026-11.

"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    blocks_of,
    place_of,
    quoted,
    seen_in,
    suspects_about,
)
from verifier.detectors._edits import editing
from verifier.detectors._svg_imports import COMPONENT, as_image
from verifier.detectors._syntax import nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.observation import ErrorBlock
from verifier.model.project import ImportRef

ID: Final = "missing-export"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A module does not export what is imported from it"

_DEFAULT: Final = "default"
_CLOSE: Final = 0.75
_REST: Final = re.compile(r"\bexport\s*\*")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exports:
    """Names a module exports; default: the name of its default export, empty if it has no name."""

    names: tuple[str, ...]
    has_default: bool
    default: str
    is_open: bool


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per import of a name that its module lacks."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "export-missing"):
        made = _finding(evidence, block)
        if made is not None:
            found.setdefault(made.subject, made)
    return tuple(found.values())


def _finding(evidence: Evidence, block: ErrorBlock) -> Finding | None:
    name = block.signature.subject
    ref = _import_of(evidence, name, block)
    if not name or ref is None:
        return None
    item = quoted(evidence, next((t for t in block.lines if name in t), block.lines[0]))
    place = Location(file=ref.file, line=ref.line)
    if ref.resolved is None:
        package = ref.package or ref.specifier
        return accusation(
            ID,
            PATTERN,
            package,
            summary=f"{package} does not export {name}, which {ref.file} imports",
            items=(item, seen_in(ref.file, f"imports {name} from {package!r}", ref.line)),
            places=(place,),
            suspects=(
                *suspects_about(evidence, "version", package, 0.8),
                *suspects_about(evidence, "package", package, 0.5),
            ),
        )
    changed = suspects_about(evidence, "file", ref.resolved, 0.9)
    fix = None if changed else _remedy(evidence, name, ref)
    return accusation(
        ID,
        PATTERN,
        ref.resolved,
        summary=f"{ref.resolved} does not export {name}, which {ref.file} imports",
        items=(item, seen_in(ref.file, f"imports {name} from {ref.specifier!r}", ref.line)),
        weight=0.8,
        places=(place, Location(file=ref.resolved)),
        suspects=changed,
        remedies=() if fix is None else (fix,),
    )


def _import_of(evidence: Evidence, name: str, block: ErrorBlock) -> ImportRef | None:
    """The import that asks for the name, in the file that the failure names where it names one."""
    place = place_of(evidence, block)
    text = "\n".join(block.lines)
    asking = []
    for ref in evidence.project.code.imports:
        source = evidence.recipe.source.text(ref.file)
        if source is not None and name in _asked(ref, source):
            asking.append(ref)
    named = [r for r in asking if r.specifier in text or (r.resolved and r.resolved in text)]
    here = [r for r in asking if place is not None and r.file == place.file]
    both = [r for r in named if r in here]
    return next(iter(both or named or here or (asking if len(asking) == 1 else ())), None)


def _statement(ref: ImportRef, text: str) -> Node | None:
    tree = parsed(ref.file, text)
    for node in nodes(tree.root_node, "import_statement") if tree is not None else ():
        source = text_of(node.child_by_field_name("source")).strip("'\"")
        rows = range(node.start_point.row + 1, node.end_point.row + 2)
        if source == ref.specifier and ref.line in rows:
            return node
    return None


def _asked(ref: ImportRef, text: str) -> frozenset[str]:
    """Names that one import asks its module for."""
    statement = _statement(ref, text)
    if statement is None:
        return frozenset()
    names = {text_of(n.child_by_field_name("name")) for n in nodes(statement, "import_specifier")}
    if _default_name(statement) is not None:
        names.add(_DEFAULT)
    return frozenset(names)


def _default_name(statement: Node) -> Node | None:
    clause = next((n for n in statement.named_children if n.type == "import_clause"), None)
    inside = clause.named_children if clause is not None else []
    return next((n for n in inside if n.type == "identifier"), None)


def _exports(path: str, text: str) -> _Exports | None:
    tree = parsed(path, text)
    if tree is None:
        return None
    names: list[str] = []
    default, has_default = "", False
    for node in nodes(tree.root_node, "export_statement"):
        kinds = {c.type for c in node.children}
        if "default" in kinds:
            has_default = True
            value = node.child_by_field_name("value") or node.child_by_field_name("declaration")
            named = value.child_by_field_name("name") if value is not None else None
            plain = value is not None and value.type == "identifier"
            default = text_of(value if plain else named)
            continue
        for inner in nodes(node, "export_specifier"):
            shown = inner.child_by_field_name("alias") or inner.child_by_field_name("name")
            names.append(text_of(shown))
        declared = node.child_by_field_name("declaration")
        if declared is not None:
            own = declared.child_by_field_name("name")
            names += [text_of(own)] if own is not None else []
            names += [
                text_of(d.child_by_field_name("name"))
                for d in declared.named_children
                if d.type == "variable_declarator"
            ]
    if _DEFAULT in names:
        has_default = True
    kept = tuple(dict.fromkeys(n for n in names if n and n != _DEFAULT))
    return _Exports(
        names=kept, has_default=has_default, default=default, is_open=bool(_REST.search(text))
    )


def _remedy(evidence: Evidence, name: str, ref: ImportRef) -> Change | None:
    """The import spelt as the module exports it, None where that is not beyond doubt."""
    source = evidence.recipe.source
    target = ref.resolved or ""
    image = as_image(ref) if name == COMPONENT else None
    if image is not None and image(source.text(ref.file) or "") is not None:
        return remedy(
            ID,
            PATTERN,
            target,
            summary=f"Show {target} as an image in {ref.file}; only a plugin such as svgr makes a"
            " component of it",
            repair=editing(ref.file, image),
            stands_for="asked for a component, which the bundler does not make",
            places=(Location(file=ref.file, line=ref.line),),
            tag="image",
        )
    exports = _exports(target, source.text(target) or "")
    if exports is None:
        return None
    edit = _to_named(ref, exports) if name == _DEFAULT else _to_other(ref, name, exports)
    if edit is None or edit(source.text(ref.file) or "") is None:
        return None
    return remedy(
        ID,
        PATTERN,
        target,
        summary=f"Import from {ref.specifier!r} in {ref.file} what {target} exports",
        repair=editing(ref.file, edit),
        stands_for=f"asked for {name}, which it does not export",
        places=(Location(file=ref.file, line=ref.line),),
    )


def _to_named(ref: ImportRef, exports: _Exports) -> Callable[[str], str | None] | None:
    """An import of a default that is not there, turned into one of the name it must mean."""

    def edit(text: str) -> str | None:
        statement = _statement(ref, text)
        bound = None if statement is None else _default_name(statement)
        if statement is None or bound is None:
            return None
        wanted = text_of(bound)
        meant = wanted if wanted in exports.names else None
        if meant is None and len(exports.names) == 1:
            meant = exports.names[0]
        if meant is None:
            return None
        word = wanted if meant == wanted else f"{meant} as {wanted}"
        others = next((n for n in nodes(statement, "named_imports")), None)
        if others is None:
            return spliced(text, (bound.start_byte, bound.end_byte, f"{{ {word} }}"))
        return spliced(
            text,
            (bound.start_byte, others.start_byte, ""),
            (others.start_byte, others.start_byte + 1, f"{{ {word},"),
        )

    return edit


def _to_other(ref: ImportRef, name: str, exports: _Exports) -> Callable[[str], str | None] | None:
    """An import of a name that is not there, turned into the default or the name that is alike."""
    stem = re.sub(r"\.\w+$", "", (ref.resolved or "").rpartition("/")[2])
    is_default = exports.has_default and (
        exports.default == name or stem.lower() == name.lower() or not exports.names
    )
    close = difflib.get_close_matches(name, exports.names, n=1, cutoff=_CLOSE)
    if not is_default and (not close or exports.is_open):
        return None

    def edit(text: str) -> str | None:
        statement = _statement(ref, text)
        specifier = next(
            (
                n
                for n in (nodes(statement, "import_specifier") if statement is not None else ())
                if text_of(n.child_by_field_name("name")) == name
            ),
            None,
        )
        if statement is None or specifier is None:
            return None
        alias = specifier.child_by_field_name("alias")
        bound = text_of(alias) if alias is not None else name
        if not is_default:
            return spliced(
                text, (specifier.start_byte, specifier.end_byte, f"{close[0]} as {bound}")
            )
        named = next(nodes(statement, "named_imports"))
        alone = sum(n.type == "import_specifier" for n in named.named_children) == 1
        if alone and _default_name(statement) is None:
            return spliced(text, (named.start_byte, named.end_byte, bound))
        return spliced(text, (specifier.start_byte, specifier.end_byte, f"default as {bound}"))

    return edit
