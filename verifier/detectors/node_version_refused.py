"""The project asks for a Node.js version that the platform does not build with.

What it detects:
    A build refused because `engines.node` or the project's Node.js setting names a version that is
    discontinued, unknown, or no version range at all.

Why it breaks the deployment:
    The platform picks among a few majors and stops when none fits. Majors are withdrawn on fixed
    dates, so a project that deployed last month is refused today.

Example:
    `"engines": { "node": "20.x" }`: `Node.js Version "20.x" is discontinued`.

Remedy:
    Ask for a major that is offered, such as `22.x` or `24.x`, in `engines.node` or the settings.

Sources:
    `@vercel/build-utils` 14.21, selection of Node.js, seen 2026-11-23.

"""

from __future__ import annotations

from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import blocks_of, failed, quoted, rooted, seen_in, suspects_of
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import line_of_key, with_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import EvidenceItem, Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.vercel.image_facts import NODE_MAJORS

ID: Final = "node-version-refused"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The platform does not build with the Node.js version asked for"

_CLASSES: Final = ("node-version-discontinued", "node-version-invalid")
_ENGINES: Final = ("engines", "node")


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the platform refused the version."""
    signature = evidence.observation.outcome.signature
    blocks = blocks_of(evidence, *_CLASSES)
    if not failed(evidence) or signature is None:
        return ()
    if not blocks and signature.error_class not in _CLASSES:
        return ()
    path = rooted(evidence.project, "package.json")
    text = evidence.recipe.source.text(path) or ""
    line = line_of_key(text, _ENGINES)
    manifest = evidence.project.manifest
    asked = manifest.engines.get("node") if manifest else None
    from_file = line is not None and bool(asked)
    asked = asked or evidence.recipe.environment.settings.node_version or signature.subject
    subject = "engines.node" if from_file else "nodeVersion"
    said = blocks[0].lines[0] if blocks else signature.line
    items: list[EvidenceItem] = [quoted(evidence, said)]
    if from_file:
        items.append(seen_in(path, f"engines.node asks for {asked!r}", line))
    known = suspects_of(evidence, 0.95, "node")
    return (
        accusation(
            ID,
            PATTERN,
            subject,
            summary=f"the platform has no Node.js for {asked!r}",
            items=items,
            weight=0.95,
            places=(Location(file=path, line=line),) if from_file else (),
            suspects=known,
            remedies=() if known or not from_file else (_remedy(path, line),),
        ),
    )


def _remedy(path: str, line: int | None) -> Change:
    wanted = f"{NODE_MAJORS[0]}.x"
    return remedy(
        ID,
        PATTERN,
        "engines.node",
        summary=f'Set "engines": {{ "node": "{wanted}" }} in {path}',
        repair=editing(path, lambda text: with_key(text, _ENGINES, wanted)),
        stands_for="asks for a Node.js the platform does not have",
        first_stage=Stage.TOOLCHAIN,
        places=(Location(file=path, line=line),),
    )
