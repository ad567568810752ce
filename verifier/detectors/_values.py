"""Shapes of values: what is wrong with one, never the value itself."""

from __future__ import annotations

import base64
import binascii
import json
import re
from enum import Enum
from typing import Final

from verifier.detectors._connections import LOOPBACK
from verifier.factors._shapes import misshape_of
from verifier.model.secret import Secret

_CONNECTION: Final = re.compile(
    r"\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?)://"
    r"[^\s:/@'\"]+:(?P<word>[^\s@/'\"]+)@(?P<host>[\w.-]+)",
    re.IGNORECASE,
)
_KEYS: Final = re.compile(
    r"(?<![\w-])(?:sb_secret_[\w-]{16,}|[sr]k_live_[A-Za-z0-9]{16,}|sk-(?:proj-|ant-)?[\w-]{32,}"
    r"|gh[pousr]_[A-Za-z0-9]{36}|xox[baprs]-[\w-]{20,}|SG\.[\w-]{20,}\.[\w-]{20,})"
)
_PEM: Final = re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")
_JWT: Final = re.compile(r"eyJ[\w-]{8,}\.(?P<body>eyJ[\w-]{8,})\.[\w-]{8,}")
_DUMMY: Final = re.compile(
    r"example|placeholder|changeme|your[-_]|xxx|<|\$\{|\*\*\*|dummy|test", re.IGNORECASE
)
_DUMMY_WORDS: Final = frozenset({"password", "pass", "postgres", "root", "user", "admin", "secret"})


class Fault(Enum):
    """What is wrong with a value, as a sentence goes on after "but"."""

    ENCRYPTED = "its value is still encrypted"
    QUOTED = "its value is wrapped in quotes"
    BLANKS = "its value has white space or an invisible character around it"
    ASSIGNMENT = "its value is a whole line, with its own name in it"
    NOTHING = "its value is the word for no value"
    REFERENCE = "its value refers to another variable, which the platform does not fill in"
    NO_SCHEME = "its value is no URL: it has no scheme"
    LOOPBACK = "its value names the machine itself as the host"


class Credential(Enum):
    """Kinds of secrets that must never reach a browser."""

    CONNECTION = "a connection string with its password"
    SERVICE_ROLE = "a key that bypasses row level security"
    PRIVATE_KEY = "a private key"
    SECRET_KEY = "a secret key of a service"  # noqa: S105  (says what it is, holds none)


def fault_of(name: str, value: Secret) -> Fault | None:
    """What is wrong with a variable's value, None if nothing shows."""
    text = value.reveal()
    found = misshape_of(name, text)
    if found is not None:
        return Fault[found.name]
    if re.search(r"URL|URI|HOST|ORIGIN|ENDPOINT|DOMAIN", name) and LOOPBACK.search(text):
        return Fault.LOOPBACK
    return None


def credential_in(text: str) -> tuple[Credential, str] | None:
    """The first credential written in a text, with the text that is it; dummies are none."""
    for kind, pattern in (
        (Credential.CONNECTION, _CONNECTION),
        (Credential.PRIVATE_KEY, _PEM),
        (Credential.SECRET_KEY, _KEYS),
        (Credential.SERVICE_ROLE, _JWT),
    ):
        for match in pattern.finditer(text):
            if kind is Credential.SERVICE_ROLE and role_of(match["body"]) != "service_role":
                continue
            if kind is Credential.CONNECTION and _is_dummy_connection(match):
                continue
            if kind is Credential.SECRET_KEY and _DUMMY.search(match[0]):
                continue
            return kind, match[0]
    return None


def _is_dummy_connection(match: re.Match[str]) -> bool:
    """Whether the password is a stand-in; the host's name says nothing about that."""
    return (
        LOOPBACK.fullmatch(match["host"]) is not None
        or _DUMMY.search(match["word"]) is not None
        or match["word"].lower() in _DUMMY_WORDS
    )


def role_of(body: str) -> str | None:
    """The role that the middle part of a JWT claims, None if it cannot be read."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        return None
    role = claims.get("role") if isinstance(claims, dict) else None
    return role if isinstance(role, str) else None


def credential_of(value: Secret) -> Credential | None:
    """The kind of credential that a variable's value is, None for an ordinary value."""
    found = credential_in(value.reveal())
    return None if found is None else found[0]
