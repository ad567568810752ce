"""What ends up in a browser: client files, exposed variables, hits in the client output."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
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
_SECRET_NAME: Final = re.compile(
    r"SERVICE_ROLE|SECRET|PRIVATE_KEY|PASSWORD|DATABASE_URL|POSTGRES\w*URL|MONGO\w*UR[IL]"
    r"|(?:API|ACCESS|AUTH|ADMIN|SERVICE)_(?:KEY|TOKEN)$"
)
_PUBLIC_NAME: Final = re.compile(
    r"PUBLIC|PUBLISHABLE|ANON|SITE_KEY|CLIENT_ID|MAPS|MAPBOX|FIREBASE|SEARCH|POSTHOG|AMPLITUDE"
    r"|MIXPANEL|SEGMENT|ANALYTICS"
)
"""Names of keys that are made for browsers, however secret they sound."""
_TELLING_NAME: Final = re.compile(r"SERVICE_ROLE|SECRET|PRIVATE_KEY|PASSWORD|_URL$|UR[IL]$")
_PLAIN_HEAD: Final = re.compile(r"[\w/.?=:@-]{1,24}$")
_PLAIN_TAIL: Final = re.compile(r"[\w/.?=:@-]{1,24}")
_TELLING: Final = 4
"""Characters beside an absent value from which on the text is taken for its trace."""
_SOUGHT: Final = 8
"""Values of fewer characters occur by chance and are not searched for."""
_SCRIPT: Final = re.compile(r"<script\b[^>]*>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)
_OPTIONAL: Final = frozenset({"if_statement", "while_statement"})


def exposed_prefixes(project: Project) -> tuple[str, ...]:
    """Prefixes of the variables that the project's framework puts into client bundles."""
    found = preset(project.framework)
    return () if found is None else found.exposed


def is_secret_name(name: str) -> bool:
    """Whether a variable's name says that browsers must not have its value."""
    return _SECRET_NAME.search(name) is not None and _PUBLIC_NAME.search(name) is None


def is_surely_secret(name: str) -> bool:
    """Whether a name leaves no doubt; a key or token may be one that browsers are meant to get."""
    return is_secret_name(name) and _TELLING_NAME.search(name) is not None


def is_client_itself(project: Project, tree: SourceTree, file: str) -> bool:
    """Whether a module is client code by its own nature, not because client code imports it.

    What both sides import may read variables of the server, which only the server then uses.
    """
    if project.framework == "nextjs":
        return _CLIENT.match(tree.text(file) or "") is not None
    return file in client_files(project, tree)


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


def scripts_among(files: Iterable[str]) -> tuple[str, ...]:
    """The scripts among files of the client output; pages hold what the server rendered, too."""
    return tuple(f for f in files if f.endswith((".js", ".mjs")))


def is_searchable(value: str) -> bool:
    """Whether a script would hold the value as it is: long enough, and nothing to escape."""
    return len(value) >= _SOUGHT and re.search(r"""[\\"'`$<>\s]|[^\x20-\x7e]""", value) is None


def is_demanded(tree: SourceTree, read: EnvRead) -> bool:
    """Whether code needs the value: it is asserted, called with, or built into a text.

    A value that is tested first is optional, and code that handles its absence is no fault; unless
    the module throws without it, which ends the whole script.
    """
    return _is_put(tree, read, _is_demanding) or throws_without(tree, read)


def is_shown(tree: SourceTree, read: EnvRead) -> bool:
    """Whether a page shows the value, or an element of the page gets it, without a test of it."""
    return _is_put(tree, read, _is_showing)


def blanks(tree: SourceTree, read: EnvRead) -> tuple[str, ...]:
    """Texts that a bundle or a page holds where the value was built into a text and was absent.

    A word of its own says nothing, so each has some of what stands beside the value.
    """
    found: dict[str, None] = {}
    for _, use in used_at(tree, read):
        if not _tests(use):
            found.update(dict.fromkeys(_blank(use)))
    return tuple(found)


def _roots(tree: SourceTree, file: str) -> tuple[Node, ...]:
    """The syntax trees of a file, with the lines of the file; a component has several parts."""
    text = tree.text(file)
    if text is None:
        return ()
    found = [parsed(file, part) for part in _parts(file, text)]
    return tuple(syntax.root_node for syntax in found if syntax is not None)


def _parts(file: str, text: str) -> tuple[str, ...]:
    """The parts of a file that are code, each with everything else blanked out."""
    if not file.endswith((".vue", ".svelte", ".astro")):
        return (text,)
    scripts = [match.span("code") for match in _SCRIPT.finditer(text)]
    code = _kept(text, scripts)
    if not file.endswith(".astro"):
        return (code,)
    fences = [match.span() for match in re.finditer(r"^---[ \t]*$", text, re.MULTILINE)][:2]
    hidden = sorted([*scripts, *fences])
    borders = [0, *(place for span in hidden for place in span), len(text)]
    shown = zip(borders[::2], borders[1::2], strict=True)
    return (_kept(text, shown), code)


def _kept(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with all but some ranges turned into blanks; lines stay where they are."""
    made = list(re.sub(r"[^\n]", " ", text))
    for start, end in spans:
        made[start:end] = text[start:end]
    return "".join(made)


def _places(root: Node, read: EnvRead) -> list[Node]:
    """Where a variable's value is used: members on the line of the read, or the name it got."""
    if read.form == "destructured":
        return _uses_of(root, read.name or "")
    return [
        n
        for n in nodes(root, "member_expression")
        if text_of(n.child_by_field_name("property")) == read.name
        and n.start_point.row + 1 == read.line
    ]


def _uses_of(root: Node, name: str) -> list[Node]:
    return [n for n in nodes(root, "identifier") if text_of(n) == name and not _declares(n)]


def _blank(node: Node) -> Iterator[str]:
    for outer in around(node):
        if outer.type in {"non_null_expression", "as_expression", "parenthesized_expression"}:
            continue
        if outer.type != "template_substitution":
            return
        before, after = outer.prev_sibling, outer.next_sibling
        tail = _PLAIN_TAIL.match(text_of(after) if _is_text(after) else "")
        head = _PLAIN_HEAD.search(text_of(before) if _is_text(before) else "")
        if tail is not None and len(tail[0]) >= _TELLING:
            yield f"undefined{tail[0]}"
        elif head is not None and len(head[0]) >= _TELLING:
            yield f"{head[0]}undefined"
        return


def _is_text(node: Node | None) -> bool:
    return node is not None and node.type == "string_fragment"


def _is_put(tree: SourceTree, read: EnvRead, counts: Callable[[Node], bool]) -> bool:
    if read.name is None:
        return False
    found = [(root, place) for root in _roots(tree, read.file) for place in _places(root, read)]
    used = any(_is_used(root, place, counts) for root, place in found)
    return used and not any(_tests(place) for _, place in found)


def _is_used(root: Node, node: Node, counts: Callable[[Node], bool]) -> bool:
    name = _bound_to(node)
    if name is None:
        return counts(node)
    uses = _uses_of(root, name)
    return any(counts(n) for n in uses) and not any(_tests(n) for n in uses)


def used_at(tree: SourceTree, read: EnvRead) -> Iterator[tuple[Node, Node]]:
    """Where code uses a value, be it under the name of a constant, with the tree it stands in."""
    for root in _roots(tree, read.file):
        for place in _places(root, read):
            name = _bound_to(place)
            for use in [place] if name is None else _uses_of(root, name):
                yield root, use


def _bound_to(node: Node) -> str | None:
    """The constant that is given the value and nothing else."""
    for outer in around(node):
        if outer.type in {"non_null_expression", "as_expression", "parenthesized_expression"}:
            continue
        if outer.type == "variable_declarator":
            return text_of(outer.child_by_field_name("name"))
        return None
    return None


def throws_without(tree: SourceTree, read: EnvRead) -> bool:
    """Whether a module throws as it is loaded where the value is absent."""
    if read.name is None or not read.module_scope:
        return False
    return any(_ends_in_throw(use) for _, use in used_at(tree, read))


def _ends_in_throw(node: Node) -> bool:
    """Whether a value stands in a test for its absence, at the top of the module, that throws."""
    is_negated, child = False, node
    for outer in around(node):
        match outer.type:
            case "unary_expression":
                is_negated = is_negated or text_of(outer).startswith("!")
            case "binary_expression":
                operator = text_of(outer.child_by_field_name("operator"))
                is_negated = is_negated or operator in {"===", "=="}
                if operator not in {"===", "==", "||"}:
                    return False
            case "parenthesized_expression" | "non_null_expression":
                pass
            case "if_statement":
                then = outer.child_by_field_name("consequence")
                at_top = outer.parent is not None and outer.parent.type == "program"
                is_test = outer.child_by_field_name("condition") == child
                return is_negated and is_test and at_top and _throws(then)
            case _:
                return False
        child = outer
    return False


def _throws(node: Node | None) -> bool:
    if node is None:
        return False
    return node.type == "throw_statement" or (
        node.type == "statement_block" and any(c.type == "throw_statement" for c in node.children)
    )


def _declares(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "variable_declarator":
        return parent.child_by_field_name("name") == node
    return parent.type in {"import_specifier", "import_clause"}


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


def _is_showing(node: Node) -> bool:
    """Whether a value is a text of the page, or an attribute of one of its own elements."""
    for outer in around(node):
        if outer.type in {"non_null_expression", "as_expression", "parenthesized_expression"}:
            continue
        if outer.type != "jsx_expression" or outer.parent is None:
            return False
        if outer.parent.type != "jsx_attribute":
            return outer.parent.type == "jsx_element"
        element = outer.parent.parent
        name = None if element is None else text_of(element.child_by_field_name("name"))
        return name is not None and name[:1].islower()
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
