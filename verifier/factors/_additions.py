"""Packages that repairs add without knowing a version, where the newest does not fit the others.

npm takes the newest version of what is asked for as `latest`, and gives up where its peers are of
another major than the project's. The range then goes down by one major.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from verifier.model.outcome import FailureSignature, Stage
from verifier.model.source import SourceTree

_IN_CONFLICT: Final = re.compile(r"(?:^ERESOLVE|\bfound) (@?[^@\s]+)@(\d+)")


def unfit_addition(
    signature: FailureSignature | None, source: SourceTree, clean: SourceTree
) -> tuple[str, str] | None:
    """A package that only a repair asks for and whose version was refused, with an older range.

    source: of the trial that failed; clean: of the clean side as it is.
    """
    if signature is None or signature.stage is not Stage.INSTALL:
        return None
    for name, major in _IN_CONFLICT.findall(signature.line):
        asked = re.compile(rf'"{re.escape(name)}": "(?:latest|<\d+)"')
        added = any(asked.search(text) for text in _manifests_without(name, source, clean).values())
        if added and int(major) > 1:
            return name, f"<{major}"
    return None


def with_older(source: SourceTree, clean: SourceTree, older: Mapping[str, str]) -> SourceTree:
    """The source with packages that repairs added as `latest` asked for in older ranges."""
    for name, wanted in older.items():
        for path, text in _manifests_without(name, source, clean).items():
            made = text.replace(f'"{name}": "latest"', f'"{name}": "{wanted}"')
            if made != text:
                source = source.with_bytes(path, made.encode())
    return source


def _manifests_without(name: str, source: SourceTree, clean: SourceTree) -> dict[str, str]:
    """Manifests and npm's lockfiles that did not speak of a package before any repair."""
    return {
        path: source.text(path) or ""
        for path in _manifests(source)
        if f'"{name}"' not in (clean.text(path) or "")
    }


def _manifests(source: SourceTree) -> Iterator[str]:
    return (p for p in source if p.rpartition("/")[2] in {"package.json", "package-lock.json"})
