"""Documents as words in sentences, for formats whose spans must lie within a sentence, and relations of concepts."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence

from annotator.annotation import SpanKey
from annotator.formats.json_values import Fields, excerpt
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.text import Document


def words_by_sentence(row: Fields, name: str) -> list[list[str]]:
    """Read a list of sentences, each a list of words."""
    sentences = []
    for index, words in enumerate(row.get(name, list)):
        path = f"{name}[{index}]"
        if not isinstance(words, list) or not all(isinstance(word, str) and word for word in words):
            row.fail(path, f"found {excerpt(words)}, expected a list of words that are not empty")
        sentences.append(words)
    return sentences


def sentence_borders(document: Document) -> list[int]:
    """The numbers of the tokens at which sentences begin, and that behind the last token."""
    borders = [0]
    for sentence in document.sentences:
        stop = document.tokens.overlapping(*sentence).stop
        if stop > borders[-1]:
            borders.append(stop)
    total = len(document.tokens)
    if borders[-1] < total:
        borders[-1 if len(borders) > 1 else len(borders) :] = [total]
    return borders


def spans_within_sentences(
    record: LayerRecord, borders: Sequence[int], target: Target
) -> dict[SpanKey, tuple[int, int]]:
    """Give first and last word of the spans that lie within a sentence; the others are lost."""
    found = record.token_spans()
    spans = {k: r for k, r in found.items() if bisect_right(borders, r[0]) == bisect_right(borders, r[1])}
    over = Counter(key.label for key in found if key not in spans)
    if over:
        target.leave_out("span", "spans over the end of a sentence", over)
    return spans


def closest_mentions(heads: Sequence[tuple[int, int]], children: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Choose the mentions of two concepts that begin closest to each other, and are different if any are.

    Each mention is where it begins and its number; both lists are in order.  Returns the two numbers.
    """
    pairs = []
    for head in heads:
        at = bisect_left(children, head)
        pairs += [(head, child) for child in children[max(at - 2, 0) : at + 2]]
    head, child = min(pairs, key=lambda pair: (pair[0] == pair[1], abs(pair[0][0] - pair[1][0]), pair[0]))
    return head[1], child[1]
