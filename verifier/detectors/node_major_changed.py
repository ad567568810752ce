"""The platform builds with another Node.js major than the laptop, and the build shows it.

What it detects:
    A failure of a kind that depends on the Node.js major (removed syntax or API, a native addon
    built for another version, a package that refuses the version), where the majors differ.
    Majors that merely differ are no finding.

Why it breaks the deployment:
    An open range such as `>=18` means the newest major of the platform, and moves with it. The
    npm version moves along.

Example:
    `import data from './d.json' assert { type: 'json' }` builds with Node 20 and not with 24.

Remedy:
    Pin the major that works in `engines.node` where the platform offers it, or update the code.

Sources:
    Vercel documentation, Supported Node.js versions, seen 2026-02-27; builds seen 2026-11-23.

"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._clues import (
    blocks_of,
    changes_of,
    error_lines,
    failed,
    first_match,
    quoted,
    rooted,
    suspects_of,
)
from verifier.detectors._edits import editing
from verifier.detectors._json_edits import with_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.outcome import Stage
from verifier.model.recipe import Recipe
from verifier.vercel.node_versions import INSTALLED, NODE_MAJORS
from verifier.vercel.ranges import is_range, meets_line

ID: Final = "node-major-changed"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build depends on another Node.js major"

_WANTED: Final = re.compile(r"""(?:"node"|node)["']?:\s*["'](?P<range>[^"']+)["']""")
_SIGNS: Final = re.compile(
    r"Unexpected identifier 'assert'|ERR_IMPORT_(?:ATTRIBUTE|ASSERTION)"
    r"|digital envelope routines|ERR_OSSL_EVP|NODE_MODULE_VERSION|different Node\.js version"
    r"|EBADENGINE|Unsupported engine|engine \"node\" is incompatible|ERR_REQUIRE_ESM"
    r"|ERR_UNKNOWN_FILE_EXTENSION|is not a function.*node:|node-gyp|gyp ERR!"
    r"|Promise\.withResolvers|SlowBuffer|(?:fs|util|crypto|punycode)\.\w+ is not a function"
    r"|primordials is not defined|Node(?:\.js)? version \S+ (?:is|required)",
    re.IGNORECASE,
)


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding where the failure is of a kind that follows the Node.js major."""
    changes = changes_of(evidence, "node")
    if not failed(evidence):
        return ()
    if blocks_of(evidence, "node-version-discontinued", "node-version-invalid"):
        return ()
    said = first_match(error_lines(evidence), _SIGNS)
    blocks = blocks_of(evidence, "unsupported-engine")
    if said is None and not blocks:
        return ()
    line = said[0] if said is not None else blocks[0].lines[0]
    # Where no other major is known of, the platform's own others are worth a trial.
    others = () if changes else _others(evidence, asked_in(evidence))
    if not changes and not others:
        return ()
    mine = evidence.recipe.environment.node_major
    theirs = None if evidence.local is None else evidence.local.environment.node_major
    local = f" instead of the local {theirs}" if theirs not in {None, mine} else ""
    return (
        accusation(
            ID,
            PATTERN,
            "node",
            summary=f"the build breaks with Node.js {mine}{local}",
            items=(quoted(evidence, line),),
            weight=0.5,
            suspects=suspects_of(evidence, 0.7, "node"),
            remedies=others,
        ),
    )


def asked_in(evidence: Evidence) -> str | None:
    """The range of Node.js that a refused package asks for, None where the failure names none."""
    for block in blocks_of(evidence, "unsupported-engine"):
        for line in block.lines:
            named = _WANTED.search(line)
            if named is not None:
                return named["range"]
    return None


def _others(evidence: Evidence, wanted: str | None) -> tuple[Change, ...]:
    """The other majors of the platform that fit what is asked for, each as a setting."""
    mine = evidence.recipe.environment.node_major
    majors = [
        m.major
        for m in NODE_MAJORS
        if m.major in INSTALLED and m.discontinued is None and m.major != mine
    ]
    if wanted is not None:
        majors = [m for m in majors if is_range(wanted) and meets_line(wanted, m)]
    return tuple(_choosing(evidence, major) for major in majors[:1])


def _choosing(evidence: Evidence, major: int) -> Change:
    path = rooted(evidence.project, "package.json")
    write = editing(path, lambda text: with_key(text, ["engines", "node"], f"{major}.x"))

    def repair(recipe: Recipe) -> Recipe:
        made = write(recipe)
        return replace(made, environment=replace(made.environment, node_major=major))

    return remedy(
        ID,
        PATTERN,
        "node",
        summary=f'Set "engines": {{ "node": "{major}.x" }} in {path}',
        repair=repair,
        stands_for=f"built with Node.js {evidence.recipe.environment.node_major}",
        first_stage=Stage.TOOLCHAIN,
        places=(Location(file=path),),
    )
