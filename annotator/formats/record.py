"""What every format reads and writes: one layer of one document."""

from __future__ import annotations

from dataclasses import dataclass

from annotator.annotation import Annotations, Relation, RelationKey, Span, SpanKey
from annotator.text import Document

SCHEMA = "annotator.gold/1"
"""Name and version of the workspace's own format: what the first key of every line says."""


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """A document with the content of one of its layers.

    ``layer`` is ``gold``, ``suggestions`` or ``curator:NAME``; ``curators`` are those whose work it is;
    ``labels_sha256`` is the digest of the scheme that it was made under.
    """

    document: Document
    annotations: Annotations
    layer: str
    curators: tuple[str, ...]
    labels_sha256: str

    def spans(self) -> dict[SpanKey, Span]:
        """Return the spans in reading order: by start, the longer first, then by label.

        Spans that say the same count once: the one with the lowest id.
        """
        once: dict[SpanKey, Span] = {}
        for span in self.annotations.spans.values():
            kept = once.setdefault(span.key, span)
            if span.id < kept.id:
                once[span.key] = span
        return {key: once[key] for key in sorted(once, key=_reading_order)}

    def relations(self) -> dict[RelationKey, Relation]:
        """Return the relations by the start of the head, that of the child, then the label; each content once."""
        once: dict[RelationKey, Relation] = {}
        for relation in self.annotations.relations.values():
            key = self.annotations.relation_key(relation)
            kept = once.setdefault(key, relation)
            if relation.id < kept.id:
                once[key] = relation
        return {key: once[key] for key in sorted(once, key=_relation_order)}

    def off_token_spans(self) -> int:
        """Return how many spans do not begin and end at token borders."""
        exact = self.document.tokens.exact
        return sum(exact(key.start, key.end) is None for key in self.spans())


def _reading_order(key: SpanKey) -> tuple[int, int, str]:
    return key.start, -key.end, key.label


def _relation_order(key: RelationKey) -> tuple[int, int, str, RelationKey]:
    return key.head.start, key.child.start, key.label, key
