"""The panel of the tutorial: which step it is, what to press, and why."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from annotator.tui.layout.palette import Palette
from annotator.tui.widgets.status_line import StatusLine


class TutorialPanel(Vertical):
    """A heading, and under it a text of at most two lines at 80 columns."""

    DEFAULT_CSS = """
    TutorialPanel { height: auto; }
    TutorialPanel Static { height: auto; min-height: 2; max-height: 4; padding: 0 1; }
    """

    def __init__(self, palette: Palette) -> None:
        super().__init__()
        self._heading = StatusLine(palette, reverse=True, id="tutorial-heading")
        self._text = Static(markup=False, id="tutorial-text")

    def compose(self) -> ComposeResult:
        """Lay the panel out."""
        yield self._heading
        yield self._text

    def show(self, heading: str, waiting: str, ways: str, text: Text) -> None:
        """Show a step; ``waiting`` says what is still to be pressed, ``ways`` how to end and how to switch."""
        self._heading.show((f" {heading}", "bold"), (f"  {waiting}" if waiting else "", "alarm"), right=f"{ways} ")
        self._text.update(text)
