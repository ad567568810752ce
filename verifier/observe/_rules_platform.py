"""What the platform's own command line says: codes in `builds.json` and its console lines.

Source: error codes of `@vercel/next`, `@vercel/static-build` and `@vercel/build-utils` as shipped
with `vercel` 64.0.2, seen 2026-11-23.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from verifier.model.outcome import Stage
from verifier.model.run import BuilderError
from verifier.observe._rule import Rule, rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeMeaning:
    """What a code of `builds.json` means; the pattern finds the subject in its message."""

    error_class: str
    stage: Stage
    pattern: str = ""
    fallback: str = ""


_SPAWN: Final = re.compile(r"^BUILD_UTILS_SPAWN_(?P<how>\w+)$")
_COMMAND: Final = re.compile(
    r'Command "(?P<command>.{1,2000}?)" (?:exited with|was killed|killed) ?(?P<how>\w*)', re.DOTALL
)
_DIRECTORY: Final = (
    r'(?:directory|Directory named|Output Directory \()[^"]{0,20}"(?P<subject>[^"]+)"'
)
_VERSION: Final = (
    r'Version:? "(?P<subject>[^"]+)"|\("(?P<subject2>[^"]+)"\)|"(?P<subject3>[\d.x<>=~^| -]+)"'
)

CODES: Final[dict[str, CodeMeaning]] = {
    "NEXT_NO_VERSION": CodeMeaning(
        error_class="next-not-detected", stage=Stage.TOOLCHAIN, fallback="next"
    ),
    "NEXT_OUTPUT_DIR_MISSING": CodeMeaning(
        error_class="output-dir-missing", stage=Stage.PACKAGE, pattern=_DIRECTORY
    ),
    "NEXT_OUTPUT_DIR_EMPTY": CodeMeaning(
        error_class="output-dir-empty", stage=Stage.PACKAGE, pattern=_DIRECTORY
    ),
    "NEXT_NO_ROUTES_MANIFEST": CodeMeaning(
        error_class="routes-manifest-missing",
        stage=Stage.PACKAGE,
        pattern=r'/(?P<subject>[^/"]+)/routes-manifest\.json',
        fallback="routes-manifest.json",
    ),
    "NOW_NEXT_NO_BUILD_ID": CodeMeaning(
        error_class="routes-manifest-missing", stage=Stage.PACKAGE, fallback="BUILD_ID"
    ),
    "NEXT_NO_SERVER_PAGES": CodeMeaning(
        error_class="output-dir-empty", stage=Stage.PACKAGE, fallback="pages"
    ),
    "NEXT_EXPORT_FAILED": CodeMeaning(error_class="output-dir-missing", stage=Stage.PACKAGE),
    "NEXT_MISSING_LAMBDA": CodeMeaning(
        error_class="output-dir-missing", stage=Stage.PACKAGE, pattern=r"route: (?P<subject>\S+)"
    ),
    "STATIC_BUILD_NO_OUT_DIR": CodeMeaning(
        error_class="output-dir-missing", stage=Stage.PACKAGE, pattern=_DIRECTORY
    ),
    "STATIC_BUILD_NOT_A_DIR": CodeMeaning(
        error_class="output-dir-missing", stage=Stage.PACKAGE, pattern=r'\("(?P<subject>[^"]+)"\)'
    ),
    "STATIC_BUILD_EMPTY_OUT_DIR": CodeMeaning(
        error_class="output-dir-empty", stage=Stage.PACKAGE, pattern=r'"(?P<subject>[^"]+)"'
    ),
    "STATIC_BUILD_BINARY_NOT_FOUND": CodeMeaning(
        error_class="command-not-found",
        stage=Stage.COMPILE,
        pattern=r'"(?P<subject>[^"]+)"|`(?P<subject2>[^`]+)`',
    ),
    "unused_function": CodeMeaning(
        error_class="unused-function",
        stage=Stage.TOOLCHAIN,
        pattern=r'pattern "(?P<subject>[^"]+)"',
    ),
    **dict.fromkeys(
        ("invalid_function", "invalid_function_source", "invalid_function_property"),
        CodeMeaning(
            error_class="invalid-configuration", stage=Stage.TOOLCHAIN, fallback="vercel.json"
        ),
    ),
    "invalid_function_runtime": CodeMeaning(
        error_class="invalid-function-runtime", stage=Stage.TOOLCHAIN, fallback="runtime"
    ),
    "NOW_SANDBOX_WORKER_INVALID_RUNTIME": CodeMeaning(
        error_class="invalid-function-runtime",
        stage=Stage.PACKAGE,
        pattern=r'"(?P<subject>[^"]+)"|\((?P<subject2>[^)]+)\)',
    ),
    "NOW_SANDBOX_WORKER_FUNCTION_RUNTIME_VERSION": CodeMeaning(
        error_class="invalid-function-runtime", stage=Stage.TOOLCHAIN, fallback="runtime"
    ),
    "conflicting_file_path": CodeMeaning(
        error_class="conflicting-functions",
        stage=Stage.TOOLCHAIN,
        pattern=r'"(?P<subject>[^"]+)"',
    ),
    "conflicting_path_segment": CodeMeaning(
        error_class="conflicting-functions",
        stage=Stage.TOOLCHAIN,
        pattern=r'"(?P<subject>[^"]+)"',
    ),
    "BUILD_UTILS_NODE_VERSION_DISCONTINUED": CodeMeaning(
        error_class="node-version-discontinued", stage=Stage.TOOLCHAIN, pattern=_VERSION
    ),
    "BUILD_UTILS_NODE_VERSION_INVALID": CodeMeaning(
        error_class="node-version-invalid", stage=Stage.TOOLCHAIN, pattern=_VERSION
    ),
    "NOW_SANDBOX_WORKER_MAX_LAMBDA_SIZE": CodeMeaning(
        error_class="function-too-large", stage=Stage.PACKAGE
    ),
    "NOW_SANDBOX_WORKER_MAX_UNCOMPRESSED_LAMBDA_SIZE": CodeMeaning(
        error_class="function-too-large", stage=Stage.PACKAGE
    ),
    "NEXT_REQUIRED_FILES_LIMIT": CodeMeaning(error_class="function-too-large", stage=Stage.PACKAGE),
    "NODE_TYPESCRIPT_ERROR": CodeMeaning(error_class="type-error", stage=Stage.TYPECHECK),
    "BUILD_PROJECT_SETTINGS_REQUIRED": CodeMeaning(
        error_class="settings-missing", stage=Stage.TOOLCHAIN, fallback=".vercel/project.json"
    ),
    "INVALID_VERCEL_CONFIG": CodeMeaning(
        error_class="invalid-configuration", stage=Stage.TOOLCHAIN, fallback="vercel.json"
    ),
    "INVALID_VERCEL_JSON": CodeMeaning(
        error_class="invalid-configuration", stage=Stage.TOOLCHAIN, fallback="vercel.json"
    ),
}

RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?i)^(?:Error: )?.*recursive(?:ly)? (?:invocation|invok)",
        "recursive-build",
        subject="vercel build",
    ),
    rule(
        r"(?i)function runtimes must have a valid version",
        "invalid-function-runtime",
        subject="runtime",
        stage=Stage.TOOLCHAIN,
    ),
    rule(
        r"(?i)(?:the specified )?root directory \"(?P<subject>[^\"]+)\" does not exist",
        "file-not-found",
        stage=Stage.TOOLCHAIN,
    ),
    rule(
        r"(?i)(?:(?:couldn't|could not) parse (?:JSON file )?\S{0,200}?|invalid.{0,20})"
        r"(?P<subject>vercel\.json)",
        "invalid-configuration",
        stage=Stage.TOOLCHAIN,
    ),
)


def spawned_command(error: BuilderError | None) -> tuple[str, str] | None:
    """The command and exit of a builder error that only says a command failed, else None."""
    if error is None:
        return None
    match = _COMMAND.search(error.message)
    if match:
        return match["command"], match["how"]
    code = _SPAWN.match(error.code)
    return ("", code["how"]) if code else None


def meaning_of(error: BuilderError) -> tuple[str, Stage, str] | None:
    """Class, stage and subject of a builder error by its code, None for unknown codes."""
    meaning = CODES.get(error.code)
    if meaning is None:
        return None
    subject = meaning.fallback
    match = re.search(meaning.pattern, error.message[:4000]) if meaning.pattern else None
    if match:
        subject = next((value for value in match.groupdict().values() if value), subject)
    return meaning.error_class, meaning.stage, subject.strip()
