"""What shells, Node and the kernel say when a command of the build dies."""

from __future__ import annotations

import re
from typing import Final

from verifier.model.outcome import UnresolvedReason
from verifier.observe._hosts import host_of, is_private
from verifier.observe._rule import Around, Reading, Rule, Weight, place_near, rule
from verifier.observe._text import relative

_TELEMETRY: Final = re.compile(
    r"telemetry|sentry\.io|posthog|segment\.|analytics|update-notifier|amplitude|datadog"
)
_DOWN: Final = (
    r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET"
    r"|UND_ERR_CONNECT_TIMEOUT|ESERVFAIL|EADDRNOTAVAIL"
)


def _file(match: re.Match[str], _around: Around) -> Reading | None:
    path = next((value for value in match.groupdict().values() if value), "")
    shown = relative(path)
    if "/_logs/" in path or shown.startswith("/proc/"):
        return None
    return Reading(subject=shown, length=6)


def _connection(match: re.Match[str], around: Around) -> Reading | None:
    """A host out of reach: the project's own service, or the open internet."""
    near = "\n".join((around.line, *around.after(12)))
    host = host_of(around.line) or host_of(near)
    if not host or _TELEMETRY.search(host) or _TELEMETRY.search(around.line):
        return None
    if is_private(host):
        return Reading(subject=_with_port(host, near), length=8)
    return Reading(
        subject=host,
        error_class="network",
        detail=f"{host} ({match['code']})",
        reason=UnresolvedReason.NETWORK,
        length=8,
    )


def _with_port(host: str, text: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    named = re.search(re.escape(host) + r"\]?:(\d{2,5})\b", text)
    if named is None:
        named = re.search(r"\bport: ['\"]?(\d{2,5})\b", text)
    return f"{shown}:{named[1]}" if named else shown


def _prisma_reach(match: re.Match[str], _around: Around) -> Reading:
    host = match["subject"].strip("`'\"")
    name = host.rsplit(":", 1)[0]
    if is_private(name):
        return Reading(subject=host, length=4)
    return Reading(
        subject=host, error_class="network", detail=host, reason=UnresolvedReason.NETWORK, length=4
    )


def _download(match: re.Match[str], around: Around) -> Reading | None:
    """A tool that fetches its own parts from a host of its own."""
    near = "\n".join((around.line, *around.after(6)))
    host = host_of(near) or (match.groupdict().get("host") or "")
    if host and is_private(host):
        return None
    return Reading(
        subject=host, detail=host or match[0][:80], reason=UnresolvedReason.NETWORK, length=6
    )


RULES: Final[tuple[Rule, ...]] = (
    rule(
        r"(?i)\bENOSPC\b|No space left on device|disk quota exceeded",
        "disk-full",
        reason=UnresolvedReason.DISK_FULL,
    ),
    rule(
        r"JavaScript heap out of memory|Reached heap limit|FATAL ERROR: .{0,80}[Aa]llocation failed"
        r"|ERR_WORKER_OUT_OF_MEMORY|Worker terminated due to reaching memory limit",
        "out-of-memory",
        read=lambda _m, _a: Reading(),
    ),
    rule(
        r"(?:terminated|killed|exited|failed)[^\n]{0,40}\bSIGKILL\b|^Killed$|signal: ?'?SIGKILL"
        r"|signal:? 9\b",
        "out-of-memory",
        weight=Weight.WRAPPER,
        read=lambda _m, _a: Reading(),
    ),
    rule(
        r"^(?:/(?:usr/)?bin/)?(?:sh|bash|dash)(?:: (?:line )?\d+)?: (?:\d+: )?(?P<subject>[^\s:]+):"
        r" (?:command )?not found",
        "command-not-found",
    ),
    rule(r"^(?:bun: )?command not found: (?P<subject>\S+)", "command-not-found"),
    rule(
        r"^(?:/(?:usr/)?bin/)?(?:sh|bash|dash)(?:: (?:line )?\d+)?: (?:\d+: )?(?P<subject>\S+):"
        r" (?:No such file or directory|not found)",
        "file-not-found",
        read=_file,
    ),
    rule(
        r"^(?:/(?:usr/)?bin/)?(?:sh|bash|dash)(?:: (?:line )?\d+)?: (?:\d+: )?(?P<subject>\S+):"
        r" [Pp]ermission denied",
        "permission-denied",
        read=_file,
    ),
    rule(
        r"(?:Error: )?spawn (?P<subject>\S+) ENOENT|(?:^"
        r"|\s)'?(?P<other>[\w-]+)'? is not recognized as",
        "command-not-found",
        read=_file,
    ),
    rule(
        r"EROFS: read-only file system(?:, \w+ '(?P<subject>[^']+)')?|Read-only file system",
        "read-only-filesystem",
        read=lambda m, a: _file(m, a) or Reading(),
    ),
    rule(
        r"(?:EACCES: permission denied|EPERM: operation not permitted), \w+ '(?P<subject>[^']+)'"
        r"|spawn (?P<other>\S+) EACCES",
        "permission-denied",
        read=_file,
    ),
    rule(
        r"ENOENT: no such file or directory, (?:\w+ )'(?P<subject>[^']+)'",
        "file-not-found",
        read=_file,
    ),
    rule(
        r"(?:Could not|Cannot|Can't) (?:find|open"
        r"|read)(?: file)? [`'\"](?P<subject>[^`'\"]+\.\w{1,8})[`'\"]",
        "file-not-found",
        read=_file,
    ),
    rule(
        r"(?i)(?:could not|cannot|can't|unable to) (?:find|locate|load|open|read) (?:[\w-]+ ){1,5}"
        r"(?:at|from|in) [`'\"]?(?P<subject>\.{0,2}/?(?:[\w@.()\[\]-]+/)+[\w@()\[\]-]+\.\w{2,5})"
        r"(?![\w/])",
        "file-not-found",
        read=_file,
    ),
    rule(
        r"Could not find Prisma Schema|(?P<subject>schema\.prisma).{0,40}(?:not found"
        r"|does not exist)",
        "file-not-found",
        subject="schema.prisma",
    ),
    rule(
        r"version https://git-lfs\.github\.com/spec|git-lfs.{0,40}(?:pointer|filter)",
        "git-lfs-pointer",
        read=lambda _m, a: Reading(location=place_near(a), subject=place_near(a)),
    ),
    rule(
        r"Can't reach database server at (?P<subject>\S+)",
        "connection-refused",
        read=_prisma_reach,
    ),
    rule(
        r"(?i)(?:failed to fetch|error downloading|request to|Failed to download|unable to download"
        r"|could not download|Failed to set up|ERROR: Failed to)\b.{0,60}?(?:https?://)(?P<host>"
        r"(?:binaries\.prisma\.sh|storage\.googleapis\.com|cdn\.playwright\.dev|github\.com"
        r"|objects\.githubusercontent\.com|playwright\.azureedge\.net|download\.cypress\.io"
        r"|downloads\.sentry-cdn\.com|nodejs\.org|raw\.githubusercontent\.com)[^\s/]*)",
        "network",
        reason=UnresolvedReason.NETWORK,
        read=_download,
    ),
    rule(
        r"(?i)Failed to (?:fetch|download) (?:sha256 checksum|the (?:chrome|engine)|Chrome|Chromium"
        r"|libvips|prebuilt)|sharp: (?:Downloading|Installation error)|prebuild-install (?:warn"
        r"|ERR)"
        r".{0,40}(?:ENOTFOUND|getaddrinfo)|ERROR: Failed to set up (?:chrome|chromium|firefox)",
        "network",
        reason=UnresolvedReason.NETWORK,
        read=_download,
    ),
    rule(
        r"fatal: unable to access '(?P<url>[^']+)'"
        r"|Could not resolve host(?:name)?:? (?P<host>[\w.-]+)",
        "network",
        reason=UnresolvedReason.NETWORK,
        read=_download,
    ),
    rule(rf"\b(?P<code>{_DOWN})\b", "connection-refused", read=_connection),
    rule(
        r"ERR_OSSL_EVP_UNSUPPORTED|digital envelope routines::unsupported",
        "unsupported-engine",
        subject="openssl",
    ),
    rule(
        r"(?:You are using Node\.js|Node(?:\.js)? version) [\"v]?[\d.]+\"?\W.{0,80}"
        r"(?:required|requires|upgrade|unsupported|not supported)|Unsupported engine",
        "unsupported-engine",
        subject="node",
    ),
    rule(
        r"[Ff]ailed to load (?:Vite |PostCSS |Tailwind )?(?:config|PostCSS config)(?: from"
        r"| \(searchPath:)?"
        r" ?(?P<subject>[^\s):]+)?",
        "config-load-error",
        weight=Weight.WRAPPER,
        read=lambda m, _a: Reading(subject=relative(m["subject"] or "")),
    ),
)
