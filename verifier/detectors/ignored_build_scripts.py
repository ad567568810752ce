"""pnpm did not run the install scripts of packages that need them.

What it detects:
    An install or build that fails because pnpm skipped build scripts of dependencies: an error of
    pnpm itself from version 11 on, or a package that was never built with pnpm 10.

Why it breaks the deployment:
    From version 10 on pnpm runs such scripts only for packages on a list in the project. An older
    pnpm on the laptop, or its own approval, ran them.

Example:
    `ERR_PNPM_IGNORED_BUILDS: Ignored build scripts: esbuild`.

Remedy:
    Allow the named packages: `onlyBuiltDependencies` up to pnpm 10, `allowBuilds` in
    pnpm-workspace.yaml from pnpm 11 on.

Sources:
    pnpm documentation, settings for build scripts; installs with pnpm 9 to 11, seen 2026-11-23.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import failed, first_match, log_lines, quoted, suspects_of
from verifier.detectors._edits import editing, writing
from verifier.detectors._json_edits import with_key
from verifier.model.environment import Manager
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe

ID: Final = "ignored-build-scripts"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "pnpm skipped install scripts that are needed"

_LINE: Final = re.compile(r"Ignored build scripts:\s*(?P<names>[^│]+)")
_REFUSED: Final = re.compile(r"ERR_PNPM_IGNORED_BUILDS")
_NAME: Final = re.compile(r"(?:@[\w.~-]+/)?[A-Za-z][\w.~-]*")
_WORKSPACE: Final = "pnpm-workspace.yaml"
_ALLOW_BUILDS_FROM: Final = 11


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where skipped scripts explain the failure."""
    if not failed(evidence) or evidence.recipe.environment.manager.manager is not Manager.PNPM:
        return ()
    said = first_match(log_lines(evidence), _LINE)
    if said is None:
        return ()
    line, match = said
    names = _names(match["names"])
    # pnpm 10 prints the same words as a warning; only the code makes them a refusal.
    refused = first_match(log_lines(evidence), _REFUSED) is not None
    named = _named_in_failure(evidence, names)
    if not names or not (refused or named):
        return ()
    weight = 0.9 if refused else 0.6
    major = _major(evidence)
    place = _place(evidence, major)
    listed = ", ".join(names)
    fix = remedy(
        ID,
        PATTERN,
        names[0] if len(names) == 1 else "build scripts",
        summary=f"Allow the build scripts of {listed} in {place}",
        repair=_allowing(place, names, major),
        stands_for=f"build scripts of {listed} are not allowed",
        first_stage=Stage.INSTALL,
        places=(Location(file=place),),
    )
    return (
        accusation(
            ID,
            PATTERN,
            fix.subject,
            summary=f"pnpm {major or ''} did not run the build scripts of {listed}".replace(
                "  ", " "
            ),
            items=(quoted(evidence, line),),
            weight=weight,
            places=(Location(file=place),),
            suspects=suspects_of(evidence, 0.3, "manager"),
            remedies=(fix,),
        ),
    )


def _names(text: str) -> tuple[str, ...]:
    words = re.split(r"[,\s]+", text)
    names = [re.sub(r"(?<=.)@[\d^~].*$", "", w).rstrip(".") for w in words]
    return tuple(dict.fromkeys(n for n in names if _NAME.fullmatch(n)))


def _named_in_failure(evidence: Evidence, names: tuple[str, ...]) -> bool:
    lines = (line for b in evidence.observation.errors for line in b.lines)
    text = "\n".join(line for line in lines if not _LINE.search(line))
    wanted = {n.removeprefix("@").partition("/")[0] for n in names}
    return any(re.search(rf"(?<![\w-]){re.escape(n)}(?![\w])", text) for n in wanted)


def _major(evidence: Evidence) -> int | None:
    seen = re.match(r"\d+", evidence.observation.manager_version)
    return int(seen[0]) if seen else evidence.recipe.environment.manager.major


def _place(evidence: Evidence, major: int | None) -> str:
    """The file that holds the list: at the root of the workspace, never below it."""
    text = evidence.recipe.source.text(_WORKSPACE)
    if (major or 0) >= _ALLOW_BUILDS_FROM:
        return _WORKSPACE
    return _WORKSPACE if text is not None and "onlyBuiltDependencies" in text else "package.json"


def _allowing(place: str, names: tuple[str, ...], major: int | None) -> Callable[[Recipe], Recipe]:
    if place == "package.json":

        def edit(text: str) -> str | None:
            old = re.search(r'"onlyBuiltDependencies"\s*:\s*\[([^\]]*)\]', text)
            kept = re.findall(r'"([^"]+)"', old[1]) if old else []
            return with_key(text, ["pnpm", "onlyBuiltDependencies"], sorted({*kept, *names}))

        return editing(place, edit)
    newer = (major or 0) >= _ALLOW_BUILDS_FROM
    key = "allowBuilds" if newer else "onlyBuiltDependencies"

    def apply(recipe: Recipe) -> Recipe:
        text = recipe.source.text(place) or ""
        return writing(place, _with_list(text, key, names, mapping=newer))(recipe)

    return apply


def _with_list(text: str, key: str, names: tuple[str, ...], *, mapping: bool) -> str:
    def quote(name: str) -> str:
        return f'"{name}"' if name.startswith("@") else name

    def written(name: str) -> str:
        return f"  {quote(name)}: true" if mapping else f"  - {quote(name)}"

    rows = [written(n) for n in names if written(n) not in text.split("\n")]
    if not rows:
        return text
    lines = text.rstrip("\n").split("\n") if text.strip() else []
    for number, line in enumerate(lines):
        if re.match(rf"^{key}:\s*$", line):
            return "\n".join([*lines[: number + 1], *rows, *lines[number + 1 :]]) + "\n"
    return "\n".join([*lines, f"{key}:", *rows]) + "\n"
