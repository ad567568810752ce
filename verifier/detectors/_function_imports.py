"""Imports of functions that a green build deployed although they lead nowhere.

A bundler stops at such an import. The builder of files below `api/` does not: it compiles each file
by itself, traces what is there, and goes on without what is not. The function then dies whenever it
is called.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Final

from verifier.detectors._answers import deployed
from verifier.detectors._clues import rooted
from verifier.model.evidence import Evidence
from verifier.model.project import ImportRef

_ENDING: Final = re.compile(r"(?<!\.d)\.[cm]?[jt]s$")
_MAX_FILES: Final = 2000
_MAX_LINES: Final = 60


def lost_imports(evidence: Evidence) -> Iterator[ImportRef]:
    """Imports that code of a deployed function runs when it is loaded, and that lead nowhere.

    Packages count that were not installed at all, by whatever way; relative paths that no file of
    the source answers. What is only used as a type is gone from the compiled code.
    """
    site = deployed(evidence)
    if site is None or not evidence.observation.installed:
        return
    installed = {path.rpartition("node_modules/")[2] for path in evidence.observation.installed}
    by_file: dict[str, list[ImportRef]] = {}
    for ref in evidence.project.code.imports:
        by_file.setdefault(ref.file, []).append(ref)
    waiting = deque(_functions(evidence, site.functions))
    seen = set(waiting)
    while waiting and len(seen) < _MAX_FILES:
        for ref in by_file.get(waiting.popleft(), ()):
            if ref.type_only:
                continue
            if ref.resolved is not None:
                if ref.resolved not in seen:
                    seen.add(ref.resolved)
                    waiting.append(ref.resolved)
            elif _is_lost(evidence, ref, installed) and _is_run(evidence, ref):
                yield ref


def _functions(evidence: Evidence, deployed_at: Mapping[str, str]) -> Iterator[str]:
    """The source files below `api/` that became functions."""
    names = set(deployed_at)
    prefix = rooted(evidence.project, "")
    for path in evidence.recipe.source:
        below = path[len(prefix) :] if path.startswith(prefix) else ""
        if not below.startswith("api/") or _ENDING.search(below) is None:
            continue
        bare = _ENDING.sub("", below)
        if {bare, bare.removesuffix("/index"), below} & names:
            yield path


def _is_lost(evidence: Evidence, ref: ImportRef, installed: set[str]) -> bool:
    if ref.package is not None:
        if ref.package in installed or _is_known(evidence, ref.package):
            return False
        # A name that is a folder of the project is no package, whatever leads there.
        folder = rooted(evidence.project, f"{ref.package.partition('/')[0]}/")
        return not any(path.startswith(folder) for path in evidence.recipe.source)
    if ref.wanted is None or not ref.specifier.startswith("."):
        return False
    # `./rates.js` may mean rates.ts, which is compiled to that name.
    stem = re.sub(r"\.[cm]?js$", "", ref.wanted)
    return not any(p == ref.wanted or p.startswith(f"{stem}.") for p in evidence.recipe.source)


def _is_known(evidence: Evidence, package: str) -> bool:
    """Whether a manifest declares a package, or is its own: it may be linked, not installed."""
    return any(
        manifest.declares(package) or manifest.name == package
        for manifest in evidence.project.manifests
    )


def _is_run(evidence: Evidence, ref: ImportRef) -> bool:
    """Whether the import stands at the margin of its file and its names are used as values.

    One further in may be guarded, or never reached.
    """
    text = evidence.recipe.source.text(ref.file) or ""
    lines = text.splitlines()
    if not 0 < ref.line <= len(lines):
        return False
    statement = _statement(lines, ref)
    if statement is None:
        return False
    if not ref.file.endswith("ts") or not statement.startswith("import"):
        return True
    clause = statement.removeprefix("import").partition(" from ")[0]
    if clause.strip().startswith(("'", '"')):
        return True
    names = [n for part in re.split(r"[{},]", clause) if (n := _name(part))]
    return any(_is_value(text, name) for name in names)


def _statement(lines: list[str], ref: ImportRef) -> str | None:
    """The statement of an import that runs when its file is loaded, as one line; else None."""
    at = ref.line - 1
    spec = re.escape(ref.specifier)
    if re.match(rf"(?:(?:const|let|var)\b[^=]*=\s*)?require\(\s*['\"]{spec}['\"]", lines[at]):
        return lines[at]
    for start in range(at, max(-1, at - _MAX_LINES), -1):
        if re.match(r"(?:import|export)\b", lines[start]):
            text = " ".join(line.strip() for line in lines[start : start + _MAX_LINES])
            whole = re.match(rf"(?:import|export)\b[^;()]*?['\"]{spec}['\"]", text)
            return None if whole is None else whole[0]
    return None


def _name(part: str) -> str:
    """The name that one part of an import clause binds; empty for types and for nothing."""
    part = part.strip()
    if part.startswith("type "):
        return ""
    return part.rpartition(" as ")[2].strip().lstrip("* ")


def _is_value(text: str, name: str) -> bool:
    """Whether a name is called, built, read or handed on somewhere: what types never are."""
    word = rf"(?<![\w.$]){re.escape(name)}(?![\w$])"
    pattern = (
        rf"{word}\s*(?:\(|\.\w+\s*\(|`|\[)|\bnew\s+{word}|[=(,]\s*{word}\s*[,);\n]"
        rf"|\bextends\s+{word}|\bawait\s+{word}"
    )
    body = re.sub(r"^import\b[^;'\"]*['\"][^'\"]*['\"]", "", text, flags=re.MULTILINE)
    return re.search(pattern, body) is not None
