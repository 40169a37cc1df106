"""Carrying annotations from one version of a text to another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from typing import Any

from annotator.annotation import Annotations, RelationKey, Ruling, Span, SpanKey, Verdict, key_json
from annotator.text import Document


class Reanchoring:
    """What lay where in the old text, and lies where in the new.

    The texts are aligned by their tokens; a range is carried when all its text lies in one aligned stretch, so that
    its characters are the same.
    """

    def __init__(self, old: Document, new: Document) -> None:
        self._blocks = _blocks(old, new)
        self._starts = [block[0] for block in self._blocks]

    def shift(self, start: int, end: int) -> int | None:
        """Return how far a range of the old text moved; ``None`` when it has no place in the new one."""
        index = bisect_right(self._starts, start) - 1
        if index < 0 or end > self._blocks[index][1]:
            return None
        return self._blocks[index][2] - self._blocks[index][0]

    def annotations(self, content: Annotations) -> tuple[Annotations, list[Span]]:
        """Return the content in the new text, and the spans that have no place there.

        Relations go when one of their ends does.
        """
        spans: dict[str, Span] = {}
        lost: list[Span] = []
        for identity, span in content.spans.items():
            shift = self.shift(span.start, span.end)
            if shift is None:
                lost.append(span)
            else:
                spans[identity] = span.replace(start=span.start + shift, end=span.end + shift)
        relations = {i: r for i, r in content.relations.items() if r.head in spans and r.child in spans}
        return Annotations(spans, relations), lost

    def verdicts(self, decisions: Mapping[str, Verdict]) -> dict[str, Verdict]:
        """Return the verdicts on what can be suggested again in the new text, under its new ids."""
        carried: dict[str, Verdict] = {}
        for decision in decisions.values():
            key = self._key(decision)
            if key is not None:
                carried[str(key)] = decision.replace(id=str(key), original=key_json(key))
        return carried

    def rulings(self, rulings: Mapping[str, Ruling], gold: Annotations) -> dict[str, Ruling]:
        """Return the rulings whose claim and outcome have a place in the new text, under their new ids.

        ``gold`` is the content that they led to in the old text.
        """
        carried: dict[str, Ruling] = {}
        for ruling in rulings.values():
            claim, item = self._content_key(ruling.kind, ruling.claim), self._item(ruling.item, gold)
            if claim is None or (ruling.item is not None and item is None):
                continue
            versions = {c: self._carried(ruling.kind, said) for c, said in ruling.versions.items()}
            outcome = list(item) if isinstance(item, SpanKey) else ruling.outcome
            new = ruling.replace(id=str(claim), claim=key_json(claim), versions=versions, outcome=outcome)
            carried[new.id] = new.replace(item=None if item is None else str(item))
        return carried

    def _item(self, item: str | None, gold: Annotations) -> SpanKey | RelationKey | None:
        span, relation = gold.spans.get(item or ""), gold.relations.get(item or "")
        if span is not None:
            return self._span_key(span.key)
        return self._content_key("relation", gold.relation_key(relation)) if relation is not None else None

    def _carried(self, kind: str, said: Iterable[Any]) -> list[Any]:
        return [key_json(key) for content in said if (key := self._content_key(kind, content)) is not None]

    def _key(self, decision: Verdict) -> SpanKey | RelationKey | None:
        return self._content_key(decision.kind, decision.original)

    def _content_key(self, kind: str, content: Any) -> SpanKey | RelationKey | None:
        if kind == "span":
            return self._span_key(content)
        head, child, label = content
        ends = self._span_key(head), self._span_key(child)
        return RelationKey(ends[0], ends[1], label) if ends[0] and ends[1] else None

    def _span_key(self, content: Any) -> SpanKey | None:
        start, end, label = content
        shift = self.shift(start, end)
        return None if shift is None else SpanKey(start + shift, end + shift, label)


def _blocks(old: Document, new: Document) -> list[tuple[int, int, int]]:
    """Return the stretches that both texts share: start and end in the old text, start in the new."""
    words = [[document.text[s:e] for s, e in document.tokens] for document in (old, new)]
    found: list[tuple[int, int, int]] = []
    for match in SequenceMatcher(None, words[0], words[1], autojunk=False).get_matching_blocks():
        for i in range(match.size):
            start, end = old.tokens[match.a + i]
            target = new.tokens[match.b + i].start
            if found and _joined(old, new, found[-1], start, target):
                found[-1] = (found[-1][0], end, found[-1][2])
            else:
                found.append((start, end, target))
    return found


def _joined(old: Document, new: Document, block: tuple[int, int, int], start: int, target: int) -> bool:
    """Return whether a token goes on from a block with the same gap in both texts."""
    behind = block[2] + block[1] - block[0]
    return old.text[block[1] : start] == new.text[behind:target] and behind <= target
