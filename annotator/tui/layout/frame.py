"""The frame of a text in its view: margins that keep lines short, and a gutter for line numbers and marks.

Pure: widths go in, widths come out, all in cells.
"""

from __future__ import annotations

from dataclasses import dataclass

MEASURE = 100
"""The longest line of text; longer ones are hard to follow back."""

EDGE = 1
"""Cells kept free at either side."""

LEAST_DIGITS = 2
"""Line numbers have room for so many digits in any text."""


@dataclass(frozen=True, slots=True)
class Frame:
    """From left to right: ``margin``, ``numbers`` for line numbers, ``marks``, the ``text`` itself, and ``right``."""

    margin: int
    numbers: int
    marks: int
    text: int
    right: int

    @classmethod
    def within(cls, width: int, *, lines: int = 0, marks: int = 0) -> Frame:
        """The frame in a view of ``width`` cells, with numbers up to ``lines`` (none for 0); the text is centred."""
        numbers = max(len(str(lines)), LEAST_DIGITS) + 1 if lines else 0
        text = min(MEASURE, max(width - numbers - marks - 2 * EDGE, 2))
        spare = max(2 * EDGE, width - numbers - marks - text)
        return cls(spare // 2, numbers, marks, text, spare - spare // 2)

    @property
    def left(self) -> int:
        """Where the text begins."""
        return self.margin + self.numbers + self.marks
