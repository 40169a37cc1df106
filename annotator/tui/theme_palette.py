"""Derives the colours of the text view from a Textual theme."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.theme import Theme

from annotator.labels import LabelScheme
from annotator.tui.label_colors import group_colors, label_colors, readable
from annotator.tui.layout.palette import Palette

DARK = {"text": "#e4e6ea", "selection": "#2f4f6f", "hint": "#ffd75f", "arc": "#b8c0e0", "retired": "#ff8f8f"}
LIGHT = {"text": "#1d1f23", "selection": "#bcd7f2", "hint": "#7a4b00", "arc": "#3b4270", "retired": "#a8002a"}


def theme_palette(theme: Theme, variables: Mapping[str, str], scheme: LabelScheme) -> Palette:
    """Choose the colours for a theme.

    If the background is the terminal's own, black (in a dark theme) or white stands for it, to make colours readable.
    """
    background = Color.parse(variables["background"])
    solid = background if background.ansi is None else Color.parse("#000000" if theme.dark else "#ffffff")
    fixed = {name: Color.parse(value) for name, value in (DARK if theme.dark else LIGHT).items()}
    return Palette(
        background=background,
        text=readable(fixed["text"], solid),
        faint=readable(Color.parse("#808080"), solid),
        selection=fixed["selection"],
        hint=readable(fixed["hint"], solid),
        arc=readable(fixed["arc"], solid),
        retired=readable(fixed["retired"], solid),
        labels=label_colors(scheme, solid),
        groups=group_colors(solid) if scheme.equivalences else (),
    )
