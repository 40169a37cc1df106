"""Carrying annotations over from one version of a text to another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from annotator.annotation import (
    Annotations,
    RelationKey,
    Ruling,
    Span,
    SpanKey,
    Verdict,
    attribute_claim_id,
    key_json,
)
from annotator.text import Document


class _Stretch(NamedTuple):
    """A stretch of text that two versions share: where it lies in the old one, and where it starts in the new one."""

    start: int
    end: int
    new_start: int


class Reanchoring:
    """The alignment of an old and a new version of a text, by their tokens.

    A range of the old text has a place in the new one when all of it lies in one shared stretch, so that its
    characters are the same.
    """

    def __init__(self, old: Document, new: Document) -> None:
        self._stretches = _shared_stretches(old, new)
        self._starts = [stretch.start for stretch in self._stretches]

    def shift(self, start: int, end: int) -> int | None:
        """By how many code points a range of the old text moved; ``None`` when it has no place in the new."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or end > self._stretches[index].end:
            return None
        return self._stretches[index].new_start - self._stretches[index].start

    def annotations(self, content: Annotations) -> tuple[Annotations, list[Span]]:
        """Carry spans and relations over; return them, and the spans that have no place in the new text.

        A relation is carried when both of its ends are.
        """
        spans: dict[str, Span] = {}
        uncarried: list[Span] = []
        for span_id, span in content.spans.items():
            shift = self.shift(span.start, span.end)
            if shift is None:
                uncarried.append(span)
            else:
                spans[span_id] = span.replace(start=span.start + shift, end=span.end + shift)
        relations = {i: r for i, r in content.relations.items() if r.head in spans and r.child in spans}
        return replace(content, spans=spans, relations=relations), uncarried

    def verdicts(self, verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """Carry over the verdicts on suggestions that have a place in the new text, under their new ids."""
        carried: dict[str, Verdict] = {}
        for verdict in verdicts.values():
            key = self._key(verdict.kind, verdict.original)
            if key is not None:
                carried[str(key)] = verdict.replace(id=str(key), original=key_json(key))
        return carried

    def rulings(self, rulings: Mapping[str, Ruling], gold: Annotations) -> dict[str, Ruling]:
        """Carry over the rulings whose claim and outcome have a place in the new text, under their new ids.

        ``gold`` is the content of the gold layer on the old text.
        """
        carried: dict[str, Ruling] = {}
        for ruling in rulings.values():
            if ruling.kind == "attribute":
                carried.update(self._attribute_ruling(ruling, gold))
                continue
            claim, item = self._key(ruling.kind, ruling.claim), self._gold_key(ruling.item, gold)
            if claim is None or (ruling.item is not None and item is None):
                continue
            versions = {curator: self._version(ruling.kind, claims) for curator, claims in ruling.versions.items()}
            outcome = list(item) if isinstance(item, SpanKey) else ruling.outcome
            new = ruling.replace(id=str(claim), claim=key_json(claim), versions=versions, outcome=outcome)
            carried[new.id] = new.replace(item=None if item is None else str(item))
        return carried

    def _attribute_ruling(self, ruling: Ruling, gold: Annotations) -> dict[str, Ruling]:
        """A ruling on an attribute under its new id; none where its item has no place in the new text."""
        claim, name = ruling.claim
        if claim is None:
            return {ruling.id: ruling}
        kind = "span" if isinstance(claim[0], int) else "relation"
        key, item = self._key(kind, claim), self._gold_key(ruling.item, gold)
        if key is None or (ruling.item is not None and item is None):
            return {}
        carried = key_json(key)
        new_id = attribute_claim_id(carried, name)
        return {new_id: ruling.replace(id=new_id, claim=[carried, name], item=None if item is None else str(item))}

    def _gold_key(self, item_id: str | None, gold: Annotations) -> SpanKey | RelationKey | None:
        span, relation = gold.spans.get(item_id or ""), gold.relations.get(item_id or "")
        if span is not None:
            return self._span_key(span.key)
        return self._key("relation", gold.relation_key(relation)) if relation is not None else None

    def _version(self, kind: str, claims: Iterable[Any]) -> list[Any]:
        return [key_json(key) for claim in claims if (key := self._key(kind, claim)) is not None]

    def _key(self, kind: str, content: Any) -> SpanKey | RelationKey | None:
        """A span or relation of the old text in the new one, from its JSON value."""
        if kind == "span":
            return self._span_key(content)
        head, child, label = content
        ends = self._span_key(head), self._span_key(child)
        return RelationKey(ends[0], ends[1], label) if ends[0] and ends[1] else None

    def _span_key(self, content: Any) -> SpanKey | None:
        start, end, label = content
        shift = self.shift(start, end)
        return None if shift is None else SpanKey(start + shift, end + shift, label)


def _shared_stretches(old: Document, new: Document) -> list[_Stretch]:
    words = [[document.text[start:end] for start, end in document.tokens] for document in (old, new)]
    stretches: list[_Stretch] = []
    for match in SequenceMatcher(None, words[0], words[1], autojunk=False).get_matching_blocks():
        for i in range(match.size):
            start, end = old.tokens[match.a + i]
            new_start = new.tokens[match.b + i].start
            if stretches and _continues(old, new, stretches[-1], start, new_start):
                stretches[-1] = stretches[-1]._replace(end=end)
            else:
                stretches.append(_Stretch(start, end, new_start))
    return stretches


def _continues(old: Document, new: Document, stretch: _Stretch, start: int, new_start: int) -> bool:
    """Tell whether the text between a stretch and a token is the same in both versions."""
    new_end = stretch.new_start + stretch.end - stretch.start
    return old.text[stretch.end : start] == new.text[new_end:new_start] and new_end <= new_start
