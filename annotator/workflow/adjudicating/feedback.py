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

Finding = Literal["as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed"]
FINDINGS: tuple[Finding, ...] = (
    "as in gold", "label", "boundary", "label and boundary", "direction", "not in gold", "missed",
)  # fmt: skip
_FINDINGS: Mapping[str, Finding] = {
    "exact": "as in gold", "label": "label", "boundary": "boundary", "overlap": "label and boundary",
    "left": "not in gold", "right": "missed",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpanFeedback:
    """A span of the curator's, and the one in gold that stands for it; ``None`` where there is none."""

    finding: Finding
    mine: SpanKey | None
    gold: SpanKey | None

    @property
    def position(self) -> tuple[int, int]:
        """Where in the text it begins and ends, in code points."""
        keys = [key for key in (self.mine, self.gold) if key is not None]
        return min(key.start for key in keys), max(key.end for key in keys)


@dataclass(frozen=True, slots=True)
class RelationFeedback:
    """A relation of the curator's, and the one in gold between the spans that stand for its ends."""

    finding: Finding
    mine: RelationKey | None
    gold: RelationKey | None

    @property
    def position(self) -> tuple[int, int]:
        """From where to where in the text it reaches, in code points."""
        keys = [key for key in (self.mine, self.gold) if key is not None]
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
            raise WorkflowError(f"no document {key!r}", "`annotator status` lists them")
        own, gold = store.layer(LayerName(key, curator_layer(curator))), store.layer(LayerName(key, GOLD))
        if own is None or own.state != "done":
            raise WorkflowError(f"{key}: {curator} has not finished it", "finish it first, then see it against gold")
        if gold is None or gold.state != "done" or gold.text != own.text:
            raise WorkflowError(f"{key}: its gold is not complete", "`annotator adjudicate` completes it")
        mine, theirs = store.annotations(own.id), store.annotations(gold.id)
    found = list(compare(mine, theirs, scheme, document.sentences))
    return sorted(found, key=lambda item: (item.position[0], isinstance(item, RelationFeedback), item.position[1]))


def compare(mine: Annotations, gold: Annotations, scheme: LabelScheme, sentences: Segmentation) -> Iterator[Feedback]:
    """Compare work with gold; relations are compared between the spans of gold that stand for their ends."""
    stands: dict[SpanKey, SpanKey | None] = {}
    for match in align((s.key for s in mine.spans.values()), (s.key for s in gold.spans.values())):
        if match.left is not None:
            stands[match.left] = match.right
        yield SpanFeedback(_FINDINGS[match.kind], match.left, match.right)
    outcomes = SpanOutcomes(stands, scheme, sentences)
    left = {gold.relation_key(r).canonical(scheme.symmetric) for r in gold.relations.values()}
    waiting: list[RelationKey] = []
    for own in sorted(mine.relation_key(r) for r in mine.relations.values()):
        mapped = outcomes.relation(own)
        if mapped in left:
            left.discard(mapped)
            yield RelationFeedback("as in gold", own, mapped)
        else:
            waiting.append(own)
    for own in waiting:
        yield _unlike(own, {stands[own.head], stands[own.child]}, left)
    for missed in sorted(left):
        yield RelationFeedback("missed", None, missed)


def _unlike(own: RelationKey, ends: set[SpanKey | None], left: set[RelationKey]) -> RelationFeedback:
    """What gold has between the same two spans: the other way round, or of another type."""
    between = sorted((r.label != own.label, r) for r in left if {r.head, r.child} == ends)
    if not between:
        return RelationFeedback("not in gold", own, None)
    other_label, gold = between[0]
    left.discard(gold)
    return RelationFeedback("label" if other_label else "direction", own, gold)


def tally(items: Iterable[Feedback]) -> dict[str, dict[Finding, int]]:
    """How many spans and relations there are of each finding."""
    counts = Counter((isinstance(item, RelationFeedback), item.finding) for item in items)
    return {
        kind: {finding: counts[is_relation, finding] for finding in FINDINGS if counts[is_relation, finding]}
        for is_relation, kind in ((False, "spans"), (True, "relations"))
    }
