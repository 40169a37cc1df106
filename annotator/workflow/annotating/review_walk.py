"""The order in which a curator looks through what they have decided: accepted items first, least certain first."""

from __future__ import annotations

from annotator.annotation import Relation, Span
from annotator.workflow.annotating.review_layer import ReviewLayer

CERTAIN = 0.85
"""Score when first shown from which an accepted suggestion counts as certain."""


def items_to_review(layer: ReviewLayer) -> list[str]:
    """The ids of the decided items: accepted ones, least certain first, then the others in reading order."""
    accepted: list[tuple[float, int, str]] = []
    others: list[str] = []
    for number, (_, _, item_id) in enumerate(layer.order.items):
        item = _own(layer, item_id)
        if item is None:
            continue
        if item.origin == "accepted":
            accepted.append((certainty_when_shown(layer, item), number, item_id))
        else:
            others.append(item_id)
    return [item_id for _, _, item_id in sorted(accepted)] + others


def is_uncertain(layer: ReviewLayer, item_id: str) -> bool:
    """Whether an own item was accepted although it was less than certain when it was first shown."""
    item = _own(layer, item_id)
    return item is not None and item.origin == "accepted" and certainty_when_shown(layer, item) < CERTAIN


def certainty_when_shown(layer: ReviewLayer, item: Span | Relation) -> float:
    """The score of the suggestion that an item was made from when it was first shown, before anything was learned."""
    scores = [layer.suggestions.first_score(verdict.id) for verdict in layer.suggestions.verdicts_on(item.id)]
    known = [score for score in scores if score is not None]
    return min(known) if known else item.score or 0


def _own(layer: ReviewLayer, item_id: str) -> Span | Relation | None:
    return layer.content.span(item_id) or layer.content.relation(item_id)
