"""A file below `app/` exports what only the Pages Router understands.

What it detects:
    `getServerSideProps`, `getStaticProps` or another export that the build refuses in the file.

Why it breaks the deployment:
    The App Router fetches data in async components; it refuses the old exports when it compiles.
    A page moved from `pages/` keeps them.

Example:
    `export async function getServerSideProps()` in `app/page.jsx`.

Remedy:
    Fetch the data in the component, made async. An export that feeds nothing can be removed.

Sources:
    Next.js documentation, migrating from Pages to App Router; builds seen 2026-11-23.

"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, place_of, quoted, seen_in
from verifier.detectors._configs import setting
from verifier.detectors._data_functions import CLIENT, with_data_in_component
from verifier.detectors._edits import editing
from verifier.detectors._exports import without_export
from verifier.detectors._jsx import default_function
from verifier.detectors._syntax import line_of, nodes, parsed, text_of
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern

ID: Final = "unsupported-data-export"
PATTERN: Final = Pattern.ROUTER
TITLE: Final = "An export of the Pages Router stands in the App Router"

_DATA: Final = frozenset({"getServerSideProps", "getStaticProps", "getStaticPaths"})


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per export that the build refused."""
    found: dict[tuple[str, str], Finding] = {}
    for block in blocks_of(evidence, "unsupported-export"):
        name = block.signature.subject
        place = place_of(evidence, block)
        if not name or place is None:
            continue
        text = evidence.recipe.source.text(place.file) or ""
        if name not in _DATA and CLIENT.match(text):
            continue  # what a client module may not export is another fault
        line = _line(place.file, text, name) or place.line
        fixes = tuple(_remedies(evidence, place.file, text, name, line))
        said = next((t for t in block.lines if name in t), block.lines[0])
        found[(place.file, name)] = accusation(
            ID,
            PATTERN,
            place.file,
            summary=f"{place.file} exports {name}, which is not supported there",
            items=(quoted(evidence, said), seen_in(place.file, f"exports {name}", line)),
            weight=0.85,
            places=(Location(file=place.file, line=line),),
            remedies=fixes,
        )
    return tuple(found.values())


def _line(file: str, text: str, name: str) -> int | None:
    tree = parsed(file, text)
    for node in () if tree is None else nodes(tree.root_node, "export_statement"):
        if name in text_of(node).split("(", maxsplit=1)[0].split("=", maxsplit=1)[0]:
            return line_of(node)
    return None


def _feeds_nothing(file: str, text: str) -> bool:
    page = default_function(file, text)
    parameters = None if page is None else page.child_by_field_name("parameters")
    return parameters is not None and not parameters.named_children


def _remedies(
    evidence: Evidence, file: str, text: str, name: str, line: int | None
) -> Iterator[Change]:
    if name not in _DATA:
        return
    if _feeds_nothing(file, text):
        yield _remedy(file, name, line)
    elif with_data_in_component(file, text, name) and not setting(
        evidence, "next.config", "cacheComponents"
    ):
        yield remedy(
            ID,
            PATTERN,
            file,
            summary=f"Await {name} in the component of {file}, made async, and export it no more",
            repair=editing(file, lambda old: with_data_in_component(file, old, name)),
            stands_for=f"exports {name} in the App Router",
            places=(Location(file=file, line=line),),
            tag=name,
        )


def _remedy(file: str, name: str, line: int | None) -> Change:
    return remedy(
        ID,
        PATTERN,
        file,
        summary=f"Remove {name} from {file}; the component does not use what it returns",
        repair=editing(file, without_export(file, name)),
        stands_for=f"exports {name} in the App Router",
        places=(Location(file=file, line=line),),
        tag=name,
    )
