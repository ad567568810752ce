"""The fix plan of a report as files: a patch, what to set on the platform, a page for a client."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from verifier.model.finding import Pattern
from verifier.model.outcome import Stage
from verifier.model.report import Report, ReportedCause

_WORD: Final = re.compile(r"[a-z]+(?= )")
"""A plain word at the start of a sentence, and nothing like a path."""
_FILE: Final = re.compile(
    r"^diff --git a/(?:[^\n\"]+) b/([^\n\"]+)\n(new file mode|deleted file mode)", re.MULTILINE
)
"""A file that a patch makes or deletes; a name that git has to quote is left alone."""
_STOPS: Final[Mapping[Stage, str]] = {
    Stage.FETCH: "before anything is built",
    Stage.TOOLCHAIN: "when Node.js and the package manager are chosen",
    Stage.INSTALL: "while packages are installed",
    Stage.GENERATE: "in a step that runs before the compiler",
    Stage.COMPILE: "while the code is compiled",
    Stage.TYPECHECK: "in the type check",
    Stage.PRERENDER: "while pages are rendered",
    Stage.PACKAGE: "when the output is collected",
}


def fix_plan_files(report: Report) -> dict[str, str]:
    """File name → text; empty where nothing was proved."""
    if not report.confirmed:
        return {}
    files = {"README.md": _page(report)}
    if report.patch:
        files["fixes.patch"] = report.patch
    if report.settings:
        files["platform.md"] = "".join(
            f"{number}. {_plain(text)}\n" for number, text in enumerate(report.settings, 1)
        )
    return files


def _page(report: Report) -> str:
    name = report.project.get("name", "this project")
    parts = [
        f"# Why {_plain(name)} fails when deployed, and what to do\n",
        _found(len(report.confirmed)),
        *(_section(n, c) for n, c in enumerate(report.confirmed, 1)),
        "## What to do\n",
        _steps(report),
        _state(report),
    ]
    return "\n".join(parts)


def _found(count: int) -> str:
    if count == 1:
        return (
            "One cause stands in the way of the deployment, proved by builds with and without it.\n"
        )
    return (
        f"{count} independent causes stand in the way of the deployment, "
        "each proved by builds with and without it.\n"
    )


def _section(number: int, cause: ReportedCause) -> str:
    lines = [f"## {number}. {_plain(cause.subject)}\n", f"{_sentence(cause)}.\n"]
    effect = _effect(cause)
    if effect:
        lines.append(f"Effect: {effect}\n")
    if cause.locations:
        places = ", ".join(f"`{_plain(str(p))}`" for p in cause.locations[:4])
        lines.append(f"Where: {places}\n")
    if cause.remedy is not None:
        lines.append(f"Fix: {_plain(cause.remedy.summary)}\n")
    return "\n".join(lines)


def _steps(report: Report) -> str:
    steps = []
    if report.patch:
        steps.append("Apply the patch in the repository: `git apply fixes.patch`, then commit.")
        steps.extend(_by_case(report.patch))
    steps.extend(_plain(s) for s in report.settings)
    steps.extend(f"By hand, for no patch can do it: {_plain(s)}" for s in report.by_hand)
    if report.settings and steps:
        steps.append("Deploy again: a setting or variable counts from the next build on.")
    if not steps:
        return "No repair is known that a person could commit or set.\n"
    return "".join(f"{n}. {s}\n" for n, s in enumerate(steps, 1))


def _by_case(patch: str) -> Iterator[str]:
    """How to rename by case where the disk does not tell the names apart, so no patch can."""
    gone = {path.lower(): path for path in _paths(patch, "deleted file mode")}
    for new in _paths(patch, "new file mode"):
        old = gone.get(new.lower())
        if old is None:
            continue
        without = " ".join(f"--exclude={shlex.quote(path)}" for path in (old, new))
        yield (
            f"On macOS and Windows no patch can rename {_plain(old)}: run "
            f"`git mv -f {shlex.quote(old)} {shlex.quote(new)}` there, and "
            f"`git apply {without} fixes.patch` for the rest."
        )


def _paths(patch: str, mark: str) -> Iterator[str]:
    """The files of a patch that it makes or deletes."""
    return (m[1] for m in _FILE.finditer(patch) if m[2] == mark)


def _state(report: Report) -> str:
    if report.plan_verified and report.by_hand:
        return (
            "With the patch and the settings applied to the original commit, a build in a clean "
            "container passed; what is to be done by hand was not part of it.\n"
        )
    if report.plan_verified:
        return (
            "With all of it applied to the original commit, a build in a clean container passed.\n"
        )
    left = f" What is left: {_plain(report.remaining)}" if report.remaining else ""
    return f"With all of it applied the build was not yet seen to pass.{left}\n"


def _effect(cause: ReportedCause) -> str:
    """What the cause does to a deployment, in words that need no knowledge of stages."""
    stage = next((s for s in Stage if s.word == cause.stage), None)
    if stage is None:
        return ""
    if stage in _STOPS:
        return f"the build stops {_STOPS[stage]}."
    if stage is Stage.GATE:
        return "the build passes, but the platform refuses what it made."
    if cause.pattern == Pattern.CREDENTIAL.value:
        return "the build passes, and every visitor can read the secret."
    return "the build passes, but what is deployed does not work."


def _sentence(cause: ReportedCause) -> str:
    text = _plain(cause.summary)
    # A name that begins the sentence keeps its spelling.
    return text if text.startswith(_plain(cause.subject)) else _capital(text)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] if _WORD.match(text) else text


def _plain(text: str) -> str:
    """Text of the examined project that cannot act as markup."""
    kept = "".join(c if c.isprintable() else " " for c in text).replace("`", "'")
    return kept.replace("<", "&lt;").replace("[", "\\[").replace("|", "\\|")
