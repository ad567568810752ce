"""What a line of a log says once everything that differs from run to run is taken away.

Two runs that fail alike print the same words among other times, hashes, ports and directories.
The examined project chooses the bytes: nothing here may cost more than linear time.
"""

from __future__ import annotations

import re
from typing import Final

MAX_LINE: Final = 4000

_ESCAPES: Final = re.compile(
    r"\x1b\][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # OSC: titles, links
    r"|[\x1b\x9b][\[()#;?]*[0-9;:?]*[ -/]*[@-~]"  # CSI and two-byte escapes
)
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
_STAMP: Final = re.compile(
    r"^\s*\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?[ \t]+"
)
_UNFINISHED: Final = re.compile(
    r"^\s*[\u251c\u2514]\u2500 /[^\s(]{0,500}?\.(?:html|xml|json|txt|js|css)(?=[^\s(.])"
)
"""A page that Astro was rendering when an error's message was printed on the same line."""
_ROOTS: Final = re.compile(
    r"(?<![\w.@~-])(?:file://)?/(?:vercel/path\d+|vercel/\.?\w+|workspace|root|home/[\w.-]+"
    r"|Users/[\w.-]+)/(?=[\w@.\[(-])"
)
_PATH0: Final = re.compile(r"(?:file://)?/vercel/path\d+(?:/|\b)")
_REPLACEMENTS: Final = (
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:\.\d+)?\b"), "<time>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b(?:sha(?:1|256|384|512)-)[A-Za-z0-9+/=]{16,}"), "<hash>"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b"), "<hash>"),
    (re.compile(r"(digest: ?['\"]?)\d+"), r"\1<hash>"),
    (re.compile(r"\b\d+(?:\.\d+)?(?:ms|s|m|min|µs| ms| seconds?| minutes?)\b"), "<duration>"),
    (re.compile(r"\b\d+(?:[.,]\d+)*\s?(?:[kMG]i?B|bytes)\b"), "<size>"),
    (re.compile(r"((?:localhost|\d{1,3}(?:\.\d{1,3}){3}|\[::1?\]|::1)):\d{2,5}\b"), r"\1:<port>"),
    (re.compile(r"\b(port:? ?)\d{2,5}\b"), r"\1<port>"),
    (re.compile(r"\bpid:? ?\d+\b", re.IGNORECASE), "pid <n>"),
    (re.compile(r"[█▓▒░▏▎▍▌▋▊▉⠀-⣿]+|[#=>.-]{12,}"), ""),
)
_SPACE: Final = re.compile(r"[ \t\u00a0]+")


def clean(line: str) -> str:
    """The line without colour, links, control characters and a leading time; cut when too long."""
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part.strip()), "")
    line = _CONTROL.sub("", _ESCAPES.sub("", line[: MAX_LINE * 2]))
    line = _UNFINISHED.sub("", _STAMP.sub("", line, count=1))
    return line[:MAX_LINE].rstrip()


def relative(path: str) -> str:
    """The path without the directory the project was built in."""
    path = _PATH0.sub("", path.removeprefix("file://"))
    return _ROOTS.sub("", path, count=1).removeprefix("./")


def normalise(line: str) -> str:
    """The line as two runs of the same project would both print it."""
    line = _ROOTS.sub("", _PATH0.sub("", clean(line)))
    for pattern, instead in _REPLACEMENTS:
        line = pattern.sub(instead, line)
    return _SPACE.sub(" ", line).strip()
