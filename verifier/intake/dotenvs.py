"""Assignments in dotenv files, read by the grammar of the JavaScript library.

That library is what frameworks and the platform's CLI use; other readers differ where quotes are
not escaped (`KEY="{"a":1}"`, as a pull from the platform writes it) and where `#` follows a value.
References between variables are not expanded.
"""

from __future__ import annotations

import re
from typing import Final

from verifier.model.project import EnvEntry
from verifier.model.secret import Secret

SENSITIVE: Final = "[SENSITIVE]"
"""What a pull writes for a value that cannot be read back. Source: vercel CLI, 2026-10."""

_MAX_CHARS: Final = 1 << 20
_LINE: Final = re.compile(
    r"""^\s*(?:export\s+)?(?P<name>[A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)"""
    r"""(?P<value>\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^\#\r\n]+)?"""
    r"""\s*(?:\#.*)?$""",
    re.MULTILINE,
)
_QUOTED: Final = re.compile(r"""^(['"`])([\s\S]*)\1$""", re.MULTILINE)


def parse_dotenv(text: str) -> tuple[EnvEntry, ...]:
    """The assignments in order of name; of several to one name the last counts.

    Source: npm `dotenv` 17, `parse`, seen 2026-11-23.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")[:_MAX_CHARS]
    entries: dict[str, EnvEntry] = {}
    line, counted = 1, 0
    for found in _LINE.finditer(text):
        name, start = found["name"], found.start("name")
        line += text.count("\n", counted, start)
        counted = start
        value = _unquoted((found["value"] or "").strip())
        secret = None if value == SENSITIVE else Secret(value)
        entries[name] = EnvEntry(name=name, value=secret, line=line)
    return tuple(entries[name] for name in sorted(entries))


def _unquoted(value: str) -> str:
    plain = _QUOTED.sub(lambda m: m[2], value)
    if value.startswith('"'):
        plain = plain.replace("\\n", "\n").replace("\\r", "\r")
    return plain
