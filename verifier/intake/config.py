"""`verifier.yaml`: what the platform knows and the repository does not, as the user writes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, Final

from verifier.errors import ProjectError
from verifier.intake.textdata import NotParsed, line_of_key, parse_yaml
from verifier.model.secret import Secret
from verifier.vercel.frameworks import SLUGS
from verifier.vercel.schema import nearest

FILE: Final = "verifier.yaml"
_PLANS: Final = frozenset({"hobby", "pro", "enterprise"})
# Passed on with their own types to the stage that asks the running application.
_TYPED: Final = frozenset({"probes", "login", "database"})
_MANAGERS: Final = frozenset({"npm", "pnpm", "yarn", "bun", "vlt"})


class _Wrong(Exception):
    """A value that does not fit; says what would."""


def read_config(text: str, path: str) -> Mapping[str, Any]:
    """The validated settings, `created_at` also as `created_at_ms`, and values as `Secret`.

    Raises:
        ProjectError: the file is no YAML, has an unknown key, or a value does not fit.

    """
    try:
        raw = parse_yaml(text, typed=False)
        typed = parse_yaml(text)
    except NotParsed as error:
        msg = f"{path}: {error}; correct the file"
        raise ProjectError(msg) from error
    if raw is None:
        return {}
    if not isinstance(raw, dict):
        msg = f"{path}, line 1: a mapping of settings is expected"
        raise ProjectError(msg)
    if isinstance(typed, dict):
        raw.update({k: v for k, v in typed.items() if k in _TYPED})
    config = _read(raw, _KEYS, text=text, path=path, inside="")
    if isinstance(moment := config.get("created_at"), dt.datetime):
        config["created_at_ms"] = int(moment.timestamp() * 1000)
        config["created_at"] = moment.isoformat()
    return config


def _read(
    raw: Mapping[Any, Any],
    readers: Mapping[str, Callable[[Any], Any]],
    *,
    text: str,
    path: str,
    inside: str,
) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for key, value in raw.items():
        line = line_of_key(text, str(key)) or 1
        where = f'{path}, line {line}: "{inside}{key}"'
        reader = readers.get(key) if isinstance(key, str) else None
        if reader is None:
            near = nearest(str(key), readers)
            hint = f'did you mean "{inside}{near}"?' if near else f"known are {_listing(readers)}"
            msg = f"{where} is not a setting; {hint}"
            raise ProjectError(msg)
        if value is None:
            continue
        if key == "local" and not inside:
            if not isinstance(value, dict):
                msg = f"{where} must be a mapping with {_listing(_LOCAL)}"
                raise ProjectError(msg)
            config[key] = _read(value, _LOCAL, text=text, path=path, inside="local.")
            continue
        try:
            config[key] = reader(value)
        except _Wrong as error:
            msg = f"{where} must be {error}"
            raise ProjectError(msg) from None
    return config


def _text(value: Any) -> str:
    if not isinstance(value, str):
        msg = "text"
        raise _Wrong(msg)
    return value


def _one_of(known: frozenset[str]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            near = nearest(str(value), known)
            hint = f'; did you mean "{near}"?' if near else ""
            msg = f"one of {', '.join(sorted(known)[:60])}{hint}"
            raise _Wrong(msg)
        return str(value)

    return read


def _moment(value: Any) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(_text(value))
    except ValueError:
        msg = "a date as 2025-03-01 or 2025-03-01T10:00:00Z"
        raise _Wrong(msg) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


def _folder(value: Any) -> str:
    parts = _text(value).replace("\\", "/").strip("/").split("/")
    if ".." in parts:
        msg = "a folder inside the repository"
        raise _Wrong(msg)
    return "/".join(p for p in parts if p not in {"", "."})


def _values(value: Any) -> dict[str, Secret | None]:
    if not isinstance(value, dict) or not all(isinstance(k, str) for k in value):
        msg = 'a mapping NAME: "value", or NAME: null for a variable whose value is not known'
        raise _Wrong(msg)
    values: dict[str, Secret | None] = {}
    for name, content in value.items():
        if content is not None and not isinstance(content, str):
            msg = f'made of text; "{name}" is not: put its value in quotes'
            raise _Wrong(msg)
        values[name] = None if content is None else Secret(content)
    return values


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        msg = "a list of names"
        raise _Wrong(msg)
    return tuple(value)


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        msg = "a mapping"
        raise _Wrong(msg)
    return value


def _group(value: Any) -> Any:
    if not isinstance(value, dict | list):
        msg = "a mapping or a list"
        raise _Wrong(msg)
    return value


def _listing(known: Mapping[str, object]) -> str:
    return ", ".join(sorted(known))


_LOCAL: Final[Mapping[str, Callable[[Any], Any]]] = {
    "node": _text,
    "manager": _one_of(_MANAGERS),
    "install_command": _text,
    "build_command": _text,
    "env": _names,
}
_KEYS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "plan": _one_of(_PLANS),
    "created_at": _moment,
    "root_directory": _folder,
    "framework": _one_of(SLUGS),
    "node_version": _text,
    "production": _values,
    "preview": _names,
    "development": _names,
    "local": _mapping,
    "probes": _group,
    "login": _group,
    "database": _group,
}
