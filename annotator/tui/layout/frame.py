"""The frame of a text in its view: margins that keep lines short, and a gutter for line numbers and marks.

All widths are in cells.
"""

from __future__ import annotations

from dataclasses import dataclass

from annotator.tui.layout.rows import Rows

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


def framed_rows(
    text: str, width: int, *, numbered: bool, marks: int = 0, wrapped: Rows | None = None
) -> tuple[Rows, Frame]:
    """The rows of a text in a view of ``width`` cells, and their frame; ``wrapped`` are used again if they are as wide.

    How wide the numbers are decides how many rows there are, and so how many digits the numbers have.
    """
    lines = text.count("\n") + len(text) // MEASURE + 1  # hardly ever are there digits more than in this
    while True:
        frame = Frame.within(width, lines=lines if numbered else 0, marks=marks)
        if wrapped is None:
            rows = Rows(text, frame.text)
        else:
            rows = wrapped if wrapped.width == frame.text else wrapped.wrapped_to(frame.text)
        if not numbered or len(rows) < 10 ** (frame.numbers - 1):
            return rows, frame
        lines, wrapped = len(rows), rows
