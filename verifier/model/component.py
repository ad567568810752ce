"""Parts that verifier or one of its images is made of, as a bill of materials lists them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Ecosystem(Enum):
    """Where a part comes from; the value is the type in a package URL."""

    PYPI = "pypi"
    NPM = "npm"
    DEBIAN = "deb"
    RPM = "rpm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """One part; licence is what its own metadata says, empty where they say nothing."""

    name: str
    version: str
    ecosystem: Ecosystem
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """The parts of one thing, and a sha256 over all its files where that was asked for.

    content: over path, kind, mode and content of every file, whatever their times.
    """

    name: str
    version: str
    components: tuple[Component, ...]
    content: str = ""
    files: int = 0
