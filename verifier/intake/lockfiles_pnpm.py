"""`pnpm-lock.yaml`, versions 5 to 9."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from verifier.intake.lockfiles_contents import Contents, Unreadable, table, text
from verifier.intake.lockfiles_yaml import last_document

GROUPS: Final = ("dependencies", "devDependencies", "optionalDependencies")
_OLD_KEY: Final = re.compile(r"/?((?:@[^/@]+/)?[^/@]+)[/@]([^/_(]+)")


def parse_pnpm(source: str) -> Contents:
    """The contents of a pnpm lockfile.

    Raises:
        Unreadable: if the text is no YAML mapping with a lockfile version.

    """
    root = last_document(source)
    version = text(root.get("lockfileVersion"))
    if not version:
        msg = "no lockfile version"
        raise Unreadable(msg)
    importers, direct = _importers(root)
    packages, snapshots = table(root.get("packages")), table(root.get("snapshots"))
    versions: dict[str, str] = {}
    urls: list[str] = []
    optional: set[str] = set()
    for group in (packages, snapshots):
        for key, raw in group.items():
            entry = table(raw)
            match = _OLD_KEY.match(key)
            name = text(entry.get("name")) or (match.group(1) if match else key)
            own = text(entry.get("version")) or (match.group(2) if match else "")
            versions.setdefault(name, own)
            urls.append(text(table(entry.get("resolution")).get("tarball")))
            optional.update(table(entry.get("optionalDependencies")))
    versions.update({n: v for n, v in direct.items() if n in versions})
    hooked = "pnpmfileChecksum" in root
    return Contents(
        version=version,
        packages=versions,
        importers=None if hooked else importers,
        urls=tuple(url for url in urls if url),
        optional=frozenset(optional),
        names=frozenset(versions),
        is_exact=True,
        lenient=_lenient(root),
    )


def _importers(
    root: Mapping[str, Any],
) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
    """Recorded ranges by folder, and the locked versions of direct dependencies."""
    found: dict[str, dict[str, str]] = {}
    direct: dict[str, str] = {}
    importers = table(root.get("importers")) or {".": root}
    for folder, raw in importers.items():
        importer = table(raw)
        ranges = {str(n): text(r) for n, r in table(importer.get("specifiers")).items()}
        for group in GROUPS:
            for name, given in table(importer.get(group)).items():
                if isinstance(given, Mapping):
                    ranges[name] = text(given.get("specifier"))
                locked = given.get("version") if isinstance(given, Mapping) else given
                direct.setdefault(name, re.split(r"[(_]", text(locked), maxsplit=1)[0])
        found["" if folder == "." else folder] = ranges
    return found, direct


def _lenient(root: Mapping[str, Any]) -> frozenset[str]:
    """Names that settings of the lockfile replace or leave out."""
    names = set()
    for key in table(root.get("overrides")):
        target = key.rsplit(">", 1)[-1]
        cut = target.find("@", 1)
        names.add(target if cut < 0 else target[:cut])
    ignored = root.get("ignoredOptionalDependencies")
    names.update(map(str, ignored) if isinstance(ignored, list) else ())
    return frozenset(names)
