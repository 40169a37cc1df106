"""Adds a curator's changes of spans and relations to a step, with the verdicts that follow from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from annotator.annotation import Relation, RelationKey, Span, Verdict, VerdictKind, key_json
from annotator.errors import WorkflowError
from annotator.workflow.annotating.review_layer import ReviewLayer
from annotator.workflow.description import quote_name
from annotator.workflow.editing.checks import LayerChecks
from annotator.workflow.editing.step import StepDraft


class Edits:
    """Changes of a layer under review, added to a step.

    What is made from a suggestion leaves a verdict on it; a later change of that span or relation changes the verdict.
    """

    def __init__(self, step: StepDraft, layer: ReviewLayer, checks: LayerChecks) -> None:
        self._step = step
        self._layer = layer
        self._checks = checks
        self._content = layer.content
        self._suggestions = layer.suggestions

    # Verdicts

    def decide(self, suggestion_id: str, verdict: VerdictKind, item: str | None = None) -> None:
        """Record the verdict on a suggestion; ``item`` is what was made from it."""
        old = self._suggestions.verdicts.get(suggestion_id)
        if old is not None:
            self._step.put("verdict", old, old.replace(verdict=verdict, item=item))
            return
        span = self._suggestions.spans.get(suggestion_id)
        suggestion = span if span is not None else self._suggestions.relations[suggestion_id]
        kind: Literal["span", "relation"] = "relation" if isinstance(suggestion, Relation) else "span"
        original = key_json(suggestion.key if isinstance(suggestion, Span) else self._suggested_key(suggestion))
        new = Verdict(
            suggestion_id, kind, verdict, suggestion.label, suggestion.source, suggestion.score, original, item
        )
        self._step.put("verdict", None, new)

    def _suggested_key(self, suggestion: Relation) -> RelationKey:
        head, child = (self._suggestions.spans[end].key for end in (suggestion.head, suggestion.child))
        return RelationKey(head, child, suggestion.label)

    def accept(self, suggestion_id: str) -> str:
        """Accept a suggestion, a relation with its pending ends; the id of what was made of it."""
        if suggestion_id in self._suggestions.spans:
            return self.accept_span(suggestion_id)
        suggestion = self._checks.relation(suggestion_id)
        ends = self._checks.ordered_ends(suggestion.head, suggestion.child, suggestion.label)
        head, child = (self.accepted_end(end) for end in ends)
        return self.accept_relation(suggestion_id, head, child)

    def accepted_end(self, span_id: str) -> str:
        """The id of the curator's span for an end of a relation; a suggested one is accepted."""
        if span_id in self._content.spans:
            return span_id
        if not self._layer.order.is_pending(span_id):
            raise WorkflowError("its ends may not stand beside each other", "mark one of them anew first")
        return self.accept_span(span_id)

    # Spans

    def accept_span(
        self, suggestion_id: str, *, start: int | None = None, end: int | None = None, label: str | None = None
    ) -> str:
        """Accept a suggested span, corrected where a value is given; the id of the curator's span."""
        suggestion = self._suggestions.spans[suggestion_id]
        span = suggestion.replace(
            id=self._step.new_id("s"),
            start=suggestion.start if start is None else start,
            end=suggestion.end if end is None else end,
            label=label or suggestion.label,
        )
        verdict: Literal["accepted", "corrected"] = "accepted" if span.key == suggestion.key else "corrected"
        span = span.replace(origin=verdict)
        self._step.put("span", None, span)
        self.decide(suggestion_id, verdict, span.id)
        return span.id

    def new_span(self, start: int, end: int, label: str, covered: Sequence[Span]) -> str:
        """Mark a range; the suggestions that it covers are corrected by it. The id of the new span."""
        span = Span(self._step.new_id("s"), start, end, label)
        if covered:
            best = max(covered, key=lambda s: (s.label == label, min(s.end, end) - max(s.start, start)))
            span = span.replace(origin="corrected", source=best.source, score=best.score)
        self._step.put("span", None, span)
        for suggestion in covered:
            self.decide(suggestion.id, "corrected", span.id)
        return span.id

    def change_span(
        self,
        span_id: str,
        *,
        start: int | None = None,
        end: int | None = None,
        label: str | None = None,
    ) -> list[str]:
        """Change an own span; relations that the scheme then does not allow go. Notes on these."""
        old = self._content.spans[span_id]
        new = old.replace(
            start=old.start if start is None else start,
            end=old.end if end is None else end,
            label=label or old.label,
            origin="corrected" if old.origin == "accepted" else old.origin,
        )
        at_span = self._content.relations_of(span_id)
        misfits = [r for r in at_span if self._is_allowed(r, old) and not self._is_allowed(r, new)]
        for relation in misfits:
            self.drop_relation(relation.id, "rejected")
        self._step.put("span", old, new)
        for verdict in self._suggestions.verdicts_on(span_id):
            if verdict.verdict == "accepted":
                self.decide(verdict.id, "corrected", span_id)
        why = f"{new.label} does not allow it" if new.label != old.label else "its ends no longer share a sentence"
        return [f"its {r.label} went, {why}" for r in misfits]

    def _is_allowed(self, relation: Relation, changed: Span) -> bool:
        ends = (changed if i == changed.id else self._content.spans[i] for i in (relation.head, relation.child))
        return self._content.link_problem(relation.label, *ends) is None

    def drop_span(self, span_id: str, text: str) -> list[str]:
        """Delete an own span and its relations; the suggestions it was made from are rejected. Notes on relations."""
        span = self._content.spans[span_id]
        relations = self._content.relations_of(span_id)
        for relation in relations:
            self.drop_relation(relation.id, "rejected")
        for verdict in self._suggestions.verdicts_on(span_id):
            self.decide(verdict.id, "rejected")
        self._step.drop_comments(span_id)
        self._step.put("span", span, None)
        if not relations:
            return []
        plural = "relation" if len(relations) == 1 else "relations"
        return [f"{len(relations)} {plural} of {quote_name(text[span.start : span.end], 24)} went with it"]

    # Relations

    def accept_relation(self, suggestion_id: str, head: str, child: str, *, label: str | None = None) -> str:
        """Accept a suggested relation between two own spans, corrected where a label is given; its new id."""
        suggestion = self._suggestions.relations[suggestion_id]
        same = label in (None, suggestion.label) and self._suggestions.links(suggestion, head, child)
        verdict: Literal["accepted", "corrected"] = "accepted" if same else "corrected"
        relation = suggestion.replace(
            id=self._step.new_id("r"), head=head, child=child, label=label or suggestion.label, origin=verdict
        )
        self._step.put("relation", None, relation)
        self.decide(suggestion_id, verdict, relation.id)
        return relation.id

    def new_relation(self, head: str, child: str, label: str) -> str:
        """Link two own spans; the id of the relation."""
        relation = Relation(self._step.new_id("r"), head, child, label)
        self._step.put("relation", None, relation)
        return relation.id

    def change_relation(self, relation_id: str, *, head: str, child: str, label: str) -> None:
        """Give an own relation another type or direction."""
        old = self._content.relations[relation_id]
        origin = "corrected" if old.origin == "accepted" else old.origin
        self._step.put("relation", old, old.replace(head=head, child=child, label=label, origin=origin))
        for verdict in self._suggestions.verdicts_on(relation_id):
            self.decide(verdict.id, "corrected", relation_id)

    def drop_relation(self, relation_id: str, verdict: VerdictKind) -> None:
        """Delete an own relation; ``verdict`` falls on the suggestions that it was made from."""
        for earlier in self._suggestions.verdicts_on(relation_id):
            self.decide(earlier.id, verdict)
        self._step.drop_comments(relation_id)
        self._step.put("relation", self._content.relations[relation_id], None)
