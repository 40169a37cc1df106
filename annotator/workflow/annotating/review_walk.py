"""The order in which a curator looks through what they have decided: accepted items first, least certain first."""

from __future__ import annotations

from collections.abc import Callable

from annotator.annotation import Relation, Span
from annotator.workflow.annotating.review_layer import ReviewLayer

CERTAIN = 0.85
"""Score when first shown from which an accepted suggestion counts as certain."""


class ReviewWalk:
    """A walk through the decided items that ``pass``, in the order in which they stood when it began.

    An item that goes meanwhile is left out while it is gone; one that is changed keeps its place.
    """

    def __init__(self, layer: ReviewLayer, passes: Callable[[str], bool]) -> None:
        self._ids = [item_id for item_id in items_to_review(layer) if passes(item_id)]
        self._last = -1

    def step(self, layer: ReviewLayer, item_id: str | None, by: int) -> str | None:
        """The item ``by`` (1 or -1) from one of the walk, or else from where it was last; ``None`` past either end."""
        at = self._ids.index(item_id) if item_id in self._ids else self._last
        ahead = self._ids[at + 1 :] if by > 0 else self._ids[: max(at, 0)][::-1]
        found = next((i for i in ahead if i in layer.content), None)
        if found is not None:
            self._last = self._ids.index(found)
        return found

    def place(self, layer: ReviewLayer, item_id: str | None) -> tuple[int, int]:
        """The place of an item in the walk, from 1 (0 when it is none of its items), and how many items there are."""
        standing = [i for i in self._ids if i in layer.content]
        return (standing.index(item_id) + 1 if item_id in standing else 0), len(standing)


def items_to_review(layer: ReviewLayer) -> list[str]:
    """The ids of the decided items: accepted ones, least certain first, then the others in reading order."""
    accepted: list[tuple[float, int, str]] = []
    others: list[str] = []
    for number, (_, _, item_id) in enumerate(layer.order.items):
        item = _own(layer, item_id)
        if item is None:
            continue
        if item.origin == "accepted":
            accepted.append((_first_score(layer, item), number, item_id))
        else:
            others.append(item_id)
    return [item_id for _, _, item_id in sorted(accepted)] + others


def is_uncertain(layer: ReviewLayer, item_id: str) -> bool:
    """Whether an own item was accepted although it was less than certain when it was first shown."""
    item = _own(layer, item_id)
    return item is not None and item.origin == "accepted" and _first_score(layer, item) < CERTAIN


def _own(layer: ReviewLayer, item_id: str) -> Span | Relation | None:
    return layer.content.span(item_id) or layer.content.relation(item_id)


def _first_score(layer: ReviewLayer, item: Span | Relation) -> float:
    """The score with which an item was first shown; where that is not known, the one with which it was accepted."""
    first = layer.first_score(item)
    return (item.score or 0) if first is None else first
