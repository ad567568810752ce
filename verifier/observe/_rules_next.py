"""What Next.js says when its build fails."""

from __future__ import annotations

import re
from typing import Final

from verifier.model.outcome import Stage, UnresolvedReason
from verifier.observe._out_of_reach import FONT_REFUSED
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
from verifier.observe._rules_code import lint_subject


def _route(file: str) -> str:
    """The route that a file of `app/` or `pages/` stands for."""
    path = re.sub(r"^(?:\./)?(?:src/)?(?:app|pages)/", "/", file.strip())
    path = re.sub(r"\.(?:[cm]?[jt]sx?|mdx?)$", "", path)
    path = re.sub(r"/(?:page|route|index)$", "", path)
    path = re.sub(r"/\([^)/]+\)", "", path)
    return path or "/"


def _conflict(_match: re.Match[str], around: Around) -> Reading:
    for line in around.after(4):
        pair = re.search(r"[\"']([^\"']+)[\"'] - [\"']([^\"']+)[\"']", line)
        if pair:
            return Reading(
                subject=_route(pair[1]),
                location=pair[1],
                line=f"{around.line.strip()} {line.strip()}",
                length=3,
            )
    return Reading()


def _parallel(match: re.Match[str], around: Around) -> Reading:
    named = [match["first"].rstrip("."), _closed(match["second"].rstrip("."))]
    # Turbopack names a group alone where the page stands at another depth.
    told = [n for n in named if not re.fullmatch(r"/\([^)/]+\)", n)] or named
    routes = sorted({_route(name) for name in told})
    return Reading(subject=routes[0], location=place_near(around, back=2), length=2)


def _closed(path: str) -> str:
    """A path without the parenthesis that closed the sentence around it."""
    return path.removesuffix(")") if path.count(")") > path.count("(") else path


def _in_file(match: re.Match[str], around: Around) -> Reading:
    """The file is what it is about."""
    place = place_near(around, back=8)
    for line in around.after(3):
        field = re.search(r"\"(\w+)\" is not a valid \w+ export field", line)
        if field:
            return Reading(subject=field[1], error_class="unsupported-export", location=place)
    named = match.groupdict().get("subject") or ""
    return Reading(subject=file_of(place) or named, location=place, length=6)


def _lint(match: re.Match[str], around: Around) -> Reading | None:
    """A rule of the linter; the file stands above, in the line that heads its messages."""
    for line in reversed(around.before(40)):
        head = re.match(r"^\s*(?:\./|/)?([\w@./()[\] $-]+\.\w{2,6})\s*$", line)
        if head:
            place = f"{head[1].strip()}:{match['line']}:{match['column']}"
            return Reading(subject=lint_subject(match, place), location=place)
        if not line.strip():
            break
    return None


def _refused(match: re.Match[str], around: Around) -> Reading:
    """A module of Node.js; the trace of imports stands below the stack of the bundler."""
    subject = match["subject"] or match["request"]
    lines = around.after(30)
    start = next(
        (n for n, line in enumerate(lines) if re.match(r"\s*Import traces?\b", line)), None
    )
    for line in () if start is None else lines[start + 1 : start + 8]:
        place = place_in(line)
        if place:
            return Reading(subject=subject, location=place, length=3)
    return Reading(subject=subject, location=place_near(around, back=10), length=3)


def _export(match: re.Match[str], around: Around) -> Reading:
    groups = match.groupdict()
    return Reading(subject=groups.get("subject") or "", location=place_near(around), length=6)


def _page(match: re.Match[str], around: Around) -> Reading:
    page = match["subject"].rstrip(":,\"'")
    if page.count("]") > page.count("["):
        page = page.removesuffix("]")
    return Reading(subject=page, location=place_near(around), length=10)


RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"Conflicting app and page files? (?:was|were) found",
        "conflicting-routes",
        stage=Stage.COMPILE,
        read=_conflict,
    ),
    rule(
        r"App Router and Pages Router both match path: (?P<subject>\S+)",
        "conflicting-routes",
        stage=Stage.COMPILE,
        read=_page,
    ),
    rule(
        r"Invalid segment configuration (?:export|options?) detected"
        r"(?: for \"(?P<subject>[^\"]+)\")?"
        r"|Next\.js can't recognize the exported `\w+` field",
        "invalid-segment-config",
        stage=Stage.PRERENDER,
        read=lambda m, _a: Reading(subject=m["subject"] or "", length=4),
    ),
    rule(
        r"Route segment config \"(?P<subject>\w+)\" is not compatible with `nextConfig\.\w+`",
        "segment-config-taken-over",
        stage=Stage.COMPILE,
        read=lambda m, a: Reading(subject=m["subject"], location=place_near(a, back=12), length=3),
    ),
    rule(
        r"(?P<subject>[\w./()\[\]@-]+\.[jt]sx?) doesn't have a root layout",
        "root-layout-missing",
        stage=Stage.COMPILE,
        read=lambda m, a: Reading(
            subject=m["subject"], location=place_near(a, back=2) or m["subject"]
        ),
    ),
    rule(
        r"Conflicting route and page at (?P<subject>/[^\s:]*)",
        "conflicting-routes",
        stage=Stage.COMPILE,
    ),
    rule(
        r"Conflicting (?:route|paths?)[^\"]*\"?(?P<subject>/[^\s\"]*)",
        "conflicting-routes",
        stage=Stage.COMPILE,
        read=_page,
    ),
    rule(
        r"You cannot (?:have two parallel pages that resolve to the same path\. Please check"
        r"|define a route with the same specificity as(?: an? optional catch-all route)?)"
        r" \(?[\"']?(?P<first>[^\s\"']+)[\"']?(?: and|:) [\"']?(?P<second>[^\s\"']+)",
        "parallel-pages",
        stage=Stage.COMPILE,
        read=_parallel,
    ),
    rule(
        r"`?pages`? and `?app`? directories should be under the same folder",
        "split-routers",
        stage=Stage.COMPILE,
    ),
    rule(
        r"You cannot use different slug names for the same dynamic path \((?P<subject>[^)]+)\)",
        "conflicting-routes",
    ),
    rule(
        r"Both middleware file \"(?:\./)?(?P<subject>[^\"]+)\" and proxy file",
        "middleware-proxy-conflict",
        stage=Stage.COMPILE,
        read=lambda m, _a: Reading(subject=m["subject"], location=m["subject"]),
    ),
    rule(
        r"(?P<kind>Proxy|Middleware) is missing expected function export name",
        "export-missing",
        stage=Stage.COMPILE,
        read=lambda m, a: Reading(subject=m["kind"].lower(), location=place_near(a), length=14),
    ),
    rule(
        r"The (?:file|(?P<kind>Proxy|Middleware))[^\n]{0,80}must export a (?:function|default)",
        "export-missing",
        stage=Stage.COMPILE,
        read=lambda m, a: Reading(
            subject=(m["kind"] or file_of(place_near(a))).lower(), location=place_near(a)
        ),
    ),
    rule(
        r"build is using Turbopack, with a `(?P<subject>webpack)` config",
        "bundler-conflict",
        stage=Stage.COMPILE,
        read=lambda m, _a: Reading(subject=m["subject"], length=10),
    ),
    rule(
        r"\"(?P<subject>\w+)\" is not supported in app/",
        "unsupported-export",
        stage=Stage.COMPILE,
        read=_export,
    ),
    rule(
        r"\"(?P<subject>\w+)\" is not a valid (?:Page|Layout|Route|Entry) export field",
        "unsupported-export",
        read=_export,
    ),
    rule(
        r"(?:You are attempting to export|Cannot export) \"(?P<subject>\w+)\"",
        "unsupported-export",
        stage=Stage.COMPILE,
        read=_export,
    ),
    rule(
        r"You're importing a (?:component|module) that (?:needs|depends on|imports) "
        r"[`\"']?(?P<subject>[\w./-]+)",
        "invalid-import",
        stage=Stage.COMPILE,
        read=_export,
    ),
    rule(
        r"[`\"'](?P<subject>server-only|client-only)[`\"'] cannot be imported",
        "invalid-import",
        stage=Stage.COMPILE,
        read=_export,
    ),
    rule(
        r"This module cannot be imported from a (?P<subject>Client|Server) Component module",
        "invalid-import",
        subject="server-only",
    ),
    rule(
        r"Reading from \"(?P<subject>node:[\w/]+)\" is not handled by plugins"
        r"|does not support external modules \(request: (?P<request>node:[\w/]+)\)",
        "node-module-refused",
        stage=Stage.COMPILE,
        read=_refused,
    ),
    rule(
        r"(?P<subject>create(?:Context|ClientModuleProxy)) is not a function",
        "invalid-import",
        read=_export,
    ),
    rule(
        r"NextRouter was not mounted",
        "router-not-mounted",
        read=lambda _m, _a: Reading(length=3),
    ),
    rule(
        r"(?:use\w+\(\) should be wrapped in a suspense boundary at page|Missing Suspense boundary"
        r" with \w+)(?: \"(?P<subject>[^\"]+)\")?",
        "suspense-missing",
        stage=Stage.PRERENDER,
        read=lambda m, _a: Reading(subject=m["subject"] or "", length=3),
    ),
    rule(
        r"Page \"(?P<subject>[^\"]+)\" is missing (?:exported function )?[\"']generateStaticParams",
        "static-params-missing",
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"getStaticPaths is required for dynamic SSG pages and is missing for"
        r" [\"'](?P<subject>[^\"']+)",
        "static-paths-missing",
        stage=Stage.PRERENDER,
        read=lambda m, _a: Reading(subject=m["subject"], length=3),
    ),
    rule(
        r"(?:Page|Route)? ?\"?(?<![^\s\"])(?P<subject>/[^\s\"]{0,200})\"?[^\n]{0,80}"
        r"cannot be used with \"?output: export",
        "static-params-missing",
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"export const dynamic = .{0,60} not configured on route \"(?P<subject>[^\"]+)\" with"
        r" \"output: export\"",
        "export-incompatible",
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"(?P<subject>Server Actions|API Routes|Image Optimization)[^\n]{0,60}"
        r"(?:not supported with static exports?|cannot be used with \"?output: export"
        r"|not compatible with (?:`\{ output: ['\"]export|export\b))",
        "export-incompatible",
        stage=Stage.PRERENDER,
    ),
    rule(
        r"Page with `(?P<subject>dynamic = \"force-dynamic\")` couldn't be (?:exported|rendered)",
        "export-incompatible",
        stage=Stage.PRERENDER,
    ),
    rule(
        r"It looks like you're trying to use TypeScript but do not have the required",
        "missing-typescript",
        subject="typescript",
        stage=Stage.TYPECHECK,
    ),
    rule(r"^Type error: ", "type-error", stage=Stage.TYPECHECK, read=_in_file),
    rule(
        r"^\s*(?P<line>\d+):(?P<column>\d+)\s+(?:[Ee]rror)(?::|\s)\s*\S.*\s{1,}"
        r"(?P<subject>@?[\w-]+(?:/[\w@-]+)*)\s*$",
        "lint-error",
        stage=Stage.TYPECHECK,
        read=_lint,
    ),
    rule(
        FONT_REFUSED.pattern,
        "network",
        reason=UnresolvedReason.NETWORK,
        read=lambda m, _a: Reading(
            subject="fonts.googleapis.com",
            detail=f"fonts.googleapis.com (font {m['font']})",
            reason=UnresolvedReason.NETWORK,
        ),
    ),
    rule(
        r"Can(?:not|'t) find any `?(?:pages|app)`? (?:or `?(?:app|pages)`? )?directory"
        r"|Couldn't find any `pages` or `app` directory",
        "file-not-found",
        subject="app",
        stage=Stage.COMPILE,
    ),
    rule(
        r"The page (?P<subject>/\S+) (?:does not export|has an invalid|without a)",
        "export-missing",
        read=_page,
    ),
    rule(
        r"The default export is not a React Component in page: \"(?P<subject>[^\"]+)\"",
        "export-missing",
        read=_page,
    ),
    rule(
        r"Build optimization failed: found pages? without a React Component as default export",
        "export-missing",
        read=lambda _m, a: Reading(
            subject=next((s.strip() for s in a.after(4) if s.strip()), ""), length=4
        ),
    ),
    rule(
        r"Failed to collect (?:page data|configuration) for (?P<subject>/\S*)",
        "page-data-error",
        weight=Weight.WRAPPER,
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"Error occurred prerendering page \"(?P<subject>[^\"]+)\"",
        "prerender-error",
        weight=Weight.WRAPPER,
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"Export encountered an error on (?:\S+: )?(?P<subject>/\S*?),",
        "prerender-error",
        weight=Weight.WRAPPER,
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"Failed to load (?P<subject>next\.config\.\w+)",
        "config-load-error",
        weight=Weight.WRAPPER,
        stage=Stage.COMPILE,
    ),
    rule(
        r"(?:Static page generation|Collecting page data) for (?P<subject>\S+) is still timing out",
        "prerender-error",
        weight=Weight.WRAPPER,
        stage=Stage.PRERENDER,
        read=_page,
    ),
    rule(
        r"^(?:Parsing ecmascript source code failed|\s*Syntax Error\s*$)",
        "syntax-error",
        stage=Stage.COMPILE,
        read=lambda _m, a: Reading(
            subject=file_of(place_near(a, back=14, ahead=0)),
            location=place_near(a, back=14, ahead=0),
            line=_message_above(a),
        ),
    ),
)


def _message_above(around: Around) -> str:
    for line in reversed(around.before(14)):
        if re.match(r"^(?:Error: |\s*x )", line):
            return line.strip()
    return ""
