"""What the help shows first: the label and the keys of what is in focus or selected."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from annotator.annotation import Relation, Span
from annotator.workflow.adjudicating.cases import AttributeCase, Case, SpanCase

DECIDING_KEYS = (
    "suggestion.accept",
    "suggestion.reject",
    "suggestion.accept_alike",
    "suggestion.reject_alike",
    "version.1",
    "version.most",
    "version.none",
    "case.label",
)
SPAN_KEYS = (
    *DECIDING_KEYS,
    "span.label",
    "span.end_back",
    "span.end_on",
    "span.start_back",
    "span.start_on",
    "span.everywhere",
    "item.attribute",
    "group.join",
    "group.leave",
    "relation.relate",
    "relation.next",
    "item.delete",
    "item.comment",
)
RELATION_KEYS = (*DECIDING_KEYS, "item.attribute", "relation.relate", "relation.next", "item.delete", "item.comment")
RELATION_CASE_KEYS = (
    "version.1",
    "version.most",
    "version.none",
    "case.label",
    "relation.relate",
    "case.next",
    "case.previous",
    "item.comment",
)
ATTRIBUTE_CASE_KEYS = (
    "version.1",
    "version.most",
    "version.none",
    "item.attribute",
    "case.next",
    "case.previous",
    "item.comment",
)
SPAN_CASE_KEYS = (*RELATION_CASE_KEYS, "span.end_back", "span.end_on", "span.start_back", "span.start_on")
SELECTION_KEYS = ("select.right", "select.left", "select.down", "select.up", "select.begin", "select.clear")


@dataclass(frozen=True, slots=True)
class HelpTopic:
    """What somebody who asks for help is at: in words, with the label, the bindings that act on it, and label keys.

    ``by_label_key`` says what a label's key does to it; empty where it does nothing.  ``about`` is what there is to say
    of it, each paragraph under a word.
    """

    title: str
    label: str | None
    binding_ids: tuple[str, ...]
    by_label_key: str = ""
    about: tuple[tuple[str, str], ...] = ()


class Items(Protocol):
    """The items that a screen shows."""

    def span(self, span_id: str) -> Span | None:
        """The span with this id."""
        ...

    def relation(self, relation_id: str) -> Relation | None:
        """The relation with this id."""
        ...


def topic_of(items: Items, item_id: str | None, *, selecting: bool) -> HelpTopic | None:
    """The topic for the item in focus, or for a selection; ``None`` where there is neither."""
    if selecting:
        return HelpTopic("The selection", None, SELECTION_KEYS, "mark the selection with that label")
    if item_id is None:
        return None
    span, relation = items.span(item_id), items.relation(item_id)
    if span is not None:
        return HelpTopic("The span in focus", span.label, SPAN_KEYS, "give the span that label")
    if relation is not None:
        return HelpTopic("The relation in focus", relation.label, RELATION_KEYS)
    return None


def conflict_topic(case: Case) -> HelpTopic:
    """The topic for an open conflict in focus: on spans, which a label's key settles too, on others, or attributes."""
    if isinstance(case, AttributeCase):
        return HelpTopic("The conflict in focus", None, ATTRIBUTE_CASE_KEYS)
    if isinstance(case, SpanCase):
        return HelpTopic("The conflict in focus", None, SPAN_CASE_KEYS, "settle it with that label")
    return HelpTopic("The conflict in focus", None, RELATION_CASE_KEYS)
