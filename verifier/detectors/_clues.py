"""What several detectors ask of one piece of evidence: log lines, places, known changes."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, EvidenceKind, Location, Suspect
from verifier.model.observation import ErrorBlock
from verifier.model.outcome import Stage
from verifier.model.project import Project
from verifier.model.source import SourceTree

_COLOUR: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_QUOTE_LENGTH: Final = 300
_SOURCE: Final = r"[cm]?[jt]sx?|vue|svelte|astro|mdx?|css|scss|sass|less|json"
_PLACE: Final = re.compile(
    rf"(?P<file>[\w@.$+~()\[\]/\\-]*[\w\])]\.(?:{_SOURCE}))(?::(?P<line>\d+)|\((?P<ts>\d+),\d+\))?"
)
_CONTAINER: Final = re.compile(r"^(?:file://)?(?:/vercel/path\d+/|\./)")


def failed(evidence: Evidence) -> bool:
    """Whether the trial in question failed."""
    return evidence.observation.outcome.is_fail


def passes_locally(evidence: Evidence) -> bool:
    """Whether the same code passes on the local side."""
    local = evidence.local_observation
    return local is not None and local.outcome.is_pass


def stage(evidence: Evidence) -> Stage | None:
    """The stage in which the trial failed, None if it did not."""
    signature = evidence.observation.outcome.signature
    return None if signature is None else signature.stage


def log_lines(evidence: Evidence) -> tuple[str, ...]:
    """Lines that speak of the failure: decisive block first, other blocks, then the whole log."""
    seen: dict[str, None] = {}
    blocks = (line for block in evidence.observation.errors for line in block.lines)
    signature = evidence.observation.outcome.signature
    first = () if signature is None or not signature.line else (signature.line,)
    # The normalised line of the signature goes last: it is a fallback for a cut log.
    for line in (*blocks, *evidence.observation.log, *first):
        seen.setdefault(_COLOUR.sub("", line), None)
    return tuple(seen)


def blocks_of(evidence: Evidence, *classes: str) -> tuple[ErrorBlock, ...]:
    """Error blocks of some classes, the decisive one first."""
    return tuple(b for b in evidence.observation.errors if b.signature.error_class in classes)


def said_in(block: ErrorBlock) -> str:
    """The line of an error block that says what is wrong; others head it or count errors."""
    subject = block.signature.subject
    return next((t for t in block.lines if subject and subject in t), block.lines[0])


def place_of(evidence: Evidence, block: ErrorBlock) -> Location | None:
    """The place of the project that an error block names, None if it names none."""
    return next(iter(places_in(evidence, (block.location,))), None) or next(
        iter(places_in(evidence, block.lines)), None
    )


def error_lines(evidence: Evidence) -> tuple[str, ...]:
    """Lines of the error blocks only; the end of the log where no block was recognised."""
    blocks = tuple(
        _COLOUR.sub("", line) for block in evidence.observation.errors for line in block.lines
    )
    if blocks or not failed(evidence):
        return blocks
    return tuple(_COLOUR.sub("", line) for line in evidence.observation.log[-150:])


def matches(lines: Iterable[str], pattern: re.Pattern[str]) -> Iterator[tuple[str, re.Match[str]]]:
    """Each line in which a pattern is found, with every match."""
    for line in lines:
        for match in pattern.finditer(line):
            yield line, match


def first_match(lines: Iterable[str], pattern: re.Pattern[str]) -> tuple[str, re.Match[str]] | None:
    """The first line in which a pattern is found, with the match."""
    return next(matches(lines, pattern), None)


def quoted(evidence: Evidence, line: str) -> EvidenceItem:
    """A log line as evidence."""
    return EvidenceItem(
        kind=EvidenceKind.LOG,
        text=line.strip()[:_QUOTE_LENGTH],
        run_id=evidence.observation.run_id,
    )


def seen_in(file: str, text: str, line: int | None = None) -> EvidenceItem:
    """A place in a file as evidence."""
    return EvidenceItem(kind=EvidenceKind.FILE, text=text, location=Location(file=file, line=line))


def changes_about(evidence: Evidence, family: str, subject: str) -> tuple[Change, ...]:
    """The known changes of a family about a subject; nothing is trusted by its id alone."""
    return tuple(
        c for c in evidence.changes.values() if c.family == family and c.subject == subject
    )


def changes_of(evidence: Evidence, *families: str) -> tuple[Change, ...]:
    """The known changes of some families."""
    return tuple(c for c in evidence.changes.values() if c.family in families)


def suspects_about(
    evidence: Evidence, family: str, subject: str, weight: float
) -> tuple[Suspect, ...]:
    """Suspects for the known changes about a subject that this trial has not repaired yet."""
    return tuple(
        Suspect(change_id=c.id, weight=weight)
        for c in changes_about(evidence, family, subject)
        if c.id not in evidence.key.changes
    )


def suspects_of(evidence: Evidence, weight: float, *families: str) -> tuple[Suspect, ...]:
    """Suspects for every known change of some families that this trial has not repaired yet."""
    return tuple(
        Suspect(change_id=c.id, weight=weight)
        for c in changes_of(evidence, *families)
        if c.id not in evidence.key.changes
    )


def newest_first(project: Project, files: Iterable[str]) -> tuple[str, ...]:
    """Files with the day on which git saw each first, the newest first; empty where unknown."""
    added = {} if project.git is None else project.git.added
    known = sorted(((added.get(f), f) for f in files), key=lambda pair: -(pair[0] or 0))
    if len({when for when, _ in known}) < 2 or any(when is None for when, _ in known):
        return ()
    days = [datetime.fromtimestamp(when or 0, UTC).date().isoformat() for when, _ in known]
    return tuple(f"{file} (added {day})" for (_, file), day in zip(known, days, strict=True))


def rooted(project: Project, path: str) -> str:
    """A path below the application directory as a path of the repository."""
    return f"{project.root}/{path}" if project.root else path


def file_named(evidence: Evidence, text: str) -> str | None:
    """The file of the trial's source that a path in a log means, None if none or several fit."""
    path = _CONTAINER.sub("", text.strip().replace("\\", "/")).lstrip("/")
    tree = evidence.recipe.source
    here = rooted(evidence.project, path)
    # Tools that run in one package of several name another's files from there.
    for candidate in (here, path, posixpath.normpath(here)):
        if candidate in tree:
            return candidate
    return _by_ending(tree, path)


def _by_ending(tree: SourceTree, path: str) -> str | None:
    if "/" not in path:
        return None
    fits = [p for p in tree if p.endswith(f"/{path}")]
    return fits[0] if len(fits) == 1 else None


def places_in(evidence: Evidence, lines: Iterable[str]) -> tuple[Location, ...]:
    """Files of the project that log lines mention, with their line numbers, in order."""
    found: dict[tuple[str, int | None], Location] = {}
    for line, match in matches(lines, _PLACE):
        text = match["file"]
        if "node_modules/" in text or ".next/" in text:
            continue
        file = file_named(evidence, text)
        if file is None:
            continue
        number = match["line"] or match["ts"]
        if number is None:
            # Vite and webpack print `file 3:14` or the position in the next column.
            rest = re.match(r"[:\s]+(\d+):\d+", line[match.end() :])
            number = None if rest is None else rest[1]
        at = None if number is None else int(number)
        found.setdefault((file, at), Location(file=file, line=at))
    return tuple(found.values())
