"""What ends up in a browser: client files, exposed variables, hits in the client output."""

from __future__ import annotations

import re
from typing import Final

from tree_sitter import Node

from verifier.detectors._environment import is_aside
from verifier.detectors._graph import ImportGraph
from verifier.detectors._syntax import around, nodes, parsed, text_of
from verifier.model.evidence import Evidence
from verifier.model.project import EnvRead, Project
from verifier.model.source import SourceTree
from verifier.vercel.frameworks import preset

PUBLIC_PREFIXES: Final = (
    "NEXT_PUBLIC_",
    "VITE_",
    "REACT_APP_",
    "VUE_APP_",
    "GATSBY_",
    "EXPO_PUBLIC_",
    "NUXT_PUBLIC_",
    "NUXT_ENV_",
    "PUBLIC_",
)
"""Prefixes by which frameworks expose variables; the longer ones first."""
_CLIENT: Final = re.compile(r"""\A(?:\s|//[^\n]*\n|/\*.*?\*/)*['"]use client['"]""", re.DOTALL)
_SERVER_FOLDERS: Final = re.compile(
    r"(?:^|/)(?:api|server|functions|scripts|supabase|prisma|drizzle|netlify|migrations|backend)/"
    r"|\.config\.[cm]?[jt]s$|\.server\.|(?:^|/)(?:middleware|proxy|instrumentation)\.[jt]s$"
)
_OPTIONAL: Final = frozenset({"if_statement", "while_statement"})


def exposed_prefixes(project: Project) -> tuple[str, ...]:
    """Prefixes of the variables that the project's framework puts into client bundles."""
    found = preset(project.framework)
    return () if found is None else found.exposed


def client_files(project: Project, tree: SourceTree) -> frozenset[str]:
    """Files that a client bundle is made of, as far as directives and folders say."""
    code = project.code
    if project.framework == "nextjs":
        marked = [f for f in code.reachable if _CLIENT.match(tree.text(f) or "")]
        return frozenset(ImportGraph(code).reach(sorted(marked)))
    if not exposed_prefixes(project):
        return frozenset()
    return frozenset(f for f in code.reachable if not _SERVER_FOLDERS.search(f) and not is_aside(f))


def client_reads(evidence: Evidence) -> tuple[EnvRead, ...]:
    """Reads of variables in client code that a build reaches."""
    code = evidence.project.code
    return tuple(
        r
        for r in code.env_reads
        if r.client and r.name is not None and r.file in code.reachable and not is_aside(r.file)
    )


def hits(evidence: Evidence, text: str) -> tuple[str, ...]:
    """Files of the client output that hold a text that was searched for."""
    found = evidence.observation.text_hits
    return found.get(f"text:{text}", ()) or found.get(text, ())


def value_hits(evidence: Evidence, name: str, *, local: bool = False) -> tuple[str, ...]:
    """Files of the client output that hold the value of a variable."""
    seen = evidence.local_observation if local else evidence.observation
    return () if seen is None else seen.text_hits.get(f"value:{name}", ())


def is_demanded(tree: SourceTree, read: EnvRead) -> bool:
    """Whether code needs the value: it is asserted, called with, or built into a text.

    A value that is tested first is optional, and code that handles its absence is no fault.
    """
    text = tree.text(read.file)
    syntax = None if text is None else parsed(read.file, text)
    if syntax is None or read.name is None:
        return False
    places = [
        n
        for n in nodes(syntax.root_node, "member_expression")
        if text_of(n.child_by_field_name("property")) == read.name
        and n.start_point.row + 1 == read.line
    ]
    return any(_demands(n) for n in places) and not any(_tests(n) for n in places)


def _demands(node: Node) -> bool:
    name = _bound_to(node)
    if name is None:
        return _is_demanding(node)
    root = _root(node)
    uses = [n for n in nodes(root, "identifier") if text_of(n) == name and not _declares(n)]
    return any(_is_demanding(n) for n in uses) and not any(_tests(n) for n in uses)


def _root(node: Node) -> Node:
    here = node
    for outer in around(node):
        here = outer
    return here


def _bound_to(node: Node) -> str | None:
    """The constant that is given the value and nothing else."""
    for outer in around(node):
        if outer.type in {"non_null_expression", "as_expression", "parenthesized_expression"}:
            continue
        if outer.type == "variable_declarator":
            return text_of(outer.child_by_field_name("name"))
        return None
    return None


def _declares(node: Node) -> bool:
    parent = node.parent
    return (
        parent is not None
        and parent.type == "variable_declarator"
        and (parent.child_by_field_name("name") == node)
    )


def _is_demanding(node: Node) -> bool:
    for outer in around(node):
        match outer.type:
            case "non_null_expression" | "as_expression" | "parenthesized_expression" | "pair":
                continue
            case "object":
                continue
            case "arguments" | "template_substitution":
                return True
            case _:
                return False
    return False


def _tests(node: Node) -> bool:
    """Whether a value is asked for before it is used: in a condition, or with an alternative."""
    child = node
    for outer in around(node):
        if outer.type in {"ternary_expression", *_OPTIONAL}:
            return outer.child_by_field_name("condition") == child
        if outer.type == "unary_expression":
            return True
        if outer.type == "binary_expression":
            operator = text_of(outer.child_by_field_name("operator"))
            return operator in {"&&", "||", "??", "===", "!==", "==", "!="}
        if outer.type not in {"parenthesized_expression", "non_null_expression"}:
            return False
        child = outer
    return False
