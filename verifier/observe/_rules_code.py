"""What compilers, type checkers and linters say about the code itself."""

from __future__ import annotations

import re
from typing import Final

from verifier.model.outcome import Stage
from verifier.observe._rule import (
    Around,
    Reading,
    Rule,
    Weight,
    file_of,
    place_in,
    place_near,
    rule,
)
from verifier.observe._text import relative

_TSC: Final = (
    r"^(?:\x20*)(?:(?P<file>[^\s:][^:]*?)[(:](?P<line>\d+)[,:](?P<column>\d+)\)?(?::| -)) error"
    r" TS(?P<code>\d+): (?P<message>.*)$"
)


def _tsc(match: re.Match[str], _around: Around) -> Reading:
    file = relative(match["file"].strip())
    place = f"{file}:{match['line']}:{match['column']}"
    module = re.search(r"Cannot find module '([^']+)'", match["message"])
    if match["code"] in {"2307", "2792"} and module:
        return Reading(subject=module[1], error_class="module-not-found", location=place)
    missing = re.search(r"has no exported member (?:named )?'([^']+)'", match["message"])
    if match["code"] in {"2305", "2724", "2614"} and missing:
        return Reading(subject=missing[1], error_class="export-missing", location=place)
    foreign = "node_modules/" in file
    return Reading(subject=file, location=place, weight=Weight.WRAPPER if foreign else None)


def _tsc_global(match: re.Match[str], _around: Around) -> Reading:
    named = re.search(r"'([^']+)'", match["message"])
    gone = match["code"] in {"5058", "6053", "18003", "5083"}
    return Reading(
        subject=named[1] if named else f"TS{match['code']}",
        error_class="file-not-found" if gone else None,
    )


def _syntax(_match: re.Match[str], around: Around) -> Reading | None:
    """A syntax error of JavaScript; JSON that cannot be parsed at run time is none."""
    if re.search(r"\bJSON\b", around.line):
        return None
    place = _code_place(around)
    return Reading(subject=file_of(place), location=place, length=4)


def _code_place(around: Around) -> str:
    for line in (around.line, *reversed(around.before(6))):
        quoted = re.match(r"^\s*(?:file://)?(/?[\w@./()[\] $-]+?\.[cm]?[jt]sx?):(\d+)\s*$", line)
        if quoted:
            return f"{relative(quoted[1])}:{quoted[2]}"
    return place_near(around)


def _transform(match: re.Match[str], around: Around) -> Reading:
    place = place_in(match[0]) or place_near(around)
    message = re.sub(r"^.*?ERROR: ", "", around.line).strip()
    return Reading(
        subject=file_of(place), location=place, line=f"{file_of(place)}: {message}", length=8
    )


def _transform_head(_match: re.Match[str], around: Around) -> Reading | None:
    """The heading of a failed transform; the next line says more where it is an error line."""
    for line in around.after(3):
        if "ERROR:" in line:
            place = place_in(line)
            message = line.split("ERROR:", 1)[1].strip()
            return Reading(
                subject=file_of(place),
                location=place,
                line=f"{file_of(place)}: {message}",
                length=10,
            )
    return None


def _lint(match: re.Match[str], around: Around) -> Reading | None:
    """A message of a linter's stylish output, below the line with the file's name."""
    for line in reversed(around.before(60)):
        head = re.match(r"^(?:\./|/)?([\w@./()[\] $-]+\.\w{2,6})\s*$", line)
        if head:
            place = f"{relative(line.strip())}:{match['line']}:{match['column']}"
            return Reading(subject=lint_subject(match, place), location=place)
        if not line.strip():
            break
    return None


def lint_subject(match: re.Match[str], place: str) -> str:
    """The rule that a message ends with, or the file where the linter could not even read it."""
    return file_of(place) if "Parsing error:" in match[0] else match["subject"]


def _react_scripts(match: re.Match[str], around: Around) -> Reading | None:
    """A line of the report of react-scripts below its heading; mere warnings look the same."""
    file = ""
    for line in reversed(around.before(200)):
        head = re.match(r"^(?:\./)?([\w@./()[\] $-]+\.\w{2,6})\s*$", line)
        if head and not file:
            file = relative(head[1].strip())
        if re.match(r"^Failed to compile", line):
            place = f"{file}:{match['line']}:{match['column']}"
            return Reading(subject=lint_subject(match, place), location=place) if file else None
    return None


def _oxlint(match: re.Match[str], around: Around) -> Reading | None:
    """An error of oxlint, whose place stands in the frame below it."""
    for line in around.after(3):
        framed = re.match(r"^\s*(?:,-|╭─)\[(?P<file>[^\]]+?):(?P<at>\d+:\d+)\]", line)
        if framed:
            place = f"{relative(framed['file'])}:{framed['at']}"
            return Reading(subject=oxlint_rule(match), location=place, length=8)
    return None


def oxlint_rule(match: re.Match[str]) -> str:
    """A rule as ESLint spells it; what oxlint took over from there has no plugin."""
    plugin = match["plugin"]
    return match["rule"] if plugin == "eslint" else f"{plugin}/{match['rule']}"


def _oxlint_warnings(_match: re.Match[str], around: Around) -> Reading | None:
    """The count of warnings, where nothing but the end of the command follows it."""
    after = (line for line in around.after(12) if line.strip())
    if all(_ENDS.match(line) for line in after):
        return Reading(subject="max-warnings")
    return None


_ENDS: Final = re.compile(
    r"^(?:Finished in |Exceeded maximum number of warnings|npm (?:error|ERR!|notice)"
    r"|\s*(?:ERR_PNPM|ELIFECYCLE)|ERROR: |error: script |error Command failed|info Visit "
    r"|Error: (?:Command |\[BUILD_UTILS)|\[?ERROR\]? )"
)
OXLINT: Final = r"^\s+{mark} (?P<plugin>[\w@/-]+)\((?P<rule>[\w/-]+)\): "
"""How oxlint heads a message; `mark` tells errors from warnings."""

RULES: Final[tuple[Rule, ...]] = (
    rule(_TSC, "type-error", stage=Stage.TYPECHECK, read=_tsc),
    rule(
        r"^error TS(?P<code>\d+): (?P<message>.*)$",
        "type-error",
        stage=Stage.TYPECHECK,
        read=_tsc_global,
    ),
    rule(
        r"^\s+(?P<line>\d+):(?P<column>\d+)\s+error\s+\S.*?\s{2,}(?P<subject>@?[\w-]+(?:/[\w@-]+"
        r")*)\s*$",
        "lint-error",
        stage=Stage.TYPECHECK,
        read=_lint,
    ),
    rule(
        r"Treating warnings as errors because process\.env\.CI = true",
        "lint-error",
        subject="CI",
        stage=Stage.TYPECHECK,
    ),
    rule(
        r"^\s*Line (?P<line>\d+):(?P<column>\d+):\s+\S.*\s(?P<subject>@?[\w-]+(?:/[\w@-]+)*)\s*$",
        "lint-error",
        stage=Stage.TYPECHECK,
        read=_react_scripts,
    ),
    rule(OXLINT.format(mark="[x\u00d7]"), "lint-error", stage=Stage.TYPECHECK, read=_oxlint),
    rule(
        r"^Found \d+ warnings? and 0 errors\.$",
        "lint-error",
        stage=Stage.TYPECHECK,
        read=_oxlint_warnings,
    ),
    rule(
        r"ESLint found too many warnings",
        "lint-error",
        subject="max-warnings",
        stage=Stage.TYPECHECK,
    ),
    rule(
        r"^\[vite:esbuild\] Transform failed|^Error: Transform failed with",
        "syntax-error",
        read=_transform_head,
    ),
    rule(r"^(?:\S+\.\w{2,6}:\d+:\d+: )ERROR: .*$", "syntax-error", read=_transform),
    rule(
        r"^\[(?:PARSE_ERROR|vite:(?:oxc|vue|css|build-import-analysis|react-babel|react-swc))\]"
        r"|\[(?:plugin )?vite-plugin-svelte(?:-preprocess)?\]|^CompileError",
        "syntax-error",
        read=_transform,
    ),
    rule(
        r"^(?:.*?\bError: )?(?:\[cause\]: )?SyntaxError(?: \[[^\]]*\])?: ",
        "syntax-error",
        weight=Weight.CAUSE,
        read=_syntax,
    ),
    rule(
        r"Module parse failed: |Syntax error: (?!Error)|Unknown word|Unclosed (?:block|string"
        r"|bracket)",
        "syntax-error",
        read=_syntax,
    ),
    rule(
        r"It looks like you're trying to use `?(?P<subject>tailwindcss)`? directly as a PostCSS",
        "config-load-error",
    ),
)
