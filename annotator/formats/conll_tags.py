"""Tags in a column as spans over words: with B- and I-, bare, or as brackets.

Which of the three a column holds, its first tag decides, and every other one must be of that kind.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, get_args
from urllib.parse import unquote

from annotator.errors import FormatError
from annotator.formats.conll_rows import ColumnRow
from annotator.formats.json_values import excerpt
from annotator.formats.words import is_tag, tagged_spans

TagStyle = Literal["prefixed", "bare", "brackets"]
TAG_STYLES = get_args(TagStyle)
IDENTITY = "identity"
"""What the entry of a catalog that a mention is linked to is called."""
NO_TAGS = frozenset(["O", "_", "-", "*"])
"""What stands where there is no tag."""

_LABEL = re.compile(r"[^\W\d_](?:[\w.:/&'+-]*\w)?")
_LIKE_A_PREFIX = re.compile(r"[BIOESLUMW](?:[-_]|$)|.*[-_][BIESLUMW]$", re.IGNORECASE)
_BRACKET = re.compile(r"\((?P<opened>[^()|]+)(?P<whole>\))?|(?P<closed>[^()|]*)\)|\|")
_LABELS_PLACE = "etype"
_GROUPS = ("GRP", "eid")
"""What the id of a group is called."""
_WITHOUT_NAMES = ("GRP", IDENTITY)
"""What follows the label where a file does not name it."""


class TagError(FormatError):
    """A value is no tag, or not of the kind of those before it; the hint is for a file whose tags stand there."""


@dataclass(slots=True)
class TagColumn:
    """One column of tags: their kind, once it is known, and whether any word had none.

    ``told`` says that the user named the kind; ``known`` are the values that :meth:`take` has checked.
    """

    style: TagStyle | None = None
    told: bool = False
    any_without: bool = False
    known: dict[str, str] = field(default_factory=dict)
    _first: str = ""

    def take(self, value: str, where: str, column: str) -> str:
        """Check a value and return it, with O for none; raise :class:`TagError` where it does not fit."""
        if value in NO_TAGS:
            self.any_without = True
            return self.known.setdefault(value, "O")
        self.style = self.style or _style(value)
        if self.style is None or not _fits(value, self.style, self.told):
            raise TagError(f"{where}: {column}: found {excerpt(value)}, expected {self._expected()}", self._mend(value))
        self._first = self._first or f"{excerpt(value)} in line {where.rpartition(':')[2]}"
        return self.known.setdefault(value, value)

    def _mend(self, value: str) -> str:
        """Say how to mend a value, unless another column is the one of tags."""
        if self.style in (None, "bare") and _fits(value, "bare", told=True):
            return "if such labels stand for themselves, without B- or I-: -O tags=bare"
        return "mend what wrote the file"

    def _expected(self) -> str:
        if not self._first:
            return "O or a tag like B-ORG"
        form = {"prefixed": "with B- or I-", "bare": "without B- or I-", "brackets": "in brackets"}
        return f"O or a tag {form[self.style or 'prefixed']} as {self._first}"


def _style(value: str) -> TagStyle | None:
    if is_tag(value):
        return "prefixed"
    if "(" in value:
        return "brackets"
    return "bare" if _fits(value, "bare", told=False) else None


def may_be_tags(values: Sequence[str]) -> bool:
    """Tell whether the values of a column look like tags of entities: all of one kind, or none."""
    tags = [value for value in values if value not in NO_TAGS]
    style = _style(tags[0]) if tags else None
    some_without = style != "bare" or len(tags) < len(values)
    return style is not None and some_without and all(_fits(tag, style, told=False) for tag in tags)


def _fits(value: str, style: TagStyle, told: bool) -> bool:
    """Tell whether a tag is of a kind; bare ones may look as if they had a prefix only where the user says bare."""
    if style == "prefixed":
        return is_tag(value)
    if style == "brackets":
        return not _BRACKET.sub("", value).strip("*")
    return _LABEL.fullmatch(value) is not None and (told or _LIKE_A_PREFIX.match(value) is None)


class ColumnSpan(NamedTuple):
    """A labelled run of words, ``first`` to ``last`` inclusive, with what brackets say of it beside the label.

    ``group`` is the id of the group that it is in (empty: none), ``others`` are names and values.
    """

    first: int
    last: int
    label: str
    group: str = ""
    others: tuple[tuple[str, str], ...] = ()


def column_spans(
    sentences: Sequence[Sequence[ColumnRow]], number: int, style: TagStyle | None, brackets: Brackets
) -> Iterator[ColumnSpan]:
    """Yield the spans of a column over the words of a document; only those of brackets may go beyond a sentence."""
    if style == "brackets":
        yield from brackets.spans([row for sentence in sentences for row in sentence], number)
        return
    before = 0
    for sentence in sentences:
        values = [row.tags[number] for row in sentence if row.kind != "node"]
        if style == "bare":
            values = [value if value == "O" else f"I-{value}" for value in values]
        for span in tagged_spans(values):
            yield ColumnSpan(span.first + before, span.last + before, span.label)
        before += len(values)


@dataclass(slots=True)
class _Opened:
    content: str
    first: int
    where: str


@dataclass(slots=True)
class Brackets:
    """Entities in brackets, as coreference files have them: ``(person-1``, ``(1-person-new``, then ``1)``.

    ``fields`` are the names of what hyphens part, as ``# global.Entity`` gives them; ``lost`` counts what is left
    behind.
    """

    fields: Sequence[str] = ()
    lost: Counter[str] = field(default_factory=Counter)

    def spans(self, rows: Sequence[ColumnRow], number: int) -> Iterator[ColumnSpan]:
        """Yield the spans of a document; raise :class:`FormatError` where a bracket has no other."""
        opened: list[_Opened] = []
        at = 0
        for row in rows:
            is_word = row.kind != "node"
            last = at if is_word else at - 1
            for match in _BRACKET.finditer(row.tags[number]):
                if match["opened"] is not None:
                    opened.append(_Opened(match["opened"].strip("*"), at, row.where))
                if match["whole"] or match["closed"] is not None:
                    yield from self._closed(opened, (match["closed"] or "").strip("*"), last, row.where)
            at += is_word
        if opened:
            raise FormatError(
                f"{opened[-1].where}: the bracket of {excerpt(opened[-1].content)} is never closed",
                "mend what wrote the file",
            )

    def _closed(self, opened: list[_Opened], name: str, last: int, where: str) -> Iterator[ColumnSpan]:
        """Yield the span that a bracket closes: the innermost open one of that name, or of all without a name."""
        for index in reversed(range(len(opened))):
            if not name or name in (opened[index].content, opened[index].content.partition("-")[0]):
                one = opened.pop(index)
                break
        else:
            raise FormatError(f"{where}: {excerpt(name + ')')} closes no bracket", "mend what wrote the file")
        values = one.content.split("-")
        label = self._label(values, one)
        if label.endswith("]") or "[" in values[0]:
            self.lost["fragment of a span with gaps"] += 1
        elif last < one.first:
            self.lost["entity on what has no text"] += 1
        else:
            yield ColumnSpan(one.first, last, label, *self._beside(values))

    def _beside(self, values: Sequence[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
        """The id of the group that a mention is in, and what else its bracket says, by name."""
        names = self.fields
        if _LABELS_PLACE not in names:
            names = (_GROUPS[0], _LABELS_PLACE) if values[0].isdigit() else (_LABELS_PLACE, *_WITHOUT_NAMES)
        named = dict(zip(names, (*values[: len(names) - 1], "-".join(values[len(names) - 1 :])), strict=False))
        group = next((named.pop(name) for name in _GROUPS if name in named), "")
        named.pop(_LABELS_PLACE, None)
        return group, tuple((name, unquote(value)) for name, value in named.items() if value not in ("", "_"))

    def _label(self, values: Sequence[str], opened: _Opened) -> str:
        if _LABELS_PLACE in self.fields:
            place = self.fields.index(_LABELS_PLACE)
        else:
            place = int(len(values) > 1 and values[0].isdigit())
        label = unquote(values[place]) if place < len(values) else ""
        if not label or label.isdigit():
            raise FormatError(
                f"{opened.where}: the bracket of {excerpt(opened.content)} names no label",
                "name the column of labels, such as -O label-column=4",
            )
        return label
