"""A curator's work against gold, item by item: what they can learn from how disagreements were settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from annotator.agreement.alignment import align
from annotator.annotation import Annotations, RelationKey, SpanKey
from annotator.errors import WorkflowError
from annotator.history import GOLD, LayerName, curator_layer
from annotator.labels import LabelScheme
from annotator.store import Store
from annotator.text import Segmentation
from annotator.workflow.adjudicating.relations import SpanOutcomes
from annotator.workflow.unknown_document import no_document

Finding = Literal["as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed"]
FINDINGS: tuple[Finding, ...] = (
    "as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed",
)  # fmt: skip
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


Feedback = SpanFeedback | RelationFeedback


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
    return sorted(items, key=lambda item: (item.position[0], isinstance(item, RelationFeedback), item.position[1]))


def compare(work: Annotations, gold: Annotations, scheme: LabelScheme, sentences: Segmentation) -> Iterator[Feedback]:
    """Compare a curator's work with gold; relations are compared between the gold spans that stand for their ends."""
    gold_span: dict[SpanKey, SpanKey | None] = {}
    for match in align((s.key for s in work.spans.values()), (s.key for s in gold.spans.values())):
        if match.left is not None:
            gold_span[match.left] = match.right
        yield SpanFeedback(_FINDING_OF_MATCH[match.kind], match.left, match.right)
    outcomes = SpanOutcomes(gold_span, scheme, sentences)
    unmatched_gold = {gold.relation_key(r).canonical(scheme.symmetric) for r in gold.relations.values()}
    unmatched_own: list[RelationKey] = []
    for own in sorted(work.relation_key(r) for r in work.relations.values()):
        mapped = outcomes.standing(own)
        if mapped in unmatched_gold:
            unmatched_gold.discard(mapped)
            yield RelationFeedback("as in gold", own, mapped)
        else:
            unmatched_own.append(own)
    for own in unmatched_own:
        relation_feedback = _closest(own, {gold_span[own.head], gold_span[own.child]}, unmatched_gold)
        if relation_feedback.gold is not None:
            unmatched_gold.discard(relation_feedback.gold)
        yield relation_feedback
    for missed in sorted(unmatched_gold):
        yield RelationFeedback("missed", None, missed)


def _closest(own: RelationKey, ends: set[SpanKey | None], unmatched_gold: set[RelationKey]) -> RelationFeedback:
    """Compare with a gold relation between the same two spans: of another direction, else of another type."""
    between = sorted((r.label != own.label, r) for r in unmatched_gold if {r.head, r.child} == ends)
    if not between:
        return RelationFeedback("not in gold", own, None)
    other_label, gold = between[0]
    return RelationFeedback("label" if other_label else "direction", own, gold)


def tally(items: Iterable[Feedback]) -> dict[str, dict[Finding, int]]:
    """How many spans and relations there are of each finding."""
    counts = Counter((isinstance(item, RelationFeedback), item.finding) for item in items)
    return {
        kind: {finding: counts[is_relation, finding] for finding in FINDINGS if counts[is_relation, finding]}
        for is_relation, kind in ((False, "spans"), (True, "relations"))
    }
