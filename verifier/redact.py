"""Keeps values of variables out of everything that is told, even where a build printed them.

Names are told, values never: a value found in a text becomes `[value of NAME]`.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import PurePosixPath
from typing import Any, Final, TypeVar
from urllib.parse import quote

from verifier.model.environment import Origin
from verifier.model.project import Project
from verifier.model.recipe import Recipe
from verifier.model.secret import Secret
from verifier.observe._text import normalise

_MIN_CHARS = 6
"""Shorter values (`true`, `3000`) occur by chance and tell nothing."""
_LONGEST_WORD: Final = 12
_CREDENTIALS: Final = re.compile(r"(?<=://)[^\s/:@'\"<>]*:[^\s/@'\"<>]+(?=@)")
"""Who and with which password, in the address of anything."""
_CREDENTIAL_FILES: Final = frozenset(
    {".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", ".netrc", ".pypirc", "auth.json"}
)
_CREDENTIAL_LINE: Final = re.compile(
    r"(?:^|[\s:.\"'_-])(_?auth|_?authToken|_?password|npmAuthToken|npmAuthIdent|token|secret)"
    r"[\"']?\s*[=:\s]\s*[\"']?([^\s\"',}]+)",
    re.IGNORECASE | re.MULTILINE,
)
_MOST_MARKS: Final = 16
"""So many marks at the end of a text are tried as a part of a value; no dots in a row are more."""
_SECRET_NAME: Final = re.compile(
    r"SECRET|TOKEN|PASS(?!PORT)|CREDENTIAL|PRIVATE|API_?KEY|ACCESS_?KEY|_KEY$|_DSN$|AUTH|SALT",
    re.IGNORECASE,
)
_PUBLIC_NAME: Final = re.compile(
    r"^(NEXT_PUBLIC|VITE|REACT_APP|PUBLIC|NUXT_PUBLIC|GATSBY|EXPO_PUBLIC)_"
)
T = TypeVar("T")


class Redactor:
    """Replaces known values in texts and in whole values made of frozen dataclasses."""

    def __init__(self, values: Mapping[str, Secret]) -> None:
        texts: dict[str, str] = {}
        for name, secret in sorted(values.items()):
            text = secret.reveal()
            if len(text) >= _MIN_CHARS and not _is_plain_word(name, text):
                for form in _forms(text):
                    texts.setdefault(form, name)
                # A log shows a value of several lines one line at a time.
                for line in text.splitlines():
                    if len(line) >= 2 * _MIN_CHARS:
                        texts.setdefault(line, name)
        self._names = texts
        longest_first = sorted(texts, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if texts else None

    def text(self, text: str) -> str:
        """The text with every known value replaced by the name of its variable.

        Credentials in addresses are replaced too, whoever they belong to.
        """
        text = self.patch(text)
        return _CREDENTIALS.sub("[credentials]", text) if "://" in text else text

    def patch(self, text: str) -> str:
        """A patch without known values; addresses stay as committed, so that it still applies."""
        if self._pattern is None:
            return text
        return self._cut(self._pattern.sub(lambda m: self._told(m[0]), text))

    def _told(self, form: str) -> str:
        return f"[value of {self._names[form]}]"

    def _cut(self, text: str) -> str:
        """The text without the beginning of a value at its end, where it was shortened."""
        # Marks at the end may say that it was shortened, or be part of what was shortened.
        bare = len(text.rstrip("…. "))
        for end in (*range(min(len(text), bare + _MOST_MARKS), bare, -1), bare):
            body = text[:end]
            for form in self._names:
                begin = form[: 2 * _MIN_CHARS]
                at = body.rfind(begin, max(0, len(body) - len(form)))
                if at >= 0 and len(form) > len(begin) and form.startswith(body[at:]):
                    return body[:at] + self._told(form) + text[end:]
        return text

    def value(self, value: T) -> T:
        """The same value with every text in it redacted; enums and numbers stay."""
        redacted: T = self._any(value)
        return redacted

    def _field(self, name: str, value: Any) -> Any:
        return self.patch(value) if name == "patch" and value else self._any(value)

    def _any(self, value: Any) -> Any:
        if isinstance(value, str) and not isinstance(value, Enum):
            return self.text(value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            changed = {
                f.name: new
                for f in dataclasses.fields(value)
                if (new := self._field(f.name, old := getattr(value, f.name))) is not old
            }
            return dataclasses.replace(value, **changed) if changed else value
        if isinstance(value, tuple):
            made = tuple(self._any(v) for v in value)
            return value if all(a is b for a, b in zip(made, value, strict=True)) else made
        if isinstance(value, Mapping):
            return {self._any(k): self._any(v) for k, v in value.items()}
        return value


def _is_plain_word(name: str, text: str) -> bool:
    """Whether a value is a word that stands in any text, and its name claims no secret."""
    word = len(text) <= _LONGEST_WORD and text.isalpha() and text.islower()
    return word and not _SECRET_NAME.search(name)


def _forms(text: str) -> Iterator[str]:
    """A value as it is, and as it looks inside JSON, an address, a path and a shortened log."""
    forms = [
        text,
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
        quote(text, safe=""),
        quote(text),
        base64.b64encode(text.encode("utf-8", errors="surrogateescape")).decode(),
        normalise(text),
    ]
    for form in forms:
        for path in (form, form.replace("\\", "/")):
            if len(path) >= _MIN_CHARS:
                yield path


def known_values(project: Project, clean: Recipe) -> dict[str, Secret]:
    """Values that must not be told.

    Of files git does not hold and of the production scope every one; of what is committed those
    whose name says that they are secret, and the credentials of package managers.
    """
    found = dict(_committed(project))
    found |= {
        entry.name: entry.value
        for file in project.env_files
        if not file.committed
        for entry in file.entries
        if entry.value is not None
    }
    found |= {e.name: e.value for e in project.production or () if e.value is not None}
    found |= {
        v.name: v.value
        for v in clean.environment.variables
        if v.value is not None and v.origin is Origin.PRODUCTION
    }
    return found


def _committed(project: Project) -> Iterator[tuple[str, Secret]]:
    for file in project.env_files:
        for entry in file.entries:
            if file.committed and entry.value is not None and _is_secret_name(entry.name):
                yield entry.name, entry.value
    for name, value in _named_values(project.vercel_json):
        if _is_secret_name(name):
            yield name, Secret(value)
    for tree in (project.working, project.committed):
        for path in tree:
            if PurePosixPath(path).name in _CREDENTIAL_FILES:
                for match in _CREDENTIAL_LINE.finditer(tree.text(path) or ""):
                    if not match[2].startswith("${"):
                        yield f"{match[1]} in {path}", Secret(match[2])


def _named_values(vercel_json: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Variables that `vercel.json` sets, for functions and for the build."""
    config = vercel_json or {}
    build = config.get("build")
    for part in (config.get("env"), build.get("env") if isinstance(build, Mapping) else None):
        if isinstance(part, Mapping):
            yield from ((str(k), v) for k, v in part.items() if isinstance(v, str))


def _is_secret_name(name: str) -> bool:
    return bool(_SECRET_NAME.search(name)) and not _PUBLIC_NAME.match(name)
