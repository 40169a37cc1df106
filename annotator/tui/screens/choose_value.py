"""The screen that finds a value of an attribute: what fits is listed while it is typed, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from annotator.errors import AnnotatorError
from annotator.tui.screens.base import WorkScreen
from annotator.tui.widgets.clickable_keys import KeyClicked
from annotator.tui.widgets.entry_line import EntryLine
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.value_list import ValueList
from annotator.tui.widgets.virtual_list import VirtualList
from annotator.workflow.annotating.entry_search import FoundValue
from annotator.workflow.desk import Desk

Search = Callable[[str], Sequence[FoundValue]]


class ChooseValueScreen(WorkScreen):
    """An entry line, and under it the values that fit; ``choose`` is given the one that is chosen.

    ``present`` are those that hold now.  With ``typed``, what is typed is a value itself where nothing fits.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,tab", "move(1)", "value below", id="choose_value.down"),
        Binding("up,shift+tab", "move(-1)", "value above", id="choose_value.up"),
        Binding("pagedown", "page(1)", "page down", id="choose_value.page_down"),
        Binding("pageup", "page(-1)", "page up", id="choose_value.page_up"),
        Binding("enter", "take", "take it", id="choose_value.take"),
        Binding("escape", "close", "back", id="choose_value.close"),
    ]

    def __init__(
        self,
        desk: Desk,
        title: str,
        search: Search,
        present: Collection[str],
        choose: Callable[[str], object],
        *,
        typed: bool,
    ) -> None:
        super().__init__(desk)
        self._title = title
        self._search = search
        self._present = present
        self._choose = choose
        self._typed = typed
        self._sought: str | None = None

    def compose(self) -> ComposeResult:
        """Lay the screen out."""
        palette = self.workbench.palette
        yield from self.with_notices(
            [
                StatusLine(palette, reverse=True, id="header"),
                EntryLine(id="entry"),
                ValueList(palette, self._present),
                StatusLine(palette, id="keys"),
            ]
        )

    @property
    def view(self) -> ValueList:
        """The widget that lists the values."""
        return self.query_one(ValueList)

    def on_mount(self) -> None:
        """List the likeliest values, and wait for what is typed."""
        self.query_one("#header", StatusLine).show((f" {self._title}", "bold"))
        self.ask_for_text("piece of a name", "", lambda _text: None)
        self._seek("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search for what was typed so far."""
        self._seek(event.value)

    def _seek(self, text: str) -> None:
        if text == self._sought:
            return
        self._sought = text
        found: Sequence[FoundValue] = ()
        problem = ""
        try:
            found = self._search(text)
        except AnnotatorError as error:
            problem = f" {error}"
        self.view.show_found(found)
        keys = self.query_one("#keys", StatusLine)
        if found:
            keys.show(("enter take · ↑ ↓ choose · esc back", "keys"))
        elif self._typed and text.strip():
            keys.show((problem, "alarm"), (f" enter takes “{text.strip()}” as it is · esc back", "faint"))
        else:
            keys.show((problem or " nothing fits" * bool(text.strip()), "alarm"), (" type a name · esc back", "faint"))

    async def handle(self, event: events.Key) -> None:
        """Choose, take or close by the keys that do so; all others edit the line."""
        binding = next((binding for key, binding in self._bindings if key == event.key), None)
        if binding is None:
            await super().handle(event)
        elif not self.is_too_small:
            self._seek(self.query_one("#entry", Input).value)  # its message may be on the way
            await self.app.run_action(binding.action, self)

    async def on_key_clicked(self, event: KeyClicked) -> None:
        """Press the key that was clicked on, beside the open line."""
        await self.waiting_keys.take(event.event)

    def action_move(self, by: int) -> None:
        """Choose the value ``by`` lines on."""
        line = self.view.line_after(by)
        if line is not None:
            self.view.choose(line)

    def action_page(self, by: int) -> None:
        """Move by a screenful."""
        self.action_move(by * self.view.lines_on_a_page)

    def action_take(self) -> None:
        """Take the chosen value, else what was typed."""
        index, typed = self.view.index, self.query_one("#entry", Input).value.strip()
        value = self.view.found[index].value if index is not None else typed if self._typed else ""
        if value:
            self.app.pop_screen()
            self._choose(value)

    def action_close(self) -> None:
        """Go back to the document."""
        self.app.pop_screen()

    def on_virtual_list_entry_chosen(self, event: VirtualList.EntryChosen) -> None:
        """Choose a value by click, take it by double click."""
        self.view.choose(event.index)
        if event.twice:
            self.action_take()
