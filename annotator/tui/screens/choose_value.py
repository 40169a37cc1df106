"""The screen that finds a value of an attribute: what fits is listed while it is typed, the likeliest first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from annotator.errors import AnnotatorError
from annotator.tui.layout.cutting import quote_within
from annotator.tui.screens.seeking import SeekingScreen
from annotator.tui.widgets.status_line import StatusLine
from annotator.tui.widgets.value_list import ValueList
from annotator.workflow.annotating.entry_search import FoundValue
from annotator.workflow.desk import Desk

MOST_CELLS = 24
"""Cells of what was typed, where it is quoted."""

Search = Callable[[str], Sequence[FoundValue]]


class ChooseValueScreen(SeekingScreen):
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
        self._takes_typed = typed
        self._sought: str | None = None
        self._problem = ""

    def make_view(self) -> ValueList:
        """Make the list of the values."""
        return ValueList(self.workbench.palette, self._present)

    @property
    def view(self) -> ValueList:
        """The widget that lists the values."""
        return self.query_one(ValueList)

    def on_mount(self) -> None:
        """List the likeliest values, and wait for what is typed."""
        self.query_one("#header", StatusLine).show((f" {self._title}", "bold"))
        self.ask_for_text("piece of a name", "", lambda _text: None)
        self.seek("")

    def seek(self, text: str) -> None:
        """Search for a text, unless that is what is listed already."""
        if text == self._sought:
            return
        self._sought, self._problem = text, ""
        found: Sequence[FoundValue] = ()
        try:
            found = self._search(text)
        except AnnotatorError as error:
            self._problem = f" {error}"
        self.view.show_found(found)
        self.show_keys()

    def show_keys(self) -> None:
        """Show what ``enter`` does to what is chosen, or to what was typed, and what is wrong."""
        keys, typed = self.query_one("#keys", StatusLine), self.typed.strip()
        if self.view.index is not None:
            is_set = self.view.found[self.view.index].value in self._present
            keys.show((f" enter take{' away' if is_set else ''} · ↑ ↓ choose · esc back", "keys"))
            return
        takes = f"enter takes {quote_within(typed, MOST_CELLS)} as it is" if self._takes_typed and typed else ""
        told = f" {takes or 'type a name'} · esc back "
        if self._problem:  # however long that is
            keys.show((self._problem, "alarm"), right=told)
        else:
            keys.show((" nothing fits" if typed and not takes else "", "alarm"), (told, "faint"))

    def action_take(self) -> None:
        """Take the chosen value, else what was typed."""
        index, typed = self.view.index, self.typed.strip()
        value = self.view.found[index].value if index is not None else typed if self._takes_typed else ""
        if value:
            self.app.pop_screen()
            self._choose(value)
