"""What pnpm, yarn and bun say when an install fails."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.model.outcome import Stage, UnresolvedReason
from verifier.observe._hosts import host_of
from verifier.observe._out_of_reach import PNPM_REFUSED
from verifier.observe._rule import Around, Reading, Rule, rule

_PNPM: Final = r"ERR_PNPM_"


def _outdated(_match: re.Match[str], around: Around) -> Reading:
    """The dependencies whose specifiers and lockfile differ, by name."""
    text = "\n".join((around.line, *around.after(30)))
    names: set[str] = set()
    for block in re.findall(r"specifiers? in the lockfile \((\{.*?\})\)", text):
        names.update(re.findall(r"\"(@?[^\"]+)\":", block))
    names.update(re.findall(r"^\s*[*-] .*?\b(@?[\w./-]+)@\S+ is missing", text, re.MULTILINE))
    added = re.findall(
        r"(?:were|was|are|is) (?:added|removed|not in|not present in)[^:\n]*: ([^\n]+)", text
    )
    for row in added:
        names.update(re.findall(r"(@?[\w./-]+)@", row))
    changed = re.findall(
        r"^\s*[-*] (@?[\w./-]+) \((?:lockfile|specifier)[^)]*\)", text, re.MULTILINE
    )
    names.update(changed)
    subject = ",".join(sorted(names)[:20]) or "pnpm-lock.yaml"
    return Reading(subject=subject, length=8)


def _ignored(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join((around.line, *around.after(6)))
    named = re.search(r"Ignored build scripts?:\s*([^\n]+(?:\n\s{2,}[^\n]+)*)", text)
    names = re.findall(r"(@?[a-z0-9][\w./-]*)(?:@[\w.+-]+)?", named[1]) if named else []
    kept = sorted({n.rstrip(".,") for n in names if n not in {"Run", "pnpm", "approve-builds"}})
    return Reading(subject=",".join(kept[:20]), length=4)


_BOX: Final = re.compile(r"^\s*(?:[├╰]─▶|│)?\s*")


def _unwrapped(lines: tuple[str, ...]) -> str:
    """The text of a message that pnpm 12 draws in a box, its words whole again.

    It breaks a line after a hyphen or a slash as well as at a space.
    """
    text = ""
    for line in lines:
        rest = _BOX.sub("", line)
        is_torn = re.search(r"\S[-/]$", text) is not None
        text += rest if is_torn else f"\n{rest}"
    return text


def _missing(_match: re.Match[str], around: Around) -> Reading:
    text = _unwrapped((around.line, *around.after(8)))
    asked = re.search(r"(?:GET|for) \S*?//[^/\s]+/((?:@[^/\s]+(?:%2[fF]|/))?[^/\s:]+)", text)
    named = asked[1].replace("%2F", "/").replace("%2f", "/") if asked else ""
    version = re.search(r"No matching version found for (\S+)", text)
    return Reading(subject=version[1] if version else named, length=6)


def _fetch(match: re.Match[str], around: Around) -> Reading:
    text = "\n".join((around.line, *around.after(6)))
    said = re.search(r"returned HTTP (\d{3})\b", text)
    status = match.groupdict().get("status") or (said[1] if said else "")
    host = host_of(text)
    if status == "404":
        return replace(_missing(match, around), error_class="package-not-found")
    if status in {"401", "403"}:
        read = _missing(match, around)
        return Reading(subject=read.subject, error_class="private-package", length=6)
    return Reading(
        subject=host, detail=f"{match[0][:60]} {host}".strip(), reason=UnresolvedReason.REGISTRY
    )


_SOCKET: Final = (
    r"(?:E(?:SOCKET)?TIMEDOUT|ECONN(?:RESET|REFUSED|ABORTED)|ENOTFOUND|EAI_\w+|E(?:NET|HOST)(?:UNREACH"
    r"|DOWN)|EPIPE|EPROTO|CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|UND_ERR_\w+|ERR_(?:SSL|TLS"
    r"|SOCKET|STREAM)_\w+)"
)
"""How a line that carries a request breaks off, in the words of the system or of Node."""
_STATUS: Final = r'(?:Request failed \\?"|- )(?P<status>\d{3})'
_BUN_TROUBLE: Final = re.compile(
    r"^error: (?:GET \S+ - (?:429|5\d\d)|\w+ (?:downloading|extracting|parsing) "
    r"(?:package manifest|tarball)|Integrity check failed for tarball)"
)


_YARN_ASKED: Final = re.compile(
    r"trouble with (?:your network connection|the npm registry)|/yarn/lib/cli\.js"
    r"|info Visit https://yarnpkg\.com/en/docs/cli/"
)
_PNPM_ASKED: Final = re.compile(
    r"This error happened while installing a|error \(\w+\)\. Will retry in"
)
"""What a manager says around a request that broke off."""


def _yarn(match: re.Match[str], around: Around) -> Reading | None:
    """What Yarn 1 says of a request: a status that means something, or a broken line."""
    found = re.search(_STATUS, match.string)
    status = found["status"] if found else ""
    if status.startswith("4") and status != "429":
        return None if status not in {"401", "403", "404"} else _refused(match.string, status)
    if re.search(r": Not found\"?\.?$", match.string):
        return _refused(match.string, "404")
    host = host_of("\n".join((around.line, *around.after(2))))
    return Reading(
        subject=host, detail=match.string[:160], reason=UnresolvedReason.REGISTRY, length=3
    )


def _refused(text: str, status: str) -> Reading:
    asked = re.search(r"//[^/\s]+/((?:@[^/\s]+(?:%2[fF]|/))?[^/\s:\"]+)", text)
    named = asked[1].replace("%2F", "/").replace("%2f", "/") if asked else ""
    error_class = "package-not-found" if status == "404" else "private-package"
    return Reading(subject=named, error_class=error_class, length=3)


def _torn(match: re.Match[str], around: Around) -> Reading | None:
    """A line that broke while Yarn or pnpm asked the registry; neither names what it asked."""
    text = "\n".join((*around.before(8), around.line, *around.after(14)))
    # Yarn marks what it says itself; a script that fails in its name is only quoted.
    signs = _YARN_ASKED if match.string.startswith("error ") else _PNPM_ASKED
    asking = signs.search(text)
    if asking is None:
        return None
    return Reading(
        subject=host_of(text), detail=match.string.strip()[:160], reason=UnresolvedReason.REGISTRY
    )


def _missing_for_yarn(match: re.Match[str], around: Around) -> Reading:
    """Yarn gives one code to every answer it cannot use; the status says which it was."""
    status = re.search(r"Response Code: (\d{3})", "\n".join(around.after(4)))
    if status is not None and (status[1] == "429" or status[1].startswith("5")):
        return Reading(
            subject="",
            detail=match.string.strip()[:160],
            reason=UnresolvedReason.REGISTRY,
            length=4,
        )
    return Reading(subject=(match["subject"] or match["other"]).replace("%2f", "/"), length=3)


def _unresolved(match: re.Match[str], around: Around) -> Reading | None:
    """Bun says so of every package that it could not ask for, whatever the reason was."""
    if any(_BUN_TROUBLE.match(line) for line in around.before(40)):
        return None
    return (
        _refused(match.string, "404") if "GET " in match[0] else Reading(subject=match["subject"])
    )


def _engine(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join((around.line, *around.after(10)))
    wanted = re.search(r"Expected version: (\S.*)", text)
    what = "pnpm" if re.search(r"pnpm version|version of pnpm", text) else "node"
    line = f"unsupported {what}: expected {wanted[1].strip()}" if wanted else ""
    return Reading(subject=what, line=line, length=8)


def _peers(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(around.after(14))
    named = re.search(r"unmet peer (@?[^@\s]+)@", text)
    return Reading(subject=named[1] if named else "", length=10)


RULES: Final[tuple[Rule, ...]] = (
    rule(_PNPM + r"OUTDATED_LOCKFILE", "lockfile-outdated", stage=Stage.INSTALL, read=_outdated),
    rule(
        _PNPM + r"(?:LOCKFILE_CONFIG_MISMATCH|BROKEN_LOCKFILE|LOCKFILE_BREAKING_CHANGE)"
        r"|packages field missing or empty",
        "lockfile-config-mismatch",
        subject="pnpm",
        stage=Stage.INSTALL,
    ),
    rule(
        _PNPM + r"NO_LOCKFILE|(?i:lockfile .{0,30}is (?:absent|missing))",
        "lockfile-outdated",
        subject="pnpm-lock.yaml",
        stage=Stage.INSTALL,
    ),
    rule(_PNPM + r"IGNORED_BUILDS", "ignored-builds", stage=Stage.INSTALL, read=_ignored),
    rule(_PNPM + r"UNSUPPORTED_ENGINE", "unsupported-engine", stage=Stage.INSTALL, read=_engine),
    rule(
        _PNPM + r"(?:BAD_PM_VERSION|OTHER_PM_EXPECTED)",
        "unsupported-engine",
        subject="pnpm",
        stage=Stage.INSTALL,
    ),
    rule(_PNPM + r"PEER_DEP_ISSUES", "peer-conflict", stage=Stage.INSTALL, read=_peers),
    rule(_PNPM + r"FETCH_(?P<status>\d{3})", "package-not-found", stage=Stage.INSTALL, read=_fetch),
    rule(
        _PNPM + r"(?:META_FETCH_FAIL|FETCH_\w+|TARBALL_\w+|BAD_TARBALL_SIZE|BROKEN_METADATA_JSON"
        r"|RESOLVING_NPM_RESOLVER_(?:NETWORK|DECODE|BODY_READ)_ERROR)",
        "registry",
        stage=Stage.INSTALL,
        read=_fetch,
    ),
    rule(_PNPM + r"ENOSPC", "disk-full", reason=UnresolvedReason.DISK_FULL),
    rule(
        _PNPM + r"(?:NO_MATCHING_VERSION|NO_VERSIONS|SPEC_NOT_SUPPORTED_BY_ANY_RESOLVER"
        r"|WORKSPACE_PKG_NOT_FOUND|NO_MATCHING_VERSION_INSIDE_WORKSPACE)",
        "package-not-found",
        stage=Stage.INSTALL,
        read=_missing,
    ),
    rule(
        _PNPM + r"(?:NO_SCRIPT|NO_SCRIPT_OR_SERVER)\S*\s+(?:Missing script: ?)?(?P<subject>\S*)",
        "missing-script",
    ),
    rule(
        r"(?i)^(?:error )?(?:➤ YN0028: |Your lockfile needs to be updated"
        r"|.*The lockfile would have been modified by this install)",
        "lockfile-outdated",
        subject="yarn.lock",
        stage=Stage.INSTALL,
    ),
    rule(
        r"(?i)lockfile had changes, but lockfile is frozen",
        "lockfile-outdated",
        subject="bun.lock",
        stage=Stage.INSTALL,
    ),
    rule(
        r"(?i)^error (?:(?P<subject>@?[^@\s]+)@\S+): The engine \"(?:node|npm)\" is incompatible",
        "unsupported-engine",
        stage=Stage.INSTALL,
    ),
    rule(
        r"(?i)^error .*Couldn't find (?:any versions for|package) \"(?P<subject>[^\"]+)\"",
        "package-not-found",
        stage=Stage.INSTALL,
    ),
    rule(
        r"YN00(?:35|82): [^\w@]{0,6}(?P<subject>@?[\w./-]+)@"
        r"|^error An unexpected error occurred: \"\S*?//[^/\s]+/(?P<other>[^:\"\s]+): Not found",
        "package-not-found",
        stage=Stage.INSTALL,
        read=_missing_for_yarn,
    ),
    rule(r"(?i)^error Command \"(?P<subject>[^\"]+)\" not found", "missing-script"),
    rule(r"(?i)^error: Script not found \"(?P<subject>[^\"]+)\"", "missing-script"),
    rule(_BUN_TROUBLE.pattern, "registry", stage=Stage.INSTALL, read=_fetch),
    rule(
        r"(?i)^error: (?:GET \S+ - 404|(?P<subject>@?[^@\s]+)@\S+ failed to resolve)",
        "package-not-found",
        stage=Stage.INSTALL,
        read=_unresolved,
    ),
    rule(
        r"^error (?:\w*Error: |An unexpected error occurred: \"?)?https?://[^\s\"]+: "
        r"|^\w*Error: Request failed \\?\"\d{3} "
        r"|^error Received malformed response from registry",
        "registry",
        stage=Stage.INSTALL,
        read=_yarn,
    ),
    rule(
        rf"^(?:error )?\s?(?:\w*Error: )?(?:{_SOCKET}  "
        rf"|.*(?:{_SOCKET}(?: [\w.:\[\]-]+)?|socket hang up|aborted)\"?$)",
        "registry",
        stage=Stage.INSTALL,
        read=_torn,
    ),
    rule(
        r"(?i)^error (?:An unexpected error occurred: \".*(?:ESOCKETTIMEDOUT|ETIMEDOUT|ENOTFOUND"
        r"|EAI_AGAIN|ECONNRESET|getaddrinfo).*|.*trouble with your network connection.*)"
        r"|YN0001: .*(?:RequestError|ReadError: The server aborted)"
        # Yarn 2 and later breaks on a page about a package that is none.
        r"|YN0001: .*(?:SyntaxError|TypeError): @?[^@\s]+@npm:\S+: "
        r"|^error: (?:ConnectionRefused|FailedToOpenSocket|Timeout)",
        "registry",
        stage=Stage.INSTALL,
        read=_fetch,
    ),
    rule(
        # A task runner may keep from a manager what lets it through this machine's network.
        r"FetchError: request to https?://(?:registry\.(?:npmjs\.org|yarnpkg\.com)/\S+ failed"
        r"|\S+ failed, reason: (?:self-signed certificate|unable to (?:get local issuer|verify)))",
        "registry",
        read=lambda m, _a: Reading(
            subject=host_of(m.string),
            detail=m.string.strip()[:160],
            reason=UnresolvedReason.REGISTRY,
        ),
    ),
    rule(
        PNPM_REFUSED.pattern,
        "registry",
        stage=Stage.INSTALL,
        read=lambda m, _a: Reading(
            subject=f"pnpm@{m['version']}",
            detail=f"the registry does not vouch for pnpm {m['version']}",
            reason=UnresolvedReason.REGISTRY,
        ),
    ),
    rule(
        r"(?i)(?:^|: )packageManager .{0,80}(?:corepack|requires)"
        r"|This project is configured to use",
        "unsupported-engine",
        subject="packageManager",
        stage=Stage.INSTALL,
    ),
)
