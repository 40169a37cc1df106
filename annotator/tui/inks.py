"""From a Textual theme to the colours of the text view."""

from __future__ import annotations

from textual.app import App
from textual.color import Color

from annotator.labels import LabelScheme
from annotator.tui.painting import Inks
from annotator.tui.palette import label_colors, readable


def inks_of(app: App[None], scheme: LabelScheme) -> Inks:
    """Return the colours for the app's present theme."""
    variables = app.theme_variables
    paper = Color.parse(variables["background"])
    text = Color.parse("#e6e6e6") if app.current_theme.dark else Color.parse("#1d1d1d")
    return Inks(
        paper=paper,
        text=text,
        faint=readable(Color.parse("#808080"), paper),
        selection=Color.parse("#2f4f6f" if app.current_theme.dark else "#bcd7f2"),
        hint=Color.parse("#ffd75f" if app.current_theme.dark else "#7a4b00"),
        arc=Color.parse("#b8c0e0" if app.current_theme.dark else "#3b4270"),
        labels=label_colors(scheme, paper),
    )
