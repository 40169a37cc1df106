"""Cutting names to a number of cells: out of the middle, because both ends of a name tell it from others."""

from __future__ import annotations

from itertools import pairwise

from rich.cells import cell_len

from annotator.text import graphemes
from annotator.workflow.description import one_line

CUT = "…"
"""Stands for what was cut out."""


def cut_middle(text: str, cells: int) -> str:
    """Cut a text to at most ``cells`` cells, as ``Ronald … Trump``; whole where there is room.

    No grapheme is cut in two.  Where a word ends near a cut, the cut is made there.
    """
    if cell_len(text) <= cells:
        return text
    if cells < 1:
        return ""
    pieces = _pieces(text)
    end = _fitting(pieces[::-1], (cells - 1) // 2)[::-1]
    start = _fitting(pieces, cells - 1 - cell_len("".join(end)))
    return "".join(_up_to_a_word(start)) + CUT + "".join(_up_to_a_word(end[::-1])[::-1])


def cut_together(texts: tuple[str, str], cells: int) -> tuple[str, str]:
    """Cut two texts to at most ``cells`` cells together; a short one leaves its room to the other."""
    one, other = texts
    half = cells // 2
    room = max(half, cells - cell_len(other))
    one = cut_middle(one, room)
    return one, cut_middle(other, cells - cell_len(one))


def quote_within(text: str, cells: int) -> str:
    """Quote a piece of text on one line, without control characters, in at most ``cells`` cells."""
    return f"“{cut_middle(one_line(text), cells - 2)}”"


def quote_together(texts: tuple[str, str], cells: int) -> tuple[str, str]:
    """Quote two pieces of text as :func:`quote_within` does, in at most ``cells`` cells together."""
    one, other = cut_together((one_line(texts[0]), one_line(texts[1])), cells - 4)
    return f"“{one}”", f"“{other}”"


def _pieces(text: str) -> list[str]:
    """The graphemes and blanks of a text."""
    borders = {border for piece in graphemes(text) for border in (piece.start, piece.end)} | {0, len(text)}
    return [text[start:end] for start, end in pairwise(sorted(borders))]


def _fitting(pieces: list[str], cells: int) -> list[str]:
    """The first pieces, as many as fit."""
    fitting: list[str] = []
    for piece in pieces:
        cells -= cell_len(piece)
        if cells < 0:
            break
        fitting.append(piece)
    return fitting


def _up_to_a_word(pieces: list[str]) -> list[str]:
    """Some pieces up to the last blank, where that leaves at least two thirds of them."""
    blank = next((i for i in range(len(pieces) - 1, -1, -1) if pieces[i].isspace()), -1)
    return pieces[: blank + 1] if 3 * (blank + 1) >= 2 * len(pieces) > 0 else pieces
