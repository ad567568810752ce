"""`yarn.lock`, as Yarn 1 and as later versions write it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from verifier.intake.lockfiles_contents import Contents, Unreadable, table, text
from verifier.intake.lockfiles_yaml import MAX_BYTES, last_document

_V1_MARK: Final = "# yarn lockfile v1"
_FIELD: Final = re.compile(r'  (\w+) "?([^"\n]*)"?$')
_KEY: Final = re.compile(r'"([^"\n]+)"|([^\s,":][^,"\n]*?)(?=,|:?$)')


def parse_yarn(source: str) -> Contents:
    """The contents of a Yarn lockfile.

    Raises:
        Unreadable: if the text is in neither of the two formats.

    """
    if len(source) > MAX_BYTES:
        msg = "larger than any lockfile"
        raise Unreadable(msg)
    if "__metadata:" in source:
        return _parse_berry(source)
    if _V1_MARK in source or re.search(r"^\S.*@.*:$", source, re.MULTILINE):
        return _parse_v1(source)
    if not source.strip() or all(line.startswith("#") for line in source.split("\n") if line):
        return Contents(version="1", ranges=frozenset())
    msg = "neither of the two formats"
    raise Unreadable(msg)


def name_of(descriptor: str) -> str:
    """The package's name in `name@range` or `@scope/name@range`."""
    cut = descriptor.find("@", 1)
    return descriptor if cut < 0 else descriptor[:cut]


def _parse_v1(source: str) -> Contents:
    versions: dict[str, str] = {}
    ranges: set[str] = set()
    urls: list[str] = []
    optional: set[str] = set()
    names: list[str] = []
    section = ""
    for raw in source.split("\n"):
        line = raw.rstrip("\r")
        if not line.strip() or line.startswith("#"):
            continue
        if not line.startswith(" "):
            if not line.endswith(":"):
                msg = "a line that belongs to no entry"
                raise Unreadable(msg)
            keys = [a or b for a, b in _KEY.findall(line[:-1])]
            ranges.update(keys)
            names = [name_of(key) for key in keys]
            section = ""
        elif line.startswith("    "):
            if section == "optionalDependencies":
                optional.add(line.split()[0].strip('"'))
        elif line.endswith(":"):
            section = line.strip()[:-1]
        else:
            section = ""
            match = _FIELD.match(line)
            if match is not None and match.group(1) == "version":
                versions.update({n: match.group(2) for n in names if n not in versions})
            elif match is not None and match.group(1) == "resolved":
                urls.append(match.group(2))
    return Contents(
        version="1",
        packages=versions,
        ranges=frozenset(ranges),
        urls=tuple(urls),
        optional=frozenset(optional),
        names=frozenset(versions),
    )


def _parse_berry(source: str) -> Contents:
    root = last_document(source)
    versions: dict[str, str] = {}
    importers: dict[str, dict[str, str]] = {}
    optional: set[str] = set()
    urls: list[str] = []
    for key, raw in root.items():
        entry = table(raw)
        if key == "__metadata":
            continue
        resolution = text(entry.get("resolution"))
        name = name_of(resolution)
        workspace = re.search(r"@workspace:(.*)$", resolution)
        if workspace is not None:
            folder = "" if workspace.group(1) == "." else workspace.group(1)
            importers[folder] = {
                n: text(r).removeprefix("npm:") for n, r in table(entry.get("dependencies")).items()
            }
            continue
        versions.setdefault(name, text(entry.get("version")))
        optional.update(_optional_of(entry))
        archive = re.search(r"__archiveUrl=([^&\"]+)", resolution)
        if archive is not None:
            urls.append(archive.group(1).replace("%3A", ":").replace("%2F", "/"))
    metadata = table(root.get("__metadata"))
    return Contents(
        version=text(metadata.get("version")),
        packages=versions,
        importers=importers,
        urls=tuple(urls),
        optional=frozenset(optional),
        names=frozenset(versions),
        is_exact=True,
    )


def _optional_of(entry: Mapping[str, Any]) -> set[str]:
    asked = set(table(entry.get("optionalDependencies")))
    for name, meta in table(entry.get("dependenciesMeta")).items():
        if table(meta).get("optional"):
            asked.add(name)
    return asked
