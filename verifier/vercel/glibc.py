"""Which compiled addons need a newer C library than the platform has.

An addon built on a newer system loads on the developer's machine and fails on the platform with
"version `GLIBC_2.35' not found". The need is written in the file, so no run is required to know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

from verifier.vercel.image_facts import GLIBC

_UNREADABLE: Final = (
    ELFError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
"""What the parser raises on a file that lies about its own structure."""

_SYMBOL: Final = re.compile(r"GLIBC_(\d+)\.(\d+)")

# A marker instead of a number; the loader knows it since 2.36.
# Source: release notes of the GNU C library 2.36, 2022-08-01.
_MARKERS: Final = {"GLIBC_ABI_DT_RELR": (2, 36)}


@dataclass(frozen=True, slots=True, kw_only=True)
class GlibcNeed:
    """The newest C library one compiled file asks for."""

    path: str
    version: tuple[int, int]

    @property
    def symbol(self) -> str:
        """The version as the loader prints it, such as `GLIBC_2.35`."""
        return f"GLIBC_{self.version[0]}.{self.version[1]}"


def needed_glibc(content: bytes) -> tuple[int, int] | None:
    """The newest C library version the ELF file asks for.

    None means it asks for none: not an ELF file, statically linked, built for another C library,
    or too damaged to read.
    """
    if not content.startswith(b"\x7fELF"):
        return None
    try:
        wanted = [
            version
            for section in ELFFile(BytesIO(content)).iter_sections()
            if isinstance(section, GNUVerNeedSection)
            for _library, symbols in section.iter_versions()
            for symbol in symbols
            if (version := _version(str(symbol.name))) is not None
        ]
    except _UNREADABLE:
        return None
    return max(wanted, default=None)


def too_new(
    files: Iterable[tuple[str, bytes]], *, ceiling: tuple[int, int] = GLIBC
) -> tuple[GlibcNeed, ...]:
    """The compiled files, sorted by path, that need a C library newer than `ceiling`."""
    needs = (
        GlibcNeed(path=path, version=version)
        for path, content in files
        if (version := needed_glibc(content)) is not None and version > ceiling
    )
    return tuple(sorted(needs, key=lambda need: need.path))


def _version(symbol: str) -> tuple[int, int] | None:
    found = _SYMBOL.match(symbol)
    if found is None:
        return _MARKERS.get(symbol)
    return int(found[1]), int(found[2])
