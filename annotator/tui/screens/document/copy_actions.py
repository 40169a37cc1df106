"""The key that copies text of a document into the clipboard."""

from __future__ import annotations

from typing import Protocol

from textual.app import App

from annotator.tui.layout.caret import Caret
from annotator.tui.layout.cutting import quote_within
from annotator.tui.screens.document.session import DocumentSession
from annotator.tui.widgets.text_view import TextView

SHOWN_CELLS = 40
"""Cells that the message takes for what was copied."""
MANY_TAKE = 750_000
"""Bytes from which tmux and other terminals drop what they are told to copy, without a word."""


class CopyScreen(Protocol):
    """A screen with a text, a cursor, and perhaps an item in focus."""

    session: DocumentSession
    view: TextView
    caret: Caret
    item_id: str | None

    @property
    def app(self) -> App[object]:
        """The app, which writes to the terminal."""
        ...

    def show_message(self, text: str, style: str = "") -> None:
        """Show a message in the line at the bottom."""
        ...


class CopyActions:
    """Copies text exactly as it is in the document.

    The terminal gets it in base64 (OSC 52), so that control characters in it do nothing on their way.
    """

    def __init__(self, screen: CopyScreen) -> None:
        self._screen = screen

    def action_copy(self) -> None:
        """Copy the selection, else the item in focus (a relation with both ends), else the line of the cursor."""
        what, text = self._chosen()
        if not text:
            self._screen.show_message("nothing here to copy", "faint")
            return
        self._screen.app.copy_to_clipboard(text)
        size = f"{len(text):,} characters"
        if len(text.encode()) > MANY_TAKE:
            self._screen.show_message(f"copied {what}, {size}: more than many terminals take", "alarm")
        else:
            size = f", {size}" if len(text) > SHOWN_CELLS else ""
            self._screen.show_message(f"copied {what} {quote_within(text, SHOWN_CELLS)}{size}")

    def _chosen(self) -> tuple[str, str]:
        """What is to be copied, in words, and its text."""
        document, layer = self._screen.session.document.text, self._screen.session.layer_view
        selection, item_id = self._screen.caret.selection, self._screen.item_id
        if selection is not None:
            return "the selection", document[slice(*selection)]
        relation = layer.relation(item_id) if item_id is not None else None
        if relation is not None:
            head, child = (layer.span(end) for end in (relation.head, relation.child))
            ends = ("" if span is None else document[span.start : span.end] for span in (head, child))
            return "the relation", f" {relation.label} ".join(ends)
        span = layer.span(item_id) if item_id is not None else None
        if span is not None:
            return "the span", document[span.start : span.end]
        rows = self._screen.view.rows
        return "the line", document[slice(*rows.bounds(rows.row_of(self._screen.caret.offset)))].strip()
