"""JSON and YAML from untrusted files, parsed with bounds and with positions in errors."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import yaml

MAX_BYTES: Final = 8 * 1024**2
MAX_DEPTH: Final = 100
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_LONE: Final = re.compile("[\ud800-\udfff]")


class NotParsed(Exception):
    """A file that is not what its name says; line and column count from 1, 0 where unknown."""

    def __init__(self, why: str, line: int = 0, column: int = 0) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
        self.column = column

    def __str__(self) -> str:
        place = f"line {self.line}, column {self.column}: " if self.line else ""
        return f"{place}{self.why}"


def parse_json(text: str, *, max_bytes: int = MAX_BYTES) -> Any:
    """The value of a JSON text; raises `NotParsed`."""
    text = text.removeprefix("\ufeff")
    if len(text) > max_bytes:
        raise NotParsed(f"larger than {max_bytes >> 20} MiB")
    if _depth(_STRING.sub("", text)) > MAX_DEPTH:
        raise NotParsed(f"nests deeper than {MAX_DEPTH} levels")
    try:
        return _whole(json.loads(text, parse_constant=_refuse, parse_int=_number))
    except json.JSONDecodeError as error:
        why = _hint(text, error)
        raise NotParsed(why, error.lineno, error.colno) from error
    except RecursionError as error:
        raise NotParsed("nests too deep") from error


def parse_object(text: str) -> dict[str, Any]:
    """The members of a JSON text that holds an object; raises `NotParsed`."""
    raw = parse_json(text)
    if not isinstance(raw, dict):
        raise NotParsed("not a JSON object", 1, 1)
    return raw


def parse_yaml(text: str, *, typed: bool = True) -> Any:
    """The value of a YAML text without aliases; raises `NotParsed`.

    typed False: numbers, dates and booleans stay as they are written; only null is understood.
    """
    if len(text) > MAX_BYTES:
        raise NotParsed(f"larger than {MAX_BYTES >> 20} MiB")
    try:
        depth = 0
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                raise NotParsed(
                    "aliases are not supported",
                    event.start_mark.line + 1 if event.start_mark else 0,
                )
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise NotParsed(f"nests deeper than {MAX_DEPTH} levels")
        return _whole(yaml.load(text, Loader=yaml.SafeLoader if typed else _TextLoader))  # noqa: S506  (both are safe loaders)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        why = error.problem or "not YAML"
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise NotParsed(why, line, column) from error
    except (yaml.YAMLError, ValueError) as error:
        raise NotParsed(str(error).splitlines()[0]) from error
    except RecursionError as error:
        raise NotParsed("nests too deep") from error


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar but null as text."""


_TextLoader.yaml_implicit_resolvers = {
    first: kept
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    if (kept := [r for r in resolvers if r[0] == "tag:yaml.org,2002:null"])
}


def line_of_key(text: str, key: str) -> int | None:
    """The first line on which a key is written, None if it is not found."""
    found = re.search(rf"""(?m)^[^\S\n]*[{{,]?\s*["']?{re.escape(key)}["']?\s*:""", text)
    if found is None:
        found = re.search(rf'"{re.escape(key)}"\s*:', text)
    if found is None:
        return None
    # The pattern may begin with white space of the line before.
    start = text.index(key, found.start())
    return text.count("\n", 0, start) + 1


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _refuse(name: str) -> float:
    msg = f"{name} is no JSON value"
    raise NotParsed(msg)


def _number(digits: str) -> int | float:
    # Python refuses to convert very long integers; JavaScript rounds them.
    return int(digits) if len(digits) < 400 else float(digits)


def _whole(value: Any) -> Any:
    """The value with lone surrogates replaced, which no output could carry."""
    match value:
        case str():
            return _LONE.sub("\ufffd", value)
        case list():
            return [_whole(v) for v in value]
        case dict():
            return {_whole(k): _whole(v) for k, v in value.items()}
        case _:
            return value


def _hint(text: str, error: json.JSONDecodeError) -> str:
    rest = text[error.pos : error.pos + 2]
    before = text[: error.pos].rstrip()
    if rest.startswith(("//", "/*")):
        return "comments are not allowed in JSON"
    if before.endswith(",") and rest[:1] in {"}", "]"}:
        return "a comma before the closing bracket is not allowed in JSON"
    if text[max(0, error.pos - 7) : error.pos + 7].find("<<<<<<<") >= 0:
        return "an unresolved merge conflict"
    return error.msg
