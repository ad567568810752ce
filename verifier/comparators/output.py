"""What the two builds left behind: client files, functions, routes, and values found inside.

A build as a developer runs it leaves no functions and no routing table. Against such a side only
what both have is compared: the client's files by name, and the values inlined in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from verifier.comparators._sides import between, group
from verifier.model.difference import Difference
from verifier.model.observation import Observation
from verifier.model.run import Output

PLATFORM_DIRECTORY: Final = ".vercel/output"
_CLIENT: Final = "static/"
_NEXT_CLIENT: Final = "static/_next/"
_PACKAGING: Final = ("static/_next/__private/", "static/_next/static/not-found.txt")
"""Files that only the platform's packaging adds, different each time. Seen with `vercel` 64.0.2."""
_SIZE_SHARE: Final = 0.05
_EXTENSION: Final = re.compile(
    r"((?:\.(?:js|mjs|cjs|css|html|json|map|woff2?|ttf|svg|png|jpe?g)){1,3})$"
)
_LONG_HEX: Final = re.compile(r"(?<![0-9a-zA-Z])[0-9a-f]{8,64}(?![0-9a-zA-Z])")
_HASH: Final = re.compile(r"(?<=[.\-~])(?=[\w-]*[0-9A-Z])(?=[\w-]*[A-Za-z])[\w-]{8,24}$")
_BARE: Final = re.compile(r"^(?=[\w~-]*\d)(?=[\w~-]*[a-zA-Z])[\w~-]{10,64}$")
_BUILD_ID: Final = re.compile(
    r"(?<=_next/static/)(?!chunks/|css/|media/|immutable/|wasm/)[\w-]{8,64}(?=/)"
)


def compare(local: Observation | None, clean: Observation) -> tuple[Difference, ...]:
    """Differences of the build output; expected ones are marked as not mattering."""
    if local is None or not (local.output.present or clean.output.present):
        return ()
    mine, theirs = local.output, clean.output
    if mine.present != theirs.present:
        shown = [f"{len(o.files)} files" if o.present else None for o in (mine, theirs)]
        # A build that passed left something somewhere; it was only not found where it was sought.
        unseen = local.outcome.is_pass and clean.outcome.is_pass
        missing = between(
            "output",
            "build output",
            shown[0],
            shown[1],
            matters=not unseen,
            note="not found, so not compared" if unseen else "",
        )
        return (missing,) if missing else ()
    same_kind = _kind(mine) == _kind(theirs)
    children = (
        *_files(mine, theirs, same_kind=same_kind),
        *(_functions(mine, theirs) if same_kind else ()),
        *(_routes(mine, theirs) if same_kind else ()),
        *_inlined(local, clean),
    )
    return group("output", "build output", children)


def outputs_equal(local: Observation | None, clean: Observation) -> bool:
    """Whether the two outputs do the same as far as their files tell; False without a local side.

    Build ids, content hashes and the platform's own packaging make no difference, and neither
    does an output that was not found although its build passed.
    """
    if local is None:
        return False
    return not any(found.matters for found in compare(local, clean))


def plain_name(path: str) -> str:
    """The path with content hashes and build ids replaced: `assets/index-[hash].js`."""
    path = _BUILD_ID.sub("[build]", path)
    folder, _, name = path.rpartition("/")
    extension = match[1] if (match := _EXTENSION.search(name)) else ""
    stem = name[: len(name) - len(extension)] if extension else name
    stem = _LONG_HEX.sub("[hash]", stem)
    stem = _HASH.sub("[hash]", stem)
    if folder.startswith((_NEXT_CLIENT, "static/_app/", "static/assets", "static/_astro")):
        stem = _BARE.sub("[hash]", stem)
    return f"{folder}/{stem}{extension}" if folder else f"{stem}{extension}"


def _kind(output: Output) -> str:
    """What kind of output it is: sides of one kind can be compared in everything."""
    return PLATFORM_DIRECTORY if output.directory == PLATFORM_DIRECTORY else "script"


def _shared_prefix(mine: Output, theirs: Output) -> str:
    """Where files lie that both kinds of output have; Next.js keeps pages elsewhere at home."""
    differ = _kind(mine) != _kind(theirs)
    return _NEXT_CLIENT if differ and ".next" in {mine.directory, theirs.directory} else _CLIENT


def _files(mine: Output, theirs: Output, *, same_kind: bool) -> list[Difference]:
    prefix = _shared_prefix(mine, theirs)
    ours, others = _by_name(mine, prefix), _by_name(theirs, prefix)
    found: list[Difference] = []
    for name in sorted(ours.keys() | others.keys()):
        left, right = ours.get(name), others.get(name)
        if left is None or right is None:
            only = between("output", name, _shown(left), _shown(right), matters=True)
            found.extend([only] if only else [])
            continue
        if left == right:
            continue
        changed = between(
            "output",
            name,
            _shown(left),
            _shown(right),
            # Next.js puts ids of the build into its scripts; other bundlers repeat themselves.
            matters=_sizes(left) != _sizes(right)
            and not name.startswith(_NEXT_CLIENT)
            and (same_kind or "[" in name),
            note="content",
        )
        found.extend([changed] if changed else [])
    return found


_Contents = tuple[tuple[int, str], ...]


def _by_name(output: Output, prefix: str) -> dict[str, _Contents]:
    """Plain name → size and digest of every client file of that name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for file in output.files:
        if file.path.startswith(_PACKAGING) or file.path.endswith(".map"):
            continue
        if file.path.startswith(prefix):
            found.setdefault(plain_name(file.path), []).append((file.size_bytes, file.sha256))
    return {name: tuple(sorted(contents)) for name, contents in found.items()}


def _sizes(contents: _Contents) -> tuple[int, ...]:
    return tuple(size for size, _ in contents)


def _shown(contents: _Contents | None) -> str | None:
    if contents is None:
        return None
    total = sum(_sizes(contents))
    digest = contents[0][1][:12] if len(contents) == 1 else f"{len(contents)} files"
    return f"{total} bytes, {digest}"


def _functions(mine: Output, theirs: Output) -> list[Difference]:
    ours = {f.path: f for f in mine.functions}
    others = {f.path: f for f in theirs.functions}
    found: list[Difference] = []
    for path in sorted(ours.keys() | others.keys()):
        left, right = ours.get(path), others.get(path)
        sides = [
            None if f is None else f"{f.runtime}, {f.max_duration_s or 'default'} s"
            for f in (left, right)
        ]
        differs = between("output", f"function {path}", sides[0], sides[1])
        if differs is None and left and right and _grew(left.size_bytes, right.size_bytes):
            differs = between(
                "output",
                f"function {path}",
                f"{left.size_bytes} bytes",
                f"{right.size_bytes} bytes",
                matters=False,
            )
        found.extend([differs] if differs else [])
    return found


def _grew(one: int, other: int) -> bool:
    return abs(one - other) > _SIZE_SHARE * max(one, other)


def _routes(mine: Output, theirs: Output) -> list[Difference]:
    """Routes that one side lacks; build ids inside them make no difference."""
    ours, others = _plain_routes(mine), _plain_routes(theirs)
    children = [
        between(
            "output",
            f"route {route[:200]}",
            route if route in ours else None,
            route if route in others else None,
        )
        for route in sorted(ours ^ others)
    ]
    return [child for child in children if child]


def _plain_routes(output: Output) -> frozenset[str]:
    """The routes without the ids of the build, which stand in them plain or escaped."""
    ids = {match[0] for f in output.files if (match := _BUILD_ID.search(f.path))}
    patterns = [re.escape(one).replace(r"\-", r"\\{0,4}-") for one in sorted(ids)[:8]]
    routes = (_LONG_HEX.sub("[hash]", route) for route in output.routes)
    if not patterns:
        return frozenset(routes)
    build = re.compile("|".join(patterns))
    return frozenset(build.sub("[build]", route) for route in routes)


def _inlined(local: Observation, clean: Observation) -> list[Difference]:
    """Values found in the client files of one side only, by the name they go by."""
    prefix = _shared_prefix(local.output, clean.output)
    ours, others = _hits(local.text_hits, prefix), _hits(clean.text_hits, prefix)
    children = [
        between("output", f"value of {name}", ours.get(name), others.get(name), note="inlined")
        for name in sorted(ours.keys() ^ others.keys())
    ]
    return [child for child in children if child]


def _hits(hits: Mapping[str, tuple[str, ...]], prefix: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, files in hits.items():
        client = sorted({plain_name(f) for f in files if f.startswith(prefix)})
        if client:
            found[name] = ", ".join(client[:5])
    return found
