"""Checks what a curator may do to a layer; each raises :class:`WorkflowError` with the reason for a refusal."""

from __future__ import annotations

from annotator.annotation import Relation, RelationKey, Span, SpanKey
from annotator.errors import WorkflowError
from annotator.labels import AttributeType, RelationType
from annotator.text import Document, Segmentation, exact_mentions, graphemes
from annotator.workflow.description import item_in_words, quote_name
from annotator.workflow.editing.content import LayerContent
from annotator.workflow.editing.layer_view import LayerView


def units_of(document: Document, snap: str) -> Segmentation:
    """What selections and boundaries snap to: tokens, or graphemes where the scheme says so."""
    return graphemes(document.text) if snap == "grapheme" else document.tokens


class LayerChecks:
    """Checks on one layer of a document; ``layer_view`` includes pending suggestions, ``content`` does not."""

    def __init__(self, document: Document, units: Segmentation, layer_view: LayerView, content: LayerContent) -> None:
        self._document = document
        self._units = units
        self._layer_view = layer_view
        self._content = content

    # What there is

    def span(self, span_id: str) -> Span:
        """The span with this id."""
        span = self._layer_view.span(span_id)
        if span is None:
            raise WorkflowError("the span is no longer there", "choose another")
        return span

    def relation(self, relation_id: str) -> Relation:
        """The relation with this id."""
        relation = self._layer_view.relation(relation_id)
        if relation is None:
            raise WorkflowError("the relation is no longer there", "choose another")
        return relation

    def text_of(self, span: Span) -> str:
        """The text under a span."""
        return self._document.text[span.start : span.end]

    def name_of(self, item_id: str) -> str:
        """An item in words: its label and text, or the texts of its ends."""
        span = self._layer_view.span(item_id)
        if span is not None:
            return item_in_words(span.key, self._document.text)
        relation = self.relation(item_id)
        key = RelationKey(self.span(relation.head).key, self.span(relation.child).key, relation.label)
        return item_in_words(key, self._document.text)

    # Spans

    def check_new_span(self, key: SpanKey) -> None:
        """Refuse a span that the scheme or the text does not allow, or that is there already."""
        problem = self._content.scheme.span_problem(key)
        if problem is None and key.end > len(self._document.text):
            problem = f"{key.label} {key.start}-{key.end} reaches beyond the text"
        if problem is not None:
            raise WorkflowError(problem, "choose another")
        if self._content.span_id_with(key) is not None:
            raise WorkflowError(
                f"{quote_name(self._document.text[key.start : key.end])} is {key.label} already", "choose another label"
            )

    def check_label(self, label: str) -> None:
        """Refuse a label that the scheme does not have."""
        if label not in self._content.scheme.entities:
            raise WorkflowError(f"{label} is no longer in the label scheme", "give the span another label first")

    def check_room(self, start: int, end: int, excluding: str = "") -> None:
        """Refuse a range that clashes with a span other than ``excluding``, and other than those this clashes with."""
        clashes = self._content.clashes(start, end, excluding=excluding)
        span = self._content.span(excluding)
        if span is not None and clashes:  # a retired span is moved away from what it clashes with step by step
            before = self._content.clashes(span.start, span.end, excluding=excluding)
            clashes = [clash for clash in clashes if clash not in before]
        if clashes:
            raise WorkflowError(f"that would run into {self.name_of(clashes[0])}", "move or delete that one first")

    def moved_range(self, span: Span, side: str, by: int) -> tuple[int, int]:
        """The range of a span after its ``start`` or ``end`` (``side``) moved ``by`` tokens (or graphemes)."""
        covered = self._units.overlapping(span.start, span.end)
        if not covered:
            raise WorkflowError("there is no token here to move by", "mark the span anew")
        first, last = covered[0], covered[-1]
        if side == "start":
            first += by
        else:
            last += by
        if not 0 <= first <= last < len(self._units):
            raise WorkflowError("the span cannot get smaller" if first > last else "the text ends here", "d deletes it")
        start = self._units[first].start if side == "start" else span.start
        end = self._units[last].end if side == "end" else span.end
        return start, end

    def mentions(self, text: str) -> list[tuple[int, int]]:
        """The ranges at which a text occurs in the document as whole tokens (or graphemes)."""
        return [(start, end) for start, end in exact_mentions(self._document.text, text, self._units)]

    # Attributes

    def attribute_of(self, item_id: str | None, name: str) -> AttributeType:
        """The attribute by this name of an item, or (``None``) of the document."""
        label = None if item_id is None else self.label_of(item_id)
        attribute = self._content.scheme.attributes.get(name)
        if attribute is None or attribute not in self._content.scheme.attributes_of(label):
            raise WorkflowError(f"{label or 'the document'} has no attribute {name}", "? says what each label has")
        return attribute

    def label_of(self, item_id: str) -> str:
        """The label of a span or relation."""
        span = self._layer_view.span(item_id)
        return self.relation(item_id).label if span is None else span.label

    # Relations

    def ordered_ends(self, head: str, child: str, label: str) -> tuple[str, str]:
        """The ids of a relation's ends, the earlier span first where its type is symmetric."""
        one, other = self.span(head), self.span(child)
        swapped = self._content.scheme.is_symmetric(label) and (other.start, other.end) < (one.start, one.end)
        return (child, head) if swapped else (head, child)

    def allowed_ends(self, head: str, child: str, label: str) -> tuple[str, str]:
        """The ids of a relation's ends in order, if the scheme allows it between them."""
        problem = self._content.link_problem(label, self.span(head), self.span(child))
        if problem is not None:
            raise WorkflowError(problem, "? says what each relation links")
        return self.ordered_ends(head, child, label)

    def partners(self, span_id: str) -> list[tuple[str, RelationType, bool]]:
        """The possible partners of a span, each as span id, relation type, and whether the partner is the head.

        Only types that the scheme allows, within the sentence where the type asks for it, and not yet there; those that
        a pending suggestion links first, then the nearest.  Equivalences are not among them: they join groups.
        """
        span, scheme, sentences = self.span(span_id), self._content.scheme, self._document.sentences
        touched = sentences.overlapping(span.start, span.end)
        first, last = sentences[touched[0]], sentences[touched[-1]]
        anywhere = any(r.within == "document" and not r.equivalence for r in scheme.relations.values())
        around = (0, len(self._document.text)) if anywhere else (first.start, last.end)
        choices: list[tuple[int, str, RelationType, bool]] = []
        for other in (s for s in self._layer_view.spans_over(*around) if s.id != span_id):
            inside = first.start <= other.start and other.end <= last.end
            distance = max(other.start - span.end, span.start - other.end, 0)
            for kind, reverse in scheme.relations_between(span.label, other.label):
                if kind.equivalence:
                    continue
                head, child = (other.id, span_id) if reverse else (span_id, other.id)
                if (inside or kind.within == "document") and not self._content.relation_between(head, child, kind.name):
                    choices.append((distance, other.id, kind, reverse))
        expected = {end for r in self._layer_view.relations_of(span_id) for end in (r.head, r.child) if end != span_id}
        choices.sort(key=lambda choice: (choice[1] not in expected, choice[0], choice[1]))
        return [(other, kind, reverse) for _, other, kind, reverse in choices]

    def retypings(self, relation_id: str) -> list[tuple[RelationType, bool]]:
        """The types, other than its own, that fit a relation's ends, each with whether head and child are swapped."""
        relation = self.relation(relation_id)
        head, child = self.span(relation.head), self.span(relation.child)
        fitting = self._content.scheme.relations_between(head.label, child.label)
        return [(kind, reverse) for kind, reverse in fitting if (kind.name, reverse) != (relation.label, False)]
