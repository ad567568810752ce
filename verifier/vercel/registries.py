"""Registries that a project's files send an install to, and which of them only a company has.

Source: npm documentation, package-lock.json (`resolved`) and .npmrc; yarn 1 lockfiles, 2026-11.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from verifier.model.source import SourceTree

_LOCKED: Final = re.compile(
    r'"resolved": "(?:https?):(?P<a>//[^/"\s:]+)|^  resolved "https?:(?P<b>//[^/"\s:]+)'
    r"|tarball: https?:(?P<c>//[^/\s:,}]+)",
    re.MULTILINE,
)
SETTING: Final = re.compile(
    r"""^\s*(?:registry\s*=|npmRegistryServer:|registry:?\s+)\s*["']?https?:(?P<host>//[^/"'\s:]+)"""
)
_LOCKFILES: Final = ("package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml")
_SETTINGS: Final = (".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml")
_OWN: Final = (".example", ".test", ".invalid", ".internal", ".local", ".lan", ".corp", ".intranet")
_PRODUCTS: Final = re.compile(
    r"(?:^|[.-])(?:artifactory|nexus|verdaccio|jfrog|proget|codeartifact)(?:[.-]|$)"
    r"|^pkgs\.dev\.azure\.com$"
)


def is_company_host(host: str) -> bool:
    """Whether a registry's host can only be one of a company's own network or account."""
    bare = host.strip("[].").lower()
    try:
        return not ipaddress.ip_address(bare).is_global
    except ValueError:
        pass
    return "." not in bare or bare.endswith(_OWN) or bool(_PRODUCTS.search(bare))


def setting_files(root: str) -> tuple[str, ...]:
    """Names of the files in which a project may set its registry, by where one of them lies."""
    folder = root.rpartition("/")[0]
    return tuple(f"{folder}/{name}" if folder else name for name in _SETTINGS)


def hosts_named(tree: SourceTree, root: str) -> Iterator[tuple[str, int, str]]:
    """Each registry that lockfiles and settings name: file, line and host."""
    for folder in dict.fromkeys((root, "")):
        prefix = f"{folder}/" if folder else ""
        for name in _LOCKFILES:
            text = tree.text(prefix + name) or ""
            for match in _LOCKED.finditer(text):
                host = (match["a"] or match["b"] or match["c"]).removeprefix("//").lower()
                yield prefix + name, text.count("\n", 0, match.start()) + 1, host
        for name in _SETTINGS:
            for number, line in enumerate((tree.text(prefix + name) or "").split("\n"), start=1):
                found = SETTING.match(line)
                if found is not None:
                    yield prefix + name, number, found["host"].removeprefix("//").lower()
