"""Tailwind CSS 4 is used as a PostCSS plugin the way version 3 was.

What it detects:
    A build that Tailwind CSS itself stops, because a PostCSS configuration names `tailwindcss` as
    a plugin, which it no longer is from version 4 on.

Why it breaks the deployment:
    A range such as `latest`, or a lockfile that is not committed, brings the new major to the
    platform, while the laptop still has the version that the configuration was written for.

Example:
    `tailwindcss: {}` in postcss.config.js, and tailwindcss 4 installed.

Remedy:
    Stay with version 3 where the style sheets are written for it (`@tailwind base`), else install
    `@tailwindcss/postcss` and name that as the plugin.

Sources:
    Tailwind CSS documentation, upgrade guide to version 4, seen 2026-11-30.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing, in_turn
from verifier.detectors._packages import declared_for_development, declaring
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage

ID: Final = "tailwind-plugin-moved"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "Tailwind CSS 4 in a PostCSS configuration for version 3"

_PLUGIN: Final = "@tailwindcss/postcss"
_LAST_OLD: Final = "^3.4.17"
_CONFIG: Final = re.compile(
    r"(?:^|/)(?:postcss\.config\.[cm]?[jt]s|\.postcssrc(?:\.c?js|\.json)?)$"
)
_NAMED: Final = re.compile(r"(?P<quote>['\"]?)\btailwindcss\b(?P=quote)(?=\s*[:,)\]])")
_OLD_STYLE: Final = re.compile(r"^\s*@tailwind\s+(?:base|components)\b", re.MULTILINE)
_STYLES: Final = (".css", ".scss", ".pcss", ".postcss")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where Tailwind CSS says so."""
    said = blocks_of(evidence, "postcss-plugin-moved")
    if not said:
        return ()
    config = _config(evidence)
    is_old = any(
        _OLD_STYLE.search(evidence.recipe.source.text(path) or "")
        for path in evidence.recipe.source
        if path.endswith(_STYLES)
    )
    stay, move = _staying(evidence), _moving(evidence, config)
    remedies = (stay, *move) if is_old else (*move, stay)
    ids = [change.id for change in remedies]
    rivals = tuple(
        replace(c, excludes=(*c.excludes, *(i for i in ids if i != c.id))) for c in remedies
    )
    items = [quoted(evidence, said[0].lines[0])]
    if config is not None:
        items.append(seen_in(config.file, "names tailwindcss as a plugin", config.line))
    return (
        accusation(
            ID,
            PATTERN,
            "tailwindcss",
            summary="tailwindcss 4 is installed, and PostCSS is configured for version 3",
            items=items,
            weight=0.9,
            places=(config, Location(file=rooted(evidence.project, "package.json"))),
            remedies=rivals,
        ),
    )


def _config(evidence: Evidence) -> Location | None:
    prefix = rooted(evidence.project, "")
    for path in evidence.recipe.source:
        if not path.startswith(prefix) or not _CONFIG.search(path):
            continue
        text = evidence.recipe.source.text(path) or ""
        match = _NAMED.search(text)
        if match is not None:
            return Location(file=path, line=text.count("\n", 0, match.start()) + 1)
    return None


def _staying(evidence: Evidence) -> Change:
    installed = evidence.project.machine.installed.get("tailwindcss", "")
    wanted = f"^{installed}" if installed.startswith("3.") else _LAST_OLD
    field = "dependencies"
    if declared_for_development(evidence, "tailwindcss"):
        field = "devDependencies"
    return remedy(
        ID,
        PATTERN,
        "tailwindcss",
        summary=f"Declare tailwindcss as {wanted}, the major the style sheets are written for",
        repair=declaring(evidence, "tailwindcss", wanted, field=field),
        stands_for="declared so that version 4 is installed",
        first_stage=Stage.INSTALL,
        places=(Location(file=rooted(evidence.project, "package.json")),),
        tag="stay",
    )


def _moving(evidence: Evidence, config: Location | None) -> tuple[Change, ...]:
    if config is None:
        return ()
    edit = editing(config.file, lambda text: _NAMED.sub(f'"{_PLUGIN}"', text))
    return (
        remedy(
            ID,
            PATTERN,
            "tailwindcss",
            summary=f"Install {_PLUGIN} and name it in {config.file} in place of tailwindcss",
            repair=in_turn(declaring(evidence, _PLUGIN), edit),
            stands_for="named as a plugin, which version 4 is not",
            first_stage=Stage.INSTALL,
            places=(config,),
            tag="move",
        ),
    )
