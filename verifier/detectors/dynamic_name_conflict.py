"""Two folders give the same dynamic segment different names.

What it detects:
    Routes whose paths are equal up to a segment that one spells `[id]` and the
    other `[slug]`.

Why it breaks the deployment:
    The routers of Next.js know one name for a segment at a place and stop when they meet two. The
    development server stumbles when such an address is opened.

Example:
    `app/shop/[id]/page.tsx` beside `app/shop/[slug]/reviews/page.tsx`.

Remedy:
    Give both the same name: rename the folder that holds less, and what its files call it.

Sources:
    Next.js documentation, dynamic routes; builds seen 2026-11-24.

"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from tree_sitter import Node

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, first_match, quoted, seen_in
from verifier.detectors._routes import route_files
from verifier.detectors._syntax import around, nodes, parsed, spliced, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.recipe import Recipe

ID: Final = "dynamic-name-conflict"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "A dynamic segment has two names"

_SAID: Final = re.compile(r"different slug names for the same dynamic path")
_SEGMENT: Final = re.compile(r"^\[(?P<dots>\.\.\.)?(?P<name>[\w-]+)\]$")
_CODE: Final = (".tsx", ".ts", ".jsx", ".js", ".mjs")
_PARAMETERS: Final = re.compile(
    r"^\(?\s*(?:await\s+|(?:React\.)?use\(\s*)?(?:\w+\.)?params\s*\)?\s*\)?$|^useParams\b"
)

Folders = Mapping[str, tuple[str, ...]]
"""Name of a segment → the folders (or files of `pages`) that spell it so."""


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per place in the tree of routes that has two names."""
    blocks = [b for b in blocks_of(evidence, "conflicting-routes") if first_match(b.lines, _SAID)]
    if not blocks:
        return ()
    return tuple(
        _finding(evidence, parent, names, blocks[0].lines[0])
        for parent, names in _conflicts(evidence)
    )


def _conflicts(evidence: Evidence) -> Iterator[tuple[str, Folders]]:
    """Parent address and the names of its dynamic segment, where there are several."""
    # Next.js sorts the routes of both routers together.
    found: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for route in route_files(evidence.project, evidence.recipe.source):
        parts = route.route.strip("/").split("/")
        for place, part in enumerate(parts):
            match = _SEGMENT.match(part)
            if match is None:
                continue
            parent = "/" + "/".join(_neutral(p) for p in parts[:place])
            folder = _holder(route.file, part)
            if folder is not None:
                key = (parent, match["dots"] or "")
                found[key][match["name"]].add(folder)
    for (parent, _), names in found.items():
        if len(names) > 1:
            yield parent, {name: tuple(sorted(folders)) for name, folders in names.items()}


def _neutral(part: str) -> str:
    return "[]" if _SEGMENT.match(part) else part


def _holder(file: str, part: str) -> str | None:
    """The path up to a segment, the segment included; a file of `pages` may be the segment."""
    pieces = file.split("/")
    for place, piece in enumerate(pieces):
        if piece == part or re.sub(r"\.[cm]?[jt]sx?$", "", piece) == part:
            return "/".join(pieces[: place + 1])
    return None


def _finding(evidence: Evidence, parent: str, names: Folders, line: str) -> Finding:
    tree = evidence.recipe.source
    sizes = {n: sum(1 for p in tree if _is_in(p, names[n])) for n in names}
    ordered = sorted(names, key=lambda n: (sizes[n], n))
    folders = [f for n in ordered for f in names[n]]
    offers = []
    if len(ordered) == 2:
        offers = [
            _renaming(names, ordered[0], ordered[1]),
            _renaming(names, ordered[1], ordered[0]),
        ]
        ids = [c.id for c in offers]
        offers = [replace(c, excludes=tuple(i for i in ids if i != c.id)) for c in offers]
    told = " and ".join(folders)
    return accusation(
        ID,
        PATTERN,
        folders[0],
        summary=f"{told} name the same segment of {parent} differently",
        items=(
            quoted(evidence, line),
            *(seen_in(_some_file(evidence, f), f"lies below {f}") for f in folders[:4]),
        ),
        weight=0.9,
        places=[Location(file=f) for f in (*folders, *(_some_file(evidence, f) for f in folders))],
        remedies=offers,
    )


def _some_file(evidence: Evidence, folder: str) -> str:
    return next((p for p in evidence.recipe.source if _is_in(p, (folder,))), folder)


def _is_in(path: str, folders: tuple[str, ...]) -> bool:
    return any(path == f or path.startswith(f"{f}/") for f in folders)


def _renaming(names: Folders, old: str, new: str) -> Change:
    folders = names[old]
    targets = {f: _renamed(f, old, new) for f in folders}
    shown = ", ".join(f"{f} to {t}" for f, t in targets.items())
    return remedy(
        ID,
        PATTERN,
        folders[0],
        summary=f"Rename {shown}, and {old} to {new} where its files take it from params",
        repair=_moving(targets, old, new),
        stands_for="names a segment differently than its neighbour",
        places=[Location(file=f) for f in folders],
        tag=new,
    )


def _renamed(folder: str, old: str, new: str) -> str:
    head, slash, last = folder.rpartition("/")
    return f"{head}{slash}{last.replace(f'{old}]', f'{new}]', 1)}"


def _moving(targets: Mapping[str, str], old: str, new: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        source = recipe.source
        for folder, target in targets.items():
            for path in [p for p in source if _is_in(p, (folder,))]:
                place = target + path.removeprefix(folder)
                if place in source:
                    return recipe
                text = source.text(path) if path.endswith(_CODE) else None
                source = source.with_entry(place, source.entries[path]).without(path)
                made = None if text is None else with_parameter(path, text, old, new)
                if made is not None and made != text:
                    source = source.with_bytes(place, made.encode())
        return replace(recipe, source=source)

    return apply


def with_parameter(file: str, text: str, old: str, new: str) -> str:
    """A module's text that takes a parameter of its route under another name."""
    tree = parsed(file, text)
    if tree is None:
        return text
    cuts: list[tuple[int, int, str]] = []
    for node in nodes(
        tree.root_node,
        "shorthand_property_identifier_pattern",
        "property_identifier",
    ):
        if text_of(node) != old or node.parent is None:
            continue
        if node.type == "shorthand_property_identifier_pattern":
            if _takes_parameters(node):
                cuts.append((node.start_byte, node.end_byte, f"{new}: {old}"))
        elif _names_parameter(node):
            cuts.append((node.start_byte, node.end_byte, new))
    return spliced(text, *cuts)


def _takes_parameters(node: Node) -> bool:
    """Whether a pattern takes apart the parameters of the route."""
    for outer in around(node):
        if outer.type == "pair_pattern":
            return text_of(outer.child_by_field_name("key")) == "params"
        if outer.type == "variable_declarator":
            return _PARAMETERS.match(text_of(outer.child_by_field_name("value"))) is not None
    return False


def _names_parameter(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    match parent.type:
        case "member_expression":
            return _PARAMETERS.match(text_of(parent.child_by_field_name("object"))) is not None
        case "property_signature":
            return re.search(r":\s*string\b", text_of(parent)) is not None
        case "pair":
            return any(
                text_of(o.child_by_field_name("name")) == "generateStaticParams"
                for o in around(node)
                if o.type == "function_declaration"
            )
        case _:
            return False
