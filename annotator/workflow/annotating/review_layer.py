"""A curator's layer under review: its content, the suggestions over it, and the order of review."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from itertools import chain, combinations, pairwise
from math import inf

from annotator.annotation import Annotations, Attributes, Relation, Span, Verdict, reading_order
from annotator.history import Op
from annotator.intervals import Interval
from annotator.labels import LabelScheme
from annotator.labels.retired import Reason
from annotator.text import Segment
from annotator.workflow.annotating.accept_rule import AcceptRule
from annotator.workflow.annotating.review_order import ReviewOrder
from annotator.workflow.annotating.suggestions import Suggestions
from annotator.workflow.editing.content import LayerContent, shortest, touched_ranges
from annotator.workflow.editing.layer_view import Certainty

NOTICEABLE = 0.1
"""By how much a score must have changed for the screen to say so, where it is on the same side of the threshold."""


class ReviewLayer:
    """The ``content`` of a curator's layer, the ``suggestions`` over it, and the ``order`` of review.

    ``text`` is the document's; ``accept_rule`` says which suggestions are likely, and accepted together.
    """

    def __init__(
        self,
        content: LayerContent,
        suggested: Annotations,
        verdicts: Mapping[str, Verdict],
        text: str,
        accept_rule: AcceptRule,
    ) -> None:
        self.content = content
        self.accept_rule = accept_rule
        self._threshold = accept_rule.threshold
        self._threshold_at = -1
        self._shown_threshold = accept_rule.threshold
        self.order = ReviewOrder(content.positions((*content.spans, *content.relations)), content.retired.index)
        self.suggestions = Suggestions(content, self.order, suggested, verdicts, text)
        self._suggested_attributes = suggested.document_attributes
        self.group_numbers = content.group_numbers

    @property
    def threshold(self) -> float:
        """The score from which a suggestion is likely; by precision, it follows what is pending."""
        scores = self.suggestions.pending_scores
        if self.accept_rule.precision is not None and self._threshold_at != scores.changes:
            self._threshold = self.accept_rule.threshold_among(scores.counts())
            self._threshold_at = scores.changes
        return self._threshold

    @property
    def changes(self) -> int:
        """How many changes there were of what is decided or pending."""
        return self.content.changes + self.suggestions.changes

    @property
    def suggested_attributes(self) -> Attributes:
        """What is suggested of the attributes of the document, where they are not set."""
        present = self.content.document_attributes
        return {
            name: value
            for name, value in self._suggested_attributes.items()
            if name not in present and self.scheme.attribute_problem(name, value, None) is None
        }

    @property
    def scheme(self) -> LabelScheme:
        """The label scheme of the layer."""
        return self.content.scheme

    def __contains__(self, item_id: object) -> bool:
        return item_id in self.content or (isinstance(item_id, str) and self.order.is_pending(item_id))

    def span(self, span_id: str) -> Span | None:
        """The curator's span with this id, or the pending suggestion."""
        return self.content.span(span_id) or self.suggestions.span(span_id)

    def relation(self, relation_id: str) -> Relation | None:
        """The curator's relation with this id, or the pending one; its ends are ids of decided or pending spans."""
        return self.content.relation(relation_id) or self.suggestions.relation(relation_id)

    def retirement(self, item_id: str) -> Reason | None:
        """Why the scheme no longer allows an item of the curator's; ``None`` where it does."""
        return self.content.retirement(item_id)

    def begin_showing(self) -> None:
        """Note that the suggestions are shown from now on, with the scores and the threshold that they have."""
        self.suggestions.begin_showing()
        self._shown_threshold = self.threshold

    def passed_by_threshold(self) -> set[tuple[int, int]]:
        """The ranges, in code points, whose look changed with the threshold since this, or begin_showing, was called.

        They are those of pending spans, and of the ends of pending relations.
        """
        low, high = sorted((self._shown_threshold, self.threshold))
        self._shown_threshold = self.threshold
        passed: list[Span] = []
        for suggestion_id in self.suggestions.pending_between(low, high):
            item = self.suggestions.span(suggestion_id) or self.suggestions.relation(suggestion_id)
            if item is not None:
                ends = [item] if isinstance(item, Span) else [self.span(item.head), self.span(item.child)]
                passed += [span for span in ends if span is not None]
        return {(span.start, span.end) for span in passed}

    def first_score(self, item: Span | Relation) -> float | None:
        """The score with which an item was first shown as a suggestion, before anything was learned."""
        if item.origin == "suggested":
            return self.suggestions.first_score(item.id)
        decided = [verdict.id for verdict in self.suggestions.verdicts_on(item.id)]
        scores = [self.suggestions.first_score(i) for i in decided or [item.id]]
        return min((score for score in scores if score is not None), default=None)

    def certainty(self, item: Span | Relation) -> Certainty:
        """How certain a suggestion is; a change is noticeable when it is large, or takes it past the threshold."""
        score = item.score or 0
        first = self.first_score(item)
        if first is None or first == score:
            return Certainty(score >= self.threshold)
        passed = (score >= self.threshold) != (first >= self.threshold)
        noticeable = passed or round(abs(score - first), 3) >= NOTICEABLE
        return Certainty(score >= self.threshold, (-1 if score < first else 1) if noticeable else 0, first)

    def relations_of(self, span_id: str) -> list[Relation]:
        """The relations at a span, the curator's own first, then pending ones."""
        return self.content.relations_of(span_id) + self.suggestions.relations_of(span_id)

    def nearest_link(self, label: str, ones: Collection[str], others: Collection[str]) -> tuple[str, str] | None:
        """The two spans, one of either side, nearest to each other, that an equivalence may link, in reading order."""
        spans = sorted((s for i in (*ones, *others) if (s := self.span(i))), key=reading_order)
        beside = [pair for pair in pairwise(spans) if (pair[0].id in ones) != (pair[1].id in ones)]
        beside.sort(key=lambda pair: pair[1].start - pair[0].start)
        further = (pair for pair in combinations(spans, 2) if (pair[0].id in ones) != (pair[1].id in ones))
        for first, second in chain(beside, further):
            if self.content.link_problem(label, first, second) is None:
                return first.id, second.id
        return None

    def spans_over(self, start: int, end: int) -> list[Span]:
        """The spans that share a code point with ``start`` to ``end``, the curator's own before pending ones."""
        return self.content.spans_over(start, end) + self.suggestions.pending_spans_over(start, end)

    def rejected_over(self, start: int, end: int, label: str) -> list[Segment]:
        """The ranges of rejected suggestions of a label that share a code point with ``start`` to ``end``."""
        spans = (span for span in self.suggestions.stored_over(start, end) if span.label == label)
        verdicts = self.suggestions.verdicts
        return [Segment(s.start, s.end) for s in spans if s.id in verdicts and verdicts[s.id].verdict == "rejected"]

    def span_id_at(self, offset: int) -> str | None:
        """The id of the shortest span that covers the code point at ``offset``, the curator's own first."""
        return self.content.span_id_at(offset) or shortest(self.order.pending_spans.at(offset))

    def span_starts(self) -> list[int]:
        """The offsets at which decided and pending spans begin."""
        return [*self.content.span_starts(), *(interval.start for interval in self.order.pending_spans)]

    def position(self, item_id: str) -> Interval | None:
        """The position of an item in the order of review; ``None`` when it is neither decided nor pending."""
        own = self.content.positions([item_id])
        return Interval.of(*own[0]) if own else self.order.pending_position(item_id)

    def distance(self, item_id: str, offset: int) -> float:
        """How far an item begins from an offset, in code points; infinite when it is neither decided nor pending."""
        position = self.position(item_id)
        return inf if position is None else abs(position.start - offset)

    def touched_ranges(self, ops: Iterable[Op]) -> list[tuple[int, int]]:
        """The ranges, in code points, whose look ops may have changed, in order."""
        ops = list(ops)
        return sorted(self.suggestions.touched_ranges(ops, touched_ranges(self.content, ops)))

    def apply(self, op: Op) -> None:
        """Carry the layer forward by one op."""
        if op.table == "verdict":
            self.suggestions.apply_verdict(op)
            return
        change = self.content.apply(op)
        self.order.replace_own(change.old_positions, change.new_positions)
        self.suggestions.update_pending(change)
