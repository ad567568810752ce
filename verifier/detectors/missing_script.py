"""A command runs a script that package.json does not have.

What it detects:
    An install or build that ends with `Missing script`: a build command or another script names one
    that was renamed, never committed, or lives in another package.json.

Why it breaks the deployment:
    The platform runs the named script in the application's folder and in no other.

Example:
    `"buildCommand": "npm run build:prod"`, and the script is called `build`.

Remedy:
    Name the script that is there, or add the one that is missing.

Sources:
    npm documentation, npm run; Vercel documentation, build command, seen 2026-08.

"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._scripts import script_in
from verifier.model.change import Change, RemedyKind
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.vercel.frameworks import preset

ID: Final = "missing-script"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A script that is run does not exist"

_CALL: Final = r"(?P<lead>\b(?:npm|pnpm|yarn|bun)\s+(?:run\s+|run-script\s+)?){name}(?![\w:.-])"
_CLOSE: Final = 0.55


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per script that was called and is not there."""
    found: dict[str, Finding] = {}
    for block in blocks_of(evidence, "missing-script"):
        name = block.signature.subject
        manifest = evidence.project.manifest
        if name and manifest is not None and name not in manifest.scripts:
            found.setdefault(name, _finding(evidence, name, block.lines[0]))
    return tuple(found.values())


def _finding(evidence: Evidence, name: str, line: str) -> Finding:
    path = rooted(evidence.project, "package.json")
    known = evidence.project.manifest.scripts if evidence.project.manifest else {}
    better = _nearest(name, known)
    fixes: list[Change] = list(_renamed_calls(evidence, name, better)) if better else []
    if not fixes and (added := _added(evidence, name, path)) is not None:
        fixes = [added]
    items = [quoted(evidence, line), seen_in(path, f"has the scripts {', '.join(known) or 'none'}")]
    return accusation(
        ID,
        PATTERN,
        name,
        summary=f"the script {name!r} is run, and {path} has none of that name",
        items=items,
        weight=0.8,
        places=(Location(file=path, line=line_of_key(_text(evidence, path), ("scripts",))),),
        remedies=fixes,
    )


def _text(evidence: Evidence, path: str) -> str:
    return evidence.recipe.source.text(path) or ""


def _nearest(name: str, known: object) -> str | None:
    """The script that is meant: the part before a colon, or one that is spelt alike."""
    names = [str(n) for n in known] if isinstance(known, dict) else []
    head = name.partition(":")[0]
    if head != name and head in names:
        return head
    longer = [n for n in names if n.startswith(f"{name}:")]
    if len(longer) == 1:
        return longer[0]
    close = difflib.get_close_matches(name, names, n=1, cutoff=_CLOSE)
    return close[0] if close else None


def _renamed_calls(evidence: Evidence, name: str, better: str) -> Iterator[Change]:
    """Edits of the commands that name the script: in vercel.json, in the settings, in a script."""
    call = re.compile(_CALL.format(name=re.escape(name)))
    config = evidence.project.vercel_json or {}
    config_path = evidence.project.vercel_json_path or rooted(evidence.project, "vercel.json")
    own = rooted(evidence.project, "package.json")
    summary = f"Run {better!r} instead of {name!r}"
    for key in ("buildCommand", "installCommand"):
        said = config.get(key)
        if isinstance(said, str) and call.search(said):
            new = call.sub(rf"\g<lead>{better}", said)
            yield _made(
                name,
                f"{summary} in {key} of {config_path}",
                editing(config_path, _set(key, new)),
                Location(file=config_path, line=line_of_key(_text(evidence, config_path), (key,))),
            )
            return
    command = evidence.recipe.environment.settings.build_command
    if command is not None and call.search(command):
        fix = _made(
            name,
            f"{summary} in the Build Command of the project's settings",
            _commanding(call.sub(rf"\g<lead>{better}", command)),
            None,
        )
        yield replace(fix, remedy_kind=RemedyKind.PLATFORM)
        return
    scripts = evidence.project.manifest.scripts if evidence.project.manifest else {}
    for script, text in scripts.items():
        if call.search(text):
            yield _made(
                name,
                f"{summary} in the script {script!r} of {own}",
                editing(own, _calling(script, call, better)),
                Location(file=own, line=line_of_key(_text(evidence, own), ("scripts", script))),
            )
            return


def _set(key: str, value: str) -> Callable[[str], str | None]:
    return lambda text: with_key(text, [key], value)


def _calling(script: str, call: re.Pattern[str], better: str) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        old = script_in(text, script)
        new = None if old is None else call.sub(rf"\g<lead>{better}", old)
        return None if new is None else with_key(text, ["scripts", script], new)

    return edit


def _commanding(command: str) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        settings = replace(recipe.environment.settings, build_command=command)
        return replace(recipe, environment=replace(recipe.environment, settings=settings))

    return apply


def _added(evidence: Evidence, name: str, path: str) -> Change | None:
    """The build script that the framework's preset has by default."""
    framework = preset(evidence.project.framework)
    if name != "build" or framework is None or framework.build is None:
        return None
    command = framework.build
    return _made(
        name,
        f'Add the script "build": "{command}" to {path}',
        editing(path, lambda text: with_key(text, ["scripts", "build"], command)),
        Location(file=path),
    )


def _made(
    name: str, summary: str, repair: Callable[[Recipe], Recipe], place: Location | None
) -> Change:
    return remedy(
        ID,
        PATTERN,
        name,
        summary=summary,
        repair=repair,
        stands_for="run, though no package.json has it",
        first_stage=Stage.INSTALL,
        places=() if place is None else (place,),
    )
