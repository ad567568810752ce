"""A file that the build needs is on the laptop but does not reach the platform.

What it detects:
    An import, or a file read while building, that leads nowhere in the clean source although the
    file lies on the developer's disk: ignored by git, never added, taken away by `.vercelignore`,
    inside a submodule, or a pointer of Git LFS. Without a local side it names the ignore rule that
    would hide the file.

Why it breaks the deployment:
    The platform builds what git delivers, less what `.vercelignore` removes. A rule such as `lib/`
    from another language's template hides `src/lib` as well.

Example:
    `.gitignore:12: lib/` hides `src/lib/utils.ts`; twenty files import `@/lib/utils`.

Remedy:
    Anchor or remove the rule (`/lib/`), add the file to git and commit it.

Sources:
    git documentation, gitignore pattern format.
    Vercel documentation, the `.vercelignore` file, seen 2026-08-20.

"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from verifier.detectors._clues import blocks_of, changes_of, failed, quoted, seen_in, stage
from verifier.detectors._generators import generators_of, written_elsewhere
from verifier.detectors._missing import ENDINGS, Missing, find_path, missing_imports
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern, Severity, Suspect
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.model.source import FileKind, SourceTree
from verifier.vercel.ignore import matcher, parse_ignore

ID: Final = "ignored-file"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A needed file does not reach the platform"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per hidden file that the failing build misses."""
    found: dict[str, Finding] = {}
    for missing in missing_imports(evidence):
        made = _finding(evidence, missing)
        if made is not None:
            found.setdefault(made.subject, made)
    for made in (*_pointers(evidence), *_entries(evidence)):
        found.setdefault(made.subject, made)
    return tuple(found.values())


def _finding(evidence: Evidence, missing: Missing) -> Finding | None:
    path = _hidden_path(evidence, missing)
    if path is None:
        return _by_rule(evidence, missing)
    reason, items = _reason(evidence, path)
    weight = 0.9 if missing.named else 0.4
    if generators_of(evidence, path) or written_elsewhere(evidence, path):
        weight = 0.2  # what a command of the project writes is rather generated than committed
    return _made(
        evidence, path, reason, (*missing.evidence, *items), place=missing.place, weight=weight
    )


def _hidden_path(evidence: Evidence, missing: Missing) -> str | None:
    """The file on disk that the import means and that the trial's source lacks."""
    source = evidence.recipe.source
    refs = [
        r.resolved
        for r in evidence.project.local_code.imports
        if r.specifier == missing.specifier
        and r.resolved is not None
        and (missing.place is None or r.file == missing.place.file)
    ]
    wanted = [missing.wanted] if missing.wanted is not None else []
    on_disk = [find_path(tree, w) for w in wanted for tree in _fuller(evidence)]
    for path in (*refs, *on_disk):
        if path is not None and path not in source:
            if path in evidence.clean.source:
                return None  # a repair of this trial took it away
            # A twin of another case is there: the name is at fault, not the delivery.
            return None if path.lower() in {p.lower() for p in source} else path
    return None


def _fuller(evidence: Evidence) -> tuple[SourceTree, ...]:
    project = evidence.project
    return (project.working, project.committed)


def _reason(evidence: Evidence, path: str) -> tuple[str, tuple[EvidenceItem, ...]]:
    """Why the file is hidden, and the rule that says so."""
    project, git = evidence.project, evidence.project.git
    for rule in () if git is None else git.ignored:
        if path == rule.path or (rule.is_directory and path.startswith(f"{rule.path}/")):
            text = f"the rule {rule.pattern!r} hides {path}"
            return "git ignores it", (seen_in(rule.rule_file, text, rule.rule_line),)
    if git is not None and any(path.startswith(f"{s}/") for s in git.submodules):
        return "it lies in a submodule, which is empty on the platform", ()
    if path in project.committed:
        file = next((p for p in project.committed if p.endswith(".vercelignore")), ".vercelignore")
        return ".vercelignore removes it", (seen_in(file, f"hides {path}"),)
    if git is not None and (
        path in git.untracked or any(path.startswith(u) for u in git.untracked if u.endswith("/"))
    ):
        return "it was never added to git", ()
    return "git does not deliver it", ()


def _made(
    evidence: Evidence,
    path: str,
    reason: str,
    items: Iterable[EvidenceItem],
    *,
    place: Location | None,
    weight: float,
) -> Finding:
    suspects = tuple(
        Suspect(change_id=c.id, weight=weight)
        for c in changes_of(evidence, "file")
        if (c.subject == path or path.startswith(f"{c.subject}/"))
        and c.id not in evidence.key.changes
    )
    remedies: tuple[Change, ...] = ()
    if not suspects:
        remedy = _remedy(evidence, path, reason)
        remedies = () if remedy is None else (remedy,)
        suspects = tuple(Suspect(change_id=r.id, weight=weight) for r in remedies)
    evidence_items = tuple(items) or (seen_in(path, reason),)
    places = [i.location for i in evidence_items if i.location is not None]
    return Finding(
        detector=ID,
        pattern=PATTERN,
        subject=path,
        summary=f"{path} is needed by the build but does not reach the platform: {reason}",
        severity=Severity.ERROR,
        evidence=evidence_items,
        locations=tuple(dict.fromkeys([*([place] if place else []), *reversed(places)])),
        suspects=suspects,
        remedies=remedies,
    )


def _remedy(evidence: Evidence, path: str, reason: str) -> Change | None:
    """The file put back, where its content is known."""
    origin = next((tree for tree in _fuller(evidence) if path in tree), None)
    if origin is None:
        return None
    entry = origin.entries[path]
    if entry.kind is FileKind.GITLINK or entry.secret:
        return None
    tree = origin

    def repair(recipe: Recipe) -> Recipe:
        same = tree.store is recipe.source.store
        content = None if same or entry.content is not None else tree.read(path)
        source = recipe.source.with_entry(path, entry, content)
        return Recipe(source=source, environment=recipe.environment)

    return Change(
        id=f"{ID}:{path}",
        family=ID,
        subject=path,
        title=f"{path} reaches the platform",
        pattern=PATTERN.value,
        first_stage=min(stage(evidence) or Stage.COMPILE, Stage.COMPILE),
        repair=repair,
        remedy_kind=RemedyKind.PROJECT,
        remedy_summary=f"Change what hides {path}, then commit the file",
        locations=(path,),
        prior=0.3,
        stands_for=reason,
    )


def _by_rule(evidence: Evidence, missing: Missing) -> Finding | None:
    """An ignore rule that would hide the missing file: all that a fresh clone can show."""
    if missing.wanted is None or not missing.named:
        return None
    paths = [missing.wanted + e for e in ("", *ENDINGS)]
    if any(p in evidence.recipe.source for p in paths):
        return None
    for file, line, rule in _rules(evidence.recipe.source):
        hides = matcher([rule])
        folder = file.rpartition("/")[0]
        inside = [p[len(folder) + 1 :] if folder else p for p in paths]
        if folder and not missing.wanted.startswith(f"{folder}/"):
            continue
        if any(hides(p) for p in inside):
            text = f"the rule {rule!r} would hide {missing.wanted}"
            items = (*missing.evidence, seen_in(file, text, line))
            reason = f"git ignores it ({file}:{line}: {rule})"
            return _made(evidence, missing.wanted, reason, items, place=missing.place, weight=0.0)
    return None


def _rules(tree: SourceTree) -> Iterable[tuple[str, int, str]]:
    for path in tree:
        if path.rpartition("/")[2] != ".gitignore":
            continue
        for number, text in enumerate((tree.text(path) or "").split("\n"), start=1):
            for rule in parse_ignore(text):
                if not rule.startswith("!"):
                    yield path, number, rule


def _pointers(evidence: Evidence) -> Iterable[Finding]:
    """Pointers of Git LFS that reached the build instead of their content."""
    git = evidence.project.git
    if git is None or not failed(evidence):
        return
    named = "\n".join(line for b in evidence.observation.errors for line in b.lines)
    for path in git.lfs_pointers:
        name = path.rpartition("/")[2]
        if name in named and path in evidence.recipe.source:
            item = seen_in(path, "is a pointer of Git LFS, not the file itself", 1)
            yield _made(
                evidence, path, "it is a pointer of Git LFS", (item,), place=None, weight=0.5
            )


def _entries(evidence: Evidence) -> Iterable[Finding]:
    """Files a local build starts from or reads as configuration, hidden from the platform."""
    if not failed(evidence):
        return
    project = evidence.project
    for path in sorted(project.local_code.entries - project.code.entries):
        if path in evidence.recipe.source or path not in project.working:
            continue
        if path in evidence.clean.source:
            continue  # the platform has it; a repair of this trial took it away
        reason, items = _reason(evidence, path)
        item = seen_in(path, "the local build starts from this file")
        alias = _alias_line(evidence, project.working.text(path) or "")
        said = () if alias is None else (quoted(evidence, alias),)
        weight = 0.3 if alias is None else 0.8
        yield _made(evidence, path, reason, (*said, item, *items), place=None, weight=weight)


def _alias_line(evidence: Evidence, config: str) -> str | None:
    """The line that misses an import by an alias which a configuration defines, None if none."""
    for block in blocks_of(evidence, "module-not-found"):
        wanted = block.signature.subject
        alias = wanted.partition("/")[0]
        if not wanted.startswith(".") and re.search(
            rf"[\"']{re.escape(alias)}(?:/\*?)?[\"']\s*:", config
        ):
            return block.signature.line or block.lines[0]
    return None
