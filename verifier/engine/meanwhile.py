"""Work in a thread of its own whose result is asked for later."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_Result = TypeVar("_Result")


def meanwhile(work: Callable[[], _Result]) -> Future[_Result]:
    """Begin work; what it returns or raises is the result. The process does not wait for it."""
    future: Future[_Result] = Future()

    def do() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  (whoever asks for the result gets it)
            future.set_exception(error)

    threading.Thread(target=do, daemon=True).start()
    return future
