"""The shape of `vercel.json` that the platform accepts; it refuses a deployment over the rest.

Sources: npm `@vercel/config` 0.7.2 (types), vercel.com/docs/project-configuration/vercel-json
(2026-08-14) and the validator in npm `vercel` 64.0.2, seen 2026-11-23. Where these disagree the
wider reading is taken: refusing what the platform accepts would be a false alarm.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, assert_never


class Shape(Enum):
    """Types of values, as a message calls them."""

    TEXT = "text"
    TEXT_OR_NULL = "text or null"
    BOOLEAN = "true or false"
    LIST = "a list"
    OBJECT = "an object"
    NUMBER = "a number"
    ANY = "anything"


KEYS: Final[Mapping[str, Shape]] = {
    "$schema": Shape.TEXT,
    "alias": Shape.ANY,
    "build": Shape.OBJECT,
    "buildCommand": Shape.TEXT_OR_NULL,
    "builds": Shape.LIST,
    "bulkRedirectsPath": Shape.TEXT_OR_NULL,
    "bunVersion": Shape.TEXT,
    "cleanUrls": Shape.BOOLEAN,
    "crons": Shape.LIST,
    "customErrorPage": Shape.ANY,
    "daemons": Shape.OBJECT,
    "devCommand": Shape.TEXT_OR_NULL,
    "env": Shape.OBJECT,
    "experimentalServiceGroups": Shape.OBJECT,
    "experimentalServices": Shape.OBJECT,
    "experimentalServicesV2": Shape.OBJECT,
    "files": Shape.LIST,
    "fluid": Shape.BOOLEAN,
    "framework": Shape.TEXT_OR_NULL,
    "functionFailoverRegions": Shape.LIST,
    "functions": Shape.OBJECT,
    "git": Shape.OBJECT,
    "github": Shape.OBJECT,
    "headers": Shape.LIST,
    "ignoreCommand": Shape.TEXT_OR_NULL,
    "images": Shape.OBJECT,
    "installCommand": Shape.TEXT_OR_NULL,
    "microfrontends": Shape.ANY,
    "name": Shape.TEXT,
    "outputDirectory": Shape.TEXT_OR_NULL,
    "passiveRegions": Shape.LIST,
    "probes": Shape.ANY,
    "proxy": Shape.OBJECT,
    "public": Shape.BOOLEAN,
    "redirects": Shape.LIST,
    "regions": Shape.ANY,
    "relatedProjects": Shape.LIST,
    "rewrites": Shape.LIST,
    "routes": Shape.LIST,
    "schedules": Shape.LIST,
    "scope": Shape.TEXT,
    "services": Shape.OBJECT,
    "trailingSlash": Shape.BOOLEAN,
    "version": Shape.NUMBER,
    "wildcard": Shape.LIST,
}
"""Keys at the top of `vercel.json`."""

FUNCTION_KEYS: Final = frozenset(
    {"affinity", "architecture", "excludeFiles", "experimentalTriggers", "functionFailoverRegions"}
    | {"includeFiles", "maxConcurrency", "maxDuration", "memory", "regions", "runtime"}
    | {"supportsCancellation"}
)
"""Keys of one entry of `functions`."""

_VERSION: Final = re.compile(r"^v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$")
_RANGE: Final = re.compile(r"^(?:\*|(?P<first>\d+)(?:-(?P<last>\d+))?)(?:/(?P<step>\d+))?$")
_NOT_KEYS: Final = {
    "nodeVersion": "set `engines.node` in package.json instead",
    "rootDirectory": "it is a project setting, not a key of this file",
    "output": "the key is `outputDirectory`",
    "environment": "variables are set in the project settings",
    "//": "JSON has no comments",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Something the platform refuses.

    key: where, as `functions.api/x.ts.runtime`. is_certain: False where it depends on the plan
    and the plan is not known. is_empty: it holds nothing, and can go.
    """

    key: str
    why: str
    is_certain: bool = True
    is_empty: bool = False


def objections(config: Mapping[str, Any], *, plan: str | None) -> Iterator[Objection]:
    """What the platform refuses in a `vercel.json`; plan None: not known whether `hobby`."""
    for key, value in config.items():
        shape = KEYS.get(key)
        if shape is None:
            yield Objection(key=key, why=f'the platform knows no key "{key}"{_suggest(key)}')
        elif not _fits(value, shape):
            yield Objection(key=key, why=f'"{key}" must be {shape.value}')
    if "functions" in config and "builds" in config:
        why = '"functions" cannot be used together with "builds"; keep "functions"'
        yield Objection(key="functions", why=why)
    yield from _functions(config.get("functions"))
    yield from _secrets(config)
    yield from _crons(config.get("crons"), plan)


def nearest(word: str, known: frozenset[str] | Mapping[str, object]) -> str | None:
    """The known word most like a misspelt one, None if nothing is close."""
    lowered = {k.lower(): k for k in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.7)
    return lowered[found[0]] if found else None


def is_more_than_daily(schedule: str) -> bool:
    """Whether a cron schedule fires more than once on some day."""
    fields = schedule.split()
    if len(fields) != 5:
        return False
    return len(_moments(fields[0], 60)) * len(_moments(fields[1], 24)) > 1


def _moments(field: str, size: int) -> set[int]:
    """The minutes or hours that a cron field names; those it cannot understand are left out."""
    moments: set[int] = set()
    for part in field.split(","):
        found = _RANGE.match(part)
        if found is None:
            continue
        first = int(found["first"] or 0)
        last = int(found["last"] or (first if found["first"] and not found["step"] else size - 1))
        moments.update(range(first, min(last, size - 1) + 1, max(1, int(found["step"] or 1))))
    return moments


def _suggest(key: str) -> str:
    if key in _NOT_KEYS:
        return f"; {_NOT_KEYS[key]}"
    near = nearest(key, KEYS)
    return f'; did you mean "{near}"?' if near else ""


def _fits(value: object, shape: Shape) -> bool:
    match shape:
        case Shape.TEXT:
            fits = isinstance(value, str)
        case Shape.TEXT_OR_NULL:
            fits = value is None or isinstance(value, str)
        case Shape.BOOLEAN:
            fits = isinstance(value, bool)
        case Shape.LIST:
            fits = isinstance(value, list)
        case Shape.OBJECT:
            fits = isinstance(value, dict)
        case Shape.NUMBER:
            fits = _is_number(value)
        case Shape.ANY:
            fits = True
        case _:
            assert_never(shape)
    return fits


def _functions(functions: object) -> Iterator[Objection]:
    """Source: npm `@vercel/fs-detectors` 7.7.3, `validateFunctions`, seen 2026-11-23."""
    if not isinstance(functions, dict):
        return
    if not functions:
        why = '"functions" must name at least one function'
        yield Objection(key="functions", why=why, is_empty=True)
    for pattern, options in functions.items():
        where = f"functions.{pattern}"
        if pattern.startswith("/"):
            why = f'the function path "{pattern}" must be relative and not begin with a slash'
            yield Objection(key=where, why=why)
        if not isinstance(options, dict) or not options:
            why = f'the options of "{pattern}" must be an object with at least one property'
            yield Objection(key=where, why=why)
            continue
        yield from _function(where, options)


def _function(where: str, options: Mapping[str, Any]) -> Iterator[Objection]:
    for key in options.keys() - FUNCTION_KEYS:
        near = nearest(key, FUNCTION_KEYS)
        hint = f'; did you mean "{near}"?' if near else ""
        why = f'the platform knows no option "{key}" of a function{hint}'
        yield Objection(key=f"{where}.{key}", why=why)
    runtime = options.get("runtime")
    if runtime is not None and not _VERSION.match(str(runtime).rpartition("@")[2]):
        why = (
            f'runtime "{runtime}" has no version, as in "now-php@1.0.0"; '
            "functions for Node need no runtime: delete the line"
        )
        yield Objection(key=f"{where}.runtime", why=why)
    duration = options.get("maxDuration")
    if duration not in (None, "max") and not (_is_whole(duration) and duration >= 1):
        why = '"maxDuration" must be a whole number of seconds from 1, or "max"'
        yield Objection(key=f"{where}.maxDuration", why=why)
    memory = options.get("memory")
    if memory is not None and not (_is_number(memory) and 128 <= memory <= 10240):
        yield Objection(key=f"{where}.memory", why='"memory" must be between 128 and 10240 (MB)')
    for key in ("includeFiles", "excludeFiles"):
        if key in options and not isinstance(options[key], str):
            yield Objection(key=f"{where}.{key}", why=f'"{key}" must be text')


def _secrets(config: Mapping[str, Any]) -> Iterator[Objection]:
    """Source: vercel.com/docs/errors/error-list, references to secrets, seen 2026-11-23."""
    build = config.get("build")
    blocks = {
        "env": config.get("env"),
        "build.env": build.get("env") if isinstance(build, dict) else None,
    }
    for where, block in blocks.items():
        if not isinstance(block, dict):
            continue
        for name, value in block.items():
            if isinstance(value, str) and value.startswith("@"):
                why = (
                    f'"{name}" refers to the secret "{value[1:]}", a kind that no longer exists; '
                    "set the variable in the project settings and delete it here"
                )
                yield Objection(key=f"{where}.{name}", why=why)


def _crons(crons: object, plan: str | None) -> Iterator[Objection]:
    """Source: vercel.com/docs/cron-jobs/usage-and-pricing, seen 2026-11-23."""
    if not isinstance(crons, list):
        return
    for at, cron in enumerate(crons):
        where = f"crons.{at}"
        if not _is_map(cron) or not all(isinstance(cron.get(k), str) for k in ("path", "schedule")):
            yield Objection(key=where, why='a cron job needs "path" and "schedule" as text')
        elif plan in {None, "hobby"} and is_more_than_daily(cron["schedule"]):
            why = (
                f'cron schedule "{cron["schedule"]}" runs more than once a day, '
                "which the Hobby plan does not allow"
            )
            yield Objection(key=f"{where}.schedule", why=why, is_certain=plan is not None)


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return _is_number(value) and float(str(value)).is_integer()
