"""Aliases and written paths that a bundler's configuration names by literals.

Configuration is read, never run: an alias that is computed stays unknown, and `is_open` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import join
from typing import Final

from tree_sitter import Node

from verifier.intake.code_syntax import Syntax, string_of, text_of, unwrapped
from verifier.intake.resolve_config import Alias, clean_path
from verifier.model.source import SourceTree

MAX_CONFIG_BYTES: Final = 1 << 18
MAX_NODES: Final = 500
"""Nodes looked at for the literals of one value."""

_CONFIG: Final = re.compile(
    r"(?:(?:vite|vitest|astro|svelte|nuxt|next|vue|craco|webpack|rsbuild|app|remix|react-router"
    r"|rollup|rolldown|farm|quasar|babel)\.config|config-overrides|gatsby-node)"
    r"\.(?:js|mjs|cjs|ts|mts|cts)"
)
_ALIAS_KEYS: Final = frozenset({"alias", "resolveAlias"})
_OUTPUT_KEY: Final = re.compile(
    r"(?:out(?:put)?(?:dir|directory|path|folder|file)?|generated\w*|dest\w*|dts)", re.IGNORECASE
)
_DEFINED: Final = re.compile(r"(?:process|import\.meta)\.env\.([A-Za-z_]\w*)")
_QUERY: Final = """
(pair) @pair
(assignment_expression left: (subscript_expression)) @assignment
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundlerConfig:
    """What the bundler configuration files of a folder say, as far as it is literal.

    is_open: they may define aliases that could not be read.
    outputs: paths that plug-ins write during the build.
    extensions: they change the list of extensions that may be left out.
    replaced: names of variables whose reads the bundler replaces by something else.
    """

    aliases: tuple[Alias, ...] = ()
    is_open: bool = False
    outputs: tuple[str, ...] = ()
    extensions: bool = False
    replaced: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    text: str = ""


def read_bundler_config(tree: SourceTree, folder: str) -> BundlerConfig:
    """The literal aliases in the bundler configuration files that lie in one folder."""
    prefix = f"{folder}/" if folder else ""
    aliases: list[Alias] = []
    outputs: list[str] = []
    replaced: set[str] = set()
    files: list[str] = []
    texts: list[str] = []
    is_open = False
    for path, entry in tree.entries.items():
        if not path.startswith(prefix) or not _CONFIG.fullmatch(path[len(prefix) :]):
            continue
        files.append(path)
        text = tree.text(path) if entry.size_bytes <= MAX_CONFIG_BYTES else None
        if text is None:
            is_open = True
            continue
        texts.append(text)
        reader = _Reader(Syntax(text.encode(), tsx=not path.endswith("ts")), folder)
        reader.read()
        aliases.extend(reader.aliases)
        outputs.extend(reader.outputs)
        replaced |= reader.replaced
        is_open = is_open or reader.is_open
    whole = "\n".join(texts)
    return BundlerConfig(
        aliases=tuple(aliases),
        is_open=is_open,
        outputs=tuple(outputs),
        replaced=frozenset(replaced),
        extensions="extensions" in whole,
        files=tuple(files),
        text=whole,
    )


class _Reader:
    """Collects the aliases of one configuration file."""

    def __init__(self, syntax: Syntax, folder: str) -> None:
        self.syntax = syntax
        self.folder = folder
        self.aliases: list[Alias] = []
        self.outputs: list[str] = []
        self.replaced: set[str] = set()
        self.is_open = False
        self._named: dict[str, Node] | None = None

    def read(self) -> None:
        captures = self.syntax.captures(_QUERY)
        for pair in captures.get("pair", ()):
            name = _name(pair.child_by_field_name("key"))
            value = pair.child_by_field_name("value")
            if name in _ALIAS_KEYS:
                self._aliases(self._value(value))
            elif (read := _DEFINED.fullmatch(name)) is not None:
                # A variable that is replaced by its own value is still read.
                if re.search(rf"\b{read.group(1)}\b", text_of(value)) is None:
                    self.replaced.add(read.group(1))
            elif _OUTPUT_KEY.fullmatch(name):
                target = string_of(value)
                path = clean_path(join(self.folder, target.lstrip("/"))) if target else None
                if path:
                    self.outputs.append(path)
        for assignment in captures.get("assignment", ()):
            left = assignment.child_by_field_name("left")
            owner = left.child_by_field_name("object") if left is not None else None
            if left is not None and text_of(owner).endswith("alias"):
                name_or_none = string_of(left.child_by_field_name("index"))
                self._alias(name_or_none, assignment.child_by_field_name("right"))

    def _aliases(self, value: Node | None) -> None:
        if value is None or value.type not in {"object", "array"}:
            self.is_open = True
            return
        for item in value.named_children[:MAX_NODES]:
            match item.type:
                case "pair":
                    key = item.child_by_field_name("key")
                    self._alias(_name(key), item.child_by_field_name("value"))
                case "object":
                    fields = {
                        _name(c.child_by_field_name("key")): c.child_by_field_name("value")
                        for c in item.named_children
                        if c.type == "pair"
                    }
                    find = string_of(fields.get("find"))
                    self._alias(find, fields.get("replacement"))
                case "comment":
                    pass
                case _:
                    self.is_open = True

    def _alias(self, name: str | None, value: Node | None) -> None:
        target = self._target(value)
        if not name or target is None:
            self.is_open = True
            return
        exact = name.endswith("$")
        pattern = name.removesuffix("$").removesuffix("/*").rstrip("/") or name
        self.aliases.append(Alias(pattern=pattern, targets=(target,), prefix=not exact))

    def _target(self, value: Node | None) -> str | None:
        """The path that a value names by its literals, relative to the configuration's folder."""
        expression = self._value(value)
        if expression is None:
            return None
        literals = [part for part in _literals(expression) if not part.startswith("file:")]
        if not literals:
            only_folder = text_of(expression) in {"__dirname", "path.resolve(__dirname)"}
            return self.folder if only_folder else None
        parts = [part.lstrip("/").removesuffix("/*") for part in literals]
        return clean_path(join(self.folder, *parts))

    def _value(self, node: Node | None) -> Node | None:
        inner = unwrapped(node)
        if inner is None or inner.type != "identifier" or text_of(inner) == "__dirname":
            return inner
        if self._named is None:
            self._named = self.syntax.named_values()
        return unwrapped(self._named.get(text_of(inner)))


def _name(key: Node | None) -> str:
    if key is None:
        return ""
    return (string_of(key) or "") if key.type == "string" else text_of(key)


def _literals(node: Node) -> list[str]:
    """The text of all string literals inside an expression, in order."""
    found: list[tuple[int, str]] = []
    stack = [node]
    for _ in range(MAX_NODES):
        if not stack:
            break
        here = stack.pop()
        if here.type == "string_fragment":
            found.append((here.start_byte, text_of(here)))
        stack.extend(here.named_children[:MAX_NODES])
    return [text for _, text in sorted(found)]
