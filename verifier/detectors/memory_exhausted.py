"""The build needs more memory than it may have.

What it detects:
    A process of the build that dies for want of memory: `JavaScript heap out of memory`, or killed
    by the kernel (exit 137), and the bound of the heap where one is set.

Why it breaks the deployment:
    The build machine has less memory than most laptops, and Node.js bounds its heap below that. A
    bound in `NODE_OPTIONS` or in a script, made for another machine, is lower still.

Example:
    `NODE_OPTIONS=--max-old-space-size=512` in the production scope; `next build` needs a gigabyte.

Remedy:
    Raise or remove the bound, up to three quarters of the machine's memory; beyond that a larger
    build machine, or a build that needs less.

Sources:
    Vercel documentation, Troubleshooting builds: out of memory, seen 2026-06-15; Node.js
    documentation, `--max-old-space-size`.

"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, quoted, rooted, seen_in, suspects_of
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.detectors._scripts import script_in
from verifier.model.change import Change, RemedyKind
from verifier.model.environment import Origin, Variable
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret

ID: Final = "memory-exhausted"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build runs out of memory"

_NAME: Final = "NODE_OPTIONS"
_BOUND: Final = re.compile(r"--max[-_]old[-_]space[-_]size(?:=|\s+)(?P<mib>\d{1,7})")
_SHARE: Final = 0.75


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding for a build that died for want of memory, by the bound that it met."""
    block = next(iter(blocks_of(evidence, "out-of-memory")), None)
    if block is None:
        return ()
    roomy = int(evidence.recipe.environment.limits.memory_mib * _SHARE)
    made = _in_script(evidence, roomy, block.lines[0]) or _in_variable(
        evidence, roomy, block.lines[0]
    )
    return (made,)


def _in_script(evidence: Evidence, roomy: int, line: str) -> Finding | None:
    """A bound written into a script of package.json."""
    manifest = evidence.project.manifest
    path = rooted(evidence.project, "package.json")
    for name, text in (manifest.scripts if manifest else {}).items():
        bound = _BOUND.search(text)
        if bound is None or int(bound["mib"]) >= roomy:
            continue
        at = Location(
            file=path,
            line=line_of_key(evidence.recipe.source.text(path) or "", ("scripts", name)),
        )
        fix = remedy(
            ID,
            PATTERN,
            _NAME,
            summary=f"Raise the bound of the heap in the script {name!r} to {roomy} MiB",
            repair=editing(path, _raising(name, roomy)),
            stands_for=f"bounded to {bound['mib']} MiB of heap",
            places=(at,),
        )
        item = seen_in(path, f"the script {name!r} bounds the heap to {bound['mib']} MiB", at.line)
        return _finding(evidence, fix, f"to {bound['mib']} MiB in {path}", (line, item), 0.8)
    return None


def _raising(name: str, mib: int) -> Callable[[str], str | None]:
    def edit(text: str) -> str | None:
        old = script_in(text, name)
        if old is None:
            return None
        return with_key(text, ["scripts", name], _BOUND.sub(f"--max-old-space-size={mib}", old))

    return edit


def _in_variable(evidence: Evidence, roomy: int, line: str) -> Finding:
    """A bound in the variable, or the one that Node.js takes by itself."""
    known = evidence.recipe.environment.variable(_NAME)
    value = known.value.reveal() if known is not None and known.value is not None else ""
    bound = _BOUND.search(value)
    if bound is not None and int(bound["mib"]) >= roomy:
        said, weight = f"to {bound['mib']} MiB, all that the machine can give", 0.1
    elif bound is not None:
        said, weight = f"to {bound['mib']} MiB in the production scope", 0.9
    else:
        said, weight = "as Node.js does by itself", 0.4
    rest = _BOUND.sub("", value).strip()
    new = f"{rest} --max-old-space-size={roomy}".strip()
    fix = remedy(
        ID,
        PATTERN,
        _NAME,
        summary=f"Set NODE_OPTIONS to --max-old-space-size={roomy} for Production",
        repair=_setting(new),
        stands_for=f"bounded {said}",
        kind=RemedyKind.PLATFORM,
        first_stage=Stage.INSTALL,
    )
    if bound is not None:
        fix = replace(fix, break_local=_setting(value))
    item = seen_in(
        evidence.project.production_file or rooted(evidence.project, "package.json"),
        f"the heap is bounded {said}",
    )
    return _finding(evidence, fix, said, (line, item), weight)


def _setting(value: str) -> Callable[[Recipe], Recipe]:
    variable = Variable(name=_NAME, value=Secret(value), origin=Origin.REMEDY)

    def apply(recipe: Recipe) -> Recipe:
        return replace(recipe, environment=recipe.environment.with_variable(variable))

    return apply


def _finding(
    evidence: Evidence, fix: Change, said: str, clues: tuple[str, EvidenceItem], weight: float
) -> Finding:
    line, item = clues
    return accusation(
        ID,
        PATTERN,
        _NAME,
        summary=f"the build runs out of memory; the heap is bounded {said}",
        items=(quoted(evidence, line), item),
        weight=weight,
        suspects=suspects_of(evidence, 0.3, "limits"),
        remedies=(fix,),
    )
