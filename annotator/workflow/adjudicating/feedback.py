"""A curator's work against gold, item by item: what they can learn from how disagreements were settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from annotator.agreement.alignment import align
from annotator.annotation import Annotations, Attributes, RelationKey, SpanKey
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName, curator_layer
from annotator.labels import LabelScheme
from annotator.store import Store
from annotator.text import Segmentation
from annotator.workflow.adjudicating.attributes import Item, version_of, version_text
from annotator.workflow.adjudicating.cases import AttributeVersion
from annotator.workflow.adjudicating.equivalences import groups_of, together
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.unknown_document import no_document

Finding = Literal[
    "as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed", "value"
]  # fmt: skip
FINDINGS: tuple[Finding, ...] = (
    "as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed",
)  # fmt: skip
VALUE: Finding = "value"
"""An attribute has another value in gold; what is not set there is not in gold, what is set there only was missed."""
_FINDING_OF_MATCH: Mapping[str, Finding] = {
    "exact": "as in gold", "label": "label", "boundary": "boundary", "overlap": "label and boundary",
    "left": "not in gold", "right": "missed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpanFeedback:
    """A span of the curator's, and the one in gold that stands for it; ``None`` where there is none."""

    finding: Finding
    own: SpanKey | None
    gold: SpanKey | None

    @property
    def position(self) -> tuple[int, int]:
        """The start and end of the stretch that both spans cover, in code points."""
        keys = [key for key in (self.own, self.gold) if key is not None]
        return min(key.start for key in keys), max(key.end for key in keys)


@dataclass(frozen=True, slots=True)
class RelationFeedback:
    """A relation of the curator's, and the one in gold between the spans that stand for its ends."""

    finding: Finding
    own: RelationKey | None
    gold: RelationKey | None

    @property
    def position(self) -> tuple[int, int]:
        """The start of its first end and the end of its last, in code points."""
        keys = [key for key in (self.own, self.gold) if key is not None]
        ends = [end for key in keys for end in (key.head, key.child)]
        return min(end.start for end in ends), max(end.end for end in ends)


@dataclass(frozen=True, slots=True)
class AttributeFeedback:
    """An attribute of an item that the curator and gold have, or (``None``) of the document, with its values."""

    finding: Finding
    own: SpanKey | RelationKey | None
    gold: SpanKey | RelationKey | None
    name: str
    own_values: AttributeVersion
    gold_values: AttributeVersion

    @property
    def position(self) -> tuple[int, int]:
        """The start and end of the item, in code points; nothing for the document."""
        if self.own is None:
            return 0, 0
        ends = (self.own,) if isinstance(self.own, SpanKey) else (self.own.head, self.own.child)
        return min(end.start for end in ends), max(end.end for end in ends)

    def in_words(self, *, own: bool) -> str:
        """The attribute with its value in the curator's work, or in gold."""
        return f"{self.name}: {version_text(self.own_values if own else self.gold_values) or 'nothing'}"


Feedback = SpanFeedback | RelationFeedback | AttributeFeedback


def feedback(store: Store, scheme: LabelScheme, key: str, curator: str) -> list[Feedback]:
    """A curator's finished work on a document against its complete gold, in reading order.

    Raises :class:`WorkflowError` while the work is not finished or the gold not complete: before that it would show
    what others did.
    """
    with store.snapshot():
        document = store.document(key)
        if document is None:
            raise no_document(store.names, key)
        own, gold = store.layer(LayerName(key, curator_layer(curator))), store.layer(LayerName(key, GOLD))
        if own is None or own.state != "done":
            raise WorkflowError(f"{key}: {curator} has not finished it", "finish it first, then see it against gold")
        if gold is None or gold.state != "done" or gold.text != own.text:
            raise WorkflowError(f"{key}: its gold is not complete", "`annotator adjudicate` completes it")
        items = list(compare(store.annotations(own.id), store.annotations(gold.id), scheme, document.sentences))
    return sorted(items, key=lambda item: (item.position[0], not isinstance(item, SpanFeedback), item.position[1]))


def compare(work: Annotations, gold: Annotations, scheme: LabelScheme, sentences: Segmentation) -> Iterator[Feedback]:
    """Compare a curator's work with gold; relations are compared between the gold spans that stand for their ends.

    What makes mentions one is as in gold where they are one there, by whatever links.
    """
    gold_span: dict[SpanKey, SpanKey | None] = {}
    for match in align((s.key for s in work.spans.values()), (s.key for s in gold.spans.values())):
        if match.left is not None:
            gold_span[match.left] = match.right
        yield SpanFeedback(_FINDING_OF_MATCH[match.kind], match.left, match.right)
    outcomes = SpanOutcomes(gold_span, scheme, sentences)
    yield from _links(work, gold, outcomes)
    links = scheme.equivalences
    unmatched_gold = {
        gold.relation_key(r).canonical(scheme.symmetric) for r in gold.relations.values() if r.label not in links
    }
    unmatched_own: list[RelationKey] = []
    gold_item: dict[Item, Item] = dict(gold_span.items())
    for own in sorted(work.relation_key(r) for r in work.relations.values() if r.label not in links):
        mapped = outcomes.standing(own)
        if mapped is not None and mapped in unmatched_gold:
            unmatched_gold.discard(mapped)
            gold_item[own] = mapped
            yield RelationFeedback("as in gold", own, mapped)
        else:
            unmatched_own.append(own)
    yield from _attributes(work, gold, scheme, gold_item)
    for own in unmatched_own:
        relation_feedback = _closest(own, {gold_span[own.head], gold_span[own.child]}, unmatched_gold)
        if relation_feedback.gold is not None:
            unmatched_gold.discard(relation_feedback.gold)
        yield relation_feedback
    for missed in sorted(unmatched_gold):
        yield RelationFeedback("missed", None, missed)


def _links(work: Annotations, gold: Annotations, outcomes: SpanOutcomes) -> Iterator[Feedback]:
    """Compare what makes mentions one, by which of them are one."""
    into_gold = SpanOutcomes({s.key: s.key for s in gold.spans.values()}, outcomes.scheme, Segmentation())
    for label in sorted(outcomes.scheme.equivalences):
        ours, theirs = groups_of(work, label, outcomes), groups_of(gold, label, into_gold)
        for own in sorted(work.relation_key(r) for r in work.relations.values() if r.label == label):
            mapped = outcomes.standing(own)
            if mapped is not None and together(mapped, theirs):
                yield RelationFeedback("as in gold", own, mapped)
            else:
                yield RelationFeedback("not in gold", own, None)
        for link in sorted(gold.relation_key(r) for r in gold.relations.values() if r.label == label):
            if not together(link, ours):
                yield RelationFeedback("missed", None, link)


def _attributes(
    work: Annotations,
    gold: Annotations,
    scheme: LabelScheme,
    gold_item: Mapping[Item, Item],
) -> Iterator[AttributeFeedback]:
    """Compare the attributes that are set of what both have, and of the document."""
    in_gold = _said_of_items(gold)
    said = _said_of_items(work)
    said[None] = work.document_attributes
    for own, attributes in said.items():
        item = None if own is None else gold_item.get(own)
        if own is not None and (item is None or item not in in_gold):
            continue
        others = gold.document_attributes if item is None else in_gold[item]
        known = scheme.attributes_of(None if own is None or item is None else item.label)
        for attribute in known:
            if own is not None and attribute not in scheme.attributes_of(own.label):
                continue
            if attribute.name in attributes or attribute.name in others:
                one, other = (version_of(attribute, attribute.name, a) for a in (attributes, others))
                finding: Finding = (
                    "as in gold" if one == other else "missed" if not one else VALUE if other else "not in gold"
                )
                yield AttributeFeedback(finding, own, item, attribute.name, one, other)


def _said_of_items(content: Annotations) -> dict[Item, Attributes]:
    """The items of a layer by content, with what is set of their attributes."""
    said: dict[Item, Attributes] = {s.key: s.attributes or {} for s in content.spans.values()}
    said.update({content.relation_key(r): r.attributes or {} for r in content.relations.values()})
    return said


def _closest(own: RelationKey, ends: set[SpanKey | None], unmatched_gold: set[RelationKey]) -> RelationFeedback:
    """Compare with a gold relation between the same two spans: of another direction, else of another type."""
    between = sorted((r.label != own.label, r) for r in unmatched_gold if {r.head, r.child} == ends)
    if not between:
        return RelationFeedback("not in gold", own, None)
    other_label, gold = between[0]
    return RelationFeedback("label" if other_label else "direction", own, gold)


def tally(items: Iterable[Feedback]) -> dict[str, dict[Finding, int]]:
    """How many spans and relations there are of each finding, and attributes where there are any."""
    counts = Counter((kind_of(item), item.finding) for item in items)
    kinds = ["spans", "relations", *(["attributes"] if any(kind == "attributes" for kind, _ in counts) else [])]
    return {kind: {f: counts[kind, f] for f in (*FINDINGS, VALUE) if counts[kind, f]} for kind in kinds}


def kind_of(item: Feedback) -> str:
    """What an item of feedback is about: spans, relations or attributes."""
    if isinstance(item, AttributeFeedback):
        return "attributes"
    return "relations" if isinstance(item, RelationFeedback) else "spans"
