"""A script or a command may not be executed on the platform.

What it detects:
    A build or install that ends with `Permission denied` (exit 126): a script of the project that
    was committed without its executable bit, or commands of a node_modules folder that was
    committed together with the code.

Why it breaks the deployment:
    git keeps one mode bit for each file. Where it is not recorded (Windows, `core.fileMode false`,
    an upload through a web page), a clone has plain files, and the shell refuses to run them.

Example:
    `sh: ./scripts/build.sh: Permission denied`; `sh: vite: Permission denied` with node_modules in
    git.

Remedy:
    `git update-index --chmod=+x FILE`; `git rm -r --cached node_modules` and an ignore rule for it.

Sources:
    git documentation, update-index; POSIX shell, exit status 126.

"""

from __future__ import annotations

from dataclasses import replace
from posixpath import normpath
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    blocks_of,
    changes_about,
    file_named,
    quoted,
    rooted,
    seen_in,
    suspects_about,
)
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

ID: Final = "permission-denied"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A script or command is not executable"

_TREE: Final = "node_modules"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per file that may not be executed."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "permission-denied"):
        name = block.signature.subject
        line = next((text for text in block.lines if name in text), block.lines[0])
        made = _script(evidence, name, line) or _tracked_tree(evidence, name, line)
        if made is not None:
            found.setdefault(made.subject, made)
    return tuple(found.values())


def _script(evidence: Evidence, name: str, line: str) -> Finding | None:
    path = normpath(rooted(evidence.project, name)) if name else ""
    file = path if path in evidence.recipe.source else file_named(evidence, name)
    if file is None or _in_tree(file) or evidence.recipe.source.entries[file].executable:
        return None
    known = suspects_about(evidence, "file", file, 0.9)
    fixes = () if changes_about(evidence, "file", file) else (_executable(file),)
    return accusation(
        ID,
        PATTERN,
        file,
        summary=f"{file} is run as a command, but was committed without its executable bit",
        items=(quoted(evidence, line), seen_in(file, "has no executable bit in the commit")),
        weight=0.9,
        suspects=known,
        remedies=fixes,
    )


def _executable(file: str) -> Change:
    def repair(recipe: Recipe) -> Recipe:
        entry = recipe.source.entries.get(file)
        if entry is None or entry.executable:
            return recipe
        source = recipe.source.with_entry(file, replace(entry, executable=True))
        return replace(recipe, source=source)

    return remedy(
        ID,
        PATTERN,
        file,
        summary=f"Record the bit: git update-index --chmod=+x {file}",
        repair=repair,
        stands_for="committed without its executable bit",
        first_stage=Stage.INSTALL,
        places=(Location(file=file),),
    )


def _in_tree(path: str) -> bool:
    return _TREE in path.split("/")[:-1]


def _tracked_tree(evidence: Evidence, name: str, line: str) -> Finding | None:
    """Installed packages that are committed, bits lost on the way."""
    source = evidence.recipe.source
    tracked = [p for p in source if _in_tree(p)]
    if not tracked or not any(_bears(p, name) for p in tracked):
        return None
    top = tracked[0][: tracked[0].index(_TREE) + len(_TREE)]
    return accusation(
        ID,
        PATTERN,
        top,
        summary=f"{top} is committed; its commands have lost their executable bit on the way",
        items=(quoted(evidence, line), seen_in(tracked[0], f"{len(tracked)} files are committed")),
        weight=0.9,
        places=(Location(file=top),),
        remedies=(_untracking(top),),
    )


def _bears(path: str, name: str) -> bool:
    """Whether a committed file is the command that was refused, or lies in its package."""
    wanted = name.rpartition("/")[2]
    return bool(wanted) and (path.endswith(f"/{wanted}") or f"/{wanted}/" in path)


def _untracking(top: str) -> Change:
    def repair(recipe: Recipe) -> Recipe:
        gone = [p for p in recipe.source if p.startswith(f"{top}/")]
        source = recipe.source.without(*gone)
        rules = source.text(".gitignore") or ""
        if _TREE not in {r.strip().strip("/") for r in rules.split("\n")}:
            rules = f"{rules.rstrip()}\n{_TREE}/\n".lstrip()
            source = source.with_bytes(".gitignore", rules.encode())
        return replace(recipe, source=source)

    return remedy(
        ID,
        PATTERN,
        top,
        summary=f"Take it out of git: git rm -r --cached {top}, and ignore it",
        repair=repair,
        stands_for="committed, as another system had installed it",
        first_stage=Stage.INSTALL,
        places=(Location(file=top),),
    )
