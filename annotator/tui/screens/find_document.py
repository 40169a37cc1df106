"""The screen that finds a document: what matches is listed while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual.binding import Binding, BindingType

from annotator.tui.background_search import BackgroundSearch
from annotator.tui.screens.seeking import SeekingScreen
from annotator.tui.widgets.queue_view import FoundDocuments, QueueView
from annotator.tui.widgets.status_line import StatusLine
from annotator.workflow.desk import Desk, QueueFilter

PLACEHOLDER = "piece of a key or title, or words of the text"


class FindDocumentScreen(SeekingScreen):
    """An entry line, and under it the documents that match; ``opening`` is given the key of the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "document below", id="find_document.down"),
        Binding("up", "move(-1)", "document above", id="find_document.up"),
        Binding("pagedown", "page(1)", "page down", id="find_document.page_down"),
        Binding("pageup", "page(-1)", "page up", id="find_document.page_up"),
        Binding("enter", "take", "open it", id="find_document.open"),
        Binding("escape", "close", "back", id="find_document.close"),
    ]

    def __init__(self, desk: Desk, current: str, opening: Callable[[str], object]) -> None:
        super().__init__(desk)
        self._current = current
        self._opening = opening
        self._sought = ""
        self._search = BackgroundSearch[FoundDocuments](self, self._show_found, self.show_error)

    def make_view(self) -> QueueView:
        """Make the list of the documents."""
        return QueueView(self.desk, self.workbench.palette)

    @property
    def view(self) -> QueueView:
        """The widget that lists the documents."""
        return self.query_one(QueueView)

    def on_mount(self) -> None:
        """List all documents, with the one that is open chosen, and wait for what is typed."""
        self.query_one("#keys", StatusLine).show((" enter open · ↑ ↓ choose · esc back", "keys"))
        self.view.set_filter(QueueFilter(mine=self.desk.assigned_only, sort=self.desk.queue_sort))
        self.view.find(self._current)
        self._show_count()
        self.ask_for_text(PLACEHOLDER, "", lambda _text: None)

    def on_unmount(self) -> None:
        """Close the connection that was used to search."""
        self._search.close()

    def _show_count(self) -> None:
        count = self.view.count()
        self.query_one("#header", StatusLine).show(
            (" go to a document  ", "bold"), (f"{count:,} {'matches' if count == 1 else 'match'}", "")
        )

    def seek(self, text: str) -> None:
        """Search for a text, unless that is what is sought or listed already."""
        if text != self._sought:
            self._sought = text
            self._search.begin(self.desk.workspace.store, self.view.search(replace(self.view.filter, text=text)))

    def _show_found(self, found: FoundDocuments) -> None:
        self.view.show_found(found)
        self._show_count()

    def finish_search(self) -> None:
        """Wait for the documents that are sought."""
        self._search.finish()

    def action_take(self) -> None:
        """Open the chosen document."""
        row = self.view.row(self.view.index) if self.view.index is not None else None
        if row is not None:
            self.app.pop_screen()
            self._opening(row.key)
