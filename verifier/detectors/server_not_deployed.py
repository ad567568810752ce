"""A server of the project's own answers the page's requests, and the platform never starts it.

What it detects:
    A static build whose page asks its own origin for paths that only a server in the repository
    answers (Express, Fastify, Hono and the like, by `listen`), while the deployment has no function
    and no route for them.

Why it breaks the deployment:
    The platform runs functions, not processes. A file becomes a function by its place (`api/`) or
    by its preset; a server that another script starts is neither, and nothing says so.

Example:
    `server/index.js` with `app.listen(3000)` beside a Vite page that fetches `/api/quotes`: the
    build is green, and the request answers 404.

Remedy:
    Export the application, re-export it from `api/index`, and rewrite the paths to it.

Sources:
    Vercel documentation, Express on Vercel and Functions in `api/`, seen 2026-07-29.

"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from posixpath import dirname
from typing import Any, Final

from verifier.detectors._accuse import accusation, remedy
from verifier.detectors._asked import paths_asked
from verifier.detectors._clues import failed, rooted, seen_in
from verifier.detectors._edits import editing, in_turn, writing
from verifier.detectors._json_edits import with_key
from verifier.model.change import Change
from verifier.model.evidence import Evidence
from verifier.model.finding import Finding, Location, Pattern
from verifier.model.recipe import Recipe

ID: Final = "server-not-deployed"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "The page needs a server that is not deployed"

_FRAMEWORKS: Final = ("express", "fastify", "koa", "hono", "@hono/node-server", "polka", "restify")
_IMPORTS: Final = re.compile(
    r"""(?:from\s+|require\(\s*)["'](?P<package>express|fastify|koa|polka|restify)["']"""
)
_LISTENS: Final = re.compile(
    r"^[ \t]*(?:await\s+)?(?P<app>[A-Za-z_$][\w$]*)\.listen\(", re.MULTILINE
)
_ROUTE: Final = r"""\.(?:get|post|put|patch|delete|all|use|route)\(\s*["'`]/{path}(?:["'`/:])"""
_MADE: Final = r"\b(?:const|let|var)\s+{name}(?:\s*:\s*[\w.]+)?\s*=\s*(?:express|polka)\s*\("
_EXPORTS: Final = re.compile(r"^\s*export\s+default\b|\bmodule\.exports\s*=", re.MULTILINE)
_SERVER_FILE: Final = re.compile(r"\.[cm]?[jt]s$")
_MAX_TEXT: Final = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    """A file that starts a server: the variable of its application, and where it listens."""

    file: str
    app: str
    line: int
    text: str


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per server file that the page needs and that no function came of."""
    output = evidence.observation.output
    if failed(evidence) or not output.present or output.functions:
        return ()
    if not any(m.declares(n) for m in evidence.project.manifests for n in _FRAMEWORKS):
        return ()
    asked = paths_asked(evidence)
    if not asked:
        return ()
    found = []
    for server in _servers(evidence):
        paths = [(path, at) for path, at in asked if _answers(server, path)]
        unrouted = [(path, at) for path, at in paths if not _is_routed(evidence, path)]
        if unrouted:
            found.append(_finding(evidence, server, unrouted))
    return tuple(found[:1])


def _servers(evidence: Evidence) -> list[_Server]:
    """Files of the project that make an application and let it listen."""
    tree, found = evidence.recipe.source, []
    prefix = rooted(evidence.project, "")
    for file in tree:
        if not file.startswith(prefix) or "node_modules/" in file or not _SERVER_FILE.search(file):
            continue
        text = (tree.text(file) or "")[:_MAX_TEXT]
        listens = _LISTENS.search(text) if _IMPORTS.search(text) else None
        if listens is None or not re.search(_MADE.format(name=re.escape(listens["app"])), text):
            continue
        line = text.count("\n", 0, listens.start()) + 1
        found.append(_Server(file=file, app=listens["app"], line=line, text=text))
    return found


def _answers(server: _Server, path: str) -> bool:
    """Whether the server's own text has a route for the path, or one it begins with."""
    parts = path.strip("/").split("/")
    starts = ("/".join(parts[:count]) for count in range(len(parts), 0, -1))
    return any(re.search(_ROUTE.format(path=re.escape(s)), server.text) for s in starts)


def _is_routed(evidence: Evidence, path: str) -> bool:
    """Whether the deployment has a file or a rule of the project's own for the path."""
    output = evidence.observation.output
    if any(f.path in {f"static{path}", f"static{path}.html"} for f in output.files):
        return True
    config = evidence.project.vercel_json or {}
    rules = [r for key in ("rewrites", "redirects", "routes") for r in _rules(config.get(key))]
    first = path.strip("/").split("/")[0]
    return any(first in source for source in rules)


def _rules(value: Any) -> list[str]:
    if not isinstance(value, list):
        return []
    return [str(r.get("source") or r.get("src") or "") for r in value if isinstance(r, dict)]


def _finding(evidence: Evidence, server: _Server, paths: list[tuple[str, Location]]) -> Finding:
    asked = ", ".join(path for path, _ in paths[:4])
    items = [seen_in(server.file, f"{server.app}.listen: a process, not a function", server.line)]
    items += [seen_in(at.file, f"asks for {path}", at.line) for path, at in paths[:4]]
    return accusation(
        ID,
        PATTERN,
        server.file,
        summary=(
            f"the page asks for {asked}, which only {server.file} answers; "
            "the platform starts no server and made no function of it"
        ),
        items=items,
        weight=0.8,
        remedies=(_remedy(evidence, server, [path for path, _ in paths]),),
    )


def _remedy(evidence: Evidence, server: _Server, paths: list[str]) -> Change:
    project = evidence.project
    firsts = sorted({path.strip("/").split("/")[0] for path in paths})
    module = _is_module(evidence, server)
    ending = server.file.rpartition(".")[2]
    entry = rooted(project, f"api/index.{'ts' if ending.endswith('ts') else 'js'}")
    below = server.file.removeprefix(rooted(project, ""))
    target = re.sub(r"\.([cm]?)ts$", r".\1js", below)
    text = (
        f'export {{ default }} from "../{target}";\n'
        if module
        else f'module.exports = require("../{target}");\n'
    )
    rewrites = [{"source": f"/{first}/(.*)", "destination": "/api"} for first in firsts]
    config = rooted(project, "vercel.json")
    return remedy(
        ID,
        PATTERN,
        server.file,
        summary=(
            f"Export {server.app} from {server.file}, re-export it from {entry}, "
            f"and rewrite /{firsts[0]}/ to it in {config}"
        ),
        repair=in_turn(
            editing(server.file, _exporting(server.app, module=module)),
            writing(entry, text),
            _rewriting(config, rewrites),
        ),
        stands_for="started by nothing on the platform",
        places=(Location(file=server.file, line=server.line), Location(file=entry)),
    )


def _is_module(evidence: Evidence, server: _Server) -> bool:
    if server.file.endswith((".cjs", ".cts")):
        return False
    folder = dirname(server.file)
    known = {dirname(m.path): m for m in evidence.project.manifests}
    while folder and folder not in known:
        folder = dirname(folder)
    manifest = known.get(folder)
    typed = manifest is not None and manifest.raw.get("type") == "module"
    return typed or server.file.endswith(("ts", ".mjs")) or "import " in server.text[:2000]


def _exporting(app: str, *, module: bool) -> Callable[[str], str | None]:
    line = f"export default {app};" if module else f"module.exports = {app};"

    def edit(text: str) -> str | None:
        return None if _EXPORTS.search(text) else f"{text.rstrip()}\n\n{line}\n"

    return edit


def _rewriting(path: str, rules: list[dict[str, str]]) -> Callable[[Recipe], Recipe]:
    def apply(recipe: Recipe) -> Recipe:
        old = recipe.source.text(path)
        if old is None:
            return writing(path, json.dumps({"rewrites": rules}, indent=2) + "\n")(recipe)
        try:
            kept = json.loads(old).get("rewrites") or []
        except (ValueError, AttributeError):
            return recipe
        return editing(path, lambda text: with_key(text, ["rewrites"], [*rules, *kept]))(recipe)

    return apply
