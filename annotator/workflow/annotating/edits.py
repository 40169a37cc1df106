"""Adds a curator's changes of spans and relations to a step, with the verdicts that follow from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Literal

from annotator.annotation import (
    Attributes,
    AttributeValue,
    Relation,
    RelationKey,
    Span,
    Verdict,
    VerdictKind,
    key_json,
    reading_order,
)
from annotator.errors import WorkflowError
from annotator.labels.attributes import AttributeType, fitting, with_value
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
        about = suggestion.label, suggestion.source, suggestion.score
        new = Verdict(suggestion_id, kind, verdict, *about, original, item, suggestion.attributes)
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
        span = self._with_fitting_attributes(span)
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
        new = self._with_fitting_attributes(new)
        at_span = self._content.relations_of(span_id)
        misfits = [r for r in at_span if self._is_allowed(r, old) and not self._is_allowed(r, new)]
        self.leave_groups(span_id, {r.label for r in misfits})
        for relation in (r for r in misfits if r.id in self._content):
            self.drop_relation(relation.id, "rejected")
        self._step.put("span", old, new)
        for verdict in self._suggestions.verdicts_on(span_id):
            if verdict.verdict == "accepted":
                self.decide(verdict.id, "corrected", span_id)
        why = f"{new.label} does not allow it" if new.label != old.label else "its ends no longer share a sentence"
        gone = [name for name in old.attributes or {} if name not in (new.attributes or {})]
        notes = [f"its {', '.join(gone)} went, {new.label} has no such attribute"] if gone else []
        return [*notes, *dict.fromkeys(f"its {r.label} went, {why}" for r in misfits)]

    def _with_fitting_attributes(self, span: Span) -> Span:
        """A span with those of its attributes that belong to its label."""
        if not span.attributes:
            return span
        return span.replace(attributes=fitting(span.attributes, self._content.scheme.attributes_of(span.label)))

    def _is_allowed(self, relation: Relation, changed: Span) -> bool:
        ends = (changed if i == changed.id else self._content.spans[i] for i in (relation.head, relation.child))
        return self._content.link_problem(relation.label, *ends) is None

    def drop_span(self, span_id: str, text: str) -> list[str]:
        """Delete an own span and its relations; the suggestions it was made from are rejected. Notes on relations."""
        span = self._content.spans[span_id]
        self.leave_groups(span_id)
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

    # Attributes

    def set_attribute(self, item_id: str | None, attribute: AttributeType, value: AttributeValue | None) -> str | None:
        """Set an attribute of an own or suggested item (which is accepted) or of the document, or take it away.

        ``None`` stands for the document, and for no value.  Returns the id of the curator's item.
        """
        return self.change_attributes(item_id, lambda present: with_value(present, attribute, value))

    def change_attributes(
        self, item_id: str | None, change: Callable[[Attributes | None], Attributes | None]
    ) -> str | None:
        """Change all that is set of an own or suggested item (which is accepted) or of the document (``None``).

        Returns the id of the curator's item.
        """
        if item_id is None:
            self._step.set_document_attributes(change(self._content.document_attributes))
            return None
        if item_id not in self._content:
            item_id = self.accept(item_id)
        span, relation = self._content.span(item_id), self._content.relation(item_id)
        item = span or relation
        assert item is not None
        changed = item.replace(attributes=change(item.attributes))
        if changed != item:
            self._step.put("relation" if span is None else "span", item, changed)
        return item_id

    # Groups

    def leave_groups(self, span_id: str, labels: Collection[str] | None = None) -> None:
        """Take an own mention out of its groups, those of some equivalences or all; the others stay one.

        What linked it goes, and was rejected where it was suggested.
        """
        groups = self._content.groups
        links = [r for r in self._content.relations_of(span_id) if groups.is_link(r)]
        links = [r for r in links if labels is None or r.label in labels]
        for label in dict.fromkeys(r.label for r in links):
            parts = sorted(groups.parts_without(label, span_id), key=lambda part: min(map(self._place, part)))
            for earlier, later in pairwise(parts):
                ends = self._layer.nearest_link(label, earlier, later)
                if ends is not None:
                    self.new_relation(*ends, label)
                    later |= earlier
        for relation in links:
            self.drop_relation(relation.id, "rejected")

    def _place(self, span_id: str) -> tuple[int, int, str]:
        return reading_order(self._content.spans[span_id])

    # Relations

    def accept_relation(self, suggestion_id: str, head: str, child: str, *, label: str | None = None) -> str:
        """Accept a suggested relation between two own spans, corrected where a label is given; its new id."""
        suggestion = self._suggestions.relations[suggestion_id]
        same = label in (None, suggestion.label) and self._suggestions.links(suggestion, head, child)
        verdict: Literal["accepted", "corrected"] = "accepted" if same else "corrected"
        relation = suggestion.replace(
            id=self._step.new_id("r"), head=head, child=child, label=label or suggestion.label, origin=verdict
        )
        if relation.attributes:
            known = self._content.scheme.attributes_of(relation.label)
            relation = relation.replace(attributes=fitting(relation.attributes, known))
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
        attributes = fitting(old.attributes, self._content.scheme.attributes_of(label))
        new = old.replace(head=head, child=child, label=label, origin=origin, attributes=attributes)
        self._step.put("relation", old, new)
        for verdict in self._suggestions.verdicts_on(relation_id):
            self.decide(verdict.id, "corrected", relation_id)

    def relate(self, head: str, child: str, label: str) -> str:
        """Link two spans, own or suggested (which are accepted), by what was suggested if it was; the relation's id."""
        suggested = self._suggestions.pending_link(head, child, label)
        head, child = self.accepted_end(head), self.accepted_end(child)
        if self._content.relation_between(head, child, label):
            raise WorkflowError("that relation is there already", "choose another type")
        if suggested is not None and self._layer.order.is_pending(suggested):
            return self.accept_relation(suggested, head, child)
        return self.new_relation(head, child, label)

    def drop_relation(self, relation_id: str, verdict: VerdictKind) -> None:
        """Delete an own relation; ``verdict`` falls on the suggestions that it was made from."""
        for earlier in self._suggestions.verdicts_on(relation_id):
            self.decide(earlier.id, verdict)
        self._step.drop_comments(relation_id)
        self._step.put("relation", self._content.relations[relation_id], None)
