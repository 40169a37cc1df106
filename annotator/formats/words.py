"""Rows of words, tags, and texts rebuilt from words, for the formats that hold words instead of a text.

Our files hold the text beside the words, so that it comes back exactly.  The text of other files is rebuilt, with a
space between words and a line break between sentences.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

from annotator.annotation import Annotations, Relation, Span, SpanKey
from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import Fields, excerpt
from annotator.formats.protocol import Target, all_but
from annotator.formats.record import LayerRecord, without_overlaps
from annotator.formats.text_rows import TextRow, related_text_rows, text_rows
from annotator.text import Segment

TagScheme = Literal["iob2", "iob1", "bioes", "bilou"]
TAG_SCHEMES = get_args(TagScheme)

CARRIED_IN_WORDS = all_but("off_token", "curator", "origin", "source", "score", "verdicts", aside=("self_relations",))
"""What formats of words, spans and relations carry of a layer."""
TEXT_IS_REBUILT = "the text, where the file is not ours: it is rebuilt from the words"
"""What they leave behind."""
_TAG = re.compile(r"([BIESLUW])-(.+)", re.DOTALL)
_BEGINS, _ENDS = frozenset("BSUW"), frozenset("ESLUW")
_LETTERS: Mapping[TagScheme, tuple[str, str, str, str]] = {
    "iob2": ("B", "I", "I", "B"),
    "iob1": ("I", "I", "I", "I"),
    "bioes": ("B", "I", "E", "S"),
    "bilou": ("B", "I", "L", "U"),
}
"""For each scheme the letters of a span's first, inner and last word, and of a span of one word."""


class WordSpan(NamedTuple):
    """A labelled run of words, ``first`` to ``last`` inclusive."""

    first: int
    last: int
    label: str


class WordRelation(NamedTuple):
    """A relation between two spans of a row, given by their indices."""

    head: int
    child: int
    label: str


@dataclass(frozen=True, slots=True)
class WordRow:
    """A document, or one of its sentences, as words with spans and relations over them.

    ``flat`` are the spans without overlaps, for formats in which no two may share a word.
    """

    id: str
    text: str
    words: list[str]
    spans: list[WordSpan]
    flat: list[WordSpan]
    relations: list[WordRelation]


def word_rows(record: LayerRecord, target: Target) -> Iterator[WordRow]:
    """Yield a record as one row, or a row a part with the option ``rows``; spans that no row holds count as lost.

    What a format declares not to carry (relations, spans off token borders) is counted elsewhere.
    """
    places = record.token_spans()
    for row in text_rows(record, places, target):
        yield word_row(record, row, places)


def related_rows(record: LayerRecord, target: Target) -> Iterator[WordRow]:
    """Yield the rows of a record for a format with relations; those of spans that no row holds together are lost."""
    places = record.token_spans()
    for row in related_text_rows(record, places, target):
        yield word_row(record, row, places)


def word_row(record: LayerRecord, row: TextRow, places: Mapping[SpanKey, tuple[int, int]]) -> WordRow:
    """Turn a row into words; ``places`` are first and last token of the document's spans.

    The spans are those of the row, in the same order.
    """
    tokens, text, part = record.document.tokens, record.document.text, row.part
    inside = tokens.overlapping(part.start, part.end) if part.end > part.start else range(0)
    at = inside.start
    spans = {key: WordSpan(places[key][0] - at, places[key][1] - at, key.label) for key in row.spans}
    numbers = {key: number for number, key in enumerate(spans)}
    relations = [WordRelation(numbers[link.head], numbers[link.child], link.label) for link in row.relations]
    words = [text[start:end] for start, end in tokens[at : inside.stop]]
    flat_spans = [spans[key] for key in without_overlaps(spans)]
    return WordRow(row.id, text[part.start : part.end], words, list(spans.values()), flat_spans, relations)


def fields_of_row(record: LayerRecord, row: WordRow) -> dict[str, Any]:
    """Collect what our rows hold beside words, spans and relations: text, key and whatever is known of the document."""
    fields = {**record.document_extras, **document_fields(record.document)}
    return {**fields, "key": row.id, "text": row.text}


def row_tags(row: WordRow, scheme: TagScheme = "iob2") -> list[str]:
    """Tag each word; of spans that share words the longest counts."""
    tags = ["O"] * len(row.words)
    first, inner, last, single = _LETTERS[scheme]
    before: WordSpan | None = None
    for span in row.flat:
        letters = [first, *[inner] * (span.last - span.first - 1), last] if span.last > span.first else [single]
        if scheme == "iob1" and before is not None and before.last + 1 == span.first and before.label == span.label:
            letters[0] = "B"
        tags[span.first : span.last + 1] = [f"{letter}-{span.label}" for letter in letters]
        before = span
    return tags


@lru_cache(maxsize=4096)
def is_tag(value: str) -> bool:
    """Tell whether a value is a tag: O, or a letter for the word's position in a span, and a label."""
    return value == "O" or _TAG.fullmatch(value) is not None


def tagged_spans(values: Sequence[str]) -> Iterator[WordSpan]:
    """Yield the spans that tags stand for, whichever scheme they follow.

    IOB1, IOB2, BIOES, BILOU and BMEWO-like tags are told apart word by word, as the CoNLL evaluation does (Tjong Kim
    Sang 2002): a span begins with B, S, U or W, and with any letter after O, after a span's end or after another label.
    """
    first, label, ended = 0, "", True
    for index, value in enumerate(values):
        letter, _, name = value.partition("-")
        if not ended and (letter == "O" or letter in _BEGINS or name != label):
            yield WordSpan(first, index - 1, label)
            ended = True
        if letter != "O":
            if ended:
                first, label, ended = index, name, False
            if letter in _ENDS:
                yield WordSpan(first, index, label)
                ended = True
    if not ended:
        yield WordSpan(first, len(values) - 1, label)


def place_of_span(fields: Fields, name: str, count: int) -> int:
    """Read the place of a span in a row's list of so many."""
    place: int = fields.get(name, int)
    if not 0 <= place < count:
        fields.fail(name, f"found {place}, expected the place of a span, 0 to {count - 1}")
    return place


def text_of_words(row: Fields, name: str) -> tuple[str, list[Segment]]:
    """The text of a row whose words are in the field ``name``, and the ranges of the words in it.

    The text is rebuilt where the row has none.
    """
    words = row.texts(name)
    empty = next((index for index, word in enumerate(words) if not word), None)
    if empty is not None:
        row.fail(f"{name}[{empty}]", "found an empty word, expected none")
    if "text" not in row:
        return rebuild_text([words])
    text = row.get("text", str)
    return text, align(words, text, row.where)


def align(words: Sequence[str], text: str, where: str) -> list[Segment]:
    """Find the ranges of words in a text that holds them in order, with no letter or digit between.

    Raises :class:`FormatError` where it does not.
    """
    segments: list[Segment] = []
    at = 0
    for word in words:
        start = text.find(word, at)
        if start < 0 or any(map(str.isalnum, text[at:start])):
            raise FormatError(
                f"{where}: the word {excerpt(word)} (number {len(segments) + 1}) is not where the text has it",
                "leave the text out, or mend what wrote the file",
            )
        at = start + len(word)
        segments.append(Segment(start, at))
    return segments


def rebuild_text(sentences: Iterable[Sequence[str]]) -> tuple[str, list[Segment]]:
    """Build a text from sentences of words; return it with the ranges of the words."""
    parts: list[str] = []
    segments: list[Segment] = []
    at = 0
    for sentence in sentences:
        for word in sentence:
            parts += (word, " ")
            segments.append(Segment(at, at + len(word)))
            at += len(word) + 1
        if sentence:
            parts[-1] = "\n"
    return "".join(parts[:-1]), segments


def annotations_from_words(
    segments: Sequence[Segment], spans: Iterable[WordSpan], relations: Iterable[WordRelation]
) -> Annotations:
    """Turn spans and relations over words into annotations of the text, given the ranges of the words."""
    over_text = [
        Span(str(number), segments[span.first].start, segments[span.last].end, span.label)
        for number, span in enumerate(spans)
    ]
    links = [
        Relation(f"relation {number}", str(link.head), str(link.child), link.label)
        for number, link in enumerate(relations)
    ]
    return Annotations.of(over_text, links)
