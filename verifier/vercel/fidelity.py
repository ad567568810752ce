"""How faithful the mirror is: every attribute of the platform known to matter, and its state here.

A verdict of verifier is worth as much as the mirror it comes from, so each attribute says whether
it is mirrored, approximated (how, and what that can hide) or unknown, and where the fact is from.
Where a container can answer, the attribute carries a question: a shell command and the pattern its
output must match. This module only holds the questions and judges answers; it runs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final


class Status(Enum):
    """How an attribute of the platform stands in the mirror."""

    MIRRORED = "mirrored"
    APPROXIMATED = "approximated"
    UNKNOWN = "unknown"


class Keeper(Enum):
    """Which part of verifier keeps an attribute as the platform has it."""

    IMAGE = "image"
    RECIPE = "recipe"
    ENGINE = "engine"
    PLATFORM_CODE = "the platform's own code"
    RULES = "rules applied after the build"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact about the platform comes from.

    seen: date of the page, the package or the observation, ISO format, as precise as known.
    """

    what: str
    seen: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """A question to a container of the mirror: the command's output must match the pattern.

    expect: a regular expression, searched for in standard output and standard error together.
    """

    command: str
    expect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIn:
    """What is different on the Debian base that stands in for Amazon Linux.

    expect: the pattern to match there instead, None when the same one holds.
    """

    status: Status
    how: str
    hides: str
    expect: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """One attribute of the platform.

    how: in which way it is approximated. hides: which difference stays unseen because of that.
    Both are empty exactly when the attribute is mirrored.
    """

    id: str
    title: str
    status: Status
    keeper: Keeper
    source: Source
    how: str = ""
    hides: str = ""
    test: SelfTest | None = None
    stand_in: StandIn | None = None

    def __post_init__(self) -> None:
        if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.id) is None:
            raise ValueError(f'"{self.id}" is not a lower-case identifier with hyphens')
        mirrored = self.status is Status.MIRRORED
        if mirrored == bool(self.hides) or (mirrored and self.how):
            raise ValueError(f'"{self.id}": only what is not mirrored says how and what it hides')

    def on(self, *, stand_in: bool) -> Attribute:
        """The attribute as it is on the base in use."""
        if not stand_in or self.stand_in is None:
            return self
        test = self.test
        if test is not None and self.stand_in.expect is not None:
            test = replace(test, expect=self.stand_in.expect)
        return replace(
            self,
            status=self.stand_in.status,
            how=self.stand_in.how,
            hides=self.stand_in.hides,
            test=test,
            stand_in=None,
        )


class Answer(Enum):
    """What a container said to an attribute's question."""

    HOLDS = "holds"
    FAILS = "fails"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """One attribute, and what a container of the image said to its question.

    observed: the start of the container's output, empty when it was not asked.
    """

    attribute: Attribute
    answer: Answer
    observed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How many attributes stand how; the counts add up to `total`.

    failed: attributes whose question was answered otherwise, whatever their status claims.
    """

    mirrored: int
    approximated: int
    unknown: int
    failed: int

    @property
    def total(self) -> int:
        """How many attributes there are."""
        return self.mirrored + self.approximated + self.unknown + self.failed

    @property
    def percent(self) -> float:
        """From 0 to 100: mirrored counts whole, approximated half, the rest nothing."""
        if not self.total:
            return 0.0
        return round(100 * (self.mirrored + self.approximated / 2) / self.total, 1)


def manifest(*, stand_in: bool) -> tuple[Attribute, ...]:
    """Every known attribute as it is on the base in use, in the order it is told to a reader."""
    return tuple(attribute.on(stand_in=stand_in) for attribute in ATTRIBUTES)


def judge(attribute: Attribute, output: str) -> AuditResult:
    """What `output`, the container's answer, says about the attribute."""
    if attribute.test is None:
        return AuditResult(attribute=attribute, answer=Answer.NOT_ASKED)
    holds = re.search(attribute.test.expect, output, re.MULTILINE) is not None
    return AuditResult(
        attribute=attribute,
        answer=Answer.HOLDS if holds else Answer.FAILS,
        observed=output.strip()[:400],
    )


def score(results: Iterable[AuditResult]) -> Score:
    """The counts over an audit."""
    counts: dict[str, int] = dict.fromkeys(("mirrored", "approximated", "unknown", "failed"), 0)
    for result in results:
        failed = result.answer is Answer.FAILS
        counts["failed" if failed else result.attribute.status.value] += 1
    return Score(
        mirrored=counts["mirrored"],
        approximated=counts["approximated"],
        unknown=counts["unknown"],
        failed=counts["failed"],
    )


def by_id() -> Mapping[str, Attribute]:
    """The attributes by their identifier, as on the primary base."""
    return {attribute.id: attribute for attribute in ATTRIBUTES}


_IMAGE_PAGE: Final = Source(what="documentation, builds/build-image", seen="2026-08-11")
_PACKAGE_LIST: Final = Source(what="documentation, builds/build-image", seen="2025-09-24")
_NODE_PAGE: Final = Source(what="documentation, node-js-versions", seen="2026-02-27")
_MANAGERS_PAGE: Final = Source(what="documentation, package-managers", seen="2026-07-01")
_CONFIGURE_PAGE: Final = Source(what="documentation, configure-a-build", seen="2026-08")
_TROUBLE_PAGE: Final = Source(what="documentation, troubleshoot-a-build", seen="2026-06-15")
_LIMITS_PAGE: Final = Source(what="documentation, limits", seen="2026-08-25")
_FUNCTION_LIMITS: Final = Source(what="documentation, functions/limitations", seen="2026-07-01")
_RUNTIMES_PAGE: Final = Source(what="documentation, functions/runtimes", seen="2026-07-29")
_SYSTEM_VARIABLES: Final = Source(
    what="documentation, system-environment-variables", seen="2026-07-15"
)
_VARIABLES_PAGE: Final = Source(what="documentation, environment-variables", seen="2026-08-20")
_EDGE_PAGE: Final = Source(what="documentation, edge-runtime", seen="2026-07")
_BUILD_UTILS: Final = Source(what="source of @vercel/build-utils 14.21", seen="2026-10")
_NEXT_BUILDER: Final = Source(what="source of @vercel/next 23.0", seen="2026-10")
_CLI: Final = Source(what="source of the vercel command line, 58 to 64", seen="2026-10-13")
_NEXT_ENV: Final = Source(what="source of @next/env 16.4, and runs of it", seen="2026-11")
_DUMP: Final = Source(what="build-environment dump in a public repository", seen="2026-09-24")
_LOGS: Final = Source(what="build logs in public repositories", seen="2026-09")
_REPORTS: Final = Source(what="issue reports of build tools run on the platform", seen="2025-11-29")
_NOT_KNOWABLE: Final = Source(what="no public source", seen="2026-11-23")


def _mirrored(
    id: str,  # noqa: A002 - the name of the field it fills
    title: str,
    keeper: Keeper,
    source: Source,
    *,
    test: tuple[str, str] | None = None,
    stand_in: StandIn | None = None,
) -> Attribute:
    return Attribute(
        id=id,
        title=title,
        status=Status.MIRRORED,
        keeper=keeper,
        source=source,
        test=SelfTest(command=test[0], expect=test[1]) if test else None,
        stand_in=stand_in,
    )


def _approximated(
    id: str,  # noqa: A002 - the name of the field it fills
    title: str,
    keeper: Keeper,
    source: Source,
    *,
    how: str,
    hides: str,
    test: tuple[str, str] | None = None,
    stand_in: StandIn | None = None,
) -> Attribute:
    return Attribute(
        id=id,
        title=title,
        status=Status.APPROXIMATED,
        keeper=keeper,
        source=source,
        how=how,
        hides=hides,
        test=SelfTest(command=test[0], expect=test[1]) if test else None,
        stand_in=stand_in,
    )


def _unknown(
    id: str,  # noqa: A002 - the name of the field it fills
    title: str,
    *,
    hides: str,
    source: Source = _NOT_KNOWABLE,
) -> Attribute:
    return Attribute(
        id=id,
        title=title,
        status=Status.UNKNOWN,
        keeper=Keeper.NOBODY,
        source=source,
        hides=hides,
    )


_OPERATING_SYSTEM: Final = (
    _mirrored(
        "base-system",
        "Amazon Linux 2023 is the base",
        Keeper.IMAGE,
        _IMAGE_PAGE,
        test=("cat /etc/os-release", r'^VERSION_ID="2023"'),
        stand_in=StandIn(
            status=Status.APPROXIMATED,
            how="Debian 12 stands in, because no container registry is reachable",
            hides="a program that reads the distribution's name, its paths or its package manager",
            expect=r'^VERSION_ID="12"',
        ),
    ),
    _mirrored(
        "c-library",
        "the C library is glibc 2.34",
        Keeper.IMAGE,
        Source(what="pull request 17373 of the platform's repository", seen="2026-08"),
        test=("getconf GNU_LIBC_VERSION", r"^glibc 2\.34$"),
        stand_in=StandIn(
            status=Status.APPROXIMATED,
            how="glibc 2.36; compiled addons are read for what they need above 2.34 instead",
            hides="an addon that asks for 2.35 or 2.36 at run time only, through a lookup by name",
            expect=r"^glibc 2\.36$",
        ),
    ),
    _approximated(
        "machine",
        "builds run on x86_64",
        Keeper.ENGINE,
        _DUMP,
        how="the engine's own machine is used; the report names it",
        hides="on an arm64 laptop, a package without a build for x86_64, or the reverse",
        test=("uname -m", r"^(x86_64|aarch64)$"),
    ),
    _mirrored(
        "case-sensitive-files",
        "file names differ by case",
        Keeper.ENGINE,
        Source(what="Next.js message module-not-found", seen="2026-11"),
        test=(
            (
                "cd /vercel/path0 && mkdir .case && touch .case/a"
                " && test ! -e .case/A && echo differs;"
                " rm -r .case"
            ),
            r"^differs$",
        ),
    ),
    _approximated(
        "system-packages",
        "the documented list of system packages is installed",
        Keeper.IMAGE,
        _PACKAGE_LIST,
        how="the list is installed as documented; its versions are today's",
        hides="a package whose behaviour changed between the platform's image and today",
        test=(
            (
                "for tool in autoconf automake brotli bsdtar bzip2 g++ gcc git gzip ip libtoolize"
                " make nasm openssl perl ps strace tar unzip cwebp which zstd; do"
                " command -v $tool >/dev/null || echo missing $tool; done; echo end"
            ),
            r"\Aend$",
        ),
        stand_in=StandIn(
            status=Status.APPROXIMATED,
            how="the compilers, the headers most addons need and the command-line tools; not"
            " Java, GTK, X11, cups, pango, alsa, GLib and ImageMagick headers, Ruby headers,"
            " sysstat",
            hides="an addon compiled against a left-out library: it fails here, not there",
        ),
    ),
    _mirrored(
        "absent-tools",
        "cmake, pkg-config, ffmpeg, chromium and a PostgreSQL client are absent",
        Keeper.IMAGE,
        _PACKAGE_LIST,
        test=(
            (
                "for tool in cmake ffmpeg chromium psql; do"
                " command -v $tool >/dev/null && echo found $tool; done; echo end"
            ),
            r"\Aend$",
        ),
    ),
    _mirrored(
        "compiler",
        "a C and a C++ compiler work",
        Keeper.IMAGE,
        _PACKAGE_LIST,
        test=(
            (
                "echo 'int main(){return 0;}' > /tmp/t.cc && g++ /tmp/t.cc -o /tmp/t && /tmp/t"
                " && echo compiled; rm -f /tmp/t /tmp/t.cc"
            ),
            r"^compiled$",
        ),
    ),
    _approximated(
        "addon-headers",
        "compiling an addon finds the header files of its Node",
        Keeper.IMAGE,
        _NOT_KNOWABLE,
        how="the header files lie in node-gyp's cache already",
        hides="a build that depends on the download of the header files failing or succeeding",
        test=(
            (
                'cd "$HOME/.cache/node-gyp/$(node -p process.versions.node)"'
                " && test -f include/node/node.h && echo there"
            ),
            r"^there$",
        ),
    ),
    _approximated(
        "python",
        "Python 3.12 to 3.14 under /uv/python, Ruby 3.3, Go and Rust are installed",
        Keeper.IMAGE,
        _IMAGE_PAGE,
        how="only the base system's Python 3, which node-gyp needs",
        hides="a project with Python, Ruby, Go or Rust functions: it cannot be built here",
        test=("python3 --version", r"^Python 3\."),
    ),
    _approximated(
        "trust-store",
        "certificates are the distribution's",
        Keeper.IMAGE,
        _NOT_KNOWABLE,
        how="the host's own certificates, if it has any, are added",
        hides="a server whose certificate only the host's network trusts",
        test=("grep -c BEGIN /etc/ssl/certs/ca-certificates.crt", r"^[1-9][0-9]*$"),
    ),
    _mirrored(
        "user",
        "a build runs as root",
        Keeper.IMAGE,
        _REPORTS,
        test=("id -u; id -un", r"\A0\nroot$"),
    ),
    _mirrored(
        "home",
        "HOME is /vercel, which is not root's home",
        Keeper.IMAGE,
        _REPORTS,
        test=("echo $HOME; getent passwd 0 | cut -d: -f6", r"\A/vercel\n/root$"),
    ),
    _mirrored(
        "working-directory",
        "the repository lies in /vercel/path0",
        Keeper.IMAGE,
        _LOGS,
        test=("pwd", r"^/vercel/path0$"),
    ),
    _mirrored(
        "output-directory",
        "the output goes to /vercel/output",
        Keeper.IMAGE,
        _LOGS,
        test=("test -d /vercel/output && test -w /vercel/output && echo there", r"^there$"),
    ),
    _mirrored(
        "time-zone",
        "the time zone is UTC",
        Keeper.IMAGE,
        _DUMP,
        test=(
            (
                "echo $TZ; node -p 'new Date(0).getHours() + Intl.DateTimeFormat()"
                ".resolvedOptions().timeZone'"
            ),
            r"\A:UTC\n0(UTC|Etc/UTC|Etc/Unknown)$",
        ),
    ),
    _mirrored(
        "locale",
        "the locale is en_US.UTF-8 and exists",
        Keeper.IMAGE,
        _DUMP,
        test=("locale -a; echo chosen $LANG", r"(?s)^en_US\.utf8$.*^chosen en_US\.UTF-8$"),
    ),
    _mirrored(
        "no-terminal",
        "no terminal, nothing on standard input, no USER and no DISPLAY",
        Keeper.ENGINE,
        _DUMP,
        test=('test ! -t 0 && test ! -t 1 && echo "none$USER$DISPLAY"', r"^none$"),
    ),
)

_TOOLCHAIN: Final = (
    _approximated(
        "node-24",
        "Node 24 at /node24/bin",
        Keeper.IMAGE,
        _NODE_PAGE,
        how="newest 24.x of the day the pins were refreshed",
        hides="a fault of one patch release",
        test=("/node24/bin/node --version", r"^v24\."),
    ),
    _approximated(
        "node-22",
        "Node 22 at /node22/bin",
        Keeper.IMAGE,
        _NODE_PAGE,
        how="newest 22.x of the day the pins were refreshed",
        hides="a fault of one patch release",
        test=("/node22/bin/node --version", r"^v22\."),
    ),
    _mirrored(
        "node-majors",
        "no other major can be chosen: /node24 and /node22 are the only such folders",
        Keeper.IMAGE,
        _BUILD_UTILS,
        test=("ls -d /node[0-9]*", r"\A/node22\n/node24$"),
    ),
    _mirrored(
        "node-choice",
        "engines.node wins over the project setting; discontinued majors are errors",
        Keeper.PLATFORM_CODE,
        _BUILD_UTILS,
    ),
    _mirrored(
        "node-first-on-path",
        "the chosen Node comes first on PATH",
        Keeper.RECIPE,
        _BUILD_UTILS,
    ),
    _mirrored(
        "npm-of-24",
        "npm 11 comes with Node 24",
        Keeper.IMAGE,
        _LOGS,
        test=("PATH=/node24/bin:$PATH npm --version", r"^11\."),
    ),
    _mirrored(
        "npm-of-22",
        "npm 10 comes with Node 22",
        Keeper.IMAGE,
        _MANAGERS_PAGE,
        test=("PATH=/node22/bin:$PATH npm --version", r"^10\."),
    ),
    _approximated(
        "pnpm-majors",
        "pnpm 6 to 12 at /pnpmN/node_modules/.bin",
        Keeper.IMAGE,
        _BUILD_UTILS,
        how="newest release of each major on the day the pins were refreshed",
        hides="a fault of one release",
        test=(
            (
                "for n in 6 7 8 9 10 11 12; do"
                " (cd /tmp && /pnpm$n/node_modules/.bin/pnpm --version); done | cut -d. -f1 | xargs"
            ),
            r"^6 7 8 9 10 11 12$",
        ),
    ),
    _approximated(
        "pnpm-on-path",
        "which pnpm a build without a lockfile meets",
        Keeper.IMAGE,
        _DUMP,
        how="pnpm 12, as the PATH of one build shows; the documentation says 6",
        hides="a difference between those two for projects without a lockfile",
        test=("cd /tmp && pnpm --version", r"^12\."),
    ),
    _mirrored(
        "pnpm-choice",
        "the major of pnpm follows packageManager, lockfile version and project age",
        Keeper.PLATFORM_CODE,
        _BUILD_UTILS,
    ),
    _approximated(
        "yarn-classic",
        "yarn 1.22 at /yarn1",
        Keeper.IMAGE,
        _LOGS,
        how="1.22.22; one log shows 1.22.17",
        hides="a fault fixed between the two",
        test=("cd /tmp && yarn --version", r"^1\.22\."),
    ),
    _approximated(
        "bun",
        "bun 1.3 at /bun1, and 1.4 at /bun1.4 for lockfiles of version 2",
        Keeper.IMAGE,
        _DUMP,
        how="newest release of each line on the day the pins were refreshed",
        hides="a fault of one release",
        test=("/bun1/bun --version; /bun1.4/bun --version", r"\A1\.3\.\d+\n1\.4\.\d+$"),
    ),
    _approximated(
        "vlt",
        "vlt 0.x at /vlt",
        Keeper.IMAGE,
        _MANAGERS_PAGE,
        how="not installed",
        hides="a project with a vlt lockfile cannot be installed here",
        test=("command -v vlt || echo absent", r"^absent$"),
    ),
    _mirrored(
        "manager-choice",
        "the lockfile decides the package manager, walking up from the app",
        Keeper.PLATFORM_CODE,
        _BUILD_UTILS,
    ),
    _mirrored(
        "corepack",
        "corepack is there and off unless asked for",
        Keeper.IMAGE,
        _CONFIGURE_PAGE,
        test=(
            "corepack --version >/dev/null && echo there; ls /node24/bin | grep -c -e pnpm -e yarn",
            r"\Athere\n0$",
        ),
    ),
    _approximated(
        "command-line",
        "the platform's own command line does the build",
        Keeper.IMAGE,
        _CLI,
        how="one pinned version; the platform moves its own continuously",
        hides="a change of the builders in a version between",
        test=(
            "node /opt/vercel-cli/node_modules/vercel/dist/vc.js --version 2>&1",
            r"^(Vercel CLI )?64\.",
        ),
    ),
    _approximated(
        "search-path",
        "the order of folders on PATH",
        Keeper.IMAGE,
        _DUMP,
        how="the folders of one build's PATH, less those of tools that are left out",
        hides="a command that only the left-out folders hold",
        test=("echo $PATH", r"^/pnpm12/.*:/pnpm6/.*:/yarn1/.*:/usr/bin.*:/bun1:/node24/bin$"),
    ),
    _approximated(
        "global-sharp",
        "a global sharp that Next.js is pointed to",
        Keeper.NOBODY,
        _DUMP,
        how="absent; Next.js uses the project's own",
        hides="image optimisation at build that works there without sharp being declared",
    ),
    _approximated(
        "registry-path",
        "npm traffic goes through a proxy of the platform that also scans packages",
        Keeper.NOBODY,
        _LOGS,
        how="the registry the host is set to is asked directly",
        hides="a package the platform's scanner refuses; a registry the host's setting adds",
    ),
)

_LIMITS: Final = (
    _approximated(
        "processors",
        "the smallest build machine has 2 processors",
        Keeper.ENGINE,
        _LOGS,
        how="a share of the host's processors, at most as many as it has; faster or slower each",
        hides="a build near the time limit",
        test=(
            (
                "cat /sys/fs/cgroup/cpu.max 2>/dev/null || paste -d' '"
                " /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us"
            ),
            r"^(100000|200000) 100000$",
        ),
    ),
    _approximated(
        "memory",
        "the smallest build machine has 8 GB of memory, no swap",
        Keeper.ENGINE,
        _LOGS,
        how="a memory limit on the container, lower when the host has less",
        hides="on a smaller host a build that fits 8 GB is killed here",
        test=(
            (
                "cat /sys/fs/cgroup/memory.max 2>/dev/null"
                " || cat /sys/fs/cgroup/memory/memory.limit_in_bytes"
            ),
            r"^[0-9]{9,10}$",
        ),
    ),
    _mirrored(
        "memory-exceeded",
        "a build over the memory limit is killed, not slowed",
        Keeper.ENGINE,
        _TROUBLE_PAGE,
    ),
    _approximated(
        "disk",
        "32 GB of disk",
        Keeper.ENGINE,
        _TROUBLE_PAGE,
        how="the disk of the host; what a build writes is measured",
        hides="a build that fills the disk there and not here",
    ),
    _approximated(
        "build-time",
        "a build may take 45 minutes",
        Keeper.ENGINE,
        _LIMITS_PAGE,
        how="the same limit on other processors",
        hides="a build between the two speeds",
    ),
    _mirrored(
        "function-size",
        "a function may have 250 MB uncompressed",
        Keeper.RULES,
        _FUNCTION_LIMITS,
    ),
    _mirrored(
        "function-count",
        "12 functions outside a framework on the Hobby plan",
        Keeper.RULES,
        _RUNTIMES_PAGE,
    ),
    _approximated(
        "edge-size",
        "an edge function may have 1, 2 or 4 MB compressed, by plan",
        Keeper.RULES,
        _EDGE_PAGE,
        how="gzip of the output's files; the platform's own compression is not known",
        hides="a function within a few per cent of the limit",
    ),
    _mirrored("route-count", "2048 routes per deployment", Keeper.RULES, _LIMITS_PAGE),
    _mirrored(
        "variable-size",
        "64 KB of names and values of environment variables",
        Keeper.RULES,
        _LIMITS_PAGE,
    ),
    _approximated(
        "plan-rules",
        "duration, memory and cron rules of the plan",
        Keeper.RULES,
        _FUNCTION_LIMITS,
        how="the Hobby plan's, unless the project says otherwise",
        hides="a limit that only the account knows",
    ),
)

_STEPS: Final = (
    _approximated(
        "source-set",
        "the commit's files are built, cloned ten commits deep",
        Keeper.RECIPE,
        _CONFIGURE_PAGE,
        how="the tracked files at the same state, without the history",
        hides="a build step that reads more history than the tree",
    ),
    _mirrored(
        "ignored-files",
        "what .vercelignore names is deleted before the build",
        Keeper.RECIPE,
        _LOGS,
    ),
    _mirrored(
        "untracked-absent",
        ".env.local, node_modules and build output of the laptop are absent",
        Keeper.RECIPE,
        _CLI,
    ),
    _approximated(
        "submodules",
        "public submodules are fetched, others skipped with a warning",
        Keeper.RECIPE,
        _CONFIGURE_PAGE,
        how="submodules are left empty",
        hides="a build that uses a public submodule",
    ),
    _approximated(
        "build-cache",
        "node_modules and the framework's cache are restored from the last deployment",
        Keeper.RECIPE,
        _CLI,
        how="always without a cache",
        hides="a stale cache that hides or causes a fault",
    ),
    _mirrored(
        "settings-precedence",
        "vercel.json wins over the project's settings",
        Keeper.PLATFORM_CODE,
        _CLI,
    ),
    _mirrored(
        "install-command",
        "the install command and its variables follow the package manager",
        Keeper.PLATFORM_CODE,
        _BUILD_UTILS,
    ),
    _mirrored(
        "build-command",
        "the build command: setting, then script, then the framework's own",
        Keeper.PLATFORM_CODE,
        _NEXT_BUILDER,
    ),
    _mirrored(
        "fresh-install",
        "packages are installed into an empty node_modules with CI=1",
        Keeper.RECIPE,
        _BUILD_UTILS,
    ),
    _mirrored(
        "system-variables",
        "the platform's system variables are present at build",
        Keeper.RECIPE,
        _SYSTEM_VARIABLES,
    ),
    _approximated(
        "system-values",
        "values of the system variables",
        Keeper.RECIPE,
        _SYSTEM_VARIABLES,
        how="plausible made-up values",
        hides="a build that depends on the true URL, commit author or deployment id",
    ),
    _mirrored(
        "variable-scopes",
        "only the variables of the production scope are present",
        Keeper.RECIPE,
        _VARIABLES_PAGE,
    ),
    _approximated(
        "sensitive-values",
        "values of sensitive variables",
        Keeper.RECIPE,
        _VARIABLES_PAGE,
        how="declared names without a value get a marker or stay absent, and are reported",
        hides="a fault that only the true value shows",
    ),
    _mirrored(
        "dotenv-order",
        "the order in which Next.js reads dotenv files",
        Keeper.PLATFORM_CODE,
        _NEXT_ENV,
    ),
    _approximated(
        "node-options",
        "NODE_OPTIONS allows a heap of 8192 MB",
        Keeper.RECIPE,
        _DUMP,
        how="seen in one build only, so not set",
        hides="a build that needs a larger heap than Node's default",
    ),
    _approximated(
        "blocked-packages",
        "package versions with known holes are refused after the build",
        Keeper.RULES,
        _LOGS,
        how="the versions known on the day of the release",
        hides="a version blocked since",
    ),
)

_RUN_TIME: Final = (
    _approximated(
        "traced-files",
        "a function holds only the files that were traced",
        Keeper.ENGINE,
        _NEXT_BUILDER,
        how="the output's own functions are run in a folder with their files only",
        hides="what the platform adds to or removes from a bundle on upload",
    ),
    _approximated(
        "read-only-files",
        "only /tmp is writable, 500 MB",
        Keeper.ENGINE,
        _RUNTIMES_PAGE,
        how="a read-only file system with a writable /tmp",
        hides="a /tmp that outlives one instance",
    ),
    _approximated(
        "run-time-system",
        "functions run on a smaller Amazon Linux than builds",
        Keeper.IMAGE,
        _RUNTIMES_PAGE,
        how="the build image serves them too",
        hides="a library that is there at build and missing at run time",
    ),
    _approximated(
        "instances",
        "instances come and go and share nothing",
        Keeper.ENGINE,
        _FUNCTION_LIMITS,
        how="one process per run",
        hides="state kept in memory between requests",
    ),
    _approximated(
        "edge-isolate",
        "edge functions run in an isolate without Node",
        Keeper.RULES,
        _EDGE_PAGE,
        how="their imports and size are read; they are not run in that isolate",
        hides="a web interface that behaves otherwise in the isolate",
    ),
    _approximated(
        "request-limits",
        "bodies up to 4.5 MB, 300 s on the Hobby plan",
        Keeper.RULES,
        _FUNCTION_LIMITS,
        how="stated, not enforced while the app runs",
        hides="a request that is too large or too slow",
    ),
)

_OUT_OF_REACH: Final = (
    _unknown(
        "image-versions",
        "exact versions in the platform's image, and when they move",
        hides="a fault of a version that is only there",
    ),
    _unknown(
        "wrapper",
        "the closed program around the build: clone, cache keys, upload",
        hides="a failure before or after the build proper",
    ),
    _unknown(
        "deploy-stage",
        "every rule applied while outputs are deployed",
        hides="a refusal that no log in public shows yet",
    ),
    _unknown(
        "large-files",
        "whether Git LFS content is fetched",
        hides="a build that gets a pointer instead of the file",
    ),
    _unknown(
        "account-settings",
        "project settings that are neither in git nor pulled",
        hides="an overridden command, root directory or Node major",
    ),
    _unknown(
        "network-position",
        "what builds and functions can reach",
        hides="a database or service that lets only some addresses in",
    ),
    _unknown(
        "content-network",
        "routing, caching and image optimisation in front of functions",
        hides="a page that differs only behind that network",
    ),
    _unknown(
        "cold-start",
        "start time and concurrency of instances",
        hides="a timeout of the first request",
    ),
)

ATTRIBUTES: Final = (
    *_OPERATING_SYSTEM,
    *_TOOLCHAIN,
    *_LIMITS,
    *_STEPS,
    *_RUN_TIME,
    *_OUT_OF_REACH,
)
"""Every known attribute, as on the primary base."""
