"""The platform's files in the repository: `vercel.json` and `.vercelignore`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verifier.intake.layout import join
from verifier.intake.textdata import NotParsed, line_of_key, parse_object
from verifier.model.project import Problem
from verifier.model.source import SourceTree
from verifier.vercel.ignore import anchor_patterns, parse_ignore
from verifier.vercel.schema import objections


def read_vercel_json(
    committed: SourceTree, working: SourceTree, root: str, *, plan: str | None
) -> tuple[Mapping[str, Any] | None, str | None, tuple[Problem, ...]]:
    """The committed `vercel.json` of the application, its path, and what is wrong with it.

    The platform reads it from the application's directory only.
    Source: vercel CLI, `readConfig`, seen 2026-08-03.
    """
    path = join(root, "vercel.json")
    problems = list(_elsewhere(committed, root))
    text = committed.text(path)
    if text is None:
        if path in working:
            why = "it is on disk but not committed, so the platform does not see it"
            problems.append(Problem(what="vercel.json is not committed", why=why, file=path))
        return None, None, tuple(problems)
    try:
        raw = parse_object(text)
    except NotParsed as error:
        problem = Problem(
            what="vercel.json not valid",
            why=error.why,
            file=path,
            line=error.line or None,
            fatal=True,
        )
        return None, path, (*problems, problem)
    problems.extend(
        Problem(
            what=f"vercel.json: {objection.key}",
            why=objection.why,
            file=path,
            line=_line(text, objection.key),
            fatal=objection.is_certain,
        )
        for objection in objections(raw, plan=plan)
    )
    return raw, path, tuple(problems)


def read_vercelignore(tree: SourceTree, root: str) -> tuple[tuple[str, ...], tuple[Problem, ...]]:
    """Patterns of `.vercelignore`, relative to the repository root; the application's file first.

    Source: npm `@vercel/build-utils` 14.21.1, `get-ignore-filter`, seen 2026-11-23.
    """
    for folder in dict.fromkeys((root, "")):
        texts = [tree.text(join(folder, name)) for name in (".vercelignore", ".nowignore")]
        if all(texts):
            problem = Problem(
                what="two ignore files",
                why="the platform refuses .vercelignore beside .nowignore; delete .nowignore",
                file=join(folder, ".nowignore"),
                fatal=True,
            )
            return (), (problem,)
        text = next((t for t in texts if t), None)
        if text is not None:
            return anchor_patterns(parse_ignore(text), folder), ()
    return (), ()


def _elsewhere(tree: SourceTree, root: str) -> list[Problem]:
    problems = []
    for name in ("now.json", "vercel.ts", "vercel.mts", "vercel.js", "vercel.mjs", "vercel.toml"):
        path = join(root, name)
        if path in tree:
            why = "verifier does not read this form; what it sets is known only to the build itself"
            problems.append(Problem(what="platform configuration not read", why=why, file=path))
    if root and "vercel.json" in tree:
        why = f"the application is in {root!r}, and the platform reads vercel.json only there"
        problems.append(Problem(what="vercel.json is not used", why=why, file="vercel.json"))
    return problems


def _line(text: str, key: str) -> int | None:
    """The line of a key; of a dotted one the innermost that is found."""
    for part in reversed(key.split(".")):
        line = line_of_key(text, part)
        if line is not None:
            return line
    return None
