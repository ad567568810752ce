"""The candidates as units to flip: coupled ones together, the likeliest and finest first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from verifier.isolate.oracle import Candidate

Unit = frozenset[str]
"""Ids that are flipped together."""


@dataclass(frozen=True)
class Space:
    """What can be flipped, and how likely each is a cause; ids → 0..1."""

    candidates: Mapping[str, Candidate]
    suspicion: Mapping[str, float]

    def believe(self, candidates: Mapping[str, Candidate], more: Mapping[str, float]) -> Space:
        """The space with further candidates and evidence; the stronger belief holds."""
        merged = dict(self.suspicion)
        for name, p in sorted(more.items()):
            if name in candidates:
                merged[name] = max(merged.get(name, 0.0), min(max(p, 0.0), 1.0))
        return Space(candidates=dict(candidates), suspicion=merged)

    @cached_property
    def units(self) -> tuple[Unit, ...]:
        """All units, the likeliest first, then by family so that groups have a meaning."""
        home: dict[str, set[str]] = {name: {name} for name in self.candidates}
        for name, candidate in self.candidates.items():
            for other in candidate.coupled:
                if other in home and home[other] is not home[name]:
                    merged = home[name] | home[other]
                    for member in merged:
                        home[member] = merged
        distinct = {frozenset(members) for members in home.values()}
        return tuple(sorted(distinct, key=self._rank))

    def p(self, unit: Unit) -> float:
        """How likely the unit holds a cause: its suspicion if any, else its prior."""
        return max(self.suspicion.get(i, self.candidates[i].prior) for i in unit)

    def suspected(self, unit: Unit) -> float:
        """The suspicion that evidence raised, 0 without any."""
        return max(self.suspicion.get(i, 0.0) for i in unit)

    def is_coarse(self, unit: Unit) -> bool:
        """Whether the unit takes much at once."""
        return any(self.candidates[i].coarse for i in unit)

    def first_stage(self, unit: Unit) -> int:
        """The first stage that can notice the unit."""
        return min(self.candidates[i].first_stage for i in unit)

    def repairs(self, units: Iterable[Unit]) -> frozenset[str]:
        """Ids that have a repair on the clean side."""
        return frozenset(i for u in units for i in u if self.candidates[i].repairable)

    def breaks(self, units: Iterable[Unit]) -> frozenset[str]:
        """Ids that have a local counterpart."""
        return frozenset(i for u in units for i in u if self.candidates[i].breakable)

    def is_repairable(self, unit: Unit) -> bool:
        """Whether anything of the unit can be repaired."""
        return any(self.candidates[i].repairable for i in unit)

    def is_breakable(self, unit: Unit) -> bool:
        """Whether the other side has a counterpart of all of the unit."""
        return all(self.candidates[i].breakable for i in unit)

    def excluded_by(self, ids: Iterable[str]) -> frozenset[str]:
        """Ids that must not be repaired beside these; the relation counts in both directions."""
        chosen = frozenset(ids)
        named = {e for i in chosen if i in self.candidates for e in self.candidates[i].excludes}
        naming = {i for i, c in self.candidates.items() if chosen.intersection(c.excludes)}
        return frozenset(named | naming) - chosen

    def repaired(self, held: frozenset[str], group: Iterable[Unit]) -> frozenset[str]:
        """The repairs after a group was repaired too, rivals of the group taken back."""
        added = self.repairs(group)
        return (held - self.excluded_by(added)) | added

    def compatible(self, units: Sequence[Unit]) -> tuple[Unit, ...]:
        """The units in order, leaving out those that an earlier one excludes."""
        chosen: list[Unit] = []
        ids: frozenset[str] = frozenset()
        for unit in units:
            own = self.repairs([unit])
            if own and not (self.excluded_by(own) & ids):
                chosen.append(unit)
                ids |= own
        return tuple(chosen)

    def layers(self, units: Sequence[Unit]) -> list[tuple[Unit, ...]]:
        """The units in layers without rivals, the finer before the coarse."""
        layers: list[tuple[Unit, ...]] = []
        for coarse in (False, True):
            left = [u for u in units if self.is_coarse(u) is coarse and self.is_repairable(u)]
            while left:
                layer = self.compatible(left)
                layers.append(layer)
                left = [u for u in left if u not in layer]
        return layers

    def _rank(self, unit: Unit) -> tuple[bool, float, str, tuple[str, ...]]:
        names = tuple(sorted(unit))
        return self.is_coarse(unit), -self.p(unit), self.candidates[names[0]].family, names
