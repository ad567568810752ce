"""`package-lock.json` and `npm-shrinkwrap.json`, versions 1 to 3."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from verifier.intake.code_jsonc import parse_jsonc
from verifier.intake.lockfiles_contents import Contents, Unreadable, merged_ranges, table, text

GROUPS: Final = ("dependencies", "devDependencies", "optionalDependencies")
MAX_ENTRIES: Final = 100_000


def parse_npm(source: str) -> Contents:
    """The contents of an npm lockfile.

    Raises:
        Unreadable: if the text is no JSON object with a lockfile version.

    """
    root = table(parse_jsonc(source))
    version = text(root.get("lockfileVersion"))
    packages = table(root.get("packages"))
    if not version or not (packages or "dependencies" in root or "packages" in root):
        msg = "no lockfile version, or no packages"
        raise Unreadable(msg)
    return _of_packages(version, packages) if packages else _of_tree(version, root)


def _of_packages(version: str, packages: Mapping[str, Any]) -> Contents:
    versions: dict[str, str] = {}
    importers: dict[str, Mapping[str, str]] = {}
    urls: list[str] = []
    optional: set[str] = set()
    for path, raw in list(packages.items())[:MAX_ENTRIES]:
        entry = table(raw)
        if "node_modules/" not in path:
            importers[path] = merged_ranges(entry.get(group) for group in GROUPS)
        elif not entry.get("link"):
            versions[path.removeprefix("node_modules/")] = text(entry.get("version"))
        urls.append(text(entry.get("resolved")))
        optional.update(
            name
            for name in table(entry.get("optionalDependencies"))
            if not _is_present(packages, path, name)
        )
    return Contents(
        version=version,
        packages=versions,
        importers=importers,
        urls=tuple(url for url in urls if url),
        optional=frozenset(optional),
        names=frozenset(path.rsplit("node_modules/", 1)[-1] for path in versions) - optional,
    )


def _is_present(packages: Mapping[str, Any], path: str, name: str) -> bool:
    """Whether a package finds another one in the tree that the lockfile describes."""
    folder = path
    while True:
        if (f"{folder}/node_modules/{name}" if folder else f"node_modules/{name}") in packages:
            return True
        if not folder:
            return False
        cut = folder.rfind("/node_modules/")
        if cut >= 0:
            folder = folder[:cut]
        elif folder.startswith("node_modules/") or "/" not in folder:
            folder = ""
        else:
            folder = folder.rsplit("/", 1)[0]


def _of_tree(version: str, root: Mapping[str, Any]) -> Contents:
    """Version 1: a tree of dependencies without the ranges that were asked for."""
    versions: dict[str, str] = {}
    urls: list[str] = []
    asked: set[str] = set()
    stack = [("", table(root.get("dependencies")))]
    while stack and len(versions) < MAX_ENTRIES:
        prefix, group = stack.pop()
        for name, raw in group.items():
            entry = table(raw)
            path = f"{prefix}{name}"
            versions[path] = text(entry.get("version"))
            urls.append(text(entry.get("resolved")))
            asked.update(table(entry.get("requires")))
            stack.append((f"{path}/node_modules/", table(entry.get("dependencies"))))
    direct = {n: v for n, v in versions.items() if "node_modules/" not in n}
    return Contents(
        version=version,
        packages=versions,
        locked=direct,
        urls=tuple(url for url in urls if url),
        optional=frozenset(asked),
        names=frozenset(path.rsplit("node_modules/", 1)[-1] for path in versions),
    )
