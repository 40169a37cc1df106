"""Deciding many suggestions in one step: those that are likely enough, or those that ask the same as one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from annotator.annotation import Relation, Span, SpanKey
from annotator.workflow.annotating.edits import Edits
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.annotating.review_walk import is_uncertain


class AcceptedSuggestions(NamedTuple):
    """What was accepted together: ``items`` are the new ids, ``risen`` is how many had risen since first shown."""

    items: list[str]
    risen: int

    def told(self, layer: ReviewLayer, threshold: float) -> str:
        """Say how many were accepted, how many remain, and how to review them."""
        risen = f" ({self.risen} risen)" if self.risen else ""
        told = f"accepted {len(self.items)} from {threshold:.2f}{risen}, {len(layer.order.pending)} remain"
        uncertain = sum(is_uncertain(layer, item_id) for item_id in self.items)
        if uncertain:
            return f"{told}; V reviews, the {uncertain} least certain first"
        return f"{told}; V reviews" if self.items else told


def accept_likely(
    edits: Edits, layer: ReviewLayer, threshold: float, passes: Callable[[str], bool]
) -> AcceptedSuggestions:
    """Accept every pending suggestion that ``passes`` and whose score reaches the threshold.

    A relation is accepted only where both its ends stand, by then or before.
    """
    suggestions, own = layer.suggestions, layer.content.spans
    items: list[str] = []
    risen = 0
    spans = [i.id for i in layer.order.pending_spans if passes(i.id)]
    relations = [i.id for i in layer.order.pending if i.id in suggestions.relations and passes(i.id)]
    for suggestion_id in spans + relations:
        suggestion = suggestions.span(suggestion_id) or suggestions.relation(suggestion_id)
        if suggestion is None or (suggestion.score or 0) < threshold:
            continue
        if isinstance(suggestion, Relation) and not {suggestion.head, suggestion.child} <= own.keys():
            continue
        risen += layer.certainty(suggestion).change > 0
        items.append(edits.accept(suggestion_id))
    return AcceptedSuggestions(items, risen)


def alike(layer: ReviewLayer, text: str, suggestion_id: str) -> list[str]:
    """The pending suggestions of a document with this text that ask the same as one of them, that one first.

    Spans ask the same with the same label and words, relations with the same label between the same words; case counts.
    """
    span, relation = layer.suggestions.span(suggestion_id), layer.suggestions.relation(suggestion_id)
    if span is not None:
        others = _alike_spans(layer, text, span)
    elif relation is not None:
        others = _alike_relations(layer, text, relation)
    else:
        return []
    return [suggestion_id, *(other for other in others if other != suggestion_id)]


def _alike_spans(layer: ReviewLayer, text: str, span: Span) -> Iterator[str]:
    for start, end in _mentions(text, text[span.start : span.end]):
        other = str(SpanKey(start, end, span.label))
        if layer.order.is_pending(other):
            yield other


def _alike_relations(layer: ReviewLayer, text: str, relation: Relation) -> Iterator[str]:
    def words(of: Relation) -> list[str]:
        ends = [end for end in (layer.span(of.head), layer.span(of.child)) if end is not None]
        covered = [text[end.start : end.end] for end in ends]
        return sorted(covered) if layer.scheme.is_symmetric(of.label) else covered

    asked, found = words(relation), dict[str, None]()
    for start, end in _mentions(text, asked[0]):
        for span in layer.spans_over(start, end):
            if (span.start, span.end) == (start, end):
                found.update((r.id, None) for r in layer.suggestions.relations_of(span.id) if r.label == relation.label)
    for relation_id in found:
        other = layer.suggestions.relation(relation_id)
        if other is not None and words(other) == asked:
            yield relation_id


def _mentions(text: str, words: str) -> Iterator[tuple[int, int]]:
    start = text.find(words)
    while start >= 0:
        yield start, start + len(words)
        start = text.find(words, start + 1)
