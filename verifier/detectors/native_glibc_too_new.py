"""A native module asks for a newer C library than the platform has.

What it detects:
    Native modules (`*.node`, `*.so`) of the installed tree whose symbol versions ask for a newer
    glibc than 2.34, read from the files themselves, whatever the base of the mirror.

Why it breaks the deployment:
    Amazon Linux 2023 has glibc 2.34. A module linked against 2.35 or newer cannot be loaded
    there, neither while building nor in a function, although a Debian or Ubuntu machine loads it.

Example:
    A prebuilt addon made on Ubuntu 24.04 asks for `GLIBC_2.38`.

Remedy:
    Use a version of the package whose binary is built for an older glibc (often an earlier one, or
    one that offers a musl or portable build), or build it from source during the install.

Sources:
    github vercel/vercel pull request 17373 (glibc of the build image), seen 2026-10; System V ABI,
    GNU symbol versioning.

"""

from __future__ import annotations

from typing import Final

from verifier.model.evidence import Evidence
from verifier.model.finding import (
    EvidenceItem,
    EvidenceKind,
    Finding,
    Location,
    Pattern,
    Severity,
)

ID: Final = "native-glibc-too-new"
PATTERN: Final = Pattern.PIPELINE
TITLE: Final = "A native module needs a newer C library than the platform has"


def detect(evidence: Evidence) -> tuple[Finding, ...]:
    """One finding per package that holds such a module; nothing is suspected, no run decides it."""
    by_package: dict[str, list[tuple[str, str]]] = {}
    for path, version in evidence.observation.native_needs.items():
        package = _package(path)
        if "musl" not in path:
            by_package.setdefault(package, []).append((path, version))
    return tuple(
        Finding(
            detector=ID,
            pattern=PATTERN,
            subject=package,
            summary=(
                f"{package} holds a native module that asks for glibc "
                f"{max((v for _, v in modules), key=_number)}; the platform has 2.34, so it cannot "
                "be loaded there if the application uses it"
            ),
            severity=Severity.WARNING,
            evidence=tuple(
                EvidenceItem(
                    kind=EvidenceKind.FILE,
                    text=f"asks for GLIBC_{version}",
                    location=Location(file=path),
                )
                for path, version in sorted(modules)[:3]
            ),
        )
        for package, modules in sorted(by_package.items())
    )


def _package(path: str) -> str:
    parts = path.rpartition("node_modules/")[2].split("/")
    return "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]


def _number(version: str) -> int:
    return int(version.partition(".")[2] or 0)
