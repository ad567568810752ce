"""structlog set-up: events for people who debug verifier, on stderr, with secrets masked."""

from __future__ import annotations

import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_MASKED = ("secret", "token", "password", "value", "key")


def configure_logging(*, verbose: bool) -> None:
    """Send events to stderr; nothing below warnings unless `verbose`."""
    level = 10 if verbose else 30
    structlog.configure(
        processors=[
            mask_secrets,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="%H:%M:%S", utc=True),
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )


def mask_secrets(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The event with every field masked whose name or type says it is a secret."""
    for name, value in event.items():
        if name == "event":
            continue
        if type(value).__name__ == "Secret" or any(word in name.lower() for word in _MASKED):
            event[name] = "********"
    return event
