"""CoNLL columns: one word a line, a blank line between sentences, tags in one column.

Documents begin at ``-DOCSTART-``, or at a comment that names one; a file without either is one document.  What we
write stands in two columns parted by a tab.  Every reader skips ``-DOCSTART-`` lines, so ours hold there what
words cannot express: a JSON object with the document's key, title and exact text, written without any space.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields, foreign_document
from annotator.formats.json_values import Fields, dumps, excerpt, parse_json
from annotator.formats.protocol import ForeignDocument, ForeignLayer, Format, Target, all_but, without_spaces
from annotator.formats.record import LayerRecord
from annotator.formats.source import Source, SourceLine
from annotator.formats.words import (
    TAG_SCHEMES,
    TagScheme,
    WordSpan,
    align,
    annotations_from_words,
    is_tag,
    rebuild_text,
    row_tags,
    tagged_spans,
    word_rows,
)

_START = "-DOCSTART-"
_PLAIN_START_LINE = f"{_START} -X- O O\n\n"
_BLANKS = re.compile(r"[ \t]+")
_SPACE = re.compile(r"\s")
_DOCUMENT = re.compile(r"#\s*(?:newdoc(?:\s+id)?|doc(?:ument)?[ _-]?id|id)\b\s*[:=]?\s*(\S+)")
_EMPTY_VALUES = frozenset(["_", "-", "O", "-X-", ""])


def read(source: Source, options: Mapping[str, str]) -> Iterator[ForeignDocument]:
    """Yield the documents of a file, one in memory at a time."""
    columns = _Columns(_numbers(options, "label-column", "-1"), options.get("word-column"))
    most = _numbers(options, "sentences", "0")[0]
    stem = source.stem
    draft = _DocumentDraft(f"{source.name}:1", f"{stem}-000001" if most else stem)
    for line in source.lines():
        text = line.text.rstrip("\r")
        if not text.strip(" \t"):
            draft.end_sentence()
            if most and len(draft.sentences) >= most:
                yield from draft.finished(columns)
                draft = _DocumentDraft(f"{source.name}:{line.number + 1}", f"{stem}-{line.number + 1:06}")
        elif text.startswith(_START):
            yield from draft.finished(columns)
            draft = _DocumentDraft(line.where, f"{stem}-{line.number:06}", _start_fields(text, line.where))
        elif text.startswith("#") and not columns.is_word(text):
            match = _DOCUMENT.match(text)
            if match:
                yield from draft.finished(columns)
                draft = _DocumentDraft(line.where, f"{stem}-{line.number:06}", Fields({"key": match[1]}, line.where))
            else:
                draft.lost["comment"] += 1
        else:
            draft.add(columns.split(text, line), line)
    yield from draft.finished(columns)


def _start_fields(text: str, where: str) -> Fields | None:
    """Read the document's fields from a ``-DOCSTART-`` line that we wrote; ``None`` for one of others."""
    columns = text.split("\t")
    return Fields.of(parse_json(columns[1], where), where) if len(columns) > 1 and columns[1].startswith("{") else None


def _numbers(options: Mapping[str, str], name: str, default: str) -> list[int]:
    written = options.get(name, default)
    try:
        return [int(number) for number in written.split(",")]
    except ValueError as error:
        raise FormatError(f"{name}={written}: not a number", f"write it as {name}=2") from error


class _Columns:
    """The columns of words and tags, which the first line with a word decides."""

    def __init__(self, labels: list[int], word: str | None) -> None:
        self._tabs = True
        self._counts = False
        self._wanted = labels
        self._word_option = word
        self.word = 0
        self.labels: list[int] = []
        self.count = 0

    def split(self, text: str, line: SourceLine) -> list[str]:
        """Split a line into columns; every line of a file must have the same number of them."""
        if not self.count:
            self._decide(text, line)
        values = self._split(text)
        if len(values) != self.count:
            raise FormatError(
                f"{line.where}: found {len(values)} columns, expected {self.count} as in the lines before",
                "mend what wrote the file",
            )
        if self._counts and not values[0].isdigit():
            raise FormatError(
                f"{line.where}: column 1: found {excerpt(values[0])}, expected a number as in the lines before",
                "if the words stand in it, say so: -O word-column=1",
            )
        if not values[self.word].strip():
            raise FormatError(f"{line.where}: a line without a word", "leave it blank, or fill it in")
        for column in self.labels:
            if not is_tag(values[column]):
                value = excerpt(values[column])
                raise FormatError(
                    f"{line.where}: column {column + 1}: found {value}, expected O or a tag like B-ORG",
                    "name the column of the tags: -O label-column=2",
                )
        return values

    def is_word(self, text: str) -> bool:
        """Tell whether a line that begins with # is a word with its tag, not a comment."""
        if self.count:
            values = self._split(text)
            return len(values) == self.count and is_tag(values[self.labels[0]])
        return is_tag((text.split("\t") if "\t" in text else _BLANKS.split(text))[-1])

    def _split(self, text: str) -> list[str]:
        return text.split("\t") if self._tabs else _BLANKS.split(text.strip(" "))

    def _decide(self, text: str, line: SourceLine) -> None:
        self._tabs = "\t" in text
        values = self._split(text)
        self.count = len(values)
        if self._word_option is None:
            self._counts = len(values) > 2 and values[0] in ("0", "1") and not is_tag(values[1])
            self.word = int(self._counts)
        else:
            self.word = self._column_index("word-column", self._word_option, line)
        self.labels = [self._column_index("label-column", str(number), line) for number in self._wanted]
        if self.word in self.labels:
            raise FormatError(f"{line.where}: found one column, expected a word and its tag", "is it a CoNLL file?")

    def _column_index(self, name: str, written: str, line: SourceLine) -> int:
        """Turn the number of a column, counted from 1 or from the end, into its index."""
        number = int(written) if re.fullmatch(r"-?\d+", written) else 0
        if not 1 <= abs(number) <= self.count:
            raise FormatError(
                f"{line.where}: {name}={written}: the line has {self.count} columns",
                f"count from 1, or from the end: {name}=-1",
            )
        return number - 1 if number > 0 else self.count + number


@dataclass(slots=True)
class _DocumentDraft:
    """A document while its lines are read."""

    where: str
    fallback: str
    fields: Fields | None = None
    sentences: list[list[list[str]]] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)
    _open: bool = False

    def add(self, values: list[str], line: SourceLine) -> None:
        if not self._open:
            self.sentences.append([])
            self._open = True
            if self.fields is None and len(self.sentences) == 1:
                self.where = line.where
        self.sentences[-1].append(values)

    def end_sentence(self) -> None:
        self._open = False

    def finished(self, columns: _Columns) -> Iterator[ForeignDocument]:
        """Yield the document, if there is one."""
        fields = self.fields or Fields({}, self.where)
        if not self.sentences and "text" not in fields:
            return
        words = [[values[columns.word] for values in sentence] for sentence in self.sentences]
        if "text" in fields:
            text = fields.get("text", str)
            segments = align([word for sentence in words for word in sentence], text, self.where)
        else:
            text, segments = rebuild_text(words)
        for number in set(range(columns.count)) - {columns.word, *columns.labels}:
            values = [values[number] for sentence in self.sentences for values in sentence]
            if any(not value.isdigit() for value in values):
                self.lost[f"value in column {number + 1}"] += sum(value not in _EMPTY_VALUES for value in values)
        layer = ForeignLayer(annotations_from_words(segments, self._spans(columns), ()))
        yield foreign_document(fields, text, self.fallback, (layer,), lost=+self.lost)

    def _spans(self, columns: _Columns) -> Iterator[WordSpan]:
        """Yield the spans of every column of tags; no span goes on into the next sentence."""
        before = 0
        for sentence in self.sentences:
            for column in columns.labels:
                for span in tagged_spans([values[column] for values in sentence]):
                    yield WordSpan(span.first + before, span.last + before, span.label)
            before += len(sentence)


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write two columns, word and tag; options are the scheme of the tags and leaving out all but those."""
    scheme = target.options.get("scheme", "iob2").lower()
    if scheme not in TAG_SCHEMES:
        raise FormatError(f"scheme={scheme}: no scheme of tags", f"the schemes are {', '.join(TAG_SCHEMES)}")
    plain = target.options.get("plain", "no")
    if plain not in ("yes", "no"):
        raise FormatError(f"plain={plain}: neither yes nor no", "write plain=yes or plain=no")
    for record in records:
        target.write(_PLAIN_START_LINE if plain == "yes" else _start_line(record))
        (row,) = word_rows(record, target)
        written = row_tags(row, cast("TagScheme", scheme))
        for first, last in _sentences(record, row.flat):
            lines = [f"{word}\t{tag}\n" for word, tag in zip(row.words[first:last], written[first:last], strict=True)]
            target.write("".join(lines) + "\n")


def _start_line(record: LayerRecord) -> str:
    fields: dict[str, Any] = {**document_fields(record.document), "text": record.document.text}
    written = _SPACE.sub(lambda match: f"\\u{ord(match[0]):04x}", dumps(fields))
    return f"{_START}\t{written}\tO\n\n"


def _sentences(record: LayerRecord, spans: Iterable[WordSpan]) -> Iterator[tuple[int, int]]:
    """Yield first and next token of every sentence; one that ends inside a span goes on."""
    tokens = record.document.tokens
    inside = {token for span in spans for token in range(span.first + 1, span.last + 1)}
    first = 0
    for sentence in record.document.sentences:
        end = tokens.overlapping(sentence.start, sentence.end).stop
        if end > first and end not in inside:
            yield first, end
            first = end
    if first < len(tokens):
        yield first, len(tokens)


FORMAT = Format(
    name="conll",
    about="columns of words and tags, as the CoNLL tasks have them",
    ending=".conll",
    read=read,
    write=write,
    spell=without_spaces,
    carries=all_but(
        "nested",
        "crossing",
        "off_token",
        "relations",
        "self_relations",
        "curator",
        "origin",
        "source",
        "score",
        "verdicts",
    ),
    lost=("comments", "values in other columns", "the text, where the file is not ours: it is rebuilt from the words"),
    options={
        "scheme": f"the tags to write: {', '.join(TAG_SCHEMES)} (default: iob2; reading tells them apart)",
        "plain": "yes: write words and tags alone, without the text",
        "label-column": "the column of the tags to read, from 1 or from the end (default: -1); several with commas",
        "word-column": "the column of the words to read (default: 1, or 2 behind numbers)",
        "sentences": "how many sentences make a document where the file marks none (default: all)",
    },
)
