"""Which package.json the platform reads for an application directory.

Source: `findPackageJson` and `walkParentDirsMulti` in `@vercel/build-utils` 14.21.1,
seen 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.model.project import Lockfile, Manifest


def upward(folder: str) -> Iterator[str]:
    """The folder and those above it, up to the repository root (`""`)."""
    while True:
        yield folder
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def manifest_in(manifests: Iterable[Manifest], folder: str) -> Manifest | None:
    """The manifest of one folder."""
    path = f"{folder}/package.json" if folder else "package.json"
    return next((m for m in manifests if m.path == path), None)


def nearest_manifest(manifests: Iterable[Manifest], root: str) -> Manifest | None:
    """The first manifest from a folder upward: the one whose `engines` count."""
    known = tuple(manifests)
    found = (manifest_in(known, folder) for folder in upward(root))
    return next((m for m in found if m is not None), None)


def pinning_manifest(
    manifests: Iterable[Manifest], lockfiles: Iterable[Lockfile], root: str
) -> Manifest | None:
    """The manifest whose `packageManager` counts: the topmost up to the lockfile's folder."""
    known = tuple(manifests)
    locked = {f.path.rpartition("/")[0] for f in lockfiles}
    pinning = None
    for folder in upward(root):
        manifest = manifest_in(known, folder)
        if manifest is not None and manifest.package_manager:
            pinning = manifest
        if folder in locked:
            break
    return pinning
