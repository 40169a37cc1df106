"""The lines of columns with words, and how ranges and empty nodes of CoNLL-U stand among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from annotator.errors import FormatError
from annotator.formats.json_values import excerpt

RowKind = Literal["word", "range", "node"]


class ColumnRow(NamedTuple):
    """A line with a word: the word, its tags (O for none), a column each, and whether a space follows.

    A ``range`` is written as one word, and the next rows, up to the number ``until``, are its parts; a ``node`` is an
    empty node of CoNLL-U, of which the text has nothing.
    """

    word: str
    tags: list[str]
    where: str
    space: bool = True
    kind: RowKind = "word"
    number: int = 0
    until: int = 0


class SentenceRows(NamedTuple):
    """The rows of a sentence twice: as ``written`` in the text, and as ``tagged``.

    ``places`` names, for each tagged row but the empty nodes, the written row in which it stands.
    """

    written: Sequence[ColumnRow]
    tagged: Sequence[ColumnRow]
    places: Sequence[int]


def sentence_rows(rows: Sequence[ColumnRow]) -> SentenceRows:
    """Tell the rows that are written from those that are tagged: ranges from their parts.

    The tags of the parts count, unless only the range has tags.  Raises :class:`FormatError` where a part is missing.
    """
    if all(row.kind == "word" for row in rows):
        return SentenceRows(rows, rows, range(len(rows)))
    written: list[ColumnRow] = []
    tagged: list[ColumnRow] = []
    places: list[int] = []
    following = iter(rows)
    for row in following:
        if row.kind == "node":
            tagged.append(row)
            continue
        parts = list(_parts(row, following)) if row.kind == "range" else [row]
        if all(tag == "O" for part in parts for tag in part.tags):
            parts = [row]
        tagged += parts
        places += [len(written)] * len(parts)
        written.append(row)
    return SentenceRows(written, tagged, places)


def _parts(whole: ColumnRow, following: Iterator[ColumnRow]) -> Iterator[ColumnRow]:
    """Yield the parts of a range, without empty nodes among them."""
    for row in following:
        if row.kind == "range" or row.number > whole.until:
            break
        if row.kind == "word":
            yield row
            if row.number == whole.until:
                return
    raise FormatError(
        f"{whole.where}: {excerpt(whole.word)} has parts up to number {whole.until}, which does not follow",
        "mend what wrote the file",
    )
