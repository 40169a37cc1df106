"""Carrying annotations from one version of a text to another."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from difflib import SequenceMatcher

from annotator.annotation import Annotations, Span
from annotator.text import Document


def carry(old: Document, new: Document, content: Annotations) -> tuple[Annotations, list[Span]]:
    """Return the content with offsets into the new text, and the spans that have no place there.

    The texts are aligned by their tokens; a span is carried when all its text lies in one aligned stretch, so that
    its characters are the same.  Relations go when one of their ends does.
    """
    blocks = _blocks(old, new)
    starts = [block[0] for block in blocks]
    spans: dict[str, Span] = {}
    lost: list[Span] = []
    for identity, span in content.spans.items():
        index = bisect_right(starts, span.start) - 1
        if index >= 0 and span.end <= blocks[index][1]:
            shift = blocks[index][2] - blocks[index][0]
            spans[identity] = replace(span, start=span.start + shift, end=span.end + shift)
        else:
            lost.append(span)
    relations = {i: r for i, r in content.relations.items() if r.head in spans and r.child in spans}
    return Annotations(spans, relations), lost


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
