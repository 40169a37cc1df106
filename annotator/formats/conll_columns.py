"""The columns of a file: which hold words and tags, and what a line of them says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from annotator.errors import FormatError
from annotator.formats.conll_rows import ColumnRow
from annotator.formats.conll_tags import NO_TAGS, TAG_STYLES, TagColumn, TagError, TagStyle, may_be_tags
from annotator.formats.json_values import excerpt
from annotator.formats.source import SourceLine
from annotator.formats.words import is_tag

_BLANKS = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"(\d{1,9})(?:-(\d{1,9})|\.\d+)?")
_EMPTY_VALUES = NO_TAGS | {"-X-", ""}
_CONLLU = 10
_MISC = _CONLLU - 1
_SAMPLE = 200
"""Lines of a file by which its columns of tags are told, when those that were taken are none."""
_CONLLU_HINT = "leave label-column out: entities of CoNLL-U stand in entries of its last column"
_ENTRIES = ("Entity", "name", "NER", "NE", "ner", "ne")
"""The entries of CoNLL-U's last column that hold entities in treebanks, in this order."""


@dataclass(frozen=True, slots=True)
class ColumnOptions:
    """What the user says about columns; ``None`` where the file is to say it."""

    word: str | None = None
    labels: tuple[str, ...] | None = None
    tags: TagStyle | None = None
    entry: str | None = None

    @classmethod
    def of(cls, options: Mapping[str, str]) -> ColumnOptions:
        """Read the options of an import."""
        labels, tags = options.get("label-column"), options.get("tags")
        if labels is not None and not re.fullmatch(r"-?\d+(,-?\d+)*", labels):
            raise FormatError(f"label-column={labels}: not a number", "write it as label-column=2")
        if tags is not None and tags not in TAG_STYLES:
            raise FormatError(f"tags={tags}: no kind of tags", f"the kinds are {', '.join(TAG_STYLES)}")
        columns = None if labels is None else tuple(labels.split(","))
        return cls(options.get("word-column"), columns, cast("TagStyle | None", tags), options.get("entry"))


@dataclass(slots=True)
class Columns:
    """The columns of one file, which its first line with a word decides.

    ``tags`` are the columns of tags, ``count`` is how many columns a line has.
    """

    options: ColumnOptions
    tags: list[TagColumn] = field(default_factory=list)
    count: int = 0
    _tabs: bool = True
    _counts: bool = False
    _misc: bool = False
    _word: int = 0
    _labels: list[int] = field(default_factory=list)
    _entry: str | None = None
    _others: list[int] = field(default_factory=list)
    _sample: list[list[str]] = field(default_factory=list)
    _lost: list[int] = field(default_factory=list)
    _lost_entries: Counter[str] = field(default_factory=Counter)

    def row(self, text: str, line: SourceLine) -> ColumnRow:
        """Read a line with a word; every line of a file must have the same number of columns."""
        if not self.count:
            self._decide(text, line)
        values = self._split(text)
        if len(self._sample) < _SAMPLE:
            self._sample.append(values)
        if len(values) != self.count:
            raise FormatError(
                f"{line.where}: found {len(values)} columns, expected {self.count} as in the lines before",
                "mend what wrote the file",
            )
        if not values[self._word].strip():
            raise FormatError(f"{line.where}: a line without a word", "leave it blank, or fill it in")
        tags, space = self._entities(values[_MISC], line) if self._misc else (self._tags(values, line), True)
        self._count_lost(values)
        row = ColumnRow(values[self._word], tags, line.where, space)
        return self._numbered(row, values[0]) if self._counts else row

    def _numbered(self, row: ColumnRow, written: str) -> ColumnRow:
        """Tell by its number what a row is: a word, a range of them or an empty node."""
        number = _NUMBER.fullmatch(written)
        if number is None:
            raise FormatError(
                f"{row.where}: column 1: found {excerpt(written)}, expected a number as in the lines before",
                "if the words stand in it, say so: -O word-column=1",
            )
        if number[0].isdigit():
            return row._replace(number=int(number[1]))
        if number[2] is None:
            return row._replace(kind="node")
        return row._replace(kind="range", until=int(number[2]))

    def is_word(self, text: str) -> bool:
        """Tell whether a line that begins with # is a word with its tag, not a comment."""
        if self.count:
            values = self._split(text)
            return not self._misc and len(values) == self.count and is_tag(values[self._labels[0]])
        return is_tag((text.split("\t") if "\t" in text else _BLANKS.split(text))[-1])

    def take_lost(self) -> Counter[str]:
        """Count the values of other columns since the last time."""
        lost = Counter({f"value in column {column + 1}": count for column, count in enumerate(self._lost) if count})
        lost.update({f"entry {name} in column {_CONLLU}": count for name, count in self._lost_entries.items()})
        self._lost = [0] * self.count
        self._lost_entries.clear()
        return lost

    @property
    def lacks_entities(self) -> bool:
        """Whether CoNLL-U's last column had no entry of entities, though the user named none."""
        return self._misc and self._entry is None

    @property
    def entry_names(self) -> list[str]:
        """The names of the entries in CoNLL-U's last column, in the first lines."""
        entries = (entry for values in self._sample for entry in values[-1].split("|") if "=" in entry)
        return list(dict.fromkeys(entry.partition("=")[0] for entry in entries))

    @property
    def is_all_labels(self) -> bool:
        """Whether every word has a bare tag, though the user did not say that tags are bare."""
        return any(c.style == "bare" and not c.told and not c.any_without for c in self.tags)

    def tag_column(self, lines: Iterable[SourceLine] = ()) -> int | None:
        """The number of a column, other than that of the tags, that looks as if it held them.

        The first lines of the file are looked at, and ``lines``, which follow.
        """
        rows = [*self._sample, *(self._split(line.text.rstrip("\r")) for line in lines)]
        rows = [values for values in rows if len(values) == self.count]
        columns = (column for column in range(self.count) if column != self._word and column not in self._labels)
        return next((column + 1 for column in columns if may_be_tags([values[column] for values in rows])), None)

    def explained(self, error: TagError, lines: Iterable[SourceLine]) -> FormatError:
        """Say how to mend a value that is no tag, by the lines before it and some that follow."""
        column = None if self._misc else self.tag_column(lines)
        if column is not None:
            return FormatError(error.message, f"tags stand in column {column}: -O label-column={column}")
        if self.count == _CONLLU and self._counts and not self._misc:
            return FormatError(error.message, _CONLLU_HINT)
        return error

    def _split(self, text: str) -> list[str]:
        return text.split("\t") if self._tabs else _BLANKS.split(text.strip(" "))

    def _decide(self, text: str, line: SourceLine) -> None:
        self._tabs = "\t" in text
        values = self._split(text)
        self.count = len(values)
        if self.options.word is None:
            number = _NUMBER.fullmatch(values[0])
            self._counts = len(values) > 2 and number is not None and int(number[1]) < 2 and not is_tag(values[1])
            self._word = int(self._counts)
        else:
            self._word = self._column_index("word-column", self.options.word, line)
        is_conllu = self._tabs and self._counts and self.count == _CONLLU
        self._misc = is_conllu and self.options.labels is None and not is_tag(values[_MISC])
        wanted = [] if self._misc else self.options.labels or ("-1",)
        self._labels = [self._column_index("label-column", column, line) for column in wanted]
        self.tags = [TagColumn(self.options.tags, self.options.tags is not None) for _ in self._labels or [_MISC]]
        used = {self._word, *self._labels} | ({0} if self._counts else set()) | ({_MISC} if self._misc else set())
        self._lost = [0] * self.count
        self._others = [column for column in range(self.count) if column not in used]
        self._entry = self.options.entry
        if self.count == 1:
            raise FormatError(f"{line.where}: found one column, expected a word and its tag", "is it a CoNLL file?")
        if self._word in self._labels:
            raise FormatError(
                f"{line.where}: column {self._word + 1} cannot hold both the words and the tags",
                _CONLLU_HINT if is_conllu else f"the other columns are {self._described(values)}: name one of them",
            )

    def _described(self, values: list[str]) -> str:
        return ", ".join(f"{n} ({excerpt(v)})" for n, v in enumerate(values, 1) if n != self._word + 1)

    def _tags(self, values: list[str], line: SourceLine) -> list[str]:
        return [
            column.known.get(values[number]) or column.take(values[number], line.where, f"column {number + 1}")
            for number, column in zip(self._labels, self.tags, strict=True)
        ]

    def _entities(self, misc: str, line: SourceLine) -> tuple[list[str], bool]:
        """Read CoNLL-U's last column: the tag, and whether a space follows the word."""
        if misc == "_":
            return ["O"], True
        entries = {name: value for name, _, value in (part.partition("=") for part in misc.split("|"))}
        space = entries.pop("SpaceAfter", "") != "No"
        if self._entry is None:
            self._entry = next((name for name in _ENTRIES if name in entries), None)
        value = entries.pop(self._entry, "_") if self._entry else "_"
        self._lost_entries.update(entries.keys())
        return [self.tags[0].take(value, line.where, f"column {_CONLLU}, {self._entry}")], space

    def _count_lost(self, values: list[str]) -> None:
        for column in self._others:
            value = values[column]
            if value not in _EMPTY_VALUES and (column or not value.isdigit()):
                self._lost[column] += 1

    def _column_index(self, name: str, written: str, line: SourceLine) -> int:
        """Turn the number of a column, counted from 1 or from the end, into its index."""
        number = int(written) if re.fullmatch(r"-?\d{1,6}", written) else 0
        if not 1 <= abs(number) <= self.count:
            raise FormatError(
                f"{line.where}: {name}={written}: the line has {self.count} columns",
                f"count from 1, or from the end: {name}=-1",
            )
        return number - 1 if number > 0 else self.count + number
