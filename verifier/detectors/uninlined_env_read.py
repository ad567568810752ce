"""Client code reads a public variable in a form that its bundler does not replace.

What it detects:
    A variable that is set and has the public prefix, and that client code takes out of the
    environment by a computed name, by destructuring, as part of the whole object, or from another
    bundler's object. It is proved where a script of the client output holds the name and none of
    them the value.

Why it breaks the deployment:
    A bundler does not give client code an environment: it replaces the text of a literal read such
    as `process.env.NEXT_PUBLIC_NAME`. Any other form finds an empty object in the browser, while
    the same code on the server, where pages are rendered first, is right.

Example:
    `const { NEXT_PUBLIC_API } = process.env`, or a helper with `process.env[name]`, imported by a
    client component: `undefined` in every browser.

Remedy:
    Read each public variable literally, at the place or in a table that the helper looks it up in.

Sources:
    Next.js documentation, bundling environment variables for the browser; Vite documentation, env
    variables and modes; builds seen 2026-11-25.

"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._client import (
    client_files,
    client_reads,
    exposed_prefixes,
    hits,
    is_searchable,
    scripts_among,
    value_hits,
)
from verifier.detectors._clues import failed, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._environment import is_aside, is_provided, readable_value
from verifier.detectors._syntax import (
    around,
    line_of,
    nodes,
    parsed,
    spliced,
    string_of,
    text_of,
)
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern, Severity
from verifier.model.project import CodeFacts, EnvRead, Project
from verifier.model.source import SourceTree

ID: Final = "uninlined-env-read"
PATTERN: Final = Pattern.ENVIRONMENT
TITLE: Final = "A public variable is read in a form that bundlers do not replace"

_PROCESS: Final = "process.env"
_META: Final = "import.meta.env"
_FORMS: Final[Mapping[str, str]] = {
    "nextjs": _PROCESS,
    "gatsby": _PROCESS,
    "create-react-app": _PROCESS,
    "vue": _PROCESS,
    "vite": _META,
}
"""The object whose literal members each framework's bundler replaces."""
_WHOLE: Final = frozenset({"create-react-app", "vue", "vite"})
"""Frameworks whose bundler replaces that object as such, too."""
_ENV: Final = re.compile(r"^(?:globalThis\.|window\.)?(?:process\??\.env|import\.meta\.env|env)$")
_TABLE: Final = "Object.assign({}, process.env, "
_MOST: Final = 40
"""Variables looked at; a client that reads more of them reads them from a table anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Use:
    """One variable, and where and how client code takes it out of the environment."""

    name: str
    file: str
    line: int
    said: str


def markers(project: Project) -> Mapping[str, str]:
    """Names of the variables in question: a name in a script without its value lacks it."""
    return {f"text:{use.name}": use.name for use in _uses(project, project.committed)}


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per public variable that is set and that no script of the output has got."""
    if failed(evidence):
        return ()
    found: dict[str, Finding] = {}
    for use in _uses(evidence.project, evidence.clean.source):
        value = readable_value(evidence, use.name)
        if use.name in found or value is None or not value.reveal():
            continue
        if scripts_among(value_hits(evidence, use.name)):
            continue
        named = scripts_among(hits(evidence, use.name))
        is_proved = bool(named) and is_searchable(value.reveal())
        if named:
            found[use.name] = _finding(evidence, use, named, is_proved=is_proved)
    return tuple(found.values())


def _uses(project: Project, tree: SourceTree) -> tuple[_Use, ...]:
    form = _FORMS.get(project.framework or "")
    if form is None:
        return ()
    prefixes = exposed_prefixes(project)
    found: dict[str, _Use] = {}
    for use in (*_named(project, tree, form), *_computed(project, tree)):
        if use.name.startswith(prefixes) and not is_provided(use.name) and len(found) < _MOST:
            found.setdefault(use.name, use)
    return tuple(found.values())


def _is_client(code: CodeFacts, read: EnvRead) -> bool:
    return read.client and read.file in code.reachable and not is_aside(read.file)


def _named(project: Project, tree: SourceTree, form: str) -> Iterator[_Use]:
    """Reads of a known name whose text is not the one that the bundler replaces."""
    whole = project.framework in _WHOLE
    for read in project.code.env_reads:
        if read.name is None or not _is_client(project.code, read):
            continue
        if read.form in {"config", "helper", "sdk"}:
            continue
        lines = (tree.text(read.file) or "").split("\n")
        text = lines[read.line - 1] if 0 < read.line <= len(lines) else ""
        if _is_literal(text, form, read.name):
            continue
        source = _source_of(tree, read)
        if source is None or (whole and source == form):
            continue
        yield _Use(name=read.name, file=read.file, line=read.line, said=f"takes it from {source}")


def _is_literal(text: str, form: str, name: str) -> bool:
    """Whether a line reads the variable as a member of the object that the bundler knows."""
    before = r"(?<![\w.?\]])" + re.escape(form) + r"(?:!?\.|\?\.|!?\[[\"'`])"
    return re.search(rf"{before}{re.escape(name)}\b", text) is not None


def _source_of(tree: SourceTree, read: EnvRead) -> str | None:
    """The object a read takes its variable from, None where it is no environment object."""
    text = tree.text(read.file)
    syntax = None if text is None else parsed(read.file, text)
    if syntax is None or read.name is None:
        return None
    for node in _reading(syntax.root_node, read.name):
        if line_of(node) == read.line or node.type == "object_pattern":
            return _object_text(node)
    if read.form == "validator" and _PROCESS in (text or ""):
        return f"the whole of {_PROCESS}" if list(_mentions(syntax.root_node)) else None
    return None


def _reading(root: Node, name: str) -> Iterator[Node]:
    """Members of an environment object of that name, and patterns that take it out of one."""
    for node in nodes(root, "member_expression", "subscript_expression"):
        key = node.child_by_field_name("property") or node.child_by_field_name("index")
        told = string_of(key) if node.type == "subscript_expression" else text_of(key)
        if told == name and _ENV.match(_object_text(node)):
            yield node
    for node in nodes(root, "object_pattern"):
        if name in _taken(node) and _ENV.match(_object_text(node)):
            yield node


def _taken(pattern: Node) -> dict[str, Node]:
    """Variables that a pattern takes, by name; only plain ones."""
    return {
        text_of(item): item
        for item in pattern.named_children
        if item.type == "shorthand_property_identifier_pattern"
    }


def _object_text(node: Node) -> str:
    """The text of the object that a member is of, or that a pattern takes apart."""
    if node.type == "object_pattern":
        parent = node.parent
        value = parent.child_by_field_name("value") if parent is not None else None
        return text_of(value) if parent is not None and value != node else ""
    return text_of(node.child_by_field_name("object"))


def _computed(project: Project, tree: SourceTree) -> Iterator[_Use]:
    """Names written as texts in client code, where client code reads by a computed name."""
    if project.framework in _WHOLE:
        return
    code = project.code
    reads = [r for r in code.env_reads if r.name is None and _is_client(code, r)]
    places = [r for r in reads if _has_mention(tree, r.file)]
    if not places:
        return
    said = "reads it by a computed name"
    prefix = "|".join(map(re.escape, exposed_prefixes(project)))
    pattern = re.compile(rf"""["'`]((?:{prefix})\w+)["'`]""")
    for file in sorted(client_files(project, tree) & code.reachable):
        for line in (tree.text(file) or "").split("\n"):
            for match in pattern.finditer(line):
                yield _Use(name=match[1], file=places[0].file, line=places[0].line, said=said)


def _has_mention(tree: SourceTree, file: str) -> bool:
    syntax = parsed(file, tree.text(file) or "")
    return syntax is not None and any(_mentions(syntax.root_node))


def _mentions(root: Node) -> Iterator[Node]:
    """Mentions of the whole environment: those looked into by a computed name, then others."""
    handed_on = []
    for node in nodes(root, "member_expression"):
        parent = node.parent
        if text_of(node) != _PROCESS or parent is None:
            continue
        if parent.type == "subscript_expression" and parent.child_by_field_name("object") == node:
            if string_of(parent.child_by_field_name("index")) is None:
                yield node
        elif parent.type in {"arguments", "pair", "spread_element"}:
            handed_on.append(node)
    yield from handed_on


def _finding(evidence: Evidence, use: _Use, files: tuple[str, ...], *, is_proved: bool) -> Finding:
    items = [seen_in(use.file, use.said, use.line)]
    items += [seen_in(file, f"holds the name {use.name}, not its value") for file in files[:2]]
    readers = [r for r in client_reads(evidence) if r.name == use.name]
    places = [Location(file=use.file, line=use.line)]
    places += [Location(file=r.file, line=r.line) for r in readers]
    places += _written(evidence, use.name)
    return accusation(
        ID,
        PATTERN,
        use.name,
        summary=(
            f"{use.name} is set, but undefined in the browser: {use.file}:{use.line} "
            f"{use.said}, and the bundler replaces literal reads only"
        ),
        items=items,
        weight=0.8 if is_proved else 0.3,
        places=places,
        remedies=(_remedy(evidence, use),),
        severity=Severity.ERROR if is_proved else Severity.WARNING,
    )


def _written(evidence: Evidence, name: str) -> list[Location]:
    """Places of client code that hold the name as a text."""
    found = []
    for file in sorted(client_files(evidence.project, evidence.clean.source)):
        text = evidence.clean.source.text(file) or ""
        for number, line in enumerate(text.split("\n"), start=1):
            if re.search(rf"""["'`]{re.escape(name)}["'`]""", line):
                found.append(Location(file=file, line=number))
    return found


def _remedy(evidence: Evidence, use: _Use) -> Change:
    form = _FORMS[evidence.project.framework or ""]
    place = Location(file=use.file, line=use.line)
    return remedy(
        ID,
        PATTERN,
        use.name,
        summary=f"Read {form}.{use.name} literally at {place}",
        repair=editing(use.file, partial(_literally, use.file, use.name, form)),
        stands_for="read in a form that the bundler does not replace",
        places=(place,),
    )


def _literally(file: str, name: str, form: str, text: str) -> str | None:
    """The module with one variable read literally, None where it cannot be done."""
    syntax = parsed(file, text)
    if syntax is None:
        return None
    literal = f"{form}.{name}"
    for node in _reading(syntax.root_node, name):
        if node.type == "object_pattern":
            return _taken_out(text, node, name, literal)
        if text_of(node) not in {literal, f"{form}?.{name}"}:
            return spliced(text, (node.start_byte, node.end_byte, literal))
    for node in _mentions(syntax.root_node):
        return spliced(text, _in_table(node, name, literal))
    return None


def _taken_out(text: str, pattern: Node, name: str, literal: str) -> str | None:
    """The declaration with one name taken out of the pattern and declared by itself."""
    declaration = next((n for n in around(pattern) if n.type.endswith("_declaration")), None)
    item = _taken(pattern).get(name)
    if declaration is None or item is None or len(declaration.named_children) != 1:
        return None
    kind = text_of(declaration.children[0])
    end = ";" if text_of(declaration).endswith(";") else ""
    others = [c for c in pattern.named_children if c != item]
    own = f"{kind} {name} = {literal}{end}"
    if not others:
        return spliced(text, (declaration.start_byte, declaration.end_byte, own))
    indent = " " * declaration.start_point.column
    kept = f"{{ {', '.join(text_of(c) for c in others)} }}"
    return spliced(
        text,
        (pattern.start_byte, pattern.end_byte, kept),
        (declaration.end_byte, declaration.end_byte, f"\n{indent}{own}"),
    )


def _in_table(node: Node, name: str, literal: str) -> tuple[int, int, str]:
    """The environment with literal reads laid over it, so that the bundler sees each of them."""
    arguments = node.parent
    call = arguments.parent if arguments is not None else None
    if call is not None and text_of(call).startswith(_TABLE):
        table = text_of(call)[len(_TABLE) : -1].strip("{ }")
        pairs = sorted({*(p.strip() for p in table.split(",")), f"{name}: {literal}"})
        return call.start_byte, call.end_byte, f"{_TABLE}{{ {', '.join(pairs)} }})"
    return node.start_byte, node.end_byte, f"{_TABLE}{{ {name}: {literal} }})"
