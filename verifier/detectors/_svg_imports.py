"""Components that Create React App made of SVG files, shown as images where nothing makes them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._syntax import nodes, parsed, spliced, text_of
from verifier.model.project import ImportRef

COMPONENT: Final = "ReactComponent"
"""The name under which Create React App exports the drawing as a component."""


def as_image(ref: ImportRef) -> Callable[[str], str | None] | None:
    """An edit that shows the file as an image under the name the component had.

    None where the file holds types: what the component's properties are is not known there.
    """
    if not re.search(r"\.[cm]?jsx?$", ref.file) or not (ref.resolved or "").endswith(".svg"):
        return None

    def edit(text: str) -> str | None:
        tree = parsed(ref.file, text)
        statements = [] if tree is None else list(nodes(tree.root_node, "import_statement"))
        for node in statements:
            source = node.child_by_field_name("source")
            clause = next((c for c in node.named_children if c.type == "import_clause"), None)
            if clause is None or text_of(source).strip("'\"") != ref.specifier:
                continue
            asked = list(nodes(clause, "import_specifier"))
            if [text_of(n.child_by_field_name("name")) for n in asked] != [COMPONENT]:
                continue
            local = text_of(asked[0].child_by_field_name("alias")) or COMPONENT
            kept = next((text_of(c) for c in clause.named_children if c.type == "identifier"), "")
            address = kept or f"{local[:1].lower()}{local[1:]}Url"
            if not kept and re.search(rf"\b{re.escape(address)}\b", text):
                return None
            made = f'\n\nconst {local} = (props) => <img src={{{address}}} alt="" {{...props}} />;'
            last = statements[-1].end_byte
            return spliced(text, (clause.start_byte, clause.end_byte, address), (last, last, made))
        return None

    return edit
