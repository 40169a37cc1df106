"""Lines of a PDF's page, put together from its characters in the order in which they are drawn."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

_SAME_BASELINE = 0.35
"""Of the size: characters whose baselines differ by more stand in different lines; less is a raised or lowered one."""
_RAISED = 0.75
"""Of the size of the larger one, where the other is smaller: a note's number, raised or lowered."""
_SMALLER = 0.8
_SPACE, _CELL = 0.18, 2.2
"""Of the size: a gap that is a space though none was drawn, and one that parts two cells of a table."""
CELL = "\t"
"""Stands between the cells of a row."""
_LIGATURES = {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}


class PdfGlyph(NamedTuple):
    """A character that is drawn: its text, from where to where, its baseline and size in points.

    ``turn`` is the direction of writing in degrees, counter-clockwise; the rest is measured along and across it.
    """

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    turn: int


@dataclass(slots=True)
class PdfLine:
    """A line: its text, where it begins and ends, its baseline, the size of its letters in points, and its turn."""

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    turn: int


def lines_of(glyphs: Sequence[PdfGlyph]) -> list[PdfLine]:
    """Put characters together to lines, also those that are written upwards, downwards or askew."""
    return [line for line in map(_line, _runs(glyphs)) if line.text.strip()]


def _runs(glyphs: Sequence[PdfGlyph]) -> Iterator[list[PdfGlyph]]:
    """Characters that follow one another in one line."""
    run: list[PdfGlyph] = []
    for glyph in glyphs:
        if run and not _follows(run[-1], glyph, run[0]):
            yield run
            run = []
        run.append(glyph)
    if run:
        yield run


def _follows(last: PdfGlyph, glyph: PdfGlyph, first: PdfGlyph) -> bool:
    """Tell whether a character goes on in the line of the one before."""
    size = max(last.size, glyph.size, 1.0)
    if last.turn != glyph.turn:
        return False
    apart = min(abs(glyph.baseline - last.baseline), abs(glyph.baseline - first.baseline))
    raised = min(last.size, glyph.size) < _SMALLER * size and -0.3 * size < glyph.x0 - last.x1 < size
    if apart > (_RAISED if raised else _SAME_BASELINE) * size:
        return False
    return glyph.x0 - last.x1 > -size or not (last.text.strip() and glyph.text.strip())


def _line(run: Sequence[PdfGlyph]) -> PdfLine:
    pieces: list[str] = []
    last: PdfGlyph | None = None
    for glyph in run:
        if last is not None:
            gap = (glyph.x0 - last.x1) / max(glyph.size, 1.0)
            pieces.append(CELL if gap > _CELL else " " if gap > _SPACE else "")
        pieces.append(glyph.text)
        last = glyph
    sizes = sorted(glyph.size for glyph in run if glyph.text.strip()) or [0.0]
    solid = [glyph for glyph in run if glyph.text.strip()] or list(run)
    x0, x1 = min(glyph.x0 for glyph in solid), max(glyph.x1 for glyph in solid)
    return PdfLine(_cleaned("".join(pieces)), x0, x1, run[0].baseline, sizes[len(sizes) // 2], run[0].turn)


def _cleaned(text: str) -> str:
    """The text of a line without control characters, ligatures spelt out, and one space between words."""
    for ligature, letters in _LIGATURES.items():
        text = text.replace(ligature, letters)
    kept = "".join(char for char in text if char.isspace() or unicodedata.category(char) != "Cc")
    cells = (" ".join(cell.split()) for cell in kept.split(CELL))
    return CELL.join(cell for cell in cells if cell)
