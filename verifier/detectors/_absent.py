"""Variables that a failure leads to and that were not set, each with what speaks for it."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._client import blanks
from verifier.detectors._clues import (
    blocks_of,
    changes_about,
    error_lines,
    failed,
    places_in,
    quoted,
    seen_in,
    stage,
    suspects_about,
)
from verifier.detectors._environment import (
    State,
    is_schema_read,
    lacks,
    near_name,
    reads_of,
    state_of,
    with_value,
)
from verifier.detectors._failing_routes import named_routes
from verifier.detectors._graph import ImportGraph, chain
from verifier.detectors._reads import load_reads, related_reads, statement_of, words_of
from verifier.detectors._routes import files_of_route
from verifier.detectors._trace import trace_of
from verifier.factors._dummies import dummy_value
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import (
    EvidenceItem,
    Finding,
    Location,
    Pattern,
    Severity,
)
from verifier.model.outcome import Stage
from verifier.model.project import EnvRead
from verifier.model.secret import Secret

_NAMED: Final = 0.8
"""From here on the failure itself names the variable."""
_TRACED: Final = 0.85
_LEAST: Final = 0.2
_LATENT: Final = 0.6
"""Weight of a variable that the failure does not speak of, and that likely is the next to miss."""
_NAME: Final = re.compile(r"(?<![\w./[-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?![\w/-])")
_SPEAKS_OF_VARIABLES: Final = re.compile(
    r"\benv(?:ironment)?\b|\bvariable|process\.env|import\.meta\.env", re.IGNORECASE
)
_VARIABLE: Final = re.compile(r"[A-Z][A-Z0-9_]+")
_NOT_VARIABLES: Final = re.compile(r"^(?:ERR|BUILD_UTILS|NEXT_(?!PUBLIC)|NPM|YN|E)_|_ERROR$")
_OPTION: Final = re.compile(r"[A-Za-z_]\w*")
_FRAME: Final = re.compile(r"^\s*(?P<mark>>)?\s*\d+\s*\|")
_SPEAKING: Final = frozenset({"missing-env", "env-validation", "sdk-without-key", "invalid-url"})
"""Classes of failures that are about a value."""
_OPEN: Final = frozenset(
    {"page-data-error", "prerender-error", "config-load-error", "script-failed", "unclassified"}
)
"""Classes of failures of code that ran, which may be about a value."""
_CONNECTING: Final = re.compile(r"URL|URI|HOST|DSN|ENDPOINT|ORIGIN|SERVER|DATABASE|POSTGRES|MONGO")
_CONFIG: Final = re.compile(r"(^|/)(?:next|vite|astro|nuxt|svelte)\.config\.[cm]?[jt]s$")
_REFUSES: Final = re.compile(r"[Ii]nvalid (?:next\.config|rewrite|redirect|header)")
_TAIL: Final = 60
"""Last lines of a log in which a tool may have said what it refuses in its configuration."""
_ANSWERS: Final = re.compile(r"Received a 5\d\d status code from `entry\.server")
"""React Router prerenders with the server that it built, which loads every route at its start and
keeps to itself what fails there."""
_LOADS_CONFIG: Final = re.compile(
    r"[Ff]ailed to load (?:config|next\.config)|next\.config\.|vite\.config\.|astro\.config\."
)


@dataclass(slots=True)
class Clue:
    """What speaks for one variable."""

    weight: float = 0.0
    evidence: list[EvidenceItem] = field(default_factory=list)
    way: tuple[str, ...] = ()

    def add(self, weight: float, *items: EvidenceItem) -> None:
        """Count a sign; signs for the same variable do not add up, the best one counts."""
        self.weight = max(self.weight, weight)
        for item in items:
            if item not in self.evidence and len(self.evidence) < 6:
                self.evidence.append(item)


def absent_variables(evidence: Evidence) -> dict[str, Clue]:
    """Variables that the failure leads to and that were not set, the likeliest first."""
    if not failed(evidence):
        return {}
    lines = error_lines(evidence)
    clues: dict[str, Clue] = {}
    _from_names(evidence, lines, clues)
    _from_blanks(evidence, lines, clues)
    _from_keys(evidence, clues)
    named = _named(clues)
    if not named:
        _from_trace(evidence, clues)
        named = _named(clues)
    decisive = _class(evidence)
    if decisive in _SPEAKING | _OPEN:
        _from_places(evidence, lines, clues)
        _from_graph(evidence, lines, clues)
    elif decisive == "connection-refused":
        _from_graph(evidence, lines, clues, only=_CONNECTING)
    if named:
        # The failure says what it lacks: what else is absent shows when that is repaired.
        listed = decisive == "env-validation"
        for name, clue in clues.items():
            if name not in named:
                clue.weight *= 0.2 if listed and _is_only_validated(evidence, name) else 0.5
    _from_scopes(evidence, clues)
    clues = {name: clue for name, clue in clues.items() if clue.weight >= _LEAST}
    return dict(sorted(clues.items(), key=lambda pair: (-pair[1].weight, pair[0])))


def scopes_of(evidence: Evidence, name: str) -> tuple[str, ...]:
    """Scopes other than production in which a variable is known to be set."""
    scopes = evidence.project.other_scopes.items()
    return tuple(sorted(scope for scope, names in scopes if name in names))


def _class(evidence: Evidence) -> str:
    signature = evidence.observation.outcome.signature
    return "" if signature is None else signature.error_class


def _named(clues: dict[str, Clue]) -> set[str]:
    """The variables that the failure itself names."""
    return {name for name, clue in clues.items() if clue.weight >= _NAMED}


def _is_only_validated(evidence: Evidence, name: str) -> bool:
    """Whether only a validator reads a variable: it lists all that it refuses at once."""
    reads = reads_of(evidence, name)
    return bool(reads) and all(read.form == "validator" for read in reads)


def _from_names(evidence: Evidence, lines: tuple[str, ...], clues: dict[str, Clue]) -> None:
    known = {r.name for r in evidence.project.code.env_reads} | {
        c.subject for c in evidence.changes.values() if c.family == "env-var"
    }
    for line in lines:
        frame = _FRAME.match(line)
        for match in _NAME.finditer(line):
            name = match[0]
            sure = name in known or (
                _SPEAKS_OF_VARIABLES.search(line) is not None
                and _NOT_VARIABLES.search(name) is None
            )
            if not sure or not lacks(evidence, name):
                continue
            # A frame shows neighbours of the faulty line too; only the marked one accuses.
            weight = 0.9 if frame is None else 0.8 if frame["mark"] else 0.3
            clues.setdefault(name, Clue()).add(weight, quoted(evidence, line))
    for block in blocks_of(evidence, "missing-env", "env-validation"):
        for name in re.split(r"[,\s]+", block.signature.subject):
            if _VARIABLE.fullmatch(name) and lacks(evidence, name):
                clues.setdefault(name, Clue()).add(0.9, quoted(evidence, block.lines[0]))


def _from_blanks(evidence: Evidence, lines: tuple[str, ...], clues: dict[str, Clue]) -> None:
    """Find "undefined" in the message beside what stands beside a variable in the code."""
    tail = evidence.observation.log[-_TAIL:]
    telling = [line for line in (*lines, *tail) if "undefined" in line]
    if not telling:
        return
    code = evidence.project.code
    for read in code.env_reads:
        if read.name is None or read.fallback or read.file not in code.reachable:
            continue
        if not lacks(evidence, read.name):
            continue
        for blank in blanks(evidence.clean.source, read):
            line = next((t for t in telling if blank in t), None)
            if line is not None:
                clues.setdefault(read.name, Clue()).add(
                    0.85,
                    quoted(evidence, line),
                    seen_in(read.file, f"reads {read.name}", read.line),
                )


def _from_keys(evidence: Evidence, clues: dict[str, Clue]) -> None:
    """Variables that the code gives to the very option that the failure misses."""
    code = evidence.project.code
    for block in blocks_of(evidence, "sdk-without-key"):
        option = block.signature.subject
        if not _OPTION.fullmatch(option):
            continue
        given = re.compile(rf"(?<![\w.]){option}['\"]?\s*:[^,;]*$")
        for read in code.env_reads:
            if read.name is None or read.fallback or read.file not in code.reachable:
                continue
            text = (evidence.recipe.source.text(read.file) or "").split("\n")
            line = text[read.line - 1] if read.line <= len(text) else ""
            before = line.partition(read.name)[0]
            if given.search(before) and lacks(evidence, read.name):
                clues.setdefault(read.name, Clue()).add(
                    _TRACED,
                    quoted(evidence, block.lines[0]),
                    seen_in(read.file, f"gives {read.name} to {option}", read.line),
                )


def _from_trace(evidence: Evidence, clues: dict[str, Clue]) -> None:
    """Variables that what failed was made of, however far from the place they were read."""
    trace = trace_of(evidence)
    if trace is None:
        return
    known = {c.subject for c in evidence.changes.values() if c.family == "env-var"}
    for name in sorted(known | trace.reached.variables.keys()):
        at = trace.reached.reads(name)
        if at is not None and lacks(evidence, name):
            clues.setdefault(name, Clue()).add(
                _TRACED, quoted(evidence, trace.line), seen_in(at.file, f"reads {name}", at.line)
            )


def _from_places(evidence: Evidence, lines: tuple[str, ...], clues: dict[str, Clue]) -> None:
    for place in places_in(evidence, lines):
        if place.line is None:
            continue
        for read, close in related_reads(evidence, place.file, place.line):
            if read.name is None or not lacks(evidence, read.name):
                continue
            weight = 0.8 if close else 0.35
            clues.setdefault(read.name, Clue()).add(
                weight,
                seen_in(place.file, "the stack points here", place.line),
                seen_in(read.file, f"reads {read.name}", read.line),
            )


def _from_graph(
    evidence: Evidence,
    lines: tuple[str, ...],
    clues: dict[str, Clue],
    only: re.Pattern[str] | None = None,
) -> None:
    """Walk from the failing route, configuration or script to the variables it reads.

    only: the names that count; None for all.
    """
    starts, line = _starts(evidence, lines)
    parents = ImportGraph(evidence.project.code).reach(starts)
    is_config = bool(starts) and all(_CONFIG.search(path) for path in starts)
    runs = is_config or any("prerender" in text for text in lines)
    reads = _lacking(evidence, parents.keys(), runs=runs) if starts else ()
    is_far = not reads
    if is_far:
        reads, line = _lacking(evidence, (), runs=False), None
    scored = _scored([r for r in reads if only is None or only.search(r.name or "")], lines, is_far)
    best_at: dict[tuple[str, int], float] = {}
    for read, weight in scored:
        key = (read.file, _group(evidence, read))
        best_at[key] = max(weight, best_at.get(key, 0.0))
    for read, _ in scored:
        assert read.name is not None
        weight = best_at[(read.file, _group(evidence, read))]
        clue = clues.setdefault(read.name, Clue())
        items = [seen_in(read.file, f"reads {read.name}", read.line)]
        if line is not None:
            items.insert(0, quoted(evidence, line))
        clue.add(weight, *items)
        clue.way = clue.way or chain(parents, read.file)


def _from_scopes(evidence: Evidence, clues: dict[str, Clue]) -> None:
    """Variables that somebody set everywhere but in production, and that loading modules read.

    A failure that came first may hide the one they cause.
    """
    for read in load_reads(evidence, (), with_functions=False):
        assert read.name is not None
        scopes = scopes_of(evidence, read.name)
        if not scopes or not lacks(evidence, read.name):
            continue
        clues.setdefault(read.name, Clue()).add(
            _LATENT,
            seen_in(read.file, f"reads {read.name}, which {' and '.join(scopes)} has", read.line),
        )


def _scored(
    reads: list[EnvRead], lines: tuple[str, ...], is_far: bool
) -> list[tuple[EnvRead, float]]:
    """Reads with their weight; those whose name shares a word with the message come first.

    is_far: nothing leads from the failure to the reads; then only such a word counts.
    """
    words = words_of(lines)
    shares = [bool(words & words_of([r.name or ""])) for r in reads]
    scored = []
    for read, shared in zip(reads, shares, strict=True):
        base = 0.2 if is_far else 0.45 if read.module_scope else 0.25
        if not shared and any(shares):
            base *= 0.4
        elif not shared and is_far:
            base = 0.0
        scored.append((read, min(0.85, base + (0.35 if shared else 0.0))))
    return scored


def _lacking(evidence: Evidence, files: Collection[str], *, runs: bool) -> tuple[EnvRead, ...]:
    reads = load_reads(evidence, files, with_functions=runs)
    return tuple(r for r in reads if r.name is not None and lacks(evidence, r.name))


def _group(evidence: Evidence, read: EnvRead) -> int:
    """The first line of the statement a read belongs to: its neighbours share its fate."""
    return statement_of(evidence, read.file, read.line)


def _starts(evidence: Evidence, lines: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Files that were being run when the build failed, and the line that says so."""
    tree = evidence.recipe.source
    found: dict[str, None] = {}
    said: str | None = None
    for line, route in named_routes(lines):
        files = files_of_route(evidence.project, tree, route)
        if files:
            found.update(dict.fromkeys(files))
            said = said or line
    for place in places_in(evidence, lines):
        found.setdefault(place.file, None)
    bundle = None if found else _bundle(evidence, lines)
    if bundle is not None:
        return tuple(sorted(evidence.project.code.entries)), bundle
    if not found:
        config = next((line for line in lines if _LOADS_CONFIG.search(line)), None) or next(
            (line for line in evidence.observation.log[-_TAIL:] if _REFUSES.search(line)), None
        )
        if config is not None:
            return _configs(evidence), config
    return tuple(found), said


def _bundle(evidence: Evidence, lines: tuple[str, ...]) -> str | None:
    """The line that says that the server of all routes at once answers none of them."""
    if evidence.project.framework != "react-router":
        return None
    return next((line for line in lines if _ANSWERS.search(line)), None)


def _configs(evidence: Evidence) -> tuple[str, ...]:
    return tuple(path for path in evidence.recipe.source if _CONFIG.search(path))


def finding_about(evidence: Evidence, detector: str, name: str, clue: Clue, said: str) -> Finding:
    """The finding about one variable that was not set; said ends its summary."""
    state = state_of(evidence, name)
    last = clue.way[-1] if clue.way else ""
    # What runs while a module is loaded decides; a handler that nobody calls yet does not.
    reached = evidence.project.code.reachable
    reads = sorted(
        reads_of(evidence, name),
        key=lambda r: (r.file not in reached, not r.module_scope, r.file != last),
    )
    places = [Location(file=r.file, line=r.line) for r in reads[:4]]
    schema = is_schema_read(evidence.recipe.source, name)
    if schema is not None:
        places.append(Location(file=schema))
    known = suspects_about(evidence, "env-var", name, clue.weight)
    offered = not changes_about(evidence, "env-var", name)
    where = f" and is read at {places[0]}" if places else ""
    way = f", reached by {' → '.join(clue.way)}" if len(clue.way) > 1 else ""
    near = near_name(evidence, name)
    slip = f"; {near}, which no code reads, is set there" if near else ""
    return accusation(
        detector,
        Pattern.ENVIRONMENT,
        name,
        summary=f"{name} is {state.value} in the build environment{where}{way}{said}{slip}",
        items=clue.evidence,
        weight=clue.weight,
        places=places,
        suspects=known,
        remedies=(_stand_in(evidence, detector, name, state, places),) if offered else (),
        severity=Severity.ERROR if clue.weight >= 0.3 else Severity.INFO,
    )


def _stand_in(
    evidence: Evidence, detector: str, name: str, state: State, places: list[Location]
) -> Change:
    at = stage(evidence)
    return Change(
        id=f"{detector}:{name}",
        family=detector,
        subject=name,
        title=f"{name} is set",
        pattern=Pattern.ENVIRONMENT.value,
        first_stage=Stage.COMPILE if at is None else min(at, Stage.COMPILE),
        repair=with_value(name, Secret(dummy_value(name))),
        remedy_kind=RemedyKind.PLATFORM,
        remedy_summary=(
            f"Set {name} in the project's Production environment variables to its real value "
            "(tried here with a stand-in) and deploy again"
        ),
        locations=tuple(str(place) for place in places),
        prior=0.3,
        stands_for=f"{state.value} in the production scope",
    )
