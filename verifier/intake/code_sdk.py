"""Variables that client libraries take by themselves when they are given no key.

`new OpenAI()` reads OPENAI_API_KEY as much as code that names it does, and stops without it. Only
libraries are listed that throw where they are constructed or rendered.

Source: the packages named here, in their versions of November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tree_sitter import Node

from verifier.intake.code_syntax import Syntax, line_of, runs_at_load, string_of, text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Variables a library takes, and the options that are given in their place.

    positional: the key may also be the first argument.
    """

    names: tuple[str, ...]
    options: tuple[str, ...] = ("apiKey",)
    positional: bool = False


_OPENAI: Final = Taken(names=("OPENAI_API_KEY",), options=("apiKey", "adminAPIKey"))
_CLERK: Final = Taken(names=("NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY",), options=("publishableKey",))
_SUPABASE: Final = Taken(
    names=("NEXT_PUBLIC_SUPABASE_URL", "NEXT_PUBLIC_SUPABASE_ANON_KEY"), options=("supabaseUrl",)
)
_SUPABASE_CALLS: Final = (
    "createClientComponentClient",
    "createServerComponentClient",
    "createRouteHandlerClient",
    "createPagesBrowserClient",
)
_LIBRARIES: Final[Mapping[str, Mapping[str, Taken]]] = {
    "openai": {"default": _OPENAI, "OpenAI": _OPENAI},
    "groq-sdk": {
        "default": Taken(names=("GROQ_API_KEY",)),
        "Groq": Taken(names=("GROQ_API_KEY",)),
    },
    "together-ai": {"default": Taken(names=("TOGETHER_API_KEY",))},
    "resend": {"Resend": Taken(names=("RESEND_API_KEY",), options=(), positional=True)},
    "twilio": {
        "default": Taken(
            names=("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), options=(), positional=True
        )
    },
    "@clerk/nextjs": {"ClerkProvider": _CLERK},
    "@clerk/clerk-react": {"ClerkProvider": _CLERK},
    "@supabase/auth-helpers-nextjs": dict.fromkeys(_SUPABASE_CALLS, _SUPABASE),
}
_MAY_USE: Final = re.compile(
    rb"""["'](?:%s)["']""" % b"|".join(re.escape(name.encode()) for name in _LIBRARIES)
)
_USES: Final = """
(new_expression constructor: (identifier)) @use
(call_expression function: (identifier)) @use
(jsx_opening_element name: (identifier)) @use
"""
_MOST: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SdkRead:
    """One variable that a library takes at one place."""

    name: str
    line: int
    module_scope: bool


def read_sdks(syntax: Syntax) -> tuple[SdkRead, ...]:
    """The variables that libraries take by themselves in a module, in order of line."""
    if _MAY_USE.search(syntax.source) is None:
        return ()
    bound = dict(_bound(syntax))
    query = _USES if syntax.tsx else _USES.rpartition("(jsx")[0]
    found = [
        SdkRead(
            name=name, line=line_of(node), module_scope=runs_at_load(node, syntax.ancestors(node))
        )
        for node in syntax.captures(query).get("use", ())[:_MOST]
        for name in _names_taken(node, bound)
    ]
    return tuple(sorted(set(found), key=lambda r: (r.line, r.name)))


def _bound(syntax: Syntax) -> Iterator[tuple[str, Taken]]:
    """The local names of what is imported from the libraries."""
    for node in syntax.captures("(import_statement) @i").get("i", ())[:_MOST]:
        exports = _LIBRARIES.get(string_of(node.child_by_field_name("source")) or "")
        if exports is None:
            continue
        for clause in (c for c in node.named_children if c.type == "import_clause"):
            for part in clause.named_children:
                if part.type == "identifier" and "default" in exports:
                    yield text_of(part), exports["default"]
                for item in part.named_children if part.type == "named_imports" else ():
                    name = text_of(item.child_by_field_name("name"))
                    local = text_of(item.child_by_field_name("alias")) or name
                    if name in exports:
                        yield local, exports[name]


def _names_taken(node: Node, bound: Mapping[str, Taken]) -> tuple[str, ...]:
    """The variables that a use takes, none where it is given what it needs."""
    name = node.child_by_field_name("constructor") or node.child_by_field_name("function")
    taken = bound.get(text_of(name or node.child_by_field_name("name")))
    if taken is None:
        return ()
    if node.type == "jsx_opening_element":
        given = [text_of(a.named_children[0]) for a in node.named_children if a.named_children]
        spread = any(a.type == "jsx_expression" for a in node.named_children)
        return () if spread or set(given) & set(taken.options) else taken.names
    arguments = node.child_by_field_name("arguments")
    values = (
        [] if arguments is None else [c for c in arguments.named_children if c.type != "comment"]
    )
    if taken.positional:
        return () if values else taken.names
    if any(v.type != "object" for v in values[:1]):
        return taken.names if node.type == "call_expression" and len(values) == 1 else ()
    keys = {
        text_of(p.child_by_field_name("key") or p)
        for value in values[-1:]
        for p in value.named_children
    }
    if any(k.startswith("...") for k in keys) or keys & set(taken.options):
        return ()
    return taken.names
