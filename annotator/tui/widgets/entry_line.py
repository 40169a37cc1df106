"""The line in which text is typed."""

from __future__ import annotations

from textual import events
from textual.widgets import Input


class EntryLine(Input):
    """A line to type in; of several lines that are pasted it takes all, with blanks between them."""

    def on_paste(self, event: events.Paste) -> None:
        """Join the lines; Textual, which acts on the event next, takes the first line alone."""
        event.text = " ".join(filter(None, map(str.strip, event.text.splitlines())))
