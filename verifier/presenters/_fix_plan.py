"""The fix plan of a report as files: a patch, what to set on the platform, a page for a client."""

from __future__ import annotations

from verifier.model.report import Report, ReportedCause


def fix_plan_files(report: Report) -> dict[str, str]:
    """File name → text; empty where nothing was proved."""
    if not report.confirmed:
        return {}
    files = {"README.md": _page(report)}
    if report.patch:
        files["fixes.patch"] = report.patch
    if report.settings:
        files["platform.md"] = "".join(
            f"{number}. {text}\n" for number, text in enumerate(report.settings, 1)
        )
    return files


def _page(report: Report) -> str:
    name = report.project.get("name", "this project")
    count = len(report.confirmed)
    noun = "one cause" if count == 1 else f"{count} independent causes"
    parts = [
        f"# Why {name} fails when deployed, and what to do\n",
        f"The deployment fails for {noun}, each proved by builds with and without it.\n",
        *(_section(n, c) for n, c in enumerate(report.confirmed, 1)),
        "## What to do\n",
        _steps(report),
        _state(report),
    ]
    return "\n".join(parts)


def _section(number: int, cause: ReportedCause) -> str:
    lines = [f"## {number}. {_plain(cause.subject)}\n", f"{_plain(cause.summary)}.\n"]
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
    steps.extend(_plain(s) for s in report.settings)
    if not steps:
        return "No repair is known that a person could commit or set.\n"
    return "".join(f"{n}. {s}\n" for n, s in enumerate(steps, 1))


def _state(report: Report) -> str:
    if report.plan_verified:
        return (
            "With all of it applied to the original commit, a build in a clean container passed.\n"
        )
    left = f" What is left: {_plain(report.remaining)}" if report.remaining else ""
    return f"With all of it applied the build was not yet seen to pass.{left}\n"


def _plain(text: str) -> str:
    """Text of the examined project that cannot act as markup."""
    kept = "".join(c if c.isprintable() else " " for c in text)
    return kept.replace("<", "&lt;").replace("[", "\\[").replace("|", "\\|")
