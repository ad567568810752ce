"""What a linter's report in the log says, message by message.

Oxlint frames the place below each message. ESLint's own report, that of `next build` and that of
react-scripts each head the messages of a file with its name. One rule may speak many times, in one
file and in several, which error blocks, one per rule, do not tell apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from verifier.detectors._clues import blocks_of, file_named, place_of
from verifier.model.evidence import Evidence

AS_ERRORS: Final = frozenset({"CI", "max-warnings"})
"""Subjects of lint errors that are warnings: react-scripts where CI is set, ESLint with a limit."""
_HEAD: Final = re.compile(
    r"^(?:\./)?(?P<file>[\w@./()[\] $+-]+\.(?:[cm]?[jt]sx?|vue|svelte|astro))\s*$"
)
_SAID: Final = re.compile(
    r"^(?:Line (?P<row>\d{1,7}):\d+: |(?P<line>\d{1,7}):\d+ (?P<kind>[Ee]rror|[Ww]arning)(?::? ))"
    r"(?P<text>\S.*)$"
)
_RULE: Final = re.compile(r"\s(?P<rule>@?[\w-]+(?:/[\w@-]+)*)$")
_UNREADABLE: Final = "Parsing error"
"""The one message that comes without a rule."""
_BEGINS: Final = re.compile(r"^(?:Failed to compile\b|Compiled with warnings\b|\u2026 \d+ lines )")
"""What no file's messages reach over: the report's beginning, or a cut in the log."""
_REFUSES: Final = "Failed"
_ERRORS: Final = ("x", "\u00d7")
_HEADED: Final = re.compile(
    r"^\s*(?P<mark>[x\u00d7!⚠]) (?P<plugin>[\w@/-]+)\((?P<rule>[\w/-]+)\): \S"
)
_FRAME: Final = re.compile(r"^\s*(?:,-|╭─)\[(?P<file>[^\]]+?):(?P<line>\d{1,7}):\d+\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a linter; `file` and `line` are empty and 0 where the log names none."""

    file: str
    line: int
    rule: str
    text: str


def are_warnings(evidence: Evidence) -> bool:
    """Whether what stops the build are warnings that count as errors."""
    return any(b.signature.subject in AS_ERRORS for b in blocks_of(evidence, "lint-error"))


def refused(evidence: Evidence) -> tuple[Message, ...]:
    """Every message that stops the build, in the order of the log, each once."""
    warned = are_warnings(evidence)
    told = dict.fromkeys(
        [*_reported(evidence, with_warnings=warned), *_framed(evidence, with_warnings=warned)]
    )
    rules = {m.rule for m in told}
    # Of a log that was cut, the blocks still know one message of each rule.
    told.update(dict.fromkeys(m for m in _of_blocks(evidence) if m.rule not in rules))
    return tuple(told)


def _reported(evidence: Evidence, *, with_warnings: bool) -> Iterator[Message]:
    file, refuses = "", False
    for line in evidence.observation.log:
        begins = _BEGINS.match(line)
        head = _HEAD.match(line)
        said = _SAID.match(line)
        if begins is not None:
            file, refuses = "", begins[0].startswith(_REFUSES)
        elif head is not None:
            file = file_named(evidence, head["file"]) or ""
        elif said is not None and file:
            # react-scripts prints either errors or warnings, and does not say which.
            counts = refuses if said["kind"] is None else said["kind"].lower() == "error"
            if counts or (with_warnings and said["kind"] is not None):
                yield _message(file, said, line)


def _framed(evidence: Evidence, *, with_warnings: bool) -> Iterator[Message]:
    """The messages of oxlint: what is wrong, and the place in the next line."""
    for line, frame in pairwise(evidence.observation.log):
        said, at = _HEADED.match(line), _FRAME.match(frame)
        file = None if at is None else file_named(evidence, at["file"])
        if said is None or at is None or file is None:
            continue
        if with_warnings or said["mark"] in _ERRORS:
            rule = said["rule"]
            plugin = "" if said["plugin"] == "eslint" else f"{said['plugin']}/"
            yield Message(
                file=file, line=int(at["line"]), rule=f"{plugin}{rule}", text=line.strip()
            )


def _message(file: str, said: re.Match[str], line: str) -> Message:
    rule = None if said["text"].startswith(_UNREADABLE) else _RULE.search(said["text"])
    return Message(
        file=file,
        line=int(said["row"] or said["line"]),
        rule="" if rule is None else rule["rule"],
        text=line.strip(),
    )


def _of_blocks(evidence: Evidence) -> Iterator[Message]:
    for block in blocks_of(evidence, "lint-error"):
        rule = block.signature.subject
        if rule in AS_ERRORS:
            continue
        place = place_of(evidence, block)
        line = next((t for t in block.lines if rule in t), block.lines[0])
        yield Message(
            file=place.file if place else "",
            line=(place.line or 0) if place else 0,
            rule="" if _UNREADABLE in line else rule,
            text=line.strip(),
        )
