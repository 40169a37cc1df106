"""The rows that a document is written as: the whole of it, its sentences, or windows of some sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from annotator.annotation import RelationKey, SpanKey
from annotator.errors import FormatError
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.text import Document, Segment, Segmentation

ROWS_OPTION_HELP = (
    "what a row holds: documents (default), sentences, or windows, as many whole sentences as have at most `words` "
    "words; sentences and windows come back as documents of their own"
)
WORDS_OPTION_HELP = "the most words in a window (default: 384, where GLiNER cuts)"
WINDOW = 384
"""Words to which GLiNER cuts a row, unless it is told otherwise."""
_APART = "relations of spans that are not in one row"


class TextRow(NamedTuple):
    """A part of a document's text with the spans inside it, in reading order, and the relations between these."""

    id: str
    part: Segment
    spans: list[SpanKey]
    relations: list[RelationKey]


def text_rows(record: LayerRecord, spans: Collection[SpanKey], target: Target) -> Iterator[TextRow]:
    """Yield a record as one row, or a row a part with the option ``rows``; of its spans some are wanted.

    Spans that no row holds count as lost.
    """
    wanted = target.options.get("rows", "documents")
    document = record.document
    if wanted == "documents":
        links = [link for link in record.relations() if link.head in spans and link.child in spans]
        yield TextRow(document.key, Segment(0, len(document.text)), [*spans], links)
        return
    parts = Segmentation(_parts(document, wanted, target.options))
    part_of: dict[SpanKey, int] = {}
    spans_in: dict[int, list[SpanKey]] = {}
    for key in spans:
        number = parts.containing(key.start)
        if number is not None and key.end <= parts[number].end:
            part_of[key] = number
            spans_in.setdefault(number, []).append(key)
    links_in: dict[int, list[RelationKey]] = {}
    for link in record.relations():
        number = part_of.get(link.head)
        if number is not None and part_of.get(link.child) == number:
            links_in.setdefault(number, []).append(link)
    for number, part in enumerate(parts):
        yield TextRow(f"{document.key}-{number + 1:04}", part, spans_in.get(number, []), links_in.get(number, []))
    over = Counter(key.label for key in spans if key not in part_of)
    if over:
        target.leave_out("span", f"spans over the end of a {wanted.removesuffix('s')}", over)


def related_text_rows(record: LayerRecord, spans: Collection[SpanKey], target: Target) -> Iterator[TextRow]:
    """Yield the rows of a record for a format with relations; those of spans that no row holds together are lost."""
    left = Counter(key.label for key in record.relations())
    for row in text_rows(record, spans, target):
        left.subtract(link.label for link in row.relations)
        yield row
    if any(left.values()):
        target.leave_out("relation", _APART, left)


def _parts(document: Document, wanted: str, options: Mapping[str, str]) -> Iterable[tuple[int, int]]:
    """The ranges of a document's rows: its sentences, or windows of them."""
    if wanted == "sentences":
        return document.sentences
    if wanted != "windows":
        raise FormatError(
            f"rows={wanted}: a row holds a document, a sentence or a window", "write rows=documents, sentences, windows"
        )
    most = options.get("words", str(WINDOW))
    if not re.fullmatch(r"[1-9]\d{0,6}", most):
        raise FormatError(f"words={most}: not a number of words", f"write words={WINDOW}")
    return _windows(document, int(most))


def _windows(document: Document, most: int) -> Iterator[tuple[int, int]]:
    """Put as many whole sentences together as have at most so many tokens; a longer sentence stands alone."""
    tokens, at, end, words = document.tokens, -1, 0, 0
    for sentence in document.sentences:
        count = len(tokens.overlapping(*sentence))
        if at >= 0 and words + count > most:
            yield at, end
            at = -1
        if at < 0:
            at, words = sentence.start, 0
        end, words = sentence.end, words + count
    if at >= 0:
        yield at, end
