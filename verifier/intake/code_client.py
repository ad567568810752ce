"""Which files end up in bundles that browsers load."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import assert_never

from verifier.intake.code_kind import Kind
from verifier.intake.code_parse import FileFacts
from verifier.intake.resolve import Resolver
from verifier.model.project import ImportRef


def client_files(
    resolver: Resolver,
    files: Mapping[str, FileFacts],
    imports: Iterable[ImportRef],
    entries: frozenset[str],
) -> frozenset[str]:
    """The files that directives and the framework's rules put into a client bundle.

    Modules of server actions and those that declare themselves server-only are left out, with
    what only they lead to.
    """
    edges: dict[str, list[str]] = {}
    for ref in imports:
        if ref.resolved is not None and not ref.type_only:
            edges.setdefault(ref.file, []).append(ref.resolved)
    starts = [path for path, facts in files.items() if facts.use_client]
    starts.extend(path for path in entries if _is_loaded_by_browsers(resolver, path))
    seen = set(starts)
    queue = deque(starts)
    while queue:
        for target in edges.get(queue.popleft(), ()):
            facts = files.get(target)
            walled = facts is not None and (facts.use_server or facts.server_only)
            if target not in seen and not walled:
                seen.add(target)
                queue.append(target)
    return frozenset(seen)


def _is_loaded_by_browsers(resolver: Resolver, path: str) -> bool:
    """Whether an entry belongs to the client without a directive saying so."""
    inner = path[len(resolver.root) :].lstrip("/")
    name = inner.rsplit("/", 1)[-1]
    match resolver.kind:
        case Kind.VITE | Kind.OTHER:
            found = inner.endswith(".html")
        case Kind.CRA | Kind.VUE_CLI:
            found = inner.startswith(("src/index.", "src/main."))
        case Kind.NEXT:
            is_page = re.match(r"(?:src/)?pages/(?!api/|_document\.)", inner) is not None
            found = is_page or name.startswith("instrumentation-client.")
        case Kind.SVELTEKIT:
            found = name.startswith("+") and "server" not in name
        case Kind.NUXT:
            server = r"server/|.*\.server\.|nuxt\.config|modules/|middleware\."
            found = re.match(server, inner) is None
        case Kind.REACT_ROUTER:
            found = inner.startswith("app/") and ".server." not in name
        case Kind.ASTRO | Kind.GATSBY:
            found = False
        case _:
            assert_never(resolver.kind)
    return found
