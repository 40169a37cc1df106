"""What widgets share that paint in the colours of the text view."""

from __future__ import annotations

from textual.widget import Widget

from annotator.tui.layout.painting import Palette


class PaletteWidget(Widget):
    """A widget that paints with palette; who sets others refreshes it."""

    palette: Palette
