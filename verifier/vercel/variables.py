"""Variables that the platform itself puts into a build, and names it keeps to itself.

Values of system variables are plausible ones: nobody can know a deployment's id before it exists.
Left out on purpose: `NODE_ENV` (the framework's builder sets it, and the default install must not
see it), `NODE_OPTIONS` (seen in one dump only; whose it was is unknown), the remote cache of
Turborepo and the global sharp (neither can be reached from elsewhere), and every token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from verifier.vercel.image_facts import BUILD_IMAGE_NAME

RESERVED: Final = frozenset(
    {
        "AWS_SECRET_KEY",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "NOW_REGION",
        "TZ",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)
"""Names nobody can set on the platform.

Source: reserved-environment-variables page, seen 2025-12-10.
"""

SYSTEM_NAMES: Final = frozenset(
    {
        "VERCEL",
        "CI",
        "VERCEL_ENV",
        "VERCEL_TARGET_ENV",
        "VERCEL_URL",
        "VERCEL_BRANCH_URL",
        "VERCEL_PROJECT_PRODUCTION_URL",
        "VERCEL_REGION",
        "VERCEL_DEPLOYMENT_ID",
        "VERCEL_PROJECT_ID",
        "VERCEL_SKEW_PROTECTION_ENABLED",
        "VERCEL_AUTOMATION_BYPASS_SECRET",
        "VERCEL_OIDC_TOKEN",
        "VERCEL_HASH_SALT",
        "VERCEL_GIT_PROVIDER",
        "VERCEL_GIT_REPO_SLUG",
        "VERCEL_GIT_REPO_OWNER",
        "VERCEL_GIT_REPO_ID",
        "VERCEL_GIT_COMMIT_REF",
        "VERCEL_GIT_COMMIT_SHA",
        "VERCEL_GIT_COMMIT_MESSAGE",
        "VERCEL_GIT_COMMIT_AUTHOR_LOGIN",
        "VERCEL_GIT_COMMIT_AUTHOR_NAME",
        "VERCEL_GIT_PULL_REQUEST_ID",
        "VERCEL_GIT_PREVIOUS_SHA",
    }
)
"""Source: system-environment-variables page, seen 2026-07-15."""

PULLED_NAMES: Final = frozenset(
    {
        "VERCEL",
        "NX_DAEMON",
        "TURBO_CACHE",
        "TURBO_DOWNLOAD_LOCAL_ENABLED",
        "TURBO_REMOTE_ONLY",
        "TURBO_RUN_SUMMARY",
    }
)
"""Written by a pull beside the project's own: they speak of the platform's remote cache, which
needs a token that only its builds have.

Source: pulled files in public repositories, seen 2026-11-23.
"""

_PREFIXED: Final = frozenset(
    {
        "VERCEL_URL",
        "VERCEL_ENV",
        "VERCEL_TARGET_ENV",
        "VERCEL_REGION",
        "VERCEL_BRANCH_URL",
        "VERCEL_PROJECT_PRODUCTION_URL",
        "VERCEL_DEPLOYMENT_ID",
        "VERCEL_PROJECT_ID",
    }
)
_MESSAGE_BYTES: Final = 2048
_HOST: Final = re.compile(r"[^a-z0-9]+")

BUILD_FLAGS: Final[Mapping[str, str]] = {
    "CI": "1",
    "VERCEL": "1",
    "VERCEL_BUILD_IMAGE": BUILD_IMAGE_NAME,
    "VERCEL_BUILD_MONOREPO_SUPPORT": "1",
    "VERCEL_MIDDLEWARE_DEFAULT_RUNTIME_NODEJS": "1",
    "NEXT_ENABLE_ADAPTER": "1",
    "NEXT_EXPERIMENTAL_LARGE_FUNCTIONS": "1",
    "NEXT_PRIVATE_MULTI_PAYLOAD": "1",
    "UV_THREADPOOL_SIZE": "4",
    "NX_DAEMON": "false",
    "AWS_EXECUTION_ENV": "vercel-hive",
}
"""Flags of the build that decide something.

Source: build-environment dump in a public repository, seen 2026-09-24.
"""

QUIET_FLAGS: Final[Mapping[str, str]] = {
    "VERCEL_TELEMETRY_DISABLED": "1",
    "NEXT_TELEMETRY_DISABLED": "1",
    "NO_UPDATE_NOTIFIER": "1",
    "ASTRO_TELEMETRY_DISABLED": "1",
    "TURBO_TELEMETRY_DISABLED": "1",
}
"""Keep a trial from calling home; they change nothing that is built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFacts:
    """What system variables say about the commit; all of it may be empty."""

    sha: str = ""
    branch: str = ""
    message: str = ""
    owner: str = "owner"
    author: str = "author"


def system_variables(project: str, commit: CommitFacts) -> dict[str, str]:
    """The system variables of a production build, without those that are secrets.

    Source: system-environment-variables page, seen 2026-07-15.
    """
    host = _HOST.sub("-", project.lower()).strip("-")[:52] or "project"
    branch = commit.branch or "main"
    slug = _HOST.sub("-", branch.lower())
    return {
        "VERCEL_ENV": "production",
        "VERCEL_TARGET_ENV": "production",
        "VERCEL_URL": f"{host}-abcdef123-{commit.owner}.vercel.app",
        "VERCEL_BRANCH_URL": f"{host}-git-{slug}-{commit.owner}.vercel.app",
        "VERCEL_PROJECT_PRODUCTION_URL": f"{host}.vercel.app",
        "VERCEL_DEPLOYMENT_ID": "dpl_000000000000000000000000",
        "VERCEL_PROJECT_ID": "prj_000000000000000000000000",
        "VERCEL_HASH_SALT": "0000000000000000",
        "VERCEL_GIT_PROVIDER": "github",
        "VERCEL_GIT_REPO_SLUG": host,
        "VERCEL_GIT_REPO_OWNER": commit.owner,
        "VERCEL_GIT_REPO_ID": "100000000",
        "VERCEL_GIT_COMMIT_REF": branch,
        "VERCEL_GIT_COMMIT_SHA": commit.sha or "0" * 40,
        "VERCEL_GIT_COMMIT_MESSAGE": _cut(commit.message or "source snapshot"),
        "VERCEL_GIT_COMMIT_AUTHOR_LOGIN": commit.author,
        "VERCEL_GIT_COMMIT_AUTHOR_NAME": commit.author,
        "VERCEL_GIT_PULL_REQUEST_ID": "",
        "VERCEL_GIT_PREVIOUS_SHA": "",
    }


def prefixed_variables(variables: Mapping[str, str], prefix: str | None) -> dict[str, str]:
    """The copies that a framework's prefix makes readable in client code.

    Names that are set already are left alone.

    Source: `getPrefixedEnvVars` in `@vercel/build-utils` 14.21.1, seen 2026-11-23.
    """
    if not prefix or not variables.get("VERCEL_URL"):
        return {}
    copies = {
        f"{prefix}{name}": value
        for name, value in variables.items()
        if (name in _PREFIXED or name.startswith("VERCEL_GIT_"))
        and f"{prefix}{name}" not in variables
    }
    return {**copies, "TURBO_CI_VENDOR_ENV_KEY": f"{prefix}VERCEL_"}


def is_platform_name(name: str) -> bool:
    """Whether the platform sets this variable itself, with or without a framework's prefix."""
    if name in SYSTEM_NAMES or name in RESERVED or name in BUILD_FLAGS or name in QUIET_FLAGS:
        return True
    bare = re.sub(r"^[A-Z_]*?(?=VERCEL_)", "", name)
    return bare in SYSTEM_NAMES or name.startswith(("VERCEL_", "NOW_", "TURBO_"))


def _cut(message: str) -> str:
    raw = message.encode()[:_MESSAGE_BYTES]
    return raw.decode(errors="ignore").replace("\0", "")
