"""Dotenv files as text: where each assignment begins and ends, and edits of single ones.

The grammar is that of the JavaScript library, which frameworks use.
Source: npm `dotenv` 17, `parse`, seen 2026-11-23.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from verifier.model.secret import Secret
from verifier.model.source import FileKind, SourceTree

CHAIN: Final = (".env.production.local", ".env.local", ".env.production", ".env")
"""Files a production build reads, the strongest first.

Source: npm `@next/env` 16.4, `loadEnvConfig`, seen 2026-11-23; Vite and others read the same.
"""

_MAX_CHARS: Final = 1 << 20
_HIDDEN: Final = "[SENSITIVE]"
_ASSIGNMENT: Final = re.compile(
    r"""^[^\S\n]*(?:export\s+)?(?P<name>[A-Za-z0-9_.-]+)(?:\s*=[^\S\n]*?|:\s+?)"""
    r"""(?P<value>\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^\#\r\n]+)?"""
    r"""[^\S\n]*(?:\#[^\n]*)?$""",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """One assignment; start and end are offsets of whole lines, line counts from 1.

    value None: hidden by the platform.
    """

    name: str
    value: Secret | None
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What one side knows of a variable; value None if it is there but hidden."""

    value: Secret | None
    file: str
    line: int

    @property
    def where(self) -> str:
        """The place as `file:line`."""
        return f"{self.file}:{self.line}" if self.line else self.file


def is_dotenv(path: str) -> bool:
    """Whether a file is a dotenv file by its name."""
    name = PurePosixPath(path).name
    return name == ".env" or name.startswith(".env.")


def assignments(text: str) -> Iterator[Assignment]:
    """Yield the assignments of a file in order."""
    if len(text) > _MAX_CHARS:
        return
    for found in _ASSIGNMENT.finditer(text):
        raw = (found["value"] or "").strip()
        plain = _unquoted(raw)
        end = text.find("\n", found.end())
        yield Assignment(
            name=found["name"],
            value=None if plain == _HIDDEN else Secret(plain),
            line=text.count("\n", 0, found.start("name")) + 1,
            start=found.start(),
            end=len(text) if end < 0 else end + 1,
        )


def without_assignment(text: str, name: str) -> str:
    """The text without every assignment to a name."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix(mark)
    for found in reversed([a for a in assignments(text) if a.name == name]):
        text = text[: found.start] + text[found.end :]
    return mark + text


def defined(tree: SourceTree, path: str) -> Mapping[str, Known]:
    """The variables of one dotenv file of a snapshot; of several assignments the last counts."""
    entry = tree.entries.get(path)
    if entry is None or entry.kind is not FileKind.FILE or entry.size_bytes > _MAX_CHARS:
        return {}
    text = (tree.text(path) or "").removeprefix("\ufeff").replace("\r\n", "\n")
    return {a.name: Known(value=a.value, file=path, line=a.line) for a in assignments(text)}


def chain_paths(root: str) -> tuple[str, ...]:
    """Paths of the dotenv files a production build of an application reads, strongest first."""
    return tuple(f"{root}/{name}" if root else name for name in CHAIN)


def in_files(tree: SourceTree, root: str) -> dict[str, Known]:
    """What the dotenv files of a snapshot give to a production build."""
    found: dict[str, Known] = {}
    for path in chain_paths(root):
        for name, known in defined(tree, path).items():
            found.setdefault(name, known)
    return found


def _unquoted(raw: str) -> str:
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "'\"`":
        inner = raw[1:-1]
        return inner.replace("\\n", "\n").replace("\\r", "\r") if raw[0] == '"' else inner
    return raw
