"""Draws the screen of a pseudo-terminal as a self-contained SVG picture."""

from __future__ import annotations

from html import escape
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyte
from wcwidth import wcwidth

FOREGROUND, BACKGROUND = "#e6e6e6", "#14161b"
CELL, LINE, PAD = 8.4, 18.0, 10.0
"""Width of a cell, height of a line and margin, in pixels."""
NAMED = {
    "default": None, "black": "#000000", "red": "#cd3131", "green": "#0dbc79", "brown": "#e5e510", "blue": "#2472c8",
    "magenta": "#bc3fbc", "cyan": "#11a8cd", "white": "#e5e5e5",
}  # fmt: skip


class CellStyle(NamedTuple):
    """The colours and emphasis of a cell."""

    foreground: str
    background: str
    bold: bool
    italic: bool
    underline: bool


def picture(screen: pyte.Screen, *, foreground: str = FOREGROUND, background: str = BACKGROUND) -> str:
    """Draw the screen as SVG: a rectangle and a text for each run of cells of one style, at exact positions."""
    parts = [opening(screen.columns, screen.lines, background)]
    for y in range(screen.lines):
        parts += line_of(screen, y, foreground=foreground, background=background)
    return "\n".join([*parts, "</svg>"]) + "\n"


def opening(columns: int, lines: int, background: str = BACKGROUND) -> str:
    """Begin a picture of so many cells: its element, and what is behind all of it."""
    width, height = columns * CELL + 2 * PAD, lines * LINE + 2 * PAD
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">\n'
        f'<rect width="100%" height="100%" rx="6" fill="{background}"/>'
    )


def line_of(screen: pyte.Screen, y: int, *, foreground: str = FOREGROUND, background: str = BACKGROUND) -> list[str]:
    """Draw a line of the screen."""
    cells = [(x, screen.buffer[y][x]) for x in range(screen.columns)]
    runs = groupby(cells, key=lambda cell: _style_of(cell[1], foreground, background))
    return [part for style, run in runs for part in _run(list(run), style, y, background)]


def _style_of(char: pyte.screens.Char, foreground: str, background: str) -> CellStyle:
    front, back = _color(char.fg, foreground), _color(char.bg, background)
    if char.reverse:
        front, back = back, front
    return CellStyle(front, back, char.bold, char.italics, char.underscore)


def _color(name: str, default: str) -> str:
    if name in NAMED:
        return NAMED[name] or default
    return f"#{name}" if len(name) == 6 else default


def _run(cells: list[tuple[int, pyte.screens.Char]], style: CellStyle, y: int, background: str) -> list[str]:
    left, top = PAD + cells[0][0] * CELL, PAD + y * LINE
    parts = []
    if style.background != background:
        width = len(cells) * CELL
        size = f'width="{width:.1f}" height="{LINE:g}"'
        parts.append(f'<rect x="{left:.1f}" y="{top:.1f}" {size} fill="{style.background}"/>')
    text = "".join(char.data for _, char in cells)
    if text.strip():
        emphasis = "".join(
            (
                ' font-weight="bold"' if style.bold else "",
                ' font-style="italic"' if style.italic else "",
                ' text-decoration="underline"' if style.underline else "",
            )
        )
        escaped = escape(text.rstrip())
        length = sum(max(wcwidth(c), 0) for c in text.rstrip()) * CELL
        parts.append(
            f'<text x="{left:.1f}" y="{top + 13.5:.1f}" fill="{style.foreground}"{emphasis} xml:space="preserve" '
            f'textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs">{escaped}</text>'
        )
    return parts


def save(screen: pyte.Screen, path: Path, *, foreground: str = FOREGROUND, background: str = BACKGROUND) -> None:
    """Write the picture of a screen; ``foreground`` and ``background`` are the terminal's default colours."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture(screen, foreground=foreground, background=background), encoding="utf-8")
