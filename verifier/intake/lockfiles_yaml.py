"""YAML as package managers write it: flat, without aliases, read by the fast parser.

The fast parser recurses in native code and dies of deep nesting, so depth is bounded first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from verifier.intake.lockfiles_contents import Unreadable, table

MAX_BYTES: Final = 16 << 20
MAX_COLUMN: Final = 200
MAX_BRACKETS: Final = 200

_DEEP_LINE: Final = re.compile(rf"^[ \-?:]{{{MAX_COLUMN}}}", re.MULTILINE)
_BRACKET: Final = re.compile(r"[\[\]{}]")


def last_document(source: str) -> Mapping[str, Any]:
    """The last document of a YAML text; some managers put their own tools into one before it.

    Raises:
        Unreadable: if the text is no YAML, or nests deeper or merges more than lockfiles do.

    """
    if len(source) > MAX_BYTES or "<<" in source:
        msg = "larger than any lockfile, or holding merged keys"
        raise Unreadable(msg)
    depth = deepest = 0
    for match in _BRACKET.finditer(source):
        depth += 1 if match.group() in "[{" else -1
        deepest = max(deepest, depth)
    if deepest > MAX_BRACKETS or _DEEP_LINE.search(source):
        msg = "nested deeper than any lockfile"
        raise Unreadable(msg)
    try:
        documents = [table(d) for d in yaml.load_all(source, Loader=yaml.CSafeLoader)]
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise Unreadable(str(error)) from error
    return documents[-1] if documents else {}
