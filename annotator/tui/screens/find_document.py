"""The screen that finds a document: what matches is listed while it is typed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from annotator.tui.background_search import BackgroundSearch
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.clickable_keys import KeyClicked
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.queue_view import FoundDocuments, QueueView
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.desk import Desk, QueueFilter

PLACEHOLDER = "piece of a key or title, or words of the text"


class FindDocumentScreen(WorkScreen):
    """An entry line, and under it the documents that match; ``opening`` is given the key of the one that is chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "document below", id="find_document.down"),
        Binding("up", "move(-1)", "document above", id="find_document.up"),
        Binding("pagedown", "page(1)", "page down", id="find_document.page_down"),
        Binding("pageup", "page(-1)", "page up", id="find_document.page_up"),
        Binding("enter", "open", "open it", id="find_document.open"),
        Binding("escape", "close", "back", id="find_document.close"),
    ]

    def __init__(self, desk: Desk, current: str, opening: Callable[[str], object]) -> None:
        super().__init__(desk)
        self._current = current
        self._opening = opening
        self._sought = ""
        self._search = BackgroundSearch[FoundDocuments](self, self._show_found, self.show_error)

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                EntryLine(id="entry"),
                QueueView(self.desk, palette),
                StatusLine(palette, id="keys"),
            ]
        )

    @property
    def view(self) -> QueueView:
        """The widget that lists the documents."""
        return self.query_one(QueueView)

    def on_mount(self) -> None:
        """List all documents, with the one that is open chosen, and wait for what is typed."""
        self.query_one("#keys", StatusLine).show(("enter open · esc back", "keys"))
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

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what was typed so far."""
        self._seek(event.value)

    def _seek(self, text: str) -> None:
        """Search for a text, unless that is what is sought or listed already."""
        if text != self._sought:
            self._sought = text
            self._search.begin(self.desk.workspace.store, self.view.search(replace(self.view.filter, text=text)))

    def _show_found(self, found: FoundDocuments) -> None:
        self.view.show_found(found)
        self._show_count()

    async def handle(self, event: events.Key) -> None:
        """Choose, open or close by the keys that do so; all others edit the line."""
        binding = next((binding for key, binding in self._bindings if key == event.key), None)
        if binding is None:
            await super().handle(event)
        elif not self.is_too_small:
            self._seek(self.query_one("#entry", Input).value)  # its message may be on the way
            self._search.finish()
            await self.app.run_action(binding.action, self)

    async def on_key_clicked(self, event: KeyClicked) -> None:
        """Press the key that was clicked on, beside the open line."""
        await self.waiting_keys.take(event.event)

    def action_move(self, by: int) -> None:
        """Choose the document ``by`` lines on."""
        line = self.view.line_after(by)
        if line is not None:
            self.view.choose(line)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.view.lines_on_a_page)

    def action_open(self) -> None:
        """Open the chosen document."""
        row = self.view.row(self.view.index) if self.view.index is not None else None
        if row is not None:
            self.app.pop_screen()
            self._opening(row.key)

    def action_close(self) -> None:
        """Go back to the document that is open."""
        self.app.pop_screen()

    def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Choose a document by click, open it by double click."""
        self.view.choose(event.index)
        if event.twice:
            self.action_open()
