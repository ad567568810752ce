"""Whose host is it: one that only the developer's network has, or one on the open internet."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

_HOST_AFTER: Final = re.compile(
    r"(?:getaddrinfo|querySrv|queryA|queryTxt)[ \t]+(?:ENOTFOUND|EAI_AGAIN|ESERVFAIL"
    r"|ECONNREFUSED|ETIMEOUT)[ \t]+"
    r"(?P<a>[\w.-]+)"
    r"|(?:ECONNREFUSED|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ECONNRESET|ENOTFOUND|EAI_AGAIN)[ \t]+"
    r"(?P<b>\[?[\da-fA-F:]*:[\da-fA-F:]*\]?|[\w-]+(?:\.[\w-]+)*)(?::\d+)?(?![\w:])"
    r"|hostname: ['\"](?P<c>[\w.-]+)['\"]"
    r"|[a-z][a-z+]{1,12}://(?:[^\s/@'\"]*@)?(?P<d>\[[\da-fA-F:]+\]|[\w.-]+)"
    r"|(?:Could not resolve host|resolve host(?:name)?|unable to resolve)[: ]+(?P<e>[\w.-]+)"
    r"|git@(?P<f>[\w.-]+):"
)
_RESERVED: Final = (".invalid", ".test", ".example", ".localhost", ".local", ".internal", ".lan")
_PLACEHOLDERS: Final = frozenset(
    {"example.com", "example.org", "example.net", "placeholder.com", "your-domain.com"}
)


def host_of(text: str) -> str:
    """The first host a message names as out of reach, else the host of its first address."""
    for match in _HOST_AFTER.finditer(text[:8000]):
        host = next((value for value in match.groups() if value), "")
        if host and not host.isdigit():
            return _without_port(host.strip("[].").lower())
    return ""


def _without_port(host: str) -> str:
    """An IPv6 address without the port that Node appends to it with a colon."""
    address = host.rpartition(":")[0]
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return host
    return address


def is_private(host: str) -> bool:
    """Whether a host can only mean the developer's own machine, network or a placeholder."""
    host = host.strip("[].").lower()
    if not host:
        return False
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    if "." not in host or host.endswith(_RESERVED):
        return True
    return host in _PLACEHOLDERS or any(host.endswith(f".{name}") for name in _PLACEHOLDERS)
