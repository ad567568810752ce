"""What is wrong with the shape of a value, and the value that was most likely meant."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from verifier.factors._dummies import expects_url

_SCHEME: Final = re.compile(r"^[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_NOTHING: Final = frozenset({"undefined", "null", "NaN", "[object Object]"})
_INVISIBLE: Final = "\ufeff\u200b\u200c\u200d\u2060\xa0"
_QUOTES: Final = "'\"`\u201c\u201d\u2018\u2019"
_REFERENCE: Final = re.compile(r"\$\{[A-Za-z_]\w*\}")


class Misshape(Enum):
    """A fault that the value alone shows, or the value together with its variable's name."""

    ENCRYPTED = "encrypted"
    BLANKS = "blanks"
    QUOTED = "quoted"
    ASSIGNMENT = "assignment"
    NOTHING = "nothing"
    REFERENCE = "reference"
    NO_SCHEME = "no scheme"


def misshape_of(name: str, text: str) -> Misshape | None:
    """What is wrong with a value as the platform has it, None if nothing shows.

    The platform keeps values as they are typed: quotes, ends of lines and references to other
    variables stay in them.
    """
    found: Misshape | None = None
    if not text:
        pass
    elif text.startswith("encrypted:"):
        found = Misshape.ENCRYPTED
    elif text.strip().strip(_INVISIBLE) != text:
        found = Misshape.BLANKS
    elif len(text) > 1 and text[0] in _QUOTES and text[-1] in _QUOTES:
        found = Misshape.QUOTED
    elif text.startswith((f"{name}=", f"export {name}=")):
        found = Misshape.ASSIGNMENT
    elif text in _NOTHING:
        found = Misshape.NOTHING
    elif _REFERENCE.search(text):
        found = Misshape.REFERENCE
    elif expects_url(name) and not _SCHEME.match(text) and not text.startswith("/"):
        found = Misshape.NO_SCHEME
    return found


def mended(name: str, text: str, example: str) -> str:
    """The value that was meant, as far as it can be told; else the example of its shape."""
    plain = text.strip().strip(_INVISIBLE)
    plain = plain.removeprefix("export ").removeprefix(f"{name}=")
    if len(plain) > 1 and plain[0] in _QUOTES and plain[-1] in _QUOTES:
        plain = plain[1:-1].strip()
    left = misshape_of(name, plain)
    if not plain or left not in {None, Misshape.NO_SCHEME}:
        return example
    scheme, separator, _ = example.partition("://")
    if separator and "://" not in plain and not plain.startswith("/"):
        return f"{scheme}://{plain}"
    return plain
