"""What widgets share that paint in the colours of the text view."""

from __future__ import annotations

from textual.widget import Widget

from annotator.tui.layout.painting import Inks


class Inked(Widget):
    """A widget that paints with inks; who sets others refreshes it."""

    inks: Inks
