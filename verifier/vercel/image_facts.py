"""Where things lie in the platform's build image, and how its processes start.

Other stages name a path or a major from here, so that the image and the recipes cannot drift
apart. This module only states; `fidelity.py` says how well each statement is reproduced.
"""

from __future__ import annotations

from typing import Final

HOME: Final = "/vercel"
"""`HOME` of a build, although the effective user is root.

Source: build-environment dumps and logs in public repositories, seen 2026-09-24.
"""

WORKDIR: Final = "/vercel/path0"
"""Where the repository is cloned. Source: public build logs, seen 2026-09."""

OUTPUT: Final = "/vercel/output"
"""Where the build output lies. Source: public build logs, seen 2026-09."""

USER: Final = "root"
"""The user a build runs as. Source: issue reports of build tools, seen 2025-11-29."""

TIME_ZONE: Final = ":UTC"
"""Value of `TZ`. Source: build-environment dump in a public repository, seen 2026-09-24."""

LANG: Final = "en_US.UTF-8"
"""Value of `LANG`. Source: build-environment dump in a public repository, seen 2026-09-24."""

BUILD_IMAGE_NAME: Final = "al2023"
"""Value of `VERCEL_BUILD_IMAGE`; a recipe sets it, the image does not.

Source: build-environment dump in a public repository, seen 2026-09-24.
"""

GLIBC: Final = (2, 34)
"""The C library's version. Source: Amazon Linux 2023 (build-image page, seen 2026-08-11)."""

NODE_MAJORS: Final = (24, 22)
"""Node majors the platform builds with, newest first.

Source: `NODE_VERSIONS` in `@vercel/build-utils` 14.21, seen 2026-11-23.
"""

LOCAL_NODE_MAJORS: Final = (24, 22, 20)
"""Node majors kept to replay what a developer runs locally, newest first."""

PNPM_MAJORS: Final = (12, 11, 10, 9, 8, 7, 6)
"""Majors of pnpm in the image, newest first.

Source: `INSTALLED_PNPM_MAJORS` in `@vercel/build-utils` 14.21, seen 2026-11-23.
"""

YARN_BIN: Final = "/yarn1/node_modules/.bin"
"""Folder of yarn classic. Source: PATH in a build-environment dump, seen 2026-09-24."""

BUN_DIRS: Final = ("/bun1", "/bun1.4")
"""Folders holding `bun` itself: the default, and the one for text lockfiles of version 2.

Source: `bunBinaryDir` in `@vercel/build-utils` 14.21, seen 2026-11-23.
"""

CLI_ENTRY: Final = "/opt/vercel-cli/node_modules/vercel/dist/vc.js"
"""The platform's own command line, run with `node`. Its real place is not known."""

SYSTEM_CA_BUNDLE: Final = "/etc/ssl/certs/ca-certificates.crt"
"""The trust store inside the image, the host's own certificates included."""

PATH_FOLDERS: Final = (
    "/pnpm12/node_modules/.bin",
    "/pnpm6/node_modules/.bin",
    YARN_BIN,
    "/vercel/.config/yarn/global/node_modules/.bin",
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/bun1",
    "/node24/bin",
)
"""Where commands are looked up before a Node major is chosen, less the tools that are left out.

Source: PATH in a build-environment dump in a public repository, seen 2026-09-24.
"""

PATH: Final = ":".join(PATH_FOLDERS)
"""`PATH` as the image sets it."""

VCPUS: Final = 2
"""Processors of the smallest build machine. Source: public build logs, seen 2026-09."""

MEMORY_MIB: Final = 8192
"""Memory of the smallest build machine. Source: public build logs, seen 2026-09."""

BUILD_LIMIT_S: Final = 45 * 60
"""Longest build on any plan. Source: limits page, seen 2026-08-25."""


def node_bin(major: int) -> str:
    """Folder of `node` and `npm` for a major the platform builds with.

    Raises:
        ValueError: the platform does not build with `major`.

    """
    if major not in NODE_MAJORS:
        raise ValueError(f"the build image has no Node {major}")
    return f"/node{major}/bin"


def local_node_bin(major: int) -> str:
    """Folder of `node` and `npm` used to replay a developer's major.

    It lies outside `/nodeNN`, because the platform's own code takes the majors it may choose from
    the folders of that name.

    Raises:
        ValueError: the image does not carry `major`.

    """
    if major not in LOCAL_NODE_MAJORS:
        raise ValueError(f"the image carries no Node {major} to replay a local build with")
    return f"/opt/verifier/local-node/{major}/bin"


def pnpm_bin(major: int) -> str:
    """Folder of `pnpm` for one major.

    Raises:
        ValueError: the image does not carry `major`.

    """
    if major not in PNPM_MAJORS:
        raise ValueError(f"the build image has no pnpm {major}")
    return f"/pnpm{major}/node_modules/.bin"
