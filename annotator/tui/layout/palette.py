"""The colours that the text view and the lines around it are painted in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rich.style import Style
from textual.color import Color

RETIRED = "†"
"""Stands behind the label of what the label scheme no longer allows, so that it is seen without colour too."""


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a theme: what text is drawn on and in, what is retired, each entity label, and groups by turns."""

    background: Color
    text: Color
    faint: Color
    selection: Color
    hint: Color
    arc: Color
    retired: Color
    labels: Mapping[str, Color]
    groups: tuple[Color, ...] = ()

    def label(self, name: str, *, retired: bool = False) -> Color:
        """The colour of a label; one that the scheme does not have, and a ``retired`` item, have that of all these."""
        return self.retired if retired else self.labels.get(name, self.retired)

    def group(self, numbers: Sequence[int]) -> Color:
        """The colour of the mark of a group, by its number; of several, that of the first."""
        return self.groups[(numbers[0] - 1) % len(self.groups)] if numbers and self.groups else self.text

    def style(
        self,
        color: Color | None = None,
        background: Color | None = None,
        *,
        bold: bool = False,
        italic: bool = False,
        underline: bool = False,
        reverse: bool = False,
        strike: bool = False,
    ) -> Style:
        """Build a terminal style; the colours are the theme's text and background unless given."""
        return _style(color or self.text, background or self.background, bold, italic, underline, reverse, strike)


@lru_cache(maxsize=4096)
def _style(
    color: Color, background: Color, bold: bool, italic: bool, underline: bool, reverse: bool, strike: bool
) -> Style:
    return Style(
        color=color.rich_color,
        bgcolor=background.rich_color,
        bold=bold,
        italic=italic,
        underline=underline,
        reverse=reverse,
        strike=strike,
    )
