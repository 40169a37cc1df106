"""From a Textual theme to the colours of the text view."""

from __future__ import annotations

from collections.abc import Mapping

from textual.color import Color
from textual.theme import Theme

from annotator.labels import LabelScheme
from annotator.tui.label_colors import label_colors, readable
from annotator.tui.layout.painting import Palette

DARK = {"text": "#e4e6ea", "selection": "#2f4f6f", "hint": "#ffd75f", "arc": "#b8c0e0"}
LIGHT = {"text": "#1d1f23", "selection": "#bcd7f2", "hint": "#7a4b00", "arc": "#3b4270"}


def palette_of(theme: Theme, variables: Mapping[str, str], scheme: LabelScheme) -> Palette:
    """Return the colours for a theme; a terminal's own background counts as black or white for contrast."""
    paper = Color.parse(variables["background"])
    ground = paper if paper.ansi is None else Color.parse("#000000" if theme.dark else "#ffffff")
    fixed = {name: Color.parse(value) for name, value in (DARK if theme.dark else LIGHT).items()}
    return Palette(
        paper=paper,
        text=readable(fixed["text"], ground),
        faint=readable(Color.parse("#808080"), ground),
        selection=fixed["selection"],
        hint=readable(fixed["hint"], ground),
        arc=readable(fixed["arc"], ground),
        labels=label_colors(scheme, ground),
    )
