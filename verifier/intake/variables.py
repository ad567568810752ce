"""Variables of the project: its dotenv files, and what is known of the platform's scopes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from verifier.errors import ProjectError
from verifier.intake.config import FILE as CONFIG_FILE
from verifier.intake.dotenvs import parse_dotenv
from verifier.intake.layout import Layout, join, text_inside
from verifier.model.project import EnvEntry, EnvFile
from verifier.model.secret import Secret
from verifier.model.source import SourceTree

_NAME: Final = re.compile(r"^\.env(?:\.[A-Za-z0-9_.-]+)?$")
_PULLED: Final = "# Created by Vercel CLI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scopes:
    """Variables per scope; production None if nothing is known of it."""

    production: tuple[EnvEntry, ...] | None
    production_file: str | None
    others: Mapping[str, frozenset[str]]


def read_env_files(committed: SourceTree, working: SourceTree, root: str) -> tuple[EnvFile, ...]:
    """Dotenv files of the application and of the top, each as git delivers it.

    One that is committed but was edited since appears twice: as committed, then as on disk.
    """
    files: list[EnvFile] = []
    for folder in dict.fromkeys((root, "")):
        prefix = f"{folder}/" if folder else ""
        names = {p.removeprefix(prefix) for p in (*committed, *working) if p.startswith(prefix)}
        for name in sorted(n for n in names if _NAME.match(n)):
            path = f"{prefix}{name}"
            delivered, found = committed.text(path), working.text(path)
            if delivered is not None:
                files.append(EnvFile(path=path, committed=True, entries=parse_dotenv(delivered)))
            if found is not None and found != delivered:
                files.append(EnvFile(path=path, committed=False, entries=parse_dotenv(found)))
    return tuple(files)


def read_scopes(layout: Layout, env_file: Path | None) -> Scopes:
    """What pulled files, the extra file and `verifier.yaml` say of the platform's scopes.

    Raises:
        ProjectError: the extra file cannot be read.

    """
    sources: list[tuple[str, tuple[EnvEntry, ...]]] = []
    pulled = _pulled(layout, "production")
    if pulled is not None:
        sources.append(pulled)
    if env_file is not None:
        sources.append((env_file.name, _extra(env_file)))
    if "production" in layout.config:
        sources.append((CONFIG_FILE, _configured(layout.config["production"])))
    merged: dict[str, EnvEntry] = {}
    for _, entries in sources:
        for entry in entries:
            # "Set, value unknown" adds nothing to a value that is known.
            if entry.value is not None or entry.name not in merged:
                merged[entry.name] = entry
    return Scopes(
        production=tuple(merged[n] for n in sorted(merged)) if sources else None,
        production_file=sources[0][0] if sources else None,
        others=_others(layout),
    )


def _others(layout: Layout) -> dict[str, frozenset[str]]:
    others: dict[str, frozenset[str]] = {}
    for scope in ("preview", "development"):
        pulled = _pulled(layout, scope)
        names = {e.name for e in pulled[1]} if pulled else set()
        configured = layout.config.get(scope, ())
        if pulled or configured:
            others[scope] = frozenset({*names, *configured})
    for folder in layout.folders():
        text = text_inside(layout.top, join(folder, ".env.local"))
        if text is not None and text.startswith(_PULLED):
            # `vercel env pull` writes the development scope there.
            names = {e.name for e in parse_dotenv(text)}
            others.setdefault("development", frozenset(names))
    return others


def _pulled(layout: Layout, scope: str) -> tuple[str, tuple[EnvEntry, ...]] | None:
    for folder in layout.folders():
        path = join(folder, f".vercel/.env.{scope}.local")
        text = text_inside(layout.top, path)
        if text is not None:
            return path, parse_dotenv(text)
    return None


def _extra(path: Path) -> tuple[EnvEntry, ...]:
    try:
        return parse_dotenv(path.read_text(encoding="utf-8", errors="replace"))
    except OSError as error:
        why = error.strerror or "it is no readable file"
        msg = f"the file of production variables {str(path)!r} cannot be read: {why}"
        raise ProjectError(msg) from error


def _configured(values: Mapping[str, Any]) -> tuple[EnvEntry, ...]:
    return tuple(
        EnvEntry(name=name, value=value if isinstance(value, Secret) else None, line=0)
        for name, value in sorted(values.items())
    )
