"""Every policy by which verifier tries something again; there are no others.

Only asking and fetching is tried again: whether an engine answers, a base image, packages for this
host. Never a run, a build, or anything else that says something about the examined project.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, ParamSpec, TypeVar

from docker.errors import APIError
from tenacity import (
    Retrying,
    retry_if_exception_type,
    retry_if_result,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_fixed,
)

P = ParamSpec("P")
T = TypeVar("T")


class Purpose(Enum):
    """What may be tried again."""

    PULL = "pull of an image"
    DOWNLOAD = "download of packages"
    READINESS = "wait for something that was started"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often one thing is tried again, after which errors, and how long in all."""

    name: str
    purpose: Purpose
    why: str
    retrying: Retrying

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's value, or its last error once the policy is exhausted."""
        # A copy, since the original counts attempts and threads share it.
        return self.retrying.copy()(function, *args, **kwargs)


ENGINE_START: Final = Policy(
    name="engine start",
    purpose=Purpose.READINESS,
    why="a daemon just started needs some seconds until it answers",
    retrying=Retrying(
        retry=retry_if_result(lambda client: client is None),
        wait=wait_fixed(0.5),
        stop=stop_after_delay(60),
    ),
)

PACKAGE_DOWNLOAD: Final = Policy(
    name="package download",
    purpose=Purpose.DOWNLOAD,
    why="apt-get gives up at the first mirror that stumbles",
    retrying=Retrying(
        retry=retry_if_exception_type(subprocess.CalledProcessError),
        wait=wait_exponential(multiplier=2, max=20),
        stop=stop_after_attempt(3),
        reraise=True,
    ),
)

REGISTRY_PULL: Final = Policy(
    name="registry pull",
    purpose=Purpose.PULL,
    why="a registry that answers may still break off in the middle of a layer",
    retrying=Retrying(
        retry=retry_if_exception_type(APIError),
        wait=wait_exponential(multiplier=2, max=20),
        stop=stop_after_attempt(3),
        reraise=True,
    ),
)

BASE_DOWNLOAD: Final = Policy(
    name="base download",
    purpose=Purpose.DOWNLOAD,
    why="mmdebstrap fetches some hundred packages and gives up when one does not come",
    retrying=Retrying(
        retry=retry_if_exception_type(subprocess.CalledProcessError),
        wait=wait_exponential(multiplier=2, max=20),
        stop=stop_after_attempt(2),
        reraise=True,
    ),
)

POLICIES: Final = (ENGINE_START, PACKAGE_DOWNLOAD, REGISTRY_PULL, BASE_DOWNLOAD)
