"""Documents and their segmentation, in Unicode code points.

A document's text is exactly what was decoded: nothing here rewrites it.  Tokens and sentences are computed once, at
ingest, and travel with the document.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from operator import add
from typing import Any, NamedTuple, Self, overload

from annotator import segment_codes

TITLE_LENGTH = 120
"""A derived title has at most so many code points."""
_HEADING = re.compile(r"^#{1,6}\s+")


class Segment(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


class Segmentation(Sequence[Segment]):
    """Ordered, disjoint, non-empty ranges over a text: its tokens, or its sentences.

    Kept as arrays of 32-bit numbers, because a novel has half a million tokens: look-ups by offset are
    binary searches, and the whole packs into bytes for storage.
    """

    _lengths: Sequence[int]

    def __init__(self, segments: Iterable[tuple[int, int]] = ()) -> None:
        pairs = list(segments)
        self.starts = array("I", [start for start, _ in pairs])
        self.ends = array("I", [end for _, end in pairs])

    @classmethod
    def of_borders(cls, starts: array[int], ends: array[int]) -> Segmentation:
        """Make a segmentation of where its segments begin and end."""
        result = cls.__new__(cls)
        result.starts, result.ends = starts, ends
        return result

    @cached_property
    def starts(self) -> array[int]:
        """Where the segments begin; like their ends worked out when first asked for, which many a reader never does."""
        self._decode(self._packed)
        found: array[int] = self.__dict__["starts"]
        return found

    @cached_property
    def ends(self) -> array[int]:
        """Where the segments end."""
        starts = self.starts
        found: array[int] | None = self.__dict__.get("ends")
        return array("I", map(add, starts, self._lengths)) if found is None else found

    def _decode(self, codes: bytes) -> None:
        if codes.startswith(segment_codes.PLAIN):
            self.starts, self.ends = segment_codes.decode_plain(codes)
        else:
            self.starts, self._lengths = segment_codes.decode(codes)

    def __len__(self) -> int:
        return len(self.starts) if "starts" in self.__dict__ else segment_codes.count(self._packed)

    @overload
    def __getitem__(self, index: int) -> Segment: ...
    @overload
    def __getitem__(self, index: slice) -> list[Segment]: ...
    def __getitem__(self, index: int | slice) -> Segment | list[Segment]:
        if isinstance(index, slice):
            return [Segment(s, e) for s, e in zip(self.starts[index], self.ends[index], strict=True)]
        return Segment(self.starts[index], self.ends[index])

    def __iter__(self) -> Iterator[Segment]:
        return map(Segment, self.starts, self.ends)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Segmentation):
            return NotImplemented
        return self.starts == other.starts and self.ends == other.ends

    def __hash__(self) -> int:
        return hash(self.starts.tobytes())

    def end(self, index: int) -> int:
        """Where one segment ends, for readers who do not ask for all."""
        start = self.starts[index]
        return self.ends[index] if "ends" in self.__dict__ else start + self._lengths[index]

    def at_or_before(self, offset: int) -> int:
        """Find the index of the last segment that starts at or before ``offset``, -1 if there is none."""
        return bisect_right(self.starts, offset) - 1

    def containing(self, offset: int) -> int | None:
        """Find the index of the segment that covers the code point at ``offset``."""
        index = self.at_or_before(offset)
        return index if index >= 0 and offset < self.end(index) else None

    def overlapping(self, start: int, end: int) -> range:
        """Find the indices of all segments that share a code point with ``start`` to ``end``."""
        first = max(self.at_or_before(start), 0)
        if first < len(self) and self.ends[first] <= start:
            first += 1
        return range(first, max(first, bisect_right(self.starts, end - 1)))

    def snap(self, start: int, end: int) -> Segment | None:
        """Widen a range to whole segments; ``None`` when it touches none."""
        touched = self.overlapping(start, end)
        if not touched:
            return None
        return Segment(self.starts[touched[0]], self.ends[touched[-1]])

    def exact(self, start: int, end: int) -> tuple[int, int] | None:
        """Find first and last index (inclusive) of a range that falls on segment borders, else ``None``."""
        starts = self.starts
        first = bisect_left(starts, start)
        last = bisect_left(starts, end, first) - 1
        if last < first or starts[first] != start or self.end(last) != end:
            return None
        return first, last

    @cached_property
    def _packed(self) -> bytes:
        return segment_codes.encode(self.starts, self.ends)

    @property
    def codes(self) -> bytes | None:
        """What it was unpacked from, if each segment has one byte there: for reading many segmentations at once."""
        packed: bytes | None = self.__dict__.get("_packed")
        return packed if packed is not None and segment_codes.in_one_byte_each(packed) else None

    def pack(self) -> bytes:
        """Write the segments as bytes, about one for each (:mod:`annotator.segment_codes`)."""
        return self._packed

    @classmethod
    def unpack(cls, data: bytes) -> Segmentation:
        """Read the segmentation that :meth:`pack` wrote; ``ValueError`` for bytes that it did not write."""
        result = cls.of_codes(data)
        result._decode(data)
        del result._packed
        return result

    @classmethod
    def of_codes(cls, codes: bytes) -> Self:
        """Make a segmentation of bytes that this program wrote itself, and keep them to be packed again."""
        result = cls.__new__(cls)
        result._packed = codes
        return result


@dataclass(frozen=True)
class Document:
    """An article: its exact text, its metadata, and its segmentation.

    ``key`` is the file's name without folder and extension and names the document everywhere.
    """

    key: str
    text: str
    lang: str
    title: str
    tokens: Segmentation
    sentences: Segmentation
    meta: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def sha256(self) -> str:
        """The digest that identifies the text."""
        return text_sha256(self.text)


def exact_mentions(text: str, phrase: str, units: Segmentation) -> Iterator[Segment]:
    """Yield where a phrase stands in a text as whole units (tokens or graphemes), in order and without overlaps."""
    start = text.find(phrase)
    while start >= 0:
        end = start + len(phrase)
        if units.exact(start, end) is not None:
            yield Segment(start, end)
        start = text.find(phrase, end)


def with_gaps(text: str, tokens: Segmentation) -> tuple[Segmentation, list[int]]:
    """Make words of what lies between tokens, too, but for one space behind a word, as spaCy does.

    The words, with a space behind each that does not end where the next begins, are the text.  Returned with them are
    the indices of the tokens before which such a gap stands (the number of tokens for one at the end), in order.
    """
    before, behind = [0, *tokens.ends], [*tokens.starts, len(text)]
    gaps = [
        index
        for index, (at, end) in enumerate(zip(before, behind, strict=True))
        if at < end and not (index and end == at + 1 and text[at] == " ")
    ]
    starts, ends = array("I"), array("I")
    done = 0
    for index in gaps:
        at, end = before[index], behind[index]
        at += index > 0 and text[at] == " "
        starts += tokens.starts[done:index]
        ends += tokens.ends[done:index]
        starts.append(at)
        ends.append(end - 1 if end > at + 1 and text[end - 1] == " " else end)
        done = index
    return Segmentation.of_borders(starts + tokens.starts[done:], ends + tokens.ends[done:]), gaps


def words_and_spaces(text: str, tokens: Segmentation) -> tuple[list[str], list[bool]]:
    """Split a text into words, gaps included (:func:`with_gaps`), and whether a space stands behind each."""
    words, _ = with_gaps(text, tokens)
    following = [*words.starts[1:], len(text)]
    return (
        [text[start:end] for start, end in words],
        [end < start for end, start in zip(words.ends, following, strict=False)],
    )


_GRAPHEME = re.compile(
    r"\S(?:[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d\S)*"
)


def graphemes(text: str) -> Segmentation:
    """Segment a text into visible characters: a base with its combining marks, an emoji with those joined to it."""
    return Segmentation(match.span() for match in _GRAPHEME.finditer(text))


def without_middle(text: str, room: int, width: Callable[[str], int] = len) -> str:
    """Cut a text out of its middle, as ``Ronald … Trump``, until its ``width`` is at most ``room``.

    Both ends stay, because both tell a name from others.  No grapheme is cut in two; where a word ends near a cut, the
    cut is made there.
    """
    if width(text) <= room:
        return text
    if room < 1:
        return ""
    near = 8 * room if len(text) > 16 * room else len(text)
    end = _fitting(_pieces(text[-near:])[::-1], (room - 1) // 2, width)[::-1]
    start = _fitting(_pieces(text[:near]), room - 1 - width("".join(end)), width)
    return "".join(_up_to_a_word(start)) + "…" + "".join(_up_to_a_word(end[::-1])[::-1])


def _pieces(text: str) -> list[str]:
    """The graphemes and blanks of a text."""
    borders = {border for piece in graphemes(text) for border in (piece.start, piece.end)} | {0, len(text)}
    return [text[start:end] for start, end in pairwise(sorted(borders))]


def _fitting(pieces: list[str], room: int, width: Callable[[str], int]) -> list[str]:
    """The first pieces, as many as fit."""
    fitting: list[str] = []
    for piece in pieces:
        room -= width(piece)
        if room < 0:
            break
        fitting.append(piece)
    return fitting


def _up_to_a_word(pieces: list[str]) -> list[str]:
    """Some pieces up to the last blank, where that leaves at least two thirds of them."""
    blank = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].isspace()), -1)
    return pieces[: blank + 1] if 3 * (blank + 1) >= 2 * len(pieces) > 0 else pieces


def text_sha256(text: str) -> str:
    """Compute the SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def derive_title(text: str) -> str:
    """Derive the title of an article without one: its first line with a letter or digit, cut at a word."""
    lines = [line for line in text.replace("\ufeff", "").splitlines() if line.strip()]
    line = next((line for line in lines if any(map(str.isalnum, line))), lines[0] if lines else "").strip()
    title = " ".join(_HEADING.sub("", line).split()) or line
    if len(title) <= TITLE_LENGTH:
        return title
    head = title[: TITLE_LENGTH - 1]
    if not title[TITLE_LENGTH - 1].isspace() and " " in head:
        head = head[: head.rindex(" ")]
    return head.rstrip(" ,;:") + "…"
