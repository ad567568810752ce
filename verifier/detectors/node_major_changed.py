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
from typing import Final

from verifier.detectors._accuse import accusation
from verifier.detectors._clues import (
    blocks_of,
    changes_of,
    error_lines,
    failed,
    first_match,
    quoted,
    suspects_of,
)
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Pattern

ID: Final = "node-major-changed"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The build depends on another Node.js major"

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
    if not failed(evidence) or not changes:
        return ()
    if blocks_of(evidence, "node-version-discontinued", "node-version-invalid"):
        return ()
    said = first_match(error_lines(evidence), _SIGNS)
    blocks = blocks_of(evidence, "unsupported-engine")
    if said is None and not blocks:
        return ()
    line = said[0] if said is not None else blocks[0].lines[0]
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
            suspects=suspects_of(evidence, 0.7, "node"),
        ),
    )
