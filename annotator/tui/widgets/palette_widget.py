"""The base of widgets that paint in the colours of the text view."""

from __future__ import annotations

from textual.widget import Widget

from annotator.tui.layout.palette import Palette


class PaletteWidget(Widget):
    """A widget that paints with a palette; whoever sets another palette refreshes the widget."""

    palette: Palette
