"""Reads of variables near a place, inside a statement, or along the import graph."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Final

from tree_sitter import Node

from verifier.detectors._environment import is_aside
from verifier.detectors._syntax import nodes, parsed, text_of
from verifier.model.evidence import Evidence
from verifier.model.project import EnvRead

_META: Final = frozenset({"MODE", "DEV", "PROD", "SSR", "BASE_URL"})
_COMMON: Final = frozenset(
    re.findall(
        r"\w+",
        """
        next public vite react app url uri key api secret token env the are and for not must error
        type invalid required missing please set pass project your you with environment variable
        variables failed page data route collect string value undefined code cause input stack build
        server config configuration default node process web site base client create call calls
        object module evaluation unknown new get name
        """,
    )
)
"""Words of error messages and of variable names that tell nothing apart."""


def load_reads(
    evidence: Evidence, files: Collection[str], *, with_functions: bool
) -> tuple[EnvRead, ...]:
    """Reads without fallback in some files, by name of the variable and place.

    Without `with_functions` only those evaluated when a module is loaded. No files at all means
    everything that entry points reach.
    """
    code = evidence.project.code
    wanted = files or code.reachable
    return tuple(
        read
        for read in code.env_reads
        if read.file in wanted
        and read.name is not None
        and not read.fallback
        and (read.module_scope or with_functions)
        and not (read.form == "import.meta.env" and read.name in _META)
        and not is_aside(read.file)
    )


def related_reads(evidence: Evidence, file: str, line: int) -> tuple[tuple[EnvRead, bool], ...]:
    """Reads in a file, each with whether it feeds the statement on a line.

    It does if it stands inside the statement, or in the declaration of a name the statement uses.
    """
    reads = [r for r in evidence.project.code.env_reads if r.file == file and not r.fallback]
    if not reads:
        return ()
    node = _statement(evidence, file, line)
    if node is None:
        return tuple((r, r.line == line) for r in reads)
    first, last = node.start_point.row + 1, node.end_point.row + 1
    used = {text_of(n) for n in nodes(node, "identifier", "shorthand_property_identifier")}
    related = []
    for read in reads:
        inside = first <= read.line <= last
        declared = _declared(evidence, file, read.line) & used
        if inside or declared:
            related.append((read, True))
        elif read.module_scope:
            related.append((read, False))
    return tuple(related)


def statement_of(evidence: Evidence, file: str, line: int) -> int:
    """The first line of the statement around a line; the line itself where there is none."""
    node = _statement(evidence, file, line)
    return line if node is None else node.start_point.row + 1


def words_of(lines: Iterable[str]) -> frozenset[str]:
    """Telling words of some text, in lower case, with compound names taken apart."""
    words: set[str] = set()
    for line in lines:
        text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", re.sub(r"\S*/\S*", " ", line))
        words.update(w for w in re.findall(r"[a-z]{3,}", text.lower()) if w not in _COMMON)
    return frozenset(words)


def _statement(evidence: Evidence, file: str, line: int) -> Node | None:
    """The smallest whole statement around a line that is no block."""
    text = evidence.recipe.source.text(file)
    tree = None if text is None else parsed(file, text)
    if tree is None or text is None:
        return None
    rows = text.split("\n")
    if not 0 < line <= len(rows):
        return None
    row = rows[line - 1]
    column = len(row.encode()) - len(row.lstrip().encode())
    node = tree.root_node.named_descendant_for_point_range((line - 1, column), (line - 1, column))
    while node is not None and node.parent is not None:
        if node.type.endswith(("_statement", "_declaration")) and node.parent.type in {
            "program",
            "statement_block",
            "export_statement",
        }:
            return node
        node = node.parent
    return None


def _declared(evidence: Evidence, file: str, line: int) -> frozenset[str]:
    """Names that the statement on a line declares."""
    node = _statement(evidence, file, line)
    if node is None:
        return frozenset()
    return frozenset(
        text_of(n.child_by_field_name("name")) for n in nodes(node, "variable_declarator")
    )
