"""Cutting names to a number of cells: out of the middle, because both ends of a name tell it from others."""

from __future__ import annotations

from rich.cells import cell_len

from annotator.text import without_middle
from annotator.workflow.description import one_line


def cut_middle(text: str, cells: int) -> str:
    """Cut a text to at most ``cells`` cells, as ``Ronald … Trump``; whole where there is room."""
    return without_middle(text, cells, cell_len)


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
