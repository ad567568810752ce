"""The import graph of a source tree: who leads to whom when the code runs."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from verifier.model.project import CodeFacts, ImportRef


class ImportGraph:
    """Imports that survive compilation; types are erased and lead nowhere."""

    def __init__(self, code: CodeFacts) -> None:
        self._out: dict[str, list[ImportRef]] = {}
        self._in: dict[str, list[ImportRef]] = {}
        for ref in code.imports:
            if ref.type_only:
                continue
            self._out.setdefault(ref.file, []).append(ref)
            if ref.resolved is not None:
                self._in.setdefault(ref.resolved, []).append(ref)

    def imports_of(self, file: str) -> tuple[ImportRef, ...]:
        """The imports that a file makes."""
        return tuple(self._out.get(file, ()))

    def importers_of(self, file: str) -> tuple[ImportRef, ...]:
        """The imports that lead to a file."""
        return tuple(self._in.get(file, ()))

    def reach(self, starts: Iterable[str]) -> dict[str, str | None]:
        """Every file reached from some files, each with the file it was reached by.

        Order is by distance; a start has None.
        """
        parents: dict[str, str | None] = dict.fromkeys(starts)
        queue = deque(parents)
        while queue:
            file = queue.popleft()
            for ref in self._out.get(file, ()):
                if ref.resolved is not None and ref.resolved not in parents:
                    parents[ref.resolved] = file
                    queue.append(ref.resolved)
        return parents


def chain(parents: dict[str, str | None], file: str) -> tuple[str, ...]:
    """The way from a start of `ImportGraph.reach` to a file, both included."""
    way: list[str] = []
    here: str | None = file
    while here is not None and here not in way:
        way.append(here)
        here = parents.get(here)
    return tuple(reversed(way))
