"""The screen of a pseudo-terminal as an SVG picture that needs nothing from elsewhere."""

from __future__ import annotations

from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyte
from wcwidth import wcwidth

INK, PAPER = "#e6e6e6", "#14161b"
CELL, LINE, PAD = 8.4, 18.0, 10.0
NAMED = {
    "default": None, "black": "#000000", "red": "#cd3131", "green": "#0dbc79", "brown": "#e5e510", "blue": "#2472c8",
    "magenta": "#bc3fbc", "cyan": "#11a8cd", "white": "#e5e5e5",
}  # fmt: skip


class Look(NamedTuple):
    """How a run of cells is drawn."""

    ink: str
    paper: str
    bold: bool
    italic: bool
    underline: bool


def picture(screen: pyte.Screen, *, ink: str = INK, paper: str = PAPER) -> str:
    """Return the screen as SVG: one rectangle and one text a run of equal looks, monospaced by position."""
    width = screen.columns * CELL + 2 * PAD
    height = screen.lines * LINE + 2 * PAD
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">',
        f'<rect width="100%" height="100%" rx="6" fill="{paper}"/>',
    ]
    for y in range(screen.lines):
        cells = [(x, screen.buffer[y][x]) for x in range(screen.columns)]
        for look, run in groupby(cells, key=lambda cell: _look(cell[1], ink, paper)):
            parts += _run(list(run), look, y, paper)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _look(char: pyte.screens.Char, ink: str, paper: str) -> Look:
    front, back = _color(char.fg, ink), _color(char.bg, paper)
    if char.reverse:
        front, back = back, front
    return Look(front, back, char.bold, char.italics, char.underscore)


def _color(name: str, default: str) -> str:
    if name in NAMED:
        return NAMED[name] or default
    return f"#{name}" if len(name) == 6 else default


def _run(cells: list[tuple[int, pyte.screens.Char]], look: Look, y: int, paper: str) -> list[str]:
    left, top = PAD + cells[0][0] * CELL, PAD + y * LINE
    parts = []
    if look.paper != paper:
        width = len(cells) * CELL
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{LINE:g}" fill="{look.paper}"/>')
    text = "".join(char.data for _, char in cells)
    if text.strip():
        style = "".join(
            (
                ' font-weight="bold"' if look.bold else "",
                ' font-style="italic"' if look.italic else "",
                ' text-decoration="underline"' if look.underline else "",
            )
        )
        shown = escape(text.rstrip())
        length = sum(max(wcwidth(c), 0) for c in text.rstrip()) * CELL
        parts.append(
            f'<text x="{left:.1f}" y="{top + 13.5:.1f}" fill="{look.ink}"{style} xml:space="preserve" '
            f'textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs">{shown}</text>'
        )
    return parts


def save(screen: pyte.Screen, path: Path, *, ink: str = INK, paper: str = PAPER) -> None:
    """Write the picture of a screen; ``ink`` and ``paper`` stand for the terminal's own colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(screen, ink=ink, paper=paper), encoding="utf-8")
