"""Writing columns of words and tags.

Every line of a file has the same columns, its tag in the last one, because readers look there for the kind of tags.
The ``-DOCSTART-`` line of two columns holds, in that very word, what words cannot express: a JSON object with the
document's key, title and exact text, written without any space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from annotator.errors import FormatError
from annotator.formats.document_fields import document_fields
from annotator.formats.json_values import dumps
from annotator.formats.protocol import Target
from annotator.formats.record import LayerRecord
from annotator.formats.words import TAG_SCHEMES, TagScheme, WordSpan, row_tags, word_rows

START = "-DOCSTART-"
_CONLL2003_START = f"{START} -X- O O\n\n"
_SPACE = re.compile(r"\s")


def write(records: Iterable[LayerRecord], target: Target) -> None:
    """Write two columns, word and tag, or four, as CoNLL-2003 has them."""
    scheme = _choice(target, "scheme", TAG_SCHEMES)
    four = _choice(target, "columns", ("2", "4")) == "4"
    plain = _choice(target, "plain", ("no", "yes")) == "yes"
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


def _choice(target: Target, name: str, choices: tuple[str, ...]) -> str:
    """The value of an option, by default the first of its choices."""
    value = target.options.get(name, choices[0]).lower()
    if value not in choices:
        raise FormatError(f"{name}={value}: no such value", f"write {name}={f', {name}='.join(choices)}")
    return value


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
