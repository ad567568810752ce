"""Package names inside specifiers, and the files a package.json maps them to."""

from __future__ import annotations

import re
from typing import Final

from verifier.intake.code_jsonc import as_table
from verifier.model.project import Manifest

BUILTINS: Final = frozenset(
    {
        "_http_agent", "_http_client", "_http_common", "_http_incoming",
        "_http_outgoing", "_http_server", "_stream_duplex", "_stream_passthrough",
        "_stream_readable", "_stream_transform", "_stream_wrap", "_stream_writable",
        "_tls_common", "_tls_wrap", "assert", "assert/strict", "async_hooks", "buffer",
        "child_process", "cluster", "console", "constants", "crypto", "dgram",
        "diagnostics_channel", "dns", "dns/promises", "domain", "events", "fs",
        "fs/promises", "http", "http2", "https", "inspector", "inspector/promises",
        "module", "net", "os", "path", "path/posix", "path/win32", "perf_hooks",
        "process", "punycode", "querystring", "readline", "readline/promises", "repl",
        "stream", "stream/consumers", "stream/promises", "stream/web", "string_decoder",
        "sys", "timers", "timers/promises", "tls", "trace_events", "tty", "url", "util",
        "util/types", "v8", "vm", "wasi", "worker_threads", "zlib",
    }
)  # fmt: skip
"""Modules that come with Node. Source: `module.builtinModules` of Node 24 (2026-11)."""

_NAME: Final = re.compile(r"(?:@[a-z0-9~._-]+/)?[a-z0-9~_-][a-z0-9~._-]*", re.IGNORECASE)
_CONDITIONS: Final = ("source", "import", "module", "browser", "default", "require", "node")
MAX_TARGETS: Final = 50
"""Targets of one export that are looked at."""


def package_name(specifier: str) -> str | None:
    """The package a bare specifier names, scope included; None if it cannot be one."""
    parts = specifier.split("/")
    name = "/".join(parts[:2]) if specifier.startswith("@") else parts[0]
    return name if _NAME.fullmatch(name) else None


def entry_paths(manifest: Manifest, rest: str) -> tuple[str, ...]:
    """The paths a package may serve for an import of `rest` below its name, best first."""
    exports = manifest.raw.get("exports")
    found: list[str] = []
    if isinstance(exports, str | list) and not rest:
        found.extend(_targets(exports))
    table = as_table(exports)
    if table and not any(str(key).startswith(".") for key in table):
        found.extend(_targets(table) if not rest else [])
    else:
        found.extend(_mapped(table, f"./{rest}" if rest else "."))
    if not rest:
        for key in ("source", "module", "main", "svelte", "types"):
            value = manifest.raw.get(key)
            if isinstance(value, str):
                found.append(value)
    return tuple(found[:MAX_TARGETS])


def internal_paths(manifest: Manifest, specifier: str) -> tuple[str, ...]:
    """The targets of a `#name` specifier in the `imports` field of a package.json."""
    return tuple(_mapped(as_table(manifest.raw.get("imports")), specifier)[:MAX_TARGETS])


def _mapped(table: dict[str, object], name: str) -> list[str]:
    if name in table:
        return _targets(table[name])
    for pattern in sorted(table, key=len, reverse=True):
        before, star, after = pattern.partition("*")
        if not star or not name.startswith(before) or not name.endswith(after):
            continue
        middle = name[len(before) : len(name) - len(after)]
        return [target.replace("*", middle) for target in _targets(table[pattern])]
    return []


def _targets(value: object) -> list[str]:
    """All paths in a tree of conditions, the preferred conditions first."""
    found: list[str] = []
    stack = [value]
    while stack and len(found) < MAX_TARGETS:
        here = stack.pop()
        if isinstance(here, str):
            found.append(here)
        elif isinstance(here, list):
            stack.extend(reversed(here[:MAX_TARGETS]))
        elif isinstance(here, dict):
            known = [c for c in _CONDITIONS if c in here]
            others = [k for k in here if k not in _CONDITIONS]
            stack.extend(here[k] for k in reversed([*known, *others][:MAX_TARGETS]))
    return found
