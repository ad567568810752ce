"""What managers say when a registry answers wrongly, and what they say of a project's own fault."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from tests.unit.observe_runs import failed_install, made_run
from verifier.model.outcome import UnresolvedReason
from verifier.observe import observe

_CASES: Final[list[dict[str, Any]]] = json.loads(
    (Path(__file__).parent.parent / "data/registry/logs.json").read_text(encoding="utf-8")
)
"""Logs of installs through a registry that answered wrongly about one of its parts."""
_COMMANDS: Final = {"pnpm12": "pnpm install", "npm": "npm install --no-audit"}


@pytest.mark.parametrize("case", _CASES, ids=lambda c: f"{c['manager']}-{c['answer']}-{c['part']}")
def test_a_wrong_answer_is_the_registrys(case: dict[str, Any], tmp_path: Path) -> None:
    """Each is unresolved, in the install of the platform as in a developer's."""
    log, manager = "\n".join(case["log"]), case["manager"]
    command = _COMMANDS.get(manager, f"{manager} install")
    outcome = observe(made_run(tmp_path, log, **failed_install(command))).outcome
    assert outcome.reason is UnresolvedReason.REGISTRY, outcome
    assert outcome.detail


_AT: Final = "https://registry.example"
_NOT_FOUND: Final = ("package-not-found", "tinny")
_OWN: Final[dict[str, tuple[list[str], tuple[str, str]]]] = {
    "yarn 404": ([f'error An unexpected error occurred: "{_AT}/tinny: Not found".'], _NOT_FOUND),
    "yarn 404 with its trace": ([f"error Error: {_AT}/tinny: Not found"], _NOT_FOUND),
    "yarn 404 of a file": (
        [f'error Error: {_AT}/tinny/-/tinny-9.0.0.tgz: Request failed "404 Not Found"'],
        _NOT_FOUND,
    ),
    "yarn 401": (
        [rf'error An unexpected error occurred: "{_AT}/@own%2fui: Request failed \"401 No\"".'],
        ("private-package", "@own/ui"),
    ),
    "pnpm 12 404 of a file": (
        [
            "Error: ERR_PNPM_TARBALL_SIBLING_FETCH_FAILED",
            "",
            "  × installing dependencies",  # noqa: RUF001
            f"  ╰─▶ Tarball server returned HTTP 404 for {_AT}/tinny/-/",
            "      tinny-1.0.0.tgz",
        ],
        _NOT_FOUND,
    ),
    "pnpm 12 no version": (
        [
            "Error: ERR_PNPM_NO_MATCHING_VERSION",
            "",
            "  × installing dependencies",  # noqa: RUF001
            "  ├─▶ Failed to resolve dependency tree: No matching version found for @own/very-",
            f"  │   tinny@^9.0.0 while fetching it from {_AT}/",
            "  │   ",
            "  │   Failed to resolve @own/very-tinny@^9.0.0",
            "  ╰─▶ No matching version found for @own/very-tinny@^9.0.0 while fetching it from",
        ],
        ("package-not-found", "@own/very-tinny@^9.0.0"),
    ),
    "pnpm 12 404": (
        [
            "Error: ERR_PNPM_FETCH_404",
            "",
            "  × installing dependencies",  # noqa: RUF001
            f"  ├─▶ Failed to resolve dependency tree: GET {_AT}/very-",
            "  │   tinny: Not Found - 404",
            "  │   ",
        ],
        ("package-not-found", "very-tinny"),
    ),
    "bun 404": (
        [f"error: GET {_AT}/tinny - 404", "error: tinny@^1.0.0 failed to resolve"],
        _NOT_FOUND,
    ),
    "bun no version": (
        [
            'error: No version matching "^9.0.0" found for specifier "tinny" (but package exists)',
            "error: tinny@^9.0.0 failed to resolve",
        ],
        _NOT_FOUND,
    ),
    "yarn 4 404": (
        [
            "➤ YN0035: │ tinny@npm:^1.0.0: Package not found",
            "➤ YN0035: │   Response Code: 404 (Not Found)",
        ],
        _NOT_FOUND,
    ),
    "own script, own connection": (
        [
            "Error: connect ECONNREFUSED 127.0.0.1:5432",
            "    at TCPConnectWrap.afterConnect (node:net:1611:16)",
        ],
        ("connection-refused", "127.0.0.1:5432"),
    ),
}


@pytest.mark.parametrize("name", _OWN)
def test_a_fault_of_the_project_stays_one(name: str, tmp_path: Path) -> None:
    """The neighbours: nearly the same words about what the project itself asks for."""
    log, wanted = _OWN[name]
    run = made_run(tmp_path, "\n".join(log), **failed_install("yarn install"))
    outcome = observe(run).outcome
    assert outcome.signature is not None, outcome
    assert (outcome.signature.error_class, outcome.signature.subject) == wanted


def test_yarn_4_tells_a_status(tmp_path: Path) -> None:
    """The code it gives a missing package is the one it gives a registry that is away."""
    log = (
        "➤ YN0035: │ tiny@npm:^1.0.0: The remote server failed to provide the requested resource\n"
        "➤ YN0035: │   Response Code: 503 (Service Unavailable)\n"
        "➤ YN0035: │   Request Method: GET\n"
    )
    outcome = observe(made_run(tmp_path, log, **failed_install("yarn install"))).outcome
    assert outcome.reason is UnresolvedReason.REGISTRY


@pytest.mark.parametrize(
    "line",
    [
        "SyntaxError: tinny@npm:^1.0.0: Unexpected end of JSON input",
        "SyntaxError: @own/ui@npm:^1.0.0: Unexpected token '<', \"<html>\"... is not valid JSON",
        "TypeError: tinny@npm:^1.0.0: Cannot convert undefined or null to object",
        "ReadError: The server aborted pending request",
        "RequestError: Timeout awaiting 'socket' for 3000ms",
    ],
)
def test_yarn_4_breaks_on_a_page_that_is_none(line: str, tmp_path: Path) -> None:
    """Yarn 4.18 names what it asked for, and then what its own parser met."""
    log = f"➤ YN0000: ┌ Resolution step\n➤ YN0001: │ {line}\n➤ YN0000: └ Completed\n"
    outcome = observe(made_run(tmp_path, log, **failed_install("yarn install"))).outcome
    assert outcome.reason is UnresolvedReason.REGISTRY, outcome


def test_a_plugin_of_yarn_4_may_break_too(tmp_path: Path) -> None:
    """The neighbour: an error of the same kind that names no package asked for."""
    log = "➤ YN0001: │ TypeError: Cannot read properties of undefined (reading 'hooks')\n"
    outcome = observe(made_run(tmp_path, log, **failed_install("yarn install"))).outcome
    assert outcome.is_fail


@pytest.mark.parametrize(("about", "is_page"), [("undefined", False), ("tinny", True)])
def test_a_page_names_its_package(about: str, is_page: bool, tmp_path: Path) -> None:
    """An object that says nothing has no versions, as an unpublished package has none."""
    log = f"npm error code ENOVERSIONS\nnpm error No versions available for {about}\n"
    outcome = observe(made_run(tmp_path, log, **failed_install("npm install"))).outcome
    assert outcome.is_fail is is_page, outcome
    assert is_page or outcome.reason is UnresolvedReason.REGISTRY


def test_a_proxy_that_is_away_is_not_the_projects(tmp_path: Path) -> None:
    """Yarn then names neither what it asked for nor whom it asked in whose name."""
    log = (
        "yarn install v1.22.22\n[1/4] Resolving packages...\n"
        "error Error: connect ECONNREFUSED 10.0.0.9:3128\n"
        "    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:2021:16)\n"
        "info Visit https://yarnpkg.com/en/docs/cli/install for documentation about this command.\n"
    )
    outcome = observe(made_run(tmp_path, log, **failed_install("yarn install"))).outcome
    assert outcome.reason is UnresolvedReason.REGISTRY


def test_a_script_of_an_install_may_need_a_host_of_its_own(tmp_path: Path) -> None:
    """The neighbour: a package's own script fails of a connection, which Yarn only quotes."""
    log = (
        "[4/4] Building fresh packages...\n"
        "error /vercel/path0/node_modules/x: Command failed.\nExit code: 1\n"
        "Command: node seed.js\nOutput:\n"
        "Error: connect ECONNREFUSED 127.0.0.1:5432\n"
        "    at TCPConnectWrap.afterConnect (node:net:1611:16)\n"
        "info Visit https://yarnpkg.com/en/docs/cli/install for documentation about this command.\n"
    )
    outcome = observe(made_run(tmp_path, log, **failed_install("yarn install"))).outcome
    assert outcome.signature is not None, outcome
    assert outcome.signature.error_class == "connection-refused"


_RUNNER: Final = [
    "• Running build in 2 packages",
    "@acme/web:build: cache miss, executing 0bc1",
    "@acme/web:build:  FetchError: request to {address} failed, reason: {reason}",
    "@acme/web:build:  ERROR  Command failed with exit code 1: pnpm add pnpm@10.0.0",
    "@acme/web:build: ERROR: command finished with error: command (/vercel/path0) exited (1)",
    "@acme/web#build: command (/vercel/path0) pnpm run build exited (1)",
    " ERROR  run failed: command  exited (1)",
]


@pytest.mark.parametrize(
    ("address", "reason", "is_ours"),
    [
        ("https://registry.npmjs.org/pnpm", "self-signed certificate in certificate chain", True),
        (f"{_AT}/pnpm", "unable to get local issuer certificate", True),
        ("https://registry.npmjs.org/pnpm", "connect ETIMEDOUT 192.0.2.1:443", True),
        ("https://cms.example.com/posts", "getaddrinfo ENOTFOUND cms.example.com", False),
    ],
)
def test_a_manager_inside_a_task(address: str, reason: str, is_ours: bool, tmp_path: Path) -> None:
    """A task may ask the registry too; what the project itself asks for stays its own matter."""
    log = "\n".join(_RUNNER).format(address=address, reason=reason)
    outcome = observe(made_run(tmp_path, log)).outcome
    assert (outcome.reason is UnresolvedReason.REGISTRY) is is_ours, outcome
