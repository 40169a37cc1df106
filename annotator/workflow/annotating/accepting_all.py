"""Accepting all suggestions that are likely enough in one step, and what is said of it and of rejecting the rest."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from annotator.annotation import Relation
from annotator.wording import plural
from annotator.workflow.annotating.edits import Edits
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.annotating.review_walk import CERTAIN, is_uncertain

NOTHING_WAITS = "nothing waits for a verdict"


class AcceptedSuggestions(NamedTuple):
    """What was accepted together of the ``offered`` suggestions: ``items`` are the new ids.

    ``risen`` is how many of them had risen since first shown, ``expected`` the share that is expected to be right.
    """

    items: list[str]
    offered: int
    risen: int
    expected: float

    def told(self, layer: ReviewLayer, threshold: float) -> str:
        """Say how many were accepted, how many remain, and how to review them."""
        risen = f" ({self.risen} risen)" if self.risen else ""
        precision = layer.accept_rule.precision
        if not self.offered:
            return NOTHING_WAITS
        if precision is None:
            told = f"accepted {len(self.items)} from {threshold:.2f}{risen}, {len(layer.order.pending)} remain"
        elif self.items:
            told = f"accepted {len(self.items)} of {self.offered}{risen}, expected right {self.expected:.2f}"
        else:
            told = f"accepted none of {self.offered}: too uncertain for a precision of {precision:.2f}"
        uncertain = sum(is_uncertain(layer, item_id) for item_id in self.items)
        if uncertain:
            return f"{told}; V reviews, the {uncertain} under {CERTAIN:.2f} first"
        return f"{told}; V reviews" if self.items else told


def accept_likely(
    edits: Edits, layer: ReviewLayer, threshold: float, passes: Callable[[str], bool]
) -> AcceptedSuggestions:
    """Accept every pending suggestion that ``passes`` and whose score reaches the threshold.

    A relation is accepted only where both its ends stand, by then or before.
    """
    suggestions, own = layer.suggestions, layer.content.spans
    items: list[str] = []
    risen, expected = 0, 0.0
    rising = {i.id for i in layer.order.pending if passes(i.id) and _is_rising(layer, i.id)}
    spans = [i.id for i in layer.order.pending_spans if passes(i.id)]
    relations = [i.id for i in layer.order.pending if i.id in suggestions.relations and passes(i.id)]
    offered = spans + relations
    for suggestion_id in offered:
        suggestion = suggestions.span(suggestion_id) or suggestions.relation(suggestion_id)
        if suggestion is None or (suggestion.score or 0) < threshold:
            continue
        if isinstance(suggestion, Relation) and not {suggestion.head, suggestion.child} <= own.keys():
            continue
        risen += suggestion_id in rising
        expected += suggestion.score or 0
        items.append(edits.accept(suggestion_id))
    return AcceptedSuggestions(items, len(offered), risen, expected / len(items) if items else 0.0)


def rejected_together(count: int, came: int) -> str:
    """Say how many were rejected in one step, and how many others ``came`` of that."""
    told = f"rejected {plural(count, 'suggestion')}" if count else NOTHING_WAITS
    return f"{told}; {came} more came of that: X again" if count and came else told


def _is_rising(layer: ReviewLayer, suggestion_id: str) -> bool:
    """Whether the score of a pending suggestion has risen noticeably since it was first shown."""
    suggestion = layer.suggestions.span(suggestion_id) or layer.suggestions.relation(suggestion_id)
    return suggestion is not None and layer.certainty(suggestion).change > 0
