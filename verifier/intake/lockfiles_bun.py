"""`bun.lock` and `vlt-lock.json`: JSON with comments."""

from __future__ import annotations

from typing import Final

from verifier.intake.code_jsonc import parse_jsonc
from verifier.intake.lockfiles_contents import Contents, Unreadable, merged_ranges, table, text
from verifier.intake.lockfiles_yarn import name_of

GROUPS: Final = ("dependencies", "devDependencies", "optionalDependencies")


def parse_bun(source: str) -> Contents:
    """The contents of a text lockfile of bun.

    Raises:
        Unreadable: if the text is no JSON object with a lockfile version.

    """
    root = table(parse_jsonc(source))
    version = text(root.get("lockfileVersion"))
    if not version:
        msg = "no lockfile version"
        raise Unreadable(msg)
    versions: dict[str, str] = {}
    names: set[str] = set()
    optional: set[str] = set()
    urls: list[str] = []
    for key, row in table(root.get("packages")).items():
        if not isinstance(row, list) or not row:
            continue
        descriptor = text(row[0])
        name = name_of(descriptor)
        names.add(name)
        own = descriptor[len(name) + 1 :]
        if key == name or name not in versions:
            versions[name] = own
        urls.extend(part for part in row[1:2] if isinstance(part, str) and part)
        for part in row[1:]:
            optional.update(table(table(part).get("optionalDependencies")))
    importers = {
        folder: merged_ranges(table(raw).get(group) for group in GROUPS)
        for folder, raw in table(root.get("workspaces")).items()
    }
    return Contents(
        version=version,
        packages=versions,
        importers=importers,
        urls=tuple(urls),
        optional=frozenset(optional),
        names=frozenset(names),
    )


def parse_vlt(source: str) -> Contents:
    """The contents of a vlt lockfile, without platform packages.

    Raises:
        Unreadable: if the text is no JSON object with nodes.

    """
    root = table(parse_jsonc(source))
    nodes = table(root.get("nodes"))
    if "nodes" not in root:
        msg = "no nodes"
        raise Unreadable(msg)
    versions: dict[str, str] = {}
    for key in nodes:
        descriptor = key.split("·")[-1] if "·" in key else key.split(";")[-1]
        name = name_of(descriptor.replace("§", "/"))
        own = descriptor.replace("§", "/")[len(name) + 1 :]
        if own:
            versions.setdefault(name, own)
    importers: dict[str, dict[str, str]] = {}
    for key, edge in table(root.get("edges")).items():
        origin, _, name = key.rpartition(" ")
        parts = text(edge).split(" ")
        if origin in {"file·.", "file;."} and len(parts) >= 2:
            importers.setdefault("", {})[name] = parts[1]
    return Contents(
        version=text(root.get("lockfileVersion")) or "0",
        packages=versions,
        importers=importers,
        names=frozenset(versions),
    )
