"""JSON as configuration files write it: with comments and trailing commas."""

from __future__ import annotations

import json
import re
from typing import Any, Final

_COMMENTS: Final = re.compile(
    r'("(?:\\.|[^"\\])*(?:"|\Z))|//[^\n]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)', re.DOTALL
)
_LONE: Final = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_TRAILING: Final = re.compile(r'("(?:\\.|[^"\\])*(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)


def parse_jsonc(text: str) -> Any | None:
    """The value of a JSON text with or without comments; None for anything that is none.

    Deep nesting counts as unreadable instead of exhausting the interpreter's stack, and halves
    of surrogate pairs, which no output could carry, become replacement characters.
    """
    source = _LONE.sub("\ufffd", text.removeprefix("\ufeff"))
    try:
        return json.loads(source)
    except RecursionError:
        return None
    except ValueError:
        plain = _COMMENTS.sub(lambda m: m.group(1) or " ", source)
    try:
        return json.loads(_TRAILING.sub(lambda m: m.group(1) or "", plain))
    except (ValueError, RecursionError):
        return None


def as_table(value: object) -> dict[str, Any]:
    """A JSON object with text keys; empty for any other value."""
    return value if isinstance(value, dict) else {}
