"""Scripts of a package.json, read from its text as a trial has it."""

from __future__ import annotations

import json


def script_in(text: str, name: str) -> str | None:
    """The script of that name, None if there is none or the text is no package.json."""
    try:
        scripts = json.loads(text).get("scripts")
    except (ValueError, AttributeError, RecursionError):
        return None
    found = scripts.get(name) if isinstance(scripts, dict) else None
    return found if isinstance(found, str) else None
