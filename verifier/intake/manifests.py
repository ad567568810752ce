"""The package.json files that take part: root, application, those between, and workspaces."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from typing import Any, Final

from verifier.errors import ProjectError
from verifier.intake.textdata import NotParsed, parse_json, parse_object, parse_yaml
from verifier.model.project import Manifest, Problem
from verifier.model.source import SourceTree

_MAX_PATTERNS: Final = 200
_MAX_MEMBERS: Final = 2000


def read_manifests(
    tree: SourceTree, root: str
) -> tuple[tuple[Manifest, ...], str | None, tuple[Problem, ...]]:
    """The manifests of a snapshot, the kind of monorepo, and what could not be read.

    Raises:
        ProjectError: the application's own package.json is not valid.

    """
    problems: list[Problem] = []
    found: dict[str, Manifest] = {}
    for folder in _upwards(root):
        path = f"{folder}/package.json" if folder else "package.json"
        if path in tree:
            manifest = _read(tree, path, is_own=folder == root, problems=problems)
            if manifest is not None:
                found[path] = manifest
    patterns, kind = _workspaces(tree, found.get("package.json"), problems)
    for path in _members(tree, patterns):
        if path not in found:
            manifest = _read(tree, path, is_own=False, problems=problems)
            if manifest is not None:
                found[path] = manifest
    manifests = tuple(found[p] for p in sorted(found, key=lambda p: (p.count("/"), p)))
    return manifests, kind, tuple(problems)


def parse_manifest(path: str, raw: Mapping[str, Any]) -> Manifest:
    """A manifest from its parsed JSON; fields of a wrong type count as absent."""
    return Manifest(
        path=path,
        name=_text(raw.get("name")),
        scripts=_strings(raw.get("scripts")),
        dependencies=_strings(raw.get("dependencies")),
        dev_dependencies=_strings(raw.get("devDependencies")),
        optional_dependencies=_strings(raw.get("optionalDependencies")),
        peer_dependencies=_strings(raw.get("peerDependencies")),
        engines=_strings(raw.get("engines")),
        package_manager=_text(raw.get("packageManager")) or None,
        workspaces=_patterns(raw.get("workspaces")),
        raw=raw,
    )


def _read(tree: SourceTree, path: str, *, is_own: bool, problems: list[Problem]) -> Manifest | None:
    text = tree.text(path)
    if text is None:
        problems.append(Problem(what="package.json not read", why="it is no file", file=path))
        return None
    try:
        raw = parse_object(text)
    except NotParsed as error:
        if is_own:
            msg = f"{path}: {error}; every package manager refuses this file: correct it"
            raise ProjectError(msg) from error
        line = error.line or None
        problems.append(Problem(what="package.json not valid", why=error.why, file=path, line=line))
        return None
    return parse_manifest(path, raw)


def _workspaces(
    tree: SourceTree, top: Manifest | None, problems: list[Problem]
) -> tuple[tuple[str, ...], str | None]:
    declared = top.workspaces if top else ()
    pnpm = _listed(tree, "pnpm-workspace.yaml", problems)
    lerna = _listed(tree, "lerna.json", problems)
    patterns = (*declared, *pnpm, *lerna)
    if "turbo.json" in tree or "turbo.jsonc" in tree:
        return patterns, "turbo"
    if "nx.json" in tree:
        return patterns, "nx"
    if pnpm:
        return patterns, "pnpm"
    if declared or lerna:
        return patterns, "yarn" if "yarn.lock" in tree else "npm"
    return (), None


def _listed(tree: SourceTree, path: str, problems: list[Problem]) -> tuple[str, ...]:
    text = tree.text(path)
    if text is None:
        return ()
    try:
        raw = parse_json(text) if path.endswith(".json") else parse_yaml(text)
    except NotParsed as error:
        line = error.line or None
        problems.append(Problem(what=f"{path} not valid", why=error.why, file=path, line=line))
        return ()
    return _patterns(raw.get("packages")) if isinstance(raw, dict) else ()


def _members(tree: SourceTree, patterns: Iterable[str]) -> list[str]:
    wanted = [p.removeprefix("./").rstrip("/") for p in patterns][:_MAX_PATTERNS]
    include = [p.split("/") for p in wanted if p and not p.startswith("!")]
    exclude = [p[1:].removeprefix("./").split("/") for p in wanted if p.startswith("!")]
    if not include:
        return []
    found = []
    for path in tree:
        if not path.endswith("/package.json") or "/node_modules/" in f"/{path}":
            continue
        parts = path.split("/")[:-1]
        if any(matches(g, parts) for g in include) and not any(matches(g, parts) for g in exclude):
            found.append(path)
            if len(found) == _MAX_MEMBERS:
                break
    return found


def matches(pattern: list[str], parts: list[str]) -> bool:
    """Whether a glob, split at its slashes, matches a folder; `**` stands for any depth."""
    reached = {0}
    for part in [*parts, None]:
        # `**` may also stand for nothing.
        for at in sorted(reached):
            step = at
            while step < len(pattern) and pattern[step] == "**":
                step += 1
                reached.add(step)
        if part is None:
            break
        reached = {
            at + (pattern[at] != "**")
            for at in reached
            if at < len(pattern) and (pattern[at] == "**" or _part_matches(part, pattern[at]))
        }
    return len(pattern) in reached


def _part_matches(part: str, pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(part, p) for p in _braces(pattern[:200]))


def _braces(pattern: str) -> list[str]:
    head, brace, rest = pattern.partition("{")
    inside, closing, tail = rest.partition("}")
    if not brace or not closing or tail.count("{") > 2:
        return [pattern]
    return [f"{head}{choice}{end}" for choice in inside.split(",") for end in _braces(tail)]


def _upwards(root: str) -> list[str]:
    parts = root.split("/") if root else []
    return ["/".join(parts[:n]) for n in range(len(parts), -1, -1)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _strings(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {k: v for k, v in value.items() if isinstance(k, str) and isinstance(v, str)}


def _patterns(value: object) -> tuple[str, ...]:
    if isinstance(value, dict):
        value = value.get("packages")
    return tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
