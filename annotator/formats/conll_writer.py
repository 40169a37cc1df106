"""Writing columns of words and tags.

Every line of a file has the same columns, its tag in the last one, because readers look there for the kind of tags.
The ``-DOCSTART-`` line of two columns holds, in that very word, what words cannot express: a JSON object with the
document's key, title and exact text, written without any space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import dumps
from annotator.formats.options import choice, is_yes
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.formats.words import TAG_SCHEMES, TagScheme, WordSpan, row_tags, word_rows

START = "-DOCSTART-"
_CONLL2003_START = f"{START} -X- O O\n\n"
_SPACE = re.compile(r"\s")


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write two columns, word and tag, or four, as CoNLL-2003 has them."""
    options = {name: value.lower() for name, value in target.options.items()}
    scheme = choice(options, "scheme", TAG_SCHEMES)
    four = choice(options, "columns", ("2", "4")) == "4"
    plain = is_yes(options, "plain")
    between = " -X- -X- " if four else "\t"
    for record in records:
        target.write(_CONLL2003_START if four else f"{START}\tO\n\n" if plain else _start_line(record))
        (row,) = word_rows(record, target)
        tags = row_tags(row, cast("TagScheme", scheme))
        for first, last in _sentences(record, row.flat):
            lines = [
                f"{word}{between}{tag}\n" for word, tag in zip(row.words[first:last], tags[first:last], strict=True)
            ]
            target.write("".join(lines) + "\n")


def _start_line(record: LayerRecord) -> str:
    fields: dict[str, Any] = {**document_fields(record.document), "text": record.document.text}
    written = _SPACE.sub(lambda match: f"\\u{ord(match[0]):04x}", dumps(fields))
    return f"{START}{written}\tO\n\n"


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
