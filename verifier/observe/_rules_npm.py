"""What npm says when an install fails, and when a script cannot be run."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from verifier.model.outcome import Stage, UnresolvedReason
from verifier.observe._hosts import host_of, is_private
from verifier.observe._rule import Around, Reader, Reading, Rule, Weight, rule

_PREFIX: Final = re.compile(r"^npm (?:error|ERR!) ?", re.IGNORECASE)
_NETWORK_CODES: Final = (
    "ECONNRESET|ECONNREFUSED|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ESOCKETTIMEDOUT|EAI_\\w+|ENOTFOUND"
    "|ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EPROTO|E429|E5\\d\\d|EINTEGRITY|EBADSIZE|EPIPE"
    "|ECONNABORTED|CERT_\\w+|UNABLE_TO_\\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT"
    "|Z_\\w+|TAR_\\w+|ERR_STREAM_PREMATURE_CLOSE|ERR_(?:SSL|TLS)_\\w+|HPE_\\w+|UND_ERR_\\w+"
    # An answer that is none: no end, no body, or a page for people where facts were asked for.
    "|FETCH_ERROR|ENODATA"
)
_BLOCK: Final = 40


def _block(around: Around) -> list[str]:
    """The lines of npm's own block from here on, without its prefix."""
    lines: list[str] = []
    for line in (around.line, *around.after(_BLOCK)):
        said = _PREFIX.sub("", line)
        # A second code begins a second block.
        if not _PREFIX.match(line) or (lines and said.startswith("code ")):
            break
        lines.append(said)
    return lines


def _eresolve(_match: re.Match[str], around: Around) -> Reading:
    """The package whose peer range cannot be met."""
    lines = _block(around)
    text = "\n".join(lines)
    resolving = re.search(r"While resolving: (@?[^@\s]+)@(\S+)", text)
    root = re.search(r"^Found: (@?[^@\s]+)@(\S+)", text, re.MULTILINE)
    peer = re.search(
        r"(?:Could not resolve dependency|Conflicting peer dependency).*?\n\s*"
        r"(?:peer(?:Optional)? )(@?[^@\s]+)@\"([^\"]*)\" from (@?[^@\s]+)@(\S+)",
        text,
        re.DOTALL,
    )
    if peer:
        found = f", found {root[1]}@{root[2]}" if root else ""
        said = f'{peer[3]}@{peer[4]} wants peer {peer[1]}@"{peer[2]}"{found}'
        return Reading(subject=peer[3], line=f"ERESOLVE {said}", detail=said, length=len(lines))
    subject = resolving[1] if resolving else root[1] if root else ""
    return Reading(subject=subject, length=len(lines))


def _not_found(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    named = re.search(r"'(@?[^'@]+)(?:@([^']*))?' is not in (?:this|the npm) registry", text)
    named = named or re.search(r"could not find '?(@?[^'@\s]+)(?:@([^'\s]*))?'?", text)
    asked = re.search(
        r"404 (?:Not Found - )?GET \S*?/((?:@[^/\s]+(?:%2f|/))?[^/\s]+?)(?:/-/\S*)?(?:\s|$)",
        text,
        re.IGNORECASE,
    )
    subject = (
        named[1] if named else asked[1].replace("%2f", "/").replace("%2F", "/") if asked else ""
    )
    private = subject.startswith("@") and re.search(r"not have permission|\bE?40[13]\b", text)
    return Reading(
        subject=subject,
        error_class="private-package" if private and "registry" not in text else None,
        length=text.count("\n") + 1,
    )


def _no_version(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    if "No versions available for undefined" in text:
        # Facts about a package carry its name: this was a page about something else.
        return Reading(
            detail="a page that is not about the package",
            reason=UnresolvedReason.REGISTRY,
            error_class="registry",
            length=text.count("\n") + 1,
        )
    named = re.search(r"No matching version found for (\S+?)\.?(?: while.*)?$", text, re.MULTILINE)
    return Reading(subject=named[1] if named else "", length=text.count("\n") + 1)


def _denied(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    asked = re.search(r"GET \S*?//[^/\s]+/((?:@[^/\s]+(?:%2f|/))?[^/\s]+)", text, re.IGNORECASE)
    subject = asked[1].replace("%2f", "/").replace("%2F", "/") if asked else ""
    return Reading(subject=subject, length=text.count("\n") + 1)


def _trouble(match: re.Match[str], around: Around) -> Reading:
    """Trouble on the way to the registry; which host it was decides whose trouble it is."""
    text = "\n".join(_block(around))
    host = host_of(text)
    code = match["code"]
    registry = (
        not host or "regist" in host or re.search(r"GET|tarball|network|fetch|response body", text)
    )
    private = bool(host) and is_private(host) and not registry
    return Reading(
        subject=host,
        error_class="connection-refused" if private else None,
        detail=f"{code} {host}".strip(),
        reason=None if private else UnresolvedReason.REGISTRY,
        length=text.count("\n") + 1,
    )


def _git(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join((*around.before(6), around.line, *around.after(_BLOCK)))
    host = host_of(text)
    if re.search(
        r"Repository not found|Permission denied \(publickey|could not read Username"
        r"|Authentication failed",
        text,
    ):
        named = re.search(r"(?:git@|://)([\w.-]+[:/][\w./-]+)", text)
        return Reading(subject=named[1] if named else host, error_class="private-package")
    return Reading(
        subject=host, detail=host or "git host", reason=UnresolvedReason.NETWORK, length=12
    )


def _platform(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    named = re.search(r"Unsupported platform for (@?[^@\s]+)@", text)
    return Reading(subject=named[1] if named else "", length=text.count("\n") + 1)


def _engine(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    named = re.search(
        r"(?:Not compatible with your version of node/npm|for) ?:? (@?[^@\s:]+)@", text
    )
    return Reading(subject=named[1] if named else "node", length=text.count("\n") + 1)


def _out_of_sync(_match: re.Match[str], around: Around) -> Reading:
    text = "\n".join(_block(around))
    names = re.findall(r"(?:Missing|Invalid): (?:lock file's )?(@?[^@\s]+)@", text)
    own = {
        n
        for n in names
        if not re.search(r"-(?:linux|darwin|win32|android|\w+bsd|openharmony|sunos|aix)", n)
    }
    return Reading(subject=",".join(sorted(own or set(names))[:20]), length=text.count("\n") + 1)


def _lifecycle(_match: re.Match[str], around: Around) -> Reading:
    """A lifecycle script of an installed package failed; npm quotes what it printed."""
    text = "\n".join(_block(around))
    where = re.search(r"path \S*?node_modules/((?:@[^/\s]+/)?[^/\s]+)\s*$", text, re.MULTILINE)
    command = re.search(r"command (?:sh|bash) -c (.+)", text)
    subject = where[1] if where else command[1].strip() if command else ""
    return Reading(subject=subject, length=text.count("\n") + 1, weight=Weight.WRAPPER)


def _telling(read: Reader) -> Reader:
    """The reader, its line being what npm says below the code rather than the code alone."""

    def told(match: re.Match[str], around: Around) -> Reading | None:
        reading = read(match, around)
        if reading is None or reading.line:
            return reading
        code = match.groupdict().get("code") or ""
        said = (
            line
            for line in _block(around)[1:]
            if line.strip() and not re.match(r"(?:syscall|errno|path|command failed)\b", line)
        )
        return replace(reading, line=f"npm {code}: {next(said, '').strip()}")

    return told


def _code(name: str) -> str:
    return rf"^npm (?:error|ERR!) code (?P<code>{name})\s*$"


RULES: Final[tuple[Rule, ...]] = (
    rule(_code("ERESOLVE"), "peer-conflict", stage=Stage.INSTALL, read=_telling(_eresolve)),
    rule(_code("E404"), "package-not-found", stage=Stage.INSTALL, read=_telling(_not_found)),
    rule(
        _code("ETARGET|ENOVERSIONS"),
        "package-not-found",
        stage=Stage.INSTALL,
        read=_telling(_no_version),
    ),
    rule(
        _code("E40[13]|ENEEDAUTH"), "private-package", stage=Stage.INSTALL, read=_telling(_denied)
    ),
    rule(
        _code("EBADPLATFORM"),
        "native-binary-missing",
        stage=Stage.INSTALL,
        read=_telling(_platform),
    ),
    rule(_code("EBADENGINE"), "unsupported-engine", stage=Stage.INSTALL, read=_telling(_engine)),
    rule(_code("EUSAGE"), "lockfile-outdated", stage=Stage.INSTALL, read=_telling(_out_of_sync)),
    rule(_code("128|ENOGIT"), "private-package", stage=Stage.INSTALL, read=_telling(_git)),
    rule(_code(_NETWORK_CODES), "registry", stage=Stage.INSTALL, read=_telling(_trouble)),
    rule(_code("ENOSPC"), "disk-full", stage=Stage.INSTALL, reason=UnresolvedReason.DISK_FULL),
    rule(_code("EJSONPARSE"), "syntax-error", subject="package.json", stage=Stage.INSTALL),
    rule(
        _code("EINVALIDTAGNAME|EINVALIDPACKAGENAME|EUNSUPPORTEDPROTOCOL"),
        "package-not-found",
        stage=Stage.INSTALL,
    ),
    rule(r"^npm (?:error|ERR!) Missing script: [\"'](?P<subject>[^\"']+)", "missing-script"),
    rule(r"^npm (?:error|ERR!) could not determine executable to run", "command-not-found"),
    rule(
        _code(r"\d+|ELIFECYCLE"), "script-failed", weight=Weight.WRAPPER, read=_telling(_lifecycle)
    ),
    rule(
        r"^npm (?:error|ERR!) Exit handler never called",
        "registry",
        stage=Stage.INSTALL,
        reason=UnresolvedReason.REGISTRY,
    ),
)
