"""How two sides make a difference; shared by all comparators."""

from __future__ import annotations

from collections.abc import Sequence

from verifier.model.difference import Difference, DifferenceKind


def between(
    comparator: str,
    subject: str,
    local: str | None,
    clean: str | None,
    *,
    matters: bool = True,
    note: str = "",
) -> Difference | None:
    """The difference between two values, a side that is missing being None; None if equal."""
    if local == clean:
        return None
    kind = DifferenceKind.CHANGED
    if local is None:
        kind = DifferenceKind.ONLY_CLEAN
    elif clean is None:
        kind = DifferenceKind.ONLY_LOCAL
    return Difference(
        comparator=comparator,
        subject=subject,
        kind=kind,
        local=local,
        clean=clean,
        matters=matters,
        note=note,
    )


def group(
    comparator: str, subject: str, children: Sequence[Difference], *, limit: int = 500
) -> tuple[Difference, ...]:
    """One group over the children, empty if there are none; what matters comes first."""
    if not children:
        return ()
    ordered = sorted(children, key=lambda child: not child.matters)
    dropped = len(ordered) - limit
    counted = _counted(ordered)
    return (
        Difference(
            comparator=comparator,
            subject=subject,
            kind=DifferenceKind.GROUP,
            matters=any(child.matters for child in ordered),
            children=tuple(ordered[:limit]),
            note=counted if dropped <= 0 else f"{counted}; {dropped} not shown",
        ),
    )


def _counted(children: Sequence[Difference]) -> str:
    words = {
        DifferenceKind.CHANGED: "differ",
        DifferenceKind.ONLY_LOCAL: "only local",
        DifferenceKind.ONLY_CLEAN: "only clean",
        DifferenceKind.GROUP: "groups",
    }
    counts = {kind: sum(1 for c in children if c.kind is kind) for kind in words}
    return ", ".join(f"{counts[kind]} {word}" for kind, word in words.items() if counts[kind])
