"""The base of screens on which what fits is listed while it is typed, and one line of the list is taken."""

from __future__ import annotations

from abc import abstractmethod

from textual import events
from textual.app import ComposeResult
from textual.widgets import Input

from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.clickable_keys import KeyClicked
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.virtual_list import VirtualList


class SeekingScreen(WorkScreen):
    """An entry line that stays open, and under it a list; subclasses bind keys to ``take``, ``move`` and ``close``."""

    @property
    @abstractmethod
    def view(self) -> VirtualList:
        """The widget that lists what fits."""

    @abstractmethod
    def make_view(self) -> VirtualList:
        """Make that widget."""

    @abstractmethod
    def seek(self, text: str) -> None:
        """Search for a text, unless that is what is sought or listed already."""

    @abstractmethod
    def action_take(self) -> None:
        """Take what is chosen, and go back."""

    def show_keys(self) -> None:
        """Show what the keys do to what is chosen now; called when another line is."""

    def finish_search(self) -> None:
        """Wait for what is sought, since a key acts on what is listed."""

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                EntryLine(id="entry"),
                self.make_view(),
                StatusLine(palette, id="keys"),
            ]
        )

    @property
    def typed(self) -> str:
        """What stands in the entry line."""
        return self.query_one("#entry", Input).value

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what was typed so far."""
        self.seek(event.value)

    async def handle(self, event: events.Key) -> None:
        """Choose, take or close by the keys that do so; all others edit the line."""
        bound = (bindings.key_to_bindings for node, bindings in self._modal_binding_chain if node is self)
        binding = next((binding for keys in bound for binding in keys.get(event.key, ())), None)
        if binding is None:
            await super().handle(event)
        elif not self.is_too_small:
            self.seek(self.typed)  # its message may be on the way
            self.finish_search()
            await self.app.run_action(binding.action, self)

    async def on_key_clicked(self, event: KeyClicked) -> None:
        """Press the key that was clicked on, beside the open line, unless an earlier click left the screen."""
        if self.is_active:
            await self.waiting_keys.take(event.event)

    def action_move(self, by: int) -> None:
        """Choose the entry ``by`` lines on."""
        self.view.choose_after(by)
        self.show_keys()

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.view.lines_on_a_page)

    def action_close(self) -> None:
        """Go back to what was open before."""
        self.app.pop_screen()

    async def choose_entry(self, index: int, *, twice: bool) -> None:
        """Choose by click, take by double click."""
        self.view.choose(index)
        self.show_keys()
        if twice:
            self.action_take()
