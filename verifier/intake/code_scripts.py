"""The scripts, styles and references inside files that are not plain modules.

Components and pages are split at their script elements; every block keeps its line numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from verifier.intake.code_imports import ImportForm, RawImport

_ATTRIBUTE: Final = re.compile(r"""([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_STYLE_IMPORT: Final = re.compile(
    r"""@(?:import|use|forward|reference|plugin|config)\s+(?:url\(\s*)?["']([^"'\n]{1,500})["']"""
)
_STYLE_URL: Final = re.compile(r"""url\(\s*["']?(\.{1,2}/[^"')\s]{1,500})["']?\s*\)""")
_STYLE_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)")
_TEMPLATE_READ: Final = re.compile(r"\b(import\.meta|process)\.env\.([A-Za-z_]\w{0,200})")
MAX_BLOCKS: Final = 200
"""Script elements read from one file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One piece of script inside a file.

    line: lines of the file that precede it. instance: it runs for every instance or rendering,
    not when the module is loaded. in_page: it is sent to the browser as it is.
    """

    text: str
    line: int
    tsx: bool = False
    instance: bool = False
    in_page: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A file taken apart.

    template_reads: form, name and line of variables read in markup.
    """

    blocks: tuple[Block, ...] = ()
    references: tuple[RawImport, ...] = ()
    template_reads: tuple[tuple[str, str, int], ...] = ()


def split_component(text: str, suffix: str) -> Parts:
    """The parts of a `.vue`, `.svelte` or `.astro` file."""
    blocks: list[Block] = []
    references: list[RawImport] = []
    rest = text
    if suffix == ".astro":
        front = _frontmatter(text)
        if front is not None:
            blocks.append(front)
            rest = _blanked(text, 0, text.find(front.text) + len(front.text))
    for start, end, attributes, body_start in _elements(rest, "script"):
        source = attributes.get("src")
        line = rest.count("\n", 0, body_start)
        if source is not None and source.startswith((".", "@/", "~/")):
            references.append(RawImport(line=line + 1, specifier=source, form=ImportForm.SCRIPT))
        elif source is None and "is:inline" not in attributes:
            blocks.append(_block(rest[body_start:end], line, attributes, suffix))
        rest = _blanked(rest, start, end)
    for start, end, _attributes, body_start in _elements(rest, "style"):
        offset = rest.count("\n", 0, body_start)
        references.extend(read_style(rest[body_start:end], offset))
        rest = _blanked(rest, start, end)
    reads = tuple(
        (f"{m.group(1)}.env", m.group(2), rest.count("\n", 0, m.start()) + 1)
        for m in _TEMPLATE_READ.finditer(rest)
    )
    return Parts(blocks=tuple(blocks), references=tuple(references), template_reads=reads[:500])


def _block(text: str, line: int, attributes: dict[str, str], suffix: str) -> Block:
    dialect = attributes.get("lang", "")
    loaded = "module" in attributes or attributes.get("context") == "module"
    instance = ("setup" in attributes) if suffix == ".vue" else suffix == ".svelte" and not loaded
    return Block(
        text=text,
        line=line,
        tsx=dialect in {"tsx", "jsx"},
        instance=instance,
        in_page=suffix == ".astro",
    )


def _frontmatter(text: str) -> Block | None:
    lines = text.split("\n", 1)
    if len(lines) < 2 or lines[0].strip("\ufeff \t\r") != "---":
        return None
    end = re.search(r"^---", lines[1], re.MULTILINE)
    if end is None:
        return None
    return Block(text=lines[1][: end.start()], line=1, instance=True)


def split_page(text: str) -> Parts:
    """The module scripts of an HTML page, those written inside it and those it refers to."""
    blocks: list[Block] = []
    references: list[RawImport] = []
    bare = re.sub(r"<!--(?:[^-]|-(?!->))*(?:-->|\Z)", lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for _start, end, attributes, body_start in _elements(bare, "script"):
        if attributes.get("type") != "module":
            continue
        line = bare.count("\n", 0, body_start)
        source = attributes.get("src")
        if source is None:
            blocks.append(Block(text=bare[body_start:end], line=line, in_page=True))
        elif not re.match(r"[a-z]+:|//|%|\{", source):
            specifier = source if source.startswith((".", "/")) else f"./{source}"
            references.append(RawImport(line=line + 1, specifier=specifier, form=ImportForm.SCRIPT))
    return Parts(blocks=tuple(blocks), references=tuple(references))


def read_style(text: str, offset: int = 0) -> tuple[RawImport, ...]:
    """The relative imports and references of a style sheet."""
    bare = _STYLE_COMMENT.sub(lambda m: "\n" * m.group().count("\n"), text)
    found: list[RawImport] = []
    for pattern, guarded in ((_STYLE_IMPORT, False), (_STYLE_URL, True)):
        for match in pattern.finditer(bare):
            name = match.group(1)
            found.append(
                RawImport(
                    line=offset + bare.count("\n", 0, match.start()) + 1,
                    specifier=name.split("#", 1)[0],
                    form=ImportForm.STYLE,
                    guarded=guarded,
                )
            )
            if len(found) >= 1000:
                return tuple(found)
    return tuple(found)


def read_document(text: str) -> Block:
    """The import statements of an MDX document, everything else blanked."""
    kept: list[str] = []
    fenced = False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        is_import = not fenced and line.startswith(("import ", "export * from", "export {"))
        kept.append(line if is_import else "")
    return Block(text="\n".join(kept), line=0, tsx=True)


def _elements(text: str, tag: str) -> list[tuple[int, int, dict[str, str], int]]:
    """Start, end of the body, attributes and start of the body of every element of a name."""
    found: list[tuple[int, int, dict[str, str], int]] = []
    lower = text.lower()
    position = lower.find(f"<{tag}")
    while position >= 0 and len(found) < MAX_BLOCKS:
        body_start = lower.find(">", position) + 1
        after = lower[position + len(tag) + 1 : position + len(tag) + 2]
        if body_start == 0 or after not in {">", " ", "\n", "\t", "\r", "/"}:
            if body_start == 0:
                break
            position = lower.find(f"<{tag}", position + 1)
            continue
        head = text[position + len(tag) + 1 : body_start - 1]
        attributes = {
            m.group(1): m.group(2) or m.group(3) or m.group(4) or ""
            for m in _ATTRIBUTE.finditer(head[:2000])
        }
        closed = head.endswith("/")
        end = body_start if closed else lower.find(f"</{tag}", body_start)
        if end < 0:
            break
        found.append((position, end, attributes, body_start))
        position = lower.find(f"<{tag}", end + 1)
    return found


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]
