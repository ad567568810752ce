"""JSON as configuration files write it: with comments and trailing commas."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_COMMENTS: Final = re.compile(
    r'("(?:\\.|[^"\\])*(?:"|\Z))|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)', re.DOTALL
)
_TRAILING: Final = re.compile(r'("(?:\\.|[^"\\])*(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)


def parse_jsonc(text: str) -> Any | None:
    """The value of a JSON text with comments; None for anything that is none.

    Deep nesting counts as unreadable instead of exhausting the interpreter's stack.
    """
    plain = _COMMENTS.sub(lambda m: m.group(1) or " ", text.removeprefix("\ufeff"))
    try:
        return json.loads(_TRAILING.sub(lambda m: m.group(1) or "", plain))
    except (ValueError, RecursionError):
        return None


def as_table(value: object) -> dict[str, Any]:
    """A JSON object with text keys; empty for any other value."""
    return value if isinstance(value, dict) else {}
