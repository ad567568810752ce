"""Names of variables in messages, and what each message says is wrong with each of them."""

from __future__ import annotations

import re
from typing import Final

from verifier.observe._rule import Around, is_quoted_code

NAME: Final = r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9]{0,40}(?:_[A-Z0-9]{1,40}){1,8}"
_NAMES: Final = re.compile(rf"(?<![\w./-])({NAME})(?![\w/(-]|\.\w)")
NOT_VARIABLES: Final = re.compile(
    r"^(?:ERR|ERROR|MODULE|BUILD_UTILS|STATIC_BUILD|NEXT_(?:NO|OUTPUT|RSC|STATIC)|NOW|UND_ERR"
    r"|UNABLE"
    r"|CERT|EAI|SELF_SIGNED|DEP|DEPTH|UNRESOLVED|MISSING_EXPORT|IMPORT_IS|PARSE|PLUGIN)_"
    r"|^(?:MODULE_NOT_FOUND|EAI_AGAIN|NODE_ENV|NOTE|TIP|WARN|WARNING|ERROR|INFO|HINT|ENV|JSON|HTTP|URL)$"
)
_END: Final = re.compile(
    r"^(?:\s+at \S|> |Error: \[|npm (?:error|ERR!)|\s*(?:✓|\u2a2f (?!in)|▲)|Export encountered"
    r"|Node\.js v)"
)


def names_in(text: str) -> tuple[str, ...]:
    """Names of variables that a text mentions, in order, without repetition."""
    found = dict.fromkeys(m[1] for m in _NAMES.finditer(text[:20000]))
    return tuple(name for name in found if not NOT_VARIABLES.match(name))


def _why(text: str) -> str:
    """What is wrong with a value, in one word: missing, empty or malformed."""
    if re.search(
        r"received:? ['\"]?undefined|received undefined|[\"']Required[\"']|\brequired\b|undefined"
        r"|missing|not (?:set|defined|provided|found)|expected .{1,30}received nothing",
        text,
        re.IGNORECASE,
    ):
        return "missing"
    if re.search(
        r"too_small|at least 1 char|>=1 char|\bempty\b|non-?empty|cannot be blank"
        r"|received: ?['\"]['\"]"
        r"|Too small: expected string to have >=1 ",
        text,
        re.IGNORECASE,
    ):
        return "empty"
    return "malformed"


def block_below(around: Around, limit: int = 220) -> list[str]:
    """The lines of a validator's message; a dump of issues ends with its bracket."""
    lines = [around.line]
    for line in around.after(limit):
        if _END.match(line) or (is_quoted_code(line) and not line.lstrip().startswith(("•", "·"))):
            break
        lines.append(line)
        if re.match(r"^(?:\]|\}|═+)\W*$", line):
            break
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _issues(text: str) -> dict[str, str]:
    """Names and reasons from a list of issues, each an object with a path and a message."""
    issues: dict[str, str] = {}
    for body in re.findall(r"\{[^{}]{1,3000}\}", text):
        path = re.search(r"[\"']?path[\"']?\s*:\s*\[\s*[\"'`]([\w.-]+)[\"'`]", body)
        if path:
            issues.setdefault(path[1], _why(body))
    return issues


def _listed(lines: list[str]) -> dict[str, str]:
    """Names and reasons from lines such as `NAME: [ 'Required' ]`, `- NAME: …`, `→ at NAME`."""
    listed: dict[str, str] = {}
    heading = lines[0] if lines else ""
    for number, line in enumerate(lines):
        if number == 0:
            continue
        if re.match(r"^\s*(?:Missing|Invalid)\b", line) and line.rstrip().endswith(":"):
            heading = line
        row = re.match(
            rf"^[\s\W]*(?:→ at |path: |variable: )?({NAME}"
            rf"|[A-Z]{{3,}})[`'\"\])]*\s*"
            r"(?:(?:[:=(\u2013—-]|(?=is |was |must |not |has ))\s*(.*))?$",
            line,
        )
        if row is None or NOT_VARIABLES.match(row[1]):
            continue
        said = row[2] or ""
        if line.lstrip().startswith("→") and number:
            said = lines[number - 1]
        elif said.strip() in {"", "[", "{"}:
            said = " ".join(lines[number + 1 : number + 3])
        said = said if said.strip() else heading
        why = _why(said)
        if why == "malformed" and re.match(r"(?i)^\W*missing", heading):
            why = "missing"
        listed.setdefault(row[1], why)
    return listed


def complaints(lines: list[str]) -> dict[str, str]:
    """Name of each variable a validator's message complains of → missing, empty or malformed."""
    found = _issues("\n".join(lines)) or _listed(lines)
    return {name: why for name, why in found.items() if re.fullmatch(r"[A-Z][A-Z0-9_]*", name)}
