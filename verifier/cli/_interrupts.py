"""Ctrl-C, SIGTERM and SIGHUP as one way out, on which everything that was created is removed.

A signal raises `KeyboardInterrupt` in the main thread and, beside it, sets the clean-up going that
makes threads which wait for a container return. During the clean-up itself signals only count.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import FrameType
from typing import Final

_SIGNALS: Final = ("SIGINT", "SIGTERM", "SIGHUP")
_PATIENCE: Final = 3
"""Signals during the clean-up after which the process ends at once."""


@dataclass(slots=True)
class _State:
    """What the handler knows; a process has one set of signal handlers, so there is one state."""

    stoppers: list[Callable[[], None]] = field(default_factory=list)
    shields: int = 0
    ignored: int = 0


_STATE: Final = _State()


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Makes every signal that asks the process to end raise `KeyboardInterrupt`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    before = {n: signal.signal(n, _stop) for n in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def stopped_by(stop: Callable[[], None]) -> Iterator[None]:
    """Calls `stop` in a thread of its own as soon as a signal arrives."""
    _STATE.stoppers.append(stop)
    try:
        yield
    finally:
        _STATE.stoppers.remove(stop)


@contextlib.contextmanager
def shielded() -> Iterator[None]:
    """Lets a clean-up finish: signals only count, until somebody insists."""
    _STATE.shields += 1
    try:
        yield
    finally:
        _STATE.shields -= 1


def _stop(_number: int, _frame: FrameType | None) -> None:
    if _STATE.shields:
        _STATE.ignored += 1
        if _STATE.ignored >= _PATIENCE:
            os.write(2, b"verifier: stopped at once; `verifier doctor --prune` removes the rest\n")
            os._exit(130)
        os.write(2, b"verifier: removing containers and files, a moment\n")
        return
    for stop in _STATE.stoppers:
        threading.Thread(target=stop, daemon=True).start()
    raise KeyboardInterrupt
