"""The record that every format writes: one layer of one document."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from annotator.annotation import Annotations, Extra, Relation, RelationKey, Span, SpanKey, Verdict, reading_order
from annotator.text import Document

AnyKey = TypeVar("AnyKey", SpanKey, RelationKey)
AnyItem = TypeVar("AnyItem", Span, Relation)

SCHEMA = "annotator.gold/2"
"""Name and version of the workspace's own format: what the first key of every line says."""
OLD_SCHEMA = "annotator.gold/1"
"""The version before, whose tokens leave white space out: read, but not written any more."""


@dataclass(frozen=True, slots=True)
class LayerRecord:
    """A document with the content of one of its layers.

    ``layer`` is ``gold``, ``suggestions`` or ``curator:NAME``; ``curators`` are those whose work it is;
    ``labels_sha256`` is the digest of the scheme that it was made under.  ``extras`` and ``document_extras`` are what
    was kept of the format that is written, ``verdicts`` the curator's verdicts.  ``soft_labels``, where they were asked
    for, say how far each label may be a span's, ``None`` where nothing says so; what is missing to 1 is that nothing is
    there.  ``equivalences`` are the labels of relations that make groups.
    """

    document: Document
    annotations: Annotations
    layer: str
    curators: tuple[str, ...]
    labels_sha256: str
    state: str = "done"
    verdicts: tuple[Verdict, ...] = ()
    extras: tuple[Extra, ...] = ()
    document_extras: Mapping[str, Any] = field(default_factory=dict)
    soft_labels: Mapping[SpanKey, Mapping[str, float] | None] | None = None
    equivalences: frozenset[str] = frozenset()

    _ordered: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def spans(self) -> dict[SpanKey, Span]:
        """List the spans in reading order, by start, the longer first, then by label.

        Of spans with the same content the one with the lowest id counts.
        """
        if "spans" not in self._ordered:
            keys = self._span_keys()
            in_order = sorted(self.annotations.spans.values(), key=reading_order)
            self._ordered["spans"] = _once([keys[span.id] for span in in_order], in_order)
        spans: dict[SpanKey, Span] = self._ordered["spans"]
        return spans

    def relations(self) -> dict[RelationKey, Relation]:
        """List the relations by the start of the head, that of the child, then the label; each content once."""
        if "relations" not in self._ordered:
            keys = self._span_keys()
            relations = self.annotations.relations.values()
            contents = [(RelationKey(keys[r.head], keys[r.child], r.label), r) for r in relations]
            contents.sort(key=lambda content: relation_order(content[0]))
            self._ordered["relations"] = _once([key for key, _ in contents], [r for _, r in contents])
        in_order: dict[RelationKey, Relation] = self._ordered["relations"]
        return in_order

    def _span_keys(self) -> dict[str, SpanKey]:
        """The content of every span, by id."""
        if "keys" not in self._ordered:
            self._ordered["keys"] = {i: SpanKey(s.start, s.end, s.label) for i, s in self.annotations.spans.items()}
        keys: dict[str, SpanKey] = self._ordered["keys"]
        return keys

    def token_spans(self) -> dict[SpanKey, tuple[int, int]]:
        """Give first and last token (inclusive) of the spans that begin and end at token borders."""
        exact = self.document.tokens.exact
        ranges = ((key, exact(key.start, key.end)) for key in self.spans())
        return {key: token_range for key, token_range in ranges if token_range is not None}

    def off_token_spans(self) -> int:
        """Count the spans that do not begin and end at token borders."""
        return len(self.spans()) - len(self.token_spans())


def _once(keys: Collection[AnyKey], items: Collection[AnyItem]) -> dict[AnyKey, AnyItem]:
    """Collect items by content: of those with the same content the one with the lowest id."""
    once = dict(zip(keys, items, strict=True))
    if len(once) == len(items):
        return once
    once.clear()
    for key, item in zip(keys, items, strict=True):
        kept = once.setdefault(key, item)
        if item.id < kept.id:
            once[key] = item
    return once


def relation_order(key: RelationKey) -> tuple[int, int, str, RelationKey]:
    """Order relations by the start of the head, that of the child, then the label."""
    return key.head.start, key.child.start, key.label, key


def without_overlaps(keys: Iterable[SpanKey]) -> list[SpanKey]:
    """Choose spans of which no two share text, the longer first, then the earlier; return them in reading order."""
    starts: list[int] = []
    kept: list[SpanKey] = []
    for key in sorted(keys, key=lambda k: (k.start - k.end, k.start, k.label)):
        at = bisect_right(starts, key.start)
        if (at == 0 or kept[at - 1].end <= key.start) and (at == len(kept) or key.end <= starts[at]):
            starts.insert(at, key.start)
            kept.insert(at, key)
    return kept


def without_crossing(keys: Iterable[SpanKey]) -> list[SpanKey]:
    """Choose spans of which no two cross, from the beginning on, the longer first; return them in reading order."""
    kept: list[SpanKey] = []
    around: list[int] = []
    for key in sorted(keys, key=reading_order):
        around = [end for end in around if end > key.start]
        if all(key.end <= end for end in around):
            around.append(key.end)
            kept.append(key)
    return kept


def nested_and_crossing(keys: Iterable[SpanKey]) -> tuple[int, int]:
    """Count the spans that :func:`without_overlaps` leaves out: those inside (or on) one that stays, and the others."""
    spans = list(keys)
    kept = without_overlaps(spans)
    starts = [key.start for key in kept]
    nested = crossing = 0
    for key in set(spans).difference(kept):
        first = kept[max(bisect_right(starts, key.start) - 1, 0)]
        if first.start <= key.start and key.end <= first.end:
            nested += 1
        else:
            crossing += 1
    return nested, crossing
