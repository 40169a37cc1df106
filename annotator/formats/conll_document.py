"""A document while its lines of columns are read: words into text, tags into spans."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice

from annotator.errors import FormatError
from annotator.formats.conll_columns import Columns
from annotator.formats.conll_rows import ColumnRow, sentence_rows
from annotator.formats.conll_tags import IDENTITY, Brackets, ColumnSpan, column_spans
from annotator.formats.document_fields import foreign_document
from annotator.formats.json_values import Fields
from annotator.formats.protocol import COREFERENCE, ForeignAttribute, ForeignDocument, ForeignGroup, ForeignLayer
from annotator.formats.words import WordSpan, align, annotations_from_words
from annotator.text import Segment, Segmentation

_NOT_SPACE = re.compile(r"\S+")


@dataclass(slots=True)
class _Sentence:
    """The rows of a sentence, its text where a comment has it, and what parts it from the one before."""

    rows: list[ColumnRow] = field(default_factory=list)
    text: str | None = None
    begins_paragraph: bool = False


@dataclass(slots=True)
class DocumentDraft:
    """A document while its lines are read; ``fields`` are those that the file gives it, ``fallback`` a key."""

    where: str
    fallback: str
    fields: Fields | None = None
    lost: Counter[str] = field(default_factory=Counter)
    _sentences: list[_Sentence] = field(default_factory=list)
    _next: _Sentence = field(default_factory=_Sentence)
    _paragraphs: bool = False

    @property
    def sentences(self) -> int:
        """How many sentences have been read to their end."""
        return len(self._sentences)

    def add(self, row: ColumnRow) -> None:
        """Take a line with a word."""
        if self.fields is None and not self._sentences and not self._next.rows:
            self.where = row.where
        if row.kind == "node":
            self.lost["empty node"] += 1
        self._next.rows.append(row)

    def begin_paragraph(self) -> None:
        """Note that the next sentence begins a paragraph."""
        self._next.begins_paragraph = self._paragraphs = True

    def give_text(self, text: str) -> None:
        """Note the exact text of the next sentence."""
        self._next.text = text

    def end_sentence(self) -> None:
        """Note that the next word begins a sentence; what was said of a sentence before its words stays."""
        if self._next.rows:
            self._sentences.append(self._next)
            self._next = _Sentence()

    def finished(self, columns: Columns, entity_fields: list[str], *, keep_tokens: bool) -> Iterator[ForeignDocument]:
        """Yield the document, if there is one."""
        self.end_sentence()
        fields = self.fields or Fields({}, self.where)
        if not self._sentences and "text" not in fields:
            return
        sentences = [sentence_rows(sentence.rows) for sentence in self._sentences]
        text, places = self._text(fields, [sentence.written for sentence in sentences])
        tagged = [sentence.tagged for sentence in sentences]
        ranges = [here[at] for sentence, here in zip(sentences, places, strict=True) for at in sentence.places]
        brackets = Brackets(entity_fields, self.lost)
        spans = [
            span
            for number, column in enumerate(columns.tags)
            for span in column_spans(tagged, number, column.style, brackets)
        ]
        self.lost.update(columns.take_lost())
        content = annotations_from_words(ranges, [WordSpan(*span[:3]) for span in spans], ())
        layer = ForeignLayer(content, attributes=tuple(_attributes(spans)), groups=tuple(groups_by_id(spans)))
        document = foreign_document(fields, text, self.fallback, (layer,), lost=+self.lost)
        yield replace(document, segmentation=_segmentation(text, places)) if keep_tokens else document

    def _text(self, fields: Fields, written: list[Sequence[ColumnRow]]) -> tuple[str, list[list[Segment]]]:
        """The text of the document and, for each sentence, the ranges of its written rows in it."""
        if "text" in fields:
            text = fields.get("text", str)
            found = iter(align([row.word for rows in written for row in rows], text, self.where))
            return text, [list(islice(found, len(rows))) for rows in written]
        pieces: list[str] = []
        places: list[list[Segment]] = []
        at, space = 0, True
        for sentence, rows in zip(self._sentences, written, strict=True):
            if at and rows:
                breaks = sentence.begins_paragraph or not self._paragraphs
                pieces.append("\n" if breaks else " " if space else "")
                at += len(pieces[-1])
            text, found_here = self._sentence_text(sentence.text, rows)
            pieces.append(text)
            places.append([Segment(start + at, end + at) for start, end in found_here])
            at += len(text)
            space = not rows or rows[-1].space
        return "".join(pieces), places

    def _sentence_text(self, given: str | None, rows: Sequence[ColumnRow]) -> tuple[str, list[Segment]]:
        """The text of a sentence as a comment gives it, where that fits its words, else put together from them."""
        if given is not None:
            with suppress(FormatError):
                return given, align([row.word for row in rows], given, self.where)
            self.lost["text of a sentence that its words do not follow"] += 1
        places: list[Segment] = []
        at = 0
        for row in rows:
            end = at + len(row.word)
            places.append(Segment(at, end))
            at = end + row.space
        text = "".join([f"{row.word} " if row.space else row.word for row in rows])
        return text[: places[-1].end] if places else "", places


def _attributes(spans: Iterable[ColumnSpan]) -> Iterator[ForeignAttribute]:
    """What brackets say of spans beside their labels; columns have no place to keep it."""
    for number, span in enumerate(spans):
        for name, value in span.others:
            yield ForeignAttribute(str(number), name, value, kind="catalog" if name == IDENTITY else "values")


def groups_by_id(spans: Iterable[ColumnSpan]) -> Iterator[ForeignGroup]:
    """The groups of spans with the same id, by the numbers of the spans; one span alone is no group."""
    members: dict[str, list[str]] = {}
    for number, span in enumerate(spans):
        if span.group:
            members.setdefault(span.group, []).append(str(number))
    return (ForeignGroup(COREFERENCE, tuple(numbers)) for numbers in members.values() if len(numbers) > 1)


def _segmentation(text: str, sentences: Iterable[list[Segment]]) -> tuple[Segmentation, Segmentation]:
    """The tokens and sentences of a file: its words, parted at white space in them."""
    tokens: list[tuple[int, int]] = []
    wholes: list[tuple[int, int]] = []
    for words in sentences:
        found = [match for start, end in words for match in _NOT_SPACE.finditer(text, start, end)]
        if found:
            tokens += [match.span() for match in found]
            wholes.append((found[0].start(), found[-1].end()))
    return Segmentation(tokens), Segmentation(wholes)
