"""One step in the making: the ops that an action amounts to, applied to the working copy as they are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from annotator.annotation import Comment, Relation, Span, Verdict, VerdictKind, item_record
from annotator.history import Op, field_op
from annotator.workflow.description import quote
from annotator.workflow.editing.editable_layer import WorkingLayer


class StepDraft:
    """The ops of one event, in order.

    ``seq`` is the number that the event will have: ids of new items are made of it, so none is ever used twice.
    ``settles`` says that the action itself decides the document's state; ``replays`` that it is an undo or redo.
    """

    def __init__(self, layer: WorkingLayer, seq: int) -> None:
        self.ops: list[Op] = []
        self.settles = False
        self.replays = False
        self._layer = layer
        self._seq = seq
        self._count = 0

    def apply(self, op: Op) -> None:
        """Add an op and let the working copy follow."""
        self.ops.append(op)
        self._layer.apply(op)

    def _put(self, table: str, old: Any, new: Any) -> None:
        identity = (old or new).id
        self.apply(Op(table, identity, item_record(old) if old else None, item_record(new) if new else None))

    def _new_id(self, prefix: str) -> str:
        while True:
            self._count += 1
            identity = f"{prefix}{self._seq}" if self._count == 1 else f"{prefix}{self._seq}.{self._count}"
            if identity not in self._layer and identity not in self._layer.comments:  # what came in may have any id
                return identity

    def set_field(self, name: str, value: str | None) -> None:
        """Set a field of the layer: state, flag or text."""
        old = self._layer.fields.get(name)
        if old == value:
            return
        self.apply(field_op(name, old, value))

    def decide(self, identity: str, verdict: VerdictKind, item: str | None = None) -> None:
        """Record the verdict on a suggestion."""
        layer = self._layer
        old = layer.verdicts.get(identity)
        if old is not None:
            self._put("verdict", old, old.replace(verdict=verdict, item=item))
            return
        if identity in layer.suggested_spans:
            span = layer.suggested_spans[identity]
            new = Verdict(identity, "span", verdict, span.label, span.source, span.score, list(span.key), item)
        else:
            relation = layer.suggested_relations[identity]
            ends = (layer.suggested_spans[relation.head].key, layer.suggested_spans[relation.child].key)
            original = [*map(list, ends), relation.label]
            new = Verdict(
                identity, "relation", verdict, relation.label, relation.source, relation.score, original, item
            )
        self._put("verdict", None, new)

    # Spans

    def take_span(
        self, identity: str, *, start: int | None = None, end: int | None = None, label: str | None = None
    ) -> str:
        """Accept a suggested span, corrected where a value is given; return the id of the curator's span."""
        suggestion = self._layer.suggested_spans[identity]
        span = suggestion.replace(
            id=self._new_id("s"),
            start=suggestion.start if start is None else start,
            end=suggestion.end if end is None else end,
            label=label or suggestion.label,
        )
        verdict: Literal["accepted", "corrected"] = "accepted" if span.key == suggestion.key else "corrected"
        span = span.replace(origin=verdict)
        self._put("span", None, span)
        self.decide(identity, verdict, span.id)
        return span.id

    def new_span(self, start: int, end: int, label: str, covered: Sequence[Span]) -> str:
        """Mark a range; the suggestions that it covers are corrected by it."""
        span = Span(self._new_id("s"), start, end, label)
        if covered:
            best = max(covered, key=lambda s: (s.label == label, min(s.end, end) - max(s.start, start)))
            span = span.replace(origin="corrected", source=best.source, score=best.score)
        self._put("span", None, span)
        for suggestion in covered:
            self.decide(suggestion.id, "corrected", span.id)
        return span.id

    def change_span(
        self,
        identity: str,
        *,
        start: int | None = None,
        end: int | None = None,
        label: str | None = None,
    ) -> list[str]:
        """Change an own span; relations that the scheme then does not allow go; return notes on that."""
        old = self._layer.spans[identity]
        new = old.replace(
            start=old.start if start is None else start,
            end=old.end if end is None else end,
            label=label or old.label,
            origin="corrected" if old.origin == "accepted" else old.origin,
        )
        misfits = [r for r in self._layer.related(identity) if self._fits(r, old) and not self._fits(r, new)]
        for relation in misfits:
            self.drop_relation(relation.id, "rejected")
        self._put("span", old, new)
        for decision in self._layer.came_of(identity):
            if decision.verdict == "accepted":
                self.decide(decision.id, "corrected", identity)
        why = f"{new.label} does not allow it" if new.label != old.label else "its ends no longer share a sentence"
        return [f"its {r.label} went, {why}" for r in misfits]

    def _fits(self, relation: Relation, changed: Span) -> bool:
        ends = (changed if i == changed.id else self._layer.spans[i] for i in (relation.head, relation.child))
        return self._layer.link_problem(relation.label, *ends) is None

    def drop_span(self, identity: str, text: str) -> list[str]:
        """Delete an own span and its relations; the suggestions that it came of are rejected; return notes."""
        span = self._layer.spans[identity]
        relations = self._layer.related(identity)
        for relation in relations:
            self.drop_relation(relation.id, "rejected")
        for decision in self._layer.came_of(identity):
            self.decide(decision.id, "rejected")
        self._drop_comments(identity)
        self._put("span", span, None)
        if not relations:
            return []
        plural = "relation" if len(relations) == 1 else "relations"
        return [f"{len(relations)} {plural} of {quote(text[span.start : span.end], 24)} went with it"]

    # Relations

    def take_relation(self, identity: str, head: str, child: str, *, label: str | None = None) -> str:
        """Accept a suggested relation between two own spans, corrected where a label is given."""
        suggestion = self._layer.suggested_relations[identity]
        same = label in (None, suggestion.label) and self._layer.proposes(suggestion, head, child)
        verdict: Literal["accepted", "corrected"] = "accepted" if same else "corrected"
        relation = suggestion.replace(
            id=self._new_id("r"), head=head, child=child, label=label or suggestion.label, origin=verdict
        )
        self._put("relation", None, relation)
        self.decide(identity, verdict, relation.id)
        return relation.id

    def new_relation(self, head: str, child: str, label: str) -> str:
        """Link two own spans."""
        relation = Relation(self._new_id("r"), head, child, label)
        self._put("relation", None, relation)
        return relation.id

    def change_relation(self, identity: str, *, head: str, child: str, label: str) -> None:
        """Give an own relation another type or direction."""
        old = self._layer.relations[identity]
        origin = "corrected" if old.origin == "accepted" else old.origin
        self._put("relation", old, old.replace(head=head, child=child, label=label, origin=origin))
        for decision in self._layer.came_of(identity):
            self.decide(decision.id, "corrected", identity)

    def drop_relation(self, identity: str, verdict: VerdictKind) -> None:
        """Delete an own relation; ``verdict`` falls on the suggestions that it came of."""
        for decision in self._layer.came_of(identity):
            self.decide(decision.id, verdict)
        self._drop_comments(identity)
        self._put("relation", self._layer.relations[identity], None)

    # Comments

    def _drop_comments(self, target: str) -> None:
        for comment in [c for c in self._layer.comments.values() if c.target == target]:
            self._put("comment", comment, None)

    def set_comment(self, existing: Comment | None, text: str, target: str | None) -> None:
        """Write, replace or (with an empty text) take away a comment."""
        if text:
            identity = existing.id if existing else self._new_id("c")
            self._put("comment", existing, Comment(identity, text, target))
        elif existing:
            self._put("comment", existing, None)
