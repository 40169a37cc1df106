"""How other programs count the characters of a text: code points, UTF-16 units, graphemes, or bytes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import accumulate
from typing import Literal

from annotator.errors import FormatError

Counting = Literal["codepoints", "utf16", "graphemes", "bytes"]
COUNTINGS: tuple[Counting, ...] = ("codepoints", "utf16", "graphemes")
"""Those that an option may name."""

COUNTED: dict[Counting, str] = {
    "codepoints": "code points",
    "utf16": "UTF-16 units",
    "graphemes": "graphemes",
    "bytes": "bytes of UTF-8",
}
"""The ways of counting as messages name them."""


class Offsets:
    """The offsets that a way of counting gives the characters of a text, from 0 to the end."""

    def __init__(self, text: str, counting: Counting) -> None:
        self._text = text
        self._counting = counting

    def to_code_points(self, offset: int) -> int | None:
        """The offset in code points; ``None`` for one inside a character, or beyond the text."""
        if self.are_code_points:
            return offset if 0 <= offset <= len(self._text) else None
        index = bisect_left(self._offsets, offset)
        return index if index < len(self._offsets) and self._offsets[index] == offset else None

    def from_code_points(self, offset: int) -> int:
        """The offset of a code point; inside a grapheme that of the grapheme's beginning."""
        return offset if self.are_code_points else self._offsets[offset]

    def has(self, offset: int) -> bool:
        """Tell whether an offset in code points lies between characters of this way of counting."""
        return (
            self.are_code_points or offset in (0, len(self._text)) or self._offsets[offset] != self._offsets[offset - 1]
        )

    @cached_property
    def are_code_points(self) -> bool:
        """Whether they are those that code points have."""
        text = self._text
        if self._counting == "utf16" and not text.isascii():
            return len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text)
        return self._counting == "codepoints" or (text.isascii() and "\r" not in text)

    @cached_property
    def _offsets(self) -> list[int]:
        if self._counting == "utf16":
            return [0, *accumulate(1 + (char > "\uffff") for char in self._text)]
        if self._counting == "bytes":
            return [0, *accumulate(len(char.encode("utf-8")) for char in self._text)]
        return [*_numbered_by_grapheme(self._text)]


def _numbered_by_grapheme(text: str) -> Iterator[int]:
    import regex  # seldom needed, and long to load

    number = -1
    for number, match in enumerate(regex.finditer(r"\X", text)):
        yield from (number for _ in match[0])
    yield number + 1


def parse_counting(option: str, value: str) -> Counting:
    """Read the value of an option that names a way of counting."""
    for counting in COUNTINGS:
        if counting == value:
            return counting
    raise FormatError(f"{option}={value}: there is no such way of counting", f"they are {', '.join(COUNTINGS)}")


def on_word_borders(text: str, start: int, end: int) -> bool:
    """Tell whether a range lies in a text, cuts no word in two, and has no white space at its ends."""
    if not 0 <= start < end <= len(text) or text[start].isspace() or text[end - 1].isspace():
        return False
    return not any(0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in (start, end))


def likeliest(text: str, start: int, end: int, fits: Callable[[int, int], bool]) -> tuple[int, int, Counting] | None:
    """Find the way of counting under which a range fits the text, code points first; ``None`` where none does.

    ``fits`` tells of a range in code points whether it is what somebody would mark, such as whole words.
    """
    for counting in COUNTINGS:
        offsets = Offsets(text, counting)
        first, last = offsets.to_code_points(start), offsets.to_code_points(end)
        if first is not None and last is not None and first < last and fits(first, last):
            return first, last, counting
    return None
