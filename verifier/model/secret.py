"""Values that never show.

A `Secret` masks itself wherever it is printed, logged or serialised; only `engine/` reveals it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

MASK: Final = "********"


class Secret:
    """A string that shows as `********` everywhere but through `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself; called only where it enters a container or a comparison."""
        return self._value

    def digest(self, salt: bytes) -> str:
        """A salted hash, by which two values can be compared without being kept."""
        return hmac.new(salt, self._value.encode(), hashlib.sha256).hexdigest()

    @property
    def is_empty(self) -> bool:
        """Whether the value is the empty string."""
        return not self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(
            self._value.encode(), other._value.encode()
        )

    def __hash__(self) -> int:
        return hash(("Secret", self._value))

    def __reduce__(self) -> tuple[object, ...]:
        msg = "a Secret is never pickled"
        raise TypeError(msg)
